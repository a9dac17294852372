from collections.abc import Callable
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.accounts.permissions import RoleName
from server.accounts.tables import Person
from server.clock import SteppedClock
from server.conventions.commands import add_role
from server.errors import UnknownPerson
from server.ids import new_id
from server.usecases.accounts import Named
from server.usecases.people import add_speaker, change_speaker, give_places
from server.work import Work
from sessions.errors import NotAllowed, NotFound
from sessions.registration import Seat
from tests.api.conftest import add_person
from tests.factories import Fair, make_fair, make_host, refused
from tests.sessions.programme import TITLE, talk

ORGANISER = Actor(new_id(), roles=frozenset({RoleName.ORGANISER}))
VIEWER = Actor(new_id(), roles=frozenset({RoleName.VIEWER}))


def test_accounts_are_found_by_id_and_by_address(fair: Fair) -> None:
    party, viewer = fair.buyer(), add_person(fair, fair.host_id)
    fair.perform(SYSTEM, add_role, viewer, "viewer")

    def give_address(work: Work) -> None:
        work.db.get_one(Person, viewer).email = "viewer@people.example"

    fair.perform(SYSTEM, give_address)
    speaker = fair.perform(ORGANISER, add_speaker, name=TITLE, person="viewer@people.example")
    assert speaker.person == viewer
    assert fair.perform(ORGANISER, change_speaker, speaker.id, person=party.people[0]).person == party.people[0]
    assert fair.perform(ORGANISER, change_speaker, speaker.id, affiliation=TITLE).person == party.people[0]
    assert fair.perform(ORGANISER, change_speaker, speaker.id, person=None).person is None
    people: list[Named] = ["viewer@people.example", party.people[0]]
    given = fair.perform(ORGANISER, give_places, talk(fair).id, people, seat=Seat.AUDIENCE, settled=False)
    assert [place.person for place in given.places] == [viewer, party.people[0]]


@pytest.mark.parametrize("whose", ["nobody's", "the host's", "another convention's", "another host's"])
def test_accounts_of_people_who_take_no_part_are_not_found(sqlite_fair: Fair, clock: SteppedClock, whose: str) -> None:
    fair = sqlite_fair
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    made: dict[str, Callable[[], UUID]] = {
        "nobody's": new_id,
        "the host's": lambda: add_person(fair, fair.host_id),
        "another convention's": lambda: other.buyer().people[0],
        "another host's": lambda: add_person(fair, make_host(fair.engine, clock)),
    }
    person = made[whose]()
    before = fair.told()
    with refused(UnknownPerson, person=str(person)):
        fair.perform(ORGANISER, add_speaker, name=TITLE, person=person)
    assert fair.told() == before


def test_who_may_not_learns_nothing_of_who_is_known(sqlite_fair: Fair) -> None:
    known, nobody = sqlite_fair.buyer().people[0], new_id()
    session_id = talk(sqlite_fair).id
    for person in (known, nobody):
        with refused(NotAllowed):
            sqlite_fair.perform(VIEWER, add_speaker, name=TITLE, person=person)
        with refused(NotAllowed):
            sqlite_fair.perform(VIEWER, change_speaker, new_id(), person=person)
        with refused(NotAllowed):
            sqlite_fair.perform(VIEWER, give_places, session_id, [person], seat=Seat.AUDIENCE, settled=True)
        with refused(NotFound):
            sqlite_fair.perform(ORGANISER, give_places, new_id(), [person], seat=Seat.AUDIENCE, settled=True)
