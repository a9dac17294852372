from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from server.web.timetable import Wishes, day_shift, days_of
from sessions.programme import Kind
from tests.factories import SEOUL, Fair, at
from tests.sessions.programme import read, talk

LATE = datetime(2020, 11, 9, 16, tzinfo=UTC)  # 01:00 of the tenth in Seoul


@pytest.mark.parametrize(
    ("zone", "days"), [("Asia/Seoul", 0), ("America/Sao_Paulo", -1), ("Pacific/Kiritimati", 0), ("UTC", -1)]
)
def test_day_shift_is_against_the_date_at_home(zone: str, days: int) -> None:
    assert day_shift(LATE, zone, SEOUL) == days
    assert day_shift(LATE, SEOUL, zone) == -days


def test_sessions_stand_under_the_conventions_day(sqlite_fair: Fair) -> None:
    made = [
        talk(sqlite_fair, starts_at=at(begin), ends_at=at(end))
        for begin, end in (
            ("2020-11-09 23:30", "2020-11-10 00:30"),
            ("2020-11-10 00:30", "2020-11-10 01:00"),
            ("2020-11-10 23:59", "2020-11-11 01:00"),
        )
    ]
    entries = [read(sqlite_fair, record.id) for record in made]
    assert days_of(entries, SEOUL) == [(date(2020, 11, 9), entries[:1]), (date(2020, 11, 10), entries[1:])]
    assert [day for day, _ in days_of(entries, "UTC")] == [date(2020, 11, 9), date(2020, 11, 10)]


@pytest.mark.parametrize(
    ("wishes", "fit"),
    [
        (Wishes(), True),
        (Wishes(kind="talk", language="ko"), True),
        (Wishes(kind="panel"), False),
        (Wishes(language="en"), False),
        (Wishes(track="health"), False),
        (Wishes(mine=True), False),
    ],
)
def test_session_fits_all_that_is_wished(sqlite_fair: Fair, wishes: Wishes, fit: bool) -> None:
    entry = read(sqlite_fair, talk(sqlite_fair, kind=Kind.TALK, languages=["ko"]).id)
    assert wishes.fit(entry, frozenset({UUID(int=1)})) is fit


def test_own_sessions_are_wished_for_by_mine(sqlite_fair: Fair) -> None:
    entry = read(sqlite_fair, talk(sqlite_fair).id)
    assert Wishes(mine=True).fit(entry, {entry.id})
