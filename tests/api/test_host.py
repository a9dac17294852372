"""What belongs to a host is its owners' alone, and hosts never see each other."""

from typing import Any
from uuid import UUID

import pytest

from matchmaking.parties import set_availability
from matchmaking.tables import Representative
from server.accounts.actors import SYSTEM
from server.accounts.tables import Person
from server.database import reading
from server.ids import new_id
from server.work import Work
from tests.api.conftest import Api, add_person, own
from tests.factories import Fair, Party, make_fair

HOST = "/api/v1/host"
CONVENTION = {
    "slug": "smc-2022",
    "name": {"en": "SMC 2022"},
    "zone": "Asia/Seoul",
    "first_day": "2022-11-09",
    "last_day": "2022-11-12",
    "organiser_email": "organiser@people.example",
}


@pytest.fixture
def owned(api: Api) -> Api:
    """The same server, with an owner; and `rival` owns another host, which has a convention too."""
    api.add("owner", add_person(api.fair, api.fair.host_id))
    own(api.fair, api.people["owner"])
    with reading(api.fair.engine) as db:
        other_host = db.get_one(Person, api.people["foreigner"]).host_id
    make_fair(api.fair.engine, api.fair.clock, host_id=other_host, slug="rival-2020")
    api.add("rival", api.people["foreigner"])
    own(api.fair, api.people["rival"])
    return api


