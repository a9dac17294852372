"""Hands over HTTP: who raises theirs, and who sees whose it is."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.accounts.tables import Person
from server.database import writing
from sessions.running import go_live
from tests.api.conftest import Api
from tests.sessions.floor.people import seat
from tests.sessions.programme import talk


@pytest.fixture
def hands(api: Api) -> str:
    """The address of the hands of a talk that is live."""
    session_id = talk(api.fair, floor={"hands": True}).id
    api.fair.perform(SYSTEM, go_live, session_id)
    return api.path(f"/programme/{session_id}/hands")


def named(api: Api, who: str, name: str) -> UUID:
    with writing(api.fair.engine) as connection, Session(connection) as db:
        person = db.get_one(Person, api.people[who])
        person.name = {"en": name, "original": "en"}
        db.add(person)
        db.flush()
    return api.people[who]


def seen(api: Api, who: str, hands: str) -> list[tuple[Any, ...]]:
    """(name, state) of the hands that somebody sees."""
    return [((hand["name"] or {}).get("en"), hand["state"]) for hand in api.send(who, "GET", hands).json()]


def test_moderators_see_whose_hands_are_up_and_everybody_their_own(api: Api, hands: str) -> None:
    named(api, "viewer", "Vera")
    named(api, "buyer", "Boram")
    up = {who: api.send(who, "POST", hands) for who in ("viewer", "buyer")}
    assert [answer.status_code for answer in up.values()] == [201, 201]
    assert seen(api, "staff", hands) == [("Vera", "raised"), ("Boram", "raised")]
    assert seen(api, "viewer", hands) == [("Vera", "raised")]
    assert seen(api, "exhibitor", hands) == []
    vera = up["viewer"].json()["id"]
    states = [
        api.send("staff", "POST", f"{hands}/{vera}/{step}").json()["state"]
        for step in ("invite", "bring-on-stage", "take-off")
    ]
    assert states == ["invited", "on_stage", "lowered"]
    assert seen(api, "staff", hands) == [("Boram", "raised")]
    assert api.send("staff", "POST", f"{hands}/{up['buyer'].json()['id']}/decline").json()["state"] == "lowered"
    assert api.send("buyer", "POST", hands).json()["state"] == "raised"
    assert api.send("buyer", "DELETE", hands).json()["state"] == "lowered"
    assert seen(api, "staff", hands) == []


def test_guests_on_stage_are_called(api: Api, hands: str) -> None:
    person = named(api, "viewer", "Vera")
    refused = api.send("staff", "POST", f"{hands}/call", {"person": str(person)})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_seat")
    seat(api.fair, UUID(hands.split("/")[-2]), person, seat="on_stage")
    assert api.send("staff", "POST", f"{hands}/call", {"person": str(person)}).json()["state"] == "invited"
    assert seen(api, "viewer", hands) == [("Vera", "invited")]
