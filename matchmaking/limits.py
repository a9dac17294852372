"""Who may ask whom, how often: the policies that stand before every request."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, select, true

from matchmaking.calendar import Rules, Stretch, day_of
from matchmaking.errors import CoolingDown, NeedsLook, NotFound, SlotUnknown, TooManyOpen, TooManyToday, WrongDirection
from matchmaking.ports import Work
from matchmaking.statements import Statement
from matchmaking.states import RequestState
from matchmaking.tables import MeetingRequest, Participation, Preference, Slot

_BY: Any = Participation.__table__.alias("by_party")  # type: ignore[attr-defined]
_TO: Any = Participation.__table__.alias("to_party")  # type: ignore[attr-defined]
_S: Any = Slot.__table__  # type: ignore[attr-defined]
_Q: Any = MeetingRequest.__table__  # type: ignore[attr-defined]
_W: Any = Preference.__table__  # type: ignore[attr-defined]

# A party belongs to one convention. That its requests do, too, is left unsaid: a database without statistics would
# take the index on the convention, and read all that anybody ever asked.
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
_STANDING = Statement(
    select(
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
        _BY.join(_TO, _TO.c.convention_id == _BY.c.convention_id)
        .join(_OURS, true())
        .outerjoin(_S, and_(_S.c.id == bindparam("slot"), _S.c.convention_id == bindparam("convention")))
    )
    .where(_BY.c.id == bindparam("by"), _TO.c.id == bindparam("to"), _BY.c.convention_id == bindparam("convention"))
)


class Standing:
    """How a party stands towards another, and the slot they would meet in: one look at the database."""

    def __init__(self, work: Work, by: UUID, to: UUID, slot_id: UUID, known: Rules) -> None:
        """Look.

        Raises:
            NotFound: one of them is not in this convention, or they are the same.
        """
        self._now, self._known, self._slot_id = work.now, known, slot_id
        day_start, self._day_end = day_of(work.now, known)
        work.settle(by)
        found = _STANDING.rows(
            work.transaction,
            {
                "convention": work.convention_id,
                "by": by,
                "to": to,
                "pair": pair_key(by, to),
                "slot": slot_id,
                "day_start": day_start,
                "day_end": self._day_end,
            },
        )
        if not found or by == to:
            raise NotFound
        self._row = found[0]
        self.open_thread: UUID | None = self._row.open_thread
        self.unwanted = bool(self._row.unwanted)
        self.addressee_needs_look: list[str] = self._row.to_needs_look

    def check_direction(self, *, either: bool = False) -> None:
        """Refuse what the policies let nobody of this kind ask of that kind.

        Args:
            either: it is enough that one of the two may ask the other.

        Raises:
            NeedsLook: the asking party's own data must be confirmed first.
            WrongDirection
        """
        row = self._row
        if row.by_needs_look:
            raise NeedsLook(fields=row.by_needs_look)
        kinds = {
            f"{mine}_to_{theirs}"
            for mine, is_mine in (("exhibitor", row.by_offers), ("buyer", row.by_seeks))
            for theirs, is_theirs in (("exhibitor", row.to_offers), ("buyer", row.to_seeks))
            if is_mine and is_theirs
        }
        if either:
            kinds |= {"_to_".join(reversed(kind.split("_to_"))) for kind in kinds}
        if kinds.isdisjoint(self._known.policies.who_may_ask):
            raise WrongDirection

    def check_limits(self) -> None:
        """Refuse one request too many, or one too soon.

        Raises:
            TooManyOpen, TooManyToday, CoolingDown.
        """
        policies = self._known.policies
        if self._row.open >= policies.open_requests:
            raise TooManyOpen(limit=policies.open_requests)
        if self._row.today >= policies.daily_requests:
            raise TooManyToday(limit=policies.daily_requests, next_day=self._day_end)
        for declined_at in sorted(filter(None, (self._row.declined_at, self._row.declined_counter_at)), reverse=True):
            until = declined_at + timedelta(hours=policies.cooldown_hours)
            if until > self._now:
                raise CoolingDown(until=until)

    def slot(self) -> Stretch:
        """The slot, if it has not begun.

        Raises:
            SlotUnknown: no such slot, or it has begun.
        """
        row = self._row
        if row.starts_at is None or row.starts_at <= self._now:
            raise SlotUnknown
        return Stretch(self._slot_id, row.starts_at, row.ends_at)


def pair_key(one: UUID, other: UUID) -> str:
    """The same text for a pair whichever asks."""
    return ":".join(sorted((one.hex, other.hex)))
