"""Crowds in memory: made when first asked for, made anew when something has changed, and forgotten."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlmodel import Session

from matchmaking.errors import NotFound
from server.database import writing
from server.ids import new_id
from server.recommending.crowds import Crowds, Kept
from sessions.tables import Viewer
from tests.factories import Fair, refused
from tests.matchmaking.recommend.terms import add_taxonomy, describe
from tests.sessions.programme import talk


@pytest.fixture
def crowds(fair: Fair) -> Iterator[Crowds]:
    made = Crowds(fair.engine, fair.clock)
    yield made
    made.close()


def crowd_of(crowds: Crowds, fair: Fair) -> Kept:
    return asyncio.run(crowds.of(fair.id))


def test_a_crowd_is_kept_until_something_changes(fair: Fair, crowds: Crowds) -> None:
    clinic = fair.exhibitor()
    first = crowd_of(crowds, fair)
    assert [party.id for party in first.census.crowd.facts] == [clinic.id]
    assert crowd_of(crowds, fair) is first

    agency = describe(fair, fair.buyer(), interests=["PCR kits"])
    second = crowd_of(crowds, fair)
    assert {party.id for party in second.census.crowd.facts} == {clinic.id, agency.id}

    add_taxonomy(fair)
    third = crowd_of(crowds, fair)
    assert third.census.crowd.facts[third.census.crowd.index[agency.id]].needs == {"pcr"}

    fair.set_policies(who_may_ask=("buyer_to_buyer",))
    assert crowd_of(crowds, fair) is not third


def test_all_who_ask_at_once_wait_for_the_same(fair: Fair, crowds: Crowds) -> None:
    fair.exhibitor()

    async def all_at_once() -> list[Kept]:
        return await asyncio.gather(*(crowds.of(fair.id) for _ in range(5)))

    first, *others = asyncio.run(all_at_once())
    assert all(other is first for other in others)


def test_sessions_that_people_watched_count(fair: Fair, crowds: Crowds) -> None:
    clinic, session = fair.exhibitor(), talk(fair).id
    watch(fair, session, clinic.people[0])
    watch(fair, session, new_id())
    [facts] = crowd_of(crowds, fair).census.crowd.facts
    assert facts.sessions == {session}


def watch(fair: Fair, session: UUID, person: UUID) -> None:
    with writing(fair.engine) as connection, Session(connection) as db:
        row = Viewer(session_id=session, person_id=person, newcomer=True, first_seen_at=fair.clock.now())
        db.add(row)
        db.flush()


def test_a_convention_without_a_calendar_is_refused(fair: Fair, crowds: Crowds) -> None:
    with refused(NotFound):
        asyncio.run(crowds.of(new_id()))
