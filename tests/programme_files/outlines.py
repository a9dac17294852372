"""A conference day of all kinds of sessions, as files tell it, and any others that chance makes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from server.imports.records import Edition
from server.programme_files.naming import text_in
from sessions.outline import (
    Outline,
    OutlineLink,
    OutlinePart,
    OutlineRoom,
    OutlineSession,
    OutlineSpeaker,
    OutlineTrack,
    Texts,
)

SEOUL = "Asia/Seoul"
FIRST, LAST = date(2020, 11, 9), date(2020, 11, 12)
DAYS = tuple(FIRST + timedelta(days=n) for n in range(4))
SMC = Edition(DAYS, SEOUL)
KEYNOTE, PANEL, LECTURE = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
KIM, LEE = (f"00000000-0000-4000-9000-00000000000{n}" for n in (1, 2))


def korean(ko: str, **others: str) -> Texts:
    """A text whose original is Korean."""
    return {"ko": ko, **others, "original": "ko"}


def english(en: str) -> Texts:
    """A text in English."""
    return {"en": en, "original": "en"}


def utc(text: str) -> datetime:
    """The instant of a date and a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DAY = Outline(
    slug="smc-2020",
    name=korean("서울의료관광", en="Seoul Medical Tourism"),
    zone=SEOUL,
    first_day=FIRST,
    last_day=LAST,
    tracks=(OutlineTrack(code="건강", name=korean("건강", en="Health"), colour="#1a7f5a"),),
    rooms=(
        OutlineRoom(code="studio", name=english("Studio"), place="hybrid", capacity=20),
        OutlineRoom(code="대강당", name=korean("대강당"), place="on_site"),
    ),
    speakers=(
        OutlineSpeaker(
            key=KIM,
            name=korean("김하나", en="Hana Kim"),
            affiliation=korean("가람대학교"),
            biography=korean("심장을 연구한다."),
        ),
        OutlineSpeaker(key=LEE, name=english("Ann Lee"), affiliation={}, biography={}),
    ),
    sessions=(
        OutlineSession(
            key=KEYNOTE,
            title=korean("의료관광의 내일", en="Medical tourism tomorrow"),
            starts_at=utc("2020-11-09 01:00"),
            ends_at=utc("2020-11-09 01:40"),
            abstract=korean("첫 문단.\n\n둘째 <문단> & 끝."),
            kind="keynote",
            track="건강",
            room="studio",
            languages=("ko", "en"),
            audience="public",
            state="scheduled",
            parts=(OutlinePart(speaker=KIM), OutlinePart(speaker=LEE, role="chair")),
            links=(
                OutlineLink(url="https://a.example/slides.pdf", title=english("The slides"), kind="slides"),
                OutlineLink(url="https://a.example/replay", title=english("Again"), kind="replay"),
            ),
            version=3,
            changed_at=utc("2020-11-01 00:00"),
            url=f"https://madang.example/c/smc-2020/watch/{KEYNOTE}",
        ),
        OutlineSession(
            key=PANEL,
            title=english("A panel with no room"),
            starts_at=utc("2020-11-09 15:30"),  # half past midnight of the 10th in Seoul
            ends_at=utc("2020-11-09 17:00"),
            abstract={},
            kind="panel",
            track="",
            room="",
            languages=("en",),
            audience="registered",
            capacity=30,
            state="published",
            parts=(),
            links=(),
            changed_at=utc("2020-11-01 00:00"),
        ),
        OutlineSession(
            key=LECTURE,
            title=korean("취소된 공개강좌"),
            starts_at=utc("2020-11-11 05:00"),
            ends_at=utc("2020-11-11 06:00"),
            abstract={},
            kind="public_lecture",
            track="건강",
            room="대강당",
            languages=("ko",),
            audience="public",
            state="cancelled",
            parts=(),
            links=(),
            version=2,
            changed_at=utc("2020-11-02 00:00"),
        ),
    ),
    url="https://madang.example/c/smc-2020/programme",
    version=6,
)

# Signs that files part things by are left to the tests of examples.
_LETTERS = st.sampled_from("가나다라마abcxyzÄé日本 ")
words = st.text(_LETTERS, min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
lines = st.lists(words, min_size=1, max_size=3).map("\n".join)
keys = st.uuids().map(str)


def _codes(name: str) -> str:
    return "-".join(name.casefold().split())


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """A programme of one language to a text, with codes as files would make them of the names."""
    names = draw(st.lists(words, min_size=1, max_size=3, unique_by=_codes))
    rooms = tuple(
        OutlineRoom(code=_codes(name), name=text_in(name), capacity=draw(st.none() | st.just(40))) for name in names
    )
    tracks = tuple(OutlineTrack(code=_codes(name), name=text_in(name), colour="#00ff7f") for name in names[:2])
    people = draw(st.lists(st.tuples(keys, words), max_size=3, unique_by=(lambda one: one[0], lambda one: one[1])))
    speakers = tuple(
        OutlineSpeaker(key=key, name=text_in(name), affiliation=text_in(name), biography={}) for key, name in people
    )
    sessions = tuple(
        draw(_session(key, rooms, tracks, speakers)) for key in draw(st.lists(keys, unique=True, max_size=4))
    )
    used = {part.speaker for session in sessions for part in session.parts or ()}
    return replace(
        DAY, tracks=tracks, rooms=rooms, sessions=sessions, speakers=tuple(one for one in speakers if one.key in used)
    )


@st.composite
def _session(
    draw: st.DrawFn,
    key: str,
    rooms: tuple[OutlineRoom, ...],
    tracks: tuple[OutlineTrack, ...],
    speakers: tuple[OutlineSpeaker, ...],
) -> OutlineSession:
    language = draw(st.sampled_from(["ko", "en", "ja"]))
    starts_at = utc("2020-11-09 00:00") + timedelta(minutes=5 * draw(st.integers(-40, 900)))
    parts = draw(st.lists(st.sampled_from(speakers), max_size=3, unique_by=lambda one: one.key)) if speakers else []
    roles = st.sampled_from(["speaker", "chair", "panellist", "host", "juror"])
    return OutlineSession(
        key=key,
        title=text_in(draw(words), language),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=5 * draw(st.integers(1, 30))),
        abstract=text_in(draw(st.just("") | lines), language),
        kind=draw(st.sampled_from(["talk", "panel", "live_commerce", "ceremony"])),
        track=draw(st.sampled_from(["", *(track.code for track in tracks)])),
        room=draw(st.sampled_from(["", *(room.code for room in rooms)])),
        languages=(language,),
        audience=draw(st.sampled_from(["public", "registered", "invited"])),
        capacity=draw(st.none() | st.integers(1, 500)),
        state=draw(st.sampled_from(["published", "scheduled"])),
        parts=tuple(OutlinePart(speaker=one.key, role=draw(roles)) for one in parts),
        links=(),
    )


def sorted_sessions(outline: Outline) -> list[OutlineSession]:
    """The sessions in an order of their own, for comparing."""
    return sorted(outline.sessions, key=lambda session: UUID(session.key))