def send(api: Api, who: str, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = api.send(who, method, f"{HOST}{path}", body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def test_venues_come_change_and_go(owned: Api) -> None:
    hall = send(owned, "owner", "POST", "/venues", {"name": {"en": "City Hall"}, "zone": "Asia/Seoul"}, 201)
    assert send(owned, "owner", "GET", "/venues") == [hall]
    changed = send(owned, "owner", "PATCH", f"/venues/{hall['id']}", {"address": "1 Main St"})
    assert changed == hall | {"address": "1 Main St"}
    room = {"kind": "room", "name": "Room 1", "venue_id": hall["id"], "places": 8}
    made = send(owned, "owner", "POST", "/resources", room, 201)
    assert made == {"id": made["id"], **room}
    assert send(owned, "owner", "GET", "/resources") == [made]
    refused = send(owned, "owner", "DELETE", f"/venues/{hall['id']}", status=409)
    assert refused["code"] == "in_use"
    renamed = send(owned, "owner", "PATCH", f"/resources/{made['id']}", {"name": "Room 2"})
    assert renamed == made | {"name": "Room 2"}
    send(owned, "owner", "DELETE", f"/resources/{made['id']}", status=204)
    send(owned, "owner", "DELETE", f"/venues/{hall['id']}", status=204)
    assert (send(owned, "owner", "GET", "/venues"), send(owned, "owner", "GET", "/resources")) == ([], [])


def test_what_is_sent_again_is_done_once(owned: Api) -> None:
    """As pages do on a bad network: the same press, the same key."""
    hall = {"name": {"en": "City Hall"}, "zone": "Asia/Seoul"}
    first, again = (owned.send("owner", "POST", f"{HOST}/venues", hall, key="one press") for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, first.json())
    assert send(owned, "owner", "GET", "/venues") == [first.json()]
    other = owned.send("owner", "POST", f"{HOST}/venues", hall | {"zone": "UTC"}, key="one press")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    without = owned.send("owner", "POST", f"{HOST}/venues", hall, key="")
    assert (without.status_code, without.json()["code"]) == (400, "key_missing")


def test_owners_come_and_go_but_for_the_last(owned: Api) -> None:
    me = str(owned.people["owner"])
    assert [owner["id"] for owner in send(owned, "owner", "GET", "/owners")] == [me]
    alone = send(owned, "owner", "DELETE", f"/owners/{me}", status=409)
    assert alone["code"] == "last_one"
    second = send(owned, "owner", "POST", "/owners", {"email": "Second@People.example"}, 201)["person"]
    assert send(owned, "owner", "POST", "/owners", {"email": "second@people.example"}, 201)["person"] == second
    listed = {owner["id"]: owner["email"] for owner in send(owned, "owner", "GET", "/owners")}
    assert listed.keys() == {me, second}
    assert listed[second] == "second@people.example"
    send(owned, "owner", "DELETE", f"/owners/{me}")
    send(owned, "owner", "GET", "/owners", status=404)


def test_a_convention_continues_a_series_or_begins_one(owned: Api) -> None:
    (series,) = send(owned, "owner", "GET", "/series")
    made = send(owned, "owner", "POST", "/conventions", CONVENTION | {"series_id": series["id"]}, 201)
    assert made["host"] == str(owned.fair.host_id)
    assert made["slots"] > 0
    assert send(owned, "owner", "GET", "/series") == [series]
    send(owned, "owner", "POST", "/conventions", CONVENTION | {"slug": "smc-special"}, 201)
    assert len(send(owned, "owner", "GET", "/series")) == 2
    slugs = [one["slug"] for one in send(owned, "owner", "GET", "/conventions")]
    assert slugs == ["smc-2022", "smc-special", "smc-2020"]
    taken = send(owned, "owner", "POST", "/conventions", CONVENTION, 409)
    assert taken["code"] == "slug_taken"
    assert owned.send("owner", "GET", "/api/v1/conventions/smc-2022").status_code == 200, "an owner is in all of them"


def test_how_long_data_is_kept_is_the_owners_to_say(owned: Api) -> None:
    path = f"/conventions/{owned.fair.id}/retention"
    kept = send(owned, "owner", "PUT", path, {"days": 90})
    assert kept == {"convention": str(owned.fair.id), "retention_days": 90}
    assert send(owned, "owner", "GET", "/conventions")[0]["retention_days"] == 90
    for days in (0, 3651, "soon"):
        send(owned, "owner", "PUT", path, {"days": days}, 422)


def host_routes(ids: dict[str, str]) -> list[tuple[str, str, Any]]:
    """Every address below the host's, about these things."""
    return [
        ("GET", "", None),
        ("GET", "/owners", None),
        ("POST", "/owners", {"email": "x@people.example"}),
        ("DELETE", f"/owners/{ids['owner']}", None),
        ("GET", "/series", None),
        ("GET", "/conventions", None),
        ("POST", "/conventions", CONVENTION | {"slug": "another", "series_id": ids["series"]}),
        ("PUT", f"/conventions/{ids['convention']}/retention", {"days": 9}),
        ("GET", "/venues", None),
        ("POST", "/venues", {"name": {"en": "x"}, "zone": "UTC"}),
        ("PATCH", f"/venues/{ids['venue']}", {"address": "mine"}),
        ("DELETE", f"/venues/{ids['venue']}", None),
        ("GET", "/resources", None),
        ("POST", "/resources", {"kind": "room", "name": "x", "venue_id": ids["venue"]}),
        ("PATCH", f"/resources/{ids['resource']}", {"name": "mine"}),
        ("DELETE", f"/resources/{ids['resource']}", None),
        ("GET", "/audit", None),
        ("GET", "/audit.csv", None),
    ]


@pytest.fixture
def things(owned: Api) -> dict[str, str]:
    """One of each of what a host has."""
    venue = send(owned, "owner", "POST", "/venues", {"name": {"en": "Hall"}, "zone": "UTC"}, 201)["id"]
    room = send(owned, "owner", "POST", "/resources", {"kind": "room", "name": "A", "venue_id": venue}, 201)["id"]
    series = send(owned, "owner", "GET", "/series")[0]["id"]
    return {
        "owner": str(owned.people["owner"]),
        "series": series,
        "convention": str(owned.fair.id),
        "venue": venue,
        "resource": room,
    }


def test_every_route_of_the_host_is_among_those_tested(owned: Api, things: dict[str, str]) -> None:
    described = owned.client.get("/openapi.json").json()["paths"]
    names = {value: f"{{{name}_id}}" for name, value in things.items()} | {things["owner"]: "{person_id}"}
    tested = set()
    for method, path, _ in host_routes(things):
        parts = [names.get(part, part) for part in path.split("/")]
        tested.add((method, "/".join(parts)))
    below = {path.removeprefix(HOST): described[path] for path in described if path.startswith(HOST)}
    assert {(method.upper(), path) for path in below for method in below[path]} == tested


def test_a_host_is_not_there_for_others(owned: Api, things: dict[str, str]) -> None:
    for who in ("organiser", "staff", "buyer", "exhibitor", "viewer", "stranger"):
        answers = {owned.send(who, method, f"{HOST}{path}", body).content for method, path, body in host_routes(things)}
        assert len(answers) == 1, who
        assert owned.send(who, "GET", HOST).status_code == 404
    assert owned.send(None, "GET", HOST).status_code == 401


def test_hosts_never_see_each_other(owned: Api, things: dict[str, str]) -> None:
    before = {path: send(owned, "owner", "GET", path) for path in ("", "/venues", "/resources", "/owners", "/series")}
    nothing = {name: str(new_id()) for name in things}
    secrets = {*things.values(), str(owned.fair.host_id), "smc-2020", "Hall"}
    for theirs, absent in zip(host_routes(things), host_routes(nothing), strict=True):
        method, path, body = theirs
        asked = owned.send("rival", method, f"{HOST}{path}", body)
        if path != absent[1] or (body and body != absent[2]):
            nowhere = owned.send("rival", absent[0], f"{HOST}{absent[1]}", absent[2])
            assert (asked.status_code, asked.content) == (404, nowhere.content), path
        assert not [secret for secret in secrets if secret in asked.text], path
    assert {path: send(owned, "owner", "GET", path) for path in before} == before
    assert [one["slug"] for one in send(owned, "rival", "GET", "/conventions")] == ["rival-2020"]
    assert owned.send("rival", "GET", owned.path("")).status_code == 404, "an owner is nobody at another host's"


def test_a_program_reads_the_host_only_with_the_scope_to_organise(owned: Api) -> None:
    cookie = owned.cookie("owner")
    body = {"label": "reader", "scopes": ["read", "write"], "days": 1}
    made = owned.send(None, "POST", "/api/v1/tokens", body, cookie=cookie)
    assert made.status_code == 201, made.text
    bearer = {"authorization": f"Bearer {made.json()['secret']}"}
    answer = owned.client.get(HOST, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def also_sits(fair: Fair, person: UUID) -> Party:
    """A buyer of the convention, for whom somebody sits who is known from elsewhere."""
    party = fair.buyer()

    def change(work: Work) -> None:
        seat = work.db.get_one(Representative, (work.convention_id, party.people[0]))
        values = seat.model_dump() | {"person_id": person}
        work.db.delete(seat)
        work.db.add(Representative(**values))
        work.db.flush()
        set_availability(work, person, "Asia/Seoul", kind="stated", hours=((0, 1440),))

    fair.perform(SYSTEM, change)
    return Party(party.id, (person,))


def test_conventions_of_a_host_see_of_each_other_only_that_somebody_is_busy(owned: Api) -> None:
    """A person who sits in both is taken in one; the other says that the slot is not free, and nothing else."""
    api, fair, wall = owned, owned.fair, "2020-11-09 09:00"
    elsewhere = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    twin, other = also_sits(elsewhere, api.buyer.people[0]), elsewhere.exhibitor()

    def free() -> dict[str, Any]:
        slots = api.send("buyer", "GET", api.path(f"/parties/{api.exhibitor.id}/slots")).json()["slots"]
        return {slot["slot"]: slot for slot in slots}

    before = free()
    meeting = elsewhere.meet(twin, other, wall)
    after = free()
    slot = str(fair.slot(wall))
    assert before.keys() - after.keys() == {slot}, "that slot alone is not free"
    assert after == {key: value for key, value in before.items() if key != slot}
    refused = api.send("buyer", "POST", api.path("/requests"), {"to": str(api.exhibitor.id), "slot": slot})
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    everything = refused.text + "".join(
        api.send(who, "GET", api.path(path)).text
        for who in ("buyer", "organiser", "exhibitor")
        for path in ("/parties", "/requests", "/meetings", f"/parties/{api.exhibitor.id}/slots?by={api.buyer.id}")
    )
    theirs = (meeting, elsewhere.id, "smc-2021", twin.id, other.id)
    assert [one for one in theirs if str(one) in everything] == []


def test_an_organiser_owns_nothing(api: Api) -> None:
    assert api.send("organiser", "GET", HOST).status_code == 404
