"""Contests: how they are judged, who competes, the jurors' points, and the places on command."""

from decimal import Decimal
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

import sessions.floor.contests as commands
import sessions.floor.results
from matchmaking.tables import Participation
from server.accounts.permissions import May
from server.api.door import DeskDep, Input, convention_router
from server.api.programme import Title
from server.errors import NotFound
from server.work import Work
from sessions.floor.contests import Judged
from sessions.floor.events import ContestantRecord, ContestRecord, ScoreRecord
from sessions.floor.results import ContestEntry

router = convention_router("floor", "/programme/{session_id}/contest")

Points = Annotated[int, Field(ge=0, le=commands.POINTS)]
Weight = Annotated[Decimal, Field(gt=0, le=1000, max_digits=8, decimal_places=4)]
Position = Annotated[int, Field(ge=0, le=10_000)]


class CriterionIn(Input):
    """What is judged: its name by language, the most points there are, and how much they weigh against others."""

    name: Title
    most: Annotated[int, Field(ge=1, le=commands.POINTS)]
    weight: Weight = Decimal(1)


class Preparation(Input):
    """By what a contest is judged."""

    criteria: Annotated[list[CriterionIn], Field(min_length=1, max_length=commands.CRITERIA)]


class NewContestant(Input):
    """Who competes, by language; the party they come for, if they do; and their turn, the last if it is left out."""

    name: Title
    party: UUID | None = None
    position: Position | None = None


class ContestantChange(Input):
    """What is to be different; fields left out stay, `party: null` takes it away."""

    name: Title | None = None
    party: UUID | None = None
    position: Position | None = None


class Verdict(Input):
    """A juror's points by criterion, in their order."""

    points: Annotated[list[Points], Field(max_length=commands.CRITERIA)]


class Closing(Input):
    """Whether judging ends although scores are missing."""

    anyway: bool = False


class Revealing(Input):
    """Whether one place is meant, or all of them."""

    everything: bool = False


@router.get("")
def get_contest(session_id: UUID, desk: DeskDep) -> ContestEntry:
    """The contest, with the places that are revealed. Jurors see their own points besides, moderators everything."""
    with desk.reading() as db:
        staff = desk.actor.may(May.RUN_PROGRAMME)
        found = sessions.floor.results.contest(db, session_id, desk.actor.person_id, staff=staff)
    if found is None:
        raise NotFound
    return found


@router.put("", response_model=ContestRecord)
async def prepare(session_id: UUID, body: Preparation, desk: DeskDep) -> Response:
    """Make a session a contest, or say anew how it is judged."""
    criteria = [Judged(one.name, one.most, one.weight) for one in body.criteria]
    return await desk.run(partial(commands.prepare, session_id=session_id, criteria=criteria), body)


@router.post("/contestants", status_code=201, response_model=ContestantRecord)
async def enter(session_id: UUID, body: NewContestant, desk: DeskDep) -> Response:
    """Somebody competes."""
    given = {name: getattr(body, name) for name in NewContestant.model_fields}
    command = partial(commands.enter, session_id=session_id)
    return await desk.run(partial(_of_a_party, command=command, **given), body, 201)


@router.patch("/contestants/{contestant_id}", response_model=ContestantRecord)
async def change_contestant(session_id: UUID, contestant_id: UUID, body: ContestantChange, desk: DeskDep) -> Response:
    """Change their name, party or turn."""
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    given = {name: value for name, value in sent.items() if name == "party" or value is not None}
    command = partial(commands.change_contestant, session_id=session_id, contestant_id=contestant_id)
    return await desk.run(partial(_of_a_party, command=command, **given), body)


@router.delete("/contestants/{contestant_id}", response_model=ContestantRecord)
async def remove_contestant(session_id: UUID, contestant_id: UUID, desk: DeskDep) -> Response:
    """They do not compete any more; points given to them go, too."""
    command = partial(commands.remove_contestant, session_id=session_id, contestant_id=contestant_id)
    return await desk.run(command)


@router.put("/contestants/{contestant_id}/score", response_model=ScoreRecord)
async def score(session_id: UUID, contestant_id: UUID, body: Verdict, desk: DeskDep) -> Response:
    """A juror's points; given again, they take the place of the earlier ones."""
    command = partial(commands.score, session_id=session_id, contestant_id=contestant_id, points=body.points)
    return await desk.run(command, body)


@router.post("/close", response_model=ContestRecord)
async def close(session_id: UUID, body: Closing, desk: DeskDep) -> Response:
    """End the judging; moderators know the places from now on."""
    return await desk.run(partial(commands.close_judging, session_id=session_id, anyway=body.anyway), body)


@router.post("/reopen", response_model=ContestRecord)
async def reopen(session_id: UUID, desk: DeskDep) -> Response:
    """Judge again, as long as nothing is revealed."""
    return await desk.run(partial(commands.reopen, session_id=session_id))


@router.post("/reveal", response_model=ContestRecord)
async def reveal(session_id: UUID, body: Revealing, desk: DeskDep) -> Response:
    """Tell everybody the last place that is still unknown, or all places."""
    return await desk.run(partial(commands.reveal, session_id=session_id, everything=body.everything), body)


@router.post("/conceal", response_model=ContestRecord)
async def conceal(session_id: UUID, body: Revealing, desk: DeskDep) -> Response:
    """Take back the place revealed last, or all of them."""
    return await desk.run(partial(commands.conceal, session_id=session_id, everything=body.everything), body)


def _of_a_party(work: Work, command: Any, **details: Any) -> ContestantRecord:
    """The command about a contestant, if the party they come for is one of this convention's.

    Raises:
        NotFound: it is not; and whatever the command refuses.
    """
    record: ContestantRecord = command(work, **details)
    if record.party is not None:
        party = work.db.get(Participation, record.party)
        if party is None or party.convention_id != work.convention_id:
            raise NotFound
    return record
