"""A draft edited by hand: a meeting moved, pinned, banned, taken out, put back."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, or_, select

from matchmaking import wishes
from matchmaking.drafts import standing
from matchmaking.drafts.assembling import Assembled, assemble_pair, ground_of
from matchmaking.drafts.drafting import load, tell
from matchmaking.drafts.errors import InTheWay, NotTakenOut
from matchmaking.drafts.events import DraftEdited, DraftRecord
from matchmaking.drafts.placing import meeting_row
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.presence import Site
from matchmaking.drafts.states import EDITABLE
from matchmaking.drafts.tables import Draft, DraftMeeting
from matchmaking.errors import NotFound, SlotUnknown, WrongState
from matchmaking.ports import Work
from matchmaking.schedule.board import Board
from matchmaking.tables import PairRule

TAKEN_OUT, BANNED = "taken_out", "banned"
_NEAREST = 3


def move(work: Work, draft_id: UUID, meeting_id: UUID, *, slot_id: UUID, sites: Sequence[Site] = ()) -> DraftRecord:
    """Let a meeting of the draft be in another slot, with whoever of the parties can come then. How many meetings may
    be online at once binds only who makes the whole schedule.

    Raises:
        NotAllowed, NotFound; WrongState: the draft is being made, or published already; SlotUnknown.
        InTheWay: it cannot be held then; `obstacle` says why, `alternatives` are the slots nearest in time.
    """
    draft, meeting = _load(work, draft_id, meeting_id)
    if meeting.lost is not None:
        raise NotFound
    _hold(work, draft, meeting, slot_id, sites)
    return _edited(work, draft)


def pin(work: Work, draft_id: UUID, meeting_id: UUID, *, pinned: bool) -> DraftRecord:
    """Let a schedule that is based on this one keep the meeting where it is, or not.

    Raises:
        NotAllowed, NotFound, WrongState.
    """
    draft, meeting = _load(work, draft_id, meeting_id)
    if meeting.lost is not None:
        raise NotFound
    meeting.pinned = pinned
    work.db.add(meeting)
    return tell(work, draft, DraftEdited)


def take_out(work: Work, draft_id: UUID, meeting_id: UUID) -> DraftRecord:
    """Take a meeting out of the draft; it can be put back.

    Raises:
        NotAllowed, NotFound, WrongState.
    """
    draft, meeting = _load(work, draft_id, meeting_id)
    meeting.lost, meeting.pinned = TAKEN_OUT, False
    work.db.add(meeting)
    return _edited(work, draft)


def ban(work: Work, draft_id: UUID, meeting_id: UUID) -> DraftRecord:
    """Take a meeting out of the draft, and let the two not be scheduled any more (see `wishes.rule`).

    Raises:
        NotAllowed, NotFound, WrongState.
    """
    draft, meeting = _load(work, draft_id, meeting_id)
    wishes.rule(work, one=meeting.one_id, other=meeting.other_id, rule="ban")
    meeting.lost, meeting.pinned = BANNED, False
    work.db.add(meeting)
    return _edited(work, draft)


def put_back(work: Work, draft_id: UUID, meeting_id: UUID, *, sites: Sequence[Site] = ()) -> DraftRecord:
    """Put back what was taken out, where it was; a ban is lifted.

    Raises:
        NotAllowed, NotFound, WrongState, InTheWay, SlotUnknown: its slot has begun.
        NotTakenOut: it is in the draft.
    """
    draft, meeting = _load(work, draft_id, meeting_id)
    if meeting.lost is None:
        raise NotTakenOut
    pair = (meeting.one_id, meeting.other_id)
    if (rule := work.db.get(PairRule, (work.convention_id, *pair))) is not None and rule.rule == "ban":
        wishes.free(work, one=pair[0], other=pair[1])
    _hold(work, draft, meeting, meeting.slot_id, sites)
    meeting.lost = None
    return _edited(work, draft)


def _load(work: Work, draft_id: UUID, meeting_id: UUID) -> tuple[Draft, DraftMeeting]:
    draft = load(work, draft_id)
    meeting = work.db.get(DraftMeeting, meeting_id)
    if meeting is None or meeting.draft_id != draft_id:
        raise NotFound
    if draft.state not in EDITABLE:
        raise WrongState(subject="draft", state=draft.state)
    return draft, meeting


def _edited(work: Work, draft: Draft) -> DraftRecord:
    draft.edited = True
    return tell(work, draft, DraftEdited)


def _hold(work: Work, draft: Draft, meeting: DraftMeeting, slot_id: UUID, sites: Sequence[Site]) -> None:
    """Put a meeting into a slot, if all that it needs is free then: in the calendar, and in the draft."""
    assembled = _around(work, draft, meeting, sites)
    slots = assembled.problem.slots
    wanted = next((s for s, slot in enumerate(slots) if slot.id == slot_id), None)
    if wanted is None:
        raise SlotUnknown
    if not assembled.problem.candidates:
        raise InTheWay(obstacle="party", alternatives=[])
    board = Board(assembled.problem)
    placement = board.fit(0, wanted)
    if placement is None:
        start = slots[wanted].starts_at
        order = sorted(range(len(slots)), key=lambda s: (abs(slots[s].starts_at - start), s))
        free = [slots[s].id for s in order if slots[s].id != meeting.slot_id and board.fit(0, s) is not None]
        raise InTheWay(obstacle=_obstacle(assembled, board, wanted), alternatives=free[:_NEAREST])
    values = meeting_row(assembled, 0, placement, dict(assembled.taken))
    for name in ("slot_id", "people", "interpreter_id", "interpreting", "mode", "resource_id"):
        setattr(meeting, name, values[name])
    work.db.add(meeting)


def _obstacle(assembled: Assembled, board: Board, slot: int) -> str | None:
    """What is in the way: also what is not the pair's hours, but that they are taken then."""
    there = all(
        any(assembled.there[seat.person] >> slot & 1 for seat in party.seats) for party in assembled.problem.parties
    )
    found = board.obstacle(0, slot)
    return "taken" if found == "hours" and there else found


def _around(work: Work, draft: Draft, meeting: DraftMeeting, sites: Sequence[Site]) -> Assembled:
    """The pair and its times, while the rest of the draft stands."""
    policy = SchedulePolicy.model_validate(draft.policy)
    ground = ground_of(work.db, work.convention_id, policy, sites, work.now)
    pair = (meeting.one_id, meeting.other_id)
    rest = select(DraftMeeting).where(
        DraftMeeting.draft_id == draft.id, DraftMeeting.id != meeting.id, col(DraftMeeting.lost).is_(None)
    )
    concerned = or_(
        *(column.in_(pair) for column in (col(DraftMeeting.one_id), col(DraftMeeting.other_id))),
        col(DraftMeeting.interpreter_id).is_not(None),
        col(DraftMeeting.resource_id).is_not(None),
    )
    slots = [(slot.id, slot.starts_at, slot.ends_at) for slot in ground.offered.slots]
    return assemble_pair(work.db, ground, pair, standing.drafted(work.db.exec(rest.where(concerned)).all(), slots))
