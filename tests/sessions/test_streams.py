"""Ways to watch a session, and sessions that their streams begin and end."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.channels import (
    ChannelKind,
    ChannelRecord,
    Reading,
    ReadingRecord,
    StreamState,
    Trouble,
    order_for,
    outside_counts,
    outside_of,
)
from sessions.errors import BadChannel, NotAllowed, NotFound, WrongState
from sessions.programme import RunBy, cancel
from sessions.providers import Provider
from sessions.running import end, go_live, resume
from sessions.states import SessionState
from sessions.streams import Channel, ChannelsRecord, Watched, keep_readings, set_channels, to_watch
from tests.factories import Fair, make_fair, refused
from tests.sessions.programme import HALF_PAST_TEN, TEN, read, talk

YOUTUBE = Channel(kind=ChannelKind.VIDEO, url="https://youtu.be/dQw4w9WgXcQ", unreachable_in=("CN",))
PLAYLIST = Channel(kind=ChannelKind.VIDEO, url="https://cdn.example/main.m3u8")
CAPTIONS = Channel(kind=ChannelKind.CAPTIONS, url="https://captions.example/1", language="en")
ZOOM = Channel(kind=ChannelKind.AUDIO, url="https://zoom.us/j/1", language="zh")
VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))

LIVE, ENDED = Reading(StreamState.LIVE), Reading(StreamState.ENDED)
REAL = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def given_channels(fair: Fair, session_id: UUID, *channels: Channel) -> list[UUID]:
    """Make these a session's channels: their ids."""
    return [channel.id for channel in fair.perform(SYSTEM, set_channels, session_id, channels).channels]


def keep(fair: Fair, readings: Mapping[UUID, Reading | Trouble], real_now: datetime = REAL) -> None:
    fair.perform(SYSTEM, keep_readings, readings, real_now)


def streamed(fair: Fair, *channels: Channel, **about: Any) -> tuple[UUID, list[UUID]]:
    """A talk that is run by its stream, and its channels."""
    session = talk(fair, run_by=RunBy.STREAM, **about).id
    return session, given_channels(fair, session, *(channels or (YOUTUBE,)))


def state(fair: Fair, session_id: UUID) -> str:
    return read(fair, session_id).state


def test_channels_are_set_whole_and_in_order(fair: Fair) -> None:
    session = talk(fair)
    made = fair.perform(SYSTEM, set_channels, session.id, [YOUTUBE, PLAYLIST, ZOOM])
    one, two, three = (channel.id for channel in made.channels)
    expected = (
        ChannelRecord(
            id=one,
            kind="video",
            provider="youtube",
            url="https://youtu.be/dQw4w9WgXcQ",
            embed="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
            language="",
            unreachable_in=("CN",),
            reading=None,
        ),
        ChannelRecord(
            id=two,
            kind="video",
            provider="hls",
            url="https://cdn.example/main.m3u8",
            embed="https://cdn.example/main.m3u8",
            language="",
            unreachable_in=(),
            reading=None,
        ),
        ChannelRecord(
            id=three,
            kind="audio",
            provider="zoom",
            url="https://zoom.us/j/1",
            embed=None,
            language="zh",
            unreachable_in=(),
            reading=None,
        ),
    )
    assert made == ChannelsRecord(session=session.id, version=2, channels=expected)
    assert read(fair, session.id).channels == list(expected)
    assert fair.told() == ["session.planned", "session.changed"]
    assert read(fair, session.id).version == 2


def test_the_same_channels_again_change_nothing(fair: Fair) -> None:
    session = talk(fair)
    made = fair.perform(SYSTEM, set_channels, session.id, [YOUTUBE, CAPTIONS])
    assert fair.perform(SYSTEM, set_channels, session.id, [YOUTUBE, CAPTIONS]) == made
    assert fair.told() == ["session.planned", "session.changed"]


