"""Wall time over every IANA zone, and the calendar's slots."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.errors import AmbiguousTime, BadCalendar, NonexistentTime
from matchmaking.slots import (
    Block,
    Interval,
    OfferedSlot,
    PersonTime,
    cells,
    choose,
    day_shift,
    expand,
    lay_out,
    merge,
    to_instant,
    wall,
)

ZONES = sorted(available_timezones())
FROM, TO = datetime(2010, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(ZONES)
instants = st.datetimes(FROM.replace(tzinfo=None), TO.replace(tzinfo=None), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(second=0, microsecond=0)
)


def offset(instant: datetime, tz: ZoneInfo) -> timedelta:
    found = instant.astimezone(tz).utcoffset()
    assert found is not None
    return found


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants between FROM and TO at which the zone's offset changes, to the minute."""
    tz, found, probe = ZoneInfo(zone), [], FROM
    while probe < TO:
        following = probe + timedelta(days=7)
        if offset(probe, tz) != offset(following, tz):
            low, high = probe, following
            while high - low > MINUTE:
                middle = low + timedelta(minutes=(high - low) // MINUTE // 2)
                low, high = (middle, high) if offset(middle, tz) == offset(low, tz) else (low, middle)
            found.append(high)
        probe = following
    return tuple(found)


def all_changes() -> Iterator[tuple[str, datetime, timedelta, timedelta]]:
    """(zone, instant, offset before, offset after) of every change of clocks in every zone."""
    for zone in ZONES:
        tz = ZoneInfo(zone)
        for change in changes(zone):
            yield zone, change, offset(change - MINUTE, tz), offset(change, tz)


def naive(instant: datetime, shift: timedelta) -> datetime:
    return (instant + shift).replace(tzinfo=None)


@st.composite
def days_near_changes(draw: st.DrawFn) -> tuple[str, date]:
    """A zone and a local date at most three days from a change of its clocks, if they ever change."""
    zone = draw(zones)
    centre = draw(st.sampled_from(changes(zone))) if changes(zone) else draw(instants)
    return zone, centre.date() + timedelta(days=draw(st.integers(-3, 3)))


hours = st.tuples(st.integers(0, 288), st.integers(1, 288)).map(
    lambda pair: [pair[0] * 5, min(pair[0] * 5 + pair[1] * 5, 2880)]
)


def test_every_wall_time_that_a_zone_skips_is_refused() -> None:
    tried = 0
    for zone, change, before, after in all_changes():
        first, end = naive(change, before), naive(change, after)
        for local in (first, end - MINUTE) if first < end else ():
            for fold in (None, 0, 1):
                tried += 1
                with pytest.raises(NonexistentTime):
                    to_instant(local, zone, fold)
    assert tried > 10_000


def test_every_wall_time_that_a_zone_repeats_must_say_which() -> None:
    tried = 0
    for zone, change, before, after in all_changes():
        first, end = naive(change, after), naive(change, before)
        for local in (first, end - MINUTE) if first < end else ():
            tried += 1
            with pytest.raises(AmbiguousTime):
                to_instant(local, zone)
            assert to_instant(local, zone, 0) == (local - before).replace(tzinfo=UTC)
            assert to_instant(local, zone, 1) == (local - after).replace(tzinfo=UTC)
    assert tried > 3_000


def test_wall_times_beside_a_change_are_plain() -> None:
    for zone, change, before, after in all_changes():
        eve, morning = naive(change, min(before, after)) - MINUTE, naive(change, max(before, after))
        assert to_instant(eve, zone) == (eve - before).replace(tzinfo=UTC), (zone, change)
        assert to_instant(morning, zone) == (morning - after).replace(tzinfo=UTC), (zone, change)


@given(instants, zones)
def test_wall_time_and_instant_round_trip_in_every_zone(instant: datetime, zone: str) -> None:
    shown = wall(instant, zone)
    assert to_instant(shown.replace(tzinfo=None), zone, shown.fold) == instant


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2020-11-09 09:00", "Asia/Kathmandu", "2020-11-09 03:15"),
        ("2020-11-09 09:00", "Asia/Kolkata", "2020-11-09 03:30"),
        ("2020-11-09 09:00", "Australia/Adelaide", "2020-11-08 22:30"),
        ("2020-11-09 09:00", "Australia/Lord_Howe", "2020-11-08 22:00"),
        ("2020-11-09 09:00", "Pacific/Chatham", "2020-11-08 19:15"),
        ("2020-11-09 09:00", "Asia/Ulaanbaatar", "2020-11-09 01:00"),
        ("2020-11-08 21:00", "America/Sao_Paulo", "2020-11-09 00:00"),
        ("2011-12-29 23:55", "Pacific/Apia", "2011-12-30 09:55"),
        ("2011-12-31 00:00", "Pacific/Apia", "2011-12-30 10:00"),
    ],
)
def test_to_instant_knows_odd_zones(local: str, zone: str, instant: str) -> None:
    assert to_instant(datetime.fromisoformat(local), zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "missing"), [("Pacific/Apia", "2011-12-30 12:00"), ("Pacific/Kwajalein", "1993-08-21 12:00")]
)
def test_a_day_dropped_at_the_date_line_does_not_exist(zone: str, missing: str) -> None:
    local = datetime.fromisoformat(missing)
    with pytest.raises(NonexistentTime) as refused:
        to_instant(local, zone)
    assert refused.value.details == {"wall": local.isoformat(), "zone": zone}
    assert expand(local.date(), [(0, 1440)], zone) == []


