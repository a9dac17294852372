"""The API's description names every refusal, as a problem, and says who has to sign in."""

import re
from functools import cache
from typing import Any

import pytest

from server.api.openapi import LOGIN, OWNER, REFUSED, Problem, refusals
from server.api.problems import MEDIA_TYPE, PLAIN, STATUS
from server.app import create_app
from server.ids import new_id
from server.settings import Settings
from tests.api.conftest import Api

CONVENTION = "/api/v1/conventions/{slug}"
KEY = {"name": "Idempotency-Key"}
SLUG = {"name": "slug"}
BODY: dict[str, Any] = {"content": {}}


@cache
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_refusal_is_described_as_a_problem() -> None:
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described = document()["components"]["responses"]
    assert {name: response["content"] for name, response in described.items()} == {
        f"Problem{status}": problem for status in REFUSED
    }
    for name, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response == {"$ref": f"#/components/responses/Problem{status}"}, (name, status)


def test_there_is_no_other_kind_of_refusal() -> None:
    assert {*STATUS.values(), *PLAIN} - {405} <= set(REFUSED)
    assert {"HTTPValidationError", "ValidationError"} & set(document()["components"]["schemas"]) == set()


def test_each_code_is_named_where_it_can_be_met() -> None:
    described = document()["components"]["responses"]
    unnamed = {code for code, status in STATUS.items() if code not in described[f"Problem{status}"]["description"]}
    assert unnamed == set()


def test_what_must_be_retried_says_when() -> None:
    described = document()["components"]["responses"]
    told = {name for name, response in described.items() if "Retry-After" in response.get("headers", {})}
    assert told == {"Problem429", "Problem503"}


def test_problems_are_as_described(api: Api) -> None:
    for answer in (api.send(None, "GET", "/api/v1/me"), api.send("buyer", "GET", "/api/v1/nowhere")):
        problem = Problem.model_validate_json(answer.content)
        assert (problem.status, answer.headers["content-type"]) == (answer.status_code, MEDIA_TYPE)
    unreadable = Problem.model_validate_json(api.send("buyer", "POST", api.path("/requests"), {}).content)
    assert set(unreadable.model_extra or {}) == {"fields"}


def test_whoever_has_not_signed_in_is_let_in_only_where_that_is_said(api: Api) -> None:
    let_in = set()
    for name, _ in operations():
        method, path = name.split()
        address = re.sub(r"\{\w+\}", str(new_id()), path.replace("{slug}", "smc-2020"))
        if api.send(None, method, address, {}).status_code != 401:
            let_in.add(name)
    assert let_in == {name for name, operation in operations() if operation["security"] == []}


def test_a_login_is_a_token_or_a_cookie() -> None:
    assert {
        name: scopes for _, operation in operations() for way in operation["security"] for name, scopes in way.items()
    } == {"bearer": [], "cookie": []}
    assert set(document()["components"]["securitySchemes"]) == {"bearer", "cookie"}


@pytest.mark.parametrize(
    ("method", "path", "operation", "asked", "expected"),
    [
        ("get", "/healthz", {}, set(), [421]),
        ("get", "/api/v1/me", {}, {LOGIN}, [401, 403, 421, 429]),
        ("get", "/api/v1/host", {}, {LOGIN, OWNER}, [401, 403, 404, 421, 429]),
        ("get", CONVENTION, {"parameters": [SLUG]}, {LOGIN}, [401, 403, 404, 421, 429]),
        ("get", f"{CONVENTION}/x", {"parameters": [SLUG, {"name": "q"}]}, {LOGIN}, [401, 403, 404, 421, 422, 429]),
        ("post", "/api/v1/sign-in", {"requestBody": BODY}, set(), [400, 403, 408, 409, 413, 421, 422, 429, 503]),
        ("post", "/api/v1/sign-out", {}, {LOGIN}, [401, 403, 421, 429, 503]),
        (
            "post",
            f"{CONVENTION}/x",
            {"parameters": [SLUG, KEY]},
            {LOGIN},
            [400, 401, 403, 404, 409, 421, 422, 429, 503],
        ),
        ("put", f"{CONVENTION}/x", {"parameters": [SLUG, KEY], "requestBody": BODY}, {LOGIN}, list(REFUSED)),
    ],
)
def test_what_an_operation_may_refuse_follows_from_its_shape(
    method: str, path: str, operation: dict[str, Any], asked: set[str], expected: list[int]
) -> None:
    assert refusals(path, method, operation, frozenset(asked)) == expected


def test_answers_that_are_no_json_are_described_as_what_they_are() -> None:
    found = {
        (name, status): set(response.get("content", {}))
        for name, operation in operations()
        for status, response in operation["responses"].items()
        if "$ref" not in response and set(response.get("content", {})) != {"application/json"}
    }
    assert found[f"GET {CONVENTION}/events", "200"] == {"text/event-stream"}
    assert found["POST /api/v1/sign-out", "204"] == set()
    bare = {status for (_, status), content in found.items() if not content}
    assert all(status == "204" or status.startswith("3") for status in bare), found
