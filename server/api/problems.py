"""Refusals as problem+json (RFC 9457), each with a stable code, a status and what to do."""

from datetime import datetime
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from server.errors import REFUSALS, AnyRefusal
from server.imports.errors import ImportRefused
from server.live.frames import instant

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

STATUS: dict[str, int] = {
    "not_found": 404,
    "not_allowed": 403,
    "not_signed_in": 401,
    "link_spent": 403,
    "foreign_origin": 403,
    "phase_closed": 409,
    "key_reused": 422,
    "key_missing": 400,
    "busy": 503,
    "uncertain": 503,
    "slug_taken": 409,
    "import_stopped": 422,
    "import_outdated": 409,
    "import_refused": 422,
    "empty_file": 422,
    "file_too_large": 413,
    "not_a_sheet": 422,
    "sheet_encrypted": 422,
    "charset_unknown": 422,
    "header_not_found": 422,
    "sheet_not_found": 422,
    "mapping_refused": 422,
    "unreadable": 422,
    "wrong_state": 409,
    "slot_taken": 409,
    "slot_unknown": 409,
    "wrong_direction": 403,
    "too_many_open": 409,
    "too_many_today": 409,
    "cooling_down": 409,
    "thread_open": 409,
    "needs_look": 409,
    "not_joinable": 409,
    "nonexistent_time": 422,
    "ambiguous_time": 422,
    "bad_calendar": 422,
    "bad_times": 422,
    "bad_title": 422,
}
# What the framework refuses by itself.
PLAIN = {
    400: ("unreadable", "Send JSON text in UTF-8."),
    404: ("not_found", "Check the address; those of the API are described under /docs."),
    405: ("method_not_allowed", "The header Allow names the methods of this address."),
}
RETRY_AFTER = {503: "1"}


def problem(status: int, code: str, title: str, advice: str = "", **details: Any) -> JSONResponse:
    """One answer of the kind RFC 9457 describes; `code` and `advice` are extension members."""
    body = {"type": f"urn:madang:{code}", "title": title, "status": status, "code": code, "advice": advice, **details}
    headers = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else None
    return JSONResponse(jsonable_encoder(body, custom_encoder={datetime: instant}), status, headers, MEDIA_TYPE)


def refusal_response(refusal: AnyRefusal) -> JSONResponse:
    """A refusal as it goes out."""
    return problem(STATUS[refusal.code], refusal.code, refusal.message, refusal.advice, **refusal.details)


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem."""

    async def refused(_request: Request, refusal: Exception) -> JSONResponse:
        return refusal_response(refusal)  # type: ignore[arg-type]

    async def no_list(_request: Request, refused: Exception) -> JSONResponse:
        assert isinstance(refused, ImportRefused)
        return problem(STATUS[refused.code], refused.code, str(refused), refused.remedy)

    async def unreadable(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        fields = [{"where": list(e["loc"]), "message": e["msg"]} for e in error.errors()]
        return problem(
            422, "unreadable", "What you sent cannot be understood.", "Correct the fields named.", fields=fields
        )

    async def plain(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code, advice = PLAIN.get(error.status_code, ("refused", "Compare it with the API description under /docs."))
        response = problem(error.status_code, code, str(error.detail), advice)
        response.headers.update(error.headers or {})
        return response

    async def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", path=request.url.path, exc_info=error)
        return problem(
            500, "internal", "Something broke on our side.", "Retry with the same Idempotency-Key; tell the organiser."
        )

    for kind in REFUSALS:
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(ImportRefused, no_list)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, broken)
