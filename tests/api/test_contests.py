"""A contest over HTTP: what jurors, moderators and everybody else read of it."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import Session

from server.database import writing
from server.ids import new_id
from sessions.programme import Kind
from sessions.tables import Appearance, Speaker
from tests.api.conftest import Api
from tests.sessions.programme import talk

IDEA, ONE, OTHER = ({"en": text, "original": "en"} for text in ("Idea", "One", "Other"))
CRITERIA = {"criteria": [{"name": IDEA, "most": 10}, {"name": IDEA, "most": 40, "weight": "0.5"}]}


class Contest:
    """The contest of a pitch session, with the buyer and the exhibitor as jurors."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.session_id = talk(api.fair, kind=Kind.PITCH).id
        self.path = api.path(f"/programme/{self.session_id}/contest")
        with writing(api.fair.engine) as connection, Session(connection) as db:
            for who in ("buyer", "exhibitor"):
                speaker = Speaker(id=new_id(), convention_id=api.fair.id, person_id=api.people[who], name=ONE)
                part: dict[str, Any] = {"speaker_id": speaker.id, "convention_id": api.fair.id}
                db.add(speaker)
                db.flush()
                db.add(Appearance(session_id=self.session_id, **part, role="juror"))
                db.flush()

    def send(self, who: str, method: str, rest: str = "", body: Any = None) -> httpx.Response:
        return self.api.send(who, method, self.path + rest, body)

    def entered(self, **body: Any) -> str:
        answer = self.send("organiser", "POST", "/contestants", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def read(self, who: str) -> dict[str, Any]:
        found: dict[str, Any] = self.send(who, "GET").json()
        return found

    def places(self, who: str) -> list[tuple[str, Any, Any]]:
        return [(one["name"]["en"], one["rank"], one["points"]) for one in self.read(who)["contestants"]]


@pytest.fixture
def contest(api: Api) -> Contest:
    return Contest(api)


def test_a_contest_is_judged_and_revealed(contest: Contest) -> None:
    assert contest.send("viewer", "GET").status_code == 404
    assert contest.send("organiser", "PUT", "", CRITERIA).status_code == 200
    one, other = contest.entered(name=ONE, party=str(contest.api.buyer.id)), contest.entered(name=OTHER)
    path = "/contestants/{}/score"
    for who, contestant, points in (
        ("buyer", one, [8, 40]),
        ("buyer", other, [10, 0]),
        ("exhibitor", one, [8, 20]),
    ):
        assert contest.send(who, "PUT", path.format(contestant), {"points": points}).status_code == 200
    juror = str(contest.api.people["exhibitor"])
    assert contest.read("exhibitor")["scores"] == [{"contestant": one, "juror": juror, "points": [8, 20]}]
    assert contest.read("exhibitor")["missing"] == [{"contestant": other, "juror": juror}]
    assert contest.read("buyer")["missing"] == []
    assert (contest.read("viewer")["scores"], contest.read("viewer")["missing"]) == ([], [])
    assert len(contest.read("staff")["scores"]) == 3
    early = contest.send("staff", "POST", "/close", {})
    assert (early.status_code, early.json()["code"]) == (409, "scores_missing")
    assert early.json()["missing"] == [{"juror": juror, "contestant": other}]
    assert contest.send("exhibitor", "PUT", path.format(other), {"points": [10, 40]}).status_code == 200
    assert contest.send("staff", "POST", "/close", {}).json()["state"] == "judged"
    assert contest.places("staff") == [("One", 2, "78.33"), ("Other", 1, "83.33")]
    assert contest.places("viewer") == contest.places("buyer") == [("One", None, None), ("Other", None, None)]
    contest.send("staff", "POST", "/reveal", {})
    assert contest.places("viewer") == [("One", 2, "78.33"), ("Other", None, None)]
    contest.send("staff", "POST", "/conceal", {})
    assert contest.places("viewer") == [("One", None, None), ("Other", None, None)]
    contest.send("staff", "POST", "/reveal", {"everything": True})
    assert contest.places("viewer") == contest.places("staff")
    told = contest.read("viewer")
    assert (told["state"], told["revealed"]) == ("judged", 2)
    assert told["criteria"] == [
        {"name": IDEA, "most": 10, "weight": "1"},
        {"name": IDEA, "most": 40, "weight": "0.5"},
    ]
    assert told["contestants"][0]["party"] == str(contest.api.buyer.id)


def test_contestants_are_changed_and_come_for_parties_of_the_convention(contest: Contest) -> None:
    contest.send("organiser", "PUT", "", CRITERIA)
    one = contest.entered(name=ONE)
    changed = contest.send("organiser", "PATCH", f"/contestants/{one}", {"position": 5, "name": OTHER})
    assert (changed.json()["position"], contest.places("viewer")) == (5, [("Other", None, None)])
    nobody = contest.send("organiser", "PATCH", f"/contestants/{one}", {"party": str(new_id())})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")
    party = str(contest.api.exhibitor.id)
    assert contest.send("organiser", "PATCH", f"/contestants/{one}", {"party": party}).json()["party"] == party
    assert contest.send("organiser", "PATCH", f"/contestants/{one}", {"party": None}).json()["party"] is None
    assert contest.send("organiser", "DELETE", f"/contestants/{one}").status_code == 200
    assert contest.read("viewer")["contestants"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"criteria": []}, 422),
        ({"criteria": [{"name": IDEA, "most": 10, "weight": "0"}]}, 422),
        ({"criteria": [{"name": IDEA, "most": 10, "weight": "NaN"}]}, 422),
        ({"criteria": [{"name": IDEA, "most": 0}]}, 422),
        ({"criteria": [{"name": {"en": "Idea"}, "most": 10}]}, 422),
    ],
)
def test_criteria_that_make_no_sense_are_refused(contest: Contest, body: dict[str, Any], status: int) -> None:
    assert contest.send("organiser", "PUT", "", body).status_code == status
    assert isinstance(contest.session_id, UUID)
    assert contest.send("organiser", "GET").status_code == 404
