from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.errors import Muted, NotAllowed, NotFound, NotOffered, TooMany, WrongState
from sessions.floor.mutes import mute
from sessions.floor.questions import (
    WAITING,
    VotesRecord,
    answer,
    approve,
    ask,
    hide,
    pin,
    reopen,
    reword,
    vote,
    withdraw,
)
from sessions.floor.tables import Question, QuestionVote
from sessions.floor.word_events import QuestionRecord
from sessions.floor.words import votes_of
from sessions.programme import AudienceKind, cancel, change, take_back
from sessions.running import end
from tests.factories import Fair, make_fair, refused
from tests.sessions.floor.crowd import chair, person_of, told_to, with_floor
from tests.sessions.floor.people import viewer
from tests.sessions.programme import HALF_PAST_TEN, TEN

ASKER = viewer()
MINUTE = timedelta(minutes=1)
BEHIND, ALL = ("backstage", "person"), ("session", "backstage", "person")


def row(fair: Fair, question_id: UUID) -> Question:
    with reading(fair.engine) as db:
        return db.get_one(Question, question_id)


def texts(fair: Fair) -> list[str]:
    with reading(fair.engine) as db:
        return sorted(db.exec(select(Question.text)))


def asked(fair: Fair, session_id: UUID, text: str = "Why?", by: Actor = ASKER) -> UUID:
    return fair.perform(by, ask, session_id, text=text).id


def test_question_waits_for_a_moderator_and_then_stands_before_everybody(fair: Fair) -> None:
    session = with_floor(fair)
    begun = len(fair.events())
    pending = fair.perform(ASKER, ask, session.id, text="Is a visa needed?")
    assert pending == QuestionRecord(
        id=pending.id,
        session=session.id,
        person=person_of(ASKER),
        anonymous=False,
        state="pending",
        pinned=False,
        answered="",
        at=fair.clock.now(),
        version=1,
    )
    moderator = chair(fair, session.id)
    opened = fair.perform(moderator, approve, session.id, pending.id)
    assert opened == pending.model_copy(update={"state": "open", "version": 2})
    assert told_to(fair, begun) == [("question.asked", BEHIND), ("question.opened", ALL)]
    assert row(fair, pending.id).text == "Is a visa needed?"
    assert all("visa" not in event.data for event in fair.events())


def test_without_moderation_a_question_stands_at_once_unless_it_holds_a_word(fair: Fair) -> None:
    session = with_floor(fair, moderated=False, words=["casino", "도박"])
    begun = len(fair.events())
    states = {
        text: fair.perform(ASKER, ask, session.id, text=text).state
        for text in ("What about clinics?", "Is there a CASINO?", "도박은 어디서?")
    }
    assert states == {"What about clinics?": "open", "Is there a CASINO?": "pending", "도박은 어디서?": "pending"}
    assert [topics for _, topics in told_to(fair, begun)] == [ALL, BEHIND, BEHIND]


def test_who_moderates_asks_without_waiting(fair: Fair) -> None:
    session = with_floor(fair, words=["casino"])
    for _ in range(WAITING + 1):
        assert fair.perform(chair(fair, session.id, "host"), ask, session.id, text="Casino?").state == "open"


def test_who_asked_without_a_name_stands_in_no_fact_for_others(fair: Fair) -> None:
    session = with_floor(fair)
    begun = len(fair.events())
    pending = fair.perform(ASKER, ask, session.id, text="Who pays?", anonymous=True)
    assert (pending.person, pending.anonymous) == (None, True)
    for command in (approve, hide, approve, answer, reopen):
        assert fair.perform(SYSTEM, command, session.id, pending.id).person is None
    assert str(ASKER.person_id) not in "".join(event.data for event in fair.events()[begun:])
    assert row(fair, pending.id).person_id == ASKER.person_id


