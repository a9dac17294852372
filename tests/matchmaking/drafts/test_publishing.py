"""A draft published: everything at once, or nothing; and what happens to whose time was taken meanwhile."""

from datetime import date, datetime

import pytest
from sqlmodel import Session, col, update

from matchmaking import wishes
from matchmaking.booking import occupy_many
from matchmaking.drafts import drafting, editing, publishing
from matchmaking.drafts.errors import DraftEmpty, DraftOutdated
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.presence import Site
from matchmaking.errors import WrongState
from matchmaking.meetings import assign
from matchmaking.parties import Day, set_days
from matchmaking.slots import cells
from matchmaking.tables import Representative
from server.accounts.actors import SYSTEM
from server.database import writing
from server.ids import new_id
from server.work import Work
from tests.factories import SEOUL, Fair, at, refused
from tests.matchmaking.drafts.making import made, meeting_of, meetings, wish
from tests.matchmaking.interpreting.team import interpreter

MORNING = ((9 * 60, 10 * 60),)  # 09:00 alone, or 09:00 and 09:25
ONE_DAY = (date(2020, 11, 9),)


def at_utc(instant: str) -> datetime:
    return at(instant.replace("Z", ""), "UTC")


def test_all_meetings_are_made_and_everybody_is_told(fair: Fair) -> None:
    buyers, exhibitors = [fair.buyer() for _ in range(3)], [fair.exhibitor() for _ in range(3)]
    for buyer in buyers:
        wish(fair, buyer, *exhibitors)
    draft = made(fair)
    before = len(fair.events())
    record = fair.perform(SYSTEM, publishing.publish, draft.id)
    assert (record.state, record.lost) == ("published", 0)
    events = fair.events()[before:]
    assert [event.type for event in events] == [*["meeting.assigned"] * 9, "draft.published"]
    rows = meetings(fair, draft.id)
    made_of = {str(row.meeting_id): row for row in rows}
    found = fair.state()["meeting"]
    assert found.keys() == made_of.keys()
    for meeting_id, meeting in found.items():
        row = made_of[meeting_id]
        assert fair.slots[at_utc(meeting["starts_at"])] == row.slot_id
        assert {one["party"]: one["person"] for one in meeting["attendees"]} == row.people
    assert len(fair.occupied()) == 9 * 2 * 7
    assert [kind for _, kind, _ in fair.timers()] == ["meeting.start"] * 9
    told = [{*event.topics} for event in events if event.type == "meeting.assigned"]
    assert told == [{"organiser", f"party:{row.one_id}", f"party:{row.other_id}"} for row in rows]