def test_what_stays_keeps_its_id_and_its_reading(fair: Fair) -> None:
    session = talk(fair)
    youtube, captions = given_channels(fair, session.id, YOUTUBE, CAPTIONS)
    keep(fair, {youtube: Reading(StreamState.UPCOMING)})
    moved = Channel(kind=YOUTUBE.kind, url=YOUTUBE.url, unreachable_in=("KP", "CN"))
    made = fair.perform(SYSTEM, set_channels, session.id, [PLAYLIST, moved])
    assert [channel.id for channel in made.channels][1] == youtube
    assert captions not in [channel.id for channel in made.channels]
    assert made.version == 3
    assert (made.channels[1].unreachable_in, made.channels[1].reading) == (
        ("CN", "KP"),
        ReadingRecord(channel=youtube, state="upcoming", concurrent=None, peak=None, read_at=REAL, trouble=""),
    )
    assert fair.perform(SYSTEM, set_channels, session.id, []).channels == ()
    with reading(fair.engine) as db:
        assert (read(fair, session.id).channels, outside_of(db, session.id)) == ([], [])


def test_a_provider_may_be_named_where_its_address_does_not_tell(fair: Fair) -> None:
    session = talk(fair)
    named = Channel(kind=ChannelKind.VIDEO, url="https://cdn.example/live", provider=Provider.HLS)
    made = fair.perform(SYSTEM, set_channels, session.id, [named])
    assert [(channel.provider, channel.embed) for channel in made.channels] == [("hls", "https://cdn.example/live")]


def test_channels_that_make_no_sense_are_refused(fair: Fair) -> None:
    session = talk(fair)
    page = "https://www.youtube.com/@seongnam/live"
    with refused(BadChannel, url=page):
        fair.perform(
            SYSTEM,
            set_channels,
            session.id,
            [Channel(kind=ChannelKind.VIDEO, url=page, provider=Provider.YOUTUBE)],
        )
    with refused(BadChannel, url=YOUTUBE.url):
        fair.perform(SYSTEM, set_channels, session.id, [YOUTUBE, CAPTIONS, YOUTUBE])
    assert read(fair, session.id).version == 1


def test_channels_are_set_by_those_who_run_the_programme(fair: Fair, clock: SteppedClock) -> None:
    session = talk(fair)
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    with refused(NotAllowed):
        fair.perform(VIEWER, set_channels, session.id, [YOUTUBE])
    for stranger in (talk(other).id, new_id()):
        with refused(NotFound):
            fair.perform(SYSTEM, set_channels, stranger, [YOUTUBE])
    fair.perform(SYSTEM, cancel, session.id)
    with refused(WrongState):
        fair.perform(SYSTEM, set_channels, session.id, [YOUTUBE])


def test_who_cannot_reach_a_channel_is_offered_another_first(fair: Fair) -> None:
    session = talk(fair)
    youtube, playlist, captions = given_channels(fair, session.id, YOUTUBE, PLAYLIST, CAPTIONS)
    channels = read(fair, session.id).channels
    offered = {country: [channel.id for channel in order_for(channels, country)] for country in ("KR", "CN", None)}
    asked = [youtube, playlist, captions]
    assert offered == {"KR": asked, "CN": [playlist, captions, youtube], None: asked}


