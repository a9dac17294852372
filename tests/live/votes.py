"""What can happen by votes on a session's floor: polls, hands, and a contest, each kind of fact at least once."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from server.accounts.actors import SYSTEM, Actor
from sessions.floor import contests, hands, polls
from sessions.floor.contests import Judged
from sessions.floor.polls import PollKind
from sessions.programme import Kind
from sessions.running import go_live
from tests.factories import Fair, at
from tests.sessions.floor.people import part, viewer
from tests.sessions.programme import talk

if TYPE_CHECKING:
    from tests.live.scenario import WatchedFair

ONE, OTHER = ({"en": text, "original": "en"} for text in ("One", "Other"))


def votes_are_given(fair: "WatchedFair") -> None:
    """A pitch session with two polls, two hands and a contest of two with one juror."""
    times: dict[str, Any] = {"starts_at": at("2020-11-10 15:00"), "ends_at": at("2020-11-10 16:00")}
    session_id = talk(fair, kind=Kind.PITCH, **times).id
    juror, somebody = part(fair, session_id, "juror"), viewer()
    people = (f"person:{one.person_id}" for one in (juror, somebody))
    fair.watch(f"session:{session_id}", f"backstage:{session_id}", *people)
    fair.perform(SYSTEM, go_live, session_id)
    _polls(fair, session_id, somebody)
    _hands(fair, session_id, somebody)
    _contest(fair, session_id, juror)


def _polls(fair: Fair, session_id: UUID, somebody: Actor) -> None:
    asked: dict[str, Any] = {"kind": PollKind.SINGLE, "question": ONE, "options": [ONE, OTHER]}
    shown, hidden, dropped = (fair.perform(SYSTEM, polls.make, session_id, **asked).id for _ in range(3))
    fair.perform(SYSTEM, polls.change, session_id, hidden, shown=False)
    fair.perform(SYSTEM, polls.remove, session_id, dropped)
    for poll_id in (shown, hidden):
        fair.perform(SYSTEM, polls.open_poll, session_id, poll_id)
        fair.perform(somebody, polls.vote, session_id, poll_id, ["1"])
        fair.perform(SYSTEM, polls.close, session_id, poll_id)
    fair.perform(SYSTEM, polls.show, session_id, hidden)
    fair.perform(SYSTEM, polls.show, session_id, shown, shown=False)


def _hands(fair: Fair, session_id: UUID, somebody: Actor) -> None:
    hand_id = fair.perform(somebody, hands.raise_hand, session_id).id
    for command in (hands.invite, hands.bring_on_stage, hands.take_off):
        fair.perform(SYSTEM, command, session_id, hand_id)


def _contest(fair: Fair, session_id: UUID, juror: Actor) -> None:
    fair.perform(SYSTEM, contests.prepare, session_id, [Judged(ONE, 10, Decimal(1))])
    one, other, third = (fair.perform(SYSTEM, contests.enter, session_id, name=ONE).id for _ in range(3))
    fair.perform(SYSTEM, contests.change_contestant, session_id, one, position=9)
    for contestant, points in ((one, 4), (other, 7), (third, 1)):
        fair.perform(juror, contests.score, session_id, contestant, [points])
    fair.perform(SYSTEM, contests.remove_contestant, session_id, third)
    for command in (contests.close_judging, contests.reopen, contests.close_judging, contests.reveal):
        fair.perform(SYSTEM, command, session_id)
    fair.perform(SYSTEM, contests.conceal, session_id)
    fair.perform(SYSTEM, contests.reveal, session_id, everything=True)
