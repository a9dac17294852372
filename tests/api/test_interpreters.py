"""Interpreters over HTTP: who sets them, what they are told, and what they are not."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from matchmaking.channels import instruct
from matchmaking.meetings import move
from matchmaking.tables import Amount, Attendee, MeetingChange
from server.accounts.actors import SYSTEM, Actor
from server.conventions.representatives import update_representative
from server.scope import Scope, reading_as
from server.work import Work
from tests.api.conftest import Api
from tests.factories import FIRST_DAY

PAIRS = [["ko", "ru"], ["ru", "ko"]]
NINE, NEXT = "2020-11-09 09:00", "2020-11-09 09:35"


def add(api: Api, email: str = "lee@people.example", **about: Any) -> UUID:
    """Somebody who interprets Korean and Russian and is there the whole day."""
    body = {"email": email, "name": {"ko": "이통역", "original": "ko"}, "pairs": PAIRS, **about}
    answer = api.send("organiser", "POST", api.path("/interpreters"), body)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


@pytest.fixture
def strangers(api: Api) -> Api:
    """The exhibitor speaks Korean, the buyer Russian."""
    for party, language in ((api.exhibitor, "ko"), (api.buyer, "ru")):
        spoken = {"languages": [language]}
        api.fair.perform(SYSTEM, update_representative, party.id, party.people[0], spoken)
    return api


def test_the_organiser_adds_changes_and_withdraws(api: Api) -> None:
    person = add(api, daily_minutes=240)
    told = {
        "id": str(person),
        "party": None,
        "zone": "Asia/Seoul",
        "daily_minutes": 240,
        "active": True,
        "pairs": PAIRS,
    }
    name = {"ko": "이통역", "original": "ko"}
    assert api.send("staff", "GET", api.path("/interpreters")).json() == [{"name": name, "interpreter": told}]
    one = api.path(f"/interpreters/{person}")
    changed = {"daily_minutes": None, "pairs": [["ko", "en"]], "party": str(api.buyer.id)}
    assert api.send("staff", "PATCH", one, changed).json() == told | changed
    assert api.send("staff", "PATCH", one, {"active": False}).json()["active"] is False
    assert api.send("organiser", "PATCH", one, {"pairs": [["ko", "ko"]]}).status_code == 422
    assert api.send("organiser", "PATCH", one, {"party": str(person)}).status_code == 404


def test_hours_are_set_by_local_dates(api: Api) -> None:
    person = add(api)
    hours = api.path(f"/interpreters/{person}/hours")
    assert {day["source"] for day in api.send("staff", "GET", hours).json()} == {"assumed"}
    days = [{"local_date": str(FIRST_DAY), "hours": [[600, 1080]]}]
    assert api.send("staff", "PUT", hours, {"days": days}).status_code == 200
    about = {"mode": "online", "zone": "Asia/Seoul", "source": "stated"}
    kept = [day for day in api.send("staff", "GET", hours).json() if day["hours"]]
    assert kept == [{"local_date": str(FIRST_DAY), "hours": [[600, 1080]], **about}]
    nobody = api.path(f"/interpreters/{api.exhibitor.people[0]}/hours")
    assert api.send("staff", "GET", nobody).status_code == 404


def test_a_meeting_s_interpreter_reads_what_it_takes_and_no_more(strangers: Api) -> None:
    api = strangers
    person = add(api)
    api.add("interpreter", person)
    meeting = api.fair.meet(api.buyer, api.exhibitor, NINE)
    api.fair.perform(SYSTEM, move, meeting, slot_id=api.fair.slot(NEXT), reason="the price list is late")
    api.fair.perform(SYSTEM, instruct, api.exhibitor.id, "zoom", "link", "https://zoom.us/j/1")
    [entry] = api.send("interpreter", "GET", api.path("/interpreting/agenda")).json()
    assert entry["meeting"] == api.send("interpreter", "GET", api.path(f"/meetings/{meeting}")).json()
    assert entry["instructions"] == [
        {"channel": "zoom", "kind": "link", "value": "https://zoom.us/j/1", "inherited": False}
    ]
    assert {side["id"]: side["languages"] for side in entry["sides"]} == {
        str(api.exhibitor.id): ["ko"],
        str(api.buyer.id): ["ru"],
    }
    seen = api.send("interpreter", "GET", api.path(f"/meetings/{meeting}/contacts")).json()
    assert {(one["role"], one["email"], one["phone"]) for one in seen if one["id"] != str(person)} == {
        ("lead", None, None)
    }
    assert api.send("interpreter", "GET", api.path(f"/meetings/{meeting}/changes")).json() == []
    assert len(api.send("buyer", "GET", api.path(f"/meetings/{meeting}/changes")).json()) == 1
    answer = api.send("interpreter", "POST", api.path(f"/meetings/{meeting}/cancel"), {"code": "other"})
    assert answer.status_code == 403
    over = api.path("/interpreting/agenda?since=2020-11-12T00:00:00Z")
    assert api.send("interpreter", "GET", over).json() == []


def test_no_query_of_an_interpreter_finds_amounts_or_reasons(strangers: Api) -> None:
    api = strangers
    person = add(api)
    meeting = api.fair.meet(api.buyer, api.exhibitor, NINE)

    def tell(work: Work) -> None:
        about = {"meeting_id": meeting, "by_id": api.buyer.id}
        work.db.add(Amount(**about, rung="mou", amount=Decimal(1), currency="KRW", entered_at=work.now))
        work.db.add(MeetingChange(**about, version=9, what="moved", reason="a reason", at=work.now))

    api.fair.perform(SYSTEM, tell)

    def found(actor: Actor) -> list[int]:
        with reading_as(api.fair.engine, Scope(api.fair.id, api.fair.host_id, actor)) as db:
            return [len(db.exec(select(model)).all()) for model in (Attendee, Amount, MeetingChange)]

    assert found(Actor(person, roles=frozenset({"interpreter"}))) == [3, 0, 0]
    assert found(api.buyer.actor()) == [3, 1, 1]


def test_the_desk_assigns_exchanges_waives_and_fills(strangers: Api) -> None:
    api = strangers
    meeting = api.fair.meet(api.buyer, api.exhibitor, NINE)
    pending = api.send("staff", "GET", api.path("/interpreting/pending?limit=1")).json()
    assert ([one["id"] for one in pending["items"]], pending["next"]) == ([str(meeting)], None)
    assert api.send("staff", "GET", api.path("/interpreting/cover")).json() == [
        {"one": "ko", "other": "ru", "meetings": 1, "minutes": 30, "pending": 1, "pending_minutes": 30}
    ]
    person = add(api)
    assert api.send("staff", "POST", api.path("/interpreting/fill")).json() == {"meetings": [str(meeting)]}
    one = api.path(f"/interpreting/meetings/{meeting}")
    assert api.send("staff", "DELETE", one).json()["interpreting"] == "pending"
    assert api.send("staff", "PUT", one, {"person": str(person)}).json()["interpreting"] == "booked"
    both = {"one": str(meeting), "other": str(meeting)}
    assert api.send("staff", "POST", api.path("/interpreting/exchange"), both).status_code == 409
    assert api.send("staff", "POST", f"{one}/waive").json()["interpreting"] == "waived"


def test_reserved_hours_are_told_to_those_they_concern(strangers: Api) -> None:
    api = strangers
    person = add(api)
    api.add("interpreter", person)
    hours = {"starts_at": "2020-11-09T00:00:00Z", "ends_at": "2020-11-09T03:00:00Z"}
    blocks = api.path("/interpreting/blocks")
    made = api.send("staff", "POST", blocks, {"person": str(person), "party": str(api.exhibitor.id), **hours})
    assert made.status_code == 201, made.text
    told = {who: len(api.send(who, "GET", blocks).json()) for who in ("interpreter", "exhibitor", "buyer", "staff")}
    assert told == {"interpreter": 1, "exhibitor": 1, "buyer": 0, "staff": 1}
    clash = api.send("staff", "POST", blocks, {"person": str(person), "party": str(api.buyer.id), **hours})
    assert (clash.status_code, clash.json()["code"], clash.json()["reason"]) == (409, "cannot_interpret", "busy")
    assert api.send("staff", "DELETE", f"{blocks}/{made.json()['id']}").status_code == 200
    assert api.send("staff", "GET", blocks).json() == []


def test_the_interpreter_s_own_topic_has_their_meetings(strangers: Api) -> None:
    api = strangers
    person = add(api)
    meeting = api.fair.meet(api.buyer, api.exhibitor, NINE)
    told = [event.type for event in api.fair.events() if f"person:{person}" in event.topics]
    api.fair.perform(SYSTEM, move, meeting, slot_id=api.fair.slot(NEXT))
    after = [event.type for event in api.fair.events() if f"person:{person}" in event.topics]
    assert (told, after) == (["interpreter.assigned"], ["interpreter.assigned", "meeting.moved"])
