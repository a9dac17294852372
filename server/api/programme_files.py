"""The programme's files: what comes is compared and taken, what leaves is as its reader may see it."""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from server.api.door import DeskDep, Input, PublicDep, convention_router
from server.api.fields import Language
from server.api.imports import FORM, TURNS, XLSX, read_upload
from server.api.programme import Planning
from server.api.public import CACHE_CONTROL, UNCHANGED, unless_known
from server.programme_files.calendar import session_entries, write_calendar
from server.programme_files.file import ProgrammeFile
from server.programme_files.frab_json import write_json
from server.programme_files.frab_xml import write_xml
from server.programme_files.importing import prepare
from server.programme_files.known import known_programme
from server.programme_files.report import ProgrammeReport
from server.programme_files.sheet import write_csv, write_xlsx
from server.programme_files.taking import ProgrammeRecord, take
from sessions.outline import Outline, told
from sessions.states import SessionState

router = convention_router("programme files")

Form = Literal["xlsx", "csv", "json", "xml", "ics"]
PublicForm = Literal["json", "xml", "ics"]
Beginning = Literal["draft", "published", "scheduled"]
Languages = Annotated[tuple[Language, ...], Field(max_length=10)]
Preferred = Annotated[Languages, Query(alias="language", description="Languages, the best first; may come again.")]

CALENDAR = "text/calendar; charset=utf-8"
_TYPES: dict[Form, str] = {
    "xlsx": XLSX,
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml",
    "ics": CALENDAR,
}


def _described(*forms: Form) -> dict[int | str, dict[str, Any]]:
    """What these files are, for the description of the API."""
    content = {
        _TYPES[form].partition(";")[0]: {"schema": {"type": "object" if form == "json" else "string"}} for form in forms
    }
    return {200: {"content": content}}


class Told(Input):
    """What the idempotency key stands for: the file by its digest."""

    file: str
    mapping: dict[str, str]
    sheet: str | None
    state: str


@router.post("/programme/imports", openapi_extra={"requestBody": FORM["requestBody"]})
async def import_programme(
    request: Request, desk: Planning, dry_run: bool = False, state: Beginning = "scheduled"
) -> ProgrammeReport:
    """Take a programme's file (XLSX, CSV, schedule.json or schedule.xml, told by what it holds), whole or not at all;
    `dry_run` only tells what that would change.

    What the file does not have, or leaves blank, stays. New sessions are as the file says, or else in `state`.
    """
    upload = await read_upload(request, desk.parts.settings.import_bytes)
    prepared = await TURNS.run(prepare, desk.reading, desk.convention_id, ProgrammeFile(*upload))
    if dry_run:
        return prepared.report(None)
    digest = hashlib.sha256(upload.data).hexdigest()
    body = Told(file=digest, mapping=upload.mapping, sheet=upload.sheet, state=state)
    command = partial(take, read=prepared.read, form=prepared.form, state=SessionState(state))
    answer = await desk.run(command, body)
    return prepared.report(ProgrammeRecord.model_validate_json(bytes(answer.body)))


@router.get("/programme/export.{form}", response_class=Response, responses=_described(*_TYPES))
def export_programme(form: Form, desk: DeskDep, languages: Preferred = ()) -> Response:
    """The programme as a file, as far as you see it: planners have it whole. Schedules hold what is announced."""
    with desk.reading() as db:
        outline = known_programme(db, desk.convention_id, desk.parts.settings.base_url).outline
    headers = {"content-disposition": f'attachment; filename="{outline.slug}-programme.{form}"'}
    return Response(_written(form, outline, languages), media_type=_TYPES[form], headers=headers)


@router.get(
    "/public/schedule.{form}", response_class=Response, responses={**_described("json", "xml", "ics"), **UNCHANGED}
)
def export_public_programme(form: PublicForm, request: Request, desk: PublicDep, languages: Preferred = ()) -> Response:
    """The public sessions, as schedule apps and calendars read them: without an account."""
    with desk.reading() as db:
        outline = known_programme(db, desk.convention_id, desk.parts.settings.base_url).outline
    return unless_known(request, _written(form, outline, languages), _TYPES[form], CACHE_CONTROL)


def _written(form: Form, outline: Outline, languages: Sequence[str]) -> bytes:
    if form == "ics":
        return write_calendar(told(outline.name, languages), session_entries(outline, languages))
    writers = {"xlsx": write_xlsx, "csv": write_csv, "json": write_json, "xml": write_xml}
    return writers[form](outline, languages)
