"""Countries and zones."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports.cells.countries import read_countries, read_country
from server.imports.cells.zones import clocks_of, read_zone, read_zone_name
from tests.imports.sheets import DAYS

COUNTRIES = {
    "몽골": "MN",
    "터키": "TR",
    "튀르키예": "TR",
    "Türkiye": "TR",
    "Turkey": "TR",
    "아랍에미리트": "AE",
    "UAE": "AE",
    "U.A.E.": "AE",
    "USA": "US",
    "미국": "US",
    "United States": "US",
    "米国": "US",
    "China": "CN",
    "中国": "CN",
    "中國": "CN",
    "브라질": "BR",
    "brazil": "BR",
    " Brasil ": "BR",
    "日本": "JP",
    "대한민국": "KR",
    "Republic of Korea": "KR",
    "KOR": "KR",
    "kr": "KR",
    "키르기스스탄": "KG",
    "Viet Nam": "VN",
    "홍콩": "HK",
    "香港": "HK",
    "대만": "TW",
    "ロシア": "RU",
    "Россия": "RU",
    "영국": "GB",
    "네팔": "NP",
    "미얀마": "MM",
    "사우디": "SA",
}

DAMAGED = {
    "中?": ("country_damaged", "CN"),
    "브라?": ("country_damaged", "BR"),
    "C?te d’Ivoire": ("country_damaged", "CI"),
    "??": ("country_damaged", None),
    "베트낭": ("country_unknown", "VN"),
    "Kazakstan": ("country_unknown", "KZ"),
    "Atlantis": ("country_unknown", None),
    "": ("country_missing", None),
}

ZONES = {
    ("KR", ""): "Asia/Seoul",
    ("MN", "홉드"): "Asia/Hovd",
    ("MN", "울란바토르"): "Asia/Ulaanbaatar",
    ("KZ", "알마티"): "Asia/Almaty",
    ("KZ", "악토베"): "Asia/Aqtobe",
    ("RU", "블라디보스토크"): "Asia/Vladivostok",
    ("RU", "노보시비르스크"): "Asia/Novosibirsk",
    ("RU", "모스크바"): "Europe/Moscow",
    ("CN", "Shanghai"): "Asia/Shanghai",
    ("CN", "乌鲁木齐"): "Asia/Urumqi",
    ("VN", "호치민"): "Asia/Ho_Chi_Minh",
    ("ID", "자카르타"): "Asia/Jakarta",
    ("ID", "Jayapura"): "Asia/Jayapura",
    ("JP", "오사카"): "Asia/Tokyo",
    ("BR", "상파울루"): "America/Sao_Paulo",
    ("BR", "Sao Paulo"): "America/Sao_Paulo",
    ("BR", "SÃO PAULO - SP"): None,
    ("BR", "São Paulo, SP"): "America/Sao_Paulo",
    ("BR", "Manaus"): "America/Manaus",
    ("US", "Los Angeles"): "America/Los_Angeles",
    ("US", "뉴욕시"): "America/New_York",
    ("US", "뉴욕 (맨해튼)"): "America/New_York",
    ("AU", "Sydney"): "Australia/Sydney",
    ("IN", "Mumbai"): "Asia/Kolkata",
    # one clock, whichever the city
    ("MY", ""): "Asia/Kuala_Lumpur",
    ("UZ", ""): "Asia/Tashkent",
    ("DE", "Kleinstadt"): "Europe/Berlin",
}


@pytest.mark.parametrize("text", COUNTRIES)
def test_read_country_knows(text: str) -> None:
    assert read_country(text) == (COUNTRIES[text], ())


@pytest.mark.parametrize("text", DAMAGED)
def test_read_country_proposes(text: str) -> None:
    value, (problem,) = read_country(text)
    assert (value, problem.severity, problem.code, problem.proposal) == (None, "look", *DAMAGED[text])


def test_read_countries_leaves_unknown_ones_out_with_a_note() -> None:
    value, (problem,) = read_countries(("터키", "中国", "USA", "미국", "Atlantis"))
    assert value == ("TR", "CN", "US")
    assert (problem.severity, problem.code) == ("note", "country_unknown")


@pytest.mark.parametrize(("country", "city"), ZONES)
def test_read_zone_knows(country: str, city: str) -> None:
    assert read_zone(country, city, DAYS).value == ZONES[country, city]


def test_a_country_of_several_clocks_is_not_guessed() -> None:
    value, (problem,) = read_zone("US", "", DAYS)
    assert (value, problem.severity, problem.code, problem.proposal, problem.choices) == (
        None,
        "look",
        "zone_ambiguous",
        "America/New_York",
        (
            "America/New_York",
            "America/Chicago",
            "America/Denver",
            "America/Los_Angeles",
            "America/Anchorage",
            "Pacific/Honolulu",
        ),
    )


@pytest.mark.parametrize(
    ("country", "city", "code", "proposal"),
    [
        ("RU", "", "zone_ambiguous", "Europe/Moscow"),
        ("BR", "", "zone_ambiguous", "America/Sao_Paulo"),
        ("US", "Springfield", "city_unknown", "America/New_York"),
        ("US", "Los Angles", "city_unknown", "America/Los_Angeles"),
        ("BR", "S?o Paulo", "city_damaged", "America/Sao_Paulo"),
        ("CN", "??木?", "city_damaged", "Asia/Urumqi"),
        ("CN", "London", "city_unknown", "Asia/Shanghai"),
        (None, "Shanghai", "zone_without_country", "Asia/Shanghai"),
        ("AQ", "", "zone_ambiguous", "Antarctica/McMurdo"),
    ],
)
def test_read_zone_proposes(country: str | None, city: str, code: str, proposal: str) -> None:
    value, (problem,) = read_zone(country, city, DAYS)
    assert (value, problem.severity, problem.code, problem.proposal) == (None, "look", code, proposal)


def test_a_city_of_another_country_is_noted_where_the_zone_does_not_hang_on_it() -> None:
    value, (problem,) = read_zone("JP", "London", DAYS)
    assert (value, problem.severity, problem.code) == ("Asia/Tokyo", "note", "city_elsewhere")


def test_clocks_are_those_of_the_days() -> None:
    """Sonora keeps no summer time and Tijuana does: in summer they are one clock, in winter two."""
    winter, summer = (date(2024, 1, 10),), (date(2024, 7, 10),)
    mexico = ("America/Mexico_City", "America/Cancun", "America/Tijuana")
    assert clocks_of("MX", winter) == (*mexico, "America/Hermosillo")
    assert clocks_of("MX", summer) == mexico


def test_read_zone_name_takes_names_not_offsets() -> None:
    assert read_zone_name("asia/ho chi minh") == ("Asia/Ho_Chi_Minh", ())
    assert read_zone_name("GMT+9").value is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_places_never_raise(country: str, city: str) -> None:
    code, problems = read_country(country)
    assert (code is None) == bool(problems)
    assert read_zone("US", city, DAYS).value is None or not read_zone("US", city, DAYS).problems