def test_readings_keep_their_peak_and_grow_old_in_trouble(fair: Fair) -> None:
    session = talk(fair)
    youtube, playlist = given_channels(fair, session.id, YOUTUBE, PLAYLIST)
    fair.perform(SYSTEM, go_live, session.id)

    def told() -> list[ReadingRecord]:
        with reading(fair.engine) as db:
            found = outside_of(db, session.id)
            assert outside_counts(db, fair.id) == {session.id: found}
        return found

    def of_youtube(**changed: Any) -> ReadingRecord:
        usual = {"channel": youtube, "state": "live", "concurrent": 900, "peak": 900, "read_at": REAL, "trouble": ""}
        return ReadingRecord(**{**usual, **changed})

    def of_playlist(**changed: Any) -> ReadingRecord:
        usual = {"channel": playlist, "state": "live", "concurrent": None, "peak": None, "read_at": REAL, "trouble": ""}
        return ReadingRecord(**{**usual, **changed})

    keep(fair, {youtube: Reading(StreamState.LIVE, 900), playlist: Trouble.TIMEOUT, new_id(): LIVE})
    assert told() == [of_youtube(), of_playlist(state="unknown", read_at=None, trouble="timeout")]
    keep(fair, {youtube: Reading(StreamState.LIVE, 400), playlist: LIVE}, REAL + SECOND)
    assert told() == [of_youtube(concurrent=400, read_at=REAL + SECOND), of_playlist(read_at=REAL + SECOND)]
    keep(fair, {youtube: LIVE}, REAL + 2 * SECOND)  # its owner hides the count now
    assert told()[0] == of_youtube(concurrent=None, read_at=REAL + 2 * SECOND)
    keep(fair, {youtube: Trouble.FAILING, playlist: Trouble.QUOTA}, REAL + 3 * SECOND)
    keep(fair, {youtube: Trouble.RESTING}, REAL + 4 * SECOND)
    failing = of_youtube(concurrent=None, read_at=REAL + 2 * SECOND, trouble="failing")
    assert told() == [failing, of_playlist(read_at=REAL + SECOND, trouble="quota")]
    keep(fair, {youtube: Reading(StreamState.LIVE, 1)}, REAL)  # was on its way for longer than the others
    assert told()[0] == failing


def test_outside_counts_are_of_sessions_that_run(fair: Fair, clock: SteppedClock) -> None:
    session, other = talk(fair), talk(fair)
    first = given_channels(fair, session.id, YOUTUBE)[0]
    second = given_channels(fair, other.id, YOUTUBE)[0]
    keep(fair, {first: LIVE, second: LIVE})
    fair.perform(SYSTEM, go_live, other.id)
    with reading(fair.engine) as db:
        assert [*outside_counts(db, fair.id)] == [other.id]
        assert outside_counts(db, new_id()) == {}


def test_a_stream_begins_and_ends_its_session(fair: Fair, clock: SteppedClock) -> None:
    session, (youtube,) = streamed(fair)
    clock.move_to(TEN - 5 * MINUTE)
    keep(fair, {youtube: Reading(StreamState.UPCOMING)})
    assert state(fair, session) == "scheduled"
    keep(fair, {youtube: LIVE}, REAL + SECOND)
    assert (state(fair, session), read(fair, session).live_at) == ("live", TEN - 5 * MINUTE)
    clock.move_to(HALF_PAST_TEN + 10 * MINUTE)  # it is run by its stream, not by its timer
    fair.fire_due()
    keep(fair, {youtube: Trouble.TIMEOUT}, REAL + 2 * SECOND)
    keep(fair, {youtube: Reading(StreamState.GONE)}, REAL + 3 * SECOND)
    assert state(fair, session) == "live"
    keep(fair, {youtube: ENDED}, REAL + 4 * SECOND)
    assert (state(fair, session), read(fair, session).ended_at) == ("ended", HALF_PAST_TEN + 10 * MINUTE)
    assert [fact for fact in fair.told() if fact.startswith("session.")] == [
        *("session.planned", "session.changed", "session.went_live", "session.ended")
    ]


def test_a_rehearsal_long_before_begins_nothing(fair: Fair, clock: SteppedClock) -> None:
    session, (youtube,) = streamed(fair)
    clock.move_to(TEN - 31 * MINUTE)
    keep(fair, {youtube: LIVE})
    assert state(fair, session) == "scheduled"
    clock.move_to(TEN - 30 * MINUTE)
    keep(fair, {youtube: LIVE}, REAL + SECOND)
    assert state(fair, session) == "live"


