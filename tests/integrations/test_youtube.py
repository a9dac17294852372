"""YouTube's streams over real HTTP: what the API documents, and everything by which it may fail.

The fake is checked with Google's own client, which carries the API's discovery document.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import googleapiclient.discovery
import pytest
import structlog
from googleapiclient.errors import HttpError

from server.integrations.asking import ATTEMPTS
from server.integrations.youtube import AT_ONCE, YouTube
from sessions.channels import Reading, StreamState, Trouble
from tests.integrations.youtube_fake import KEY, FakeYouTube, fake_youtube, problem, video

T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
STARTED, ENDED = "2020-11-09T01:00:03Z", "2020-11-09T01:44:00Z"
BEGUN, OVER = datetime(2020, 11, 9, 1, 0, 3, tzinfo=UTC), datetime(2020, 11, 9, 1, 44, tzinfo=UTC)
PARTS = "snippet,liveStreamingDetails"

IDS = ["live-------", "hidden-----", "upcoming---", "over-------", "archived---", "uploaded---", "late-------"]
VIDEOS = dict(
    zip(
        IDS,
        [
            video("live", actualStartTime=STARTED, concurrentViewers="12345"),
            video("live", actualStartTime=STARTED, scheduledStartTime=STARTED),
            video("upcoming", scheduledStartTime=STARTED),
            video("none", actualStartTime=STARTED, actualEndTime=ENDED),
            video("completed", actualStartTime=STARTED),
            video("none"),
            video("none", actualStartTime=STARTED, concurrentViewers="3"),
        ],
        strict=True,
    )
)
READINGS = {
    "live-------": Reading(StreamState.LIVE, 12345, BEGUN),
    "hidden-----": Reading(StreamState.LIVE, None, BEGUN),
    "upcoming---": Reading(StreamState.UPCOMING),
    "over-------": Reading(StreamState.ENDED, None, BEGUN, OVER),
    "archived---": Reading(StreamState.ENDED, None, BEGUN),
    "uploaded---": Reading(StreamState.UNKNOWN),
    "late-------": Reading(StreamState.UNKNOWN, 3, BEGUN),
}
DELETED = "deleted----"
LIVE = "live-------"


class Clock:
    """Real time that a test moves."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def fake() -> Iterator[FakeYouTube]:
    with fake_youtube() as running:
        running.videos.update(VIDEOS)
        yield running


def watch(name: str) -> str:
    return f"https://www.youtube.com/watch?v={name}"


def with_youtube(
    fake: FakeYouTube,
    story: Callable[[YouTube], Awaitable[T]],
    *,
    clock: Clock | None = None,
    units: int = 10_000,
    seconds: float = 5.0,
    key: str = KEY,
    slept: list[float] | None = None,
) -> T:
    """What comes of the story, whose pauses take no time."""

    async def sleep(pause: float) -> None:
        (slept if slept is not None else []).append(pause)

    async def told() -> T:
        youtube = YouTube(
            key, fake.url, units, clock or Clock(), seconds=seconds, sleep=sleep, between=lambda _least, most: most
        )
        try:
            return await story(youtube)
        finally:
            await youtube.aclose()

    return asyncio.run(told())


def read(fake: FakeYouTube, *names: str, **about: Any) -> dict[str, Reading | Trouble]:
    """What is said of these videos, by their ids."""

    async def story(youtube: YouTube) -> dict[str, Reading | Trouble]:
        said = await youtube.read(dict.fromkeys(map(watch, names)))
        return {url.removeprefix(watch("")): one for url, one in said.items()}

    return with_youtube(fake, story, **about)


def discovery() -> dict[str, Any]:
    """Google's description of the API, as its client carries it."""
    path = "discovery_cache/documents/youtube.v3.json"
    document: dict[str, Any] = json.loads(files("googleapiclient").joinpath(path).read_text())
    return document


def googles_client(fake: FakeYouTube) -> Any:
    document = {**discovery(), "rootUrl": f"{fake.url}/"}
    return googleapiclient.discovery.build_from_document(document, developerKey=KEY)


def amiss(schemas: dict[str, Any], name: str, value: Any) -> list[str]:
    """What in a value is not as a schema of the discovery document says."""
    schema = schemas.get(name, {})
    wrong = []
    for field, found in value.items():
        described = schema.get("properties", {}).get(field)
        if described is None:
            wrong.append(f"{name}.{field} is not documented")
        elif "$ref" in described:
            wrong += amiss(schemas, described["$ref"], found)
        elif described["type"] == "array":
            wrong += [one for item in found for one in amiss(schemas, described["items"]["$ref"], item)]
        elif type(found) is not {"string": str, "integer": int, "boolean": bool}[described["type"]]:
            wrong.append(f"{name}.{field} is no {described['type']}")
        elif found not in described.get("enum", [found]):
            wrong.append(f"{name}.{field} cannot be {found}")
        elif described.get("format") == "date-time":
            assert datetime.fromisoformat(str(found)).tzinfo is not None
        elif described.get("format") == "uint64":
            assert int(str(found)) >= 0
    return wrong


