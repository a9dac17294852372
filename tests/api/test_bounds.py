"""Everything that comes in is bounded: texts, lists and numbers in bodies, addresses and headers."""

import re
import re._constants  # type: ignore[import-not-found]
import re._parser  # type: ignore[import-not-found]
import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from server.api.door import Input
from server.app import create_app
from server.live.socket import Subscribe, Unsubscribe
from server.settings import Settings

LONGEST_TEXT, MOST_ITEMS = 10_000, 5_000
NUMBERS = range(-(2**31), 2**31 + 1)  # what an INTEGER of PostgreSQL holds
COUNTED = 2**53 - 1  # what JavaScript counts to: of the live stream's numbers none is asked of the database
Route = TypeVar("Route", APIRoute, APIWebSocketRoute)
WHOLE = (UUID, bool, type(None))


@cache
def every(kind: type[Route]) -> list[Route]:
    """All routes of a kind."""
    contexts = iter_route_contexts(create_app(Settings()).routes)
    return [context.original_route for context in contexts if isinstance(context.original_route, kind)]


def params(dependant: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    """All parameters of a route and of what it depends on."""
    for kind in ("path", "query", "header", "cookie"):
        for field in getattr(dependant, f"{kind}_params"):
            yield f"{kind} {field.name}", field.field_info
    for needed in dependant.dependencies:
        yield from params(needed)


def limits_of(metadata: Any) -> dict[str, Any]:
    """What constraints say, by name: max_length, pattern, ge, le and the like."""
    found: dict[str, Any] = {}
    for constraint in metadata:
        if isinstance(constraint, FieldInfo):
            found |= limits_of(constraint.metadata)
        for name in ("max_length", "pattern", "ge", "gt", "le", "lt"):
            value = getattr(constraint, name, None)
            if value is not None:
                found[name] = value
    return found


def width(pattern: str) -> int | None:
    """How long a text can be that a pattern takes; None if there is no end to it."""
    if not pattern.startswith("^") or not pattern.endswith("$"):
        return None
    most = re._parser.parse(pattern).getwidth()[1]
    return None if most >= re._constants.MAXREPEAT or most > LONGEST_TEXT else most


def unbounded(kind: Any, limits: Mapping[str, Any], whole: Any = None) -> Iterator[str]:
    """What is without bounds in a type. `whole` is the type with its constraints, to try values on."""
    whole = kind if whole is None else whole
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from unbounded(arguments[0], {**limits, **limits_of(kind.__metadata__)}, whole)
    elif origin in (Union, types.UnionType):
        for one in arguments:
            if one is not type(None):
                yield from unbounded(one, limits, whole if get_origin(whole) is Annotated else one)
    elif origin is Literal or kind in WHOLE or (isinstance(kind, type) and issubclass(kind, Enum)):
        return
    elif origin in (list, tuple, set, frozenset, dict) or kind in (list, tuple, dict, set):
        fixed = origin is tuple and Ellipsis not in arguments
        if not fixed and not 0 < limits.get("max_length", 0) <= MOST_ITEMS:
            yield f"{kind}: no max_length"
        for one in arguments:
            if one is not Ellipsis:
                yield from unbounded(one, {})
        if not arguments:
            yield f"{kind}: of anything"
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from unbounded_fields(kind)
    elif kind is str:
        longest = limits.get("max_length") or (limits.get("pattern") and width(str(limits["pattern"])))
        if not longest or longest > LONGEST_TEXT:
            yield f"str: {dict(limits)}"
    elif kind in (int, float, Decimal):
        bounds = [limits.get(name) for name in ("ge", "gt", "le", "lt")]
        if (bounds[0] is None and bounds[1] is None) or (bounds[2] is None and bounds[3] is None):
            yield f"{kind.__name__}: {dict(limits)}"
        elif any(bound is not None and int(bound) not in NUMBERS and bound != COUNTED for bound in bounds):
            yield f"{kind.__name__}: {dict(limits)} is beyond what databases count to"
    elif kind in (datetime, date, AwareDatetime):
        yield from unbounded_times(kind, whole)
    else:
        yield f"{kind}: unknown to this test"


def unbounded_times(kind: Any, whole: Any) -> Iterator[str]:
    """Times at the ends of the calendar lie outside of it in another zone."""
    for text in ("0001-01-01", "9999-12-31"):
        try:
            TypeAdapter(whole).validate_python(text if kind is date else f"{text}T12:00:00Z")
        except ValidationError:
            continue
        yield f"{kind.__name__}: {text} is taken"


def unbounded_fields(model: type[BaseModel]) -> Iterator[str]:
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else hints[name]
        for found in unbounded(kind, {}):
            yield f"{model.__name__}.{name}: {found}"


@cache
def inputs() -> list[type[BaseModel]]:
    """Every model of a body, and of what a client says on the live stream."""
    bodies = [route.body_field.field_info.annotation for route in every(APIRoute) if route.body_field]
    kinds = {one for body in bodies for one in (get_args(body) or (body,))} | {Subscribe, Unsubscribe}
    models = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)}
    return sorted(models, key=lambda model: model.__qualname__)


def test_every_field_of_every_body_is_bounded() -> None:
    assert len(inputs()) > 30
    assert [found for model in inputs() for found in unbounded_fields(model)] == []


def test_every_parameter_of_every_route_is_bounded() -> None:
    found = {
        f"{route.path}: {name}: {one}"
        for route in (*every(APIRoute), *every(APIWebSocketRoute))
        for name, field in params(route.dependant)
        for one in unbounded(Annotated[field.annotation, *(field.metadata or [None])], {})
    }
    assert sorted(found) == []


class Loose(Input):
    text: str
    pattern: Annotated[str, Field(pattern=r"^a+$")]
    number: int
    times: list[datetime]
    anything: dict[str, Any]
    fine: Literal["a", "b"] | None = None


def test_this_test_sees_what_is_loose() -> None:
    found = [one.split(":")[0] for one in unbounded_fields(Loose)]
    assert set(found) == {f"Loose.{name}" for name in ("text", "pattern", "number", "times", "anything")}


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "가\udfff나"])
def test_text_that_no_database_keeps_is_refused_wherever_it_stands(text: str) -> None:
    class Note(Input):
        text: Annotated[str, Field(max_length=10)] = ""
        by_name: Annotated[dict[str, list[str]], Field(max_length=3)] = {}  # noqa: RUF012

    bodies: list[dict[str, Any]] = [{"text": text}, {"by_name": {text: []}}, {"by_name": {"a": ["b", text]}}, {text: 1}]
    for body in bodies:
        with pytest.raises(ValidationError):
            Note.model_validate(body)
    assert Note.model_validate({"text": "가나 👩‍⚕️", "by_name": {"나": ["다"]}}).text == "가나 👩‍⚕️"
