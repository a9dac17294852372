"""Pages for making the schedule: drafts with their quality, one of them as a timetable to edit, two side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col, func, select
from starlette.responses import HTMLResponse

from matchmaking.drafts import queries
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.queries import UnservedAnswer
from matchmaking.drafts.states import EDITABLE, OPEN
from matchmaking.drafts.tables import Draft, DraftMeeting
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Interpreter, Meeting, Participation, Preference, Slot
from server.accounts.permissions import May
from server.api.door import Desk, Needs
from server.api.fields import LocalDate
from server.conventions.tables import Convention
from server.errors import NotFound
from server.i18n.catalogue import SOURCE, name_in
from server.web.office import shell
from server.web.rendering import render

router = APIRouter(prefix="/c/{slug}/schedule", include_in_schema=False, default_response_class=HTMLResponse)

Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]
ROWS, SHOWN = 40, 100
USUAL = SchedulePolicy()


@dataclass(slots=True)
class Chip:
    """A meeting in a cell of the timetable: whom the row's party meets. `standing` ones are agreed already."""

    other: Participation
    meeting: DraftMeeting | None = None
    standing: bool = False


@dataclass(slots=True)
class Row:
    """A party's line in the timetable, its meetings by slot."""

    party: Participation
    cells: defaultdict[UUID, list[Chip]] = field(default_factory=lambda: defaultdict(list))


@router.get("")
def schedule_page(request: Request, desk: Running) -> HTMLResponse:
    """What is wished so far, how to ask for a schedule, and the drafts that there are."""
    with desk.reading() as db:
        rows = queries.drafts_of(db, desk.convention_id)
        return render(
            request,
            "schedule.html",
            **_around(db, desk),
            drafts=[queries.draft_answer(db, row) for row in rows],
            wishes=_wishes(db, desk.convention_id),
            interpreters=_count(db, Interpreter, desk.convention_id),
            usual=USUAL,
            open_states=OPEN,
        )


@router.get("/compare")
def compare_page(request: Request, desk: Running, first: UUID, second: UUID) -> HTMLResponse:
    """Two drafts side by side."""
    with desk.reading() as db:
        one, other = _draft(db, desk, first), _draft(db, desk, second)
        return render(
            request,
            "compare.html",
            **_around(db, desk),
            drafts=[queries.draft_answer(db, row) for row in (one, other)],
            comparison=queries.compare(db, one, other, SHOWN),
            parties=_parties(db, desk.convention_id),
            slots={slot.id: slot for slot in _slots(db, desk.convention_id)},
        )


@router.get("/{draft_id}")
def draft_page(
    request: Request,
    draft_id: UUID,
    desk: Running,
    day: LocalDate | None = None,
    find: Annotated[str, Query(max_length=120)] = "",
    page: Annotated[int, Query(ge=0, le=1000)] = 0,
) -> HTMLResponse:
    """A draft: how good it is, its meetings of one day as a timetable, and who got less than they wished."""
    with desk.reading() as db:
        draft, around = _draft(db, desk, draft_id), _around(db, desk)
        convention: Convention = around["convention"]
        days = _by_day(_slots(db, desk.convention_id), convention.zone)
        counts = _counts(db, draft_id)
        with_some = (date for date, slots in days.items() if any(slot.id in counts for slot in slots))
        chosen = day if day in days else next(with_some, min(days, default=None))
        parties = _parties(db, desk.convention_id)
        found = _found(parties.values(), find)
        shown = found[page * ROWS : (page + 1) * ROWS]
        slots = days[chosen] if chosen is not None else []
        return render(
            request,
            "draft.html",
            **around,
            answer=queries.draft_answer(db, draft),
            days=days,
            planned={date: sum(counts.get(slot.id, 0) for slot in slots) for date, slots in days.items()},
            chosen=chosen,
            slots=slots,
            every_slot=[slot for of_day in days.values() for slot in of_day],
            rows=_timetable(db, draft, shown, slots, parties),
            find=find,
            page=page,
            more=len(found) > (page + 1) * ROWS,
            unserved=_worst(queries.unserved_page(db, draft_id, None, 10_000)),
            lost=queries.meetings_page(db, draft_id, None, SHOWN, lost=True),
            parties=parties,
            others=[row for row in queries.drafts_of(db, desk.convention_id) if row.id != draft_id],
            editable=draft.state in EDITABLE,
            going_on=draft.state in OPEN,
        )


def _around(db: Session, desk: Desk) -> dict[str, Any]:
    return {**shell(db, desk), "now": desk.parts.clock.now()}