def by_the_minute(day: date, stated: list[int], zone: str) -> list[Interval]:
    """What `expand` should say, found by asking the clock for every minute."""
    opens, closes = (datetime.combine(day, datetime.min.time()) + minutes * MINUTE for minutes in stated)
    start = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=16)
    offered = [
        (probe, probe + MINUTE)
        for probe in (start + n * MINUTE for n in range(80 * 60))
        if opens <= wall(probe, zone).replace(tzinfo=None) < closes
    ]
    return merge(offered)


@given(days_near_changes(), hours)
def test_expand_offers_exactly_the_time_stated(where: tuple[str, date], stated: list[int]) -> None:
    zone, day = where
    assert merge(expand(day, [stated], zone)) == by_the_minute(day, stated, zone)


@given(zones, st.dates(date(2010, 1, 2), date(2030, 12, 30)))
def test_expand_gives_every_day_its_true_length(zone: str, day: date) -> None:
    for start, end in merge(expand(day, [(0, 1440)], zone)):  # one stretch, or none on a day that was dropped
        assert (wall(start, zone).date(), wall(end - MINUTE, zone).date()) == (day, day)
        assert wall(start - MINUTE, zone).date() < day < wall(end, zone).date()


def test_expand_counts_a_repeated_hour_twice_and_a_skipped_one_not() -> None:
    night = [(0, 6 * 60)]
    assert expand(date(2020, 11, 1), night, "America/New_York") == [
        (datetime(2020, 11, 1, 4, tzinfo=UTC), datetime(2020, 11, 1, 6, tzinfo=UTC)),
        (datetime(2020, 11, 1, 6, tzinfo=UTC), datetime(2020, 11, 1, 11, tzinfo=UTC)),
    ]
    assert merge(expand(date(2020, 3, 8), night, "America/New_York")) == [
        (datetime(2020, 3, 8, 5, tzinfo=UTC), datetime(2020, 3, 8, 10, tzinfo=UTC))
    ]


def test_expand_keeps_the_evening_before_midnight_is_skipped() -> None:
    """Clocks in Santiago went from 24:00 on 5 September 2020 to 01:00: until 24:00 means until that moment."""
    assert expand(date(2020, 9, 5), [(21 * 60, 24 * 60)], "America/Santiago") == [
        (datetime(2020, 9, 6, 1, tzinfo=UTC), datetime(2020, 9, 6, 4, tzinfo=UTC))
    ]


moments = st.integers(0, 60).map(lambda n: datetime(2020, 11, 9, tzinfo=UTC) + n * MINUTE)
intervals = st.lists(st.tuples(moments, moments).filter(lambda pair: pair[0] < pair[1]), max_size=6)


@given(intervals)
def test_merge_keeps_the_time_and_leaves_it_apart_and_in_order(given_: list[Interval]) -> None:
    def minutes(some: list[Interval]) -> set[datetime]:
        return {start + n * MINUTE for start, end in some for n in range((end - start) // MINUTE)}

    merged = merge(given_)
    assert minutes(merged) == minutes(given_)
    assert all(one[1] < following[0] for one, following in pairwise(merged))


@given(instants, st.integers(1, 60), st.integers(0, 4))
def test_cells_cover_the_stretch_and_its_buffer_and_no_more(start: datetime, minutes: int, buffers: int) -> None:
    end = start + minutes * MINUTE
    span = cells(start, end, buffers * 5)
    stamp, last = start.timestamp(), end.timestamp() + buffers * 300
    assert span.start * 300 <= stamp < (span.start + 1) * 300
    assert (span.stop - 1) * 300 < last <= span.stop * 300


def test_cells_of_a_slot_with_its_buffer_are_seven() -> None:
    start = datetime(2020, 11, 9, tzinfo=UTC)
    first = 1604880000 // 300
    assert cells(start, start + timedelta(minutes=30), 5) == range(first, first + 7)


def smc(day: date, *blocks: Block, zone: str = "Asia/Seoul") -> list[OfferedSlot]:
    return lay_out([day], blocks, zone, 30, 5)


def test_lay_out_gives_the_blocks_of_smc() -> None:
    slots = smc(date(2020, 11, 9), Block("day", 540, 1080), Block("evening", 1260, 1440), Block("early", 360, 480))
    shown = [(wall(slot.starts_at, "Asia/Seoul").strftime("%H:%M"), slot.block) for slot in slots]
    early = ["06:00", "06:35", "07:10"]
    day = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(9 * 60, 17 * 60 + 11, 35)]
    evening = ["21:00", "21:35", "22:10", "22:45", "23:20"]
    blocks = {"early": early, "day": day, "evening": evening}
    assert shown == [(start, block) for block, starts in blocks.items() for start in starts]


@given(days_near_changes(), hours)
def test_slots_have_their_true_length_and_stay_inside_what_was_stated(
    where: tuple[str, date], stated: list[int]
) -> None:
    zone, day = where
    block = Block("any", stated[0] % 1440, stated[0] % 1440 + 180)
    there = merge(expand(day, [(block.opens, block.closes)], zone))
    if not any(end - start >= timedelta(minutes=30) for start, end in there):
        with pytest.raises(BadCalendar):
            smc(day, block, zone=zone)
        return
    slots = smc(day, block, zone=zone)
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(minutes=30)}
    assert all(any(a <= slot.starts_at and slot.ends_at <= b for a, b in there) for slot in slots)
    assert all(two.starts_at >= one.ends_at for one, two in pairwise(slots))


