"""Two clocks -> one interval. What can be read in two ways is not guessed: it is proposed."""

from collections.abc import Iterable

from server.imports.cells.clockwords import Clock

Interval = tuple[int, int]

MIDNIGHT = 24 * 60
_NOON = 12 * 60
# Who names one end alone ("after 2pm", "~17시") means their waking day for the other.
_WAKING = (8 * 60, 22 * 60)
# An hour written bare before this is more likely one of the afternoon: "2-5".
_EARLIEST_BARE = 7 * 60


class TwoWays(ValueError):
    """Hours that can be read in two ways; `proposal` is the likelier."""

    def __init__(self, proposal: Interval | None = None) -> None:
        super().__init__()
        self.proposal = proposal


def between(first: Clock, last: Clock) -> Interval:
    """(opens, closes) in minutes since midnight, closes beyond 1440 over midnight. Raises TwoWays.

    One am or pm says the other where only one reading is short: 2-5pm is 14:00-17:00, 9-6pm is 09:00-18:00.
    """
    if first.half or last.half:
        return _by_halves(first, last)
    opens, closes = first.minute, last.minute or MIDNIGHT
    if opens == last.minute:
        raise TwoWays
    bare = not (first.exact or last.exact)
    if closes < opens:
        if opens >= _NOON and not bare:
            return opens, closes + MIDNIGHT
        raise TwoWays((opens, closes + _NOON) if opens < closes + _NOON else None)
    if bare and opens < _EARLIEST_BARE:
        raise TwoWays((opens + _NOON, closes + _NOON))
    return opens, closes


def after(clock: Clock) -> Interval:
    opens = _alone(clock)
    return opens, _WAKING[1] if opens < _WAKING[1] else MIDNIGHT


def before(clock: Clock) -> Interval:
    closes = _alone(clock) or MIDNIGHT
    return _WAKING[0] if closes > _WAKING[0] else 0, closes


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sorted, and those that touch as one."""
    apart: list[Interval] = []
    for opens, closes in sorted(intervals):
        if apart and opens <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], closes))
        else:
            apart.append((opens, closes))
    return tuple(apart)


def _alone(clock: Clock) -> int:
    if clock.half:
        return _readings(clock)[0]
    if not clock.exact and clock.minute < _EARLIEST_BARE:
        raise TwoWays(after(Clock(clock.minute + _NOON, exact=True)))
    return clock.minute


def _by_halves(first: Clock, last: Clock) -> Interval:
    """The shortest interval that the readings of both clocks allow."""
    spans = [
        (opens, closes if closes > opens else closes + MIDNIGHT)
        for opens in _readings(first)
        for closes in _readings(last)
    ]
    return min(spans, key=lambda span: span[1] - span[0])


def _readings(clock: Clock) -> list[int]:
    """The minutes of the day a clock may mean: 12am is 0:00, 12pm is 12:00, 5 alone is 5:00 or 17:00."""
    if clock.half:
        return [clock.minute % _NOON + (_NOON if clock.half == "pm" else 0)]
    if clock.exact or clock.minute >= _NOON + 60:
        return [clock.minute % MIDNIGHT]
    return [clock.minute, (clock.minute + _NOON) % MIDNIGHT]
