"""Schedules asked for, called off, removed."""

from uuid import UUID

from sqlmodel import col, delete, func, select

from matchmaking import requests
from matchmaking.drafts.errors import NothingToSchedule, TooManyDrafts
from matchmaking.drafts.events import (
    DraftCancelled,
    DraftEdited,
    DraftGone,
    DraftQueued,
    DraftRecord,
    DraftRemoved,
    ProgressRecord,
)
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.records import draft_record
from matchmaking.drafts.states import OPEN, DraftState, move_draft
from matchmaking.drafts.tables import Draft, DraftMeeting, DraftParty
from matchmaking.errors import NotAllowed, NotFound, WrongState
from matchmaking.events import Fact
from matchmaking.ports import Work
from matchmaking.tables import PairRule, Preference, Slot

MOST_DRAFTS = 50


def ask_for(
    work: Work, policy: SchedulePolicy, *, title: str = "", seed: int = 1, based_on: UUID | None = None
) -> DraftRecord:
    """Ask for a schedule; it is made beside the server, after those that were asked for before.

    Open requests become wishes first, if the policy says so.

    Args:
        based_on: a draft whose pins stay where they are, and from whose meetings the search begins.

    Raises:
        NotAllowed; NotFound: no such draft to begin from; TooManyDrafts; NothingToSchedule.
    """
    if not work.actor.staff:
        raise NotAllowed
    if based_on is not None and load(work, based_on).state in OPEN:
        raise WrongState(subject="draft", state=load(work, based_on).state)
    if _count(work) >= MOST_DRAFTS:
        raise TooManyDrafts(most=MOST_DRAFTS)
    if policy.turn_requests:
        requests.turn_into_wishes(work)
        work.db.flush()
    if missing := _missing(work):
        raise NothingToSchedule(missing=missing)
    draft = Draft(
        id=work.new_id(),
        convention_id=work.convention_id,
        title=title,
        state=DraftState.QUEUED,
        seed=seed,
        policy=policy.model_dump(),
        based_on=based_on,
        progress=ProgressRecord().model_dump(),
        created_by=work.actor.person_id,
        created_at=work.now,
    )
    work.db.add(draft)
    work.db.flush()
    record = draft_record(draft)
    work.record(DraftQueued(draft=record), ["organiser"])
    return record


def _count(work: Work) -> int:
    query = select(func.count()).select_from(Draft).where(Draft.convention_id == work.convention_id)
    return work.db.exec(query).one()


def _missing(work: Work) -> str | None:
    """What there would have to be: slots to come, or wishes."""
    slots = select(Slot.id).where(Slot.convention_id == work.convention_id, Slot.starts_at > work.now)
    if work.db.exec(slots.limit(1)).first() is None:
        return "slots"
    wishes = select(Preference.by_id).where(
        Preference.convention_id == work.convention_id, Preference.wish != "no_thanks"
    )
    musts = select(PairRule.one_id).where(PairRule.convention_id == work.convention_id, PairRule.rule == "must")
    there = work.db.exec(wishes.limit(1)).first() or work.db.exec(musts.limit(1)).first()
    return None if there else "wishes"


def cancel(work: Work, draft_id: UUID) -> DraftRecord:
    """Call a search off; what it has found by now stays. Whoever searches sees it within a second.

    Raises:
        NotAllowed, NotFound; WrongState: it is over.
    """
    draft = load(work, draft_id)
    draft.state = move_draft(draft.state, DraftState.CANCELLED)
    draft.ended_at = work.now
    return tell(work, draft, DraftCancelled)


def rename(work: Work, draft_id: UUID, title: str | None) -> DraftRecord:
    """Call a draft something else; None changes nothing.

    Raises:
        NotAllowed, NotFound.
    """
    draft = load(work, draft_id)
    if title is None:
        return draft_record(draft)
    draft.title = title
    return tell(work, draft, DraftEdited)


def remove(work: Work, draft_id: UUID) -> DraftGone:
    """Remove a draft. Meetings that it was published as stay.

    Raises:
        NotAllowed, NotFound; WrongState: it is being made.
    """
    draft = load(work, draft_id)
    if draft.state in OPEN:
        raise WrongState(subject="draft", state=draft.state)
    for model in (DraftMeeting, DraftParty):
        work.db.exec(delete(model).where(col(model.draft_id) == draft_id))
    work.db.delete(draft)
    work.db.flush()
    gone = DraftGone(id=draft_id)
    work.record(DraftRemoved(draft=gone), ["organiser"])
    return gone


def load(work: Work, draft_id: UUID) -> Draft:
    """A draft of the convention.

    Raises:
        NotAllowed, NotFound.
    """
    if not work.actor.staff:
        raise NotAllowed
    draft = work.db.get(Draft, draft_id)
    if draft is None or draft.convention_id != work.convention_id:
        raise NotFound
    return draft


def tell(work: Work, draft: Draft, fact: type[Fact]) -> DraftRecord:
    """Count the change and record it for the organiser; the record."""
    draft.version += 1
    work.db.add(draft)
    work.db.flush()
    record = draft_record(draft)
    work.record(fact(draft=record), ["organiser"])  # type: ignore[call-arg]
    return record
