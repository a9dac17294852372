"""Schedules asked for, called off, removed; and what is open becomes wishes."""

from matchmaking.drafts import drafting, running
from matchmaking.drafts.errors import NothingToSchedule, TooManyDrafts
from matchmaking.drafts.events import ProgressRecord
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.queries import draft_answer, drafts_of
from matchmaking.errors import NotAllowed, NotFound, WrongState
from matchmaking.requests import counter, decline, request_meeting
from server.accounts.actors import SYSTEM
from server.database import reading
from server.ids import new_id
from tests.factories import Fair, refused, taken
from tests.matchmaking.drafts.making import made, meetings, wish

USUAL = SchedulePolicy()


def test_open_requests_become_wishes_and_give_back_their_time(fair: Fair) -> None:
    buyer, rival, exhibitor, neighbour = fair.buyer(), fair.buyer(), fair.exhibitor(), fair.exhibitor()
    asked = fair.ask(buyer, exhibitor, "2020-11-09 09:00")
    countered = fair.ask(rival, exhibitor, "2020-11-09 10:10")
    fair.perform(exhibitor, counter, countered.id, slot_id=fair.slot("2020-11-09 11:20"))
    agreed = fair.meet(buyer, neighbour, "2020-11-09 13:05")
    declined = fair.ask(rival, neighbour, "2020-11-09 14:15")
    fair.perform(neighbour, decline, declined.id)
    wish(fair, buyer, exhibitor, kind="must_meet")
    fair.perform(SYSTEM, drafting.ask_for, USUAL)
    state = fair.state()
    assert {request["id"]: request["state"] for request in state["request"].values()} == {
        str(asked.id): "turned",
        str(countered.id): "turned",
        str(agreed): "accepted",
        str(declined.id): "declined",
    }
    assert {(wish["by"], wish["about"]): wish["wish"] for wish in state["preference"].values()} == {
        (str(buyer.id), str(exhibitor.id)): "must_meet",
        (str(rival.id), str(exhibitor.id)): "meet",
        (str(exhibitor.id), str(rival.id)): "meet",
    }
    assert fair.occupied() == taken(agreed, (*buyer.people, *neighbour.people), "2020-11-09 13:05")
    told = {event.type: event.topics for event in fair.events()[-5:]}
    assert told["request.turned"] == ("organiser", f"party:{rival.id}", f"party:{exhibitor.id}")
    assert told["preference.set"] == ("organiser", f"party:{exhibitor.id}")
    assert told["draft.queued"] == ("organiser",)


def test_a_request_after_a_no_thanks_is_a_wish_again(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor, kind="no_thanks")
    fair.ask(buyer, exhibitor)
    fair.perform(SYSTEM, drafting.ask_for, USUAL)
    assert [wish["wish"] for wish in fair.state()["preference"].values()] == ["meet"]


