"""Who may ask whom, how often: the policies that stand before every request."""

from datetime import timedelta
from uuid import UUID

from matchmaking.calendar import Rules, Stretch, day_of
from matchmaking.errors import CoolingDown, NeedsLook, NotFound, SlotUnknown, TooManyOpen, TooManyToday, WrongDirection
from matchmaking.outlook import Ask, standing
from matchmaking.ports import Work


class Standing:
    """How a party stands towards another, and the slot they would meet in: what the batch has looked up."""

    def __init__(self, work: Work, ask: Ask, known: Rules) -> None:
        """Look.

        Raises:
            NotFound: one of them is not in this convention, or they are the same.
        """
        self._now, self._known, self._slot_id = work.now, known, ask.slot_id
        self._row = standing(work, ask)
        if self._row is None or ask.by == ask.to:
            raise NotFound
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
            raise TooManyToday(limit=policies.daily_requests, next_day=day_of(self._now, self._known)[1])
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
