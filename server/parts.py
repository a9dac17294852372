"""The parts of a running application, wired in app.py, used by routers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from server.accounts.doorkeeper import Doorkeeper
from server.accounts.oidc import Provider
from server.accounts.passwords import Passwords
from server.accounts.vault import Vault
from server.accounts.watch import Watch
from server.audit.looks import Looks
from server.clock import Clock
from server.countries import Countries
from server.limits.limiter import Limiter
from server.live.hub import Hub
from server.live.reactions import Reactions
from server.recommending.crowds import Crowds
from server.recommending.views import Views
from server.scheduler.timers import Timers
from server.settings import Settings
from server.writer import Writer


@dataclass(frozen=True, slots=True)
class Parts:
    """What requests are served with. `settle` returns when all that is due has happened and been told here.

    `provider` is the OpenID Connect provider by which people may sign in; None if none is set up.
    """

    settings: Settings
    engine: Engine
    clock: Clock
    writer: Writer
    hub: Hub
    timers: Timers
    doorkeeper: Doorkeeper
    limiter: Limiter
    looks: Looks
    vault: Vault
    passwords: Passwords
    watch: Watch
    reactions: Reactions
    provider: Provider | None
    countries: Countries
    crowds: Crowds
    views: Views
    settle: Callable[[], Awaitable[None]]