def test_what_was_taken_up_again_is_not_ended_by_the_same_end(fair: Fair, clock: SteppedClock) -> None:
    session, (youtube,) = streamed(fair)
    clock.move_to(TEN)
    keep(fair, {youtube: LIVE})
    keep(fair, {youtube: ENDED}, REAL + SECOND)
    fair.perform(SYSTEM, resume, session)
    keep(fair, {youtube: ENDED}, REAL + 2 * SECOND)
    assert state(fair, session) == "live"
    keep(fair, {youtube: LIVE}, REAL + 3 * SECOND)
    keep(fair, {youtube: ENDED}, REAL + 4 * SECOND)
    assert state(fair, session) == "ended"


def test_what_the_operator_has_ended_is_not_begun_again_by_its_stream(fair: Fair, clock: SteppedClock) -> None:
    session, (youtube,) = streamed(fair)
    clock.move_to(TEN)
    keep(fair, {youtube: LIVE})
    fair.perform(SYSTEM, end, session)
    keep(fair, {youtube: LIVE}, REAL + SECOND)
    assert state(fair, session) == "ended"


@pytest.mark.parametrize("run_by", [RunBy.TIMER, RunBy.BUTTON])
def test_streams_of_other_sessions_only_tell(fair: Fair, clock: SteppedClock, run_by: RunBy) -> None:
    session = talk(fair, run_by=run_by).id
    (youtube,) = given_channels(fair, session, YOUTUBE)
    clock.move_to(TEN - MINUTE)
    keep(fair, {youtube: LIVE})
    assert state(fair, session) == "scheduled"


def test_the_first_video_that_tells_is_the_one_that_counts(fair: Fair, clock: SteppedClock) -> None:
    sign = Channel(kind=ChannelKind.SIGN, url="https://cdn.example/sign.m3u8")
    link = Channel(kind=ChannelKind.VIDEO, url="https://live.bilibili.com/1")
    session, (_, _, playlist, youtube) = streamed(fair, sign, link, PLAYLIST, YOUTUBE)
    clock.move_to(TEN)
    keep(fair, {youtube: LIVE, playlist: Reading(StreamState.UPCOMING)})
    assert state(fair, session) == "scheduled"
    keep(fair, {youtube: ENDED, playlist: LIVE}, REAL + SECOND)
    assert state(fair, session) == "live"


def test_streams_are_of_interest_while_their_sessions_are(fair: Fair, clock: SteppedClock) -> None:
    timed, waiting, hidden = talk(fair).id, talk(fair, run_by=RunBy.STREAM).id, talk(fair, state=SessionState.DRAFT).id
    ids = {session: given_channels(fair, session, YOUTUBE, ZOOM)[0] for session in (timed, waiting, hidden)}
    keep(fair, {ids[timed]: Reading(StreamState.UPCOMING)})

    def watched() -> list[Watched]:
        with reading(fair.engine) as db:
            return to_watch(db, clock.now())

    def both(said: str | None = "upcoming") -> list[Watched]:
        one = Watched(fair.id, ids[timed], Provider.YOUTUBE, YOUTUBE.url, said)
        return sorted([one, Watched(fair.id, ids[waiting], Provider.YOUTUBE, YOUTUBE.url, None)])

    clock.move_to(TEN - 31 * MINUTE)
    assert watched() == []
    clock.move_to(TEN - 30 * MINUTE)
    assert watched() == both()
    clock.move_to(HALF_PAST_TEN)  # nobody has begun them
    assert [one.channel_id for one in watched()] == [ids[waiting]]
    fair.perform(SYSTEM, go_live, timed)
    assert watched() == both()
    clock.move_to(HALF_PAST_TEN + timedelta(hours=6))
    assert [one.channel_id for one in watched()] == [ids[timed]]
    fair.perform(SYSTEM, end, timed)
    assert watched() == []
