"""Calendars as an independent parser reads them (vobject), and as RFC 5545 wants their lines."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import vobject
from hypothesis import given
from hypothesis import strategies as st

from server.programme_files.calendar import Entry, session_entries, write_calendar
from tests.programme_files.outlines import DAY, KEYNOTE, utc

MEETING = Entry(
    uid="m1@smc-2020.madang",
    title="Garam; Li & Co, \\o/",
    starts_at=utc("2020-11-10 00:00"),
    ends_at=utc("2020-11-10 00:30"),
    changed_at=utc("2020-11-03 05:06"),
)
# Any letter but halves of characters, and what is not one: control characters other than line breaks.
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.just("\n"), min_size=1, max_size=200)


def read(data: bytes) -> Any:
    return vobject.readOne(data.decode())


def told(event: Any) -> dict[str, Any]:
    """Properties and their values, times as instants."""
    return {name: values[0].value for name, values in event.contents.items()}


def test_sessions_as_a_calendar_has_them() -> None:
    calendar = read(write_calendar("SMC", session_entries(DAY, ["en"])))
    assert {name: values[0].value for name, values in calendar.contents.items() if name != "vevent"} == {
        "version": "2.0",
        "prodid": "-//madang//programme//EN",
        "calscale": "GREGORIAN",
        "name": "SMC",
        "x-wr-calname": "SMC",
        "refresh-interval": "PT15M",
        "x-published-ttl": "PT15M",
    }
    keynote, panel, called_off = map(told, calendar.vevent_list)
    assert keynote == {
        "uid": f"{KEYNOTE}@smc-2020.madang",
        "dtstamp": utc("2020-11-01 00:00"),
        "last-modified": utc("2020-11-01 00:00"),
        "sequence": "2",
        "dtstart": utc("2020-11-09 01:00"),
        "dtend": utc("2020-11-09 01:40"),
        "status": "CONFIRMED",
        "summary": "Medical tourism tomorrow",
        "description": "Hana Kim, Ann Lee\n\n첫 문단.\n\n둘째 <문단> & 끝.\n\n"
        "https://a.example/slides.pdf\nhttps://a.example/replay",
        "location": "Studio",
        "url": f"https://madang.example/c/smc-2020/watch/{KEYNOTE}",
        "categories": ["Health"],
    }
    assert [(one["status"], one["sequence"], one.get("location")) for one in (panel, called_off)] == [
        ("TENTATIVE", "0", None),
        ("CANCELLED", "1", "대강당"),
    ]


def test_a_moved_session_is_the_same_entry_with_a_higher_sequence() -> None:
    moved = replace(DAY.sessions[0], starts_at=utc("2020-11-10 01:00"), ends_at=utc("2020-11-10 01:40"), version=4)
    before, after = (
        told(read(write_calendar("SMC", session_entries(replace(DAY, sessions=(one,)))[:1])).vevent)
        for one in (DAY.sessions[0], moved)
    )
    assert (after["uid"], int(after["sequence"]) - int(before["sequence"])) == (before["uid"], 1)
    assert after["dtstart"] - before["dtstart"] == timedelta(days=1)


@given(title=texts, description=texts, location=texts)
def test_any_text_comes_through(title: str, description: str, location: str) -> None:
    entry = replace(MEETING, title=title, description=description, location=location)
    event = told(read(write_calendar(title, [entry])).vevent)
    assert (event["summary"], event["description"], event["location"]) == (title, description, location)


@given(text=texts)
def test_lines_are_folded_at_75_octets_and_end_as_they_must(text: str) -> None:
    data = write_calendar(text, [replace(MEETING, title=text, description=text)])
    *lines, last = data.split(b"\r\n")
    assert last == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_nobody_can_write_properties_by_a_text() -> None:
    text = "x\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT\x00\x07"
    calendar = read(write_calendar(text, [replace(MEETING, title=text, location=text)]))
    (event,) = calendar.vevent_list
    assert (sorted(event.contents), event.summary.value) == (
        ["dtend", "dtstamp", "dtstart", "last-modified", "location", "sequence", "status", "summary", "uid"],
        "x\nATTENDEE:mailto:a@b.example\nEND:VEVENT",
    )


def test_an_empty_calendar_is_one() -> None:
    assert list(read(write_calendar("SMC", [])).contents) == [
        "version",
        "prodid",
        "calscale",
        "name",
        "x-wr-calname",
        "refresh-interval",
        "x-published-ttl",
    ]
