"""Meetings at their time, told as who comes, who does not, and what is found afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.attendance import (
    confirm_held,
    correct_attendance,
    correct_outcome,
    end,
    join,
    leave,
    look_for_missing,
    look_for_no_show,
    start,
    together,
)
from matchmaking.errors import NotAllowed, NotFound, NotJoinable, WrongState
from matchmaking.events import MeetingRecord
from matchmaking.meetings import cancel
from matchmaking.ports import Work
from matchmaking.slots import Interval
from matchmaking.states import NotHeldReason, Outcome
from server.accounts.actors import SYSTEM
from server.errors import PhaseClosed
from server.ids import new_id
from tests.factories import Fair, Party, at, close_phase, refused

Timer = Callable[[Work, UUID], MeetingRecord | None]
AGREED = ["request.sent", "request.accepted"]


class Meeting:
    """One meeting at 09:00 on the first day, between a clinic and an agency."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self.clinic, self.agency = fair.exhibitor(), fair.buyer()
        self.id = fair.meet(self.agency, self.clinic)

    def now(self, minute: str) -> list[str]:
        """Let the timers do their work until a minute of the day; what fired."""
        self.fair.move_to(f"2020-11-09 {minute}")
        return self.fair.fire_due()

    def join(self, *parties: Party) -> None:
        for party in parties:
            self.fair.perform(party, join, self.id, party.people[0])

    def leave(self, *parties: Party) -> None:
        for party in parties:
            self.fair.perform(party, leave, self.id, party.people[0])

    @property
    def record(self) -> MeetingRecord:
        return MeetingRecord.model_validate(self.fair.state()["meeting"][str(self.id)])

    @property
    def outcome(self) -> tuple[str, str | None, str | None, str | None]:
        found = self.record
        return found.state, found.outcome, found.outcome_reason, found.outcome_source

    @property
    def absent(self) -> tuple[set[UUID], set[UUID]]:
        """(missing, no-show)."""
        return set(self.record.missing), set(self.record.no_show)

    @property
    def told(self) -> list[str]:
        assert self.fair.told()[:2] == AGREED
        return self.fair.told()[2:]


@pytest.fixture
def meeting(fair: Fair) -> Meeting:
    return Meeting(fair)


@pytest.fixture
def lite(sqlite_fair: Fair) -> Meeting:
    return Meeting(sqlite_fair)


HELD = ("ended", "held", None, "measured")
ABSENT = ("ended", "not_held", "absent", "measured")
TECHNICAL = ("ended", "not_held", "technical", "measured")


def test_a_meeting_goes_by_itself_from_scheduled_to_held(meeting: Meeting) -> None:
    assert meeting.now("08:55") == []
    meeting.join(meeting.agency)
    assert meeting.now("09:00") == ["meeting.start"]
    assert meeting.fair.timers() == [
        (at("2020-11-09 09:03"), "meeting.rescue", meeting.id),
        (at("2020-11-09 09:10"), "meeting.no_show", meeting.id),
        (at("2020-11-09 09:30"), "meeting.end", meeting.id),
    ]
    meeting.now("09:02")
    meeting.join(meeting.clinic)
    assert {seat.present for seat in meeting.record.attendees} == {True}
    assert meeting.now("09:10") == ["meeting.rescue", "meeting.no_show"]
    assert meeting.now("09:30") == ["meeting.end"]
    assert (meeting.outcome, meeting.absent, meeting.fair.timers()) == (HELD, (set(), set()), [])
    assert {seat.present for seat in meeting.record.attendees} == {False}
    assert meeting.told == ["meeting.joined", "meeting.started", "meeting.joined", "meeting.ended"]


def test_nobody_comes(meeting: Meeting) -> None:
    both = {meeting.clinic.id, meeting.agency.id}
    meeting.now("09:02")
    assert meeting.absent == (set(), set())
    meeting.now("09:03")
    assert meeting.absent == (both, set())
    meeting.now("09:10")
    assert meeting.absent == (both, both)
    meeting.now("09:30")
    assert meeting.outcome == ABSENT
    assert meeting.told == ["meeting.started", "meeting.not_joined", "meeting.no_show", "meeting.ended"]


def test_whoever_comes_late_is_rescued_and_no_longer_a_no_show(meeting: Meeting) -> None:
    meeting.now("09:01")
    meeting.join(meeting.agency)
    meeting.now("09:03")
    assert meeting.absent == ({meeting.clinic.id}, set())
    meeting.now("09:10")
    assert meeting.absent == ({meeting.clinic.id}, {meeting.clinic.id})
    meeting.now("09:12")
    meeting.join(meeting.clinic)
    assert meeting.absent == (set(), set())
    meeting.now("09:30")
    assert meeting.outcome == HELD


