"""The programme as it stands, as an outline: for files that leave, and to compare with files that come."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlmodel import Session, select

from server.conventions.tables import Convention
from sessions.entries import ProgrammeEntry, SpeakerEntry, programme
from sessions.outline import (
    Outline,
    OutlineLink,
    OutlinePart,
    OutlineRoom,
    OutlineSession,
    OutlineSpeaker,
    OutlineTrack,
)
from sessions.tables import Listing, ProgrammeSession, Speaker

_OFFER = "offer"  # what is sold on air is no part of a programme's files


@dataclass(frozen=True, slots=True)
class Known:
    """`sessions` and `speakers` are the ids of what the outline calls by keys."""

    outline: Outline
    sessions: dict[str, UUID] = field(default_factory=dict)
    speakers: dict[str, UUID] = field(default_factory=dict)


def known_programme(db: Session, convention_id: UUID, base_url: str = "") -> Known:
    """The convention's programme, as far as the reader's session of the database has it. A thing is called what the
    file called it that it came with, or else by its id. `base_url` is where our pages stand."""
    convention = db.get_one(Convention, convention_id)
    pages = f"{base_url.rstrip('/')}/c/{convention.slug}" if base_url else ""
    shown = programme(db, convention_id)
    rows = db.exec(select(ProgrammeSession).where(ProgrammeSession.convention_id == convention_id)).all()
    called = {row.id: row.external_id or str(row.id) for row in rows}
    changed = {row.id: row.changed_at for row in rows}
    people = db.exec(select(Speaker).where(Speaker.convention_id == convention_id)).all()
    names = {row.id: row.external_id or str(row.id) for row in people}
    listing = db.get(Listing, convention_id)
    outline = Outline(
        slug=convention.slug,
        name=convention.name,
        zone=convention.zone,
        first_day=convention.first_day,
        last_day=convention.last_day,
        tracks=tuple(OutlineTrack(code=one.code, name=one.name, colour=one.colour) for one in shown.tracks),
        rooms=tuple(
            OutlineRoom(code=one.code, name=one.name, place=one.place, capacity=one.capacity) for one in shown.rooms
        ),
        speakers=tuple(_speaker(one, names[one.id]) for one in shown.speakers),
        sessions=tuple(
            replace(
                _session(one, called[one.id], names),
                changed_at=changed[one.id],
                url=f"{pages}/watch/{one.id}" if pages else "",
            )
            for one in shown.sessions
        ),
        url=f"{pages}/programme" if pages else "",
        version=(listing.version if listing else 0) + sum(one.version for one in shown.sessions),
    )
    return Known(outline, {key: one for one, key in called.items()}, {key: one for one, key in names.items()})


def _session(shown: ProgrammeEntry, key: str, names: Mapping[UUID, str]) -> OutlineSession:
    return OutlineSession(
        key=key,
        title=shown.title,
        starts_at=shown.starts_at,
        ends_at=shown.ends_at,
        abstract=shown.abstract,
        kind=shown.kind,
        track=shown.track,
        room=shown.room,
        languages=tuple(shown.languages),
        audience=shown.audience,
        capacity=shown.capacity,
        state=shown.state,
        parts=tuple(
            OutlinePart(speaker=names[part.speaker], role=part.role) for part in shown.parts if part.speaker in names
        ),
        links=tuple(
            OutlineLink(url=one.url, title=one.title, kind=one.kind, language=one.language)
            for one in shown.materials
            if one.kind != _OFFER
        ),
        version=shown.version,
    )


def _speaker(shown: SpeakerEntry, key: str) -> OutlineSpeaker:
    return OutlineSpeaker(key=key, name=shown.name, affiliation=shown.affiliation, biography=shown.biography)
