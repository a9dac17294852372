"""The organiser's list of invitations, and those who come by a link they were handed."""

from typing import Any
from uuid import UUID

import httpx
from sqlmodel import Session, col, select

from server.accounts.actors import SYSTEM
from server.accounts.tables import Consent, Person
from server.audit.tables import AuditEntry
from server.conventions.commands import add_role
from server.database import reading, writing
from server.ids import new_id
from server.limits.limiter import RULES
from tests.api.conftest import Api, add_person

LIST = "/invitations"


def invite(api: Api, **whom: Any) -> dict[str, Any]:
    answer = api.send("organiser", "POST", api.path(LIST), whom or {"all": True})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(api: Api, query: str = "", who: str = "organiser") -> list[dict[str, Any]]:
    answer = api.send(who, "GET", api.path(f"{LIST}{query}"))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def guest(api: Api) -> str:
    """Somebody who may look on, and has never signed in."""
    person = add_person(api.fair, api.fair.host_id)
    api.fair.perform(SYSTEM, add_role, person, "viewer")
    return str(person)


def link(api: Api, invitation: str) -> str:
    """The token of a link to hand over."""
    answer = api.send("organiser", "POST", api.path(f"{LIST}/{invitation}/link"))
    assert answer.status_code == 200, answer.text
    address, _, token = answer.json()["link"].partition("#")
    assert address == f"{api.house.address}/invitation"
    return str(token)


def accept(api: Api, token: str, **more: Any) -> httpx.Response:
    answer = api.client.post("/api/v1/invitations/accept", json={"token": token, **more})
    api.client.cookies.clear()
    return answer


def test_the_organiser_invites_and_follows_each(api: Api) -> None:
    one = guest(api)
    made = invite(api)
    assert made == {"made": 4, "waiting": 0, "accepted": 0, "without_address": 2, "mailed": False}
    items = listed(api)
    assert {item["person"]["id"] for item in items} == {
        one,
        *(str(api.people[who]) for who in ("organiser", "staff", "viewer")),
    }
    assert {item["state"] for item in items} == {"made"}
    invited = next(item for item in items if item["person"]["id"] == one)
    accept(api, link(api, invited["id"]))
    states = {state: listed(api, f"?state={state}") for state in ("made", "sent", "opened", "accepted", "revoked")}
    assert {state: len(found) for state, found in states.items()} == {
        "made": 3,
        "sent": 0,
        "opened": 0,
        "accepted": 1,
        "revoked": 0,
    }
    assert states["accepted"][0]["id"] == invited["id"]


