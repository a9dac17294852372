"""Sheets over HTTP: reports, marked sheets, refusals."""

import select
import socket
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from python_calamine import load_workbook

from server.api.imports import XLSX
from server.imports import importing
from server.imports.errors import SheetTooHeavy
from server.settings import Settings
from tests.api.conftest import Api
from tests.imports.parsers import fall
from tests.imports.sheets import Rows, delimited
from tests.imports.taking import BUYERS, EXHIBITORS, MIR, NOWHERE, ULAANBAATAR, demo, everything, nothing_changes

FILE = "list.csv"


def post(
    api: Api,
    kind: str,
    content: bytes | Rows,
    *,
    query: str = "",
    who: str = "organiser",
    key: str | None = None,
    accept: str = "*/*",
    **form: str,
) -> httpx.Response:
    data = content if isinstance(content, bytes) else delimited(content).encode()
    headers = {
        "authorization": f"Bearer {api.tokens[who]}",
        "idempotency-key": key or uuid4().hex,
        "accept": accept,
    }
    path = api.path(f"/imports/{kind}{query}")
    return api.client.post(path, files={"file": (FILE, data)}, data=form, headers=headers, timeout=60)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def test_a_taxonomy_in_a_circle_is_told_row_by_row(api: Api) -> None:
    answer = post(api, "taxonomy", [["code", "parent", "name"], ["A", "B", "One"], ["B", "A", "Other"]])
    assert problem(answer) == (422, "import_stopped")
    assert [(one["row"], one["code"]) for one in answer.json()["findings"]] == [
        (row, "parents_in_a_circle") for row in (2, 3)
    ]


def test_the_report_says_what_was_done(api: Api) -> None:
    answer = post(api, "buyers", [BUYERS, ULAANBAATAR, NOWHERE])
    assert answer.status_code == 200, answer.text
    report = answer.json()
    findings = report.pop("findings")
    assert report == {
        "kind": "buyers",
        "file": FILE,
        "sheet": FILE,
        "header_row": 1,
        "dry_run": False,
        "stopped": False,
        "rows": 2,
        "created": [{"row": 2, "name": "Gobi Clinic"}, {"row": 3, "name": "Acme"}],
        "updated": [],
        "unchanged": 0,
        "needs_look": [{"row": 3, "name": "Acme"}],
        "gone": [],
        "kept": [],
    }
    (finding,) = findings
    choices = finding.pop("choices")
    reason = finding.pop("reason")
    assert finding == {
        "row": 3,
        "column": "도시",
        "field": "city",
        "value": "",
        "severity": "look",
        "code": "zone_ambiguous",
        "proposal": "America/New_York",
    }
    assert "several time zones" in reason
    assert choices[:2] == ["America/New_York", "America/Chicago"]
    (known,) = api.send("organiser", "GET", api.path("/findings")).json()
    assert (known["row"], known["field"], known["proposal"], known["choices"]) == (
        3,
        "city",
        {"zone": "America/New_York"},
        choices,
    )


def test_an_edited_sheet_is_reported_by_row_name_and_field(api: Api) -> None:
    post(api, "buyers", [BUYERS, ULAANBAATAR, NOWHERE])
    edited = [*ULAANBAATAR[:5], "anytime", "Zoom"]
    report = post(api, "buyers", [BUYERS, edited]).json()
    (updated,) = report["updated"]
    assert (updated["row"], updated["name"], updated["fields"]) == (2, "Gobi Clinic", ["hours"])
    assert [one["name"] for one in report["gone"]] == ["Acme"]


