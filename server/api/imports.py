"""Importing the organiser's sheets: what a file would change, and changing it."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.errors import ImportOutdated, Unreadable
from server.imports.changes import ImportRecord
from server.imports.errors import FileTooLarge
from server.imports.header import Kind, parse_mapping
from server.imports.importing import ImportReport, Prepared, SheetFile, plan_again, prepare, report, without_collector
from server.imports.taking import take
from server.killable import Turns

router = convention_router("imports", "/imports")

Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PARTIES))]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What may stand around the file: boundaries, part headers, the mapping.
_AROUND = 256 * 1024
_ATTEMPTS = 3
TURNS = Turns(at_once=2, waiting=8)
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "XLSX, XLS, ODS or CSV."},
                        "mapping": {"type": "string", "description": 'JSON object {"column title": "field"}.'},
                        "sheet": {"type": "string", "description": "The sheet to read, if not the likeliest."},
                    },
                }
            }
        },
    },
    "responses": {"200": {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
}


class Told(Input):
    """What the idempotency key stands for: the file by its digest."""

    kind: str
    file: str
    mapping: dict[str, str]
    sheet: str | None


class Upload(NamedTuple):
    """A file that was sent: its name and bytes; of a sheet also {column title: field}, and which sheet to read."""

    name: str
    data: bytes
    mapping: dict[str, str]
    sheet: str | None


class Limited(Request):
    """A request whose body is counted while it arrives, whatever its Content-Length says."""

    def __init__(self, request: Request, most: int) -> None:
        super().__init__(request.scope, request.receive)
        self._most = most

    async def stream(self) -> AsyncGenerator[bytes, None]:
        seen = int(self.headers.get("content-length") or 0)
        if seen > self._most:
            raise self._too_large()
        seen = 0
        async for chunk in super().stream():
            seen += len(chunk)
            if seen > self._most:
                raise self._too_large()
            yield chunk

    def _too_large(self) -> FileTooLarge:
        return FileTooLarge(f"More than {(self._most - _AROUND) / 1024 / 1024:.3g} MB were sent.")


@router.post("/{kind}", response_model=ImportReport, openapi_extra=FORM)
async def import_sheet(
    kind: Kind, request: Request, desk: Managing, dry_run: bool = False, format: Literal["json", "xlsx"] | None = None
) -> Response:
    """Take a sheet, whole or not at all; `dry_run` only tells what that would change.

    The answer is a report; with `format=xlsx`, or an Accept of that media type, the sheet with its cells marked.
    """
    file = SheetFile(kind, *await read_upload(request, desk.parts.settings.import_bytes))
    as_xlsx = format == "xlsx" or (format is None and XLSX in request.headers.get("accept", ""))
    with without_collector():
        prepared = await TURNS.run(prepare, desk.parts.engine, desk.convention_id, file, desk.parts.clock.now())
        record = prepared.plan.record
        if not dry_run:
            prepared, record = await _take(desk, prepared)
        return await run_in_threadpool(_answer, desk, prepared, record, dry_run, as_xlsx)


def _answer(desk: Desk, prepared: Prepared, record: ImportRecord, dry_run: bool, as_xlsx: bool) -> Response:
    if as_xlsx:
        attached = {"Content-Disposition": f'attachment; filename="{prepared.file.kind}-marked.xlsx"'}
        return Response(prepared.marked(), media_type=XLSX, headers=attached)
    told = report(desk.parts.engine, prepared, record, dry_run=dry_run)
    return Response(told.model_dump_json(), media_type="application/json")


async def _take(desk: Desk, prepared: Prepared) -> tuple[Prepared, ImportRecord]:
    """Give the command, and plan again if somebody was quicker."""
    file = prepared.file
    digest = hashlib.sha256(file.data).hexdigest()
    body = Told(kind=file.kind, file=digest, mapping=dict(file.mapping), sheet=file.sheet)
    for attempt in range(_ATTEMPTS):
        try:
            answer = await desk.run(partial(take, plan=prepared.plan), body)
            desk.parts.doorkeeper.forget()
            return prepared, ImportRecord.model_validate_json(bytes(answer.body))
        except ImportOutdated:
            if attempt == _ATTEMPTS - 1:
                raise
            now = desk.parts.clock.now()
            prepared = await run_in_threadpool(plan_again, desk.parts.engine, desk.convention_id, prepared, now)
    raise AssertionError("the last attempt returns or raises")


async def read_upload(request: Request, most: int) -> Upload:
    """The file of a form and how to read it; it has at most so many bytes.

    Raises:
        FileTooLarge, MappingRefused; Unreadable if the body is no form with a file.
    """
    async with _form(Limited(request, most + _AROUND)) as form:
        file, mapping, sheet = form.get("file"), form.get("mapping") or "{}", form.get("sheet") or None
        if not isinstance(file, UploadFile):
            raise Unreadable("Send the sheet as multipart/form-data, in a part named file.", field="file")
        if isinstance(mapping, UploadFile) or isinstance(sheet, UploadFile):
            raise Unreadable("The mapping and the sheet's name are text, not files.")
        data = await file.read()
        if len(data) > most:
            raise FileTooLarge(f"The file has more than {most / 1024 / 1024:.3g} MB.")
        return Upload(file.filename or "", data, parse_mapping(mapping), sheet)


@asynccontextmanager
async def _form(request: Request) -> AsyncGenerator[Any, None]:
    try:
        form = await request.form(max_files=3, max_fields=10, max_part_size=_AROUND)
    except HTTPException as broken:
        raise Unreadable(str(broken.detail)) from None
    try:
        yield form
    finally:
        await form.close()
