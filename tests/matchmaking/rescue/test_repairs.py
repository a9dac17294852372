"""Repairing what stands: proposed without changing anything, applied all together or not at all."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from matchmaking.errors import NotAllowed
from matchmaking.meetings import assign, cancel, move
from matchmaking.parties import set_availability
from matchmaking.rescue.errors import RepairOutdated
from matchmaking.rescue.repairs import ProposedStep, RepairProposal, apply_repair, propose_repair
from matchmaking.slots import cells
from matchmaking.wishes import prefer
from server.accounts.actors import SYSTEM
from server.database import reading
from tests.factories import SEOUL, Fair, Party, at, refused

NOW = "2020-11-09 07:50"
FIRST, SECOND, THIRD = "2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10"
MORNING = ((9 * 60, 10 * 60 + 5),)  # the first two slots


@pytest.fixture
def fair(sqlite_fair: Fair) -> Fair:
    return sqlite_fair


def proposed(fair: Fair, *touched: Party, gone: Party | None = None) -> RepairProposal:
    with reading(fair.engine) as db:
        about = [party.id for party in touched]
        return propose_repair(db, fair.id, fair.clock.now(), parties=about, gone=gone.id if gone else None)


def hours(fair: Fair, party: Party, *opened: tuple[int, int]) -> None:
    """A party's lead is there in these hours, on the first day only."""
    day = date(2020, 11, 9)
    fair.perform(
        SYSTEM, set_availability, party.people[0], SEOUL, kind="stated", hours=opened or MORNING, dates=[day], absent=[]
    )


def wish(fair: Fair, by: Party, about: Party, what: Any = "must_meet") -> None:
    fair.perform(by, prefer, by=by.id, about=about.id, wish=what)


def assigned(fair: Fair, one: Party, other: Party, wall: str) -> UUID:
    return fair.perform(SYSTEM, assign, one=one.id, other=other.id, slot_id=fair.slot(wall)).id


def starts(fair: Fair) -> dict[str, tuple[str, str]]:
    return {key: (one["state"], one["starts_at"]) for key, one in fair.state()["meeting"].items()}


def test_a_freed_time_goes_to_who_wished_it(fair: Fair) -> None:
    exhibitor, buyer, waiting = fair.exhibitor(), fair.buyer(), fair.buyer()
    hours(fair, exhibitor, (9 * 60, 9 * 60 + 30))
    wish(fair, waiting, exhibitor)
    meeting = assigned(fair, buyer, exhibitor, FIRST)
    fair.move_to(NOW)
    assert proposed(fair, buyer, exhibitor).steps == ()
    fair.perform(buyer, cancel, meeting, code="no_longer_interested")
    found = proposed(fair, buyer, exhibitor)
    one, other = sorted((exhibitor.id, waiting.id))
    assert found == RepairProposal(
        steps=(
            ProposedStep(
                what="assign",
                one=one,
                other=other,
                slot=fair.slot(FIRST),
                why="refills",
                before=None,
                after=at(FIRST),
            ),
        ),
        moved=0,
    )
    with reading(fair.engine) as db:
        assert propose_repair(db, fair.id, fair.clock.now()) == found  # of all who were let down
    [made] = fair.perform(SYSTEM, apply_repair, found.steps).meetings
    assert {seat.party for seat in made.attendees} == {one, other}
    assert proposed(fair, buyer, exhibitor).steps == ()
    assert fair.told()[-1] == "meeting.assigned"


def test_one_is_moved_to_make_room_and_all_are_told(fair: Fair) -> None:
    """The exhibitor's hours have shrunk: what was at the third slot fits only where another is, who can come later."""
    exhibitor, flexible, strict = fair.exhibitor(people=1), fair.buyer(), fair.buyer()
    hours(fair, exhibitor, (9 * 60, 11 * 60))
    stays, loses = assigned(fair, flexible, exhibitor, FIRST), assigned(fair, strict, exhibitor, THIRD)
    for buyer in (flexible, strict):
        wish(fair, buyer, exhibitor)
    fair.move_to(NOW)
    assert proposed(fair, exhibitor).steps == ()
    hours(fair, exhibitor)
    hours(fair, strict, (9 * 60, 9 * 60 + 30))
    found = proposed(fair)
    assert [(step.what, step.meeting, step.why, step.after) for step in found.steps] == [
        ("move", loses, "lost_time", at(FIRST)),
        ("move", stays, "makes_room", at(SECOND)),
    ]
    assert found.moved == 1
    told = len(fair.events())
    fair.perform(SYSTEM, apply_repair, found.steps)
    events = fair.events()[told:]
    assert [event.type for event in events] == ["meeting.moved"] * 2
    assert {topic for event in events for topic in event.topics} == {
        "organiser",
        *(f"party:{party.id}" for party in (exhibitor, flexible, strict)),
    }
    spans = {loses: cells(at(FIRST), at(SECOND)), stays: cells(at(SECOND), at(THIRD))}
    lead = exhibitor.people[0]
    assert {cell: holder for (person, cell), holder in fair.occupied().items() if person == lead} == {
        cell: holder for holder, span in spans.items() for cell in span
    }


