"""Statements that go past SQLAlchemy's execution say and store the same as those that do not."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st
from sqlalchemy import Date, Engine, Integer, String, Uuid, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel.sql.sqltypes import UTCDateTime

from matchmaking.statements import Insertion, Question, Statement, _to_driver, given, together
from matchmaking.tables import Occupancy, Slot
from server.database import writing
from server.ids import new_id
from tests.factories import Fair, at

SLOT = Slot.__table__  # type: ignore[attr-defined]
OCCUPANCY = Occupancy.__table__  # type: ignore[attr-defined]
ABOUT = given(slot=Uuid(), after=UTCDateTime(), day=Date(), count=Integer(), name=String())
ECHO = Question(
    select(ABOUT.c.slot, ABOUT.c.after, ABOUT.c.day, ABOUT.c.count, ABOUT.c.name, SLOT.c.starts_at).select_from(
        ABOUT.outerjoin(SLOT, (SLOT.c.id == ABOUT.c.slot) & (SLOT.c.starts_at > ABOUT.c.after))
    ),
    ABOUT,
)


def about(slot: object, after: datetime, name: str | None = "성남 'n\" \\ %(x)s ?") -> dict[str, object]:
    return {"slot": slot, "after": after, "day": date(2020, 11, 9), "count": 7, "name": name}


def test_a_question_is_answered_for_each_of_its_values(fair: Fair) -> None:
    nine, ten = at("2020-11-09 09:00"), at("2020-11-09 10:10")
    with writing(fair.engine) as connection:
        asked = [about(fair.slots[ten], nine), about(fair.slots[nine], nine, None), about(fair.slots[ten], nine)]
        first, second, third = ECHO.rows(connection, asked)
    assert [tuple(row)[:6] for row in first] == [(*asked[0].values(), ten)]
    assert [tuple(row)[:6] for row in second] == [(*asked[1].values(), None)]
    assert [tuple(row)[:6] for row in third] == [(*asked[2].values(), ten)]


def test_nothing_asked_is_nothing_found(fair: Fair) -> None:
    with writing(fair.engine) as connection:
        assert ECHO.rows(connection, []) == []


def test_what_is_asked_together_is_answered_afterwards(fair: Fair) -> None:
    nine = at("2020-11-09 09:00")
    find = Statement(select(SLOT.c.starts_at).where(SLOT.c.id == bindparam("slot")))
    with writing(fair.engine) as connection:
        with together(connection):
            one = find.ask(connection, {"slot": fair.slots[nine]})
            other = find.ask(connection, {"slot": new_id()})
            many = ECHO.ask(connection, [about(fair.slots[nine], nine - timedelta(days=1))])
        assert ([row.starts_at for row in one()], other()) == ([nine], [])
        assert [[row.starts_at for row in rows] for rows in many()] == [[nine]]


STORE = Statement(insert(OCCUPANCY))
SPREAD = given(person=Uuid(), first_cell=Integer())
TAKE_TWO = Insertion(
    "INSERT INTO occupancy (resource_id, cell, holder_id) {given}"
    " SELECT person, first_cell, person FROM given UNION ALL SELECT person, first_cell + 1, person FROM given"
    " WHERE true ON CONFLICT DO NOTHING",
    SPREAD,
)


def test_rows_are_stored_together_and_counted(fair: Fair) -> None:
    one, other, holder = new_id(), new_id(), new_id()
    rows = [{"resource_id": person, "cell": cell, "holder_id": holder} for person in (one, other) for cell in (1, 2)]
    with writing(fair.engine) as connection:
        with together(connection):
            stored = STORE.run_many(connection, rows)
            lone = STORE.run_many(connection, [{"resource_id": one, "cell": 5, "holder_id": holder}])
        assert (stored.rowcount, lone.rowcount) == (4, 1)
        with together(connection):
            taken = TAKE_TWO.run_many(connection, [{"person": one, "first_cell": cell} for cell in (2, 7)])
        assert taken.rowcount == 3  # cell 2 was taken
    expected = {(row["resource_id"], row["cell"]): holder for row in rows} | {(one, 5): holder}
    assert fair.occupied() == expected | {(one, cell): one for cell in (3, 7, 8)}


def test_an_error_among_those_sent_together_is_told_as_sqlalchemys(fair: Fair) -> None:
    row = {"resource_id": new_id(), "cell": 1, "holder_id": new_id()}

    def store() -> None:
        with writing(fair.engine) as connection, together(connection):
            for cell in (1, 1, 2):
                STORE.run_many(connection, [{**row, "cell": cell}])

    with pytest.raises(IntegrityError) as told:
        store()
    assert str(row["resource_id"]) not in str(told.value.statement)
    assert fair.occupied() == {}


INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=3))]))


@given_that(st.none() | INSTANTS)
@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.psycopg.dialect()], ids=["sqlite", "postgresql"])  # type: ignore[no-untyped-call]
def test_the_short_cut_for_instants_leads_to_the_same(dialect: object, instant: datetime | None) -> None:
    usual = UTCDateTime().dialect_impl(dialect).bind_processor(dialect)  # type: ignore[arg-type]
    short = _to_driver(UTCDateTime(), dialect)  # type: ignore[arg-type]
    assert usual is not None
    assert short is not None
    assert short(instant) == usual(instant)


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    short = _to_driver(UTCDateTime(), engine.dialect)
    assert short is not None
    with pytest.raises(ValueError, match="timezone"):
        short(datetime(2020, 11, 9))  # noqa: DTZ001
