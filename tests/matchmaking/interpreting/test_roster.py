"""Who interprets: added, changed, ill, leaving; and hours that are one party's alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from matchmaking.errors import BadCalendar, NotAllowed, NotFound
from matchmaking.interpreting.blocks import give_back, reserve
from matchmaking.interpreting.errors import CannotInterpret
from matchmaking.interpreting.queries import Cover, active_interpreters, cover
from matchmaking.interpreting.roster import change, enrol, set_hours
from matchmaking.parties import Day
from matchmaking.queries import state_of_person
from server.accounts.actors import SYSTEM
from server.accounts.leaving import leave, places_of
from server.database import reading
from server.ids import new_id
from tests.factories import SEOUL, Fair, Party, at, refused, taken
from tests.matchmaking.interpreting.team import interpreted, interpreter

NINE, NEXT, NOON = "2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 12:30"
KO_RU = {("ko", "ru"), ("ru", "ko")}


@pytest.fixture
def fair(sqlite_fair: Fair) -> Fair:
    return sqlite_fair


@pytest.fixture
def clinic(fair: Fair) -> Party:
    return fair.exhibitor(languages=["ko"])


@pytest.fixture
def agency(fair: Fair) -> Party:
    return fair.buyer(languages=["ru"])


def test_an_interpreter_is_as_told_and_told_again_is_changed(fair: Fair, clinic: Party) -> None:
    person = interpreter(fair, "ko", "ru")
    changed = fair.perform(SYSTEM, enrol, person, zone=SEOUL, pairs=KO_RU, daily_minutes=240, party=clinic.id)
    assert changed.model_dump() == {
        "id": person,
        "party": clinic.id,
        "zone": SEOUL,
        "daily_minutes": 240,
        "active": True,
        "pairs": (("ko", "ru"), ("ru", "ko")),
    }
    with reading(fair.engine) as db:
        assert active_interpreters(db, fair.id) == [changed]
    assert fair.told()[-2:] == ["interpreter.added", "interpreter.changed"]


def test_only_the_organiser_says_who_interprets(fair: Fair, clinic: Party) -> None:
    with refused(NotAllowed):
        fair.perform(clinic, enrol, clinic.people[0], zone=SEOUL, pairs=KO_RU)
    with refused(NotFound):
        fair.perform(SYSTEM, change, clinic.people[0], active=False)
    with refused(NotFound):
        fair.perform(SYSTEM, change, interpreter(fair, "ko", "ru"), party=new_id())


def test_who_falls_ill_is_replaced_where_somebody_can(fair: Fair, clinic: Party, agency: Party) -> None:
    ill = interpreter(fair, "ko", "ru")
    early, late = fair.meet(agency, clinic, NINE), fair.meet(agency, fair.exhibitor(languages=["ko"]), NOON)
    healthy = interpreter(fair, "ko", "ru", "en", hours=((600, 1080),))
    fair.perform(SYSTEM, change, ill, active=False)
    assert interpreted(fair, early) == ("pending", None)
    assert interpreted(fair, late) == ("booked", healthy)
    assert not {cell for person, cell in fair.occupied() if person == ill}
    with reading(fair.engine) as db:
        assert state_of_person(db, fair.id, ill) == {"meeting": {}, "block": {}}
    fair.perform(SYSTEM, change, ill, active=True)
    with reading(fair.engine) as db:
        assert {one.id for one in active_interpreters(db, fair.id)} == {ill, healthy}


def test_other_hours_let_go_what_is_outside_of_them(fair: Fair, clinic: Party, agency: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    early, late = fair.meet(agency, clinic, NINE), fair.meet(agency, fair.exhibitor(languages=["ko"]), NOON)
    days = [Day(date(2020, 11, 9), "online", ((600, 1080),))]
    fair.perform(SYSTEM, set_hours, only, None, days)
    assert (interpreted(fair, early), interpreted(fair, late)) == (("pending", None), ("booked", only))


def test_who_leaves_the_convention_interprets_nothing_there(fair: Fair, clinic: Party, agency: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(agency, clinic, NINE)
    with reading(fair.engine) as db:
        assert places_of(db, only) == [fair.id]
    fair.perform(SYSTEM, leave, only)
    assert interpreted(fair, meeting_id) == ("pending", None)
    with reading(fair.engine) as db:
        assert (places_of(db, only), active_interpreters(db, fair.id)) == ([], [])


def test_reserved_hours_serve_one_party_one_meeting_at_a_time(fair: Fair, clinic: Party, agency: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    hours: dict[str, Any] = {"starts_at": at(NINE), "ends_at": at("2020-11-09 12:00")}
    block = fair.perform(SYSTEM, reserve, person_id=only, party_id=clinic.id, **hours)
    others = fair.meet(agency, fair.exhibitor(languages=["ko"]), NINE)
    assert interpreted(fair, others) == ("pending", None)
    own = fair.meet(fair.buyer(languages=["ru"]), clinic, NEXT)
    assert interpreted(fair, own) == ("booked", only)
    assert {holder for (resource, _), holder in fair.occupied().items() if resource == block.id} == {own}
    fair.perform(SYSTEM, give_back, block.id)
    assert interpreted(fair, own) == ("booked", only)
    held = {key: holder for key, holder in fair.occupied().items() if key[0] in (only, block.id)}
    assert held == taken(own, [only], NEXT)
    assert fair.told()[-1] == "block.released"


def test_hours_that_cannot_be_reserved_are_refused(fair: Fair, clinic: Party, agency: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    fair.meet(agency, clinic, NINE)
    hours: dict[str, Any] = {"starts_at": at(NINE), "ends_at": at("2020-11-09 12:00")}
    whose: dict[str, Any] = {"person_id": only, "party_id": clinic.id}
    with refused(CannotInterpret, reason="busy"):
        fair.perform(SYSTEM, reserve, **whose, **hours)
    with refused(BadCalendar):
        fair.perform(SYSTEM, reserve, **whose, **hours | {"ends_at": at(NINE)})
    with refused(BadCalendar):
        fair.perform(SYSTEM, reserve, **whose, **hours | {"ends_at": at(NINE) + timedelta(minutes=7)})
    with refused(NotFound):
        fair.perform(SYSTEM, reserve, **whose | {"person_id": new_id()}, **hours)
    with refused(NotAllowed):
        fair.perform(clinic, reserve, **whose, **hours)
    own = interpreter(fair, "ko", "ru", party=agency.id)
    with refused(CannotInterpret, reason="others_own"):
        fair.perform(SYSTEM, reserve, **whose | {"person_id": own}, **hours)


def test_cover_is_counted_by_languages(fair: Fair, clinic: Party) -> None:
    interpreter(fair, "ko", "ru", hours=((540, 640),))
    for wall, languages in ((NINE, ["mn", "ru"]), (NEXT, ["ru"]), (NOON, ["ru"]), ("2020-11-09 13:05", ["mn"])):
        fair.meet(fair.buyer(languages=languages), clinic, wall)
    fair.meet(fair.buyer(languages=["ko"]), clinic, "2020-11-09 14:15")
    with reading(fair.engine) as db:
        assert cover(db, fair.id) == [Cover("ko", "ru", 3, 90, 1, 30), Cover("ko", "mn", 1, 30, 1, 30)]
