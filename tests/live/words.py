"""What can happen by words on a session's floor: questions, chat, mutes and announcements, each kind of fact at least
once."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from server.accounts.actors import SYSTEM, Actor
from server.work import Work
from sessions.floor import announcements, chat, mutes, questions
from sessions.floor.rules import FloorRules
from tests.factories import Fair, at
from tests.sessions.floor.people import viewer
from tests.sessions.programme import TITLE, talk

if TYPE_CHECKING:
    from tests.live.scenario import WatchedFair


def words_are_said(fair: "WatchedFair") -> None:
    """A talk to come, at whose floor one person asks and writes, and others report and want to know, too."""
    rules = FloorRules(words=["casino"], slow_seconds=0, reports_hold=1)
    times: dict[str, Any] = {"starts_at": at("2020-11-11 10:00"), "ends_at": at("2020-11-11 11:00")}
    session_id = talk(fair, floor=rules, **times).id
    somebody = viewer()
    fair.watch(f"session:{session_id}", f"backstage:{session_id}", f"person:{somebody.person_id}")
    _questions(fair, session_id, somebody)
    _mutes(fair, session_id, somebody)
    _announcements(fair, session_id)
    _chat(fair, session_id, somebody)


def _questions(fair: Fair, session_id: UUID, somebody: Actor) -> None:
    def ask(work: Work) -> list[UUID]:
        return [questions.ask(work, session_id, text="Why?").id for _ in range(3)]

    def approve(work: Work) -> None:
        for question in (first, second):
            questions.approve(work, session_id, question)

    first, second, third = fair.perform(somebody, ask)
    fair.perform(somebody, questions.reword, session_id, first, text="Why not?")
    fair.perform(somebody, questions.withdraw, session_id, third)
    fair.perform(SYSTEM, approve)
    fair.perform(SYSTEM, questions.pin, session_id, first)
    fair.perform(SYSTEM, questions.pin, session_id, second)
    fair.perform(SYSTEM, questions.pin, session_id, second, pinned=False)
    fair.perform(viewer(), questions.vote, session_id, first)
    for command in (questions.answer, questions.hide, questions.approve, questions.reopen):
        fair.perform(SYSTEM, command, session_id, second)
    nameless = fair.perform(somebody, questions.ask, session_id, text="Who?", anonymous=True).id
    fair.perform(SYSTEM, questions.approve, session_id, nameless)


def _chat(fair: Fair, session_id: UUID, somebody: Actor) -> None:
    def post(work: Work) -> list[UUID]:
        return [chat.post(work, session_id, text=text).id for text in ("Casino", "Hello", "Buy this")]

    def post_many(work: Work) -> None:
        for _ in range(chat.SHOWN):
            chat.post(work, session_id, text="And another")

    held, reported, hidden = fair.perform(somebody, post)
    fair.perform(SYSTEM, chat.show, session_id, held)
    fair.perform(viewer(), chat.report, session_id, reported)
    fair.perform(SYSTEM, chat.hide, session_id, hidden)
    fair.perform(SYSTEM, chat.show, session_id, hidden)
    fair.perform(somebody, post_many)


def _mutes(fair: Fair, session_id: UUID, somebody: Actor) -> None:
    cause = fair.perform(somebody, questions.ask, session_id, text="Who?", anonymous=True).id
    muted = fair.perform(SYSTEM, mutes.mute, session_id, cause)
    fair.perform(SYSTEM, mutes.mute, session_id, cause, lasting=timedelta(minutes=5))
    fair.perform(SYSTEM, mutes.lift, session_id, muted.id)


def _announcements(fair: Fair, session_id: UUID) -> None:
    until = fair.clock.now() + timedelta(minutes=5)
    dropped = fair.perform(SYSTEM, announcements.announce, text=TITLE).id
    fair.perform(SYSTEM, announcements.announce, text=TITLE, session_id=session_id, until=until)
    fair.perform(SYSTEM, announcements.take_back, dropped)
    fair.clock.move_to(until)
    fair.fire_due()
