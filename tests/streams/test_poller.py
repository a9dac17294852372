"""The pollers, with real databases, real HTTP and failing providers: what is learnt, who waits, and how old it is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.integrations.hls import Hls
from server.integrations.youtube import YouTube
from server.scheduler.tables import Lease
from server.settings import Settings
from server.streams.poller import Poller, Source
from server.streams.pollers import make_pollers
from server.writer import Writer
from sessions.channels import ChannelKind, ReadingRecord, outside_counts, outside_of
from sessions.programme import RunBy
from sessions.providers import Provider
from sessions.running import go_live
from sessions.streams import Channel, set_channels
from tests.factories import Fair, make_fair
from tests.integrations.playlists import LIVE, OVER, Playlists, playlists
from tests.integrations.youtube_fake import KEY, FakeYouTube, fake_youtube, video
from tests.server.test_writer import run
from tests.server.test_writer import writing as open_writer
from tests.sessions.programme import TEN, read, talk

VIDEO = "live-------"
BEGUN = "2020-11-09T01:00:00Z"
SECOND = timedelta(seconds=1)


class BothTimes(SteppedClock):
    """A clock whose real time a test moves, too."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.real = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def real_now(self) -> datetime:
        return self.real


@pytest.fixture
def clock() -> BothTimes:
    return BothTimes(TEN - timedelta(minutes=5))


@pytest.fixture
def youtube() -> Iterator[FakeYouTube]:
    with fake_youtube() as running:
        running.videos[VIDEO] = video("live", actualStartTime=BEGUN, concurrentViewers="900")
        yield running


@pytest.fixture
def hls() -> Iterator[Playlists]:
    with playlists() as running:
        running.pages["/main.m3u8"] = LIVE
        yield running


class Polling:
    """The pollers of one process, to be sent round by a test."""

    def __init__(self, fair: Fair, writer: Writer, sources: dict[Provider, Source], process: str) -> None:
        self.changed: list[UUID] = []
        self.something = asyncio.Event()
        self.pollers = {
            provider: Poller(
                provider,
                source,
                engine=fair.engine,
                writer=writer,
                clock=fair.clock,
                process=process,
                every=0.01,
                changed=self._hear,
            )
            for provider, source in sources.items()
        }

    def _hear(self, convention_id: UUID) -> None:
        self.changed.append(convention_id)
        self.something.set()

    async def poll(self) -> list[float]:
        return await asyncio.gather(*(poller.poll() for poller in self.pollers.values()))


@asynccontextmanager
async def polling(
    fair: Fair, youtube: FakeYouTube, process: str = "one", seconds: float = 5.0
) -> AsyncIterator[Polling]:
    """Pollers of both providers, whose pauses take no time."""

    async def sleep(_seconds: float) -> None:
        """At once."""

    real_now = fair.clock.real_now
    sources: dict[Provider, Source] = {
        Provider.YOUTUBE: YouTube(KEY, youtube.url, 10_000, real_now, seconds=seconds, sleep=sleep),
        Provider.HLS: Hls(real_now, loopback=True, seconds=seconds),
    }
    async with open_writer(fair) as writer:
        yield Polling(fair, writer, sources, process)
        for source in sources.values():
            await source.aclose()


def channels(fair: Fair, session_id: UUID, *urls: str) -> list[UUID]:
    given = [Channel(kind=ChannelKind.VIDEO, url=url) for url in urls]
    return [channel.id for channel in fair.perform(SYSTEM, set_channels, session_id, given).channels]


def on_air(fair: Fair, youtube: FakeYouTube, hls: Playlists) -> tuple[UUID, list[UUID]]:
    """A talk that is live, with a video of each provider."""
    session = talk(fair).id
    made = channels(fair, session, f"https://youtu.be/{VIDEO}", f"{hls.url}/main.m3u8", "https://zoom.us/j/1")
    fair.perform(SYSTEM, go_live, session)
    return session, made


def outside(fair: Fair, session_id: UUID) -> list[ReadingRecord]:
    with reading(fair.engine) as db:
        return outside_of(db, session_id)


def record(channel: UUID, read_at: datetime | None, **changed: Any) -> ReadingRecord:
    usual = {"channel": channel, "state": "live", "concurrent": None, "peak": None, "read_at": read_at, "trouble": ""}
    return ReadingRecord(**{**usual, **changed})


