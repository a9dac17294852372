"""Speakers, and who does what in which session. `GET /programme` lists them."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field, StringConstraints

import sessions.lineup as commands
from server.api.door import Input, convention_router
from server.api.fields import MailAddress
from server.api.programme import Planning, Prose, Title
from server.usecases import people
from sessions.lineup import LineUpRecord, SpeakerRecord, SpeakerRole

router = convention_router("programme", "/programme")

Script = Annotated[str, StringConstraints(max_length=16, pattern=r"^[A-Za-z0-9-]+$")]
Biography = Annotated[dict[Script, Prose], Field(max_length=20)]


class NewSpeaker(Input):
    """Somebody on the programme. Texts are by language (names: one a script), under "original" the original's.

    `person` is the account by which they take part here, by its id or mail address: then they may watch, and moderate
    as chair or host.
    """

    name: Title
    affiliation: Title | None = None
    biography: Biography | None = None
    person: UUID | MailAddress | None = None


class SpeakerChange(Input):
    """What is to change; what is left out stays. {} takes an affiliation or biography away, null an account."""

    name: Title | None = None
    affiliation: Title | None = None
    biography: Biography | None = None
    person: UUID | MailAddress | None = None


class Part(Input):
    """Who does what."""

    speaker: UUID
    role: SpeakerRole = SpeakerRole.SPEAKER


class LineUp(Input):
    """All who are in the session, in order."""

    parts: Annotated[list[Part], Field(max_length=200)]


def given(body: NewSpeaker | SpeakerChange) -> dict[str, Any]:
    """The fields that were sent; null says something of the account alone."""
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: value for name, value in fields.items() if value is not None or name == "person"}


@router.post("/speakers", status_code=201, response_model=SpeakerRecord)
async def add_speaker(body: NewSpeaker, desk: Planning) -> Response:
    """Add somebody to the programme. Whom they are told to be, `GET /programme` says."""
    return await desk.run(partial(people.add_speaker, **given(body)), body, 201)


@router.patch("/speakers/{speaker_id}", response_model=SpeakerRecord)
async def change_speaker(speaker_id: UUID, body: SpeakerChange, desk: Planning) -> Response:
    """Change what is given."""
    return await desk.run(partial(people.change_speaker, speaker_id=speaker_id, **given(body)), body)


@router.delete("/speakers/{speaker_id}", response_model=SpeakerRecord)
async def remove_speaker(speaker_id: UUID, desk: Planning) -> Response:
    """Remove somebody who is in no session."""
    return await desk.run(partial(commands.remove_speaker, speaker_id=speaker_id))


@router.put("/{session_id}/line-up", response_model=LineUpRecord)
async def set_line_up(session_id: UUID, body: LineUp, desk: Planning) -> Response:
    """Make these all who are in the session, in this order."""
    parts = [(part.speaker, part.role) for part in body.parts]
    return await desk.run(partial(commands.set_line_up, session_id=session_id, parts=parts), body)
