"""States of requests and meetings: one enum, one table of transitions, one guard each."""

from enum import StrEnum

from matchmaking.errors import WrongState


class RequestState(StrEnum):
    PENDING = "pending"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    TURNED = "turned"  # into wishes, since the organiser has the schedule made


_ANSWERS = frozenset(
    {
        RequestState.COUNTERED,
        RequestState.ACCEPTED,
        RequestState.DECLINED,
        RequestState.EXPIRED,
        RequestState.WITHDRAWN,
        RequestState.TURNED,
    }
)
REQUEST_TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    RequestState.PENDING: _ANSWERS,
    RequestState.COUNTERED: _ANSWERS,
    RequestState.ACCEPTED: frozenset(),
    RequestState.DECLINED: frozenset(),
    RequestState.EXPIRED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
    RequestState.TURNED: frozenset(),
}
OPEN_REQUEST_STATES = frozenset({RequestState.PENDING, RequestState.COUNTERED})


class MeetingState(StrEnum):
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ENDED = "ended"
    CANCELLED = "cancelled"


MEETING_TRANSITIONS: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.SCHEDULED: frozenset({MeetingState.IN_PROGRESS, MeetingState.CANCELLED}),
    MeetingState.IN_PROGRESS: frozenset({MeetingState.ENDED, MeetingState.CANCELLED}),
    MeetingState.ENDED: frozenset(),
    MeetingState.CANCELLED: frozenset(),
}


class Interpreting(StrEnum):
    """How a meeting's people understand each other."""

    NOT_NEEDED = "not_needed"
    PENDING = "pending"
    BOOKED = "booked"
    OWN = "own"
    WAIVED = "waived"


class Outcome(StrEnum):
    HELD = "held"
    HANDLED_OFFLINE = "handled_offline"
    NOT_HELD = "not_held"


class NotHeldReason(StrEnum):
    ABSENT = "absent"
    TECHNICAL = "technical"
    NO_INTERPRETER = "no_interpreter"


def move_request(current: str, target: RequestState) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in REQUEST_TRANSITIONS[RequestState(current)]:
        raise WrongState(subject="request", state=current, wanted=target.value)
    return target.value


def move_meeting(current: str, target: MeetingState) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in MEETING_TRANSITIONS[MeetingState(current)]:
        raise WrongState(subject="meeting", state=current, wanted=target.value)
    return target.value