@pytest.mark.parametrize(
    ("questions", "anonymous", "found"),
    [
        ("either", None, False),
        ("either", True, True),
        ("named", None, False),
        ("named", False, False),
        ("anonymous", None, True),
        ("anonymous", True, True),
    ],
)
def test_rules_say_whether_it_is_asked_by_name(
    sqlite_fair: Fair, questions: str, anonymous: bool | None, found: bool
) -> None:
    session = with_floor(sqlite_fair, questions=questions)
    assert sqlite_fair.perform(ASKER, ask, session.id, text="Why?", anonymous=anonymous).anonymous is found


@pytest.mark.parametrize(
    ("questions", "anonymous", "what"),
    [
        ("off", None, "questions"),
        ("off", True, "questions"),
        ("named", True, "anonymous"),
        ("anonymous", False, "named"),
    ],
)
def test_what_the_rules_do_not_offer_is_refused(
    sqlite_fair: Fair, questions: str, anonymous: bool | None, what: str
) -> None:
    session = with_floor(sqlite_fair, questions=questions)
    with refused(NotOffered, what=what):
        sqlite_fair.perform(ASKER, ask, session.id, text="Why?", anonymous=anonymous)


def test_one_person_waits_with_so_many_questions_and_no_more(fair: Fair) -> None:
    session, other = with_floor(fair), with_floor(fair)
    first, *_ = [asked(fair, session.id) for _ in range(WAITING)]
    with refused(TooMany, most=WAITING):
        asked(fair, session.id)
    asked(fair, other.id)
    asked(fair, session.id, by=viewer())
    fair.perform(SYSTEM, approve, session.id, first)
    with refused(TooMany):
        asked(fair, session.id)
    fair.perform(SYSTEM, answer, session.id, first)
    asked(fair, session.id)


def test_floor_is_open_from_the_announcement_until_an_hour_after_the_end(fair: Fair, clock: SteppedClock) -> None:
    session, called_off, draft = with_floor(fair), with_floor(fair), with_floor(fair)
    fair.perform(SYSTEM, cancel, called_off.id)
    fair.perform(SYSTEM, take_back, draft.id)
    with refused(WrongState, subject="session", state="cancelled"):
        asked(fair, called_off.id)
    with refused(NotFound):
        asked(fair, draft.id)
    asked(fair, session.id)
    for instant in (TEN, HALF_PAST_TEN, HALF_PAST_TEN + 59 * MINUTE):
        clock.move_to(instant)
        fair.fire_due()
        asked(fair, session.id, f"At {instant}?")
    clock.move_to(HALF_PAST_TEN + 60 * MINUTE)
    with refused(WrongState, subject="session", state="ended"):
        asked(fair, session.id)
    assert len(texts(fair)) == 4


def test_only_who_may_watch_asks(fair: Fair, clock: SteppedClock) -> None:
    limited = with_floor(fair, about={"capacity": 20})
    invited = with_floor(fair, about={"audience": AudienceKind.INVITED})
    with refused(NotFound):
        asked(fair, invited.id)
    with refused(NotAllowed):
        asked(fair, limited.id)
    asked(fair, limited.id, by=chair(fair, limited.id, "speaker"))
    with refused(NotFound):
        asked(fair, new_id())
    with refused(NotFound):
        fair.perform(ASKER, ask, with_floor(make_fair(fair.engine, clock, slug="smc-2021")).id, text="Why?")
    with refused(NotAllowed):
        fair.perform(SYSTEM, ask, with_floor(fair).id, text="The convention itself asks nothing.")


