"""Whether one more meeting fits into an interpreter's day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from matchmaking.calendar import Rules
from matchmaking.interpreting.helper import Engagement, Helper, Obstacle, Reserved, obstacle
from matchmaking.policies import Policies
from matchmaking.slots import cells

DAY = datetime(2020, 11, 9, tzinfo=UTC)  # 09:00 in Seoul
RULES = Rules("Asia/Seoul", 30, 5, date(2020, 11, 9), date(2020, 11, 12), Policies())
CLINIC, AGENCY, RIVAL, SOMEBODY = (UUID(int=n) for n in range(1, 5))
PARTIES = frozenset({CLINIC, AGENCY})


def meeting(start: int, minutes: int = 30, parties: frozenset[UUID] = PARTIES) -> Engagement:
    """A meeting so many minutes into the day."""
    begins = DAY + timedelta(minutes=start)
    return Engagement(UUID(int=1000 + start), begins, begins + timedelta(minutes=minutes), parties)


def working(*work: Engagement) -> Helper:
    """Somebody who is there the whole day and interprets these."""
    there = ((DAY, DAY + timedelta(hours=12)),)
    return Helper(SOMEBODY, frozenset({("ko", "en"), ("en", "ko")}), there=there, work=work)


def test_who_is_free_takes_it() -> None:
    assert obstacle(working(), meeting(0), RULES) is None


def test_nobody_interprets_where_they_are_not_or_are_taken() -> None:
    assert obstacle(working(), meeting(-10), RULES) is Obstacle.HOURS
    taken = {SOMEBODY: frozenset(cells(DAY + timedelta(minutes=30), DAY + timedelta(minutes=35)))}
    assert obstacle(replace(working(), taken=taken), meeting(0), RULES) is Obstacle.BUSY  # in the buffer after it
    assert obstacle(replace(working(), taken=taken), meeting(35), RULES) is None


@pytest.mark.parametrize(
    ("work", "wanted", "free"),
    [
        ([0, 35], 70, True),  # 90 minutes
        ([0, 35, 70], 105, False),
        ([0, 35, 70], 115, True),  # 15 minutes of rest
        ([0, 70, 105], 35, False),  # it would close the gap
        ([0, 35, 80, 115], 160, True),  # rest enough before 80, and again before 160
        ([0, 35, 115, 150, 185], 80, False),  # rested on one side only
        ([105, 70, 35], 0, False),
    ],
)
def test_a_stretch_of_work_ends_with_a_rest(work: list[int], wanted: int, free: bool) -> None:
    found = obstacle(working(*map(meeting, work)), meeting(wanted), RULES)
    assert found is (None if free else Obstacle.REST)


def test_one_long_meeting_is_a_stretch_of_its_own() -> None:
    assert obstacle(working(), meeting(0, 120), RULES) is None
    assert obstacle(working(meeting(130)), meeting(0, 120), RULES) is Obstacle.REST


def test_a_day_is_full_when_its_minutes_are() -> None:
    busy = replace(working(meeting(0), meeting(60)), daily_minutes=90)
    assert obstacle(busy, meeting(120), RULES) is None
    assert obstacle(busy, meeting(120, 35), RULES) is Obstacle.DAILY
    evening = DAY + timedelta(hours=15)  # the next day in Seoul
    late = replace(busy, there=((DAY, evening + timedelta(hours=9)),))
    assert obstacle(late, meeting(15 * 60, 90), RULES) is None


def test_handing_over_takes_its_time_only_between_strangers() -> None:
    rules = replace(RULES, policies=Policies(handover_minutes=10))
    assert obstacle(working(meeting(0)), meeting(35), rules) is None
    others = frozenset({RIVAL, UUID(int=9)})
    assert obstacle(working(meeting(0, parties=others)), meeting(35), rules) is Obstacle.HANDOVER
    assert obstacle(working(meeting(0, parties=others)), meeting(40), rules) is None
    assert obstacle(working(meeting(75, parties=others)), meeting(40), rules) is Obstacle.HANDOVER


def test_who_was_brought_along_or_is_reserved_serves_that_party_alone() -> None:
    assert obstacle(replace(working(), party=RIVAL), meeting(0), RULES) is Obstacle.OTHERS_OWN
    assert obstacle(replace(working(), party=CLINIC), meeting(0), RULES) is None


def test_a_block_is_what_the_party_s_meetings_take() -> None:
    block = Reserved(UUID(int=7), CLINIC, DAY, DAY + timedelta(hours=3))
    taken = {SOMEBODY: frozenset(cells(block.starts_at, block.ends_at))}
    reserved = replace(working(), there=(), taken=taken, blocks=(block,))
    assert obstacle(reserved, meeting(0), RULES) is None
    assert reserved.resource_for(meeting(0)) == block.id
    assert obstacle(reserved, meeting(170), RULES) is Obstacle.HOURS  # it ends after the block
    one_at_a_time = replace(reserved, taken=taken | {block.id: frozenset(cells(DAY, DAY + timedelta(minutes=35)))})
    assert obstacle(one_at_a_time, meeting(0), RULES) is Obstacle.BUSY