def test_the_fake_answers_googles_own_client_as_the_discovery_document_says(fake: FakeYouTube) -> None:
    client = googles_client(fake)
    answer = client.videos().list(part=PARTS, id=",".join([*IDS, DELETED])).execute()
    assert [item["id"] for item in answer["items"]] == IDS
    assert answer["items"][0]["liveStreamingDetails"] == {"actualStartTime": STARTED, "concurrentViewers": "12345"}
    assert amiss(discovery()["schemas"], "VideoListResponse", answer) == []
    assert amiss({"A": {"properties": {"n": {"type": "string"}}}}, "A", {"n": 1, "m": 2}) == [
        *("A.n is no string", "A.m is not documented")
    ]
    fields = "items(id,snippet/liveBroadcastContent,liveStreamingDetails)"
    partial = client.videos().list(part=PARTS, id=IDS[0], fields=fields).execute()
    details = answer["items"][0]["liveStreamingDetails"]
    assert partial == {
        "items": [{"id": IDS[0], "snippet": {"liveBroadcastContent": "live"}, "liveStreamingDetails": details}]
    }
    fake.units = 0
    with pytest.raises(HttpError) as refused:
        client.videos().list(part=PARTS, id=IDS[0]).execute()
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (403, "quotaExceeded")


def test_our_request_is_one_that_googles_client_makes(fake: FakeYouTube) -> None:
    googles_client(fake).videos().list(part=PARTS, id=IDS[0]).execute()
    read(fake, IDS[0])
    theirs, ours = fake.addresses
    described = discovery()["resources"]["videos"]["methods"]["list"]["parameters"]
    asked = {part.partition("=")[0] for part in ours.partition("?")[2].split("&")}
    assert ours.partition("?")[0] == theirs.partition("?")[0]
    assert asked == {"part", "id", "fields"} <= {*described, *discovery()["parameters"]}


def test_each_kind_of_video_is_read(fake: FakeYouTube) -> None:
    assert read(fake, *IDS, DELETED) == {**READINGS, DELETED: Reading(StreamState.GONE)}
    assert fake.asked == [sorted([*IDS, DELETED])]
    assert read(fake) == {}


def test_what_is_no_video_is_not_asked_about(fake: FakeYouTube) -> None:
    async def story(youtube: YouTube) -> dict[str, Reading | Trouble]:
        return await youtube.read({"https://www.youtube.com/@seongnam/live": None, watch(LIVE): None})

    assert [*with_youtube(fake, story).values()] == [Reading(StreamState.UNKNOWN), READINGS[LIVE]]
    assert fake.asked == [[LIVE]]


def test_fifty_videos_are_asked_about_at_once(fake: FakeYouTube) -> None:
    names = [f"video{number:06}" for number in range(2 * AT_ONCE + 1)]
    fake.videos.update(dict.fromkeys(names, VIDEOS[LIVE]))
    assert read(fake, *names) == dict.fromkeys(names, READINGS[LIVE])
    assert sorted(map(len, fake.asked)) == [1, AT_ONCE, AT_ONCE]
    assert fake.units == 10_000 - 3


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ((500, b"oops"), Trouble.FAILING),
        ((503, b""), Trouble.FAILING),
        (problem(429, "rateLimitExceeded"), Trouble.FAILING),
        (problem(403, "rateLimitExceeded"), Trouble.FAILING),
    ],
)
def test_what_may_pass_is_tried_again_after_longer_pauses(
    fake: FakeYouTube, answer: tuple[int, bytes], trouble: Trouble
) -> None:
    slept: list[float] = []
    fake.answers = [answer] * (ATTEMPTS - 1)
    assert read(fake, LIVE, slept=slept) == {LIVE: READINGS[LIVE]}
    assert slept == [0.5, 1.0]
    fake.answers = [answer] * ATTEMPTS
    assert read(fake, LIVE) == {LIVE: trouble}
    assert fake.answers == []


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (problem(400, "keyInvalid"), Trouble.REFUSED),
        (problem(403, "accessNotConfigured"), Trouble.REFUSED),
        ((403, b"<html>"), Trouble.REFUSED),
        ((302, b""), Trouble.REFUSED),
        ((200, b"not JSON"), Trouble.UNREADABLE),
        ((200, b"[" * 100_000), Trouble.UNREADABLE),
        ((200, b"[]"), Trouble.UNREADABLE),
        ((200, b'{"items": 1}'), Trouble.UNREADABLE),
        ((200, b" " * (1024 * 1024 + 1)), Trouble.UNREADABLE),
    ],
)
def test_what_stays_wrong_is_not_tried_again(fake: FakeYouTube, answer: tuple[int, bytes], trouble: Trouble) -> None:
    slept: list[float] = []
    fake.answers = [answer]
    assert read(fake, LIVE, slept=slept) == {LIVE: trouble}
    assert slept == []


