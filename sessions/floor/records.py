"""Rows of the floor as records: the one place that says what readers see of them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from sessions.floor.events import (
    ContestantRecord,
    ContestRecord,
    CriterionRecord,
    HandRecord,
    PlaceRecord,
    PollRecord,
    ScoreRecord,
)
from sessions.floor.states import PollState
from sessions.floor.tables import Contest, Contestant, Hand, Poll, Score

WORD = "word"


def choices_of(poll: Poll) -> list[str]:
    """What can be chosen: options by their place, or the steps of a scale; words are free."""
    if poll.kind == "scale":
        return [str(step) for step in range(1, poll.most + 1)]
    return [str(place) for place in range(len(poll.options))]


def results_of(poll: Poll, tally: Mapping[str, int]) -> dict[str, int]:
    """Votes by choice, also of what nobody chose; of words those that were said."""
    return dict(tally) if poll.kind == WORD else {choice: tally.get(choice, 0) for choice in choices_of(poll)}


def poll_record(row: Poll, tally: Mapping[str, int], *, behind: bool = False) -> PollRecord:
    """A poll as it stands for its session's audience, or (`behind`) for its moderators."""
    told = row.state == PollState.CLOSED and (row.shown or behind)
    return PollRecord(
        id=row.id,
        session=row.session_id,
        kind=row.kind,
        options=len(row.options),
        most=row.most,
        state=row.state,
        shown=row.shown,
        results=results_of(row, tally) if told and row.kind != WORD else None,
        voters=row.voters if told else None,
        at=row.at,
        version=row.version,
    )


def hand_record(row: Hand) -> HandRecord:
    """A hand as it stands."""
    return HandRecord(
        id=row.id, session=row.session_id, person=row.person_id, state=row.state, at=row.at, version=row.version
    )


def contest_record(row: Contest, contestants: Iterable[Contestant], *, behind: bool = False) -> ContestRecord:
    """A contest as it stands for its session's audience, or (`behind`) for its moderators."""
    placed = sorted(
        (one.rank, one.position, one.id, one.points)
        for one in contestants
        if one.rank is not None and one.points is not None
    )
    known = set(sorted({rank for rank, *_ in placed}, reverse=True)[: row.revealed])
    return ContestRecord(
        id=row.session_id,
        criteria=[CriterionRecord(most=one["most"], weight=Decimal(one["weight"])) for one in row.criteria],
        state=row.state,
        revealed=row.revealed,
        ranking=[
            PlaceRecord(contestant=contestant_id, rank=rank, points=Decimal(points))
            for rank, _, contestant_id, points in placed
            if behind or rank in known
        ],
        version=row.version,
    )


def contestant_record(row: Contestant) -> ContestantRecord:
    """Somebody who competes."""
    return ContestantRecord(
        id=row.id, session=row.session_id, party=row.participation_id, position=row.position, version=row.version
    )


def score_record(row: Score, session_id: UUID) -> ScoreRecord:
    """A juror's points."""
    return ScoreRecord(
        id=row.id,
        session=session_id,
        contestant=row.contestant_id,
        person=row.person_id,
        points=row.points,
        version=row.version,
    )