def test_open_requests_stay_if_the_policy_says_so(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    fair.ask(buyer, exhibitor)
    fair.perform(SYSTEM, drafting.ask_for, SchedulePolicy(turn_requests=False))
    assert [request["state"] for request in fair.state()["request"].values()] == ["pending"]


def test_a_turned_pair_may_ask_again(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    fair.ask(buyer, exhibitor)
    fair.perform(SYSTEM, drafting.ask_for, USUAL)
    slot = fair.slot("2020-11-09 09:00")
    assert fair.perform(buyer, request_meeting, by=buyer.id, to=exhibitor.id, slot_id=slot).state == "pending"


def test_there_must_be_something_to_schedule(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    with refused(NothingToSchedule, missing="wishes"):
        fair.perform(SYSTEM, drafting.ask_for, USUAL)
    wish(fair, buyer, exhibitor, kind="no_thanks")
    with refused(NothingToSchedule, missing="wishes"):
        fair.perform(SYSTEM, drafting.ask_for, USUAL)
    wish(fair, buyer, exhibitor)
    fair.move_to("2020-11-13 09:00")
    with refused(NothingToSchedule, missing="slots"):
        fair.perform(SYSTEM, drafting.ask_for, USUAL)


def test_drafts_are_the_organisers_own(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    with refused(NotAllowed):
        fair.perform(buyer, drafting.ask_for, USUAL)
    with refused(NotAllowed):
        fair.perform(buyer, drafting.remove, draft.id)
    with refused(NotFound):
        fair.perform(SYSTEM, drafting.remove, new_id())


def test_drafts_wait_for_each_other_and_know_their_place(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    first, second, third = (fair.perform(SYSTEM, drafting.ask_for, USUAL) for _ in range(3))

    def places() -> dict[object, int | None]:
        with reading(fair.engine) as db:
            return {row.id: draft_answer(db, row).place for row in drafts_of(db, fair.id)}

    assert places() == {third.id: 3, second.id: 2, first.id: 1}
    assert fair.perform(SYSTEM, running.begin, second.id) is None  # it is not its turn
    fair.perform(SYSTEM, running.begin, first.id)
    assert fair.perform(SYSTEM, running.begin, second.id) is None
    assert places() == {third.id: 3, second.id: 2, first.id: None}
    fair.perform(SYSTEM, drafting.cancel, first.id)
    fair.perform(SYSTEM, drafting.cancel, second.id)
    assert places() == {third.id: 1, second.id: None, first.id: None}


def test_a_convention_keeps_a_number_of_drafts(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    for _ in range(drafting.MOST_DRAFTS):
        fair.perform(SYSTEM, drafting.ask_for, USUAL)
    with refused(TooManyDrafts, most=drafting.MOST_DRAFTS):
        fair.perform(SYSTEM, drafting.ask_for, USUAL)


def test_a_draft_that_is_being_made_stays(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    draft = fair.perform(SYSTEM, drafting.ask_for, USUAL)
    with refused(WrongState, subject="draft", state="queued"):
        fair.perform(SYSTEM, drafting.remove, draft.id)
    with refused(WrongState, subject="draft", state="queued"):
        fair.perform(SYSTEM, drafting.ask_for, USUAL, based_on=draft.id)
    fair.perform(SYSTEM, drafting.cancel, draft.id)
    fair.perform(SYSTEM, drafting.remove, draft.id)
    assert fair.events()[-1].data == f'{{"draft":{{"id":"{draft.id}","gone":true}}}}'


def test_what_a_draft_is_called_stands_in_no_fact(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    draft = made(fair)
    assert fair.perform(SYSTEM, drafting.rename, draft.id, None) == draft
    fair.perform(SYSTEM, drafting.rename, draft.id, "For the mayor")
    with reading(fair.engine) as db:
        assert [row.title for row in drafts_of(db, fair.id)] == ["For the mayor"]
    assert not any("mayor" in event.data for event in fair.events())


def test_a_removed_draft_leaves_nothing(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    draft = made(fair)
    assert len(meetings(fair, draft.id)) == 1
    fair.perform(SYSTEM, drafting.remove, draft.id)
    assert meetings(fair, draft.id) == []


def test_what_is_told_of_a_search(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    draft = fair.perform(SYSTEM, drafting.ask_for, USUAL)
    fair.perform(SYSTEM, running.begin, draft.id)
    told = ProgressRecord(stage="chains", done=3, of=10, meetings=1, weight=2, bound=2.0)
    further = fair.perform(SYSTEM, running.progress, draft.id, told)
    assert further is not None
    assert (further.state, further.progress) == ("running", told)
    failed = fair.perform(SYSTEM, running.fail, draft.id, "memory")
    assert failed is not None
    assert (failed.state, failed.progress.failure) == ("failed", "memory")
    # Nobody wants to know any more.
    assert fair.perform(SYSTEM, running.progress, draft.id, told) is None
    assert fair.perform(SYSTEM, running.fail, draft.id, "time") is None
    assert fair.told()[-4:] == ["draft.queued", "draft.begun", "draft.progressed", "draft.failed"]
