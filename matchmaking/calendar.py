"""The meeting calendar of a convention: its slots and its rules."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from matchmaking.errors import NotFound, SlotUnknown
from matchmaking.policies import Policies
from matchmaking.ports import Work
from matchmaking.slots import Block, lay_out
from matchmaking.statements import Database, Statement
from matchmaking.tables import Calendar, Slot

_C: Any = Calendar.__table__  # type: ignore[attr-defined]
_S: Any = Slot.__table__  # type: ignore[attr-defined]

_CALENDAR = Statement(select(_C).where(_C.c.convention_id == bindparam("convention")))
_SLOT = Statement(
    select(_S.c.id, _S.c.starts_at, _S.c.ends_at).where(
        _S.c.id == bindparam("id"), _S.c.convention_id == bindparam("convention")
    )
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What booking needs to know of the calendar."""

    zone: str
    slot_minutes: int
    buffer_minutes: int
    first_day: date
    last_day: date
    policies: Policies

    @property
    def local_dates(self) -> list[date]:
        """Every local date, anywhere on earth, that touches the convention's days."""
        span = (self.last_day - self.first_day).days
        return [self.first_day + timedelta(days=n) for n in range(-1, span + 2)]


def create_calendar(
    work: Work,
    *,
    zone: str,
    first_day: date,
    last_day: date,
    blocks: Sequence[Block],
    slot_minutes: int,
    buffer_minutes: int,
    policies: Policies,
) -> int:
    """Lay out the slots of a new convention; how many there are.

    Raises:
        BadCalendar: lengths or blocks that make no calendar.
    """
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    offered = lay_out(days, blocks, zone, slot_minutes, buffer_minutes)
    work.db.add(
        Calendar(
            convention_id=work.convention_id,
            zone=zone,
            slot_minutes=slot_minutes,
            buffer_minutes=buffer_minutes,
            first_day=first_day,
            last_day=last_day,
            blocks=[asdict(block) for block in blocks],
            policies=policies.model_dump(),
        )
    )
    for slot in offered:
        work.db.add(Slot(id=work.new_id(), convention_id=work.convention_id, **asdict(slot)))
    work.db.flush()
    return len(offered)


def rules_of(db: Database, convention_id: object) -> Rules:
    """The convention's rules as values.

    Raises:
        NotFound: it has no meeting calendar.
    """
    return ask_rules(db, convention_id)()


def ask_rules(db: Database, convention_id: object) -> Callable[[], Rules]:
    """The same for `together`: they are told when the answer is called."""
    answer = _CALENDAR.ask(db, {"convention": convention_id})

    def told() -> Rules:
        found = answer()
        if not found:
            raise NotFound("This convention has no meeting calendar.")
        calendar = found[0]
        return Rules(
            zone=calendar.zone,
            slot_minutes=calendar.slot_minutes,
            buffer_minutes=calendar.buffer_minutes,
            first_day=calendar.first_day,
            last_day=calendar.last_day,
            policies=Policies.model_validate(calendar.policies),
        )

    return told


def rules(work: Work) -> Rules:
    """The rules of the convention at work, read once a batch."""
    if "rules" not in work.memo:
        work.memo["rules"] = rules_of(work.transaction, work.convention_id)
    return cast(Rules, work.memo["rules"])


def change_policies(work: Work, policies: Policies) -> Policies:
    """Replace the rules; what is already agreed stays as it is."""
    calendar = work.db.get(Calendar, work.convention_id)
    if calendar is None:
        raise NotFound("This convention has no meeting calendar.")
    calendar.policies = policies.model_dump()
    work.db.add(calendar)
    work.db.flush()
    work.memo.clear()
    return policies


class Stretch(NamedTuple):
    """A slot of the calendar as booking needs it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


def future_slot(work: Work, slot_id: UUID) -> Stretch:
    """A slot that has not begun.

    Raises:
        SlotUnknown: no such slot, or it has begun.
    """
    found = _SLOT.rows(work.db, {"convention": work.convention_id, "id": slot_id})
    if not found or found[0].starts_at <= work.now:
        raise SlotUnknown
    return Stretch._make(found[0])


def day_of(instant: datetime, rules: Rules) -> tuple[datetime, datetime]:
    """The convention's local day around an instant, as (start, end) instants."""
    local = instant.astimezone(ZoneInfo(rules.zone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)
