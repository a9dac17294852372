"""What the visitor agrees to, purpose by purpose; how many agree, for the organiser."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel

from server.accounts.consents import (
    WORDINGS,
    ConsentsRecord,
    Purpose,
    Source,
    counts,
    newest,
    record_consents,
)
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.errors import NotFound

router = convention_router("consents", "/consents")

Counting = Annotated[Desk, Depends(Needs(May.SEE_FIGURES))]


class Asked(BaseModel):
    """A purpose, the words in which consent is asked, and what the visitor said last: `given` is null if nothing yet.

    `version` is of the words shown here, `said_version` of those that were answered.
    """

    purpose: Purpose
    version: str
    title: dict[str, str]
    text: dict[str, str]
    given: bool | None
    said_at: datetime | None
    said_version: str | None


class Answers(Input):
    """Yes or no to some of the purposes; of those left out, what was said before stays."""

    share_contact: bool | None = None
    transfer_abroad: bool | None = None
    recording: bool | None = None
    portrait: bool | None = None
    reuse: bool | None = None


class Count(BaseModel):
    """How many have said yes and no to a purpose."""

    purpose: Purpose
    given: int
    refused: int


@router.get("")
def list_consents(desk: DeskDep) -> list[Asked]:
    """What the visitor is asked to agree to, and what they have said."""
    me = desk.actor.person_id
    if me is None:
        raise NotFound
    with desk.reading() as db:
        said = newest(db, desk.convention_id, [me]).get(me, {})
    asked = []
    for purpose, wording in WORDINGS.items():
        word = said.get(purpose)
        asked.append(
            Asked(
                purpose=purpose,
                version=wording.version,
                title=dict(wording.title),
                text=dict(wording.text),
                given=word.given if word else None,
                said_at=word.at if word else None,
                said_version=word.version if word else None,
            )
        )
    return asked


@router.put("", response_model=ConsentsRecord)
async def answer(body: Answers, desk: DeskDep) -> Response:
    """Say yes or no; a withdrawn consent ends at once what it allowed."""
    me = desk.actor.person_id
    if me is None:
        raise NotFound
    command = partial(
        record_consents,
        person_id=me,
        convention_id=desk.convention_id,
        given={name: given for name, given in body.model_dump().items() if given is not None},
        source=Source.PAGE,
        real_now=desk.parts.clock.real_now(),
    )
    return await desk.run(command, body)


@router.get("/counts")
def count_consents(desk: Counting) -> list[Count]:
    """How many have agreed to what; never who."""
    with desk.reading() as db:
        found = counts(db, desk.convention_id)
    return [Count(purpose=purpose, given=yes, refused=no) for purpose, (yes, no) in found.items()]
