"""Whatever sheets come one after another, the last one holds, and again it changes nothing."""

from collections import Counter
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.imports.known import PARTY, PERSON, SEAT
from server.imports.taking import take
from tests.factories import BEFORE, Fair, make_fair, make_host
from tests.imports.taking import EXHIBITORS, nothing_changes, prepared

COMPANIES = (("가람", "Garam"), ("나래", ""), ("", "Dasom"), ("새가람", "Garam"))
PEOPLE = (("김하나", "one@x.example"), ("김하나", ""), ("이둘", "two@x.example"), ("", "three@x.example"), ("박넷", ""))
HOURS = ("", "09:00~18:00", "종일", "10-7")
NUMBERS = count()

person = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(HOURS))
company = st.tuples(st.sampled_from(COMPANIES), st.lists(person, min_size=1, max_size=3, unique_by=lambda one: one[0]))
sheet = st.lists(company, min_size=1, max_size=3, unique_by=lambda one: one[0])
Sheet = list[tuple[tuple[str, str], list[tuple[tuple[str, str], str]]]]


def rows_of(companies: Sheet) -> list[list[str]]:
    rows = [EXHIBITORS]
    for (korean, english), people in companies:
        for at, ((name, mail), hours) in enumerate(people):
            rows.append([*(("", "") if at else (korean, english)), name, mail, "" if at else "봉합사", hours, ""])
    return rows


def seated(fair: Fair) -> dict[str, Counter[tuple[str, str]]]:
    """Who sits for whom: by the party's name, everybody's name and address."""
    query = (
        select(PARTY.c.name, PERSON.c.name.label("person"), PERSON.c.email)
        .join(SEAT, SEAT.c.participation_id == PARTY.c.id)
        .join(PERSON, PERSON.c.id == SEAT.c.person_id)
        .where(PARTY.c.convention_id == fair.id, SEAT.c.active)
    )
    found: dict[str, Counter[tuple[str, str]]] = {}
    with reading(fair.engine) as db:
        for row in db.connection().execute(query):
            name = (row.person or {}).get((row.person or {}).get("original"), "")
            found.setdefault(row.name[row.name["original"]], Counter())[name, row.email or ""] += 1
    return found


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets=st.lists(sheet, min_size=2, max_size=4))
def test_the_last_sheet_holds_and_again_it_changes_nothing(sqlite_engine: Engine, sheets: list[Sheet]) -> None:
    clock = SteppedClock(BEFORE)
    host = make_host(sqlite_engine, clock)
    fair = make_fair(sqlite_engine, clock, host_id=host, slug=f"fair-{next(NUMBERS)}")
    for companies in sheets:
        plan = prepared(fair, "exhibitors", rows_of(companies)).plan
        if plan.stops:
            continue
        fair.perform(SYSTEM, take, plan)
        now = seated(fair)
        for (korean, english), people in companies:
            assert now[korean or english] == Counter(who for who, _ in people)
        with nothing_changes(fair):
            again = prepared(fair, "exhibitors", rows_of(companies)).plan
            assert fair.perform(SYSTEM, take, again).unchanged == len(companies)
