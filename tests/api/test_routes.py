"""What holds for every route there is: who is let in, what is taken, what is given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from pydantic import BaseModel
from sqlmodel import SQLModel
from starlette.routing import Match

from server.accounts.permissions import BACKSTAGE
from server.api.door import Needs
from server.app import create_app
from server.ids import new_id
from server.settings import Settings
from tests.api.conftest import Api, own

# What anybody may see: what watches the server, the descriptions of the API, the way in, and the pages, which show
# nothing to those who have not signed in.
OPEN = {
    *("GET /healthz", "GET /readyz", "GET /metrics", "GET /asyncapi.json"),
    *("GET /openapi.json", "HEAD /openapi.json", "GET /docs", "GET /docs/oauth2-redirect"),
    *("GET /static-offline-docs/{path}", "GET /static/{path}"),
    "GET /api/v1/conventions/{slug}/public/events",
    *(f"GET /api/v1/conventions/{{slug}}/public{rest}" for rest in ("", "/now", "/sessions/{session_id}")),
    *("GET /api/v1/conventions/{slug}/public/schedule.{form}", "GET /feeds/{secret}.ics"),
    *("GET /p/{slug}", "GET /p/{slug}/{session_id}"),
    *("POST /api/v1/invitations/look", "POST /api/v1/invitations/accept"),
    *("GET /sign-in", "POST /api/v1/sign-in", "GET /", "GET /invitation"),
    *("POST /api/v1/sign-in/link", "POST /api/v1/sign-in/password", "GET /sign-in/oidc", "GET /sign-in/oidc/callback"),
}
PREFIX = "/api/v1/conventions/{slug}"
TITLE = {"en": "x", "original": "en"}


@dataclass(frozen=True)
class Door:
    """One method of one route."""

    method: str
    path: str
    dependant: Dependant | None = None
    body: type[BaseModel] | None = None
    answer: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def for_staff(self) -> bool:
        if self.dependant is None:
            return False
        return any(isinstance(call, Needs) and call.may in BACKSTAGE for call in calls(self.dependant))

    @property
    def in_convention(self) -> bool:
        return self.path.startswith(PREFIX)

    def address(self, slug: str = "smc-2020") -> str:
        """The path with a convention, and things that do not exist."""
        values = {"slug": slug, "kind": "buyers", "path": "x", "role": "viewer", "form": "json"}
        path = re.sub(r"\{(\w+)[^}]*\}", lambda part: values.get(part[1], str(new_id())), self.path)
        return path + (f"?topics=programme&guest={new_id()}" if path.endswith("/events") else "")


def calls(dependant: Dependant) -> Iterator[Any]:
    for needed in dependant.dependencies:
        yield needed.call
        yield from calls(needed)


@cache
def app() -> FastAPI:
    return create_app(Settings())


@cache
def doors() -> list[Door]:
    """Every method of every route, as the application has them."""
    found: list[Door] = []
    for context in iter_route_contexts(app().routes):
        route = context.original_route
        if isinstance(route, APIWebSocketRoute):
            assert context.path in (f"{PREFIX}/live", f"{PREFIX}/public/live")  # test_door.py, test_public_live.py
            continue
        if context.methods is None:
            found.append(Door("GET", f"{context.path}/{{path}}"))
            continue
        for method in sorted(context.methods):
            if isinstance(route, APIRoute):
                body: Any = route.body_field.field_info.annotation if route.body_field else None
                found.append(Door(method, str(context.path), route.dependant, body, route.response_model))
            else:
                found.append(Door(method, str(context.path)))
    return found


def named(door: Door) -> str:
    """The door's name; the pages' files lie under a name that changes with them."""
    parts = door.path.split("/")
    if parts[1] == "static" and len(parts) == 4:
        return f"{door.method} /static/{{path}}"
    return str(door)


def closed() -> list[Door]:
    return [door for door in doors() if named(door) not in OPEN]


def test_open_doors_are_those_listed() -> None:
    assert OPEN - {named(door) for door in doors()} == set()


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer never-given-to-anybody"}, {"cookie": "madang_login=never-given"}],
    ids=["nothing", "token", "cookie"],
)
def test_nobody_is_let_in_without_a_login(api: Api, headers: dict[str, str]) -> None:
    let_in = {}
    for door in closed():
        answer = api.send(None, door.method, door.address(), {}, **headers)
        if (answer.status_code, answer.json()["code"]) != (401, "not_signed_in"):
            let_in[str(door)] = answer.text
    assert let_in == {}


def test_staff_routes_are_found() -> None:
    staff = {str(door) for door in doors() if door.for_staff}
    assert staff >= {f"GET {PREFIX}/figures", f"POST {PREFIX}/meetings", f"PUT {PREFIX}/policies"}


STAFF_DOORS = [door for door in doors() if door.for_staff]


@pytest.mark.parametrize("who", ["buyer", "exhibitor", "viewer"])
def test_staff_routes_are_not_there_for_others(api: Api, who: str) -> None:
    for door in STAFF_DOORS:
        answer = api.send(who, door.method, door.address(), {})
        nowhere = api.send(who, door.method, door.address("nowhere"), {})
        assert (answer.status_code, nowhere.status_code) == (404, 404), door
        assert answer.content == nowhere.content, door


@pytest.mark.parametrize("who", ["stranger", "foreigner"])
def test_a_convention_is_not_there_for_those_who_have_no_part_in_it(api: Api, who: str) -> None:
    for door in [door for door in doors() if door.in_convention]:
        answer = api.send(who, door.method, door.address(), {})
        nowhere = api.send(who, door.method, door.address("nowhere"), {})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), door
        assert answer.content == nowhere.content, door


def test_what_does_not_exist_is_not_found(api: Api) -> None:
    otherwise = {}
    for door in [door for door in doors() if door.in_convention and "_id}" in door.path]:
        body = {**sample(door.body), **whole(door)} if door.body else None
        answer = api.send("organiser", door.method, door.address(), body)
        if (answer.status_code, answer.json()["code"]) != (404, "not_found"):
            otherwise[str(door)] = answer.text
    assert otherwise == {}


def sample(model: type[BaseModel]) -> dict[str, Any]:
    """A body that can be read, of things that do not exist."""
    values: dict[str, Any] = {
        "slot": str(new_id()),
        "person": str(new_id()),
        "wish": "meet",
        "code": "technical",
        "outcome": "held",
        "joined_at": "2020-11-09T00:00:00Z",
        "rung": "mou",
        "amount": "1.00",
        "currency": "KRW",
        "by": str(new_id()),
        "email": "a@people.example",
        "days": [],
    }
    return {name: value for name, value in values.items() if name in model.model_fields}


WITH_BODY = [door for door in doors() if door.body is not None]


def test_unknown_fields_are_refused(api: Api) -> None:
    own(api.fair, api.people["organiser"])
    browser = {"cookie": api.cookie("organiser"), "origin": api.house.address}
    for door in WITH_BODY:
        answer = api.send(None, door.method, door.address(), {"surprise": 1}, **browser)
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable"), door
        assert ["body", "surprise"] in [field["where"] for field in answer.json()["fields"]], door


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for part in get_args(annotation):
        yield from models_in(part)


def test_tables_stay_inside() -> None:
    """A table as a body takes what nobody should set; as an answer it shows each column that is ever added."""
    for door in doors():
        models = [*models_in(door.body), *models_in(door.answer)]
        assert [model for model in models if issubclass(model, SQLModel)] == [], door


def test_bodies_forbid_unknown_fields_all_the_way_down() -> None:
    loose = {
        (str(door), model.__name__)
        for door in WITH_BODY
        for model in models_in(door.body)
        if model.model_config.get("extra") != "forbid"
    }
    assert loose == set()


def test_every_command_in_a_convention_asks_for_a_key(api: Api) -> None:
    for door in [door for door in doors() if door.in_convention and door.method not in ("GET", "HEAD")]:
        body = {**sample(door.body), **whole(door)} if door.body else None
        answer = api.send("organiser", door.method, door.address(), body, key="")
        if "/imports" in door.path:
            assert answer.status_code == 422, door  # it asks for the file first
        else:
            assert (answer.status_code, answer.json()["code"]) == (400, "key_missing"), (str(door), answer.text)


def whole(door: Door) -> dict[str, Any]:
    """What else a body must have to be read."""
    needed: dict[str, dict[str, Any]] = {
        "POST /requests": {"to": str(new_id()), "by": str(new_id())},
        "POST /meetings": {"one": str(new_id()), "other": str(new_id())},
        "POST /rescue/proposals": {"one": str(new_id()), "other": str(new_id())},
        "POST /rescue/repair": {"steps": [{"what": "move", "one": str(new_id()), "other": str(new_id())}]},
        "POST /programme": {
            "title": TITLE,
            "kind": "talk",
            "starts_at": "2020-11-09T00:00:00Z",
            "ends_at": "2020-11-09T01:00:00Z",
        },
        "POST /interpreters": {"email": "interpreter@people.example", "pairs": [["ko", "en"]]},
        "PUT /interpreting/meetings/{meeting_id}": {"person": str(new_id())},
        "POST /interpreting/exchange": {"one": str(new_id()), "other": str(new_id())},
        "POST /interpreting/blocks": {
            "person": str(new_id()),
            "party": str(new_id()),
            "starts_at": "2020-11-09T00:00:00Z",
            "ends_at": "2020-11-09T01:00:00Z",
        },
        "PUT /wishes": {"wishes": [{"about": str(new_id()), "wish": "meet"}]},
        "PUT /pairs": {"one": str(new_id()), "other": str(new_id()), "rule": "ban"},
        "POST /announcements": {"text": TITLE},
        "POST /programme/{session_id}/chat": {"text": "x"},
        "POST /programme/{session_id}/mutes": {"cause": str(new_id())},
        "POST /programme/{session_id}/questions": {"text": "x"},
        "PATCH /programme/{session_id}/questions/{question_id}": {"text": "x"},
        "POST /figures/reported": {"name": "views", "value": 1, "source": "x", "as_of": "2020-11-09T00:00:00Z"},
        "PUT /programme/tracks": {"codes": []},
        "PUT /programme/rooms": {"codes": []},
        "POST /programme/tracks": {"code": "x", "name": TITLE},
        "POST /programme/rooms": {"code": "x", "name": TITLE, "place": "online"},
        "POST /programme/speakers": {"name": TITLE},
        "PUT /programme/{session_id}/line-up": {"parts": []},
        "POST /programme/{session_id}/places": {"people": [str(new_id())]},
        "POST /programme/{session_id}/materials": {"kind": "link", "title": TITLE, "url": "https://slides.example/1"},
        "PUT /programme/{session_id}/materials": {"materials": []},
        "PUT /programme/{session_id}/channels": {"channels": []},
        "PUT /programme/{session_id}/featured": {"material": str(new_id())},
        "POST /programme/{session_id}/polls": {"kind": "scale", "question": TITLE},
        "POST /programme/{session_id}/polls/{poll_id}/vote": {"choice": ["0"]},
        "POST /programme/{session_id}/reactions": {"reaction": "clap"},
        "PUT /programme/{session_id}/contest": {"criteria": [{"name": TITLE, "most": 10}]},
        "POST /programme/{session_id}/contest/contestants": {"name": TITLE},
        "PUT /programme/{session_id}/contest/contestants/{contestant_id}/score": {"points": [1]},
        "POST /people": {"people": [{"email": "a@people.example", "role": "viewer"}]},
        "POST /parties": {
            **{"name": {"en": "x"}, "zone": "UTC", "offers": True, "seeks": False},
            "contact": {"email": "a@people.example"},
        },
        "POST /invitations": {"all": True},
        "PUT /windows": {"phase": "live", "opens_at": "2020-11-09T00:00:00Z", "closes_at": "2020-11-09T01:00:00Z"},
        "PUT /instructions": {"channel": "zoom", "kind": "link", "value": "https://zoom.us/j/1"},
    }
    return needed.get(str(door).replace(PREFIX, ""), {})


def test_no_route_stands_before_another() -> None:
    """The first route that matches an address is the one that was meant by it."""
    contexts = [context for context in iter_route_contexts(app().routes) if context.methods]
    for context in contexts:
        method = sorted(context.methods or ())[0]
        path = Door(method, str(context.path)).address().partition("?")[0]
        scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
        first = next(other for other in contexts if other.matches(scope)[0] == Match.FULL)
        assert first.path == context.path


def test_ids_in_paths_are_ids(api: Api) -> None:
    answer = api.send("organiser", "GET", api.path("/parties/not-an-id"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert UUID(api.send("organiser", "GET", "/api/v1/me").json()["id"]) == api.people["organiser"]


def test_every_route_of_a_convention_describes_its_address_and_key() -> None:
    for path, operations in app().openapi()["paths"].items():
        for method, operation in operations.items():
            told = [parameter["name"] for parameter in operation.get("parameters", ())]
            assert len(told) == len(set(told)), path
            assert set(re.findall(r"\{(\w+)\}", path)) <= set(told), path
            if path.startswith(("/api/v1/conventions/{slug}", "/api/v1/host/")):
                assert ("Idempotency-Key" in told) == (method != "get"), (method, path)
