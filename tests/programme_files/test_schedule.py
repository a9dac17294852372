"""schedule.json and schedule.xml: what is written is valid by the public descriptions and reads back as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import xmlschema
from hypothesis import given
from jsonschema import Draft6Validator, FormatChecker

from server.imports.errors import FileTooLarge, NotASheet
from server.imports.records import Edition
from server.programme_files.frab_json import read_json, write_json
from server.programme_files.frab_xml import read_xml, write_xml
from server.programme_files.reading import MAX_SESSIONS, ProgrammeRead
from server.programme_files.schedule import numbers
from sessions.outline import Outline, OutlineLink, OutlinePart, OutlineSession
from tests.programme_files.outlines import (
    DAY,
    KEYNOTE,
    KIM,
    LEE,
    PANEL,
    SEOUL,
    SMC,
    english,
    korean,
    outlines,
    sorted_sessions,
    utc,
)

SCHEMAS = Path(__file__).parent / "schemas"
XSD = xmlschema.XMLSchema(SCHEMAS / "schedule.xsd")
JSON = Draft6Validator(json.loads((SCHEMAS / "schedule.json").read_text()), format_checker=FormatChecker())


def is_valid(outline: Outline) -> bool:
    """Both files, by both descriptions."""
    JSON.validate(json.loads(write_json(outline)))
    XSD.validate(write_xml(outline).decode())
    return True


def event(**changed: Any) -> dict[str, Any]:
    """An event as other programs write it."""
    usual = {"guid": KEYNOTE, "title": "A talk", "date": "2020-11-09T10:00:00+09:00", "duration": "00:30"}
    return {**usual, **changed}


def read(*events: dict[str, Any], edition: Edition = SMC, **conference: Any) -> ProgrammeRead:
    days = [{"index": 1, "date": "2020-11-09", "rooms": {"Hall A": list(events)}}]
    told = {"schedule": {"version": "1", "conference": {"title": "SMC", "days": days, **conference}}}
    return read_json(json.dumps(told).encode(), edition)


def told(found: ProgrammeRead) -> list[tuple[int, str, str, str]]:
    """Findings without their wording."""
    return [(one.row, one.column, one.severity.value, one.code) for one in found.findings]


def only(found: ProgrammeRead) -> OutlineSession:
    (session,) = found.outline.sessions
    return session


def test_a_conference_day_is_valid_by_the_public_descriptions() -> None:
    assert is_valid(DAY)


def test_a_programme_without_sessions_is_valid() -> None:
    assert is_valid(replace(DAY, sessions=()))


@given(outline=outlines())
def test_any_programme_is_valid(outline: Outline) -> None:
    assert is_valid(outline)


def test_the_file_that_apps_get() -> None:
    told = json.loads(write_json(DAY, ["en"]))["schedule"]["conference"]
    first = told["days"][0]
    assert {**told, "days": [day["date"] for day in told["days"]]} == {
        "acronym": "smc_2020",
        "title": "Seoul Medical Tourism",
        "start": "2020-11-09",
        "end": "2020-11-12",
        "daysCount": 4,
        "timeslot_duration": "00:05",
        "time_zone_name": "Asia/Seoul",
        "url": "https://madang.example/c/smc-2020/programme",
        "rooms": [
            {"name": "Studio", "guid": "5b5e79c2-5d43-5636-b0a6-b458f5673fd1", "description": None, "capacity": 20},
            {"name": "대강당", "guid": "1a042316-068c-587f-bb02-73c8f3d67573", "description": None, "capacity": None},
        ],
        "tracks": [{"name": "Health", "slug": "건강", "color": "#1a7f5a"}],
        "days": ["2020-11-09", "2020-11-10", "2020-11-11", "2020-11-12"],
    }
    assert (first["day_start"], first["day_end"]) == ("2020-11-09T00:00:00+09:00", "2020-11-10T00:00:00+09:00")
    number = numbers([UUID(KEYNOTE), UUID(PANEL)])[UUID(KEYNOTE)]
    people = numbers([UUID(KIM), UUID(LEE)])
    assert first["rooms"] == {
        "Studio": [
            {
                "guid": KEYNOTE,
                "id": number,
                "date": "2020-11-09T10:00:00+09:00",
                "start": "10:00",
                "duration": "00:40",
                "room": "Studio",
                "slug": f"smc_2020-{number}-medical-tourism-tomorrow",
                "url": f"https://madang.example/c/smc-2020/watch/{KEYNOTE}",
                "title": "Medical tourism tomorrow",
                "subtitle": "",
                "track": "Health",
                "type": "keynote",
                "language": "ko",
                "abstract": "첫 문단.\n\n둘째 <문단> & 끝.",
                "description": "",
                "persons": [
                    {
                        "guid": KIM,
                        "id": people[UUID(KIM)],
                        "name": "Hana Kim",
                        "biography": "심장을 연구한다.",
                        "affiliation": "가람대학교",
                        "role": "speaker",
                    },
                    {
                        "guid": LEE,
                        "id": people[UUID(LEE)],
                        "name": "Ann Lee",
                        "biography": "",
                        "affiliation": "",
                        "role": "chair",
                    },
                ],
                "links": [{"title": "Again", "url": "https://a.example/replay", "type": "media"}],
                "attachments": [{"title": "The slides", "url": "https://a.example/slides.pdf", "type": "slides"}],
            }
        ]
    }


def test_what_is_called_off_or_a_draft_is_in_no_schedule() -> None:
    draft = replace(DAY.sessions[1], state="draft")
    found = read_json(write_json(replace(DAY, sessions=(DAY.sessions[0], draft, DAY.sessions[2]))), SMC)
    assert [session.key for session in found.outline.sessions] == [KEYNOTE]


def test_a_session_outside_the_convention_has_a_day_of_its_own() -> None:
    early = replace(DAY.sessions[0], starts_at=utc("2020-11-07 01:00"), ends_at=utc("2020-11-07 02:00"))
    days = json.loads(write_json(replace(DAY, sessions=(early,))))["schedule"]["conference"]["days"]
    assert [(day["index"], day["date"], len(day["rooms"])) for day in days][:2] == [
        (1, "2020-11-07", 1),
        (2, "2020-11-09", 0),
    ]


def as_schedules_tell(session: OutlineSession, roles: bool = True) -> OutlineSession:
    """What of a session a schedule has a place for: one language, no audience, places or state."""
    parts = session.parts or ()
    return replace(
        session,
        languages=(session.languages or ())[:1],
        audience=None,
        capacity=None,
        state=None,
        version=1,
        changed_at=None,
        parts=parts if roles else tuple(OutlinePart(speaker=part.speaker, role="") for part in parts),
    )


@given(outline=outlines())
def test_json_reads_back_as_it_was(outline: Outline) -> None:
    found = read_json(write_json(outline), SMC)
    assert found.findings == ()
    assert sorted_sessions(found.outline) == [as_schedules_tell(one) for one in sorted_sessions(outline)]
    assert {one.key: one for one in found.outline.speakers} == {one.key: one for one in outline.speakers}
    assert found.outline.rooms == outline.rooms
    assert found.outline.tracks == outline.tracks
    assert (found.outline.zone, found.outline.first_day, found.outline.last_day) == (SEOUL, DAY.first_day, DAY.last_day)


@given(outline=outlines())
def test_xml_reads_back_as_it_was(outline: Outline) -> None:
    found = read_xml(write_xml(outline), SMC)
    assert found.findings == ()
    assert sorted_sessions(found.outline) == [as_schedules_tell(one, False) for one in sorted_sessions(outline)]
    assert {one.key: one.name for one in found.outline.speakers} == {one.key: one.name for one in outline.speakers}
    assert {one.name["original"]: one for one in found.outline.tracks} == {
        one.name["original"]: one for one in outline.tracks
    }


def test_links_and_people_survive_json() -> None:
    found = read_json(write_json(DAY), SMC).outline
    session = next(one for one in found.sessions if one.key == KEYNOTE)
    assert (session.parts, session.links) == (
        (OutlinePart(speaker=KIM), OutlinePart(speaker=LEE, role="chair")),
        (
            OutlineLink(url="https://a.example/replay", title=english("Again"), kind="replay"),
            OutlineLink(url="https://a.example/slides.pdf", title=english("The slides"), kind="slides"),
        ),
    )
    assert [(one.key, one.name, one.affiliation) for one in found.speakers] == [
        (KIM, korean("김하나"), korean("가람대학교")),
        (LEE, english("Ann Lee"), {}),
    ]


def test_a_schedule_of_another_program_is_understood() -> None:
    found = read(
        event(
            type="Podium",
            language="de-formal",
            track={"name": "Open data"},
            abstract="Short.",
            description="Long.\r\nAnd more.",
            persons=[{"id": 20, "public_name": "Chris F."}, {"code": "MCQKPV", "name": "Kasa", "biography": None}],
            links=[
                "https://a.example/1",
                {"url": "https://a.example/2", "title": "Two"},
                {"url": "javascript:alert(1)"},
            ],
        )
    )
    session = only(found)
    assert session == OutlineSession(
        key=KEYNOTE,
        title={"de": "A talk", "original": "de"},
        starts_at=utc("2020-11-09 01:00"),
        ends_at=utc("2020-11-09 01:30"),
        abstract={"de": "Short.\n\nLong.\nAnd more.", "original": "de"},
        kind="panel",
        track="open-data",
        room="hall-a",
        languages=("de",),
        parts=(OutlinePart(speaker="20", role=""), OutlinePart(speaker="MCQKPV", role="")),
        links=(
            OutlineLink(url="https://a.example/1", title={}),
            OutlineLink(url="https://a.example/2", title=english("Two")),
        ),
    )
    assert told(found) == [(1, "links", "look", "link_unusable")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"date": None, "start": "9:05", "duration": "90"}, ("00:05", "01:35")),
        ({"date": "2020-11-09T10:00", "duration": "1:15:00"}, ("01:00", "02:15")),
        ({"date": "2020-11-09T01:00:00Z", "duration": None, "end": "2020-11-09T01:20:00Z"}, ("01:00", "01:20")),
    ],
)
def test_times_are_told_in_several_ways(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    session = only(read(event(**changed)))
    assert (session.starts_at, session.ends_at) == tuple(utc(f"2020-11-09 {clock}") for clock in expected)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"title": ""}, [(1, "title", "note", "title_missing")]),
        ({"date": "soon"}, [(1, "date", "stop", "time_unreadable")]),
        ({"date": "2020-11-09"}, [(1, "date", "stop", "time_unreadable")]),
        ({"duration": "00:00"}, [(1, "date", "stop", "time_unreadable")]),
        ({"duration": "9999:00", "date": "9999-12-31T00:00:00Z"}, [(1, "date", "stop", "time_unreadable")]),
        ({"type": "Séance"}, [(1, "type", "note", "kind_unknown")]),
        ({"title": "a" * 301}, [(1, "title", "look", "text_too_long")]),
        ({"persons": [{}]}, [(1, "persons", "note", "person_unnamed")]),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_place(changed: dict[str, Any], expected: list[Any]) -> None:
    assert told(read(event(**changed))) == expected


def test_two_events_of_one_guid_stop_the_file() -> None:
    assert told(read(event(), event(title="Another"))) == [(2, "guid", "stop", "key_repeated")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1]",
        b"nonsense",
        b'{"schedule": {"conference": []}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_schedule_json_is_refused(data: bytes) -> None:
    with pytest.raises(NotASheet):
        read_json(data, SMC)


@pytest.mark.parametrize(
    "conference",
    ["{}", '{"days": 1}', '{"days": [1, {"rooms": []}, {"rooms": {"A": {}}}, {"rooms": {"A": [1, null, "x"]}}]}'],
)
def test_values_of_any_shape_are_read(conference: str) -> None:
    found = read_json(f'{{"schedule": {{"conference": {conference}}}}}'.encode(), SMC)
    assert found.outline.sessions == ()


def test_halves_of_characters_are_left_out() -> None:
    data = json.dumps({"schedule": {"conference": {"days": [{"rooms": {"A": [event(title="x\ud800\x00y")]}}]}}})
    assert only(read_json(data.encode(), SMC)).title == english("x y")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<schedule>",
        b"<other/>",
        b"<schedule/>",
        b'<?xml version="1.0" encoding="utf-7"?><schedule/>',
        b'<!DOCTYPE schedule [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><schedule><conference/>&b;</schedule>',
        b'<!DOCTYPE schedule SYSTEM "file:///etc/passwd"><schedule><conference/></schedule>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><schedule><conference><title>&e;</title></conference></schedule>',
    ],
)
def test_hostile_xml_is_refused(data: bytes) -> None:
    with pytest.raises(NotASheet):
        read_xml(data, SMC)


def test_a_room_that_comes_again_in_a_day_is_one() -> None:
    one = write_xml(replace(DAY, sessions=DAY.sessions[:1])).decode()
    room = one[one.index("<room name") : one.index("</day>")]
    again = one.replace(room, room + room.replace(KEYNOTE, PANEL))
    found = read_xml(again.encode(), SMC).outline
    assert [(session.key, session.room) for session in found.sessions] == [(KEYNOTE, "studio"), (PANEL, "studio")]


def test_more_sessions_than_any_programme_has_are_refused() -> None:
    with pytest.raises(FileTooLarge):
        read(*[{}] * (MAX_SESSIONS + 1))


def test_numbers_stay_apart_and_the_same() -> None:
    first, second = UUID(int=5), UUID(int=5 + 999_999)
    assert numbers([second, first, first]) == numbers([first, second]) == {first: 6, second: 7}
