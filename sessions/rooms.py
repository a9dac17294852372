"""Tracks and rooms: the lines through the programme, and where its sessions are. Sessions name them by code."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from sqlmodel import col, func, select

from sessions.entries import RoomEntry, TrackEntry, room_entry, track_entry
from sessions.errors import CodeTaken, NotFound, SpokenFor, UnknownPlace
from sessions.events import Record
from sessions.listing import check_planner, list_anew
from sessions.ports import Work
from sessions.programme import checked_text
from sessions.tables import ProgrammeSession, Room, Track

Row = TypeVar("Row", Track, Room)


class Place(StrEnum):
    """Where people come to a room: to a page, to a building, or to either."""

    ONLINE = "online"
    ON_SITE = "on_site"
    HYBRID = "hybrid"


class OrderRecord(Record):
    """The codes of all tracks, or of all rooms, in their order."""

    codes: tuple[str, ...]


def add_track(work: Work, *, code: str, name: Mapping[str, str], colour: str = "") -> TrackEntry:
    """Add a track behind the others.

    Args:
        name: text by language.
        colour: #rgb or #rrggbb, "" for none.

    Raises:
        NotAllowed, BadTitle, CodeTaken.
    """
    track = Track(convention_id=work.convention_id, code=code, name=checked_text(name), colour=colour)
    return track_entry(_add(work, Track, track))


def change_track(work: Work, /, code: str, **changed: Any) -> TrackEntry:
    """Set what is given of name and colour, and keep the rest.

    Raises:
        NotFound, NotAllowed, BadTitle.
    """
    return track_entry(_change(work, Track, code, changed))


def remove_track(work: Work, code: str) -> TrackEntry:
    """Remove a track of which no session is.

    Raises:
        NotFound, NotAllowed, SpokenFor.
    """
    return track_entry(_remove(work, Track, code))


def order_tracks(work: Work, codes: Sequence[str]) -> OrderRecord:
    """Let these come first, in this order, and the others after them as they are; all codes in order.

    Raises:
        NotAllowed, UnknownPlace.
    """
    return _order(work, Track, codes)


def add_room(work: Work, *, code: str, name: Mapping[str, str], place: str, capacity: int | None = None) -> RoomEntry:
    """Add a room behind the others.

    Args:
        name: text by language.
        place: online, on_site or hybrid.
        capacity: seats on site, None where nobody counts them.

    Raises:
        NotAllowed, BadTitle, CodeTaken.
    """
    room = Room(
        convention_id=work.convention_id,
        code=code,
        name=checked_text(name),
        place=Place(place).value,
        capacity=capacity,
    )
    return room_entry(_add(work, Room, room))


def change_room(work: Work, /, code: str, **changed: Any) -> RoomEntry:
    """Set what is given of name, place and capacity, and keep the rest.

    Raises:
        NotFound, NotAllowed, BadTitle.
    """
    return room_entry(_change(work, Room, code, changed))


def remove_room(work: Work, code: str) -> RoomEntry:
    """Remove a room in which no session is.

    Raises:
        NotFound, NotAllowed, SpokenFor.
    """
    return room_entry(_remove(work, Room, code))


def order_rooms(work: Work, codes: Sequence[str]) -> OrderRecord:
    """As `order_tracks`.

    Raises:
        NotAllowed, UnknownPlace.
    """
    return _order(work, Room, codes)


_PLAIN = frozenset({"colour", "place", "capacity"})


def _add(work: Work, table: type[Row], row: Row) -> Row:
    check_planner(work)
    if work.db.get(table, (work.convention_id, row.code)) is not None:
        raise CodeTaken(taken=row.code)
    last = work.db.exec(select(func.max(table.position)).where(table.convention_id == work.convention_id)).one()
    row.position = 0 if last is None else last + 1
    work.db.add(row)
    list_anew(work)
    return row


def _load(work: Work, table: type[Row], code: str) -> Row:
    check_planner(work)
    row = work.db.get(table, (work.convention_id, code))
    if row is None:
        raise NotFound
    return row


def _change(work: Work, table: type[Row], code: str, changed: Mapping[str, Any]) -> Row:
    row = _load(work, table, code)
    for name, value in changed.items():
        if name == "name":
            row.name = checked_text(value)
        elif name in _PLAIN and name in table.model_fields:
            setattr(row, name, value)
        else:
            raise TypeError(f"a {table.__name__.lower()} has no {name}")
    work.db.add(row)
    list_anew(work)
    return row


def _remove(work: Work, table: type[Row], code: str) -> Row:
    row = _load(work, table, code)
    named = ProgrammeSession.track if table is Track else ProgrammeSession.room
    query = select(ProgrammeSession.id).where(ProgrammeSession.convention_id == work.convention_id, named == code)
    if sessions := work.db.exec(query.order_by(col(ProgrammeSession.id))).all():
        raise SpokenFor(sessions=list(sessions))
    work.db.delete(row)
    list_anew(work)
    return row


def _order(work: Work, table: type[Row], codes: Sequence[str]) -> OrderRecord:
    check_planner(work)
    query = select(table).where(table.convention_id == work.convention_id)
    rows: Sequence[Row] = work.db.exec(query.order_by(col(table.position), col(table.code))).all()
    first: dict[str, None] = dict.fromkeys(codes)
    known: dict[str, Row] = {row.code: row for row in rows}
    for code in first:
        if code not in known:
            raise UnknownPlace(what=table.__name__.lower())
    ordered = [*(known[code] for code in first), *(row for row in rows if row.code not in first)]
    for position, row in enumerate(ordered):
        row.position = position
        work.db.add(row)
    list_anew(work)
    return OrderRecord(codes=tuple(row.code for row in ordered))
