"""The ways to watch a session, over HTTP: who sets them, what they may be, and what readers learn of the stream."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Api, api_of
from tests.factories import Fair
from tests.integrations.youtube_fake import KEY, FakeYouTube, fake_youtube, problem, video
from tests.sessions.programme import talk

VIDEO = "live-------"
YOUTUBE = {"kind": "video", "url": f"https://youtu.be/{VIDEO}", "unreachable_in": ["CN"]}
OTHERS = [
    {"kind": "video", "url": "https://cdn.example/live", "provider": "hls"},
    {"kind": "sign", "url": "https://cdn.example/sign.m3u8", "language": "kvk"},
    {"kind": "captions", "url": "https://captions.example/1", "language": "zh-Hans"},
    {"kind": "audio", "url": "https://us02web.zoom.us/j/1", "language": "en"},
]


@pytest.fixture
def youtube() -> Iterator[FakeYouTube]:
    with fake_youtube() as running:
        running.videos[VIDEO] = video("live", actualStartTime="2020-11-09T01:00:00Z", concurrentViewers="900")
        yield running


def put(api: Api, who: str | None, session: object, *channels: Any) -> Any:
    return api.send(who, "PUT", api.path(f"/programme/{session}/channels"), {"channels": list(channels)})


def shown(api: Api, session: object) -> list[dict[str, Any]]:
    """The channels as a viewer has them."""
    answer = api.send("viewer", "GET", api.path(f"/programme/{session}"))
    assert answer.status_code == 200, answer.text
    channels: list[dict[str, Any]] = answer.json()["channels"]
    return channels


def test_readers_get_the_channels_that_staff_have_set(api: Api) -> None:
    session = talk(api.fair).id
    assert put(api, "staff", session, YOUTUBE).status_code == 200
    answer = put(api, "organiser", session, YOUTUBE, *OTHERS)
    assert answer.status_code == 200
    made = answer.json()
    assert (made["session"], made["version"]) == (str(session), 3)
    assert made["channels"] == shown(api, session)
    assert [(one["kind"], one["provider"], one["embed"]) for one in made["channels"]] == [
        ("video", "youtube", f"https://www.youtube-nocookie.com/embed/{VIDEO}"),
        ("video", "hls", "https://cdn.example/live"),
        ("sign", "hls", "https://cdn.example/sign.m3u8"),
        ("captions", "link", None),
        ("audio", "zoom", None),
    ]
    assert put(api, "organiser", session).json() == {"session": str(session), "version": 4, "channels": []}
    assert shown(api, session) == []


def test_only_who_runs_the_programme_sets_channels(api: Api) -> None:
    session = talk(api.fair).id
    assert {who: put(api, who, session, YOUTUBE).status_code for who in (None, "viewer", "exhibitor", "staff")} == {
        None: 401,
        "viewer": 404,
        "exhibitor": 404,
        "staff": 200,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://cdn.example/main.m3u8"},
        {"url": "https://127.0.0.1/main.m3u8"},
        {"url": "https://[::1]/main.m3u8"},
        {"url": "https://me:secret@cdn.example/main.m3u8"},
        {"url": "javascript:alert(1)"},
        {"url": "https://cdn.example/a b"},
        {"url": "https://cdn.example/" + "a" * 500},
        {"url": "https://www.youtube.com/@seongnam", "provider": "youtube"},
        {"kind": "smell"},
        {"provider": "vimeo"},
        {"language": "한국어"},
        {"unreachable_in": ["China"]},
        {"unreachable_in": ["CN"] * 101},
        {"embed": "https://elsewhere.example"},
    ],
)
def test_what_is_no_way_to_watch_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    session = talk(api.fair).id
    assert put(api, "organiser", session, {**YOUTUBE, **wrong}).status_code == 422
    assert shown(api, session) == []


def test_a_channel_is_there_once_and_few_of_them_are_enough(api: Api) -> None:
    session = talk(api.fair).id
    twice = put(api, "organiser", session, YOUTUBE, YOUTUBE)
    assert (twice.status_code, twice.json()["code"]) == (422, "bad_channel")
    many = [{"kind": "video", "url": f"https://cdn.example/{number}"} for number in range(21)]
    assert put(api, "organiser", session, *many).status_code == 422
    assert put(api, "organiser", session, *many[:20]).status_code == 200


def test_readers_learn_how_a_stream_goes_and_how_old_that_is(fair: Fair, youtube: FakeYouTube) -> None:
    asking = {
        "youtube_api_key": KEY,
        "youtube_base_url": youtube.url,
        "youtube_daily_units": 1_000_000_000,
        "streams_every": 0.02,
    }
    with api_of(fair, **asking) as api:
        session = talk(fair).id
        put(api, "organiser", session, YOUTUBE)
        api.send("organiser", "POST", api.path(f"/programme/{session}/go-live"))
        youtube.wait_until_asked(2)
        told = shown(api, session)[0]["reading"]
        assert {**told, "read_at": ""} == {
            "channel": shown(api, session)[0]["id"],
            "state": "live",
            "concurrent": 900,
            "peak": 900,
            "read_at": "",
            "trouble": "",
        }
        youtube.answers = [problem(400, "badRequest")] * 9
        youtube.wait_until_asked(2)
        later = shown(api, session)[0]["reading"]
        assert (later["trouble"], later["concurrent"], later["read_at"] >= told["read_at"]) == ("refused", 900, True)
