"""What a request for a slot depends on, looked up for all requests of a batch at once.

A booking asks the database two questions: how the two parties stand towards each other, and who of them is there and
free. The commands that wait together ask them together. A batch holds its convention's lock, so an answer stays true
until a command of the batch changes something, and then it is forgotten or kept up.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, select, true

from matchmaking.calendar import Rules, Stretch, day_of, rules
from matchmaking.people import FIND_CANDIDATES, Pair, around
from matchmaking.ports import Work
from matchmaking.slots import cells
from matchmaking.statements import Statement
from matchmaking.states import RequestState
from matchmaking.tables import MeetingRequest, Participation, Preference, Slot

_BY: Any = Participation.__table__.alias("by_party")  # type: ignore[attr-defined]
_TO: Any = Participation.__table__.alias("to_party")  # type: ignore[attr-defined]
_S: Any = Slot.__table__  # type: ignore[attr-defined]
_Q: Any = MeetingRequest.__table__  # type: ignore[attr-defined]
_W: Any = Preference.__table__  # type: ignore[attr-defined]

# That parties and their requests are of the convention is looked at afterwards or left unsaid: a database without
# statistics would take the index on the convention, and read everybody, and all that anybody ever asked.
_DECLINED = _Q.c.state == RequestState.DECLINED.value
# The two sides propose in turn, so an odd proposal is the requester's and an even one the addressee's: what was
# declined last must have been ours.
_OURS = (
    select(
        func.count(_Q.c.open_key).label("open"),
        func.count(
            case((and_(_Q.c.created_at >= bindparam("day_start"), _Q.c.created_at < bindparam("day_end")), 1))
        ).label("today"),
        func.max(
            case((and_(_Q.c.addressee_id == bindparam("to"), _DECLINED, _Q.c.proposals % 2 == 1), _Q.c.closed_at))
        ).label("declined_at"),
    )
    .where(_Q.c.requester_id == bindparam("by"))
    .subquery("ours")
)
_DECLINED_COUNTER = select(func.max(_Q.c.closed_at)).where(
    _Q.c.requester_id == bindparam("to"), _Q.c.addressee_id == bindparam("by"), _DECLINED, _Q.c.proposals % 2 == 0
)
_OPEN_THREAD = select(_Q.c.id).where(_Q.c.convention_id == bindparam("convention"), _Q.c.open_key == bindparam("pair"))
_UNWANTED = select(func.count()).where(
    _W.c.convention_id == bindparam("convention"),
    _W.c.by_id == bindparam("to"),
    _W.c.about_id == bindparam("by"),
    _W.c.wish == "no_thanks",
)
STANDING = Statement(
    select(
        _BY.c.convention_id.label("by_convention"),
        _TO.c.convention_id.label("to_convention"),
        _BY.c.offers.label("by_offers"),
        _BY.c.seeks.label("by_seeks"),
        _BY.c.needs_look.label("by_needs_look"),
        _TO.c.offers.label("to_offers"),
        _TO.c.seeks.label("to_seeks"),
        _TO.c.needs_look.label("to_needs_look"),
        _S.c.starts_at,
        _S.c.ends_at,
        _OURS.c.open,
        _OURS.c.today,
        _OURS.c.declined_at,
        _DECLINED_COUNTER.scalar_subquery().label("declined_counter_at"),
        _OPEN_THREAD.scalar_subquery().label("open_thread"),
        _UNWANTED.scalar_subquery().label("unwanted"),
    )
    .select_from(
        _BY.join(_TO, _TO.c.id == bindparam("to"))
        .join(_OURS, true())
        .outerjoin(_S, and_(_S.c.id == bindparam("slot"), _S.c.convention_id == bindparam("convention")))
    )
    .where(_BY.c.id == bindparam("by"))
)


class Ask(NamedTuple):
    """A party asks another for a slot."""

    by: UUID
    to: UUID
    slot_id: UUID


class _Outlook:
    """What the batch has looked up, and the cells that its own commands took since."""

    def __init__(self) -> None:
        self.standings: dict[Ask, Any] = {}
        self.candidates: dict[Ask, list[Any]] = {}
        self.taken: defaultdict[UUID, set[int]] = defaultdict(set)


def _outlook(work: Work) -> _Outlook:
    if "outlook" not in work.memo:
        work.memo["outlook"] = _Outlook()
    return cast(_Outlook, work.memo["outlook"])


def look_ahead(work: Work, asks: Sequence[Ask]) -> None:
    """Look up at once what these asks depend on. An ask that makes no sense is left to its own command.

    Raises:
        NotFound: the convention has no meeting calendar.
    """
    known, outlook = rules(work), _outlook(work)
    found = STANDING.rows_for_each(work.transaction, [_standing_values(work, ask, known) for ask in asks])
    sound = {ask: rows[0] for ask, rows in zip(asks, found, strict=True) if _are_here(work, rows)}
    outlook.standings |= sound
    slots = {ask: Stretch(ask.slot_id, row.starts_at, row.ends_at) for ask, row in sound.items() if row.starts_at}
    where = [_candidate_values((ask.by, ask.to), slot, known) for ask, slot in slots.items()]
    outlook.candidates |= zip(slots, FIND_CANDIDATES.rows_for_each(work.transaction, where), strict=True)


def standing(work: Work, ask: Ask) -> Any:
    """How the two stand towards each other, and the slot: a row of `STANDING`; None if one of them is not here."""
    seen = _outlook(work).standings.get(ask)
    if seen is None:
        work.settle()
        rows = STANDING.rows(work.transaction, _standing_values(work, ask, rules(work)))
        seen = rows[0] if _are_here(work, rows) else None
    return seen


def candidates(work: Work, pair: Pair, slot: Stretch) -> list[Any]:
    """The people of two parties around a slot: rows of `FIND_CANDIDATES`."""
    seen = _outlook(work).candidates.get(Ask(*pair, slot.id))
    if seen is None:
        work.settle()
        seen = FIND_CANDIDATES.rows(work.transaction, _candidate_values(pair, slot, rules(work)))
    return seen


def taken_since(work: Work, person: UUID) -> set[int]:
    """The cells that commands of this batch took of a person, not in the rows of `candidates`; add to it."""
    return _outlook(work).taken[person]


def asked(work: Work, ask: Ask) -> None:
    """There is a new thread: what was seen of this party's requests, and of the pair's, is no longer true."""
    seen = _outlook(work).standings
    for other in [other for other in seen if other.by == ask.by or (other.by, other.to) == (ask.to, ask.by)]:
        del seen[other]


def pair_key(one: UUID, other: UUID) -> str:
    """The same text for a pair whichever asks."""
    return ":".join(sorted((one.hex, other.hex)))


def _are_here(work: Work, rows: Sequence[Any]) -> bool:
    return any({row.by_convention, row.to_convention} == {work.convention_id} for row in rows)


def _standing_values(work: Work, ask: Ask, known: Rules) -> dict[str, Any]:
    day_start, day_end = day_of(work.now, known)
    return {
        "convention": work.convention_id,
        "by": ask.by,
        "to": ask.to,
        "pair": pair_key(ask.by, ask.to),
        "slot": ask.slot_id,
        "day_start": day_start,
        "day_end": day_end,
    }


def _candidate_values(pair: Pair, slot: Stretch, known: Rules) -> dict[str, Any]:
    span = cells(slot.starts_at, slot.ends_at, known.buffer_minutes)
    return {**around(pair, slot.starts_at, slot.ends_at), "first_cell": span[0], "last_cell": span[-1]}