def test_the_list_names_the_party_and_goes_page_by_page(api: Api) -> None:
    with writing(api.fair.engine) as connection, Session(connection) as db:
        db.get_one(Person, api.people["buyer"]).email = "buyer@people.example"
        db.flush()
    invite(api)
    first = api.send("organiser", "GET", api.path(f"{LIST}?limit=3")).json()
    rest = api.send("organiser", "GET", api.path(f"{LIST}?limit=3&after={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    parties = {item["person"]["id"]: item["party"] for item in (*first["items"], *rest["items"])}
    assert len(parties) == 4
    assert parties[str(api.people["buyer"])] == {
        "id": str(api.buyer.id),
        "name": {"en": f"Party {api.buyer.id}"},
    }
    assert parties[str(api.people["viewer"])] is None


def test_who_is_invited_looks_then_accepts_and_is_signed_in(api: Api) -> None:
    one = guest(api)
    invite(api, people=[one])
    token = link(api, listed(api)[0]["id"])
    look = api.client.post("/api/v1/invitations/look", json={"token": token})
    told = look.json()
    assert (told["slug"], told["zone"], told["first_day"]) == ("smc-2020", "Asia/Seoul", "2020-11-09")
    assert {question["purpose"] for question in told["consents"]} >= {"share_contact", "reuse"}
    assert listed(api)[0]["state"] == "opened"

    answer = api.client.post(
        "/api/v1/invitations/accept", json={"token": token, "consents": {"reuse": True, "portrait": False}}
    )
    cookie = answer.headers["set-cookie"].partition(";")[0]
    api.client.cookies.clear()
    assert answer.json() == {"person": one, "home": "/"}
    assert api.send(None, "GET", "/api/v1/me", cookie=cookie).json()["id"] == one
    with reading(api.fair.engine) as db:
        said = {(row.purpose, row.given, row.source) for row in db.exec(select(Consent))}
    assert said == {("reuse", True, "invitation"), ("portrait", False, "invitation")}


def test_links_that_do_not_work_answer_alike(api: Api) -> None:
    invite(api, people=[guest(api) for _ in range(3)])
    used, replaced, revoked = (link(api, item["id"]) for item in listed(api))
    ids = [item["id"] for item in listed(api)]
    accept(api, used)
    link(api, ids[1])
    api.send("organiser", "POST", api.path(f"{LIST}/{ids[2]}/revoke"))
    for address in ("look", "accept"):
        answers = [
            api.client.post(f"/api/v1/invitations/{address}", json={"token": token})
            for token in (used, replaced, revoked, "never-given-to-anybody")
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "link_spent")}
        assert len({answer.content for answer in answers}) == 1


def test_a_link_is_asked_for_again_under_the_same_key_and_works(api: Api) -> None:
    invite(api, people=[guest(api)])
    path = api.path(f"{LIST}/{listed(api)[0]['id']}/link")
    first, second = (api.send("organiser", "POST", path, key="the same").json()["link"] for _ in range(2))
    assert first != second
    assert accept(api, second.partition("#")[2]).status_code == 200


def test_no_link_is_handed_over_for_who_can_sign_in_by_themself(api: Api) -> None:
    invite(api, people=[str(api.people["viewer"])])
    answer = api.send("organiser", "POST", api.path(f"{LIST}/{listed(api)[0]['id']}/link"))
    assert (answer.status_code, answer.json()["code"]) == (409, "has_account")
    assert listed(api)[0]["state"] == "made"


def test_no_mail_is_promised_where_none_is_sent(api: Api) -> None:
    invite(api)
    answer = api.send("organiser", "POST", api.path(f"{LIST}/{listed(api)[0]['id']}/resend"))
    assert (answer.status_code, answer.json()["code"]) == (409, "mail_off")


def test_only_invitations_that_are_there_are_counted_as_mailed_again(api: Api) -> None:
    path, times = api.path(f"{LIST}/{new_id()}/resend"), RULES["invitation.resent"].amount + 1
    assert [api.send("organiser", "POST", path).status_code for _ in range(times)] == [404] * times
    invite(api)
    path = api.path(f"{LIST}/{listed(api)[0]['id']}/resend")
    assert [api.send("organiser", "POST", path).status_code for _ in range(times)] == [409] * (times - 1) + [429]


def test_invitations_are_not_accepted_from_another_site(api: Api) -> None:
    invite(api, people=[guest(api)])
    token = link(api, listed(api)[0]["id"])
    for address in ("look", "accept"):
        answer = api.client.post(
            f"/api/v1/invitations/{address}", json={"token": token}, headers={"origin": "https://evil.example"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert accept(api, token).status_code == 200


def test_whom_has_to_be_said_in_one_way(api: Api) -> None:
    bodies: list[dict[str, Any]] = [
        {},
        {"all": False},
        {"all": True, "people": [str(new_id())]},
        {"people": []},
        {"parties": ["x"]},
    ]
    for body in bodies:
        assert api.send("organiser", "POST", api.path(LIST), body).status_code == 422, body


def test_only_the_organiser_invites(api: Api) -> None:
    invite(api)
    one = listed(api)[0]["id"]
    asked = [
        ("POST", LIST),
        ("GET", LIST),
        *(("POST", f"{LIST}/{one}/{verb}") for verb in ("resend", "revoke", "link")),
    ]
    for who, status in (("staff", 403), ("buyer", 404), ("viewer", 404), ("stranger", 404), ("foreigner", 404)):
        for method, path in asked:
            assert api.send(who, method, api.path(path), {"all": True}).status_code == status, (who, path)
    assert {item["state"] for item in listed(api)} == {"made"}


def test_what_happens_to_an_invitation_is_in_the_audit_trail_without_its_token(api: Api) -> None:
    person = UUID(guest(api))
    invite(api, people=[str(person)])
    one = listed(api)[0]["id"]
    token = link(api, one)
    accept(api, token)
    with reading(api.fair.engine) as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject_id == one).order_by(col(AuditEntry.id))).all()
    assert [entry.action for entry in entries] == ["invitation.added", *2 * ["invitation.changed"]]
    assert [entry.actor_id for entry in entries] == [
        *2 * [api.people["organiser"]],
        person,
    ]
    assert {entry.about_id for entry in entries} == {person}
    assert token not in str([(entry.old, entry.new) for entry in entries])
