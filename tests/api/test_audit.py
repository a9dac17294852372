"""The audit trail over HTTP: for owners, newest first, by what is asked for, and as a sheet."""

import csv
from io import StringIO
from typing import Any

import pytest

from tests.api.conftest import Api, add_person, own
from tests.api.test_host import HOST
from tests.factories import Fair

AUDIT = f"{HOST}/audit"


@pytest.fixture
def owner(api: Api) -> Api:
    api.add("owner", add_person(api.fair, api.fair.host_id))
    own(api.fair, api.people["owner"])
    return api


def entries(api: Api, query: str = "", who: str = "owner") -> list[dict[str, Any]]:
    answer = api.send(who, "GET", f"{AUDIT}{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def give_role(api: Api, email: str, role: str = "speaker") -> str:
    body = {"people": [{"email": email, "role": role}]}
    person = api.send("organiser", "POST", api.path("/people"), body, x_request_id="r-1").json()["people"][0]
    return str(person)


def test_who_did_what_to_whom_from_where(owner: Api) -> None:
    person = give_role(owner, "kim@people.example")
    found = {entry["action"]: entry for entry in entries(owner, f"?about={person}")}
    added = found["role.added"]
    assert {key: added[key] for key in ("actor", "subject", "subject_id", "about", "convention", "address")} == {
        "actor": str(owner.people["organiser"]),
        "subject": "role",
        "subject_id": f"{owner.fair.id}/{person}/speaker",
        "about": person,
        "convention": str(owner.fair.id),
        "address": "127.0.0.1",
    }
    assert (added["request_id"], added["old"], added["new"]["role"]) == ("r-1", None, "speaker")
    owner.send("organiser", "DELETE", owner.path(f"/people/{person}/roles/speaker"))
    newest = entries(owner, f"?about={person}&subject=role")[0]
    assert (newest["action"], newest["old"]["role"], newest["new"]) == ("role.removed", "speaker", None)


def test_filters_and_pages(owner: Api) -> None:
    people = [give_role(owner, f"{n}@people.example") for n in range(5)]
    query = "?action=role.added&actor=" + str(owner.people["organiser"])
    seen: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        after = f"&after={page['next']}" if page["next"] else ""
        page = owner.send("owner", "GET", f"{AUDIT}{query}&limit=2{after}").json()
        seen += page["items"]
    assert [entry["about"] for entry in seen] == people[::-1]
    assert [entry["at"] for entry in seen] == sorted((entry["at"] for entry in seen), reverse=True)
    middle = seen[2]["at"].replace("+", "%2B")
    assert [entry["id"] for entry in entries(owner, f"{query}&since={middle}")] == [e["id"] for e in seen[:3]]
    assert [entry["id"] for entry in entries(owner, f"{query}&until={middle}")] == [e["id"] for e in seen[3:]]
    assert entries(owner, f"?convention={people[0]}") == []
    assert {entry["subject"] for entry in entries(owner, "?subject=role")} == {"role"}


def test_nonsense_is_refused(owner: Api) -> None:
    for query in ("after=x", "after=20201109T000000.000000-x", "actor=me", "since=yesterday", "action=%00", "limit=0"):
        assert owner.send("owner", "GET", f"{AUDIT}?{query}").status_code == 422, query


def test_the_sheet_holds_the_same_and_no_formulas(owner: Api) -> None:
    body = {"people": [{"email": "=cmd@people.example", "role": "viewer", "name": {"en": "=1+1"}}]}
    assert owner.send("organiser", "POST", owner.path("/people"), body, x_request_id="=1+1").status_code == 201
    answer = owner.send("owner", "GET", f"{AUDIT}.csv?subject=person")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    listed = entries(owner, "?subject=person&limit=200")
    assert [(row["action"], row["subject_id"]) for row in rows] == [
        (entry["action"], entry["subject_id"]) for entry in listed
    ]
    assert {row["request_id"] for row in rows} >= {"'=1+1"}
    exported = entries(owner, "?action=audit.exported")
    assert [entry["actor"] for entry in exported] == [str(owner.people["owner"])]


def test_another_hosts_entries_are_not_there(owner: Api, elsewhere: Fair) -> None:
    give_role(owner, "kim@people.example")
    owner.add("rival", owner.people["foreigner"])
    own(owner.fair, owner.people["rival"])
    mine = {entry["id"] for entry in entries(owner, "?limit=200")}
    theirs = entries(owner, "?limit=200", who="rival")
    assert not mine & {entry["id"] for entry in theirs}
    assert entries(owner, f"?convention={owner.fair.id}", who="rival") == []
    assert {entry["actor"] for entry in theirs} <= {None, str(owner.people["rival"])}


def test_organisers_do_not_read_it(owner: Api) -> None:
    for path in (AUDIT, f"{AUDIT}.csv"):
        assert owner.send("organiser", "GET", path).status_code == 404