def test_a_look_before_the_beginning_is_no_coming(lite: Meeting) -> None:
    lite.now("08:50")
    lite.join(lite.agency, lite.clinic)
    lite.now("08:51")
    lite.leave(lite.agency)
    lite.now("09:03")
    assert lite.absent == ({lite.agency.id}, set())
    lite.now("09:30")
    assert (lite.outcome, lite.absent) == (ABSENT, ({lite.agency.id}, {lite.agency.id}))


def test_who_met_before_the_beginning_has_met(lite: Meeting) -> None:
    lite.now("08:50")
    lite.join(lite.agency, lite.clinic)
    lite.now("08:56")
    lite.leave(lite.agency, lite.clinic)
    assert lite.record.state == "scheduled"
    lite.now("09:30")
    assert (lite.outcome, lite.absent) == (HELD, (set(), set()))


@pytest.mark.parametrize(("left", "outcome"), [("09:06:59", TECHNICAL), ("09:07:00", HELD)])
def test_five_minutes_together_make_a_meeting(
    lite: Meeting, left: str, outcome: tuple[str, str | None, str | None, str | None]
) -> None:
    lite.now("09:00")
    lite.join(lite.agency)
    lite.now("09:02")
    lite.join(lite.clinic)
    lite.now(left)
    lite.leave(lite.clinic)
    lite.now("09:30")
    assert lite.outcome == outcome


def test_two_stays_add_up_and_the_policy_says_to_how_much(lite: Meeting) -> None:
    lite.fair.set_policies(held_minutes=8)
    lite.now("09:00")
    lite.join(lite.agency, lite.clinic)
    lite.now("09:04")
    lite.leave(lite.clinic)
    lite.now("09:20")
    lite.join(lite.clinic)
    lite.now("09:24")
    lite.leave(lite.clinic)
    lite.now("09:30")
    assert lite.outcome == HELD


def test_the_last_to_leave_ends_a_meeting_that_was_held(meeting: Meeting) -> None:
    meeting.now("09:00")
    meeting.join(meeting.agency, meeting.clinic)
    meeting.now("09:20")
    meeting.leave(meeting.agency)
    assert meeting.record.state == "in_progress"
    meeting.leave(meeting.clinic)
    assert (meeting.outcome, meeting.fair.timers()) == (HELD, [])
    assert meeting.told[-3:] == ["meeting.left", "meeting.left", "meeting.ended"]


def test_leaving_a_meeting_not_yet_held_leaves_the_door_open(lite: Meeting) -> None:
    lite.now("09:00")
    lite.join(lite.agency, lite.clinic)
    lite.now("09:02")
    lite.leave(lite.agency, lite.clinic)
    assert lite.record.state == "in_progress"
    lite.now("09:10")
    assert lite.absent == (set(), set())
    lite.join(lite.agency, lite.clinic)
    lite.now("09:30")
    assert lite.outcome == HELD


def test_joining_again_while_there_changes_nothing(lite: Meeting) -> None:
    lite.now("09:00")
    lite.join(lite.agency)
    before = lite.record, lite.told
    lite.now("09:01")
    lite.join(lite.agency)
    assert (lite.record, lite.told) == before


def test_leaving_without_being_there_is_refused(lite: Meeting) -> None:
    lite.now("09:00")
    with refused(WrongState):
        lite.leave(lite.agency)


def test_a_meeting_is_joined_from_ten_minutes_before_until_its_end(lite: Meeting) -> None:
    """Its end is what was agreed, even while the timer that says so is late."""
    window = {"opens_at": at("2020-11-09 08:50"), "ends_at": at("2020-11-09 09:30")}
    lite.now("08:49:59")
    with refused(NotJoinable, **window):
        lite.join(lite.agency)
    lite.now("08:50")
    lite.join(lite.agency)
    lite.fair.move_to("2020-11-09 09:30")
    with refused(NotJoinable, **window):
        lite.join(lite.clinic)
    lite.fair.fire_due()
    with refused(NotJoinable, **window):
        lite.join(lite.clinic)


