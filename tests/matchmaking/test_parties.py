"""Parties: their hours, and what the organiser confirms."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from matchmaking.errors import NeedsLook, NotAllowed, NotFound
from matchmaking.events import DirectoryRecord
from matchmaking.parties import confirm, directory, set_availability
from matchmaking.queries import slots_for
from matchmaking.tables import Availability, Participation, Representative
from server.accounts.actors import SYSTEM
from server.database import reading
from server.ids import new_id
from server.work import Work
from tests.factories import FIRST_DAY, Fair, Party, make_fair, refused


def hours_of(fair: Fair, person: UUID) -> list[tuple[str, str, list[list[int]], str]]:
    with reading(fair.engine) as db:
        rows = select(Availability).where(Availability.convention_id == fair.id, Availability.person_id == person)
        return [
            (row.zone, row.mode, row.hours, row.source) for row in db.exec(rows.order_by(col(Availability.local_date)))
        ]


def test_the_directory_counts_who_takes_part(fair: Fair) -> None:
    fair.exhibitor()
    fair.buyer(needs_look=["zone"])
    fair.party(offers=True, seeks=True)
    make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021").buyer()
    with reading(fair.engine) as db:
        assert directory(db, fair.id) == DirectoryRecord(id=fair.id, version=3, exhibitors=2, buyers=2, needs_look=1)


def test_a_confirmed_party_has_slots(fair: Fair) -> None:
    clinic, unclear = fair.exhibitor(), fair.buyer(needs_look=["country"])
    with reading(fair.engine) as db:
        assert slots_for(db, fair.id, clinic.id, unclear.id, fair.clock.now()) == []
    told = fair.perform(SYSTEM, confirm, unclear.id, country="MN")
    assert told == DirectoryRecord(id=fair.id, version=3, exhibitors=1, buyers=1, needs_look=0)
    with reading(fair.engine) as db:
        assert db.get_one(Participation, unclear.id).country == "MN"
        assert len(slots_for(db, fair.id, clinic.id, unclear.id, fair.clock.now())) == len(fair.slots)
    (event,) = fair.events()
    assert (event.type, event.topics) == ("party.confirmed", ("organiser",))
    assert fair.ask(clinic, unclear).state == "pending"


def test_people_keep_their_hours_when_their_zone_is_set_right(fair: Fair) -> None:
    unclear = fair.buyer(people=2, zone="Asia/Seoul", hours=[(540, 720)], needs_look=["zone"])
    fair.perform(SYSTEM, confirm, unclear.id, "America/Sao_Paulo")
    for person in unclear.people:
        assert set(map(str, hours_of(fair, person))) == {str(("America/Sao_Paulo", "online", [[540, 720]], "stated"))}
    with reading(fair.engine) as db:
        zones = db.exec(select(Representative.zone).where(Representative.participation_id == unclear.id)).all()
        assert (set(zones), db.get_one(Participation, unclear.id).zone) == ({"America/Sao_Paulo"}, "America/Sao_Paulo")


def without_zone(fair: Fair) -> Party:
    """A party of which nobody said where it is: it has no hours either."""
    party = fair.buyer(needs_look=["zone"])

    def forget(work: Work) -> None:
        work.db.get_one(Participation, party.id).zone = None
        work.db.get_one(Representative, (fair.id, party.people[0])).zone = None
        rows = select(Availability).where(Availability.person_id == party.people[0])
        for row in work.db.exec(rows):
            work.db.delete(row)

    fair.perform(SYSTEM, forget)
    return party


def test_nobody_is_confirmed_whose_zone_is_unknown(fair: Fair) -> None:
    nowhere = without_zone(fair)
    with refused(NeedsLook, fields=["zone"]):
        fair.perform(SYSTEM, confirm, nowhere.id, country="MN")
    assert (hours_of(fair, nowhere.people[0]), fair.events()) == ([], [])
    fair.perform(SYSTEM, confirm, nowhere.id, "Asia/Ulaanbaatar")
    assert hours_of(fair, nowhere.people[0]) == [("Asia/Ulaanbaatar", "online", [[540, 1080]], "assumed")] * 6


def test_confirming_is_the_organisers(fair: Fair) -> None:
    unclear = fair.buyer(needs_look=["zone"])
    with refused(NotAllowed):
        fair.perform(unclear, confirm, unclear.id)
    with refused(NotFound):
        fair.perform(SYSTEM, confirm, new_id())
    other = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    with refused(NotFound):
        other.perform(SYSTEM, confirm, unclear.id)


@pytest.mark.parametrize("again", ["stated", "unknown"])
def test_hours_said_anew_take_the_place_of_the_old(fair: Fair, again: str) -> None:
    person = fair.buyer(hours=[(540, 720)]).people[0]
    if again == "stated":
        fair.perform(
            SYSTEM, set_availability, person, "Asia/Tokyo", kind="stated", hours=[(600, 660)], dates=[FIRST_DAY]
        )
        modes = [(mode, hours) for _, mode, hours, _ in hours_of(fair, person)]
        assert modes == [("absent", []), ("online", [[600, 660]]), *[("absent", [])] * 4]
    else:
        fair.perform(SYSTEM, set_availability, person, "Asia/Tokyo", kind="unknown")
        assert hours_of(fair, person) == [("Asia/Tokyo", "online", [[540, 1080]], "assumed")] * 6
