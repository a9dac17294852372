"""HLS streams over real HTTP: how they go by their playlists, and addresses that lead astray."""

import asyncio
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.integrations.hls import Hls
from sessions.channels import Reading, StreamState, Trouble
from tests.integrations.playlists import EMPTY, LIVE, MASTER, OVER, Playlists, playlists

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Said = Reading | Trouble


@pytest.fixture
def served() -> Iterator[Playlists]:
    with playlists() as running:
        yield running


def read(streams: dict[str, str | None], **about: Any) -> dict[str, Said]:
    async def told() -> dict[str, Said]:
        hls = Hls(lambda: NOW, **{"loopback": True, "seconds": 5.0, **about})
        try:
            return await hls.read(streams)
        finally:
            await hls.aclose()

    return asyncio.run(told())


def said(served: Playlists, page: Any, before: str | None = None, **about: Any) -> Said:
    """What is said of a stream whose playlist is this page."""
    if page is not None:
        served.pages["/main.m3u8"] = page
    url = f"{served.url}/main.m3u8"
    return read({url: before}, **about)[url]


def redirect(to: str) -> tuple[int, dict[str, str], bytes]:
    return 302, {"location": to}, b""


@pytest.mark.parametrize(
    ("page", "before", "state"),
    [
        (LIVE, None, StreamState.LIVE),
        (LIVE.replace("\n", "\r\n"), "ended", StreamState.LIVE),
        (OVER, "live", StreamState.ENDED),
        (EMPTY, None, StreamState.UPCOMING),
        (None, None, StreamState.UPCOMING),
        (None, "upcoming", StreamState.UPCOMING),
        (None, "unknown", StreamState.UPCOMING),
        (None, "live", StreamState.GONE),
        (None, "ended", StreamState.GONE),
        (None, "gone", StreamState.GONE),
        ((410, {}, b""), "live", StreamState.GONE),
    ],
)
def test_a_playlist_tells_how_its_stream_goes(
    served: Playlists, page: Any, before: str | None, state: StreamState
) -> None:
    assert said(served, page, before) == Reading(state)


def test_a_master_playlist_goes_as_its_first_variant(served: Playlists) -> None:
    served.pages |= {"/low/main.m3u8": OVER, "/high/main.m3u8": LIVE}
    assert said(served, MASTER) == Reading(StreamState.ENDED)
    assert [path for _, path in served.asked] == ["/main.m3u8", "/low/main.m3u8"]
    del served.pages["/low/main.m3u8"]
    assert said(served, MASTER, "live") == Reading(StreamState.GONE)
    served.pages["/low/main.m3u8"] = MASTER
    assert said(served, MASTER) is Trouble.UNREADABLE


@pytest.mark.parametrize(
    ("page", "trouble"),
    [
        ((500, {}, b""), Trouble.FAILING),
        ((401, {}, b""), Trouble.REFUSED),
        ((200, {}, b"<html>Not for you</html>"), Trouble.UNREADABLE),
        ((200, {}, b""), Trouble.UNREADABLE),
        ((200, {}, b"\xff\xfe#EXTM3U"), Trouble.UNREADABLE),
        ((200, {}, LIVE.encode() + b"#" * 1024 * 1024), Trouble.UNREADABLE),
        ((200, {"content-encoding": "gzip"}, gzip.compress(LIVE.encode())), Trouble.UNREADABLE),
        ((200, {"content-length": "1000"}, LIVE.encode()), Trouble.UNREACHABLE),
        (redirect("/main.m3u8"), Trouble.UNREADABLE),
        (redirect("https://10.0.0.1/main.m3u8"), Trouble.FORBIDDEN),
        (redirect("https://169.254.169.254/latest/meta-data"), Trouble.FORBIDDEN),
        (redirect("https://[::ffff:192.168.0.1]/"), Trouble.FORBIDDEN),
        (redirect("http://192.0.2.1/main.m3u8"), Trouble.FORBIDDEN),
        (redirect("ftp://127.0.0.1/main.m3u8"), Trouble.UNREACHABLE),
        (redirect("file:///etc/passwd"), Trouble.UNREACHABLE),
        (redirect("http://nowhere.invalid/main.m3u8"), Trouble.UNREACHABLE),
        (MASTER.replace("low/main.m3u8", "https://10.0.0.1/main.m3u8"), Trouble.FORBIDDEN),
    ],
)
def test_whatever_else_is_answered_is_trouble(served: Playlists, page: Any, trouble: Trouble) -> None:
    assert said(served, page) is trouble


NO_ADDRESSES = [
    *("", "https://", "https:///", "https://.", "//[", "https://[broken/main.m3u8", "https://[::1", "http://[1]/"),
    *("https://127.0.0.1:99999/", "https://127.0.0.1:b/", "https://127.0.0.1\x00/", "https://xn--a/", "https://%00/"),
    *(f"https://{'a' * 64}.invalid/", "https://\ud800/", "https://user:secret@[", "https://127.0.0.1:-1/", "\n", "?"),
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_troubles_itself_alone(served: Playlists, address: str) -> None:
    ours = f"{served.url}/main.m3u8"
    served.pages["/main.m3u8"] = LIVE
    answers = read({address: None, ours: None})
    assert (isinstance(answers[address], Trouble), answers[ours]) == (True, Reading(StreamState.LIVE))
    variant = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{address}\n".encode("utf-8", "replace")
    assert isinstance(said(served, (200, {}, variant)), Trouble | Reading)


def test_this_machine_is_asked_in_development_alone(served: Playlists) -> None:
    assert said(served, LIVE, loopback=False) is Trouble.FORBIDDEN
    assert served.asked == []


def test_who_takes_too_long_is_not_waited_for_and_holds_up_nobody(served: Playlists) -> None:
    with playlists() as slow:
        slow.delay = 30.0
        served.pages["/main.m3u8"] = LIVE
        ours, theirs, nobodys = f"{served.url}/main.m3u8", f"{slow.url}/main.m3u8", "http://127.0.0.1:1/main.m3u8"
        assert read({theirs: "live", ours: None, nobodys: None}, seconds=0.5) == {
            theirs: Trouble.TIMEOUT,
            ours: Reading(StreamState.LIVE),
            nobodys: Trouble.UNREACHABLE,
        }


def test_each_host_is_left_alone_for_its_own_failures(served: Playlists) -> None:
    clock = [NOW]

    async def story() -> None:
        hls = Hls(lambda: clock[0], loopback=True)
        served.pages["/main.m3u8"] = LIVE
        ours, dead = f"{served.url}/main.m3u8", "http://127.0.0.1:1/main.m3u8"
        streams: dict[str, str | None] = {ours: None, dead: None}
        told = [await hls.read(streams) for _ in range(6)]
        assert [one[dead] for one in told] == [*[Trouble.UNREACHABLE] * 5, Trouble.RESTING]
        assert [one[ours] for one in told] == [Reading(StreamState.LIVE)] * 6
        clock[0] += timedelta(seconds=30)
        assert (await hls.read(streams))[dead] is Trouble.UNREACHABLE
        assert hls.pause(6) == 0.0
        await hls.aclose()

    asyncio.run(story())
