"""What those who follow a topic are given to read: what stands there, by whom if they said so, as it is now."""

from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.accounts.tables import Person
from server.database import reading
from server.ids import new_id
from server.live.floor_texts import texts_of
from server.work import Work
from sessions.floor.announcements import announce, take_back
from sessions.floor.chat import hide, post
from sessions.floor.questions import answer, approve, ask, vote
from tests.factories import BEFORE, Fair
from tests.sessions.floor.crowd import person_of, with_floor
from tests.sessions.floor.people import viewer

NAME = {"en": "Bat", "original": "en"}
NEWS = {"en": "We begin", "original": "en"}
WORDS = ("question", "message", "announcement")


def given(fair: Fair, topic: str, ids: dict[str, list[UUID]] | None = None) -> dict[str, dict[str, Any]]:
    """The words among a topic's texts, without what has none."""
    with reading(fair.engine) as db:
        found = texts_of(db, fair.id, topic, ids)
    return {name: found[name] for name in WORDS if found.get(name)}


def test_each_topic_is_given_what_stands_there(fair: Fair) -> None:
    session_id, asker = with_floor(fair, words=["casino"]).id, viewer()

    def name(work: Work) -> None:
        work.db.add(Person(id=person_of(asker), host_id=fair.host_id, name=NAME, zone="UTC", created_at=BEFORE))

    fair.perform(SYSTEM, name)
    named = fair.perform(asker, ask, session_id, text="Why?").id
    nameless = fair.perform(asker, ask, session_id, text="Who?", anonymous=True).id
    fair.perform(SYSTEM, approve, session_id, nameless)
    fair.perform(viewer(), vote, session_id, nameless)
    held = fair.perform(asker, post, session_id, text="Casino!").id
    to_all = fair.perform(SYSTEM, announce, text=NEWS).id
    to_one = fair.perform(SYSTEM, announce, text=NEWS, session_id=session_id).id

    of_named = {str(named): {"text": "Why?", "answer": "", "name": NAME, "votes": 0, "version": 1}}
    of_nameless = {str(nameless): {"text": "Who?", "answer": "", "name": None, "votes": 1, "version": 2}}
    news = {"text": NEWS, "version": 1}
    assert given(fair, f"session:{session_id}") == {"question": of_nameless, "announcement": {str(to_one): news}}
    assert given(fair, f"backstage:{session_id}") == {
        "question": {**of_named, **of_nameless},
        "message": {str(held): {"text": "Casino!", "name": NAME, "version": 1}},
        "announcement": {str(to_one): news},
    }
    assert given(fair, f"person:{person_of(asker)}") == {"question": {**of_named, **of_nameless}}
    assert given(fair, "programme") == given(fair, "public") == {"announcement": {str(to_all): news}}
    assert given(fair, "organiser") == {"announcement": {str(to_all): news, str(to_one): news}}
    assert given(fair, f"party:{new_id()}") == given(fair, f"session:{new_id()}") == {}


def test_only_what_is_asked_for_is_given_and_only_while_it_stands(fair: Fair) -> None:
    session_id = with_floor(fair, moderated=False).id
    topic = f"session:{session_id}"
    first, second = (fair.perform(viewer(), ask, session_id, text=text).id for text in ("one", "two"))
    message = fair.perform(viewer(), post, session_id, text="Hello").id
    news = fair.perform(SYSTEM, announce, text=NEWS, session_id=session_id).id
    fair.perform(SYSTEM, answer, session_id, first, text="yes")
    wanted = {"question": [first], "message": [message], "announcement": [news], "session": [session_id]}
    found = given(fair, topic, wanted)
    assert {name: list(texts) for name, texts in found.items()} == {
        "question": [str(first)],
        "message": [str(message)],
        "announcement": [str(news)],
    }
    assert found["question"][str(first)]["answer"] == "yes"
    assert given(fair, topic, {"message": []}) == {}
    fair.perform(SYSTEM, hide, session_id, message)
    fair.perform(SYSTEM, take_back, news)
    assert given(fair, topic, {"message": [message], "announcement": [news]}) == {}
    assert list(given(fair, topic, {"question": [second]})["question"]) == [str(second)]