def test_what_has_no_time_any_more_is_called_off(fair: Fair) -> None:
    exhibitor, buyer = fair.exhibitor(), fair.buyer()
    hours(fair, buyer, (9 * 60, 9 * 60 + 30))
    meeting = assigned(fair, buyer, exhibitor, FIRST)
    fair.move_to(NOW)
    hours(fair, buyer, (2 * 60, 3 * 60))
    found = proposed(fair)
    assert [(step.what, step.meeting, step.after) for step in found.steps] == [("call_off", meeting, None)]
    fair.perform(SYSTEM, apply_repair, found.steps)
    assert starts(fair)[str(meeting)][0] == "cancelled"
    assert fair.occupied() == {}


def test_where_a_time_was_taken_meanwhile_nothing_at_all_is_done(fair: Fair) -> None:
    exhibitor, buyer, waiting = fair.exhibitor(), fair.buyer(), fair.buyer()
    assigned(fair, buyer, exhibitor, THIRD)
    fair.move_to(NOW)
    hours(fair, exhibitor)
    wish(fair, waiting, exhibitor)
    steps = proposed(fair, exhibitor).steps
    assert sorted(step.what for step in steps) == ["assign", "move"]
    [taken] = [step.slot for step in steps if step.what == "assign" and step.slot]
    rival = fair.buyer()
    fair.perform(SYSTEM, assign, one=rival.id, other=exhibitor.id, slot_id=taken)
    before = starts(fair)
    with refused(RepairOutdated):
        fair.perform(SYSTEM, apply_repair, steps)
    assert starts(fair) == before


def test_only_the_organiser_repairs(fair: Fair) -> None:
    with refused(NotAllowed):
        fair.perform(fair.buyer(), apply_repair, [])


def test_a_meeting_that_was_moved_by_others_is_not_moved_again(fair: Fair) -> None:
    exhibitor, buyer = fair.exhibitor(), fair.buyer()
    meeting = assigned(fair, buyer, exhibitor, THIRD)
    fair.move_to(NOW)
    hours(fair, exhibitor)
    [step] = proposed(fair).steps
    fair.perform(buyer, move, meeting, slot_id=fair.slot(FIRST))
    changed = {"meeting": meeting, "one": step.one, "other": step.other, "slot": step.slot}
    with refused(RepairOutdated, changed=[changed]):
        fair.perform(SYSTEM, apply_repair, [step])


def test_what_begins_soon_is_not_moved_to_make_room(fair: Fair) -> None:
    exhibitor, flexible, strict = fair.exhibitor(), fair.buyer(), fair.buyer()
    hours(fair, exhibitor)
    hours(fair, strict, (9 * 60, 9 * 60 + 30))
    assigned(fair, flexible, exhibitor, FIRST)
    wish(fair, strict, exhibitor)
    wish(fair, exhibitor, strict)
    fair.move_to(NOW)
    assert [step.why for step in proposed(fair, strict).steps] == ["refills", "makes_room"]
    fair.move_to("2020-11-09 08:31")
    assert proposed(fair, strict).steps == ()


def test_a_party_that_is_gone_gets_nothing_and_its_times_go_to_others(fair: Fair) -> None:
    exhibitor, gone, waiting = fair.exhibitor(), fair.buyer(), fair.buyer()
    hours(fair, exhibitor, (9 * 60, 9 * 60 + 30))
    for buyer in (gone, waiting):
        wish(fair, buyer, exhibitor)
    meeting = assigned(fair, gone, exhibitor, FIRST)
    fair.move_to("2020-11-09 08:40")
    steps = proposed(fair, gone=gone).steps
    assert sorted((step.what, step.after) for step in steps) == [("assign", at(FIRST)), ("call_off", None)]
    fair.perform(SYSTEM, apply_repair, steps)
    called_off = fair.state()["meeting"].pop(str(meeting))
    assert (called_off["state"], called_off["cancelled_for"]) == ("cancelled", "cannot_attend")
    assert proposed(fair, exhibitor, gone=gone).steps == ()
