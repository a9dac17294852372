"""What a request for a slot depends on, looked up for all requests of a batch at once.

A booking asks the database two questions: how the two parties stand towards each other, and who of them is there and
free. The commands that wait together ask them together. A batch holds its convention's lock, so an answer stays true
until a command of the batch changes something, and then it is forgotten or kept up.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import String, Uuid, and_, func, select
from sqlmodel.sql.sqltypes import UTCDateTime

from matchmaking.calendar import Stretch, day_of, rules
from matchmaking.people import FIND_CANDIDATES, Pair, around
from matchmaking.ports import Work
from matchmaking.statements import Question, given
from matchmaking.states import RequestState
from matchmaking.tables import MeetingRequest, Participation, Preference, Slot

_BY: Any = Participation.__table__.alias("by_party")  # type: ignore[attr-defined]
_TO: Any = Participation.__table__.alias("to_party")  # type: ignore[attr-defined]
_S: Any = Slot.__table__  # type: ignore[attr-defined]
_Q: Any = MeetingRequest.__table__  # type: ignore[attr-defined]
_W: Any = Preference.__table__  # type: ignore[attr-defined]

_G = given(
    convention=Uuid(),
    by_id=Uuid(),
    to_id=Uuid(),
    pair=String(),
    slot_id=Uuid(),
    day_start=UTCDateTime(),
    day_end=UTCDateTime(),
)
# That parties and their requests are of the convention is looked at afterwards or left unsaid: a database without
# statistics would take the index on the convention, and read everybody, and all that anybody ever asked.
_OURS = _Q.c.requester_id == _G.c.by_id
_TODAY = and_(_Q.c.created_at >= _G.c.day_start, _Q.c.created_at < _G.c.day_end)
# The two sides propose in turn, so an odd proposal is the requester's and an even one the addressee's: what was
# declined last must have been ours.
_DECLINED = _Q.c.state == RequestState.DECLINED.value
_ASKED = and_(_OURS, _Q.c.addressee_id == _G.c.to_id, _Q.c.proposals % 2 == 1)
_COUNTERED = and_(_Q.c.requester_id == _G.c.to_id, _Q.c.addressee_id == _G.c.by_id, _Q.c.proposals % 2 == 0)
_IN_SLOT = (_S.c.id == _G.c.slot_id) & (_S.c.convention_id == _G.c.convention)


def _one(value: Any, *where: Any) -> Any:
    return select(value).where(*where).scalar_subquery()


STANDING = Question(
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
        _one(func.count(_Q.c.open_key), _OURS).label("open"),
        _one(func.count(), _OURS, _TODAY).label("today"),
        _one(func.max(_Q.c.closed_at), _ASKED, _DECLINED).label("declined_at"),
        _one(func.max(_Q.c.closed_at), _COUNTERED, _DECLINED).label("declined_counter_at"),
        _one(_Q.c.id, _Q.c.convention_id == _G.c.convention, _Q.c.open_key == _G.c.pair).label("open_thread"),
        _one(
            func.count(),
            _W.c.convention_id == _G.c.convention,
            _W.c.by_id == _G.c.to_id,
            _W.c.about_id == _G.c.by_id,
            _W.c.wish == "no_thanks",
        ).label("unwanted"),
    ).select_from(_G.join(_BY, _BY.c.id == _G.c.by_id).join(_TO, _TO.c.id == _G.c.to_id).outerjoin(_S, _IN_SLOT)),
    _G,
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
    outlook = _outlook(work)
    found = STANDING.rows(work.transaction, _standing_values(work, asks))
    sound = {ask: rows[0] for ask, rows in zip(asks, found, strict=True) if _are_here(work, rows)}
    outlook.standings |= sound
    slots = {ask: Stretch(ask.slot_id, row.starts_at, row.ends_at) for ask, row in sound.items() if row.starts_at}
    buffer = rules(work).buffer_minutes
    where = [around((ask.by, ask.to), slot.starts_at, slot.ends_at, buffer) for ask, slot in slots.items()]
    people = iter(FIND_CANDIDATES.rows(work.transaction, list(chain.from_iterable(where)))) if where else iter(())
    outlook.candidates |= {ask: [*next(people), *next(people)] for ask in slots}


def standing(work: Work, ask: Ask) -> Any:
    """How the two stand towards each other, and the slot: a row of `STANDING`; None if one of them is not here."""
    seen = _outlook(work).standings.get(ask)
    if seen is None:
        work.settle()
        (rows,) = STANDING.rows(work.transaction, _standing_values(work, [ask]))
        seen = rows[0] if _are_here(work, rows) else None
    return seen


def candidates(work: Work, pair: Pair, slot: Stretch) -> list[Any]:
    """The people of two parties around a slot: rows of `FIND_CANDIDATES`."""
    seen = _outlook(work).candidates.get(Ask(*pair, slot.id))
    if seen is None:
        work.settle()
        where = around(pair, slot.starts_at, slot.ends_at, rules(work).buffer_minutes)
        seen = list(chain.from_iterable(FIND_CANDIDATES.rows(work.transaction, where)))
    return seen


def taken_since(work: Work, person: UUID) -> set[int]:
    """The cells that commands of this batch took of a person, not in the rows of `candidates`; add to it."""
    return _outlook(work).taken[person]


def asked(work: Work, ask: Ask) -> None:
    """There is a new thread: what was seen of this party's requests, and of the pair's, is no longer true."""
    by, to, seen = ask.by, ask.to, _outlook(work).standings
    for other in [other for other in seen if other.by == by or (other.to == by and other.by == to)]:
        del seen[other]


def pair_key(one: UUID, other: UUID) -> str:
    """The same text for a pair whichever asks."""
    return ":".join(sorted((one.hex, other.hex)))


def _are_here(work: Work, rows: Sequence[Any]) -> bool:
    return any({row.by_convention, row.to_convention} == {work.convention_id} for row in rows)


def _standing_values(work: Work, asks: Sequence[Ask]) -> list[dict[str, Any]]:
    day_start, day_end = day_of(work.now, rules(work))
    return [
        {
            "convention": work.convention_id,
            "by_id": ask.by,
            "to_id": ask.to,
            "pair": pair_key(ask.by, ask.to),
            "slot_id": ask.slot_id,
            "day_start": day_start,
            "day_end": day_end,
        }
        for ask in asks
    ]