def test_a_dry_run_tells_the_same_and_writes_nothing(api: Api) -> None:
    with nothing_changes(api.fair):
        foreseen = post(api, "exhibitors", demo("exhibitors"), query="?dry_run=true").json()
    done = post(api, "exhibitors", demo("exhibitors")).json()
    assert (foreseen.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert foreseen == done
    assert len(done["created"]) == 64


def test_the_same_key_gives_the_same_report_and_is_done_once(api: Api) -> None:
    key = uuid4().hex
    first = post(api, "buyers", [BUYERS, NOWHERE], key=key)
    with nothing_changes(api.fair):
        again = post(api, "buyers", [BUYERS, NOWHERE], key=key)
    assert again.json() == first.json()
    other = post(api, "buyers", [BUYERS, ULAANBAATAR], key=key)
    assert problem(other) == (422, "key_reused")


def test_answers_that_are_kept_hold_nobody(api: Api) -> None:
    post(api, "buyers", [BUYERS, ULAANBAATAR, NOWHERE])
    post(api, "buyers", [BUYERS, [*ULAANBAATAR[:3], "Batbayar", *ULAANBAATAR[4:]]])
    kept = "".join(row["answer"] for row in everything(api.fair)["idempotency_key"].values())
    logged = "".join(event.data for event in api.fair.events())
    assert "created" in kept
    assert not [text for text in ("Bat", "Gobi", "Acme", "@", "몽골") if text in kept + logged]


@pytest.mark.parametrize("asked", ["query", "header"])
def test_the_marked_sheet_is_had_on_request(api: Api, asked: str) -> None:
    query, accept = ("&format=xlsx", "*/*") if asked == "query" else ("", XLSX)
    with nothing_changes(api.fair):
        answer = post(api, "buyers", [BUYERS, NOWHERE], query=f"?dry_run=true{query}", accept=accept)
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"] == 'attachment; filename="buyers-marked.xlsx"'
    book = load_workbook(BytesIO(answer.content))
    assert book.sheet_names == ["Rows", "Findings"]
    assert book.get_sheet_by_name("Rows").to_python()[1][3] == "Ann"
    assert book.get_sheet_by_name("Findings").to_python()[1][4] == "zone_ambiguous"


def test_a_mapping_and_a_sheet_say_how_to_read(api: Api) -> None:
    rows = [["Wer", *BUYERS[3:]], ["Gobi Clinic", *ULAANBAATAR[3:]]]
    report = post(api, "buyers", rows, mapping='{"Wer": "organisation"}', query="?dry_run=true").json()
    assert report["created"] == [{"row": 2, "name": "Gobi Clinic"}]
    assert problem(post(api, "buyers", rows, mapping='{"Wer": "name of god"}')) == (422, "mapping_refused")
    assert problem(post(api, "buyers", rows, mapping="Wer=organisation")) == (422, "mapping_refused")
    assert problem(post(api, "exhibitors", demo("exhibitors"), sheet="참고")) == (422, "sheet_not_found")


def test_a_sheet_that_stops_is_refused_with_the_cells(api: Api) -> None:
    rows = [EXHIBITORS, MIR, ["", "", "", "", "봉합사", "종일", ""]]
    with nothing_changes(api.fair):
        answer = post(api, "exhibitors", rows)
        foreseen = post(api, "exhibitors", rows, query="?dry_run=true").json()
    assert problem(answer) == (422, "import_stopped")
    assert [(one["row"], one["code"]) for one in answer.json()["findings"]] == [(3, "identity_missing")]
    assert (foreseen["stopped"], foreseen["findings"]) == (True, answer.json()["findings"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\x89PNG\r\n\x1a\n", "not_a_sheet"),
        (b"PK\x03\x04 nonsense", "not_a_sheet"),
        ("이름,나이\n김,3\n".encode(), "header_not_found"),
    ],
)
def test_a_file_that_is_no_list_is_refused(api: Api, content: bytes, code: str) -> None:
    assert problem(post(api, "buyers", content)) == (422, code)


@pytest.mark.parametrize("headers", [{}, {"content-type": "multipart/form-data"}, {"content-type": "text/csv"}])
def test_a_body_that_is_no_form_is_refused(api: Api, headers: dict[str, str]) -> None:
    given = {"authorization": f"Bearer {api.tokens['organiser']}", "idempotency-key": uuid4().hex, **headers}
    answer = api.client.post(api.path("/imports/buyers"), content=b"a,b\n", headers=given)
    assert problem(answer) == (422, "unreadable")


def test_a_form_that_is_cut_off_is_refused(api: Api) -> None:
    given = {
        "authorization": f"Bearer {api.tokens['organiser']}",
        "idempotency-key": uuid4().hex,
        "content-type": "multipart/form-data; boundary=b",
    }
    for body in (b"--b\r\nContent-Disp", b"nothing like it", b""):
        answer = api.client.post(api.path("/imports/buyers"), content=body, headers=given)
        assert problem(answer) == (422, "unreadable"), body


def test_a_file_above_the_cap_is_refused_while_it_arrives(api: Api) -> None:
    """It tells no length; what counts is what has arrived."""
    most = Settings().import_bytes
    head = (
        f"POST {api.path('/imports/buyers')} HTTP/1.1\r\nHost: {api.client.base_url.host}\r\n"
        f"Authorization: Bearer {api.tokens['organiser']}\r\nIdempotency-Key: {uuid4().hex}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    piece = b"x" * 65536
    sent = 0
    with socket.create_connection((api.client.base_url.host, api.client.base_url.port or 80), timeout=30) as line:
        line.sendall(head.encode() + b"%x\r\n%s\r\n" % (len(part), part))
        while not select.select([line], [], [], 0)[0] and sent < 4 * most:
            line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert most < sent < 2 * most


def test_a_file_that_says_it_is_too_large_is_believed(api: Api) -> None:
    answer = post(api, "buyers", b"x" * (Settings().import_bytes + 1))
    assert problem(answer) == (413, "file_too_large")


def test_the_server_outlives_hostile_sheets(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One crashes its parser, one swells; nothing has changed, and the next sheet is taken."""
    with nothing_changes(api.fair):
        with monkeypatch.context() as hostile:
            hostile.setattr(importing, "stage", fall)
            assert problem(post(api, "buyers", [BUYERS, NOWHERE])) == (422, "not_a_sheet")
        with monkeypatch.context() as hostile:
            hostile.setattr(importing, "_MEGABYTES", 100)
            answer = post(api, "buyers", [BUYERS, *[NOWHERE] * 50_000])
            assert problem(answer) == (422, "sheet_too_heavy")
            assert answer.json()["advice"] == SheetTooHeavy.remedy
    assert post(api, "buyers", [BUYERS, NOWHERE]).status_code == 200


def test_a_deeply_nested_mapping_is_refused(api: Api) -> None:
    assert problem(post(api, "buyers", [BUYERS, NOWHERE], mapping="[" * 100_000)) == (422, "mapping_refused")


@pytest.mark.parametrize("who", ["buyer", "exhibitor", "viewer", "stranger", "foreigner"])
def test_only_staff_may_import(api: Api, who: str) -> None:
    with nothing_changes(api.fair):
        assert problem(post(api, "buyers", [BUYERS, NOWHERE], who=who)) == (404, "not_found")


def test_there_are_two_kinds_of_sheets(api: Api) -> None:
    assert problem(post(api, "viewers", [BUYERS, NOWHERE])) == (422, "unreadable")


def test_confirming_as_proposed_needs_no_zone(api: Api) -> None:
    post(api, "buyers", [BUYERS, NOWHERE])
    (finding,) = api.send("organiser", "GET", api.path("/findings")).json()
    path = api.path(f"/parties/{finding['party']}")
    refused = api.send("organiser", "POST", f"{path}/confirm", {})
    assert problem(refused) == (409, "needs_look")
    assert api.send("organiser", "POST", f"{path}/confirm", {"proposed": True}).status_code == 200
    party: dict[str, Any] = api.send("organiser", "GET", path).json()
    assert (party["zone"], party["needs_look"]) == ("America/New_York", [])
    assert api.send("organiser", "GET", api.path("/findings")).json() == []


def test_what_was_confirmed_is_not_listed_again_with_what_is_new(api: Api) -> None:
    post(api, "buyers", [BUYERS, NOWHERE])
    (first,) = api.send("organiser", "GET", api.path("/findings")).json()
    api.send("organiser", "POST", api.path(f"/parties/{first['party']}/confirm"), {"zone": "America/Denver"})
    report = post(api, "buyers", [BUYERS, [*NOWHERE[:5], "10-7", ""]]).json()
    assert [one["row"] for one in report["needs_look"]] == [2]
    (second,) = api.send("organiser", "GET", api.path("/findings")).json()
    assert (first["field"], second["field"]) == ("city", "hours")
