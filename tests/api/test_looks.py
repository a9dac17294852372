"""Who looks at personal data is entered into the audit trail, and only then; what waits is entered before the end."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from server.accounts.tables import Person
from server.audit.tables import AuditEntry
from server.database import reading, writing
from tests.api.conftest import Api, add_person, api_of, own
from tests.factories import Fair

Story = Callable[[Api], None]


def give_addresses(api: Api, **addresses: str | None) -> None:
    with writing(api.fair.engine) as connection, Session(connection) as db:
        for who, address in addresses.items():
            db.get_one(Person, api.people[who]).email = address
        db.flush()


def looks(fair: Fair, story: Story) -> set[tuple[str, str, str]]:
    """(who, whose, list) of all that is entered when the server has stopped."""
    with api_of(fair) as api:
        give_addresses(api, buyer="buyer@firm.example", exhibitor="exhibitor@firm.example")
        story(api)
        names: dict[Any, str] = {person: who for who, person in api.people.items()}
    with reading(fair.engine) as db:
        found = db.exec(select(AuditEntry).where(col(AuditEntry.action) == "person.looked_up")).all()
    assert {entry.host_id for entry in found} <= {fair.host_id}
    assert {entry.address for entry in found} <= {"127.0.0.1"}
    return {(names[entry.actor_id], names[entry.about_id], str((entry.new or {})["list"])) for entry in found}


def get(api: Api, who: str, path: str) -> Any:
    answer = api.send(who, "GET", api.path(path))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("who", ["organiser", "staff"])
def test_each_person_shown_to_who_sees_all_contacts_is_entered(sqlite_fair: Fair, who: str) -> None:
    def one(api: Api) -> None:
        get(api, who, f"/parties/{api.buyer.id}")

    assert looks(sqlite_fair, one) == {(who, "buyer", "parties")}


def test_whole_lists_are_entered_but_for_oneself(sqlite_fair: Fair) -> None:
    def three(api: Api) -> None:
        get(api, "organiser", "/parties")
        get(api, "organiser", "/people")
        api.send("organiser", "POST", api.path("/invitations"), {"people": [str(api.people["viewer"])]})
        get(api, "organiser", "/invitations")

    assert looks(sqlite_fair, three) == {
        *(("organiser", whose, "parties") for whose in ("buyer", "exhibitor")),
        *(("organiser", whose, "people") for whose in ("staff", "viewer")),
        ("organiser", "viewer", "invitations"),
    }


def test_owners_looks_at_owners_and_at_what_was_entered_are_entered(sqlite_fair: Fair) -> None:
    def look(api: Api) -> None:
        for who in ("owner", "partner"):
            api.add(who, add_person(api.fair, api.fair.host_id))
            own(api.fair, api.people[who])
        trail = f"/api/v1/host/audit?about={api.people['viewer']}"
        for path in ("/api/v1/host/owners", trail, f"{trail}&subject=nothing"):
            assert api.send("owner", "GET", path).status_code == 200

    assert looks(sqlite_fair, look) == {("owner", "partner", "owners"), ("owner", "viewer", "audit")}


def test_who_looked_at_whom_is_no_contact_data(sqlite_fair: Fair) -> None:
    def look(api: Api) -> None:
        api.add("owner", add_person(api.fair, api.fair.host_id))
        own(api.fair, api.people["owner"])
        get(api, "organiser", f"/parties/{api.buyer.id}")
        for _ in range(200):  # until it is entered
            if api.send("owner", "GET", "/api/v1/host/audit?action=person.looked_up").json()["items"]:
                return
            time.sleep(0.05)
        pytest.fail("the look was never entered")

    assert looks(sqlite_fair, look) == {("organiser", "buyer", "parties")}


def test_the_contacts_of_a_meeting_are_entered(sqlite_fair: Fair) -> None:
    def look(api: Api) -> None:
        meeting = api.fair.meet(api.buyer, api.exhibitor)
        get(api, "staff", f"/meetings/{meeting}/contacts")
        get(api, "buyer", f"/meetings/{meeting}/contacts")

    assert looks(sqlite_fair, look) == {("staff", whose, "contacts") for whose in ("buyer", "exhibitor")}


def test_those_who_see_only_what_is_theirs_are_not_entered(sqlite_fair: Fair) -> None:
    def look(api: Api) -> None:
        for who in ("buyer", "exhibitor", "viewer"):
            get(api, who, "/parties")
            get(api, who, f"/parties/{api.exhibitor.id}")

    assert looks(sqlite_fair, look) == set()


def test_what_shows_no_contacts_is_no_look(sqlite_fair: Fair) -> None:
    def look(api: Api) -> None:
        give_addresses(api, buyer=None)
        get(api, "organiser", f"/parties/{api.buyer.id}")
        get(api, "organiser", "/figures")
        get(api, "organiser", "/findings")

    assert looks(sqlite_fair, look) == set()