def test_a_failing_provider_stalls_no_other_and_its_age_is_told(
    fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists
) -> None:
    session, (ours, playlist, _zoom) = on_air(fair, youtube, hls)
    start = clock.real

    async def story() -> None:
        async with polling(fair, youtube) as pollers:
            pauses = await pollers.poll()
            assert pauses == [pytest.approx(8.64, rel=0.01), 0.0]
            assert pollers.changed == [fair.id, fair.id]
            assert outside(fair, session) == [record(ours, start, concurrent=900, peak=900), record(playlist, start)]
            clock.real += 10 * SECOND
            youtube.answers = [(500, b"")] * 3
            await pollers.poll()
            failing = record(ours, start, concurrent=900, peak=900, trouble="failing")
            assert outside(fair, session) == [failing, record(playlist, start + 10 * SECOND)]
            clock.real += 10 * SECOND
            youtube.videos[VIDEO] = video("live", actualStartTime=BEGUN)  # its owner hides the count now
            hls.pages["/main.m3u8"] = (403, {}, b"")
            await pollers.poll()
            hidden = record(ours, clock.real, peak=900)
            assert outside(fair, session) == [hidden, record(playlist, start + 10 * SECOND, trouble="refused")]
            clock.real += 10 * SECOND
            youtube.units = 0
            del hls.pages["/main.m3u8"]
            await pollers.poll()
            assert outside(fair, session) == [
                record(ours, start + 20 * SECOND, peak=900, trouble="quota"),
                record(playlist, clock.real, state="gone"),
            ]

    run(story())
    with reading(fair.engine) as db:
        assert outside_counts(db, fair.id) == {session: outside(fair, session)}


def test_a_deleted_video_is_gone(fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists) -> None:
    session, (ours, playlist, _zoom) = on_air(fair, youtube, hls)
    youtube.videos.clear()

    async def story() -> None:
        async with polling(fair, youtube) as pollers:
            await pollers.poll()

    run(story())
    assert outside(fair, session) == [record(ours, clock.real, state="gone"), record(playlist, clock.real)]


def test_nobody_waits_for_a_slow_provider(fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists) -> None:
    session, (_ours, playlist, _zoom) = on_air(fair, youtube, hls)
    youtube.delay = 60.0

    async def story() -> None:
        async with polling(fair, youtube, seconds=30.0) as pollers:
            going = [asyncio.create_task(poller.run()) for poller in pollers.pollers.values()]
            for _ in range(3):
                pollers.something.clear()
                await pollers.something.wait()
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)

    run(story())
    assert outside(fair, session) == [record(playlist, clock.real)]
    assert youtube.asked == [[VIDEO]]


def test_one_process_polls(fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists) -> None:
    on_air(fair, youtube, hls)

    async def story() -> None:
        async with polling(fair, youtube, "one") as one, polling(fair, youtube, "other") as other:
            await one.poll()
            assert await other.poll() == [0.0, 0.0]
            clock.real += 10 * SECOND  # it renews its lease
            await one.poll()
            await other.poll()
            assert (len(youtube.asked), len(hls.asked), other.changed) == (2, 2, [])

    run(story())
    with reading(fair.engine) as db:
        assert {(lease.name, lease.holder) for lease in db.exec(select(Lease))} == {
            *(("streams.youtube", "one"), ("streams.hls", "one"))
        }


def test_nothing_is_asked_while_no_stream_is_of_interest(
    fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists
) -> None:
    later = talk(fair, starts_at=TEN + timedelta(hours=2), ends_at=TEN + timedelta(hours=3)).id
    channels(fair, later, f"https://youtu.be/{VIDEO}", f"{hls.url}/main.m3u8")

    async def story() -> None:
        async with polling(fair, youtube) as pollers:
            assert await pollers.poll() == [0.0, 0.0]

    run(story())
    assert (youtube.asked, hls.asked) == ([], [])
    with reading(fair.engine) as db:
        assert db.exec(select(Lease)).all() == []


def test_a_stream_of_two_conventions_is_asked_about_once(
    fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists
) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    sessions = [on_air(one, youtube, hls) for one in (fair, other)]

    async def story() -> None:
        async with polling(fair, youtube) as pollers:
            await pollers.poll()
            assert sorted(pollers.changed) == sorted([fair.id, other.id] * 2)

    run(story())
    assert (youtube.asked, len(hls.asked)) == ([[VIDEO]], 1)
    for session, (ours, playlist, _zoom) in sessions:
        assert outside(fair, session) == [
            record(ours, clock.real, concurrent=900, peak=900),
            record(playlist, clock.real),
        ]


def test_a_session_begins_and_ends_with_its_playlist(
    fair: Fair, clock: BothTimes, youtube: FakeYouTube, hls: Playlists
) -> None:
    session = talk(fair, run_by=RunBy.STREAM).id
    channels(fair, session, f"{hls.url}/main.m3u8")
    del hls.pages["/main.m3u8"]
    states = []

    async def story() -> None:
        async with polling(fair, youtube) as pollers:
            for page in (None, LIVE, OVER):
                if page is not None:
                    hls.pages["/main.m3u8"] = page
                await pollers.poll()
                states.append(read(fair, session).state)
                clock.real += SECOND

    run(story())
    assert states == ["scheduled", "live", "ended"]


def test_youtube_is_asked_by_whoever_has_a_key(sqlite_fair: Fair) -> None:
    async def providers(**changed: Any) -> int:
        async with open_writer(sqlite_fair) as writer:
            made = make_pollers(Settings(**changed), sqlite_fair.engine, writer, sqlite_fair.clock, lambda _: None)
            return len(made)

    assert (run(providers()), run(providers(youtube_api_key=KEY))) == (1, 2)
