"""The programme as people read it: sessions with their texts, speakers, ways to watch and materials."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from sessions.channels import ChannelRecord, channel_record
from sessions.events import SessionRecord
from sessions.floor.rules import FloorOffer, FloorRules
from sessions.records import session_record
from sessions.tables import (
    Appearance,
    Material,
    ProgrammeSession,
    Room,
    Speaker,
    StreamChannel,
    StreamReading,
    Track,
)

Text = dict[str, str]
Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)


class Shown(BaseModel):
    """Base of what is shown: fields are listed, and texts are by language, with their "original"."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TrackEntry(Shown):
    """A line through the programme."""

    code: str
    name: Text
    colour: str


class RoomEntry(Shown):
    """Where sessions are: online, on_site or hybrid, with the seats on site."""

    code: str
    name: Text
    place: str
    capacity: int | None


class SpeakerEntry(Shown):
    """Somebody on the programme."""

    id: UUID
    name: Text
    affiliation: Text
    biography: Text


class Part(Shown):
    """What a speaker does in a session."""

    speaker: UUID
    role: str


class MaterialEntry(Shown):
    """Slides, a document, a replay, a link, or an offer with its price."""

    id: UUID
    kind: str
    title: Text
    url: str
    language: str
    price: Decimal | None
    currency: str | None


class ProgrammeEntry(SessionRecord):
    """A session with its texts. `places` are those taken of a session that has places, else None.

    `channels` and `materials` are empty for who may not watch it.
    """

    title: Text
    abstract: Text
    notice: Text
    languages: list[str]
    run_by: str
    floor: FloorOffer
    places: int | None
    parts: list[Part]
    channels: list[ChannelRecord]
    materials: list[MaterialEntry]


class Programme(Shown):
    """All sessions in the order of their beginning, and what they name."""

    sessions: list[ProgrammeEntry]
    tracks: list[TrackEntry]
    rooms: list[RoomEntry]
    speakers: list[SpeakerEntry]


def programme(db: Session, convention_id: UUID) -> Programme:
    """The convention's programme as far as the reader's session of the database has it."""
    query = select(ProgrammeSession).where(ProgrammeSession.convention_id == convention_id)
    rows = db.exec(query.order_by(col(ProgrammeSession.starts_at), col(ProgrammeSession.id))).all()
    tracks = select(Track).where(Track.convention_id == convention_id).order_by(col(Track.position), col(Track.code))
    rooms = select(Room).where(Room.convention_id == convention_id).order_by(col(Room.position), col(Room.code))
    speakers = select(Speaker).where(Speaker.convention_id == convention_id).order_by(col(Speaker.id))
    return Programme(
        sessions=_entries(db, rows),
        tracks=[track_entry(row) for row in db.exec(tracks)],
        rooms=[room_entry(row) for row in db.exec(rooms)],
        speakers=[speaker_entry(row) for row in db.exec(speakers)],
    )


def entry(db: Session, convention_id: UUID, session_id: UUID) -> ProgrammeEntry | None:
    """One session; None if this convention has no such session."""
    row = db.get(ProgrammeSession, session_id)
    return _entries(db, [row])[0] if row is not None and row.convention_id == convention_id else None


def speakers_of(db: Session, session_id: UUID) -> list[SpeakerEntry]:
    """Who is in a session, in their order, each once."""
    query = select(Speaker).join(Appearance, col(Appearance.speaker_id) == Speaker.id)
    found = db.exec(query.where(Appearance.session_id == session_id).order_by(col(Appearance.position)))
    return [speaker_entry(row) for row in {row.id: row for row in found}.values()]


def track_entry(row: Track) -> TrackEntry:
    """A track as it is shown."""
    return TrackEntry(code=row.code, name=row.name, colour=row.colour)


def room_entry(row: Room) -> RoomEntry:
    """A room as it is shown."""
    return RoomEntry(code=row.code, name=row.name, place=row.place, capacity=row.capacity)


def speaker_entry(row: Speaker) -> SpeakerEntry:
    """A speaker as they are shown."""
    return SpeakerEntry(id=row.id, name=row.name, affiliation=row.affiliation, biography=row.biography)


def _entries(db: Session, rows: Sequence[ProgrammeSession]) -> list[ProgrammeEntry]:
    ids = [row.id for row in rows]
    parts = _by(_below(db, Appearance, ids), lambda row: row.session_id)
    channels = _by(_below(db, StreamChannel, ids), lambda row: row.session_id)
    materials = _by(_below(db, Material, ids), lambda row: row.session_id)
    readings = {row.channel_id: row for row in db.exec(_readings(ids))}
    return [
        ProgrammeEntry(
            **session_record(row).model_dump(),
            title=row.title,
            abstract=row.abstract,
            notice=row.notice,
            languages=row.languages,
            run_by=row.run_by,
            floor=FloorRules.model_validate(row.floor).offer(),
            places=row.taken if row.registers else None,
            parts=[Part(speaker=part.speaker_id, role=part.role) for part in parts[row.id]],
            channels=[channel_record(channel, readings.get(channel.id)) for channel in channels[row.id]],
            materials=[material_entry(material) for material in materials[row.id]],
        )
        for row in rows
    ]


def material_entry(row: Material) -> MaterialEntry:
    """A material as it is shown."""
    return MaterialEntry(
        id=row.id,
        kind=row.kind,
        title=row.title,
        url=row.url,
        language=row.language,
        price=row.price,
        currency=row.currency,
    )


def _below(db: Session, model: Any, ids: Sequence[UUID]) -> Iterable[Any]:
    """The rows of these sessions, in their order."""
    return db.exec(select(model).where(col(model.session_id).in_(ids)).order_by(col(model.position)))


def _readings(ids: Sequence[UUID]) -> Any:
    query = select(StreamReading).join(StreamChannel, col(StreamChannel.id) == StreamReading.channel_id)
    return query.where(col(StreamChannel.session_id).in_(ids))


def _by(rows: Iterable[Row], key: Callable[[Row], Key]) -> defaultdict[Key, list[Row]]:
    found: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
