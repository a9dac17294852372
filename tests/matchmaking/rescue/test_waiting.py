"""The standby list: who could meet now or soon."""

from datetime import timedelta
from typing import Any

import pytest

from matchmaking.meetings import assign, cancel
from matchmaking.policies import Policies
from matchmaking.rescue.pairs import Wishes, time_left, worth
from matchmaking.rescue.standby import offer
from matchmaking.rescue.waiting import Waiting, standby_list
from matchmaking.wishes import limit, prefer, rule
from server.accounts.actors import SYSTEM
from server.database import reading
from tests.factories import Fair, Party, at

NOW = "2020-11-09 09:10"
HALF = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("wishes", "points"),
    [
        (Wishes(), None),
        (Wishes("meet"), 1),
        (Wishes(None, "must_meet"), 3),
        (Wishes("must_meet", "meet"), 4),
        (Wishes("must_meet", "no_thanks"), None),
        (Wishes("no_thanks", None, "must"), None),
        (Wishes("must_meet", "must_meet", "ban"), None),
        (Wishes(None, None, "must"), 6),
        (Wishes("meet", "meet", "must"), 8),
    ],
)
def test_what_a_pair_is_worth(wishes: Wishes, points: int | None) -> None:
    assert worth(wishes) == points


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("08:00", "09:00"),
        ("08:55", "09:00"),
        ("08:56", "09:05"),
        ("09:10", "09:15"),
        ("09:15", "09:20"),
        ("09:16", None),
    ],
)
def test_a_meeting_begins_when_both_have_had_the_time_to_answer(now: str, begins: str | None) -> None:
    starts_at, day = at("2020-11-09 09:00"), "2020-11-09"
    left = time_left(starts_at, starts_at + HALF, at(f"{day} {now}"), Policies())
    assert left == (begins and (at(f"{day} {begins}"), starts_at + HALF))


def waiting(fair: Fair, **how: Any) -> list[Waiting]:
    with reading(fair.engine) as db:
        return standby_list(db, fair.id, fair.clock.now(), **how)


def pairs(fair: Fair, **how: Any) -> list[set[object]]:
    return [{one.one, one.other} for one in waiting(fair, **how)]


def wish(fair: Fair, by: Party, about: Party, what: Any = "meet") -> None:
    fair.perform(by, prefer, by=by.id, about=about.id, wish=what)


def test_who_could_meet_now_and_when(fair: Fair) -> None:
    exhibitor, buyer = fair.exhibitor(languages=["ko"]), fair.buyer(languages=["en", "ko"])
    wish(fair, buyer, exhibitor, "must_meet")
    fair.move_to(NOW)
    one, other = sorted((exhibitor.id, buyer.id))
    said = Wishes("must_meet") if one == buyer.id else Wishes(None, "must_meet")
    now = Waiting(
        one,
        other,
        fair.slot("2020-11-09 09:00"),
        at("2020-11-09 09:15"),
        at("2020-11-09 09:30"),
        said,
        worth=3,
        common_language=True,
    )
    assert waiting(fair) == [now]


def test_the_most_wished_come_first_then_who_has_had_the_least(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    exhibitor, second = fair.exhibitor(), fair.exhibitor()
    keen, busy, idle = fair.buyer(), fair.buyer(), fair.buyer()
    wish(fair, keen, exhibitor, "must_meet")
    wish(fair, busy, exhibitor)
    wish(fair, idle, exhibitor)
    for buyer in (busy, keen):  # both parties of whoever has met have had one
        fair.meet(buyer, second, "2020-11-10 09:00" if buyer is keen else "2020-11-10 09:35")
    fair.meet(fair.buyer(), exhibitor, "2020-11-10 10:10")
    fair.move_to(NOW)
    assert pairs(fair) == [{keen.id, exhibitor.id}, {idle.id, exhibitor.id}, {busy.id, exhibitor.id}]
    assert pairs(fair, limit=1) == [{keen.id, exhibitor.id}]


def test_left_out_are_those_who_cannot_or_are_not_to_meet(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    exhibitor = fair.exhibitor()
    asleep = fair.buyer(zone="Europe/London")
    gone = fair.buyer(absent=[at(NOW).date()])
    doubtful = fair.buyer(needs_look=["zone"])
    unwanted, banned, sated, asking, met = (fair.buyer() for _ in range(5))
    for buyer in (asleep, gone, doubtful, unwanted, banned, sated, asking, met):
        wish(fair, buyer, exhibitor)
    wish(fair, exhibitor, unwanted, "no_thanks")
    fair.perform(SYSTEM, rule, one=banned.id, other=exhibitor.id, rule="ban")
    fair.perform(SYSTEM, limit, sated.id, most=1)
    fair.meet(sated, fair.exhibitor(), "2020-11-10 09:00")
    fair.ask(asking, exhibitor, "2020-11-10 09:35")
    slot = fair.slot("2020-11-10 10:10")
    meeting = fair.perform(SYSTEM, assign, one=met.id, other=exhibitor.id, slot_id=slot)
    fair.move_to(NOW)
    assert waiting(fair) == []
    fair.perform(SYSTEM, cancel, meeting.id, code="technical")
    assert pairs(fair) == [{met.id, exhibitor.id}]


def test_who_is_taken_now_can_meet_in_a_later_slot(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    exhibitor, buyer = fair.exhibitor(), fair.buyer()
    wish(fair, buyer, exhibitor)
    for wall in ("2020-11-09 09:00", "2020-11-09 09:35"):
        fair.meet(fair.buyer(), exhibitor, wall)
    fair.move_to(NOW)
    assert [one.starts_at for one in waiting(fair)] == [at("2020-11-09 10:10")]
    assert waiting(fair, slots=2) == []


def test_whom_it_is_proposed_to_is_not_listed_again(sqlite_fair: Fair) -> None:
    exhibitor, buyer = sqlite_fair.exhibitor(), sqlite_fair.buyer()
    wish(sqlite_fair, buyer, exhibitor)
    sqlite_fair.move_to(NOW)
    slot_id = sqlite_fair.slot("2020-11-09 09:35")
    sqlite_fair.perform(SYSTEM, offer, one=buyer.id, other=exhibitor.id, slot_id=slot_id)
    assert waiting(sqlite_fair) == []


def test_after_the_last_slot_there_is_nobody(sqlite_fair: Fair) -> None:
    wish(sqlite_fair, sqlite_fair.buyer(), sqlite_fair.exhibitor())
    sqlite_fair.move_to("2020-11-13 12:00")
    assert waiting(sqlite_fair) == []
