"""Channels and how to join by them: an instruction per party, inherited from the convention.

A party's channels are a list; None means that nobody said (unknown), an empty list that it has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.errors import NotAllowed, NotFound
from matchmaking.instructions import Kind
from matchmaking.ports import Work
from matchmaking.tables import Attendee, JoinInstruction, Meeting, Participation


@dataclass(frozen=True, slots=True)
class Instruction:
    """How to join by one channel; `inherited` from the convention if the party has none of its own."""

    channel: str
    kind: str
    value: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class HowToJoin:
    """The instructions for one reader of a meeting; `known` is false while a side's channels are unknown."""

    starts_at: datetime
    known: bool
    instructions: Sequence[Instruction]


def instruct(work: Work, owner_id: UUID, channel: str, kind: Kind, value: str) -> None:
    """Set how to join by a channel: for a party, or for the whole convention (its own id). The value has been checked.

    Raises:
        NotFound: not the actor's party. NotAllowed: the convention's own, by somebody who is not staff.
    """
    if owner_id == work.convention_id:
        if not work.actor.staff:
            raise NotAllowed
    elif not (work.actor.staff or owner_id in work.actor.parties) or not _takes_part(work, owner_id):
        raise NotFound
    row = work.db.get(JoinInstruction, (work.convention_id, owner_id, channel))
    if row is None:
        row = JoinInstruction(
            convention_id=work.convention_id, owner_id=owner_id, channel=channel, kind=kind, value=value
        )
    row.kind, row.value = kind, value
    work.db.add(row)


def _takes_part(work: Work, party_id: UUID) -> bool:
    party = work.db.get(Participation, party_id)
    return party is not None and party.convention_id == work.convention_id


def effective_channels(own: Sequence[str] | None, house: Sequence[str]) -> Sequence[str] | None:
    """A party's channels: its own if it said so; the convention's if unknown and it has any; else unknown."""
    if own is not None:
        return own
    return house or None


def how_to_join(db: Session, convention_id: UUID, meeting_id: UUID) -> HowToJoin:
    """The instructions for a meeting: by the channels that every side can use, all known ones if there is none.

    Raises:
        NotFound: no such meeting, or none that the session shows.
    """
    meeting = db.get(Meeting, meeting_id)
    if meeting is None or meeting.convention_id != convention_id:
        raise NotFound
    seats = db.exec(select(Attendee.participation_id).where(Attendee.meeting_id == meeting_id)).all()
    parties = {party for party in seats if party is not None}
    owners = [convention_id, *parties]
    rows = db.exec(
        select(JoinInstruction).where(
            JoinInstruction.convention_id == convention_id, col(JoinInstruction.owner_id).in_(owners)
        )
    ).all()
    house = [row.channel for row in rows if row.owner_id == convention_id]
    sides = db.exec(
        select(Participation.offers, Participation.channels).where(col(Participation.id).in_(parties))
    ).all()
    # An exhibitor uses whatever the convention runs; a buyer abroad may be cut off from it, so blank stays unknown.
    usable = [effective_channels(own, house if offers else []) for offers, own in sides]
    known = all(channels is not None for channels in usable)
    shared = set.intersection(*(set(channels) for channels in usable if channels is not None), *_all(rows, usable))
    wanted = shared or {row.channel for row in rows}
    return HowToJoin(meeting.starts_at, known, _best(rows, wanted, convention_id))


def _all(rows: Sequence[JoinInstruction], usable: Sequence[Sequence[str] | None]) -> list[set[str]]:
    """A neutral element for the intersection when no side's channels are known."""
    return [] if any(channels is not None for channels in usable) else [{row.channel for row in rows}]


def _best(rows: Sequence[JoinInstruction], wanted: set[str], convention_id: UUID) -> list[Instruction]:
    """One instruction a channel: a party's own before the convention's."""
    best: dict[str, JoinInstruction] = {}
    for row in sorted(rows, key=lambda row: row.owner_id == convention_id, reverse=True):
        if row.channel in wanted:
            best[row.channel] = row
    return [
        Instruction(row.channel, row.kind, row.value, row.owner_id == convention_id)
        for row in sorted(best.values(), key=lambda row: row.channel)
    ]
