"""Taking a programme's file: everything it says becomes so in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import select

from server.errors import ImportStopped, NotAllowed
from server.programme_files.comparing import Comparison, Told, compare
from server.programme_files.known import known_programme
from server.programme_files.reading import SCHEDULES, Format, ProgrammeRead
from server.work import Work
from sessions.lineup import SpeakerRole, add_speaker, change_speaker, set_line_up
from sessions.materials import MaterialKind, add_material
from sessions.outline import OutlineLink, OutlinePart, OutlineSession, texts
from sessions.programme import BEGINNINGS, AudienceKind, Kind, cancel, change, plan, publish, take_back
from sessions.rooms import Place, add_room, add_track
from sessions.states import SessionState
from sessions.tables import Listing, Room, Track

STOPPED = "It is not clear which session is meant, or when it is; nothing of the file was taken."
_LINK_TITLES = {"slides": "Slides", "document": "Document", "replay": "Replay", "link": "Link"}
_ARGUMENTS = {"key": "external_id"}
_BY_OTHERS = ("parts", "links", "state")  # fields that `change` does not take
_TOLD = ("abstract", "track", "room", "languages", "audience", "capacity")  # beside what every session has


class TakenRow(BaseModel):
    """A session by its place in the file; `fields` are what was changed, none of a new one."""

    row: int
    session: UUID
    fields: list[str] = []


class ProgrammeRecord(BaseModel):
    """What taking a file changed: places, ids and fields, never what the file says."""

    format: Format
    sessions: int
    created: list[TakenRow]
    changed: list[TakenRow]
    unchanged: int
    missing: list[UUID]
    speakers_added: int
    speakers_changed: int
    tracks_added: list[str]
    rooms_added: list[str]


def take(
    work: Work, read: ProgrammeRead, form: Format, state: SessionState = SessionState.SCHEDULED
) -> ProgrammeRecord:
    """Make the programme say what a file says; what the file does not have stays. Again, nothing changes.

    Args:
        state: that of new sessions of which the file says none: draft, published or scheduled.

    Raises:
        NotAllowed. ImportStopped: sessions whose identity or time is unclear; with the findings.
    """
    if not work.actor.staff:
        raise NotAllowed
    known = known_programme(work.db, work.convention_id)
    compared = compare(known, read, form)
    if compared.stops:
        raise ImportStopped(STOPPED, findings=[asdict(finding) for finding in compared.stops])
    return _Taking(work, compared, read, known.speakers, known.sessions, state).all(form)


class _Taking:
    def __init__(
        self,
        work: Work,
        compared: Comparison,
        read: ProgrammeRead,
        people: Mapping[str, UUID],
        sessions: Mapping[str, UUID],
        state: SessionState,
    ) -> None:
        self.work = work
        self.compared = compared
        self.read = read
        self.people = dict(people)
        self.sessions = sessions
        self.state = state
        self.held: Sequence[Any] = ()

    def all(self, form: Format) -> ProgrammeRecord:
        compared = self.compared
        tracks, rooms = self._add_tracks(), self._add_rooms()
        # The commands below ask for these again and again, and a session of the database forgets what nobody holds.
        self.held = [self.work.db.exec(_of(model, self.work)).all() for model in (Track, Room, Listing)]
        added = self._add_speakers(form)
        for key, about in compared.speakers.items():
            change_speaker(self.work, self.people[key], **about)
        created = [TakenRow(row=one.row, session=self._plan(one.session)) for one in compared.created]
        changed = [self._change(one) for one in compared.changed]
        return ProgrammeRecord(
            format=form,
            sessions=len(self.read.outline.sessions),
            created=created,
            changed=changed,
            unchanged=len(compared.sessions) - len(created) - len(changed),
            missing=[self.sessions[one.key] for one in compared.missing],
            speakers_added=added,
            speakers_changed=len(compared.speakers),
            tracks_added=tracks,
            rooms_added=rooms,
        )

    def _add_tracks(self) -> list[str]:
        for track in self.compared.tracks:
            add_track(self.work, code=track.code, name=track.name, colour=track.colour or "")
        return [track.code for track in self.compared.tracks]

    def _add_rooms(self) -> list[str]:
        for room in self.compared.rooms:
            place = room.place or Place.HYBRID.value
            add_room(self.work, code=room.code, name=room.name, place=place, capacity=room.capacity)
        return [room.code for room in self.compared.rooms]

    def _add_speakers(self, form: Format) -> int:
        """Those of schedules keep their guid; what a sheet calls people is their name."""
        told = {one.key: one for one in self.read.outline.speakers}
        new = [told[key] for key, known in self.compared.matches.speakers.items() if known is None]
        for one in new:
            record = add_speaker(
                self.work,
                name=one.name,
                affiliation=one.affiliation or {},
                biography=one.biography or {},
                external_id=one.key if form in SCHEDULES else None,
            )
            self.people[one.key] = record.id
        return len(new)

    def _plan(self, told: OutlineSession) -> UUID:
        details = {name: _argument(name, getattr(told, name)) for name in _TOLD if getattr(told, name)}
        state = SessionState(told.state) if told.state in BEGINNINGS else self.state
        record = plan(
            self.work,
            title=told.title,
            kind=Kind(told.kind or Kind.TALK),
            starts_at=told.starts_at,
            ends_at=told.ends_at,
            state=state,
            external_id=told.key or None,
            **details,
        )
        if told.parts:
            self._line_up(record.id, told.parts)
        self._add_links(record.id, told.links or ())
        return record.id

    def _change(self, one: Told) -> TakenRow:
        assert one.known is not None
        session_id = self.sessions[one.known.key]
        after = {difference.field: difference.after for difference in one.differences}
        if one.known.state == SessionState.CANCELLED:
            take_back(self.work, session_id)
        plain = {
            _ARGUMENTS.get(name, name): _argument(name, value)
            for name, value in after.items()
            if name not in _BY_OTHERS
        }
        if plain:
            change(self.work, session_id=session_id, **plain)
        if "parts" in after:
            self._line_up(session_id, after["parts"])
        if "links" in after:
            self._add_links(session_id, after["links"][len(one.known.links or ()) :])
        if "state" in after:
            self._move(session_id, one.known.state, SessionState(after["state"]))
        return TakenRow(row=one.row, session=session_id, fields=list(after))

    def _move(self, session_id: UUID, before: str | None, after: SessionState) -> None:
        """Let it be announced, settled, taken back or called off. A cancelled one is a draft by now."""
        if after == SessionState.CANCELLED:
            cancel(self.work, session_id)
        elif after != SessionState.DRAFT:
            publish(self.work, session_id, settled=after == SessionState.SCHEDULED)
        elif before != SessionState.CANCELLED:
            take_back(self.work, session_id)

    def _line_up(self, session_id: UUID, parts: Sequence[OutlinePart]) -> None:
        set_line_up(self.work, session_id, [(self.people[part.speaker], SpeakerRole(part.role)) for part in parts])

    def _add_links(self, session_id: UUID, links: Sequence[OutlineLink]) -> None:
        for link in links:
            title = link.title or texts(_LINK_TITLES[link.kind], "en")
            add_material(self.work, session_id, kind=MaterialKind(link.kind), title=title, url=link.url)


def _of(model: Any, work: Work) -> Any:
    return select(model).where(model.convention_id == work.convention_id)


def _argument(name: str, value: Any) -> Any:
    """A field's value as commands take it."""
    if name in ("kind", "audience"):
        return {"kind": Kind, "audience": AudienceKind}[name](value)
    return list(value) if name == "languages" else value