def test_own_question_can_be_reworded_and_withdrawn_while_it_waits(fair: Fair) -> None:
    session = with_floor(fair)
    question, stays = asked(fair, session.id), asked(fair, session.id, "And how?")
    begun = len(fair.events())
    assert fair.perform(ASKER, reword, session.id, question, text="Why not?").version == 2
    assert texts(fair) == ["And how?", "Why not?"]
    for somebody, refusal in ((viewer(), NotFound), (chair(fair, session.id), NotAllowed)):
        with refused(refusal):
            fair.perform(somebody, reword, session.id, question, text="Mine")
        with refused(refusal):
            fair.perform(somebody, withdraw, session.id, question)
    fair.perform(ASKER, withdraw, session.id, question)
    assert texts(fair) == ["And how?"]
    assert told_to(fair, begun) == [("question.reworded", BEHIND), ("question.removed", BEHIND)]
    fair.perform(SYSTEM, approve, session.id, stays)
    with refused(WrongState, subject="question", state="open", needed="pending"):
        fair.perform(ASKER, reword, session.id, stays, text="Too late")
    with refused(NotAllowed):
        fair.perform(viewer(), withdraw, session.id, stays)
    with refused(NotFound):
        fair.perform(ASKER, withdraw, session.id, question)


def test_everybody_votes_once_and_can_take_it_back(fair: Fair) -> None:
    session = with_floor(fair, moderated=False)
    question, other = asked(fair, session.id), asked(fair, session.id)
    begun, voters = len(fair.events()), [viewer() for _ in range(3)]
    for voter in (*voters, *voters):
        fair.perform(voter, vote, session.id, question)
    assert fair.perform(voters[0], vote, session.id, question) == VotesRecord(question=question, votes=3, voted=True)
    for _ in range(2):
        taken_back = fair.perform(voters[0], vote, session.id, question, wanted=False)
    assert taken_back == VotesRecord(question=question, votes=2, voted=False)
    with reading(fair.engine) as db:
        given = {(found.question_id, found.person_id) for found in db.exec(select(QuestionVote))}
        assert given == {(question, person_of(voter)) for voter in voters[1:]}
        assert votes_of(db, session.id) == {question: 2, other: 0}
    assert told_to(fair, begun) == []
    assert row(fair, question).version == 1


def test_only_open_questions_are_voted_for(fair: Fair) -> None:
    session = with_floor(fair)
    question = asked(fair, session.id)
    with refused(NotFound):
        fair.perform(viewer(), vote, session.id, question)
    with refused(WrongState):
        fair.perform(ASKER, vote, session.id, question)
    fair.perform(SYSTEM, answer, session.id, question)
    with refused(WrongState, subject="question", state="answered", needed="open"):
        fair.perform(viewer(), vote, session.id, question)
    with refused(NotFound):
        fair.perform(viewer(), vote, with_floor(fair).id, question)


def test_hidden_question_goes_from_the_audience_and_comes_back_as_it_was(fair: Fair) -> None:
    session = with_floor(fair)
    question = asked(fair, session.id)
    fair.perform(SYSTEM, answer, session.id, question, text="Because.")
    fair.perform(SYSTEM, pin, session.id, question)
    begun = len(fair.events())
    hidden = fair.perform(SYSTEM, hide, session.id, question)
    assert (hidden.state, hidden.pinned, hidden.answered) == ("hidden", False, "text")
    with refused(NotFound):
        fair.perform(viewer(), vote, session.id, question)
    with refused(WrongState):
        fair.perform(SYSTEM, hide, session.id, question)
    assert fair.perform(SYSTEM, approve, session.id, question).state == "answered"
    assert told_to(fair, begun) == [
        ("question.hidden", BEHIND),
        ("question.removed", ("session",)),
        ("question.opened", ALL),
    ]
    spam = asked(fair, session.id)
    begun = len(fair.events())
    fair.perform(SYSTEM, hide, session.id, spam)
    assert fair.perform(SYSTEM, approve, session.id, spam).state == "open"
    assert told_to(fair, begun) == [("question.hidden", BEHIND), ("question.opened", ALL)]


