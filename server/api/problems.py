"""Refusals as problem+json (RFC 9457), each with a stable code, a status and what to do."""

from datetime import datetime
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from server.errors import REFUSALS, AnyRefusal
from server.imports.errors import ImportRefused
from server.live.frames import instant
from server.logs import security_log

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

STATUS: dict[str, int] = {
    "not_found": 404,
    "not_allowed": 403,
    "not_signed_in": 401,
    "link_spent": 403,
    "sign_in_failed": 401,
    "code_needed": 401,
    "code_wrong": 401,
    "codes_on": 409,
    "codes_off": 409,
    # A code and its status, no password.
    "password_refused": 422,  # nosec B105
    "mail_off": 409,
    "provider_failed": 503,
    "not_begun": 403,
    "not_invited": 403,
    "scope_missing": 403,
    "browser_only": 403,
    "second_factor_needed": 403,
    "foreign_origin": 403,
    "wrong_host": 421,
    "rate_limited": 429,
    "phase_closed": 409,
    "key_reused": 422,
    "key_missing": 400,
    "busy": 503,
    "uncertain": 503,
    "slug_taken": 409,
    "last_one": 409,
    "seated_elsewhere": 409,
    "party_exists": 409,
    "in_use": 409,
    "sent_lately": 409,
    "has_account": 409,
    "import_stopped": 422,
    "import_outdated": 409,
    "import_refused": 422,
    "empty_file": 422,
    "file_too_large": 413,
    "sheet_too_heavy": 422,
    "not_a_sheet": 422,
    "sheet_encrypted": 422,
    "charset_unknown": 422,
    "header_not_found": 422,
    "sheet_not_found": 422,
    "mapping_refused": 422,
    "not_a_picture": 422,
    "picture_too_large": 413,
    "too_many_pictures": 409,
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
    "booked": 409,
    "not_joinable": 409,
    "nonexistent_time": 422,
    "ambiguous_time": 422,
    "identifies_patient": 422,
    "bad_calendar": 422,
    "cannot_interpret": 409,
    "too_many_wishes": 409,
    "bad_limits": 422,
    "unknown_category": 422,
    "not_wished": 409,
    "already_met": 409,
    "proposal_open": 409,
    "repair_outdated": 409,
    "bad_times": 422,
    "bad_title": 422,
    "not_offered": 409,
    "no_seat": 409,
    "too_many": 409,
    "bad_poll": 422,
    "bad_vote": 422,
    "voted_already": 409,
    "bad_contest": 422,
    "bad_score": 422,
    "scores_missing": 409,
    "muted": 403,
    "too_soon": 429,
    "out_of_time": 422,
    "bad_instruction": 422,
    "unknown_place": 422,
    "code_taken": 409,
    "spoken_for": 409,
    "full": 409,
    "not_registering": 409,
    "bad_channel": 422,
    "bad_offer": 422,
    "unknown_person": 422,
    "nothing_to_schedule": 409,
    "too_many_drafts": 409,
    "draft_empty": 409,
    "draft_outdated": 409,
    "in_the_way": 409,
    "not_taken_out": 409,
}
# What the framework refuses by itself.
PLAIN = {
    400: ("unreadable", "Send JSON text in UTF-8."),
    404: ("not_found", "Check the address; those of the API are described under /docs."),
    405: ("method_not_allowed", "The header Allow names the methods of this address."),
    408: ("body_too_slow", "Try again over a better connection."),
    413: ("body_too_large", "Send less at once."),
}
RETRY_AFTER = {503: "1"}
# What is not theirs to see or do; what is not theirs to see is answered as what is not there.
DENIED = frozenset({"not_found", "not_allowed", "scope_missing", "browser_only", "second_factor_needed"})


def problem(status: int, code: str, title: str, advice: str = "", **details: Any) -> JSONResponse:
    """One answer of the kind RFC 9457 describes; `code` and `advice` are extension members."""
    body = {"type": f"urn:madang:{code}", "title": title, "status": status, "code": code, "advice": advice, **details}
    headers = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else None
    return JSONResponse(jsonable_encoder(body, custom_encoder={datetime: instant}), status, headers, MEDIA_TYPE)


def refusal_response(refusal: AnyRefusal) -> JSONResponse:
    """A refusal as it goes out."""
    response = problem(STATUS[refusal.code], refusal.code, refusal.message, refusal.advice, **refusal.details)
    if "retry_after" in refusal.details:
        response.headers["Retry-After"] = str(refusal.details["retry_after"])
    return response


def note_denied(request: Request, code: str) -> None:
    """Log that something was kept from somebody: which login asked which route. The ids asked for stay out."""
    login = request.scope.get("login")
    route = getattr(request.scope.get("route"), "path", "")
    security_log("denied", code=code, method=request.method, route=route, login=str(login) if login else None)


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem."""

    async def refused(request: Request, refusal: Exception) -> JSONResponse:
        if refusal.code in DENIED:  # type: ignore[attr-defined]
            note_denied(request, refusal.code)  # type: ignore[attr-defined]
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
        if isinstance(error, ClientDisconnect):
            log.info("request broken off", path=request.url.path)
            return problem(400, "unreadable", "The request broke off.", "Send it again.")
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
