"""What belongs to another convention, another party or nobody answers alike."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, update

from server.accounts.tables import Person
from server.database import writing
from server.ids import new_id
from tests.api.conftest import Api
from tests.factories import Fair
from tests.sessions.programme import talk

STAY = {"person": str(new_id()), "joined_at": "2020-11-09T00:00:00Z"}
AMOUNT = {"rung": "mou", "amount": "1", "currency": "KRW"}


def answers(api: Api, who: str, elsewhere: Fair, theirs: dict[str, UUID]) -> dict[str, tuple[int, bytes]]:
    """What somebody is answered about things of another convention, below the address of this one."""
    slot = {"slot": str(api.fair.slot("2020-11-09 09:00"))}
    other_slot = str(elsewhere.slot("2020-11-09 09:00"))
    request, meeting, party, session = (theirs[name] for name in ("request", "meeting", "party", "session"))
    asked: list[tuple[str, str, Any]] = [
        *(("POST", f"/requests/{request}/{verb}", None) for verb in ("accept", "decline", "withdraw")),
        ("POST", f"/requests/{request}/counter", slot),
        ("POST", f"/meetings/{meeting}/move", slot),
        ("POST", f"/meetings/{meeting}/cancel", {"code": "other"}),
        *(("POST", f"/meetings/{meeting}/{verb}", {}) for verb in ("join", "leave", "confirm")),
        ("POST", f"/meetings/{meeting}/outcome", {"outcome": "held"}),
        ("POST", f"/meetings/{meeting}/attendance", STAY),
        ("POST", f"/meetings/{meeting}/amounts", AMOUNT),
        ("GET", f"/meetings/{meeting}/how-to-join", None),
        ("GET", f"/parties/{party}", None),
        ("GET", f"/parties/{party}/slots?by={api.buyer.id}", None),
        ("PUT", f"/parties/{party}/wish", {"wish": "meet", "by": str(api.buyer.id)}),
        ("POST", f"/parties/{party}/confirm", {}),
        ("POST", "/requests", {**slot, "to": str(party), "by": str(api.buyer.id)}),
        ("POST", "/requests", {**slot, "to": str(api.exhibitor.id), "by": str(party)}),
        ("PUT", "/instructions", {"channel": "zoom", "kind": "number", "value": "1", "party": str(party)}),
        ("GET", f"/programme/{session}", None),
        ("PATCH", f"/programme/{session}", {"track": "A"}),
        *(("POST", f"/programme/{session}/{verb}", None) for verb in ("go-live", "pause", "resume", "end", "cancel")),
        *(("POST", f"/programme/{session}/{verb}", None) for verb in ("replay", "take-back", "registration")),
        ("DELETE", f"/programme/{session}/registration", None),
        ("POST", f"/programme/{session}/publish", {}),
        ("PUT", f"/programme/{session}/line-up", {"parts": []}),
        ("POST", f"/programme/{session}/places", {"people": [str(api.people["viewer"])]}),
        ("DELETE", f"/programme/{session}/places/{new_id()}", None),
        ("GET", f"/programme/{session}/places", None),
        ("PUT", f"/programme/{session}/materials", {"materials": []}),
        ("DELETE", f"/programme/{session}/featured", None),
    ]
    found = {}
    for method, path, body in asked:
        answer = api.send(who, method, api.path(path), body)
        found[f"{method} {path}"] = (answer.status_code, answer.content)
    foreign_slot = api.send(who, "POST", api.path("/requests"), {"to": str(api.exhibitor.id), "slot": other_slot})
    assert foreign_slot.status_code in (404, 409), foreign_slot.text
    return found


def things(fair: Fair) -> dict[str, UUID]:
    """A request, a meeting, a party and a session of a convention."""
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    pending = fair.ask(fair.buyer(), exhibitor, "2020-11-09 10:10").id
    meeting = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
    return {"request": pending, "meeting": meeting, "party": exhibitor.id, "session": talk(fair).id}


def test_things_of_another_convention_do_not_exist_here(api: Api, elsewhere: Fair) -> None:
    theirs = things(elsewhere)
    nothing = {name: new_id() for name in theirs}
    before = elsewhere.state()
    for who in ("organiser", "buyer"):
        foreign, absent = answers(api, who, elsewhere, theirs), answers(api, who, elsewhere, nothing)
        assert {status for status, _ in foreign.values()} == {404}
        assert list(foreign.values()) == list(absent.values())
    assert elsewhere.state() == before


def test_things_of_other_parties_do_not_exist_for_a_party(api: Api) -> None:
    mine = things(api.fair)
    request, meeting = mine["request"], mine["meeting"]
    before = api.fair.state()
    closed = [
        *(("POST", f"/requests/{request}/{verb}", None) for verb in ("accept", "decline", "withdraw")),
        ("POST", f"/requests/{request}/counter", {"slot": str(api.fair.slot("2020-11-09 11:20"))}),
        ("POST", f"/meetings/{meeting}/move", {"slot": str(api.fair.slot("2020-11-09 11:20"))}),
        ("POST", f"/meetings/{meeting}/cancel", {"code": "other"}),
        *(("POST", f"/meetings/{meeting}/{verb}", {}) for verb in ("join", "leave", "confirm")),
        ("GET", f"/meetings/{meeting}/how-to-join", None),
        ("GET", f"/parties/{api.exhibitor.id}/slots?by={mine['party']}", None),
        ("PUT", f"/parties/{api.exhibitor.id}/wish", {"wish": "meet", "by": str(mine["party"])}),
    ]
    for method, path, body in closed:
        answer = api.send("buyer", method, api.path(path), body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert api.send("buyer", "GET", api.path("/requests")).json() == {"items": [], "next": None}
    assert api.send("buyer", "GET", api.path("/meetings")).json() == {"items": [], "next": None}
    assert api.fair.state() == before


def test_addresses_and_phones_are_for_staff_and_the_party_itself(api: Api) -> None:
    with writing(api.fair.engine) as connection, Session(connection) as db:
        db.exec(update(Person).where(col(Person.id) == api.people["exhibitor"]).values(email="a@b.example", phone="1"))
    shown = {}
    for who in ("buyer", "exhibitor", "organiser", "staff"):
        for path in ("/parties?kind=exhibitor", f"/parties/{api.exhibitor.id}"):
            found = api.send(who, "GET", api.path(path)).json()
            party = found["items"][0] if "items" in found else found
            shown[who, path[:9]] = (party["needs_look"], party["people"][0]["email"], party["people"][0]["phone"])
    close = {who for (who, _), seen in shown.items() if seen == ([], "a@b.example", "1")}
    assert close == {"exhibitor", "organiser", "staff"}
    assert {seen for (who, _), seen in shown.items() if who not in close} == {(None, None, None)}
    assert api.send("viewer", "GET", api.path(f"/parties/{api.exhibitor.id}")).json()["people"] == []
