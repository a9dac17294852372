from uuid import UUID

import pytest

from server.web.headers import watching
from server.web.ways import Way, origin_of, policy_of


def way(origin: str | None, *, played: bool) -> Way:
    return Way(UUID(int=0), "video", "link", "https://x.example", "", origin, origin, played)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://cdn.example/live.m3u8", "https://cdn.example"),
        ("https://CDN.example:8443/a", "https://cdn.example:8443"),
        ("https://xn--9t4b11yi5a.kr/a", "https://xn--9t4b11yi5a.kr"),
        ("https://user:word@cdn.example/a", "https://cdn.example"),
        ("https://cdn.example;script-src *", None),
        ("https://*.example/a", None),
        ("https://cdn.example\u2028/a", None),
        ("https://cdn.example:port/a", None),
        ("https://[::1]/a", None),
        ("http://cdn.example/a", None),
        ("http://127.0.0.1:9000/a", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_origin_is_one_that_a_policy_can_name(url: str, origin: str | None) -> None:
    assert origin_of(url, loopback=False) == origin


def test_origin_on_this_machine_is_for_tests_and_development() -> None:
    assert origin_of("http://127.0.0.1:9000/a", loopback=True) == "http://127.0.0.1:9000"
    assert origin_of("http://cdn.example/a", loopback=True) is None


def test_policy_names_each_origin_once_for_what_it_does() -> None:
    ways = [
        way("https://b.example", played=True),
        way("https://b.example", played=True),
        way("https://a.example", played=False),
        way(None, played=False),
    ]
    assert policy_of(ways) == (["https://a.example"], ["https://b.example"])


def test_page_without_streams_frames_nobody() -> None:
    assert watching([], []) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "media-src 'self' blob:; frame-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
