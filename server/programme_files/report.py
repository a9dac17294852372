"""What taking a programme's file changed, or would change, in the words of the file: for whoever sent it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from server.imports.importing import FindingOut
from server.programme_files.comparing import Comparison, Told
from server.programme_files.known import Known
from server.programme_files.reading import Format, ProgrammeRead
from server.programme_files.taking import ProgrammeRecord, TakenRow
from sessions.outline import OutlineLink, OutlinePart, OutlineSpeaker, told


class FieldOut(BaseModel):
    """Another value, as people read it."""

    field: str
    before: str
    after: str


class NewSessionOut(BaseModel):
    """A session that is new. `row` is its place in the file, `session` null in a dry run."""

    row: int
    title: str
    starts_at: datetime
    ends_at: datetime
    session: UUID | None


class ChangedSessionOut(BaseModel):
    """A session of which the file says something else; `moved`: another time."""

    row: int
    title: str
    session: UUID
    moved: bool
    fields: list[FieldOut]


class MissingSessionOut(BaseModel):
    """A session that the file does not have. It stays."""

    session: UUID
    title: str


class ProgrammeReport(BaseModel):
    """What a file holds and what taking it changed, or would change in a dry run.

    `stopped`: nothing can be taken; the findings of severity "stop" say why. `sessions` is how many the file has.
    """

    format: Format
    file: str
    dry_run: bool
    stopped: bool
    sessions: int
    created: list[NewSessionOut]
    changed: list[ChangedSessionOut]
    unchanged: int
    missing: list[MissingSessionOut]
    speakers_added: list[str]
    speakers_changed: list[str]
    tracks_added: list[str]
    rooms_added: list[str]
    findings: list[FindingOut]


def report(
    known: Known, read: ProgrammeRead, compared: Comparison, form: Format, name: str, record: ProgrammeRecord | None
) -> ProgrammeReport:
    """The report of a file. `known` and `compared` are of before it was taken; `record` is what taking it answered,
    None in a dry run."""
    names = {one.key: one for one in (*read.outline.speakers, *known.outline.speakers)}
    rows = {one.row: one for one in compared.sessions}
    created = record.created if record else [TakenRow(row=one.row, session=UUID(int=0)) for one in compared.created]
    changed = record.changed if record else [_untaken(one, known) for one in compared.changed]
    titles = dict(zip(read.rows, (told(one.title) for one in read.outline.sessions), strict=True))
    times = dict(zip(read.rows, read.outline.sessions, strict=True))
    return ProgrammeReport(
        format=form,
        file=name,
        dry_run=record is None,
        stopped=bool(compared.stops),
        sessions=len(read.outline.sessions),
        created=[
            NewSessionOut(
                row=one.row,
                title=titles[one.row],
                starts_at=times[one.row].starts_at,
                ends_at=times[one.row].ends_at,
                session=one.session if record else None,
            )
            for one in created
        ],
        changed=[
            ChangedSessionOut(
                row=one.row,
                title=titles[one.row],
                session=one.session,
                moved=not {"starts_at", "ends_at"}.isdisjoint(one.fields),
                fields=_fields(one, rows.get(one.row), names),
            )
            for one in changed
        ],
        unchanged=record.unchanged if record else len(compared.sessions) - len(created) - len(changed),
        missing=[MissingSessionOut(session=known.sessions[one.key], title=told(one.title)) for one in compared.missing],
        speakers_added=[told(names[key].name) for key, one in compared.matches.speakers.items() if one is None],
        speakers_changed=[told(names[key].name) for key in compared.speakers],
        tracks_added=[told(one.name) for one in compared.tracks],
        rooms_added=[told(one.name) for one in compared.rooms],
        findings=[FindingOut.model_validate(one, from_attributes=True) for one in compared.findings],
    )


def _untaken(one: Told, known: Known) -> TakenRow:
    assert one.known is not None
    return TakenRow(
        row=one.row,
        session=known.sessions[one.known.key],
        fields=[difference.field for difference in one.differences],
    )


def _fields(taken: TakenRow, row: Told | None, names: dict[str, OutlineSpeaker]) -> list[FieldOut]:
    """Of what is sent again under the same key, the fields alone are known."""
    values = {one.field: (one.before, one.after) for one in row.differences} if row else {}
    return [
        FieldOut(
            field=name,
            before=_shown(values[name][0], names) if name in values else "",
            after=_shown(values[name][1], names) if name in values else "",
        )
        for name in taken.fields
    ]


def _shown(value: Any, names: dict[str, OutlineSpeaker]) -> str:
    if isinstance(value, dict):
        return told(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(_shown(one, names) for one in value)
    if isinstance(value, OutlinePart):
        name = told(names[value.speaker].name) if value.speaker in names else value.speaker
        return name if value.role == "speaker" else f"{value.role}: {name}"
    if isinstance(value, OutlineLink):
        return value.url
    return "" if value is None else str(value)
