"""What somebody asked and wrote in sessions is given to them, and goes with them."""

import json
from uuid import UUID

import sqlmodel

from server.accounts.actors import SYSTEM, Actor
from server.accounts.erasure import forget
from server.accounts.leaving import leave, places_of
from server.accounts.tables import Person
from server.database import reading
from server.live.topics import apply, state_of
from server.work import Work
from sessions.floor.announcements import announce
from sessions.floor.chat import post, report
from sessions.floor.mutes import mute
from sessions.floor.questions import answer, approve, ask, vote
from sessions.floor.tables import Announcement, Message, MessageReport, Question, QuestionVote
from tests.accounts.test_personal import held, texts_in
from tests.factories import BEFORE, Fair
from tests.sessions.floor.crowd import chair, person_of, with_floor
from tests.sessions.floor.people import viewer

NAME = {"en": "Canaria Novak", "ko": "카나리아", "original": "en"}


def somebody(fair: Fair) -> Actor:
    """A viewer with a name."""
    made = viewer()
    name(fair, made)
    return made


def name(fair: Fair, somebody: Actor) -> None:
    def add(work: Work) -> None:
        person = Person(id=person_of(somebody), host_id=fair.host_id, name=NAME, zone="UTC", created_at=BEFORE)
        work.db.add(person)

    fair.perform(SYSTEM, add)


def texts(fair: Fair) -> list[str]:
    with reading(fair.engine) as db:
        said = [*db.exec(sqlmodel.select(Question.text)), *db.exec(sqlmodel.select(Question.answer))]
        said += [*db.exec(sqlmodel.select(Message.text)), *map(str, db.exec(sqlmodel.select(Announcement.text)))]
    return sorted(filter(None, said))


def a_floor(fair: Fair, one: Actor) -> UUID:
    """A session in which somebody asks, answers, writes, wants, reports and is named; others say things, too."""
    session_id = with_floor(fair, moderated=False, slow_seconds=0).id
    for anonymous in (False, True):
        fair.perform(one, ask, session_id, text="Mine?", anonymous=anonymous)
    fair.perform(one, post, session_id, text="Hello from me")
    other = fair.perform(viewer(), ask, session_id, text="Theirs?").id
    named = fair.perform(viewer(), ask, session_id, text="Is Ms Novak here?").id
    fair.perform(SYSTEM, answer, session_id, named, text="Canaria comes at noon.")
    fair.perform(one, vote, session_id, other)
    fair.perform(viewer(), post, session_id, text="카나리아님 안녕하세요")
    greeting = fair.perform(viewer(), post, session_id, text="Hello, all").id
    fair.perform(one, report, session_id, greeting)
    fair.perform(SYSTEM, mute, session_id, fair.perform(one, post, session_id, text="Bye").id)
    fair.perform(SYSTEM, announce, text={"en": "Welcome, Canaria Novak", "ko": "환영합니다", "original": "en"})
    fair.perform(SYSTEM, announce, text={"en": "Lunch", "original": "en"})
    return session_id


def test_what_was_said_is_given_to_who_said_it(fair: Fair) -> None:
    one = somebody(fair)
    session_id = a_floor(fair, one)
    found = held(fair, person_of(one))
    assert [(row["text"], row["anonymous"]) for row in found["questions"].rows] == [("Mine?", False), ("Mine?", True)]
    assert [row["text"] for row in found["chat"].rows] == ["Hello from me", "Bye"]
    assert (len(found["wanted_answers"].rows), len(found["reports"].rows)) == (1, 1)
    assert found["mutes"].rows == [{"session_id": session_id, "until": None, "lifted": False}]
    assert found["answers"].rows == []
    told = texts_in([section.rows for section in found.values()])
    assert {"Theirs?", "Hello, all", "Is Ms Novak here?"}.isdisjoint(told)


def test_who_answered_in_writing_gets_that_and_not_the_question(fair: Fair) -> None:
    session_id = with_floor(fair).id
    moderator = chair(fair, session_id)
    question = fair.perform(viewer(), ask, session_id, text="Whose is this?").id
    fair.perform(moderator, answer, session_id, question, text="It is mine.")
    found = held(fair, person_of(moderator))
    assert found["answers"].rows == [{"session_id": session_id, "answer": "It is mine."}]
    assert found["questions"].rows == []


def test_nothing_that_somebody_said_is_left_and_others_words_are(fair: Fair) -> None:
    one = somebody(fair)
    session_id = a_floor(fair, one)
    assert "Mine?" in texts(fair)
    fair.perform(SYSTEM, leave, person_of(one))
    fair.perform(SYSTEM, forget, person_of(one), BEFORE)
    assert texts(fair) == [
        "Hello, all",
        "Theirs?",
        "{'en': 'Lunch', 'original': 'en'}",
        "{'en': '…', 'ko': '…', 'original': 'en'}",
    ]
    with reading(fair.engine) as db:
        assert db.exec(sqlmodel.select(QuestionVote)).all() == []
        assert db.exec(sqlmodel.select(MessageReport)).all() == []
        mine = sqlmodel.select(Question.person_id).where(Question.session_id == session_id, Question.anonymous)
        assert db.exec(mine).all() == [None]
        assert sorted(db.exec(sqlmodel.select(Question.votes))) == [0, 0, 0, 1]


def test_answers_in_writing_go_with_who_gave_them(fair: Fair) -> None:
    session_id = with_floor(fair).id
    one = chair(fair, session_id)
    name(fair, one)
    question = fair.perform(viewer(), ask, session_id, text="Why?").id
    fair.perform(one, answer, session_id, question, text="Because.")
    fair.perform(SYSTEM, forget, person_of(one), BEFORE)
    with reading(fair.engine) as db:
        row = db.get_one(Question, question)
        assert (row.text, row.answer, row.answered, row.answered_by) == ("Why?", "", "text", None)


def test_those_who_follow_see_it_no_more_and_still_hold_what_a_newcomer_is_given(fair: Fair) -> None:
    one = somebody(fair)
    session_id = a_floor(fair, one)
    topics = (f"session:{session_id}", f"backstage:{session_id}")
    with reading(fair.engine) as db:
        states = {topic: state_of(db, fair.id, topic) for topic in topics}
    begun = len(fair.events())
    fair.perform(SYSTEM, leave, person_of(one))
    fair.perform(SYSTEM, forget, person_of(one), BEFORE)
    told = fair.events()[begun:]
    assert {event.type for event in told} == {
        *("question.hidden", "question.removed", "message.hidden", "message.removed")
    }
    for event in told:
        for topic in set(topics) & set(event.topics):
            states[topic] = apply(states[topic], json.loads(event.data))
    with reading(fair.engine) as db:
        assert states == {topic: state_of(db, fair.id, topic) for topic in topics}
    shown = states[topics[0]]
    assert person_of(one) not in {
        record["person"] for name in ("question", "message") for record in shown[name].values()
    }


def test_who_only_asked_or_wrote_has_a_place_to_leave(fair: Fair) -> None:
    asker, writer, watcher = viewer(), viewer(), viewer()
    session_id = with_floor(fair).id
    question = fair.perform(asker, ask, session_id, text="Why?").id
    fair.perform(SYSTEM, approve, session_id, question)
    fair.perform(writer, post, session_id, text="Hello")
    with reading(fair.engine) as db:
        found = [places_of(db, person_of(each)) for each in (asker, writer, watcher)]
    assert found == [[fair.id], [fair.id], []]
    fair.perform(SYSTEM, leave, person_of(asker))
    before = fair.events()
    fair.perform(SYSTEM, leave, person_of(asker))
    assert fair.events() == before
