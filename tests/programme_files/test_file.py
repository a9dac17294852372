"""Whatever a file was made for, it is read in a process of its own, or refused in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports.errors import ImportRefused, NotASheet
from server.programme_files.file import ProgrammeFile, format_of, read_apart, read_here
from server.programme_files.frab_json import write_json
from server.programme_files.frab_xml import write_xml
from server.programme_files.sheet import write_csv, write_xlsx
from tests.programme_files.outlines import DAY, SMC

WRITERS: dict[str, Any] = {"xlsx": write_xlsx, "csv": write_csv, "json": write_json, "xml": write_xml}
EVENTS = json.loads(write_json(DAY))
DEEP = b"<schedule><conference/>" + b"<day>" * 200_000


@pytest.mark.parametrize("form", WRITERS)
def test_a_file_is_told_by_what_it_holds_and_read_apart_as_here(form: str) -> None:
    file = ProgrammeFile("whatever.pdf", WRITERS[form](DAY))
    assert format_of(file.data) == form
    assert read_apart(file, SMC) == read_here(file, SMC)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n  "])
def test_marks_and_blanks_before_it_hide_nothing(mark: bytes) -> None:
    assert [format_of(mark + start) for start in (b"{", b"<?xml", b"Title,Date")] == ["json", "xml", "csv"]


@pytest.mark.parametrize(
    "data",
    [
        DEEP,
        b'{"schedule":' * 200_000,
        b"PK\x03\x04" + b"\0" * 1000,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000,
        b'<!DOCTYPE a [<!ENTITY b "b">' + b'<!ENTITY c "&b;&b;&b;&b;">' * 1000 + b"]><schedule>&c;</schedule>",
    ],
    ids=["deep", "deep json", "zip", "ole", "entities"],
)
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(NotASheet):
        read_apart(ProgrammeFile("x", data), SMC)


def test_elements_within_elements_without_end_hold_nothing() -> None:
    deep = DEEP + b"</day>" * 200_000 + b"</schedule>"
    assert read_apart(ProgrammeFile("x", deep), SMC).outline.sessions == ()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def spoilt(value: Any, path: list[Any], by: Any) -> Any:
    """A value with something else at one place in it."""
    if not path or not isinstance(value, dict | list) or not value:
        return by
    if isinstance(value, dict):
        name = sorted(value)[path[0] % len(value)]
        return {**value, name: spoilt(value[name], path[1:], by)}
    at = path[0] % len(value)
    return [*value[:at], spoilt(value[at], path[1:], by), *value[at + 1 :]]


@given(path=st.lists(st.integers(0, 20), min_size=1, max_size=9), by=values)
def test_a_schedule_that_is_spoilt_anywhere_is_read_or_refused(path: list[int], by: Any) -> None:
    data = json.dumps(spoilt(EVENTS, path, by)).encode()
    try:
        found = read_here(ProgrammeFile("x", data), SMC)
    except ImportRefused:
        return
    assert all(one.starts_at < one.ends_at and one.title for one in found.outline.sessions)


@given(cut=st.integers(0, 6_000), put=st.binary(max_size=8))
def test_a_file_that_is_cut_or_patched_is_read_or_refused(cut: int, put: bytes) -> None:
    for form in ("csv", "json", "xml"):
        data = WRITERS[form](DAY)
        for broken in (data[:cut], data[:cut] + put + data[cut + len(put) :]):
            try:
                found = read_here(ProgrammeFile("x", broken), SMC)
            except ImportRefused:
                continue
            assert all(one.starts_at < one.ends_at for one in found.outline.sessions)
