"""Meetings of a draft made real: everybody's time taken, rows stored, many to a statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from matchmaking.booking import busy_cells, occupy_if_free, occupy_many
from matchmaking.calendar import rules
from matchmaking.drafts.standing import agreed as agreed_before
from matchmaking.drafts.tables import DraftMeeting
from matchmaking.events import MeetingRecord
from matchmaking.interpreting.booking import NOT_NEEDED, Booked, interpret
from matchmaking.interpreting.helper import Engagement
from matchmaking.interpreting.need import Speaker, needs_interpreter
from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.meetings import agreed, store_meetings
from matchmaking.ports import Work
from matchmaking.slots import cells
from matchmaking.states import Interpreting
from matchmaking.tables import Representative, Slot

TAKEN, BEGUN, MET = "taken", "begun", "met"  # why a meeting of a draft is lost


class _Plan(NamedTuple):
    """A meeting to be made: its id, when, who leads for which party, and the cells that it takes."""

    id: UUID
    row: DraftMeeting
    slot: Slot
    leads: dict[UUID, UUID]
    span: range


class Making:
    """Makes meetings of a draft. `lost`: row -> why it could not be."""

    def __init__(self, work: Work, rows: Sequence[DraftMeeting]) -> None:
        self.lost: dict[UUID, str] = {}
        self._work = work
        self._known = rules(work)
        self._slots = {slot.id: slot for slot in work.db.exec(_slots(work))}
        self._met = {
            (one, other)
            for held in agreed_before(work.db, work.convention_id)
            for one in held.parties
            for other in held.parties
            if one < other
        }
        seats = select(Representative).where(Representative.convention_id == work.convention_id)
        self._speaks = {
            seat.person_id: Speaker(frozenset(seat.languages), seat.interpreter) for seat in work.db.exec(seats)
        }
        self._blocks: defaultdict[UUID, list[InterpreterBlock]] = defaultdict(list)
        blocks = select(InterpreterBlock).where(InterpreterBlock.convention_id == work.convention_id)
        for block in work.db.exec(blocks.where(col(InterpreterBlock.person_id).in_(_interpreters(rows)))):
            self._blocks[block.person_id].append(block)

    def make(self, rows: Sequence[DraftMeeting]) -> dict[UUID, MeetingRecord]:
        """Make these as far as they can be: row -> meeting. Nothing is told yet."""
        plans = self._free(self._plan(rows))
        wanted = [
            (plan.id, resource, plan.span)
            for plan in plans
            for resource in (*plan.leads.values(), plan.row.resource_id)
            if resource is not None
        ]
        late = occupy_many(self._work, wanted)
        self.lost |= {plan.row.id: TAKEN for plan in plans if plan.id in late}
        made = {plan.row.id: self._record(plan) for plan in plans if plan.id not in late}
        if made:
            store_meetings(self._work, list(made.values()))
        self.lost = {row: why for row, why in self.lost.items() if row not in made}
        return made

    def _plan(self, rows: Iterable[DraftMeeting]) -> list[_Plan]:
        plans = []
        for row in rows:
            slot = self._slots.get(row.slot_id)
            if slot is None or slot.starts_at <= self._work.now:
                self.lost[row.id] = BEGUN
            elif (row.one_id, row.other_id) in self._met:
                self.lost[row.id] = MET
            else:
                leads = {UUID(party): UUID(person) for party, person in row.people.items()}
                span = cells(slot.starts_at, slot.ends_at, self._known.buffer_minutes)
                plans.append(_Plan(self._work.new_id(), row, slot, leads, span))
        return plans

    def _free(self, plans: Sequence[_Plan]) -> list[_Plan]:
        """Those for which nobody's time is taken as it looks; that it is only politeness, `occupy_many` shows."""
        if not plans or self._work.blind_to_occupancy:
            return list(plans)
        resources = {person for plan in plans for person in plan.leads.values()}
        resources |= {plan.row.resource_id for plan in plans if plan.row.resource_id is not None}
        whole = range(min(plan.span.start for plan in plans), max(plan.span.stop for plan in plans))
        busy = busy_cells(self._work.db, resources, whole)
        free = []
        for plan in plans:
            taken = [busy.get(one, frozenset()) for one in (*plan.leads.values(), plan.row.resource_id) if one]
            if all(cells_of_one.isdisjoint(plan.span) for cells_of_one in taken):
                free.append(plan)
            else:
                self.lost[plan.row.id] = TAKEN
        return free

    def _record(self, plan: _Plan) -> MeetingRecord:
        times = plan.slot.starts_at, plan.slot.ends_at
        interpreting = self._interpret(plan)
        table = plan.row.resource_id
        return agreed(self._work, plan.id, plan.leads, *times, interpreting=interpreting, table=table)

    def _interpret(self, plan: _Plan) -> Booked:
        """The interpreter of the draft, if their time is still free; else whoever is found now, if one is needed."""
        speakers = [self._speaks[person] for person in plan.leads.values()]
        person = plan.row.interpreter_id
        if person is None and not needs_interpreter(speakers):
            return NOT_NEEDED
        wanted = Engagement(plan.id, plan.slot.starts_at, plan.slot.ends_at, frozenset(plan.leads))
        if person is not None:
            block = next((one.id for one in self._blocks[person] if _holds(one, wanted)), None)
            if occupy_if_free(self._work, plan.id, block or person, plan.span):
                return Booked(Interpreting(plan.row.interpreting), person)
        return interpret(self._work, wanted, speakers, self._known)


def _slots(work: Work) -> SelectOfScalar[Slot]:
    return select(Slot).where(Slot.convention_id == work.convention_id)


def _interpreters(rows: Iterable[DraftMeeting]) -> set[UUID]:
    return {row.interpreter_id for row in rows if row.interpreter_id is not None}


def _holds(block: InterpreterBlock, wanted: Engagement) -> bool:
    """The block holds the whole meeting for one of its parties."""
    within = block.starts_at <= wanted.starts_at and wanted.ends_at <= block.ends_at
    return within and block.participation_id in wanted.parties
