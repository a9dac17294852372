"""The programme's files over HTTP: what comes is reported and taken, what leaves is what its reader may see."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import vobject

from server.accounts.actors import SYSTEM
from server.database import reading
from server.programme_files.frab_json import write_json
from server.programme_files.frab_xml import write_xml
from server.programme_files.sheet import write_xlsx
from server.settings import Settings
from sessions.entries import programme
from sessions.programme import AudienceKind, change, take_back
from tests.api.conftest import Api
from tests.api.test_imports import problem
from tests.imports.sheets import Rows, delimited
from tests.programme_files.outlines import DAY, KEYNOTE, PANEL

HEAD = ["ID", "Date", "Time", "Title", "Room", "Speakers"]
OPENING = ["A-1", "11/9", "10:00-10:40", "개막", "Hall A", "김하나"]
CLOSING = ["A-2", "11/12", "17:00-18:00", "폐막", "Hall A", ""]


def post(
    api: Api, content: bytes | Rows, query: str = "", *, who: str = "organiser", key: str = "", **form: str
) -> httpx.Response:
    data = content if isinstance(content, bytes) else delimited(content).encode()
    headers = {"authorization": f"Bearer {api.tokens[who]}", "idempotency-key": key or uuid4().hex}
    path = api.path(f"/programme/imports{query}")
    return api.client.post(path, files={"file": ("list.csv", data)}, data=form, headers=headers, timeout=60)


def taken(api: Api, content: bytes | Rows, query: str = "", **more: str) -> dict[str, Any]:
    answer = post(api, content, query, **more)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def titles(api: Api) -> dict[str, str]:
    """Title to id, as it is in the database."""
    with reading(api.fair.engine) as db:
        return {one.title[one.title["original"]]: str(one.id) for one in programme(db, api.fair.id).sessions}


def export(api: Api, form: str, who: str = "organiser", query: str = "") -> httpx.Response:
    return api.send(who, "GET", api.path(f"/programme/export.{form}{query}"))


def test_a_dry_run_tells_and_taking_does(api: Api) -> None:
    dry = taken(api, [HEAD, OPENING], "?dry_run=true")
    expected = {
        "format": "csv",
        "file": "list.csv",
        "dry_run": True,
        "stopped": False,
        "sessions": 1,
        "created": [
            {
                "row": 2,
                "title": "개막",
                "starts_at": "2020-11-09T01:00:00Z",
                "ends_at": "2020-11-09T01:40:00Z",
                "session": None,
            }
        ],
        "changed": [],
        "unchanged": 0,
        "missing": [],
        "speakers_added": ["김하나"],
        "speakers_changed": [],
        "tracks_added": [],
        "rooms_added": ["Hall A"],
        "findings": [],
    }
    assert (dry, titles(api)) == (expected, {})
    done = taken(api, [HEAD, OPENING])
    created = [{**expected["created"][0], "session": titles(api)["개막"]}]  # type: ignore[index]
    assert done == {**expected, "dry_run": False, "created": created}


def test_what_is_changed_is_told_field_by_field_and_what_is_missing_stays(api: Api) -> None:
    taken(api, [HEAD, OPENING, CLOSING])
    later = ["A-1", "11/9", "11:00-11:40", "개막식", "Hall A", "좌장: 이두리"]
    report = taken(api, [HEAD, later], "?dry_run=true")
    assert report["changed"] == [
        {
            "row": 2,
            "title": "개막식",
            "session": titles(api)["개막"],
            "moved": True,
            "fields": [
                {"field": "title", "before": "개막", "after": "개막식"},
                {
                    "field": "starts_at",
                    "before": "2020-11-09T01:00:00+00:00",
                    "after": "2020-11-09T02:00:00+00:00",
                },
                {"field": "ends_at", "before": "2020-11-09T01:40:00+00:00", "after": "2020-11-09T02:40:00+00:00"},
                {"field": "parts", "before": "김하나", "after": "chair: 이두리"},
            ],
        }
    ]
    assert report["missing"] == [{"session": titles(api)["폐막"], "title": "폐막"}]
    assert taken(api, [HEAD, later]) == {**report, "dry_run": False}
    again = taken(api, [HEAD, later])
    assert (again["changed"], again["created"], again["unchanged"], len(again["missing"])) == ([], [], 1, 1)


def test_the_same_key_takes_it_once(api: Api) -> None:
    first = taken(api, [HEAD, OPENING], key="k1")
    again = taken(api, [HEAD, OPENING], key="k1")
    assert again["created"] == first["created"]
    assert problem(post(api, [HEAD, CLOSING], key="k1")) == (422, "key_reused")
    assert list(titles(api)) == ["개막"]


def test_new_sessions_can_be_drafts(api: Api) -> None:
    taken(api, [HEAD, OPENING], "?state=draft")
    assert api.send("viewer", "GET", api.path("/programme")).json()["sessions"] == []
    (mine,) = api.send("organiser", "GET", api.path("/programme")).json()["sessions"]
    assert mine["state"] == "draft"


def test_a_file_that_is_unclear_is_told_and_not_taken(api: Api) -> None:
    rows = [HEAD, OPENING, ["A-1", "11/9", "11:00-12:00", "x", "", ""]]
    report = taken(api, rows, "?dry_run=true")
    assert (report["stopped"], [(one["row"], one["code"]) for one in report["findings"]]) == (
        True,
        [(3, "key_repeated")],
    )
    answer = post(api, rows)
    assert problem(answer) == (422, "import_stopped")
    assert [(one["row"], one["field"]) for one in answer.json()["findings"]] == [(3, "key")]
    assert titles(api) == {}


@pytest.mark.parametrize(
    ("write", "form"), [(write_json, "json"), (write_xml, "xml"), (write_xlsx, "xlsx")], ids=["json", "xml", "xlsx"]
)
def test_a_file_is_known_by_what_it_holds(api: Api, write: Any, form: str) -> None:
    report = taken(api, write(DAY))
    found = {one["title"] for one in report["created"]}
    assert (report["format"], found) == (form, {"의료관광의 내일", "A panel with no room"})


def test_a_mapping_names_columns(api: Api) -> None:
    rows = [["무엇", "언제", "날짜"], ["개막", "10:00-11:00", "11/9"]]
    assert problem(post(api, rows)) == (422, "header_not_found")
    report = taken(api, rows, mapping=json.dumps({"무엇": "title", "언제": "time"}))
    assert [one["title"] for one in report["created"]] == ["개막"]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><schedule><conference/></schedule>',
        b"<html>",
        b'{"schedule": 1}',
        b"\x89PNG\r\n",
    ],
)
def test_what_is_no_programme_is_refused(api: Api, data: bytes) -> None:
    assert problem(post(api, data)) == (422, "not_a_sheet")


@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("viewer", 404), ("exhibitor", 404), ("foreigner", 404)])
def test_only_planners_take_files(api: Api, who: str, status: int) -> None:
    assert post(api, [HEAD, OPENING], who=who).status_code == status


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("xml", "application/xml"),
        ("ics", "text/calendar; charset=utf-8"),
    ],
)
def test_a_file_leaves_as_its_reader_may_see_it(api: Api, form: str, kind: str) -> None:
    taken(api, [HEAD, OPENING, CLOSING])
    api.fair.perform(SYSTEM, take_back, UUID(titles(api)["폐막"]))
    mine, theirs = export(api, form), export(api, form, "viewer")
    assert (mine.headers["content-type"], mine.headers["content-disposition"]) == (
        kind,
        f'attachment; filename="smc-2020-programme.{form}"',
    )
    if form in ("csv", "ics"):
        assert [("개막" in one.text, "폐막" in one.text) for one in (mine, theirs)] == [(True, True), (True, False)]
    if form != "ics":
        report = taken(api, mine.content)
        assert (report["created"], report["changed"], report["missing"], report["findings"]) == ([], [], [], [])
    assert api.send(None, "GET", api.path(f"/programme/export.{form}")).status_code == 401


def test_a_file_is_in_the_languages_asked_for(api: Api) -> None:
    taken(api, write_json(DAY, ["ko"]))
    taken(api, write_json(DAY, ["en"]))
    found = {one: export(api, "json", query=f"?language=fr&language={one}").text for one in ("ko", "en")}
    assert ["의료관광의 내일" in text for text in found.values()] == [True, False]
    assert ["Medical tourism tomorrow" in text for text in found.values()] == [False, True]


def test_anybody_reads_the_public_schedule(api: Api) -> None:
    address = api.path("/public/schedule.json")
    assert problem(api.client.get(address)) == (404, "not_found")
    taken(api, write_json(DAY))
    with reading(api.fair.engine) as db:
        ids = {one.kind: one.id for one in programme(db, api.fair.id).sessions}
    api.fair.perform(SYSTEM, change, session_id=ids["keynote"], audience=AudienceKind.PUBLIC)
    answer = api.client.get(address)
    days = answer.json()["schedule"]["conference"]["days"]
    found = [event["guid"] for day in days for events in day["rooms"].values() for event in events]
    assert (found, answer.headers["cache-control"]) == ([KEYNOTE], "public, max-age=10")
    known = api.client.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    calendar = vobject.readOne(api.client.get(api.path("/public/schedule.ics")).text)
    assert [event.uid.value for event in calendar.vevent_list] == [f"{KEYNOTE}@smc-2020.madang"]
    assert PANEL not in api.client.get(api.path("/public/schedule.xml")).text
    assert api.client.get(api.path("/public/schedule.csv")).status_code == 422


def test_a_file_may_be_as_large_as_a_sheet(api: Api) -> None:
    settings = Settings()
    large = write_json(DAY) + b" " * settings.body_bytes
    assert taken(api, large)["sessions"] == 2
    assert problem(post(api, large + b" " * settings.import_bytes))[1] == "file_too_large"