def test_question_is_answered_live_or_by_a_text_that_can_be_corrected(fair: Fair) -> None:
    session = with_floor(fair)
    moderator, question = chair(fair, session.id), asked(fair, session.id)
    assert fair.perform(moderator, answer, session.id, question).answered == "live"
    by_text = fair.perform(moderator, answer, session.id, question, text="At noon.")
    assert (by_text.state, by_text.answered, by_text.version) == ("answered", "text", 3)
    found = row(fair, question)
    assert (found.answer, found.answered_by) == ("At noon.", moderator.person_id)
    reopened = fair.perform(moderator, reopen, session.id, question)
    assert (reopened.state, reopened.answered) == ("open", "")
    found = row(fair, question)
    assert (found.answer, found.answered_by) == ("", None)
    for command in (reopen, approve):
        with refused(WrongState):
            fair.perform(moderator, command, session.id, question)
    fair.perform(moderator, answer, session.id, question)
    with refused(WrongState):
        fair.perform(moderator, approve, session.id, question)
    assert all("noon" not in event.data for event in fair.events())


def test_one_question_is_pinned_at_most(fair: Fair) -> None:
    session, other = with_floor(fair, moderated=False), with_floor(fair, moderated=False)
    first, second, elsewhere = asked(fair, session.id), asked(fair, session.id), asked(fair, other.id)
    begun = len(fair.events())
    fair.perform(SYSTEM, pin, other.id, elsewhere)
    fair.perform(SYSTEM, pin, session.id, first)
    fair.perform(SYSTEM, pin, session.id, second)
    assert fair.perform(SYSTEM, pin, session.id, second).version == 2
    assert [row(fair, each).pinned for each in (first, second, elsewhere)] == [False, True, True]
    fair.perform(SYSTEM, pin, session.id, second, pinned=False)
    assert [kind for kind, _ in told_to(fair, begun)] == [
        *("question.pinned", "question.pinned", "question.unpinned", "question.pinned", "question.unpinned"),
    ]
    hidden = asked(fair, session.id)
    fair.perform(SYSTEM, hide, session.id, hidden)
    with refused(WrongState):
        fair.perform(SYSTEM, pin, session.id, hidden)


@pytest.mark.parametrize("command", [approve, hide, answer, reopen, pin])
def test_only_who_moderates_decides(sqlite_fair: Fair, command: object) -> None:
    session, elsewhere = with_floor(sqlite_fair, moderated=False), with_floor(sqlite_fair)
    question = asked(sqlite_fair, session.id)
    for somebody in (ASKER, chair(sqlite_fair, session.id, "panellist"), chair(sqlite_fair, elsewhere.id)):
        with refused(NotAllowed):
            sqlite_fair.perform(somebody, command, session.id, question)  # type: ignore[arg-type]
    with refused(NotFound):
        sqlite_fair.perform(SYSTEM, command, elsewhere.id, question)  # type: ignore[arg-type]


def test_who_is_muted_asks_and_rewords_nothing(fair: Fair) -> None:
    session = with_floor(fair)
    question = asked(fair, session.id)
    fair.perform(SYSTEM, mute, session.id, question)
    with refused(Muted, until=None):
        asked(fair, session.id)
    with refused(Muted, until=None):
        fair.perform(ASKER, reword, session.id, question, text="Shorter")
    fair.perform(ASKER, withdraw, session.id, question)


def test_moderators_go_on_when_the_floor_is_closed(fair: Fair, clock: SteppedClock) -> None:
    session = with_floor(fair)
    question = asked(fair, session.id)
    clock.move_to(TEN)
    fair.fire_due()
    fair.perform(SYSTEM, end, session.id)
    clock.move_to(TEN + timedelta(days=1))
    assert fair.perform(SYSTEM, answer, session.id, question, text="As promised.").state == "answered"


def test_rules_can_change_while_questions_wait(fair: Fair) -> None:
    session = with_floor(fair)
    question = asked(fair, session.id)
    fair.perform(SYSTEM, change, session.id, floor={"questions": "off"})
    with refused(NotOffered):
        asked(fair, session.id)
    assert fair.perform(SYSTEM, approve, session.id, question).state == "open"
