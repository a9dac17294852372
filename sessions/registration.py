"""Places in a session: people register or wait, give up and move up; planners invite, and give seats on stage.

Those in the audience who are registered are the session's `taken`; seats on stage are none of its `capacity`. A smaller
capacity throws nobody out, a larger one lets those who wait longest move up.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, func, select

from sessions.errors import Full, NotAllowed, NotFound, NotRegistering, WrongState
from sessions.events import (
    Gone,
    Record,
    RegistrationChanged,
    RegistrationRecord,
    RegistrationRemoved,
    SessionChanged,
    SessionHidden,
    topics_of_backstage,
    topics_of_person,
)
from sessions.ports import Work
from sessions.readers import invited, load
from sessions.records import registration_record, session_record
from sessions.states import PLANNED, RUNNING, SessionState
from sessions.tables import ProgrammeSession, Registration


class Seat(StrEnum):
    """Where somebody sits."""

    AUDIENCE = "audience"
    ON_STAGE = "on_stage"


class PlaceState(StrEnum):
    """How somebody's place stands."""

    INVITED = "invited"
    REGISTERED = "registered"
    WAITING = "waiting"
    CANCELLED = "cancelled"


_P = PlaceState

TRANSITIONS: dict[PlaceState, frozenset[PlaceState]] = {
    _P.INVITED: frozenset({_P.REGISTERED, _P.WAITING, _P.CANCELLED}),
    _P.WAITING: frozenset({_P.REGISTERED, _P.CANCELLED}),
    _P.REGISTERED: frozenset({_P.CANCELLED}),
    _P.CANCELLED: frozenset({_P.INVITED, _P.REGISTERED, _P.WAITING}),
}

OPEN = (PLANNED - {SessionState.DRAFT}) | RUNNING  # in which one takes a place for oneself
TICK = timedelta(microseconds=1)


class PlacesRecord(Record):
    """Places that were given, in the order of the people. `taken` are all that are taken in the audience now."""

    session: UUID
    taken: int
    places: tuple[RegistrationRecord, ...]


def register(work: Work, session_id: UUID) -> RegistrationRecord:
    """Take a place for oneself, or wait for one; harmless for who has one or waits.

    Raises:
        NotFound, NotAllowed (nobody we know), NotRegistering, WrongState (it is over).
    """
    session, person_id = _for_oneself(work, session_id)
    if not session.registers:
        raise NotRegistering
    if session.state not in OPEN:
        raise WrongState(subject="session", state=session.state)
    place = _place_of(work, session_id, person_id) or _new(work, session_id, person_id)
    if place.state in (PlaceState.INVITED, PlaceState.CANCELLED):
        free = place.seat == Seat.ON_STAGE or _has_room(session)
        _set(work, session, place, PlaceState.REGISTERED if free else PlaceState.WAITING)
    return registration_record(place)


def give_up(work: Work, session_id: UUID) -> RegistrationRecord:
    """Give up one's own place, wait no longer, or turn an invitation down; who waits first moves up. Harmless when
    repeated.

    Raises:
        NotFound, NotAllowed (nobody we know), WrongState (one has none).
    """
    session, person_id = _for_oneself(work, session_id)
    place = _place_of(work, session_id, person_id)
    if place is None:
        raise WrongState(subject="registration", state="none", wanted=PlaceState.CANCELLED.value)
    if place.state != PlaceState.CANCELLED:
        _set(work, session, place, PlaceState.CANCELLED)
        move_up(work, session)
    return registration_record(place)


def give_places(
    work: Work, session_id: UUID, people: Sequence[UUID], *, seat: Seat = Seat.AUDIENCE, settled: bool = False
) -> PlacesRecord:
    """Invite people, each to such a seat, or give it to them outright; who has a place or waits keeps it, on that seat.

    Args:
        people: accounts of the convention's host, as the caller has checked.
        settled: they are registered, without being asked.

    Raises:
        NotFound, NotAllowed, WrongState (it is over), Full (places in the audience are fewer than those settled).
    """
    session = load(work, session_id)
    if session.state not in PLANNED | RUNNING:
        raise WrongState(subject="session", state=session.state)
    knew = invited(work.db, session_id)
    places = [_give(work, session, person_id, seat, settled) for person_id in dict.fromkeys(people)]
    move_up(work, session)
    _show(work, session, (person_id for person_id in people if person_id not in knew))
    return PlacesRecord(
        session=session_id, taken=session.taken, places=tuple(registration_record(place) for place in places)
    )


def remove_place(work: Work, session_id: UUID, place_id: UUID) -> Gone:
    """Take somebody's place or invitation away; who waits first moves up.

    Raises:
        NotFound, NotAllowed.
    """
    session = load(work, session_id)
    place = work.db.get(Registration, place_id)
    if place is None or place.session_id != session_id:
        raise NotFound
    session.taken -= _counts(place)
    work.db.delete(place)
    work.db.flush()
    work.record(RegistrationRemoved(registration=Gone(id=place_id)), _readers(place))
    if _told_one_by_one(session) and place.person_id not in invited(work.db, session_id):
        work.record(SessionHidden(session=Gone(id=session_id)), [topics_of_person(place.person_id)])
    move_up(work, session)
    return Gone(id=place_id)


