"""One's own data over HTTP: taken away, and erased."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server.accounts.actors import SYSTEM
from server.accounts.tables import HostRole, Person
from server.database import reading
from server.work import Work
from tests.accounts.test_erasure import found_in_files, found_in_rows, plant_account
from tests.api.conftest import Api
from tests.factories import Fair

EXPORT, ERASE = "/api/v1/me/export", "/api/v1/me/erase"


def person(fair: Fair, one: UUID) -> Person:
    with reading(fair.engine) as db:
        return db.get_one(Person, one)


def test_the_export_is_a_file_of_all_sections_for_oneself_in_a_browser(api: Api) -> None:
    answer = api.send(None, "GET", EXPORT, cookie=api.cookie("buyer"))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="madang-my-data.json"'
    told = answer.json()
    assert told["person"] == str(api.people["buyer"])
    assert told["held"]["person"]["rows"][0]["id"] == str(api.people["buyer"])
    assert {row["kind"] for row in told["held"]["logins"]["rows"]} == {"cookie", "token"}
    assert "digest" not in answer.text
    refused = [api.send("buyer", "GET", EXPORT), api.send("buyer", "POST", ERASE, {"confirm": "erase"})]
    assert [one.json()["code"] for one in refused] == ["browser_only", "browser_only"]


def test_nobody_is_erased_by_a_slip(api: Api) -> None:
    plant_account(api.fair, api.people["buyer"])
    cookie = api.cookie("buyer")
    bodies = [{}, {"confirm": ""}, {"confirm": "yes"}, {"confirm": "somebody@else.example"}, {"confirm": None}]
    answers = [api.send(None, "POST", ERASE, body, cookie=cookie) for body in bodies]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(422, "unreadable")}
    assert person(api.fair, api.people["buyer"]).erased_at is None


@pytest.mark.parametrize("confirm", ["erase", "KANARI7Q@example.org"])
def test_erased_is_out_at_once_with_nothing_left(api: Api, confirm: str) -> None:
    fair, me = api.fair, api.people["buyer"]
    plant_account(fair, me)
    meeting = fair.meet(api.buyer, api.exhibitor)
    cookie = api.cookie("buyer")
    url = api.house.address.replace("http", "ws", 1) + api.path("/live")
    with connect(url, additional_headers={"cookie": cookie, "origin": api.house.address}) as page:
        answer = api.send(None, "POST", ERASE, {"confirm": confirm}, cookie=cookie)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["set-cookie"].startswith('madang_login="";')
        assert json.loads(page.recv(timeout=20))["code"] == "signed_out"
        with pytest.raises(ConnectionClosed):
            page.recv(timeout=20)
    assert api.send(None, "GET", "/api/v1/me", cookie=cookie).status_code == 401
    assert api.send("buyer", "GET", "/api/v1/me").status_code == 401
    told = api.send("organiser", "GET", api.path(f"/meetings/{meeting}")).json()
    assert (told["state"], told["cancelled_for"]) == ("cancelled", "cannot_attend")
    seen = api.send("organiser", "GET", api.path(f"/parties/{api.buyer.id}")).json()
    assert seen["people"] == []
    assert found_in_rows(fair.engine) == []
    assert found_in_files(Path(str(fair.engine.url.database)).parent) == []


def test_who_alone_owns_the_host_is_told_to_name_another_first(api: Api) -> None:
    def own(work: Work) -> None:
        work.db.add(HostRole(host_id=api.fair.host_id, person_id=api.people["organiser"], role="owner"))

    api.fair.perform(SYSTEM, own)
    answer = api.send(None, "POST", ERASE, {"confirm": "erase"}, cookie=api.cookie("organiser"))
    assert (answer.status_code, answer.json()["code"]) == (409, "last_one")
    assert person(api.fair, api.people["organiser"]).erased_at is None


def test_somebody_without_any_part_can_go_too(api: Api) -> None:
    assert api.send(None, "POST", ERASE, {"confirm": "erase"}, cookie=api.cookie("stranger")).status_code == 204
    assert person(api.fair, api.people["stranger"]).email is None
