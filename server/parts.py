"""The parts of a running application, wired in app.py, used by routers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from server.accounts.doorkeeper import Doorkeeper
from server.clock import Clock
from server.live.hub import Hub
from server.scheduler.timers import Timers
from server.settings import Settings
from server.writer import Writer


@dataclass(frozen=True, slots=True)
class Parts:
    """What requests are served with. `settle` returns when all that is due has happened and been told here."""

    settings: Settings
    engine: Engine
    clock: Clock
    writer: Writer
    hub: Hub
    timers: Timers
    doorkeeper: Doorkeeper
    settle: Callable[[], Awaitable[None]]
