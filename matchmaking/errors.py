"""Refusals of the meeting half.

    Refusal
    ├── NotFound            what is not there, or what this actor may not see
    ├── NotAllowed          seen, but not theirs to do
    ├── WrongState          too late or too early in its life
    ├── SlotTaken           somebody needed is not free then
    ├── SlotUnknown         no such slot in the calendar, or it has begun
    ├── WrongDirection      the policy does not let this kind of party ask that kind
    ├── TooManyOpen         cap of open requests reached
    ├── TooManyToday        cap of requests a day reached
    ├── CoolingDown         declined not long ago
    ├── ThreadOpen          the pair already has an open thread
    ├── NeedsLook           the organiser must confirm the party's data first
    ├── Booked              a seat is given up by who still has meetings before them
    ├── NotJoinable         outside the time in which a meeting can be joined
    ├── NonexistentTime     a wall time in a clock change's gap
    ├── AmbiguousTime       a wall time that comes twice
    ├── IdentifiesPatient   a free text that could say who a patient is
    ├── BadInstruction      a way to join that is not what its kind says, or leads who knows where
    ├── TooManyWishes       more than the convention lets one party say
    ├── BadLimits           numbers of meetings that contradict each other
    └── BadCalendar         blocks or dates that make no calendar

Status codes are given at the edge; `code` is stable, `advice` says what to do.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A command that was not carried out, and why. `details` are shown to the client as they are."""

    code: ClassVar[str] = "refused"
    advice: ClassVar[str] = ""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.code)
        self.message = message or (self.__doc__ or "").split("\n")[0]
        self.details = details


class NotFound(Refusal):
    """There is nothing here, or nothing that you may see."""

    code = "not_found"
    advice = "Check the address, and that you are signed in as the right person."


class NotAllowed(Refusal):
    """You can see this, but it is not yours to do."""

    code = "not_allowed"
    advice = "Ask the other party or the organiser to do it."


class WrongState(Refusal):
    """It is no longer, or not yet, in a state that allows this."""

    code = "wrong_state"
    advice = "Read it again: somebody may have answered in the meantime."


class SlotTaken(Refusal):
    """Somebody needed for this slot is not free then."""

    code = "slot_taken"
    advice = "Choose one of the alternatives."


class SlotUnknown(Refusal):
    """The calendar has no such slot, or it has already begun."""

    code = "slot_unknown"
    advice = "Read the free slots again and choose one of them."


class WrongDirection(Refusal):
    """This convention does not let your kind of party ask that kind."""

    code = "wrong_direction"
    advice = "Look for a party of another kind, or ask the organiser."


class TooManyOpen(Refusal):
    """Your organisation has as many open requests as the convention allows."""

    code = "too_many_open"
    advice = "Wait for answers, or withdraw a request."


class TooManyToday(Refusal):
    """Your organisation has sent as many requests today as the convention allows."""

    code = "too_many_today"
    advice = "Send the next one tomorrow, in the convention's time zone."


class CoolingDown(Refusal):
    """The other party declined not long ago."""

    code = "cooling_down"
    advice = "Ask again after the time given, or let them ask you."


class ThreadOpen(Refusal):
    """You already have an open request with this party."""

    code = "thread_open"
    advice = "Counter it with another slot, or withdraw it first."


class NeedsLook(Refusal):
    """Something about this party must be confirmed by the organiser first."""

    code = "needs_look"
    advice = "The organiser confirms it on the list of entries that need a look."


class Booked(Refusal):
    """This person still has meetings or open requests before them."""

    code = "booked"
    advice = "Name a colleague who takes them over and is free then, or call them off first."


class NotJoinable(Refusal):
    """The meeting cannot be joined now."""

    code = "not_joinable"
    advice = "Come back shortly before it begins."


class NonexistentTime(Refusal):
    """Clocks skip this wall time on that day."""

    code = "nonexistent_time"
    advice = "Choose a time before or after the clock change."


class AmbiguousTime(Refusal):
    """Clocks show this wall time twice on that day."""

    code = "ambiguous_time"
    advice = "Say which: fold 0 is the first, fold 1 the second."


class IdentifiesPatient(Refusal):
    """This text could say who a patient is, or how to reach somebody."""

    code = "identifies_patient"
    advice = "Leave out numbers of people, birth dates, phone numbers and addresses; say it in general words."


class BadInstruction(Refusal):
    """Nobody could safely join by that."""

    code = "bad_instruction"
    advice = "Send what `expected` describes. Other places to meet are allowed by the operator: MADANG_JOIN_HOSTS."


class TooManyWishes(Refusal):
    """These are more wishes than the convention lets one party say."""

    code = "too_many_wishes"
    advice = "Say only whom you must meet, would like to meet and will not meet, or take back other wishes first."


class BadLimits(Refusal):
    """These numbers of meetings contradict each other."""

    code = "bad_limits"
    advice = "At least as many as `least`, and no more a day than in all: `least` and `most_a_day` are at most `most`."


class BadCalendar(Refusal):
    """These days, blocks and lengths make no calendar."""

    code = "bad_calendar"
    advice = "Blocks need an opening before their closing, on whole 5 minutes, and room for at least one slot."
