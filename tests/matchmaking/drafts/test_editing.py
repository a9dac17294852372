"""A draft edited by hand: moved, pinned, banned, taken out, put back; refused with what is in the way."""

from datetime import date
from uuid import UUID

import pytest

from matchmaking import wishes
from matchmaking.drafts import drafting, editing
from matchmaking.drafts.errors import InTheWay, NotTakenOut
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.errors import NotFound, SlotUnknown, WrongState
from server.accounts.actors import SYSTEM
from server.ids import new_id
from tests.factories import Fair, at, refused
from tests.matchmaking.drafts.making import made, meeting_of, meetings, wish

MORNING = ((9 * 60, 11 * 60),)  # 09:00, 09:35 and 10:10
ONE_DAY = (date(2020, 11, 9),)


def wall(fair: Fair, slot_id: UUID) -> str:
    start = next(start for start, known in fair.slots.items() if known == slot_id)
    return start.astimezone(at("2020-11-09 09:00").tzinfo).isoformat()


def test_a_meeting_is_dragged_to_another_slot(fair: Fair) -> None:
    buyer, exhibitor = fair.buyer(), fair.exhibitor(people=2)
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    record = fair.perform(SYSTEM, editing.move, draft.id, row.id, slot_id=fair.slot("2020-11-10 15:25"))
    moved = meeting_of(fair, draft.id, buyer, exhibitor)
    assert (moved.slot_id, record.edited) == (fair.slot("2020-11-10 15:25"), True)
    assert moved.model_dump(exclude={"slot_id"}) == row.model_dump(exclude={"slot_id"})
    assert fair.told()[-1] == "draft.edited"


