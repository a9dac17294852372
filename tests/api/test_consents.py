"""What people agree to: asked in both languages, kept with its words, time and source, counted without names."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from server.accounts.consents import WORDINGS, Purpose, record_consents
from server.accounts.tables import Consent
from server.database import reading
from server.errors import Unreadable
from tests.api.conftest import Api
from tests.factories import BEFORE, Fair, refused

PATH = "/consents"


def said(api: Api, who: str) -> dict[str, bool | None]:
    asked = api.send(who, "GET", api.path(PATH)).json()
    return {one["purpose"]: one["given"] for one in asked}


def rows(fair: Fair) -> list[tuple[str, bool, str, str]]:
    with reading(fair.engine) as db:
        found = db.exec(select(Consent).order_by(col(Consent.id))).all()
        return [(row.purpose, row.given, row.version, row.source) for row in found]


def say(api: Api, who: str, **answers: Any) -> Any:
    return api.send(who, "PUT", api.path(PATH), answers)


def test_each_purpose_is_asked_in_english_and_korean(api: Api) -> None:
    asked = api.send("viewer", "GET", api.path(PATH)).json()
    assert [one["purpose"] for one in asked] == list(Purpose)
    for one in asked:
        wording = WORDINGS[one["purpose"]]
        assert (one["title"], one["text"], one["version"]) == (wording.title, wording.text, wording.version)
        assert set(one["title"]) == set(one["text"]) == {"en", "ko"}
        assert "say no" in one["text"]["en"]
        assert "동의하지 않을 수 있으며" in one["text"]["ko"]


def test_nothing_said_is_no_consent_and_the_newest_word_counts(api: Api) -> None:
    assert set(said(api, "buyer").values()) == {None}
    answer = say(api, "buyer", share_contact=True, reuse=False)
    assert answer.status_code == 200
    assert [(one["purpose"], one["given"], one["version"]) for one in answer.json()["said"]] == [
        ("share_contact", True, "1"),
        ("reuse", False, "1"),
    ]
    say(api, "buyer", share_contact=False)
    assert said(api, "buyer") == {
        "share_contact": False,
        "transfer_abroad": None,
        "recording": None,
        "portrait": None,
        "reuse": False,
    }
    assert set(said(api, "exhibitor").values()) == {None}
    assert rows(api.fair) == [
        ("share_contact", True, "1", "page"),
        ("reuse", False, "1", "page"),
        ("share_contact", False, "1", "page"),
    ]


def test_the_same_word_again_is_no_news(api: Api) -> None:
    for _ in range(3):
        assert say(api, "buyer", portrait=True).status_code == 200
    assert rows(api.fair) == [("portrait", True, "1", "page")]
    assert say(api, "buyer").json()["said"][0]["purpose"] == "portrait"


def test_there_are_no_other_purposes_and_no_other_answers(api: Api) -> None:
    bodies: list[Any] = [{"everything": True}, {"portrait": "perhaps"}, [], {"portrait": {"given": True}}]
    for body in bodies:
        answer = api.send("buyer", "PUT", api.path(PATH), body)
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert rows(api.fair) == []


def test_the_organiser_sees_how_many_and_never_who(api: Api) -> None:
    say(api, "buyer", share_contact=True)
    say(api, "buyer", share_contact=False)
    say(api, "exhibitor", share_contact=True, recording=True)
    counts = api.send("organiser", "GET", api.path(f"{PATH}/counts"))
    assert [one for one in counts.json() if one["given"] or one["refused"]] == [
        {"purpose": "share_contact", "given": 1, "refused": 1},
        {"purpose": "recording", "given": 1, "refused": 0},
    ]
    assert str(api.people["buyer"]) not in counts.text
    assert api.send("buyer", "GET", api.path(f"{PATH}/counts")).status_code == 404


def test_a_consent_is_of_one_convention(api: Api, elsewhere: Fair) -> None:
    say(api, "organiser", reuse=True)
    there = api.send("organiser", "GET", f"/api/v1/conventions/smc-2021{PATH}").json()
    assert {one["given"] for one in there} == {None}


def test_an_answer_on_paper_is_newer_or_older_by_its_time(fair: Fair) -> None:
    party = fair.buyer()
    me = party.people[0]
    fair.perform(party, record_consents, me, fair.id, {"reuse": True}, "page", BEFORE + timedelta(hours=2))
    told = fair.perform(party, record_consents, me, fair.id, {"reuse": False}, "organiser_paper", BEFORE)
    assert told.model_dump(include={"said": {0: {"given"}}}) == {"said": ({"given": False},)}
    with reading(fair.engine) as db:
        found = db.exec(select(Consent).order_by(col(Consent.at))).all()
    assert [(row.given, row.source) for row in found] == [(False, "organiser_paper"), (True, "page")]


def test_an_unknown_purpose_is_refused_by_the_command_too(sqlite_fair: Fair) -> None:
    party = sqlite_fair.buyer()
    with refused(Unreadable, purposes=["mail"]):
        sqlite_fair.perform(
            party, record_consents, party.people[0], sqlite_fair.id, {"mail": True, "reuse": True}, "page", BEFORE
        )
    assert rows(sqlite_fair) == []
