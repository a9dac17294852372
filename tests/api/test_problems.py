"""Every refusal leaves as problem+json with a stable code, a status and what to do."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

import matchmaking.errors
import server.errors
import sessions.errors
from server.api.problems import MEDIA_TYPE, STATUS, install
from server.errors import REFUSALS, Busy, Uncertain
from server.imports.errors import ImportRefused
from tests.api.conftest import Api

SOMEBODY = UUID(int=7)


def subclasses(base: type[Any]) -> Iterator[type[Any]]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


REFUSAL_CLASSES: list[type[Any]] = [refusal for base in REFUSALS for refusal in subclasses(base)]
FILE_REFUSALS: list[type[ImportRefused]] = [ImportRefused, *subclasses(ImportRefused)]


def answer_to(error: Exception) -> httpx.Response:
    """How an application answers a request in which this is raised."""
    app = FastAPI()
    install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    return ask(app, "GET")


def ask(app: FastAPI, method: str, **content: Any) -> httpx.Response:
    """An application's answer at its root."""

    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://madang") as client:
            return await client.request(method, "/", **content)

    return asyncio.run(answered())


def test_every_package_has_its_refusals() -> None:
    assert set(REFUSALS) == {server.errors.Refusal, matchmaking.errors.Refusal, sessions.errors.Refusal}
    assert all(list(subclasses(base)) for base in REFUSALS)


@pytest.mark.parametrize("refusal", REFUSAL_CLASSES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_refusal_has_a_code_a_status_a_message_and_advice(refusal: type[Any]) -> None:
    answer = answer_to(refusal())
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json() == {
        "type": f"urn:madang:{refusal.code}",
        "title": (refusal.__doc__ or "").split("\n")[0],
        "status": STATUS[refusal.code],
        "code": refusal.code,
        "advice": refusal.advice,
    }
    assert answer.status_code == STATUS[refusal.code]
    assert "code" in vars(refusal), "a code of its own, which renaming the class does not change"
    assert refusal.code != "refused"
    assert refusal.advice
    assert refusal.__doc__
    assert 400 <= answer.status_code < 600


@pytest.mark.parametrize("refused", FILE_REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refused_file_has_a_code_a_status_a_message_and_advice(refused: type[ImportRefused]) -> None:
    answer = answer_to(refused("What is wrong."))
    assert (answer.headers["content-type"], answer.status_code) == (MEDIA_TYPE, STATUS[refused.code])
    assert answer.json() == {
        "type": f"urn:madang:{refused.code}",
        "title": "What is wrong.",
        "status": STATUS[refused.code],
        "code": refused.code,
        "advice": refused.remedy,
    }


def test_no_status_is_for_nobody() -> None:
    assert STATUS.keys() == {kind.code for kind in REFUSAL_CLASSES} | {kind.code for kind in FILE_REFUSALS}


def test_details_are_shown_as_they_are() -> None:
    at = datetime(2020, 11, 9, 9, 30, tzinfo=UTC)
    refusal = matchmaking.errors.CoolingDown(until=at, who={"party": SOMEBODY})
    assert answer_to(refusal).json() == {
        "type": "urn:madang:cooling_down",
        "title": "The other party declined not long ago.",
        "status": 409,
        "code": "cooling_down",
        "advice": "Ask again after the time given, or let them ask you.",
        "until": "2020-11-09T09:30:00Z",
        "who": {"party": str(SOMEBODY)},
    }


@pytest.mark.parametrize("busy", [Busy(), Uncertain()], ids=lambda refusal: str(refusal.code))
def test_what_may_be_retried_says_when(busy: Exception) -> None:
    answer = answer_to(busy)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_surprise_tells_nothing_of_itself() -> None:
    answer = answer_to(RuntimeError("the password is 1234"))
    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert answer.json()["code"] == "internal"
    assert answer.json()["advice"]
    assert "1234" not in answer.text


def test_what_cannot_be_read_is_named_and_not_repeated() -> None:
    class Body(BaseModel):
        slot: UUID

    app = FastAPI()
    install(app)

    @app.post("/")
    def take(body: Body) -> None:
        pass

    answer = ask(app, "POST", json={"slot": "no secret of mine"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert answer.json()["code"] == "unreadable"
    assert [field["where"] for field in answer.json()["fields"]] == [["body", "slot"]]
    assert "secret" not in answer.text
    for nonsense in (b"", b"{", b"\xff", b"[]", b"null"):
        answer = ask(app, "POST", content=nonsense, headers={"content-type": "application/json"})
        assert (answer.status_code // 100, answer.json()["code"]) == (4, "unreadable"), nonsense
        assert answer.json()["advice"]


def test_addresses_and_methods_that_do_not_exist(api: Api) -> None:
    lost = api.send("buyer", "GET", "/api/v1/nowhere")
    assert (lost.status_code, lost.json()["code"], lost.headers["content-type"]) == (404, "not_found", MEDIA_TYPE)
    assert lost.json()["advice"]
    wrong = api.send("buyer", "DELETE", api.path("/parties"))
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert (wrong.json()["advice"], wrong.headers["allow"]) != ("", "")