def test_nobody_takes_anothers_place(lite: Meeting) -> None:
    fair, stranger = lite.fair, lite.fair.buyer()
    lite.now("09:00")
    for command in (join, leave):
        with refused(NotFound):
            fair.perform(stranger, command, lite.id, stranger.people[0])
        with refused(NotAllowed):
            fair.perform(lite.agency, command, lite.id, lite.clinic.people[0])
        with refused(NotFound):
            fair.perform(lite.agency, command, lite.id, stranger.people[0])
        with refused(NotFound):
            fair.perform(lite.agency, command, new_id(), lite.agency.people[0])
    assert fair.perform(SYSTEM, join, lite.id, lite.clinic.people[0], "staff").version == 3


def test_joining_is_for_the_live_phase(lite: Meeting) -> None:
    close_phase(lite.fair, "live", "2020-11-09 09:01")
    lite.now("09:00")
    lite.join(lite.agency)
    lite.now("09:01")
    with refused(PhaseClosed):
        lite.join(lite.clinic)
    lite.leave(lite.agency)


def test_everything_that_fell_due_while_the_process_was_dead_happens_in_order(meeting: Meeting) -> None:
    meeting.fair.move_to("2020-11-09 08:55")
    meeting.join(meeting.agency)
    fired = meeting.now("13:00")
    assert fired == ["meeting.start", "meeting.rescue", "meeting.no_show", "meeting.end"]
    assert meeting.absent == ({meeting.clinic.id}, {meeting.clinic.id})
    assert meeting.outcome == ABSENT
    assert meeting.told == [
        "meeting.joined",
        "meeting.started",
        "meeting.not_joined",
        "meeting.no_show",
        "meeting.ended",
    ]
    assert meeting.fair.timers() == []


@pytest.mark.parametrize("timer", [start, look_for_missing, look_for_no_show, end])
def test_a_timer_that_comes_early_or_for_nothing_does_nothing(lite: Meeting, timer: Timer) -> None:
    moments: dict[Timer, str] = {start: "08:59", look_for_missing: "09:02", look_for_no_show: "09:09", end: "09:29"}
    lite.now(moments[timer])
    before = lite.record, lite.told
    assert lite.fair.perform(SYSTEM, timer, lite.id) is None
    assert lite.fair.perform(SYSTEM, timer, new_id()) is None
    assert (lite.record, lite.told) == before


@pytest.mark.parametrize("timer", [start, look_for_missing, look_for_no_show, end])
@pytest.mark.parametrize("minute", ["09:10", "09:30"])
def test_a_timer_that_comes_twice_or_late_does_no_harm(lite: Meeting, timer: Timer, minute: str) -> None:
    lite.now(minute)
    before = lite.record, lite.told
    assert lite.fair.perform(SYSTEM, timer, lite.id) is None
    assert (lite.record, lite.told) == before


def test_timers_leave_a_cancelled_meeting_alone(lite: Meeting) -> None:
    lite.now("09:00")
    lite.fair.perform(lite.clinic, cancel, lite.id, code="ill")
    before = lite.record, lite.told
    for timer in (start, look_for_missing, look_for_no_show, end):
        assert lite.fair.perform(SYSTEM, timer, lite.id) is None
    assert lite.now("09:30") == []
    assert (lite.record, lite.told) == before


def test_both_sides_confirm_what_no_platform_saw(meeting: Meeting) -> None:
    """They talked by phone: nobody joined, both say that they met."""
    meeting.now("09:30")
    first = meeting.fair.perform(meeting.agency, confirm_held, meeting.id)
    assert (first.outcome, first.outcome_source) == ("not_held", "measured")
    again = meeting.fair.perform(meeting.agency, confirm_held, meeting.id)
    assert again.outcome == "not_held"
    both = meeting.fair.perform(meeting.clinic, confirm_held, meeting.id)
    assert (both.outcome, both.outcome_reason, both.outcome_source) == ("held", None, "both_sides")
    assert meeting.absent == (set(), set())
    assert meeting.told[-3:] == ["meeting.corrected"] * 3


def test_only_those_who_met_can_confirm_and_only_afterwards(lite: Meeting) -> None:
    lite.now("09:10")
    with refused(WrongState):
        lite.fair.perform(lite.agency, confirm_held, lite.id)
    lite.now("09:30")
    with refused(NotAllowed):
        lite.fair.perform(SYSTEM, confirm_held, lite.id)
    with refused(NotFound):
        lite.fair.perform(lite.fair.buyer(), confirm_held, lite.id)


