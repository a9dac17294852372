"""Polls over HTTP: what members and moderators read of them, before, while and after one is open."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from server.accounts.actors import SYSTEM
from sessions.programme import AudienceKind, change
from tests.api.conftest import Api
from tests.sessions.programme import talk

ASKED, YES, NO = ({"en": text, "original": "en"} for text in ("Asked", "Yes", "No"))


class Polls:
    """The polls of a talk."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.session_id = talk(api.fair).id
        self.path = api.path(f"/programme/{self.session_id}/polls")

    def send(self, who: str, method: str, rest: str = "", body: Any = None, **more: str) -> httpx.Response:
        return self.api.send(who, method, self.path + rest, body, **more)

    def made(self, **body: Any) -> str:
        usual = {"kind": "single", "question": ASKED, "options": [YES, NO]}
        answer = self.send("organiser", "POST", "", {**usual, **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def seen(self, who: str) -> list[tuple[Any, ...]]:
        """(state, results, voters, chosen) of every poll that somebody sees."""
        return [
            (poll["state"], poll["results"], poll["voters"], poll["chosen"]) for poll in self.send(who, "GET").json()
        ]


@pytest.fixture
def polls(api: Api) -> Polls:
    return Polls(api)


def test_what_is_read_of_a_poll_from_its_draft_to_its_end(polls: Polls) -> None:
    poll = polls.made()
    assert (polls.seen("viewer"), polls.seen("staff")) == ([], [("draft", None, None, None)])
    assert polls.send("organiser", "POST", f"/{poll}/open").json()["state"] == "open"
    assert polls.seen("viewer") == [("open", {"0": 0, "1": 0}, 0, None)]
    voted = polls.send("viewer", "POST", f"/{poll}/vote", {"choice": ["1"]})
    assert (voted.status_code, voted.json()) == (200, {"poll": poll})
    assert polls.seen("viewer") == [("open", {"0": 0, "1": 1}, 1, ["1"])]
    assert polls.seen("buyer") == [("open", {"0": 0, "1": 1}, 1, None)]
    polls.send("organiser", "POST", f"/{poll}/hide")
    assert polls.seen("viewer") == [("open", None, None, ["1"])]
    assert polls.seen("staff") == [("open", {"0": 0, "1": 1}, 1, None)]
    polls.send("organiser", "POST", f"/{poll}/close")
    assert polls.seen("viewer") == [("closed", None, None, ["1"])]
    polls.send("organiser", "POST", f"/{poll}/show")
    assert polls.seen("viewer") == [("closed", {"0": 0, "1": 1}, 1, ["1"])]
    shown = polls.send("viewer", "GET").json()[0]
    assert (shown["question"], shown["wording"], shown["options"]) == (ASKED, [YES, NO], 2)


def test_a_vote_is_final_and_the_same_key_is_answered_the_same(polls: Polls) -> None:
    poll = polls.made()
    polls.send("organiser", "POST", f"/{poll}/open")
    first = polls.send("viewer", "POST", f"/{poll}/vote", {"choice": ["1"]}, key="one")
    again = polls.send("viewer", "POST", f"/{poll}/vote", {"choice": ["1"]}, key="one")
    other = polls.send("viewer", "POST", f"/{poll}/vote", {"choice": ["0"]}, key="two")
    assert (first.status_code, again.status_code, first.content) == (200, 200, again.content)
    assert (other.status_code, other.json()["code"]) == (409, "voted_already")
    assert polls.seen("viewer") == [("open", {"0": 0, "1": 1}, 1, ["1"])]


def test_words_are_read_by_how_often_they_were_said(polls: Polls) -> None:
    poll = polls.made(kind="word", options=[])
    polls.send("organiser", "POST", f"/{poll}/open")
    for who, word in (("viewer", "Care"), ("buyer", "cure"), ("staff", "CARE")):
        assert polls.send(who, "POST", f"/{poll}/vote", {"choice": [word]}).status_code == 200
    assert polls.seen("exhibitor") == [("open", {"care": 2, "cure": 1}, 3, None)]
    assert polls.send("organiser", "POST", f"/{poll}/close").json()["results"] is None
    assert polls.seen("exhibitor") == [("closed", {"care": 2, "cure": 1}, 3, None)]


def test_drafts_are_changed_copied_and_thrown_away(polls: Polls) -> None:
    poll = polls.made()
    changed = polls.send("organiser", "PATCH", f"/{poll}", {"kind": "scale", "options": [], "most": 7}).json()
    assert (changed["kind"], changed["options"], changed["most"]) == ("scale", 0, 7)
    copied = polls.send("organiser", "POST", f"/{poll}/copy")
    assert (copied.status_code, copied.json()["most"]) == (201, 7)
    assert polls.send("organiser", "DELETE", f"/{poll}").status_code == 200
    assert [entry["id"] for entry in polls.send("staff", "GET").json()] == [copied.json()["id"]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "single", "question": ASKED, "options": [YES]}, 422, "bad_poll"),
        ({"kind": "single", "question": {"en": "?"}, "options": [YES, NO]}, 422, "bad_title"),
        ({"kind": "other", "question": ASKED}, 422, "unreadable"),
        ({"kind": "word", "question": ASKED, "options": [YES] * 21}, 422, "unreadable"),
    ],
)
def test_what_makes_no_poll_is_refused(polls: Polls, body: dict[str, Any], status: int, code: str) -> None:
    answer = polls.send("organiser", "POST", "", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_polls_of_a_session_that_is_not_theirs_are_not_there(polls: Polls) -> None:
    poll = polls.made()
    polls.send("organiser", "POST", f"/{poll}/open")
    assert isinstance(polls.session_id, UUID)
    polls.api.fair.perform(SYSTEM, change, polls.session_id, audience=AudienceKind.INVITED)
    for answer in (polls.send("viewer", "GET"), polls.send("viewer", "POST", f"/{poll}/vote", {"choice": ["0"]})):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
