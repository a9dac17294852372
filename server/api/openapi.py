"""The API's description, completed by what the framework does not see: who is asked for a login, and every refusal.

Which refusals an operation may answer follows from its shape; what is said of a single operation by hand stays.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ConfigDict

from server.api.door import COOKIE, SAFE_METHODS, Needs, signed_in
from server.api.host import owner_only
from server.api.problems import MEDIA_TYPE, PLAIN, RETRY_AFTER, STATUS

API = "/api/"
LOGIN, OWNER = "login", "owner"
Doors = dict[tuple[str, str], frozenset[str]]
REFUSED = (400, 401, 403, 404, 408, 409, 413, 421, 422, 429, 503)
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A program's token."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A browser's login."},
}
WITH_LOGIN: list[dict[str, list[str]]] = [{name: []} for name in SCHEMES]
# What the framework says of bodies it cannot read; here it is a problem like any other.
FOREIGN_SCHEMAS = ("HTTPValidationError", "ValidationError")


class Problem(BaseModel):
    """Why something was not done, as RFC 9457 has it. `code` stays the same for ever, `advice` says what to do; some
    codes bring further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    advice: str


def install(app: FastAPI) -> None:
    """Let the application describe itself in full."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        if "securitySchemes" not in document.get("components", {}):
            complete(document, doors(app))
        return document

    app.openapi = described  # type: ignore[method-assign]


def doors(app: FastAPI) -> Doors:
    """What the operations, as (path, method in small letters), ask of who comes."""
    found: Doors = {}
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            calls = set(_calls(context.original_route.dependant))
            asked = {LOGIN} if any(call is signed_in or isinstance(call, Needs) for call in calls) else set()
            if owner_only in calls:
                asked.add(OWNER)
            found |= {(str(context.path), method.lower()): frozenset(asked) for method in context.methods or ()}
    return found


def complete(document: dict[str, Any], doors: Doors) -> None:
    """Add to a document what its operations may refuse, and with which login they are used."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in FOREIGN_SCHEMAS:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = SCHEMES
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = doors.get((path, method), frozenset())
            operation["security"] = WITH_LOGIN if LOGIN in asked else []
            responses = operation["responses"]
            if MEDIA_TYPE not in responses.get("422", {}).get("content", {}):
                responses.pop("422", None)
            for status in refusals(path, method, operation, asked):
                responses.setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})
    components["responses"] = {_name(status): _response(status) for status in REFUSED}


def refusals(path: str, method: str, operation: dict[str, Any], asked: frozenset[str]) -> list[int]:
    """The statuses of the refusals that an operation of this shape may answer to those it asks for this."""
    unsafe = method.upper() not in SAFE_METHODS
    body = "requestBody" in operation
    read = {parameter["name"] for parameter in operation.get("parameters", ())} - {"slug"}
    with_key = "Idempotency-Key" in read
    reasons = {
        400: body or with_key,
        401: LOGIN in asked,
        403: unsafe or LOGIN in asked,
        404: "{" in path or OWNER in asked,
        408: body,
        409: unsafe and bool(body or read),
        413: body,
        421: True,
        422: bool(body or read),
        429: path.startswith(API),
        503: unsafe,
    }
    return [status for status in REFUSED if reasons[status]]


def _calls(dependant: Dependant) -> Iterator[Any]:
    for needed in dependant.dependencies:
        yield needed.call
        yield from _calls(needed)


def _name(status: int) -> str:
    return f"Problem{status}"


def _response(status: int) -> dict[str, Any]:
    codes = sorted({code for code, given in STATUS.items() if given == status} | set(PLAIN.get(status, ("",))[:1]))
    response: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}. Codes: {', '.join(filter(None, codes)) or 'refused'}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in RETRY_AFTER or status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = {"type": "integer", "minimum": 0}
        response["headers"] = {"Retry-After": {"description": "Seconds to wait.", "required": True, "schema": seconds}}
    return response