def _draft(db: Session, desk: Desk, draft_id: UUID) -> Draft:
    found = queries.find_draft(db, desk.convention_id, draft_id)
    if found is None:
        raise NotFound
    return found


def _count(db: Session, model: Any, convention_id: UUID) -> int:
    return db.exec(select(func.count()).select_from(model).where(model.convention_id == convention_id)).one()


def _wishes(db: Session, convention_id: UUID) -> Mapping[str, int]:
    """How many wishes of each kind there are."""
    query = select(Preference.wish, func.count()).where(Preference.convention_id == convention_id)
    return dict(db.exec(query.group_by(Preference.wish)).all())


def _counts(db: Session, draft_id: UUID) -> dict[UUID, int]:
    """How many meetings of a draft are in each slot."""
    query = select(DraftMeeting.slot_id, func.count()).where(
        DraftMeeting.draft_id == draft_id, col(DraftMeeting.lost).is_(None)
    )
    return dict(db.exec(query.group_by(col(DraftMeeting.slot_id))).all())


def _parties(db: Session, convention_id: UUID) -> dict[UUID, Participation]:
    rows = db.exec(select(Participation).where(Participation.convention_id == convention_id))
    return {party.id: party for party in rows}


def _slots(db: Session, convention_id: UUID) -> Sequence[Slot]:
    return db.exec(select(Slot).where(Slot.convention_id == convention_id).order_by(col(Slot.starts_at))).all()


def _by_day(slots: Iterable[Slot], zone: str) -> dict[date, list[Slot]]:
    """The slots by the convention's local day."""
    days: defaultdict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.starts_at.astimezone(ZoneInfo(zone)).date()].append(slot)
    return dict(days)


def _found(parties: Iterable[Participation], find: str) -> list[Participation]:
    """Those who offer and whose name, in any language, has the text; by name."""
    wanted = find.casefold()
    offering = [party for party in parties if party.offers and not party.needs_look]
    named = [party for party in offering if any(wanted in text.casefold() for text in _texts(party))]
    return sorted(named, key=lambda party: name_in(party.name, SOURCE)[0].casefold())


def _texts(party: Participation) -> list[str]:
    return [str(text) for language, text in party.name.items() if language != "original"]


def _timetable(
    db: Session,
    draft: Draft,
    shown: Sequence[Participation],
    slots: Sequence[Slot],
    parties: Mapping[UUID, Participation],
) -> list[Row]:
    """The lines of some parties in some slots: what the draft has, and what stands already."""
    rows = {party.id: Row(party) for party in shown}
    wanted = [slot.id for slot in slots]
    query = select(DraftMeeting).where(
        DraftMeeting.draft_id == draft.id, col(DraftMeeting.slot_id).in_(wanted), col(DraftMeeting.lost).is_(None)
    )
    for meeting in db.exec(query):
        if meeting.meeting_id is not None:
            continue
        for mine, theirs in ((meeting.one_id, meeting.other_id), (meeting.other_id, meeting.one_id)):
            if mine in rows and theirs in parties:
                rows[mine].cells[meeting.slot_id].append(Chip(parties[theirs], meeting))
    for slot_id, mine, theirs in _standing(db, draft.convention_id, slots):
        if mine in rows and theirs in parties:
            rows[mine].cells[slot_id].append(Chip(parties[theirs], standing=True))
    return list(rows.values())


def _standing(db: Session, convention_id: UUID, slots: Sequence[Slot]) -> Iterable[tuple[UUID, UUID, UUID]]:
    """Meetings that are agreed in these slots: the slot, and each party with each other."""
    if not slots:
        return
    query = (
        select(Meeting.id, Meeting.starts_at, Attendee.participation_id)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(
            Meeting.convention_id == convention_id,
            Meeting.state != MeetingState.CANCELLED.value,
            Meeting.starts_at >= slots[0].starts_at,
            Meeting.starts_at <= slots[-1].starts_at,
            col(Attendee.participation_id).is_not(None),
        )
        .distinct()
    )
    at = {slot.starts_at: slot.id for slot in slots}
    meetings: defaultdict[tuple[UUID, UUID], set[UUID]] = defaultdict(set)
    for meeting_id, starts_at, party in db.exec(query):
        if starts_at in at and party is not None:
            meetings[meeting_id, at[starts_at]].add(party)
    for (_, slot_id), sides in meetings.items():
        yield from ((slot_id, mine, theirs) for mine in sides for theirs in sides if mine != theirs)


def _worst(unserved: Sequence[UnservedAnswer]) -> list[UnservedAnswer]:
    """Those who fare worst first."""
    return sorted(unserved, key=lambda one: (one.got / max(one.wished, 1), -one.wished))[:SHOWN]
