"""A party's own people, over HTTP: who may change whom, and what is refused."""

from typing import Any
from uuid import UUID

from server.ids import new_id
from tests.accounts.test_contacts import describe
from tests.api.conftest import Api, add_person

KIM = {"email": "kim@firm.example", "name": {"en": "Kim"}, "languages": ["ko"], "zone": "Asia/Seoul"}
FIRM = {"name": {"en": "Mir Labs"}, "zone": "Asia/Seoul", "offers": True, "seeks": False, "contact": KIM}
HOURS = {"days": [{"local_date": "2020-11-10", "hours": [[540, 720]]}]}


def people(api: Api, party: object = None) -> str:
    return api.path(f"/parties/{party or api.exhibitor.id}/people")


def shown(api: Api, who: str, party: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.send(who, "GET", api.path(f"/parties/{party}")).json()["people"]
    return found


def test_the_organiser_invites_an_organisation(api: Api) -> None:
    made = api.send("organiser", "POST", api.path("/parties"), FIRM | {"country": "KR", "products": ["X-ray"]})
    assert made.status_code == 201, made.text
    seat = made.json()
    assert (seat["active"], seat["admin"], seat["kept"]) == (True, True, [])
    party = api.send("buyer", "GET", api.path(f"/parties/{seat['party']}")).json()
    assert (party["name"], party["country"], party["products"]) == ({"en": "Mir Labs"}, "KR", ["X-ray"])
    again = api.send("organiser", "POST", api.path("/parties"), FIRM)
    assert (again.status_code, again.json()["code"], again.json()["party"]) == (409, "party_exists", seat["party"])


def test_a_party_manages_its_people(api: Api) -> None:
    made = api.send("exhibitor", "POST", people(api), KIM)
    assert made.status_code == 201, made.text
    kim = made.json()["person"]
    one = f"{people(api)}/{kim}"
    changed = api.send("exhibitor", "PATCH", one, {"position": "Sales", "admin": True, "languages": ["ko", "en"]})
    assert changed.json() == {
        "party": str(api.exhibitor.id),
        "person": kim,
        "active": True,
        "admin": True,
        "kept": [],
    }
    mine = next(person for person in shown(api, "exhibitor", api.exhibitor.id) if person["id"] == kim)
    assert (mine["position"], mine["languages"], mine["email"]) == ("Sales", ["ko", "en"], "kim@firm.example")
    gone = api.send("exhibitor", "DELETE", one)
    assert (gone.status_code, gone.json()["active"]) == (200, False)
    assert kim not in [person["id"] for person in shown(api, "exhibitor", api.exhibitor.id)]


def test_hours_are_set_and_read(api: Api) -> None:
    one = f"{people(api)}/{api.people['exhibitor']}/hours"
    assert api.send("exhibitor", "PUT", one, HOURS).status_code == 200
    days = {day["local_date"]: day for day in api.send("exhibitor", "GET", one).json()}
    assert days["2020-11-10"] == {
        "local_date": "2020-11-10",
        "mode": "online",
        "zone": "Asia/Seoul",
        "hours": [[540, 720]],
        "source": "stated",
    }
    assert {day["mode"] for date, day in days.items() if date != "2020-11-10"} == {"absent"}
    assert api.send("organiser", "GET", one).status_code == 200
    assert api.send("buyer", "GET", one).status_code == 403


def test_who_is_booked_leaves_through_a_colleague(api: Api) -> None:
    me, lead = api.people["exhibitor"], api.exhibitor.id
    api.fair.meet(api.buyer, api.exhibitor, "2020-11-09 09:00")
    kim = api.send("exhibitor", "POST", people(api), KIM | {"admin": True}).json()["person"]
    booked = api.send("organiser", "DELETE", f"{people(api)}/{me}")
    assert (booked.status_code, booked.json()["code"], len(booked.json()["meetings"])) == (409, "booked", 1)
    moved = api.send("organiser", "DELETE", f"{people(api)}/{me}?move_to={kim}")
    assert moved.status_code == 200, moved.text
    assert [person["id"] for person in shown(api, "organiser", lead)] == [kim]


def test_the_last_admin_stays(api: Api) -> None:
    answer = api.send("exhibitor", "DELETE", f"{people(api)}/{api.people['exhibitor']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_one")


def test_nobody_manages_anothers_people(api: Api) -> None:
    theirs = api.people["exhibitor"]
    asked: list[tuple[str, str, Any]] = [
        ("POST", people(api), KIM),
        ("PATCH", f"{people(api)}/{theirs}", {"admin": False}),
        ("DELETE", f"{people(api)}/{theirs}", None),
        ("PUT", f"{people(api)}/{theirs}/hours", HOURS),
    ]
    for who, status in (("buyer", 403), ("staff", 403), ("viewer", 403), ("stranger", 404), ("foreigner", 404)):
        for method, path, body in asked:
            assert api.send(who, method, path, body).status_code == status, (who, method, path)
    assert api.send("exhibitor", "POST", api.path("/parties"), FIRM).status_code == 404
    assert api.send("staff", "POST", api.path("/parties"), FIRM).status_code == 403


def test_what_is_not_there_is_not_found(api: Api) -> None:
    for who in ("organiser", "exhibitor"):
        for method, path, body in (
            ("POST", people(api, new_id()), KIM),
            ("PATCH", f"{people(api)}/{new_id()}", {"admin": False}),
            ("DELETE", f"{people(api)}/{api.people['buyer']}", None),
            ("PUT", f"{people(api)}/{api.people['buyer']}/hours", HOURS),
            ("GET", f"{people(api)}/{new_id()}/hours", None),
        ):
            assert api.send(who, method, path, body).status_code == 404, (who, method, path)


def test_what_makes_no_sense_is_refused(api: Api) -> None:
    one = f"{people(api)}/{api.people['exhibitor']}"
    day = HOURS["days"][0]
    bodies: list[tuple[str, str, Any]] = [
        ("POST", people(api), KIM | {"zone": "Mars/Olympus"}),
        ("POST", people(api), KIM | {"email": "nobody"}),
        ("POST", people(api), KIM | {"name": {"english": "Kim"}}),
        ("POST", api.path("/parties"), FIRM | {"offers": False}),
        ("POST", api.path("/parties"), FIRM | {"name": {"original": "en"}}),
        ("PUT", f"{one}/hours", {"days": [day, day]}),
        ("PUT", f"{one}/hours", {"days": [day | {"hours": [[720, 540]]}]}),
        ("PUT", f"{one}/hours", {"days": [day | {"hours": [[540, 720], [700, 800]]}]}),
        ("PUT", f"{one}/hours", {"days": [day | {"local_date": "2031-01-01"}]}),
        ("PUT", f"{one}/hours", {"days": [day | {"hours": [[0, 99999]]}]}),
    ]
    for method, path, body in bodies:
        assert api.send("organiser", method, path, body).status_code == 422, body


def test_adding_somebody_the_host_knows_does_not_tell_their_phone(api: Api) -> None:
    known = add_person(api.fair, api.fair.host_id)
    describe(api.fair, known)
    newcomer = {"email": f"{known}@example.org", "phone": "+1 212 555 0100"}
    answer = api.send("exhibitor", "POST", people(api), newcomer)
    assert (answer.status_code, answer.json()["person"], answer.json()["kept"]) == (201, str(known), [])
    phones = {one["id"]: one["phone"] for one in shown(api, "exhibitor", api.exhibitor.id)}
    assert phones[str(known)] is None
    assert {one["id"]: one["phone"] for one in shown(api, "organiser", api.exhibitor.id)}[str(known)] is not None


def test_who_has_left_a_party_is_not_told_that_they_sit_for_it(api: Api) -> None:
    kim = UUID(api.send("exhibitor", "POST", people(api), KIM).json()["person"])
    api.add("kim", kim)
    named = [place["parties"][0]["id"] for place in api.send("kim", "GET", "/api/v1/me").json()["places"]]
    assert named == [str(api.exhibitor.id)]
    assert api.send("exhibitor", "DELETE", f"{people(api)}/{kim}").status_code == 200
    assert api.send("kim", "GET", "/api/v1/me").json()["places"] == []