def leave(work: Work, person_id: UUID) -> None:
    """Give up all of somebody's places in what is still to come, or goes on; those in what is over stay."""
    query = (
        select(Registration, ProgrammeSession)
        .join(ProgrammeSession, col(ProgrammeSession.id) == Registration.session_id)
        .where(
            Registration.convention_id == work.convention_id,
            Registration.person_id == person_id,
            Registration.state != PlaceState.CANCELLED.value,
            col(ProgrammeSession.state).in_(PLANNED | RUNNING),
        )
    )
    for place, session in work.db.exec(query.order_by(col(Registration.id))).all():
        _set(work, session, place, PlaceState.CANCELLED)
        move_up(work, session)


def move_up(work: Work, session: ProgrammeSession) -> None:
    """Let those who wait longest have what places there are."""
    query = select(Registration).where(
        Registration.session_id == session.id, Registration.state == PlaceState.WAITING.value
    )
    query = query.order_by(col(Registration.at), col(Registration.id))
    if session.capacity is not None:
        query = query.limit(max(0, session.capacity - session.taken))
    for place in work.db.exec(query).all():
        _set(work, session, place, PlaceState.REGISTERED)


def _for_oneself(work: Work, session_id: UUID) -> tuple[ProgrammeSession, UUID]:
    """A session that is announced to the actor, and who they are."""
    session, person_id = work.db.get(ProgrammeSession, session_id), work.actor.person_id
    if session is None or session.convention_id != work.convention_id or session.state == SessionState.DRAFT:
        raise NotFound
    if person_id is None:
        raise NotAllowed
    if session.audience == "invited" and person_id not in invited(work.db, session_id):
        raise NotFound
    return session, person_id


def _place_of(work: Work, session_id: UUID, person_id: UUID) -> Registration | None:
    query = select(Registration).where(Registration.session_id == session_id, Registration.person_id == person_id)
    return work.db.exec(query).first()


def _new(work: Work, session_id: UUID, person_id: UUID) -> Registration:
    """Somebody's place, not taken yet."""
    return Registration(
        id=work.new_id(),
        session_id=session_id,
        person_id=person_id,
        convention_id=work.convention_id,
        state=PlaceState.CANCELLED.value,
        at=work.now,
        version=0,
    )


def _give(work: Work, session: ProgrammeSession, person_id: UUID, seat: Seat, settled: bool) -> Registration:
    place = _place_of(work, session.id, person_id) or _new(work, session.id, person_id)
    state = PlaceState(place.state)
    if settled or (seat == Seat.ON_STAGE and state == PlaceState.WAITING):
        state = PlaceState.REGISTERED
    elif state == PlaceState.CANCELLED:
        state = PlaceState.INVITED
    counts = state == PlaceState.REGISTERED and seat == Seat.AUDIENCE
    if counts and not _counts(place) and not _has_room(session):
        raise Full(capacity=session.capacity)
    if (place.state, place.seat) != (state, seat):
        _set(work, session, place, state, seat)
    return place


def _set(
    work: Work, session: ProgrammeSession, place: Registration, state: PlaceState, seat: Seat | None = None
) -> None:
    """Let a place stand so from now on, and tell it. What is taken in the session is kept in step."""
    if place.state != state and state not in TRANSITIONS[PlaceState(place.state)]:
        raise WrongState(subject="registration", state=place.state, wanted=state.value)
    session.taken -= _counts(place)
    if state != place.state and state != PlaceState.CANCELLED:
        place.at = _arrival(work, session.id) if state == PlaceState.WAITING else work.now
    place.state, place.seat = state.value, (seat or Seat(place.seat)).value
    place.version += 1
    session.taken += _counts(place)
    work.db.add_all([place, session])
    work.db.flush()
    work.record(RegistrationChanged(registration=registration_record(place)), _readers(place))


def _arrival(work: Work, session_id: UUID) -> datetime:
    """When somebody begins to wait: after all who wait already, though they came at the same moment."""
    query = select(func.max(Registration.at)).where(
        Registration.session_id == session_id, Registration.state == PlaceState.WAITING.value
    )
    last = work.db.exec(query).one()
    return work.now if last is None else max(work.now, last + TICK)


def _show(work: Work, session: ProgrammeSession, people: Iterable[UUID]) -> None:
    """Tell people of a session that only they were not told of before."""
    if _told_one_by_one(session) and (topics := [topics_of_person(person) for person in people]):
        work.record(SessionChanged(session=session_record(session)), topics)


def _told_one_by_one(session: ProgrammeSession) -> bool:
    return session.audience == "invited" and session.state != SessionState.DRAFT


def _has_room(session: ProgrammeSession) -> bool:
    return session.capacity is None or session.taken < session.capacity


def _counts(place: Registration) -> bool:
    """Whether it is one of the session's places that are taken."""
    return place.state == PlaceState.REGISTERED and place.seat == Seat.AUDIENCE


def _readers(place: Registration) -> list[str]:
    return [topics_of_person(place.person_id), *topics_of_backstage(place.session_id)]
