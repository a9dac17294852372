"""The best so far is kept: also of a search that was called off, and by who goes on with it."""

from uuid import UUID

from matchmaking.drafts import drafting, editing, running
from matchmaking.drafts.events import DraftRecord, QualityRecord
from matchmaking.drafts.placing import meeting_rows, starting_slots
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.queries import unserved_page
from matchmaking.schedule.problem import Schedule
from matchmaking.schedule.quality import judge
from server.accounts.actors import SYSTEM
from server.database import reading
from server.scheduling.task import quality_record
from tests.factories import Fair
from tests.matchmaking.drafts.making import assembled, made, meetings, placed_at_once, wish


def begun(fair: Fair) -> UUID:
    buyer = fair.buyer()
    wish(fair, buyer, fair.exhibitor(), fair.exhibitor())
    draft = fair.perform(SYSTEM, drafting.ask_for, SchedulePolicy())
    fair.perform(SYSTEM, running.begin, draft.id)
    return draft.id


def keep(fair: Fair, draft_id: UUID, *kept: int) -> DraftRecord | None:
    """Keep a schedule of these candidates alone, each in its first slot."""
    found = assembled(fair)
    placed = placed_at_once(found).schedule().placed
    schedule = Schedule({c: placed[c] for c in kept})
    quality = quality_record(judge(found.problem, schedule, 10))
    return fair.perform(SYSTEM, running.keep, draft_id, meeting_rows(found, schedule), quality)


def test_what_stays_keeps_its_row(fair: Fair) -> None:
    draft = begun(fair)
    keep(fair, draft, 0)
    [first] = meetings(fair, draft)
    record = keep(fair, draft, 0, 1)
    assert record is not None
    assert record.quality == QualityRecord(
        meetings=2,
        weight=4,
        bound=10,
        gap_percent=60.0,
        left_out=0,
        pending=0,
        idle_gaps=0,
        discomfort=record.quality.discomfort if record.quality else 0,
        worst_discomfort=record.quality.worst_discomfort if record.quality else 0,
        share_of_worst=1.0,
        interpreter_minutes=0,
        unserved=0,
    )
    assert next(row.id for row in meetings(fair, draft)) == first.id
    keep(fair, draft, 1)
    assert first.id not in [row.id for row in meetings(fair, draft)]


def test_a_search_called_off_may_say_what_it_has_found(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = begun(fair)
    fair.perform(SYSTEM, drafting.cancel, draft)
    record = keep(fair, draft, 0)
    assert record is not None
    assert (record.state, len(meetings(fair, draft))) == ("cancelled", 1)
    fair.perform(SYSTEM, editing.take_out, draft, meetings(fair, draft)[0].id)
    assert keep(fair, draft, 0, 1) is None  # what somebody has edited is theirs


def test_a_search_that_broke_off_with_something_found_can_be_used(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = begun(fair)
    keep(fair, draft, 0)
    record = fair.perform(SYSTEM, running.fail, draft, "time")
    assert record is not None
    assert (record.state, record.progress.failure) == ("cancelled", "time")


def test_who_goes_on_begins_from_what_was_kept(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = begun(fair)
    keep(fair, draft, 0, 1)
    assert fair.perform(SYSTEM, running.begin, draft) is not None
    problem = assembled(fair).problem
    placed = placed_at_once(assembled(fair)).placed
    assert starting_slots(problem, meetings(fair, draft)) == {c: placed[c].slot for c in (0, 1)}


def test_unserved_parties_have_their_reasons(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    early, late = ((9 * 60, 9 * 60 + 40),), ((15 * 60, 16 * 60),)
    buyer, exhibitor = fair.buyer(hours=early), fair.exhibitor(hours=late)
    wish(fair, buyer, exhibitor)
    draft = made(fair, least=1)
    with reading(fair.engine) as db:
        found = {one.party: (one.wished, one.got, one.reason) for one in unserved_page(db, draft.id, None, 10)}
    assert found == dict.fromkeys((buyer.id, exhibitor.id), (1, 0, "no_shared_hours"))
