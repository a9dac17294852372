"""An interpreter's agenda: what they interpret, for whom, between which languages, and how to get there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.channels import Instruction, how_to_join
from matchmaking.events import MeetingRecord
from matchmaking.interpreting.queries import interpreted_by
from matchmaking.states import MeetingState
from matchmaking.tables import Participation, Representative


@dataclass(frozen=True, slots=True)
class Side:
    """A party of a meeting, as its interpreter prepares for it: `languages` are those of its people there."""

    id: UUID
    name: Mapping[str, Any]
    country: str | None
    category: str | None
    products: Sequence[str]
    interests: Sequence[str]
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting of the agenda. `instructions` say how to join, as long as it is not over."""

    meeting: MeetingRecord
    sides: Sequence[Side]
    instructions: Sequence[Instruction]


def agenda(db: Session, convention_id: UUID, person_id: UUID, since: datetime | None = None) -> list[Entry]:
    """What somebody interprets, in the order of time, without what was called off.

    Args:
        since: only meetings that end after that.
    """
    meetings = [
        meeting
        for meeting in interpreted_by(db, convention_id, person_id)
        if meeting.state != MeetingState.CANCELLED and (since is None or meeting.ends_at > since)
    ]
    seats = [seat for meeting in meetings for seat in meeting.attendees]
    parties = _parties(db, {seat.party for seat in seats if seat.party is not None})
    spoken = _spoken(db, convention_id, {seat.person for seat in seats if seat.party is not None})
    return [
        Entry(
            meeting,
            [_side(parties[party], meeting, spoken) for party in _parties_of(meeting) if party in parties],
            [] if meeting.state == MeetingState.ENDED else how_to_join(db, convention_id, meeting.id).instructions,
        )
        for meeting in meetings
    ]


def _parties_of(meeting: MeetingRecord) -> list[UUID]:
    return list(dict.fromkeys(seat.party for seat in meeting.attendees if seat.party is not None))


def _side(party: Participation, meeting: MeetingRecord, spoken: Mapping[UUID, Sequence[str]]) -> Side:
    people = [seat.person for seat in meeting.attendees if seat.party == party.id]
    languages = dict.fromkeys(language for person in people for language in spoken.get(person, ()))
    about = {name: getattr(party, name) for name in ("id", "name", "country", "category", "products", "interests")}
    return Side(**about, languages=list(languages))


def _parties(db: Session, ids: Collection[UUID]) -> dict[UUID, Participation]:
    found = db.exec(select(Participation).where(col(Participation.id).in_(ids)))
    return {party.id: party for party in found}


def _spoken(db: Session, convention_id: UUID, people: Collection[UUID]) -> dict[UUID, Sequence[str]]:
    query = select(Representative.person_id, Representative.languages).where(
        Representative.convention_id == convention_id, col(Representative.person_id).in_(people)
    )
    return dict(db.exec(query).all())
