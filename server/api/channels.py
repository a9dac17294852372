"""The ways to watch, read and hear a session."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from pydantic import AfterValidator, Field, StringConstraints

import sessions.streams as commands
from matchmaking.instructions import is_safe_stream
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Country
from sessions.channels import ChannelKind
from sessions.providers import Provider
from sessions.streams import Channel, ChannelsRecord

router = convention_router("programme", "/programme/{session_id}/channels")

Running = Annotated[Desk, Depends(Needs(May.RUN_PROGRAMME))]


def _safe(url: str) -> str:
    if not is_safe_stream(url):
        raise ValueError("send an https address without a name or password in it")
    return url


Address = Annotated[str, StringConstraints(pattern=r"^https://\S{1,490}$", max_length=500), AfterValidator(_safe)]
Language = Annotated[str, StringConstraints(max_length=16, pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$")]


class Way(Input):
    """One way. `provider` is told from the address, unless it is given; `unreachable_in` are countries whose networks
    block it: there the others are offered first."""

    kind: ChannelKind
    url: Address
    provider: Provider | None = None
    language: Language = ""
    unreachable_in: Annotated[tuple[Country, ...], Field(max_length=100)] = ()

    def channel(self) -> Channel:
        return Channel(
            kind=self.kind,
            url=self.url,
            provider=self.provider,
            language=self.language,
            unreachable_in=self.unreachable_in,
        )


class Ways(Input):
    """All ways, in the order in which they are offered."""

    channels: Annotated[list[Way], Field(max_length=20)]


@router.put("", response_model=ChannelsRecord)
async def set_channels(session_id: UUID, body: Ways, desk: Running) -> Response:
    """Make these all the ways to watch the session. Those that stay keep their ids."""
    channels = [way.channel() for way in body.channels]
    return await desk.run(partial(commands.set_channels, session_id=session_id, channels=channels), body)
