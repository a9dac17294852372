"""Places over HTTP: a rush of people, and what the organiser gives."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import pytest

from server.accounts.actors import SYSTEM
from server.conventions.commands import add_role
from tests.api.conftest import Api, add_person, api_of
from tests.factories import Fair
from tests.sessions.programme import talk

PEOPLE, PLACES = 50, 20


def members(api: Api, count: int) -> list[str]:
    """Viewers with a token each."""
    names = [f"member {number}" for number in range(count)]
    for name in names:
        api.add(name, add_person(api.fair, api.fair.host_id))
        api.fair.perform(SYSTEM, add_role, api.people[name], "viewer")
    return names


def test_fifty_people_at_twenty_places_at_once(fair: Fair) -> None:
    with api_of(fair) as api, ThreadPoolExecutor(PEOPLE) as together:
        session_id, who = talk(fair, capacity=PLACES).id, members(api, PEOPLE)
        path = api.path(f"/programme/{session_id}/registration")

        def register(name: str) -> httpx.Response:
            with httpx.Client(base_url=api.house.address, timeout=60) as client:
                headers = {"authorization": f"Bearer {api.tokens[name]}", "idempotency-key": name}
                return client.post(path, headers=headers)

        answers = dict(zip(who, together.map(register, who), strict=True))
    assert {answer.status_code for answer in answers.values()} == {200}
    states = [answer.json()["state"] for answer in answers.values()]
    assert (states.count("registered"), states.count("waiting")) == (PLACES, PEOPLE - PLACES)
    arrived = [UUID(str(person)) for person in arrivals(fair)]
    places = fair.places(session_id)
    told = {UUID(answer.json()["person"]): answer.json()["state"] for answer in answers.values()}
    assert told == {place.person_id: place.state for place in places}
    assert {place.person_id for place in places if place.state == "registered"} == set(arrived[:PLACES])
    assert [place.person_id for place in places if place.state == "waiting"] == arrived[PLACES:]


def arrivals(fair: Fair) -> list[str]:
    """Who registered, in the order of the log."""
    topics = (event.topics for event in fair.events() if event.type == "registration.changed")
    return [topic.removeprefix("person:") for among in topics for topic in among if topic.startswith("person:")]


@pytest.fixture
def workshop(api: Api) -> str:
    return f"/programme/{talk(api.fair, capacity=1).id}"


def test_a_place_is_taken_given_up_and_passed_on(api: Api, workshop: str) -> None:
    mine = api.path(f"{workshop}/registration")
    states = [api.send(who, "POST", mine).json()["state"] for who in ("viewer", "buyer")]
    assert states == ["registered", "waiting"]
    assert api.send("viewer", "DELETE", mine).json()["state"] == "cancelled"
    listed = api.send("staff", "GET", api.path(f"{workshop}/places")).json()
    assert {entry["place"]["person"]: entry["place"]["state"] for entry in listed} == {
        str(api.people["viewer"]): "cancelled",
        str(api.people["buyer"]): "registered",
    }
    entry = api.send("viewer", "GET", api.path(workshop)).json()
    assert (entry["places"], entry["capacity"]) == (1, 1)


def test_people_are_given_places_by_id_and_by_mail(api: Api, workshop: str) -> None:
    mail = api.send("viewer", "GET", "/api/v1/me").json()["email"]
    both: dict[str, Any] = {"people": [mail.upper(), str(api.people["buyer"])], "seat": "on_stage"}
    given = api.send("staff", "POST", api.path(f"{workshop}/places"), both).json()
    assert [(one["person"], one["state"], one["seat"]) for one in given["places"]] == [
        (str(api.people[who]), "invited", "on_stage") for who in ("viewer", "buyer")
    ]
    for nobody in ("nobody@people.example", str(api.people["stranger"]), str(api.people["foreigner"])):
        answer = api.send("staff", "POST", api.path(f"{workshop}/places"), {"people": [nobody]})
        assert (answer.status_code, answer.json()["code"], answer.json()["person"]) == (422, "unknown_person", nobody)
    place = given["places"][0]["id"]
    assert api.send("staff", "DELETE", api.path(f"{workshop}/places/{place}")).json() == {"id": place, "gone": True}


def test_watching_what_has_places_takes_one(api: Api, workshop: str) -> None:
    slides = {"kind": "slides", "title": {"en": "Slides", "original": "en"}, "url": "https://files.example/1"}
    assert api.send("staff", "POST", api.path(f"{workshop}/materials"), slides).status_code == 201
    assert api.send("viewer", "GET", api.path(workshop)).json()["materials"] == []
    api.send("viewer", "POST", api.path(f"{workshop}/registration"))
    assert [one["url"] for one in api.send("viewer", "GET", api.path(workshop)).json()["materials"]] == [slides["url"]]
