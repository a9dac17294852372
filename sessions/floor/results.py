"""Polls and contests as people read them: with their texts, and how they stand as far as the reader may know."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.entries import Shown, Text
from sessions.floor.contests import jurors_of, missing, scores_of
from sessions.floor.events import PlaceRecord, PollRecord
from sessions.floor.queries import contestants_of, tallies_by_poll
from sessions.floor.records import contest_record, poll_record, results_of
from sessions.floor.states import PollState
from sessions.floor.tables import Contest, Contestant, Poll, PollVote
from sessions.readers import can_moderate


class PollEntry(PollRecord):
    """A poll with its texts. `results` and `voters` are those of now, also while it is open, if the reader may know
    them; `chosen` is the reader's own vote."""

    question: Text
    wording: list[Text]
    chosen: list[str] | None


class CriterionEntry(Shown):
    """One of a contest's criteria."""

    name: Text
    most: int
    weight: Decimal


class ContestantEntry(Shown):
    """Somebody who competes, with their place if the reader may know it."""

    id: UUID
    name: Text
    party: UUID | None
    position: int
    rank: int | None
    points: Decimal | None


class ScoreEntry(Shown):
    """A juror's points for a contestant, by criterion."""

    contestant: UUID
    juror: UUID
    points: list[int]


class MissingEntry(Shown):
    """A juror has not judged a contestant."""

    contestant: UUID
    juror: UUID


class ContestEntry(Shown):
    """A contest. `scores` and `missing` are a juror's own, or for moderators everybody's."""

    state: str
    revealed: int
    version: int
    criteria: list[CriterionEntry]
    contestants: list[ContestantEntry]
    scores: list[ScoreEntry]
    missing: list[MissingEntry]


def polls(db: Session, session_id: UUID, person_id: UUID | None, *, staff: bool) -> list[PollEntry]:
    """A session's polls in the order in which they were made, as far as the reader's session of the database has them.

    Args:
        person_id, staff: the reader.
    """
    behind = can_moderate(db, session_id, person_id, staff=staff)
    query = select(Poll).where(Poll.session_id == session_id).order_by(col(Poll.at), col(Poll.id))
    rows = [poll for poll in db.exec(query) if behind or poll.state != PollState.DRAFT]
    told = [poll.id for poll in rows if behind or poll.shown]
    tallies = tallies_by_poll(db, told)
    mine = select(PollVote).where(
        col(PollVote.poll_id).in_([poll.id for poll in rows]), PollVote.person_id == person_id
    )
    votes = {vote.poll_id: vote.choice for vote in db.exec(mine)} if person_id else {}
    return [_poll(poll, tallies[poll.id] if poll.id in told else None, votes.get(poll.id)) for poll in rows]


def _poll(row: Poll, tally: Mapping[str, int] | None, chosen: list[str] | None) -> PollEntry:
    known: dict[str, Any] = {"results": None, "voters": None}
    if tally is not None and row.state != PollState.DRAFT:
        known = {"results": results_of(row, tally), "voters": row.voters}
    record = {**poll_record(row, {}).model_dump(), **known}
    return PollEntry(**record, question=row.question, wording=row.options, chosen=chosen)


def contest(db: Session, session_id: UUID, person_id: UUID | None, *, staff: bool) -> ContestEntry | None:
    """A session's contest; None if it is none.

    Args:
        person_id, staff: the reader.
    """
    row = db.get(Contest, session_id)
    if row is None:
        return None
    behind = can_moderate(db, session_id, person_id, staff=staff)
    competing = contestants_of(db, session_id)
    places = {place.contestant: place for place in contest_record(row, competing, behind=behind).ranking}
    judges = behind or person_id in jurors_of(db, session_id)
    scores = [one for one in scores_of(db, session_id) if behind or one.person_id == person_id] if judges else []
    lacking = [one for one in missing(db, session_id) if behind or one.juror == person_id] if judges else []
    return ContestEntry(
        state=row.state,
        revealed=row.revealed,
        version=row.version,
        criteria=[CriterionEntry(**one) for one in row.criteria],
        contestants=[_contestant(one, places.get(one.id)) for one in competing],
        scores=[ScoreEntry(contestant=one.contestant_id, juror=one.person_id, points=one.points) for one in scores],
        missing=[MissingEntry(contestant=one.contestant, juror=one.juror) for one in lacking],
    )


def _contestant(row: Contestant, place: PlaceRecord | None) -> ContestantEntry:
    return ContestantEntry(
        id=row.id,
        name=row.name,
        party=row.participation_id,
        position=row.position,
        rank=place.rank if place else None,
        points=place.points if place else None,
    )
