"""Making conventions: whose they are, and who owns the host."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import select

from server.accounts.actors import SYSTEM
from server.accounts.permissions import RoleName
from server.accounts.retention import RETENTION
from server.accounts.tables import HostRole, Person, Role
from server.batch import Order, perform
from server.clock import SteppedClock
from server.conventions.commands import (
    ConventionRecord,
    add_person,
    add_role,
    create_convention,
    remove_role,
    set_retention,
)
from server.conventions.tables import Convention, Host, Series
from server.database import reading
from server.errors import LastOne, NotFound, SlugTaken
from server.ids import new_id
from server.work import HOUSE, Work
from tests.factories import SEOUL, Fair, at, make_fair, make_host, refused

SEONGNAM = {"ko": "성남시", "original": "ko"}


def make(engine: Engine, clock: SteppedClock, slug: str, **about: Any) -> ConventionRecord:
    values = {
        "slug": slug,
        "name": {"en": slug},
        "zone": SEOUL,
        "first_day": date(2020, 11, 9),
        "last_day": date(2020, 11, 12),
        "organiser_email": "kim@city.example",
        **about,
    }
    answer = perform(engine, clock, Order(HOUSE, lambda work: create_convention(work, **values)))
    return ConventionRecord.model_validate_json(answer)


def owners(engine: Engine, host: UUID) -> list[UUID]:
    with reading(engine) as db:
        return list(db.exec(select(HostRole.person_id).where(HostRole.host_id == host)))


def test_the_first_organiser_of_a_host_owns_it(engine: Engine, clock: SteppedClock) -> None:
    first = make(engine, clock, "smc-2020", host_name=SEONGNAM)
    second = make(engine, clock, "smc-2021", host_name=SEONGNAM, organiser_email="lee@city.example")
    assert first.host == second.host
    assert first.organiser != second.organiser
    assert owners(engine, first.host) == [first.organiser], "who comes later organises a convention, and owns nothing"
    with reading(engine) as db:
        roles = {(row.convention_id, row.person_id, row.role) for row in db.exec(select(Role))}
    assert roles == {(one.id, one.organiser, "organiser") for one in (first, second)}


def test_a_host_that_is_named_by_its_id_needs_no_name(engine: Engine, clock: SteppedClock) -> None:
    host, other = make_host(engine, clock), make_host(engine, clock)
    made = make(engine, clock, "smc-2020", host_id=host)
    with reading(engine) as db:
        assert {row.id for row in db.exec(select(Host))} == {host, other}
        series = db.exec(select(Series.id).where(Series.host_id == host)).one()
    following = make(engine, clock, "smc-2021", host_id=host, series_id=series)
    with reading(engine) as db:
        assert {row.series_id for row in db.exec(select(Convention))} == {series}
    assert {made.host, following.host} == {host}
    for wrong in (new_id(), series):
        with refused(NotFound):
            make(engine, clock, "other-2021", host_id=other, series_id=wrong)
    with refused(SlugTaken, slug="smc-2021"):
        make(engine, clock, "smc-2021", host_id=other)


def test_how_long_data_is_kept_moves_the_timer(fair: Fair) -> None:
    fair.perform(SYSTEM, set_retention, 30)
    due = [(kind, when) for when, kind, subject in fair.timers() if subject == fair.id]
    assert due == [(RETENTION, at("2020-11-13 00:00") + timedelta(days=30))]
    with reading(fair.engine) as db:
        assert db.get_one(Convention, fair.id).retention_days == 30


def test_people_are_one_a_host_and_address(fair: Fair) -> None:
    kim = ("kim@city.example", SEOUL)
    one = fair.perform(SYSTEM, add_person, fair.host_id, *kim)
    assert fair.perform(SYSTEM, add_person, fair.host_id, *kim, {"en": "Kim"}, "KR") == one
    assert fair.perform(SYSTEM, add_person, fair.host_id, *kim, {"en": "Lee"}, "MN", phone="1") == one
    other = fair.perform(SYSTEM, add_person, make_host(fair.engine, fair.clock), *kim)
    assert other != one
    with reading(fair.engine) as db:
        person = db.get_one(Person, one)
    assert (person.name, person.country, person.phone) == ({"en": "Kim"}, "KR", "1")


def test_a_convention_keeps_an_organiser(fair: Fair) -> None:
    one, other = (fair.perform(SYSTEM, add_person, fair.host_id, f"{n}@city.example", SEOUL) for n in range(2))
    fair.perform(SYSTEM, add_role, one, RoleName.ORGANISER)
    with refused(LastOne):
        fair.perform(SYSTEM, remove_role, one, RoleName.ORGANISER)
    with refused(NotFound):
        fair.perform(SYSTEM, remove_role, other, RoleName.ORGANISER)
    fair.perform(SYSTEM, add_role, other, RoleName.ORGANISER)
    assert fair.perform(SYSTEM, remove_role, one, RoleName.ORGANISER).roles == ()


def test_a_change_of_roles_is_told_by_its_time(fair: Fair) -> None:
    person = fair.perform(SYSTEM, add_person, fair.host_id, "kim@city.example", SEOUL)

    def changed() -> bool:
        """Whether it was told; it is forgotten for the next time."""
        seen: list[bool] = []

        def look(work: Work) -> None:
            row = work.db.get_one(Person, person)
            seen.append(row.rights_changed_at is not None)
            row.rights_changed_at = None

        fair.perform(SYSTEM, look)
        return seen[0]

    assert not changed()
    for command, told in ((add_role, True), (add_role, False), (remove_role, True)):
        fair.perform(SYSTEM, command, person, "speaker")
        assert changed() is told, "a role that one has already changes nothing"


def test_two_conventions_that_add_somebody_at_once_make_one_person(fair: Fair) -> None:
    following = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    barrier = Barrier(8)

    def add(one: Fair) -> UUID:
        barrier.wait()
        return one.perform(SYSTEM, add_person, fair.host_id, "kim@city.example", SEOUL)

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(add, 4 * [fair, following]))
    assert len(set(made)) == 1


def test_of_conventions_that_take_an_address_at_once_one_has_it(engine: Engine, clock: SteppedClock) -> None:
    hosts = [make_host(engine, clock) for _ in range(4)]
    barrier = Barrier(len(hosts))

    def outcome(host: UUID) -> str:
        barrier.wait()
        try:
            make(engine, clock, "smc-2022", host_id=host)
        except SlugTaken as refusal:
            return f"{refusal.details['slug']} is taken"
        return "made"

    with ThreadPoolExecutor(len(hosts)) as threads:
        assert sorted(threads.map(outcome, hosts)) == ["made"] + 3 * ["smc-2022 is taken"]