@pytest.mark.parametrize("viewers", ["-1", "1e99", "9" * 30, "2000000001", ""])
def test_one_impossible_count_spoils_no_other(fake: FakeYouTube, viewers: str) -> None:
    fake.videos["odd--------"] = video("live", actualStartTime=STARTED, concurrentViewers=viewers)
    assert read(fake, "odd--------", LIVE) == {"odd--------": Trouble.UNREADABLE, LIVE: READINGS[LIVE]}


def test_who_takes_too_long_is_not_waited_for(fake: FakeYouTube) -> None:
    fake.delay = 30.0
    assert read(fake, LIVE, seconds=0.2) == {LIVE: Trouble.TIMEOUT}


def test_an_answer_that_drips_is_not_waited_for(fake: FakeYouTube) -> None:
    fake.trickle = 0.05  # each byte comes in time, all of them do not
    assert read(fake, LIVE, seconds=0.3) == {LIVE: Trouble.TIMEOUT}


def test_who_is_not_there_is_unreachable(fake: FakeYouTube) -> None:
    gone = FakeYouTube(url="http://127.0.0.1:1")
    assert read(gone, LIVE) == {LIVE: Trouble.UNREACHABLE}


def test_a_used_up_quota_is_not_asked_again_until_midnight_in_california(fake: FakeYouTube) -> None:
    clock = Clock()

    async def story(youtube: YouTube) -> None:
        streams: dict[str, str | None] = {watch(LIVE): None}
        fake.units = 0
        assert await youtube.read(streams) == {watch(LIVE): Trouble.QUOTA}
        fake.units, asked = 10_000, len(fake.addresses)
        clock.now = NOON + timedelta(hours=11, minutes=59)
        assert await youtube.read(streams) == {watch(LIVE): Trouble.QUOTA}
        assert (youtube.pause(1), len(fake.addresses)) == (60.0, asked)
        clock.now = NOON + timedelta(hours=12)
        assert await youtube.read(streams) == {watch(LIVE): READINGS[LIVE]}

    with_youtube(fake, story, clock=clock)


def test_the_pace_makes_the_quota_last(fake: FakeYouTube) -> None:
    clock = Clock()

    async def story(youtube: YouTube) -> None:
        # Half of the day is over, and others may have spent half of the units.
        assert youtube.pause(1) == youtube.pause(AT_ONCE) == pytest.approx(86400 / 20)
        assert youtube.pause(AT_ONCE + 1) == pytest.approx(2 * 86400 / 20)
        await youtube.read({watch(LIVE): None})
        assert youtube.pause(1) == pytest.approx(12 * 3600 / 9)
        clock.now = NOON + timedelta(hours=11)
        assert youtube.pause(1) == pytest.approx(3600 / 9)

    with_youtube(fake, story, clock=clock, units=20)


def test_our_own_units_are_never_overspent(fake: FakeYouTube) -> None:
    fake.answers = [(500, b"")] * 9

    async def story(youtube: YouTube) -> list[Trouble | Reading]:
        return [(await youtube.read({watch(LIVE): None}))[watch(LIVE)] for _ in range(2)]

    assert with_youtube(fake, story, units=10) == [Trouble.FAILING, Trouble.QUOTA]
    assert len(fake.addresses) == 5


def test_who_fails_again_and_again_is_left_alone_for_a_while(fake: FakeYouTube) -> None:
    clock = Clock()

    async def story(youtube: YouTube) -> None:
        async def said() -> Reading | Trouble:
            return (await youtube.read({watch(LIVE): None}))[watch(LIVE)]

        fake.answers = [problem(400, "badRequest")] * 6
        assert [await said() for _ in range(6)] == [*[Trouble.REFUSED] * 5, Trouble.RESTING]
        assert len(fake.addresses) == 5
        clock.now += timedelta(seconds=30)
        assert [await said(), await said()] == [Trouble.REFUSED, Trouble.RESTING]
        clock.now += timedelta(seconds=30)
        assert [await said(), await said()] == [READINGS[LIVE]] * 2

    with_youtube(fake, story, clock=clock)


def test_the_key_is_told_to_nobody_else(fake: FakeYouTube) -> None:
    secret = "AIzaSecret"
    with structlog.testing.capture_logs() as logs:
        assert read(fake, LIVE, key=secret) == {LIVE: Trouble.REFUSED}
    assert logs == [{"event": "youtube did not answer", "log_level": "warning", "trouble": "refused", "videos": 1}]
    assert secret not in "".join(fake.addresses)