def test_the_staffs_word_stands_above_all_others(lite: Meeting) -> None:
    fair = lite.fair
    lite.now("09:30")
    said = fair.perform(SYSTEM, correct_outcome, lite.id, Outcome.NOT_HELD, NotHeldReason.NO_INTERPRETER)
    assert (said.outcome, said.outcome_reason, said.outcome_source) == ("not_held", "no_interpreter", "staff")
    for party in (lite.agency, lite.clinic):
        fair.perform(party, confirm_held, lite.id)
    for party in (lite.agency, lite.clinic):
        stay = at("2020-11-09 09:00"), at("2020-11-09 09:30")
        fair.perform(SYSTEM, correct_attendance, lite.id, party.people[0], *stay)
    assert lite.outcome == ("ended", "not_held", "no_interpreter", "staff")
    offline = fair.perform(SYSTEM, correct_outcome, lite.id, Outcome.HANDLED_OFFLINE, NotHeldReason.ABSENT)
    assert (offline.outcome, offline.outcome_reason) == ("handled_offline", None)


def test_a_no_show_is_corrected_with_evidence(meeting: Meeting) -> None:
    meeting.now("09:01")
    meeting.join(meeting.agency)
    meeting.now("09:30")
    assert meeting.absent == ({meeting.clinic.id}, {meeting.clinic.id})
    joined = at("2020-11-09 09:05")
    corrected = meeting.fair.perform(SYSTEM, correct_attendance, meeting.id, meeting.clinic.people[0], joined, None)
    assert (corrected.missing, corrected.no_show) == ((), ())
    assert meeting.outcome == HELD
    assert meeting.told[-1] == "meeting.corrected"


def test_an_outcome_of_held_takes_the_no_show_back(lite: Meeting) -> None:
    lite.now("09:30")
    corrected = lite.fair.perform(SYSTEM, correct_outcome, lite.id, Outcome.HELD)
    assert (corrected.outcome, corrected.outcome_source, corrected.missing, corrected.no_show) == (
        "held",
        "staff",
        (),
        (),
    )


def test_corrections_are_for_staff_and_for_what_took_place(lite: Meeting) -> None:
    fair, person = lite.fair, lite.agency.people[0]
    nine, ten = at("2020-11-09 09:00"), at("2020-11-09 10:00")
    with refused(WrongState):
        fair.perform(SYSTEM, correct_outcome, lite.id, Outcome.HELD)
    lite.now("09:30")
    with refused(NotAllowed):
        fair.perform(lite.agency, correct_outcome, lite.id, Outcome.HELD)
    with refused(NotAllowed):
        fair.perform(lite.agency, correct_attendance, lite.id, person, nine, None)
    with refused(NotFound):
        fair.perform(SYSTEM, correct_attendance, lite.id, fair.buyer().people[0], nine, None)
    for joined, left in ((ten, nine), (ten, None)):
        with refused(WrongState):
            fair.perform(SYSTEM, correct_attendance, lite.id, person, joined, left)
    other = fair.meet(lite.agency, lite.clinic, "2020-11-09 10:10")
    fair.perform(lite.agency, cancel, other, code="ill")
    with refused(WrongState):
        fair.perform(SYSTEM, correct_attendance, other, person, ten, None)
    with refused(WrongState):
        fair.perform(SYSTEM, correct_outcome, other, Outcome.HELD)


def test_leaving_ends_every_open_stay_whoever_saw_it(lite: Meeting) -> None:
    lite.now("09:00")
    lite.join(lite.agency)
    lite.fair.perform(SYSTEM, correct_attendance, lite.id, lite.agency.people[0], at("2020-11-09 09:00"), None)
    lite.now("09:05")
    lite.leave(lite.agency)
    assert {seat.present for seat in lite.record.attendees} == {False}


NOON = datetime(2020, 11, 9, 12, tzinfo=UTC)
minutes = st.integers(0, 40)
stays = st.lists(st.tuples(st.sampled_from([UUID(int=1), UUID(int=2)]), minutes, minutes), max_size=8)


@given(stays)
def test_together_counts_the_minutes_in_which_everybody_was_there(visits: list[tuple[UUID, int, int]]) -> None:
    def interval(one: int, other: int) -> Interval:
        return NOON + timedelta(minutes=min(one, other)), NOON + timedelta(minutes=max(one, other))

    there: dict[UUID, set[int]] = {party: set() for party, _, _ in visits}
    for party, one, other in visits:
        there[party] |= set(range(min(one, other), max(one, other)))
    expected: Any = len(set.intersection(*there.values())) if there else 0
    assert together((party, interval(one, other)) for party, one, other in visits) == timedelta(minutes=expected)