@pytest.mark.parametrize(("day", "count"), [(date(2020, 10, 31), 10), (date(2020, 11, 1), 12), (date(2020, 3, 8), 8)])
def test_a_night_block_has_more_slots_when_clocks_go_back_and_fewer_when_they_go_forward(day: date, count: int) -> None:
    assert len(smc(day, Block("night", 0, 6 * 60), zone="America/New_York")) == count


@pytest.mark.parametrize(
    ("blocks", "length", "buffer"),
    [
        ([Block("day", 540, 1080)], 0, 5),
        ([Block("day", 540, 1080)], 30, -5),
        ([Block("day", 540, 1080)], 31, 5),
        ([Block("day", 540, 1080)], 30, 4),
        ([Block("day", 541, 1080)], 30, 5),
        ([Block("day", 1080, 540)], 30, 5),
        ([Block("day", 540, 540)], 30, 5),
        ([Block("day", -60, 540)], 30, 5),
        ([Block("day", 540, 2885)], 30, 5),
        ([Block("day", 540, 560)], 30, 5),
        ([Block("day", 540, 1080), Block("late", 1000, 1200)], 30, 5),
        ([], 30, 5),
    ],
)
def test_lay_out_refuses_what_makes_no_calendar(blocks: list[Block], length: int, buffer: int) -> None:
    with pytest.raises(BadCalendar):
        lay_out([date(2020, 11, 9)], blocks, "Asia/Seoul", length, buffer)


@given(instants, zones)
def test_seen_from_seoul_no_zone_is_more_than_a_day_away(instant: datetime, zone: str) -> None:
    shift = day_shift(instant, zone, "Asia/Seoul")
    assert shift in (-1, 0, 1)
    assert wall(instant, "Asia/Seoul").date() + timedelta(days=shift) == wall(instant, zone).date()


def test_day_shift_across_the_date_line_can_be_two_days() -> None:
    instant = datetime(2020, 11, 9, 10, 30, tzinfo=UTC)
    assert day_shift(instant, "Pacific/Kiritimati", "Etc/GMT+12") == 2
    assert day_shift(instant, "Etc/GMT+12", "Pacific/Kiritimati") == -2
    assert day_shift(datetime(2020, 11, 9, 0, 0, tzinfo=UTC), "America/Sao_Paulo", "Asia/Seoul") == -1


START = datetime(2020, 11, 9, tzinfo=UTC)
END = START + timedelta(minutes=30)
HOUR = (START - timedelta(minutes=30), START + timedelta(minutes=60))


def person(number: int, *languages: str, load: int = 0, taken: range = range(0), there: bool = True) -> PersonTime:
    hours_there = (HOUR,) if there else ()
    return PersonTime(UUID(int=number), hours_there, frozenset(taken), frozenset(languages), load)


def chosen(seekers: list[PersonTime], offerers: list[PersonTime]) -> tuple[int, int] | None:
    pair = choose(seekers, offerers, START, END, 5)
    return pair and (pair[0].int, pair[1].int)


def test_choose_wants_a_shared_language_then_the_fewest_meetings_then_the_lead() -> None:
    lead, second = person(1, "ko"), person(2, "ko", "en")
    assert chosen([person(9, "en")], [lead, second]) == (9, 2)
    assert chosen([person(9, "mn")], [lead, second]) == (9, 1)
    assert chosen([person(9, "ko")], [person(1, "ko", load=14), person(2, "ko", load=7)]) == (9, 2)
    assert chosen([person(9, "ko")], [lead, second]) == (9, 1)


def test_choose_passes_over_whoever_is_away_or_taken_even_in_the_buffer() -> None:
    cell = cells(START, END, 5)
    assert chosen([person(9)], [person(1, there=False), person(2)]) == (9, 2)
    assert chosen([person(9)], [person(1, taken=cell[:1]), person(2)]) == (9, 2)
    assert chosen([person(9)], [person(1, taken=cell[-1:]), person(2)]) == (9, 2)
    assert chosen([person(9)], [person(1, taken=range(cell.stop, cell.stop + 1)), person(2)]) == (9, 1)
    assert chosen([person(9)], [person(1, taken=cell)]) is None
    assert chosen([], [person(1)]) is None


def test_nobody_meets_themselves() -> None:
    assert chosen([person(1)], [person(1)]) is None
    assert chosen([person(1)], [person(1), person(2)]) == (1, 2)
