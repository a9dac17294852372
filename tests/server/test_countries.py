"""Countries by a real database of addresses, made here, and by the browser's language."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]

from server.countries import Countries, NoCountries, region_of
from server.settings import Settings, read_settings

# Networks that are set aside for documentation (RFC 5737, RFC 3849).
NETWORKS = {"KR": ["192.0.2.0/24", "2001:db8:1::/48"], "MN": ["198.51.100.0/25"], "BR": ["198.51.100.128/25"]}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("geoip") / "countries.mmdb")


def written(path: Path, kind: str = "Test-Country", ip_version: int = 6) -> Path:
    writer = MMDBWriter(ip_version=ip_version, ipv4_compatible=ip_version == 6, database_type=kind)
    for code, networks in NETWORKS.items():
        mine = [network for network in networks if ip_version == 6 or ":" not in network]
        writer.insert_network(IPSet(mine), {"country": {"iso_code": code, "names": {"en": code}}})
    writer.insert_network(IPSet(["203.0.113.0/24"]), {"continent": {"code": "AS"}})
    writer.to_db_file(str(path))
    return path


def countries(database: Path | None = None, *, by_language: bool = False) -> Countries:
    return Countries(Settings(geoip_file=str(database or ""), country_by_language=by_language))


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("192.0.2.7", "KR"),
        ("198.51.100.127", "MN"),
        ("198.51.100.128", "BR"),
        ("2001:db8:1::1", "KR"),
        ("2001:db8:2::1", None),
        ("203.0.113.1", None),
        ("127.0.0.1", None),
        ("", None),
        ("testclient", None),
    ],
)
def test_country_is_that_of_the_network(database: Path, address: str, country: str | None) -> None:
    assert countries(database).country_of(None, address, "ja-JP") == country


def test_profile_comes_before_the_network_and_that_before_the_language(database: Path) -> None:
    with countries(database, by_language=True) as both:
        assert both.country_of("CN", "192.0.2.7", "ja-JP") == "CN"
        assert both.country_of(None, "192.0.2.7", "ja-JP") == "KR"
        assert both.country_of(None, "127.0.0.1", "ja-JP") == "JP"


def test_nobody_is_guessed_about_unless_the_operator_says_so() -> None:
    assert countries().country_of(None, "192.0.2.7", "ko-KR") is None
    assert countries().country_of("MN", "192.0.2.7", "ko-KR") == "MN"
    assert countries(by_language=True).country_of(None, "192.0.2.7", "ko-KR") == "KR"


def test_addresses_of_the_other_kind_are_unknown(tmp_path: Path) -> None:
    old = countries(written(tmp_path / "old.mmdb", ip_version=4))
    assert [old.country_of(None, address, "") for address in ("192.0.2.7", "2001:db8:1::1")] == ["KR", None]


@pytest.mark.parametrize(
    ("header", "region"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "KR"),
        ("ko", None),
        ("ko,en-US;q=0.9", None),
        ("en-US;q=0.5, mn-MN;q=0.8", "MN"),
        ("zh-Hans-CN", "CN"),
        ("pt-br", "BR"),
        ("es-419", None),
        ("en-ZZ", None),
        ("*", None),
        ("", None),
        ("ko-KR;q=much", "KR"),
    ],
)
def test_region_is_that_of_the_preferred_language(header: str, region: str | None) -> None:
    assert region_of(header) == region


@given(st.text(max_size=300))
def test_whatever_is_sent_is_a_country_or_nothing(header: str) -> None:
    region = region_of(header)
    assert region is None or (len(region) == 2 and region.isupper())


def test_file_that_cannot_be_used_is_named_when_the_server_starts(tmp_path: Path) -> None:
    missing, folder, nonsense = tmp_path / "missing.mmdb", tmp_path / "folder", tmp_path / "nonsense.mmdb"
    folder.mkdir()
    nonsense.write_text("no database")
    networks = written(tmp_path / "networks.mmdb", kind="GeoLite2-ASN")
    told = {}
    for path in (missing, folder, nonsense, networks):
        with pytest.raises(NoCountries) as refused:
            countries(path)
        told[path] = str(refused.value).removeprefix(f"MADANG_GEOIP_FILE: {path} ")
    assert told == {
        missing: "cannot be read: No such file or directory.",
        folder: "is no MaxMind DB file.",
        nonsense: "is no MaxMind DB file.",
        networks: "is a database of GeoLite2-ASN, which knows no countries.",
    }


def test_settings_are_read_from_the_environment() -> None:
    read = read_settings({"MADANG_GEOIP_FILE": "/data/countries.mmdb", "MADANG_COUNTRY_BY_LANGUAGE": "true"})
    assert (read.geoip_file, read.country_by_language) == ("/data/countries.mmdb", True)
    assert (Settings().geoip_file, Settings().country_by_language) == ("", False)
