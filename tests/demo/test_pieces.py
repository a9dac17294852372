"""The demo's own rules: pace, programme and the sheets it plays."""

import itertools
from datetime import timedelta

import pytest

from server.demo.cast import VIEWER_COUNTRIES, sheet
from server.demo.live import demo_settings, free_port
from server.demo.meetings import ANSWERS, FATES
from server.demo.programme import SESSIONS, plan_of, seoul
from server.demo.stage import Pace
from server.settings import Settings


@pytest.mark.parametrize(
    ("speed", "gap", "seconds"),
    [(10.0, 5, 0.5), (10.0, 600, 1.0), (0.0, 600, 0.0), (60.0, 30, 0.5)],
)
def test_pace_waits_in_proportion_and_never_long(speed: float, gap: int, seconds: float) -> None:
    assert Pace(speed).pause(timedelta(minutes=gap)) == seconds


def test_seoul_times_are_nine_hours_ahead_of_utc() -> None:
    assert plan_of(SESSIONS[0]) == {
        "title": {"ko": "개막식", "en": "Opening ceremony", "original": "ko"},
        "kind": "ceremony",
        "track": "opening",
        "room": "city-hall",
        "languages": ["ko", "en"],
        "audience": "public",
        "starts_at": "2020-11-09T10:00:00+09:00",
        "ends_at": "2020-11-09T10:40:00+09:00",
    }


def test_sessions_of_a_day_do_not_overlap() -> None:
    spans = sorted((seoul(s.day, s.at), seoul(s.day, s.at) + timedelta(minutes=s.minutes)) for s in SESSIONS)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_viewers_are_of_55_countries_beside_the_buyers_19() -> None:
    buyers = {
        "MN",
        "KZ",
        "UZ",
        "KG",
        "RU",
        "CN",
        "VN",
        "TH",
        "ID",
        "MY",
        "PH",
        "MM",
        "NP",
        "JP",
        "AE",
        "SA",
        "TR",
        "BR",
        "US",
    }
    assert len(set(VIEWER_COUNTRIES.split()) | buyers) == 74


def test_habits_are_percentages_of_something() -> None:
    assert (sum(weight for _, weight in ANSWERS), min(weight for _, weight in FATES) > 0) == (100, True)


def test_the_sheets_come_with_the_package() -> None:
    assert [len(sheet(name)) > 1000 for name in ("exhibitors.xlsx", "buyers.csv", "wishes.csv")] == [True] * 3


def test_the_demo_has_its_own_data_and_address(tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings = demo_settings(Settings(base_url="https://fair.example"), tmp_path, "http://127.0.0.1:1")
    assert (settings.data_dir, settings.base_url) == (tmp_path, "http://127.0.0.1:1")


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert free_port("127.0.0.1", taken.getsockname()[1]) != taken.getsockname()[1]
