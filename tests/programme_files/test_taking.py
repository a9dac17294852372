"""Taking a programme's file: what is new, changed and missing; the second time nothing changes."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.errors import ImportStopped, NotAllowed
from server.imports.records import Edition
from server.programme_files.comparing import Comparison, compare, merged
from server.programme_files.frab_json import read_json, write_json
from server.programme_files.frab_xml import read_xml, write_xml
from server.programme_files.known import Known, known_programme
from server.programme_files.reading import Format, ProgrammeRead
from server.programme_files.sheet import write_csv, write_xlsx
from server.programme_files.sheet_reading import read_sheet
from server.programme_files.taking import ProgrammeRecord, take
from sessions.outline import Outline, OutlineSession
from sessions.programme import cancel, change, publish, take_back
from sessions.running import go_live
from sessions.states import SessionState
from tests.factories import BEFORE, Fair, make_fair, make_host
from tests.imports.sheets import delimited
from tests.programme_files.outlines import DAY, KEYNOTE, KIM, LEE, PANEL, SMC, english, korean, outlines

HEAD = ["ID", "Date", "Time", "Title", "Track", "Room", "Speakers", "Capacity", "State"]
OPENING = ["A-1", "11/9", "10:00-10:40", "개막", "Main", "Hall A", "김하나 (가람); 좌장: 이두리", "", ""]
WORKSHOP = ["A-2", "11/10", "14:00-16:00", "바느질", "", "Hall B", "박세종", "20", ""]
NUMBERS = count()
READERS: dict[Format, Any] = {"json": read_json, "xml": read_xml}
FORMATS: dict[Format, Any] = {"xlsx": write_xlsx, "csv": write_csv, "json": write_json, "xml": write_xml}


def from_sheet(data: bytes, edition: Edition) -> ProgrammeRead:
    return read_sheet(data, "", edition)


def known(fair: Fair) -> Known:
    with reading(fair.engine) as db:
        return known_programme(db, fair.id)


def sessions(fair: Fair) -> dict[str, OutlineSession]:
    """By key."""
    return {one.key: one for one in known(fair).outline.sessions}


def sheet(*rows: Sequence[str], head: Sequence[str] = HEAD) -> ProgrammeRead:
    return read_sheet(delimited([head, *rows]).encode(), "programme.csv", SMC)


def take_sheet(fair: Fair, *rows: Sequence[str], head: Sequence[str] = HEAD) -> ProgrammeRecord:
    return fair.perform(SYSTEM, take, sheet(*rows, head=head), "csv")


def told(record: ProgrammeRecord) -> tuple[list[int], list[tuple[int, list[str]]], int, int]:
    """Rows that are new, rows and fields that are changed; how many are not, and how many are missing."""
    changed = [(one.row, one.fields) for one in record.changed]
    return [one.row for one in record.created], changed, record.unchanged, len(record.missing)


def compared(fair: Fair, read: ProgrammeRead, form: Format = "csv") -> Comparison:
    return compare(known(fair), read, form)


def test_a_first_file_makes_the_programme_and_again_changes_nothing(fair: Fair) -> None:
    record = take_sheet(fair, OPENING, WORKSHOP)
    assert (told(record), record.speakers_added, record.tracks_added, record.rooms_added) == (
        ([2, 3], [], 0, 0),
        3,
        ["main"],
        ["hall-a", "hall-b"],
    )
    opening = sessions(fair)["A-1"]
    names = {one.key: (one.name, one.affiliation) for one in known(fair).outline.speakers}
    assert (opening.title, opening.track, opening.room, opening.state, opening.kind, opening.audience) == (
        korean("개막"),
        "main",
        "hall-a",
        "scheduled",
        "talk",
        "registered",
    )
    assert [(names[part.speaker], part.role) for part in opening.parts or ()] == [
        ((korean("김하나"), korean("가람")), "speaker"),
        ((korean("이두리"), {}), "chair"),
    ]
    assert sessions(fair)["A-2"].capacity == 20
    before, facts = known(fair), fair.told()
    assert told(take_sheet(fair, OPENING, WORKSHOP)) == ([], [], 2, 0)
    assert (known(fair), fair.told()) == (before, facts)


def test_another_file_changes_moves_and_keeps_what_it_does_not_have(fair: Fair) -> None:
    take_sheet(fair, OPENING, WORKSHOP)
    moved = ["A-1", "11/9", "11:00-11:40", "개막식", "Main", "Hall B", "이두리", "", ""]
    new = ["A-3", "11/11", "10:00-11:00", "폐막", "", "", "", "", "draft"]
    facts = len(fair.told())
    record = take_sheet(fair, moved, new)
    assert told(record) == ([3], [(2, ["title", "room", "starts_at", "ends_at", "parts"])], 0, 1)
    found = sessions(fair)
    assert {key: (one.title["ko"], one.room, one.state) for key, one in found.items()} == {
        "A-1": ("개막식", "hall-b", "scheduled"),
        "A-2": ("바느질", "hall-b", "scheduled"),
        "A-3": ("폐막", "", "draft"),
    }
    assert fair.told()[facts:] == ["session.planned", "session.moved", "session.changed"]
    assert told(take_sheet(fair, moved, new)) == ([], [], 2, 1)


def test_a_dry_run_says_what_would_change_field_by_field(fair: Fair) -> None:
    take_sheet(fair, OPENING, WORKSHOP)
    before = fair.told()
    found = compared(fair, sheet(["A-2", "11/10", "15:00-16:00", "바느질", "", "", "", "0", "cancelled"]))
    (workshop,) = found.changed
    assert [(one.field, one.before, one.after) for one in workshop.differences] == [
        ("starts_at", workshop.known and workshop.known.starts_at, workshop.session.starts_at),
        ("capacity", 20, None),
        ("state", "scheduled", "cancelled"),
    ]
    assert (workshop.moved, [one.key for one in found.missing], found.created) == (True, ["A-1"], [])
    assert fair.told() == before


def test_blank_cells_and_missing_columns_take_nothing_away(fair: Fair) -> None:
    head = [*HEAD, "Abstract", "Languages", "Links"]
    take_sheet(fair, [*OPENING, "내용", "ko", "https://a.example/1"], head=head)
    before = sessions(fair)
    assert told(take_sheet(fair, ["A-1", "11/9", "10:00-10:40", "개막", *[""] * 8], head=head)) == ([], [], 1, 0)
    assert told(take_sheet(fair, ["A-1", "11/9", "10:00-10:40", "개막"], head=HEAD[:4])) == ([], [], 1, 0)
    assert sessions(fair) == before


def test_sessions_without_a_key_are_known_by_their_titles(fair: Fair) -> None:
    head = HEAD[1:4]
    rows = [["11/9", "10:00-11:00", "휴먼 토크"], ["11/9", "11:00-12:00", "질문"], ["11/10", "11:00-12:00", "질문"]]
    take_sheet(fair, *rows, head=head)
    rows[0][1], rows[2][1] = "10:30-11:30", "13:00-14:00"
    # The one of the two questions that has not moved is known; then the other is the only one left.
    assert told(take_sheet(fair, *rows, head=head)) == (
        [],
        [(2, ["starts_at", "ends_at"]), (4, ["starts_at", "ends_at"])],
        1,
        0,
    )


def test_a_key_is_taken_over_by_a_session_that_was_planned_by_hand(fair: Fair) -> None:
    take_sheet(fair, *[["11/9", "10:00-11:00", "개막"]], head=HEAD[1:4])
    assert told(take_sheet(fair, ["A-1", "11/9", "10:00-11:00", "개막"], head=HEAD[:4])) == ([], [(2, ["key"])], 0, 0)
    assert list(sessions(fair)) == ["A-1"]
    assert told(take_sheet(fair, ["A-1", "11/9", "10:00-11:00", "개회"], head=HEAD[:4])) == ([], [(2, ["title"])], 0, 0)


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_written_changes_nothing_when_it_comes_back(fair: Fair, form: Format) -> None:
    fair.perform(SYSTEM, take, read_json(write_json(DAY), SMC), "json")
    take_sheet(fair, OPENING, WORKSHOP)
    now = known(fair)
    data = FORMATS[form](now.outline)
    read = READERS.get(form, from_sheet)(data, SMC)
    before = fair.told()
    record = fair.perform(SYSTEM, take, read, form)
    assert (told(record), record.speakers_added, record.speakers_changed, record.tracks_added, record.rooms_added) == (
        ([], [], 4, 0),
        0,
        0,
        [],
        [],
    )
    assert (known(fair), fair.told()) == (now, before)


def test_a_schedule_brings_its_people_and_links(fair: Fair) -> None:
    record = fair.perform(SYSTEM, take, read_json(write_json(DAY), SMC), "json", SessionState.PUBLISHED)
    keynote = sessions(fair)[KEYNOTE]
    people = {one.key: one for one in known(fair).outline.speakers}
    assert (record.speakers_added, keynote.state, keynote.kind) == (2, "published", "keynote")
    assert [(people[part.speaker].name["original"], part.role) for part in keynote.parts or ()] == [
        ("ko", "speaker"),
        ("en", "chair"),
    ]
    assert [(link.url, link.kind, link.title) for link in keynote.links or ()] == [
        ("https://a.example/replay", "replay", english("Again")),
        ("https://a.example/slides.pdf", "slides", english("The slides")),
    ]
    assert set(sessions(fair)) == {KEYNOTE, PANEL}


def test_schedules_without_roles_leave_them_as_they_are(fair: Fair) -> None:
    fair.perform(SYSTEM, take, read_json(write_json(DAY), SMC), "json")
    record = fair.perform(SYSTEM, take, read_xml(write_xml(DAY), SMC), "xml")
    assert told(record) == ([], [], 2, 0)
    assert [part.role for part in sessions(fair)[KEYNOTE].parts or ()] == ["speaker", "chair"]


def test_people_get_what_a_later_file_says_of_them(fair: Fair) -> None:
    fair.perform(SYSTEM, take, read_json(write_json(DAY), SMC), "json")
    kim, lee = DAY.speakers
    more = (replace(kim, biography=korean("뇌를 연구한다.")), replace(lee, name=korean("앤 리")))
    told_more = replace(DAY, speakers=more)
    record = fair.perform(SYSTEM, take, read_json(write_json(told_more), SMC), "json")
    people = {one.key: one for one in known(fair).outline.speakers}
    assert (told(record), record.speakers_added, record.speakers_changed) == (([], [], 2, 0), 0, 1)
    assert (people[KIM].biography, people[LEE].name) == (korean("뇌를 연구한다."), english("Ann Lee"))


def test_namesakes_are_two_if_their_affiliations_are(fair: Fair) -> None:
    head = [*HEAD[:4], "Speakers"]
    first, second = (["A-1", "11/9", "10:00-11:00", "하나"], ["A-2", "11/9", "11:00-12:00", "둘"])
    take_sheet(fair, [*first, "김하나 (가람)"], head=head)
    record = take_sheet(fair, [*first, "김하나 (가람)"], [*second, "김하나 (나래)"], head=head)
    assert (told(record), record.speakers_added) == (([3], [], 1, 0), 1)
    record = take_sheet(fair, [*first, "김하나 (나래)"], head=head)
    assert (told(record), record.speakers_added) == (([], [(2, ["parts"])], 0, 1), 0)
    one, two = sessions(fair)["A-1"].parts, sessions(fair)["A-2"].parts
    assert one == two


def test_drafts_are_not_missing_in_a_schedule(fair: Fair) -> None:
    take_sheet(fair, OPENING)
    fair.perform(SYSTEM, take_back, known(fair).sessions["A-1"])
    assert compared(fair, read_json(write_json(DAY), SMC), "json").missing == ()


def test_what_is_called_off_before_it_is_on_the_programme_stays_off(fair: Fair) -> None:
    record = take_sheet(fair, ["A-1", "11/9", "10:00-11:00", "개막", "", "", "", "", "취소"])
    assert (told(record), sessions(fair)) == (([], [], 0, 0), {})


def test_a_file_announces_settles_takes_back_and_calls_off(fair: Fair) -> None:
    def with_state(state: str) -> list[str]:
        return ["A-1", "11/9", "10:00-11:00", "개막", "", "", "", "", state]

    seen = []
    for state in ("draft", "published", "scheduled", "draft", "cancelled", "published", "cancelled", "draft"):
        take_sheet(fair, with_state(state))
        seen.append(sessions(fair)["A-1"].state == state)
        assert told(take_sheet(fair, with_state(state))) == ([], [], 1, 0)
    assert seen == [True] * 8


def test_a_session_that_has_begun_keeps_its_times(fair: Fair) -> None:
    take_sheet(fair, OPENING)
    fair.perform(SYSTEM, go_live, known(fair).sessions["A-1"])
    later = ["A-1", "11/9", "12:00-12:40", "개막식", "", "", "", "", ""]
    found = compared(fair, sheet(later))
    assert [(one.row, one.code) for one in found.findings] == [(2, "session_begun")]
    assert told(take_sheet(fair, later)) == ([], [(2, ["title"])], 0, 0)


def test_a_cancelled_session_is_not_changed(fair: Fair) -> None:
    take_sheet(fair, OPENING)
    fair.perform(SYSTEM, cancel, known(fair).sessions["A-1"])
    changed = ["A-1", "11/9", "12:00-12:40", "개막식", "", "", "", "", ""]
    assert [(one.row, one.code) for one in compared(fair, sheet(changed)).findings] == [(2, "session_cancelled")]
    assert told(take_sheet(fair, changed)) == ([], [], 1, 0)


def test_a_file_that_is_unclear_is_refused_whole(fair: Fair) -> None:
    with pytest.raises(ImportStopped) as refused:
        take_sheet(fair, OPENING, ["A-1", "11/9", "10:00-11:00", "x", "", "", "", "", ""])
    assert [(one["row"], one["code"]) for one in refused.value.details["findings"]] == [(3, "key_repeated")]
    assert (sessions(fair), fair.told()) == ({}, [])


def test_only_planners_take_files(fair: Fair) -> None:
    with pytest.raises(NotAllowed):
        fair.perform(fair.buyer(), take, sheet(OPENING), "csv")


def test_rooms_and_tracks_are_known_by_any_of_their_names(fair: Fair) -> None:
    fair.perform(SYSTEM, take, read_json(write_json(DAY), SMC), "json")
    session_id = known(fair).sessions[KEYNOTE]
    fair.perform(SYSTEM, change, session_id=session_id, room="대강당")
    record = fair.perform(SYSTEM, take, read_json(write_json(DAY, ["en"]), SMC), "json")
    assert (record.rooms_added, record.tracks_added) == ([], [])
    assert sessions(fair)[KEYNOTE].room == "studio"


def test_texts_are_laid_over_what_is_there() -> None:
    both = korean("내일", en="Tomorrow")
    assert [merged(both, told) for told in (None, {}, english("TOMORROW"), english("Morgen"), korean("모레"))] == [
        both,
        both,
        both,
        korean("내일", en="Morgen"),
        korean("모레", en="Tomorrow"),
    ]
    assert merged({}, english("Morgen")) == english("Morgen")


def test_a_published_one_that_the_file_calls_live_is_left_alone(fair: Fair) -> None:
    take_sheet(fair, OPENING)
    fair.perform(SYSTEM, publish, known(fair).sessions["A-1"], settled=False)
    live = [*OPENING[:-1], "live"]
    assert (told(take_sheet(fair, live)), sessions(fair)["A-1"].state) == (([], [], 1, 0), "published")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.tuples(st.sampled_from(sorted(FORMATS)), outlines()), min_size=1, max_size=3))
def test_the_last_file_holds_and_again_it_changes_nothing(
    sqlite_engine: Engine, files: list[tuple[Format, Outline]]
) -> None:
    clock = SteppedClock(BEFORE)
    fair = make_fair(sqlite_engine, clock, host_id=make_host(sqlite_engine, clock), slug=f"fair-{next(NUMBERS)}")
    for form, outline in files:
        if not outline.sessions:
            continue
        read = READERS.get(form, from_sheet)(FORMATS[form](outline), SMC)
        fair.perform(SYSTEM, take, read, form)
        before, facts = known(fair), fair.told()
        again = fair.perform(SYSTEM, take, read, form)
        assert told(again)[:3] == ([], [], len(outline.sessions))
        assert (known(fair), fair.told()) == (before, facts)
        # What was there under another key is found by its title, and keeps its own.
        said = {one.key: (one.title[one.title["original"]], one.starts_at, one.ends_at) for one in outline.sessions}
        held = {one.key: (set(one.title.values()), one.starts_at, one.ends_at) for one in before.outline.sessions}
        for key, (title, *times) in said.items():
            alike = [held[key]] if key in held else [one for one in held.values() if title in one[0]]
            assert times in [list(one[1:]) for one in alike if title in one[0]]
