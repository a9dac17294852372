"""Who was in a session: listed for those who certify it, and for each person."""

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session, select

from server.accounts.tables import Person
from server.audit.tables import AuditEntry
from server.database import reading, writing
from tests.api.conftest import Api, api_of
from tests.factories import Fair
from tests.sessions.programme import HALF_PAST_TEN, TEN, TITLE, talk, watch

MINUTE = timedelta(minutes=1)


def held(api: Api) -> UUID:
    """A talk of half an hour that the buyer saw whole, the exhibitor two thirds of, and two guests ten minutes."""
    session_id = talk(api.fair).id
    name(api, "buyer", "buyer@firm.example", {"ko": "=김부장", "en": "Kim", "original": "ko"})
    api.fair.clock.move_to(TEN)
    api.fair.fire_due()
    watch(api.fair, session_id, [(api.people["buyer"], "KR")], concurrent=1)
    api.fair.clock.move_to(TEN + 10 * MINUTE)
    watch(api.fair, session_id, [(api.people["exhibitor"], "KR")], concurrent=2)
    api.fair.clock.move_to(TEN + 20 * MINUTE)
    watch(api.fair, session_id, [(uuid4(), None), (uuid4(), "MN")], concurrent=4, guests=True)
    api.fair.clock.move_to(HALF_PAST_TEN)
    api.fair.fire_due()
    return session_id


@pytest.fixture
def over(api: Api) -> UUID:
    return held(api)


def name(api: Api, who: str, email: str, names: dict[str, str]) -> None:
    with writing(api.fair.engine) as connection, Session(connection) as db:
        person = db.get_one(Person, api.people[who])
        person.email, person.name = email, names
        db.flush()


def get(api: Api, who: str, path: str) -> httpx.Response:
    answer = api.send(who, "GET", api.path(path))
    assert answer.status_code == 200, answer.text
    return answer


def entry(api: Api, who: str, joined: str, minutes: int, share: float, *, certificate: bool) -> dict[str, Any]:
    with reading(api.fair.engine) as db:
        person = db.get_one(Person, api.people[who])
        about = {"id": str(person.id), "name": person.name, "email": person.email}
    times = {"joined_at": joined, "left_at": "2020-11-09T01:30:00Z", "minutes": minutes, "share": share}
    return {**about, **times, "certificate": certificate}


def test_list_has_everybody_with_minutes_and_share_and_guests_in_one_line(api: Api, over: UUID) -> None:
    page = get(api, "organiser", f"/programme/{over}/attendance").json()
    everybody = [
        entry(api, "buyer", "2020-11-09T01:00:00Z", 30, 1.0, certificate=True),
        entry(api, "exhibitor", "2020-11-09T01:10:00Z", 20, 0.6667, certificate=False),
    ]
    assert page == {
        "session": str(over),
        "minutes": 30,
        "share": 0.8,
        "guests": {"people": 2, "minutes": 20},
        "items": sorted(everybody, key=lambda one: str(one["id"])),
        "next": None,
    }
    generous = get(api, "staff", f"/programme/{over}/attendance?share=0.5").json()
    assert [one["certificate"] for one in generous["items"]] == [True, True]
    first = get(api, "staff", f"/programme/{over}/attendance?limit=1").json()
    second = get(api, "staff", f"/programme/{over}/attendance?limit=1&after={first['next']}").json()
    assert (first["items"] + second["items"], second["next"]) == (page["items"], None)


def test_each_sees_their_own(api: Api, over: UUID) -> None:
    about = {"session": str(over), "title": TITLE}
    mine = entry(api, "exhibitor", "2020-11-09T01:10:00Z", 20, 0.6667, certificate=False)
    times = {key: mine[key] for key in ("joined_at", "left_at", "minutes", "share", "certificate")}
    assert get(api, "exhibitor", "/me/attendance").json() == [{**about, **times}]
    assert get(api, "exhibitor", "/me/attendance?share=0.6").json() == [{**about, **times, "certificate": True}]
    assert get(api, "viewer", "/me/attendance").json() == []


def test_sheets_hold_the_same_in_the_conventions_time_and_names_stay_texts(api: Api, over: UUID) -> None:
    address = f"/programme/{over}/attendance"
    answer = get(api, "organiser", f"{address}.csv")
    lines = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    header = ["Name", "Name (English)", "Mail", "Joined", "Left", "Minutes", "Share", "Certificate"]
    kim = ["김부장", "Kim", "buyer@firm.example", "2020-11-09 10:00:00", "2020-11-09 10:30:00", "30", "1.0", "yes"]
    other = ["", "", "", "2020-11-09 10:10:00", "2020-11-09 10:30:00", "20", "0.6667", "no"]
    people = sorted([(api.people["buyer"], ["'=" + kim[0], *kim[1:]]), (api.people["exhibitor"], other)])
    guests = ["Guests: 2", "", "", "", "", "20", "", ""]
    assert lines == [header, *(row for _, row in people), guests]
    workbook = get(api, "organiser", f"{address}.xlsx")
    cells = CalamineWorkbook.from_filelike(BytesIO(workbook.content)).get_sheet_by_name("Attendance").to_python()
    told = [
        [str(cell).removesuffix(".0") if column == 5 else str(cell) for column, cell in enumerate(r)] for r in cells
    ]
    assert told == [header, *([row[0].removeprefix("'"), *row[1:]] for _, row in people), guests]


def test_looks_and_exports_are_entered_in_the_trail(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair) as api:
        over = held(api)
        for ending in ("", ".csv", ".xlsx"):
            get(api, "staff", f"/programme/{over}/attendance{ending}")
    with reading(sqlite_fair.engine) as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.actor_id == api.people["staff"])).all()
    looks = {(one.about_id, json.dumps(one.new)) for one in entries if one.action == "person.looked_up"}
    assert looks == {(api.people[who], '{"list": "attendance"}') for who in ("buyer", "exhibitor")}
    exports = [(one.subject, one.subject_id) for one in entries if one.action == "attendance.exported"]
    assert exports == [("session", str(over))] * 2


def test_session_that_is_not_there_has_no_attendance(api: Api) -> None:
    for ending in ("", ".csv", ".xlsx"):
        assert api.send("staff", "GET", api.path(f"/programme/{uuid4()}/attendance{ending}")).status_code == 404
