"""Reactions: what processes have counted is added up, where there is something to react to."""

from uuid import UUID

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from sessions.floor.reactions import Reaction, add_reactions, reactions_of
from sessions.running import end, go_live, pause
from tests.factories import Fair, make_fair
from tests.sessions.programme import talk


def counted(fair: Fair, session_id: UUID) -> dict[str, int]:
    with reading(fair.engine) as db:
        return reactions_of(db, session_id)


def test_what_all_processes_count_is_added_up(fair: Fair) -> None:
    one, other = talk(fair).id, talk(fair).id
    for session_id in (one, other):
        fair.perform(SYSTEM, go_live, session_id)
    fair.perform(SYSTEM, pause, other)
    fair.perform(SYSTEM, add_reactions, {one: {Reaction.CLAP: 3, Reaction.WOW: 1}, other: {Reaction.HEART: 2}})
    fair.perform(SYSTEM, add_reactions, {one: {Reaction.CLAP: 4}})
    assert (counted(fair, one), counted(fair, other)) == ({"clap": 7, "wow": 1}, {"heart": 2})


def test_where_nothing_goes_on_or_none_are_wanted_none_are_counted(fair: Fair, clock: SteppedClock) -> None:
    elsewhere = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    planned, over, silent, theirs = (
        talk(fair).id,
        talk(fair).id,
        talk(fair, floor={"reactions": False}).id,
        talk(elsewhere).id,
    )
    for session_id in (over, silent):
        fair.perform(SYSTEM, go_live, session_id)
    fair.perform(SYSTEM, end, over)
    elsewhere.perform(SYSTEM, go_live, theirs)
    everywhere = (planned, over, silent, theirs)
    fair.perform(SYSTEM, add_reactions, {session_id: {Reaction.CLAP: 1} for session_id in everywhere})
    assert [counted(fair, session_id) for session_id in everywhere] == [{}, {}, {}, {}]


def test_reactions_are_no_facts(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    sqlite_fair.perform(SYSTEM, go_live, session_id)
    before = sqlite_fair.told()
    sqlite_fair.perform(SYSTEM, add_reactions, {session_id: {Reaction.LAUGH: 1, Reaction.THANKS: 1}})
    assert sqlite_fair.told() == before
