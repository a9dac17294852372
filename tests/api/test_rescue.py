"""The rescue desk over HTTP: the standby list, proposals to both sides, repairs."""

from typing import Any

import pytest

from matchmaking.wishes import prefer
from tests.api.conftest import Api

SLOT = "2020-11-09 09:35"


@pytest.fixture
def desk(api: Api) -> Api:
    """The morning of the first day: the buyer wishes to meet the exhibitor, and both are idle."""
    api.fair.perform(api.buyer, prefer, by=api.buyer.id, about=api.exhibitor.id, wish="meet")
    api.fair.move_to("2020-11-09 09:10")
    return api


def proposed(desk: Api) -> dict[str, Any]:
    [pair, *_] = desk.send("staff", "GET", desk.path("/rescue/standby?slots=1")).json()
    body = {"one": pair["one"], "other": pair["other"], "slot": pair["slot"]}
    answer = desk.send("staff", "POST", desk.path("/rescue/proposals"), body)
    assert answer.status_code == 201
    return dict(answer.json())


def answered(desk: Api, who: str, what: str, standby: dict[str, Any]) -> tuple[int, str]:
    answer = desk.send(who, "POST", desk.path(f"/rescue/proposals/{standby['id']}/{what}"))
    told = answer.json()
    return answer.status_code, told.get("code") or told["state"]


def test_from_the_standby_list_to_a_meeting(desk: Api) -> None:
    standby = proposed(desk)
    open_to_both = [desk.send(who, "GET", desk.path("/rescue/proposals")).json() for who in ("buyer", "exhibitor")]
    assert open_to_both == [[standby], [standby]]
    assert answered(desk, "exhibitor", "accept", standby) == (200, "held")
    assert answered(desk, "buyer", "accept", standby) == (200, "agreed")
    meeting = desk.send("buyer", "GET", desk.path(f"/meetings/{standby['id']}")).json()
    assert (meeting["state"], meeting["starts_at"]) == ("scheduled", standby["starts_at"])
    assert desk.send("staff", "GET", desk.path("/rescue/standby")).json() == []
    assert desk.send("buyer", "GET", desk.path("/rescue/proposals")).json() == []
    assert answered(desk, "buyer", "decline", standby) == (409, "wrong_state")


def test_who_comes_too_late_is_told_that_the_time_is_taken(desk: Api) -> None:
    body = {"one": str(desk.buyer.id), "other": str(desk.exhibitor.id), "slot": str(desk.fair.slot(SLOT))}
    standby = desk.send("staff", "POST", desk.path("/rescue/proposals"), body).json()
    desk.fair.meet(desk.fair.buyer(), desk.exhibitor, SLOT)
    assert answered(desk, "buyer", "accept", standby) == (409, "slot_taken")
    assert desk.send("buyer", "GET", desk.path(f"/rescue/proposals/{standby['id']}")).json()["state"] == "lapsed"
    assert answered(desk, "exhibitor", "accept", standby) == (409, "wrong_state")


def test_a_repair_is_looked_for_and_done(desk: Api) -> None:
    found = desk.send("staff", "GET", desk.path(f"/rescue/repair?party={desk.buyer.id}")).json()
    assert [(step["what"], step["why"]) for step in found["steps"]] == [("assign", "refills")]
    steps = [{name: step[name] for name in ("what", "one", "other", "slot")} for step in found["steps"]]
    done = desk.send("staff", "POST", desk.path("/rescue/repair"), {"steps": steps})
    assert [meeting["state"] for meeting in done.json()["meetings"]] == ["scheduled"]
    again = desk.send("staff", "POST", desk.path("/rescue/repair"), {"steps": steps})
    assert (again.status_code, again.json()["code"]) == (409, "repair_outdated")
    assert again.json()["changed"][0]["slot"] == steps[0]["slot"]
