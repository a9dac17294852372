"""What is said on a session's floor, over real HTTP: asked, moderated, read at once, and heard live with its texts."""

from typing import Any
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM
from server.accounts.tables import Person
from server.work import Work
from sessions.floor.rules import FloorRules
from sessions.programme import take_back
from tests.api.conftest import Api
from tests.api.test_events import listening
from tests.sessions.floor.people import part
from tests.sessions.programme import talk

NAME = {"ko": "바트", "en": "Bat", "original": "ko"}
NEWS = {"ko": "곧 시작합니다", "en": "We begin soon", "original": "ko"}


@pytest.fixture
def session_id(api: Api) -> UUID:
    """A talk with a word that is held; the viewer has a name, and a chair an account."""
    made = talk(api.fair, floor=FloorRules(words=["casino"], slow_seconds=5, reports_hold=1))

    def name(work: Work) -> None:
        work.db.get_one(Person, api.people["viewer"]).name = NAME

    api.fair.perform(SYSTEM, name)
    moderator = part(api.fair, made.id, "chair").person_id
    assert moderator is not None
    return made.id


class Floor:
    """One session's floor, asked by somebody."""

    def __init__(self, api: Api, session_id: UUID) -> None:
        self.api = api
        self.base = api.path(f"/programme/{session_id}")

    def send(self, who: str, method: str, rest: str, body: Any = None, status: int = 200) -> Any:
        answer = self.api.send(who, method, f"{self.base}{rest}", body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ask(self, who: str, text: str, **more: Any) -> str:
        return str(self.send(who, "POST", "/questions", {"text": text, **more}, 201)["id"])

    def post(self, who: str, text: str) -> str:
        return str(self.send(who, "POST", "/chat", {"text": text}, 201)["id"])


@pytest.fixture
def floor(api: Api, session_id: UUID) -> Floor:
    return Floor(api, session_id)


def test_a_question_is_asked_moderated_wanted_and_answered(floor: Floor) -> None:
    question = floor.ask("viewer", "Is a visa needed?")
    assert floor.send("buyer", "GET", "/questions") == []
    [mine] = floor.send("viewer", "GET", "/questions")
    assert (mine["text"], mine["state"], mine["mine"]) == ("Is a visa needed?", "pending", True)
    floor.send("viewer", "PATCH", f"/questions/{question}", {"text": "Do I need a visa?"})
    assert [found["name"] for found in floor.send("staff", "GET", "/questions")] == [NAME]
    floor.send("staff", "POST", f"/questions/{question}/approve")
    for _ in range(2):
        wanted = floor.send("buyer", "POST", f"/questions/{question}/vote")
    assert wanted == {"question": question, "votes": 1, "voted": True}
    floor.send("staff", "POST", f"/questions/{question}/pin")
    floor.send("staff", "POST", f"/questions/{question}/answer", {"text": "For most countries, no."})
    [found] = floor.send("buyer", "GET", "/questions")
    assert found == {
        **{"id": question, "session": mine["session"], "person": mine["person"], "anonymous": False, "at": mine["at"]},
        **{"state": "answered", "pinned": True, "answered": "text", "version": 5},
        **{"text": "Do I need a visa?", "answer": "For most countries, no.", "name": NAME},
        **{"votes": 1, "voted": True, "mine": False},
    }
    floor.send("staff", "POST", f"/questions/{question}/reopen")
    floor.send("staff", "POST", f"/questions/{question}/unpin")
    assert floor.send("buyer", "DELETE", f"/questions/{question}/vote")["votes"] == 0
    assert floor.send("buyer", "POST", f"/questions/{question}/hide", status=403)["code"] == "not_allowed"
    floor.send("staff", "POST", f"/questions/{question}/hide")
    assert floor.send("buyer", "GET", "/questions") == []


def test_questions_are_read_by_how_many_want_them_answered(floor: Floor) -> None:
    asked = [floor.ask("viewer", text) for text in ("one", "two", "three")]
    for question in asked:
        floor.send("staff", "POST", f"/questions/{question}/approve")
    for who in ("buyer", "exhibitor"):
        floor.send(who, "POST", f"/questions/{asked[1]}/vote")
    floor.send("staff", "POST", f"/questions/{asked[2]}/pin")
    assert [found["id"] for found in floor.send("buyer", "GET", "/questions")] == [asked[2], asked[1], asked[0]]


def test_who_asks_without_a_name_has_none_before_anybody(floor: Floor) -> None:
    question = floor.ask("viewer", "Who pays?", anonymous=True)
    viewer = str(floor.api.people["viewer"])
    for who in ("staff", "organiser"):
        answers = [floor.send(who, "GET", rest) for rest in ("/questions", "/floor")]
        answers.append(floor.send(who, "POST", "/mutes", {"cause": question, "minutes": 5}, 201))
        answers.append(floor.api.send(who, "GET", floor.api.path("/history")).json())
        assert question in str(answers)
        assert viewer not in str(answers)
        assert "Bat" not in str(answers)
    assert floor.send("viewer", "POST", "/chat", {"text": "Hello"}, 403)["code"] == "muted"
    [found] = floor.send("viewer", "GET", "/questions")
    assert (found["mine"], found["person"], found["name"]) == (True, None, None)
    [mute] = floor.send("viewer", "GET", "/floor")["mutes"]
    floor.send("staff", "DELETE", f"/mutes/{mute['id']}")
    floor.post("viewer", "Hello")


def test_chat_is_read_page_by_page_and_moderated(floor: Floor) -> None:
    first, second, third = (
        floor.post(who, text) for who, text in zip(("viewer", "buyer", "exhibitor"), "abc", strict=True)
    )
    page = floor.send("viewer", "GET", "/chat?limit=2")
    assert ([line["text"] for line in page["items"]], page["before"]) == (["b", "c"], second)
    page = floor.send("viewer", "GET", f"/chat?limit=2&before={page['before']}")
    assert ([(line["text"], line["name"]) for line in page["items"]], page["before"]) == ([("a", NAME)], None)
    slow = floor.api.send("viewer", "POST", f"{floor.base}/chat", {"text": "again"})
    assert (slow.status_code, slow.json()["code"], slow.headers["retry-after"]) == (429, "too_soon", "5")
    assert floor.send("buyer", "POST", f"/chat/{first}/report")["state"] == "held"
    floor.send("staff", "POST", f"/chat/{third}/hide")
    states = {who: [line["state"] for line in floor.send(who, "GET", "/chat")["items"]] for who in ("buyer", "staff")}
    assert states == {"buyer": ["shown"], "staff": ["held", "shown", "hidden"]}
    assert [line["reports"] for line in floor.send("staff", "GET", "/chat")["items"]] == [1, 0, 0]
    assert [line["reports"] for line in floor.send("buyer", "GET", "/chat")["items"]] == [None]
    floor.send("staff", "POST", f"/chat/{first}/show")
    assert [line["id"] for line in floor.send("buyer", "GET", "/chat")["items"]] == [first, second]


def test_floor_is_read_at_once(floor: Floor) -> None:
    path = floor.api.path("/announcements")
    made = floor.api.send("staff", "POST", path, {"text": NEWS}).json()
    question, line = floor.ask("viewer", "Why?"), floor.post("buyer", "Hello")
    found = floor.send("viewer", "GET", "/floor")
    assert found == {
        "offer": {
            **{"questions": "either", "moderated": True, "chat": True, "slow_seconds": 5},
            **{"reactions": True, "hands": True},
        },
        "moderates": False,
        "announcements": [{**made, "text": NEWS}],
        "questions": floor.send("viewer", "GET", "/questions"),
        "messages": floor.send("viewer", "GET", "/chat")["items"],
        **{"mutes": [], "polls": [], "hands": [], "contest": None, "reactions": {}},
    }
    assert ([one["id"] for one in found["questions"]], [one["id"] for one in found["messages"]]) == ([question], [line])
    assert floor.send("staff", "GET", "/floor")["moderates"] is True
    assert floor.api.send("viewer", "GET", path).json() == [{**made, "text": NEWS}]
    assert floor.api.send("viewer", "DELETE", f"{path}/{made['id']}").status_code == 403
    assert floor.api.send("staff", "DELETE", f"{path}/{made['id']}").json()["version"] == 2
    assert floor.api.send("viewer", "GET", path).json() == []


def test_who_may_not_watch_reads_no_floor(api: Api) -> None:
    workshop, draft = talk(api.fair, capacity=5), talk(api.fair)
    api.fair.perform(SYSTEM, take_back, draft.id)
    for rest in ("/floor", "/questions", "/chat"):
        assert api.send("viewer", "GET", api.path(f"/programme/{workshop.id}{rest}")).status_code == 403
        assert api.send("viewer", "GET", api.path(f"/programme/{draft.id}{rest}")).status_code == 404
        assert api.send("staff", "GET", api.path(f"/programme/{workshop.id}{rest}")).status_code == 200


def test_texts_follow_the_facts_to_those_who_listen(floor: Floor, session_id: UUID) -> None:
    with listening(floor.api, "buyer", f"session:{session_id}") as stream:
        snapshot = next(frame for _, frame in stream if frame["type"] == "snapshot")
        assert [snapshot["texts"][name] for name in ("question", "message", "announcement")] == [{}, {}, {}]
        question = floor.ask("viewer", "Is a casino near?")
        line = floor.post("viewer", "Good morning")
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] != "texts":
            heard.append(next(stream)[1])
        assert heard[-1]["data"]["message"][line]["text"] == "Good morning"
        assert question not in str(heard)
        floor.send("staff", "POST", f"/questions/{question}/approve")
        texts = next(frame for _, frame in stream if frame["type"] == "texts" and "question" in frame["data"])
        assert texts["data"]["question"][question] == {
            **{"text": "Is a casino near?", "answer": "", "name": NAME, "votes": 0, "version": 2}
        }
    with listening(floor.api, "buyer", f"session:{session_id}") as stream:
        known: dict[str, Any] = {"question": {}, "message": {}}
        while not (known["question"] and known["message"]):  # in the snapshot, or just after it
            _, frame = next(stream)
            texts = frame["data"] if frame["type"] == "texts" else frame.get("texts", {})
            for name in known:
                known[name].update(texts.get(name, {}))
    assert known["message"] == {line: {"text": "Good morning", "name": NAME, "version": 1}}
    assert list(known["question"]) == [question]