def test_it_is_published_once(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    draft = made(fair)
    fair.perform(SYSTEM, publishing.publish, draft.id)
    with refused(WrongState, subject="draft", state="published", wanted="published"):
        fair.perform(SYSTEM, publishing.publish, draft.id)
    assert len(fair.state()["meeting"]) == 1


def test_a_draft_that_is_being_made_is_not_published(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    wish(fair, fair.buyer(), fair.exhibitor())
    draft = fair.perform(SYSTEM, drafting.ask_for, SchedulePolicy())
    with refused(WrongState, subject="draft", state="queued", wanted="published"):
        fair.perform(SYSTEM, publishing.publish, draft.id)


def test_nothing_is_published_of_a_draft_that_has_nothing(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    fair.perform(SYSTEM, editing.take_out, draft.id, meetings(fair, draft.id)[0].id)
    with refused(DraftEmpty):
        fair.perform(SYSTEM, publishing.publish, draft.id)


def test_a_transaction_that_fails_leaves_nothing(fair: Fair) -> None:
    """The commit itself breaks, after all was written."""
    wish(fair, fair.buyer(), fair.exhibitor(), fair.exhibitor())
    draft = made(fair)
    state, occupied, timers, log = fair.state(), fair.occupied(), fair.timers(), fair.events()

    def published_and_broken(work: Work) -> None:
        publishing.publish(work, draft.id)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        fair.perform(SYSTEM, published_and_broken)
    assert (fair.state(), fair.occupied(), fair.timers(), fair.events()) == (state, occupied, timers, log)
    assert {row.meeting_id for row in meetings(fair, draft.id)} == {None}


@pytest.mark.parametrize("reason", ["party_left", "person_left", "banned", "no_thanks", "hours_changed"])
def test_an_outdated_draft_is_refused_with_what_is_wrong(sqlite_fair: Fair, reason: str) -> None:
    fair = sqlite_fair
    buyer, exhibitor, other = fair.buyer(), fair.exhibitor(), fair.exhibitor()
    wish(fair, buyer, exhibitor, other)
    draft = made(fair)
    if reason == "banned":
        fair.perform(SYSTEM, wishes.rule, one=buyer.id, other=other.id, rule="ban")
    elif reason == "no_thanks":
        wish(fair, other, buyer, kind="no_thanks")
    elif reason == "hours_changed":
        fair.perform(SYSTEM, set_days, other.people[0], SEOUL, [Day(date(2020, 11, 12), "online", MORNING)])
    else:
        with writing(fair.engine) as connection, Session(connection) as db:
            if reason == "person_left":
                db.exec(
                    update(Representative).where(col(Representative.person_id) == other.people[0]).values(active=False)
                )
            else:
                db.connection().exec_driver_sql(
                    "UPDATE participation SET needs_look = '[\"zone\"]' WHERE id = ?", (other.id.hex,)
                )
    row = meeting_of(fair, draft.id, buyer, other)
    with refused(DraftOutdated, meetings=[{"meeting": row.id, "reason": reason}], count=1):
        fair.perform(SYSTEM, publishing.publish, draft.id)
    assert fair.state()["meeting"] == {}
    fair.perform(SYSTEM, editing.take_out, draft.id, row.id)
    fair.perform(SYSTEM, publishing.publish, draft.id)
    assert len(fair.state()["meeting"]) == 1


def test_the_organisers_word_goes_before_a_no_thanks(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    fair.perform(SYSTEM, wishes.rule, one=buyer.id, other=exhibitor.id, rule="must")
    wish(fair, exhibitor, buyer, kind="no_thanks")
    assert fair.perform(SYSTEM, publishing.publish, made(fair).id).lost == 0


@pytest.mark.parametrize("blind", [False, True])
def test_who_booked_meanwhile_keeps_the_time(fair: Fair, blind: bool) -> None:
    """Also if nothing but the unique key can show that it is taken."""
    buyer = fair.buyer(hours=MORNING, dates=ONE_DAY)
    rival, exhibitor = fair.buyer(), fair.exhibitor(hours=MORNING, dates=ONE_DAY)
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    booked = fair.meet(rival, exhibitor, "2020-11-09 09:00")

    def publish(work: Work) -> None:
        work.blind_to_occupancy = blind
        publishing.publish(work, draft.id)

    fair.perform(SYSTEM, publish)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    assert (row.lost, row.meeting_id) == ("taken", None)
    assert list(fair.state()["meeting"]) == [str(booked)]
    assert set(fair.occupied().values()) == {booked}  # nothing is held for what was lost


def test_what_lost_its_time_is_set_at_another(fair: Fair) -> None:
    buyer, rival, exhibitor = fair.buyer(dates=ONE_DAY), fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    draft = made(fair)
    slot = meeting_of(fair, draft.id, buyer, exhibitor).slot_id
    fair.perform(SYSTEM, assign, one=rival.id, other=exhibitor.id, slot_id=slot)
    record = fair.perform(SYSTEM, publishing.publish, draft.id)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    assert (record.lost, row.lost) == (0, "replaced")
    assert row.slot_id != slot
    meeting = fair.state()["meeting"][str(row.meeting_id)]
    assert fair.slots[at_utc(meeting["starts_at"])] == row.slot_id


def test_a_slot_that_has_begun_and_a_pair_that_met_are_lost(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor, other = fair.buyer(hours=MORNING, dates=ONE_DAY), fair.exhibitor(), fair.exhibitor()
    late = fair.buyer()
    wish(fair, buyer, exhibitor)
    wish(fair, late, other)
    draft = made(fair)
    row = meeting_of(fair, draft.id, late, other)
    fair.perform(SYSTEM, editing.move, draft.id, row.id, slot_id=fair.slot("2020-11-10 09:00"))
    fair.perform(SYSTEM, assign, one=late.id, other=other.id, slot_id=fair.slot("2020-11-11 09:00"))
    fair.move_to("2020-11-09 09:05")
    record = fair.perform(SYSTEM, publishing.publish, draft.id)
    found = {row.lost for row in meetings(fair, draft.id)}
    assert (record.lost, found) == (2, {"begun", "met"})


def test_the_interpreter_comes_with_the_meeting(fair: Fair) -> None:
    buyer, exhibitor = fair.buyer(languages=["ru"]), fair.exhibitor(languages=["ko"])
    wish(fair, buyer, exhibitor)
    person = interpreter(fair, "ko", "ru")
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    assert (row.interpreter_id, row.interpreting) == (person, "booked")
    fair.perform(SYSTEM, publishing.publish, draft.id)
    [meeting] = fair.state()["meeting"].values()
    assert meeting["interpreting"] == "booked"
    assert {one["person"]: one["role"] for one in meeting["attendees"]}[str(person)] == "interpreter"
    assert len(fair.occupied()) == 3 * 7


def test_an_interpreter_taken_meanwhile_is_looked_for_anew(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(languages=["ru"]), fair.exhibitor(languages=["ko"])
    wish(fair, buyer, exhibitor)
    person = interpreter(fair, "ko", "ru")
    draft = made(fair)
    row = meeting_of(fair, draft.id, buyer, exhibitor)
    start = next(start for start, slot in fair.slots.items() if slot == row.slot_id)
    span = cells(start, start)
    holder = new_id()
    fair.perform(SYSTEM, occupy_many, [(holder, person, range(span.start, span.start + 1))])
    fair.perform(SYSTEM, publishing.publish, draft.id)
    [meeting] = fair.state()["meeting"].values()
    assert meeting["interpreting"] == "pending"
    assert fair.told()[-2:] == ["interpreter.missing", "draft.published"]


def test_who_meets_on_site_has_a_table_of_their_own(fair: Fair) -> None:
    parties = [fair.buyer(), fair.buyer(), fair.exhibitor(), fair.exhibitor()]
    for party in parties:
        hours = [Day(ONE_DAY[0], "on_site", MORNING)]
        fair.perform(SYSTEM, set_days, party.people[0], SEOUL, hours)
    tables = (new_id(), new_id())
    sites = (Site(new_id(), frozenset({"city hall"}), tables),)
    wish(fair, parties[0], parties[2])
    wish(fair, parties[1], parties[3])
    draft = made(fair, sites=sites)
    fair.perform(SYSTEM, publishing.publish, draft.id, sites=sites)
    found = fair.state()["meeting"].values()
    assert {(meeting["mode"], meeting["place"]) for meeting in found} == {("onsite", str(one)) for one in tables}
    assert {resource for resource, _ in fair.occupied()} >= set(tables)