def test_who_can_come_then_comes(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, other, exhibitor = fair.buyer(), fair.buyer(), fair.exhibitor(people=2)
    wish(fair, exhibitor, buyer, other)
    draft = made(fair)
    one, two = (meeting_of(fair, draft.id, party, exhibitor) for party in (buyer, other))
    assert one.slot_id == two.slot_id  # the exhibitor's two people are busy at once
    fair.perform(SYSTEM, editing.move, draft.id, one.id, slot_id=fair.slot("2020-11-10 15:25"))
    fair.perform(SYSTEM, editing.move, draft.id, two.id, slot_id=fair.slot("2020-11-10 15:25"))
    found = [meeting_of(fair, draft.id, party, exhibitor).people[str(exhibitor.id)] for party in (buyer, other)]
    assert sorted(found) == sorted(str(person) for person in exhibitor.people)


def test_it_is_refused_with_what_is_in_the_way_and_the_nearest_free(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer = fair.buyer(hours=MORNING, dates=ONE_DAY)
    exhibitors = [fair.exhibitor() for _ in range(2)]
    wish(fair, buyer, *exhibitors)
    draft = made(fair)
    first, second = (meeting_of(fair, draft.id, buyer, one) for one in exhibitors)
    third = fair.slot("2020-11-09 10:10")
    by_slot = sorted((first, second), key=lambda row: wall(fair, row.slot_id))
    with refused(InTheWay, obstacle="taken", alternatives=[third]):
        fair.perform(SYSTEM, editing.move, draft.id, by_slot[1].id, slot_id=by_slot[0].slot_id)
    with refused(InTheWay, obstacle="hours", alternatives=[third]):
        fair.perform(SYSTEM, editing.move, draft.id, by_slot[1].id, slot_id=fair.slot("2020-11-09 11:20"))
    with refused(SlotUnknown):
        fair.perform(SYSTEM, editing.move, draft.id, first.id, slot_id=new_id())


def test_what_is_agreed_meanwhile_is_in_the_way(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, rival, exhibitor = fair.buyer(), fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    fair.meet(rival, exhibitor, "2020-11-10 09:35")
    beside = [fair.slot("2020-11-10 09:00"), fair.slot("2020-11-10 10:10"), fair.slot("2020-11-10 10:45")]
    with refused(InTheWay, obstacle="taken", alternatives=beside):
        fair.perform(SYSTEM, editing.move, draft.id, row.id, slot_id=fair.slot("2020-11-10 09:35"))


def test_limits_bind_the_organiser_too(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitors = fair.buyer(), [fair.exhibitor(), fair.exhibitor()]
    wish(fair, buyer, *exhibitors)
    fair.perform(SYSTEM, wishes.limit, buyer.id, most_a_day=1)
    draft = made(fair)
    first, second = (meeting_of(fair, draft.id, buyer, one) for one in exhibitors)
    with pytest.raises(InTheWay) as refusal:
        fair.perform(SYSTEM, editing.move, draft.id, second.id, slot_id=fair.slot("2020-11-09 15:25"))
    assert refusal.value.details["obstacle"] == "most"
    assert first.slot_id != second.slot_id


def test_pins_are_set_and_taken_back(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    record = fair.perform(SYSTEM, editing.pin, draft.id, row.id, pinned=True)
    assert (meeting_of(fair, draft.id, buyer, exhibitor).pinned, record.edited) == (True, False)
    fair.perform(SYSTEM, editing.pin, draft.id, row.id, pinned=False)
    assert not meeting_of(fair, draft.id, buyer, exhibitor).pinned


def test_what_was_taken_out_is_put_back(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    with refused(NotTakenOut):
        fair.perform(SYSTEM, editing.put_back, draft.id, row.id)
    fair.perform(SYSTEM, editing.take_out, draft.id, row.id)
    assert meeting_of(fair, draft.id, buyer, exhibitor).lost == "taken_out"
    for command in (editing.move, editing.pin):
        details = {"slot_id": row.slot_id} if command is editing.move else {"pinned": True}
        with refused(NotFound):
            fair.perform(SYSTEM, command, draft.id, row.id, **details)  # type: ignore[arg-type]
    fair.perform(SYSTEM, editing.put_back, draft.id, row.id)
    assert meeting_of(fair, draft.id, buyer, exhibitor) == row


def test_a_banned_pair_is_out_until_it_is_put_back(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor, other = fair.buyer(), fair.exhibitor(), fair.exhibitor()
    wish(fair, buyer, exhibitor, other)
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    fair.perform(SYSTEM, editing.ban, draft.id, row.id)
    again = made(fair)
    assert [(one.one_id, one.other_id) for one in meetings(fair, again.id)] == [tuple(sorted((buyer.id, other.id)))]
    fair.perform(SYSTEM, editing.put_back, draft.id, row.id)
    assert fair.told()[-2:] == ["pair.freed", "draft.edited"]
    assert len(meetings(fair, made(fair).id)) == 2


def test_a_place_taken_meanwhile_cannot_be_put_back_into(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer = fair.buyer(hours=MORNING, dates=ONE_DAY)
    exhibitors = [fair.exhibitor() for _ in range(2)]
    wish(fair, buyer, *exhibitors)
    draft = made(fair)
    first, second = (meeting_of(fair, draft.id, buyer, one) for one in exhibitors)
    fair.perform(SYSTEM, editing.take_out, draft.id, first.id)
    fair.perform(SYSTEM, editing.move, draft.id, second.id, slot_id=first.slot_id)
    with pytest.raises(InTheWay) as refusal:
        fair.perform(SYSTEM, editing.put_back, draft.id, first.id)
    assert refusal.value.details["obstacle"] == "taken"
    assert meeting_of(fair, draft.id, buyer, exhibitors[0]).lost == "taken_out"


def test_a_draft_that_is_being_made_is_not_edited(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    queued = fair.perform(SYSTEM, drafting.ask_for, SchedulePolicy())
    with refused(NotFound):
        fair.perform(SYSTEM, editing.take_out, queued.id, row.id)  # another draft's meeting
    fair.perform(SYSTEM, drafting.cancel, queued.id)
    with refused(WrongState):
        fair.perform(SYSTEM, drafting.cancel, draft.id)
