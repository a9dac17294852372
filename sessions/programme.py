"""The programme: sessions planned, announced, changed, moved and called off. How they run is in running.py."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sessions.errors import BadTimes, BadTitle, NotAllowed, UnknownPlace, WrongState
from sessions.events import (
    SessionCancelled,
    SessionChanged,
    SessionMoved,
    SessionPlanned,
    SessionPublished,
    SessionRecord,
)
from sessions.floor.rules import FloorRules
from sessions.ports import Work
from sessions.readers import load, readers_of, tell
from sessions.registration import move_up
from sessions.running import END, SOON, START, set_timers
from sessions.states import PLANNED, SessionState, move_session
from sessions.tables import ProgrammeSession, Room, Track

ORIGINAL = "original"


class Kind(StrEnum):
    """What a session is."""

    TALK = "talk"
    KEYNOTE = "keynote"
    PANEL = "panel"
    WORKSHOP = "workshop"
    PITCH = "pitch"
    LIVE_COMMERCE = "live_commerce"
    PUBLIC_LECTURE = "public_lecture"
    CEREMONY = "ceremony"


class AudienceKind(StrEnum):
    """Who may come: everybody, even without an account; whoever takes part; who is invited."""

    PUBLIC = "public"
    REGISTERED = "registered"
    INVITED = "invited"


class RunBy(StrEnum):
    """What lets a session begin and end: its times, the operator alone, or its stream."""

    TIMER = "timer"
    BUTTON = "button"
    STREAM = "stream"


BEGINNINGS = (SessionState.DRAFT, SessionState.PUBLISHED, SessionState.SCHEDULED)


def plan(
    work: Work,
    /,
    *,
    title: Mapping[str, str],
    kind: Kind,
    starts_at: datetime,
    ends_at: datetime,
    state: SessionState = SessionState.SCHEDULED,
    **details: Any,
) -> SessionRecord:
    """Put a session on the programme: as a draft, announced, or scheduled (then it goes live by itself).

    Args:
        title: text by language, and under "original" the language it was written in.
        details: as `change` takes them.

    Raises:
        NotAllowed, BadTitle, BadTimes, UnknownPlace, WrongState (it cannot begin in that state).
    """
    if not work.actor.staff:
        raise NotAllowed
    if state not in BEGINNINGS:
        raise WrongState(subject="session", state="none", wanted=state.value)
    session = ProgrammeSession(
        id=work.new_id(),
        convention_id=work.convention_id,
        title=checked_text(title),
        kind=kind.value,
        state=state.value,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _set(work, session, details)
    _check_times(session)
    set_timers(work, session)
    return tell(work, session, SessionPlanned)


def change(work: Work, /, session_id: UUID, **changed: Any) -> SessionRecord:
    """Set what is given and keep the rest.

    Args:
        changed: title, abstract and notice (texts by language; {} takes the last two away), kind, track, room ("" for
            none), starts_at, ends_at, languages, audience, registers, capacity (None: any number), run_by, floor
            (FloorRules), external_id.

    Raises:
        NotFound, NotAllowed, BadTitle, BadTimes, UnknownPlace, WrongState (it is called off; or another start
        although it has begun).
    """
    session = load(work, session_id)
    starts_at = changed.get("starts_at", session.starts_at)
    moved = starts_at != session.starts_at
    if session.state == SessionState.CANCELLED or (moved and session.state not in PLANNED):
        raise WrongState(subject="session", state=session.state)
    before = readers_of(work.db, session)
    if moved and session.state != SessionState.DRAFT:
        session.moved_from = session.starts_at
        session.soon_at = None
    _set(work, session, changed)
    _check_times(session)
    set_timers(work, session)
    session.version += 1
    record = tell(work, session, SessionMoved if moved else SessionChanged, before)
    move_up(work, session)
    return record


def publish(work: Work, session_id: UUID, *, settled: bool = True) -> SessionRecord:
    """Announce a session: its time is settled, and it will go live by itself, or may still change.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    session = load(work, session_id)
    session.state = move_session(session.state, SessionState.SCHEDULED if settled else SessionState.PUBLISHED)
    set_timers(work, session)
    session.version += 1
    return tell(work, session, SessionPublished)


def take_back(work: Work, session_id: UUID) -> SessionRecord:
    """Make an announced or a cancelled session a draft again: only planners see it from now on.

    Raises:
        NotFound, NotAllowed, WrongState (it has begun).
    """
    session = load(work, session_id)
    before = readers_of(work.db, session)
    session.state = move_session(session.state, SessionState.DRAFT)
    session.moved_from = None
    set_timers(work, session)
    session.version += 1
    return tell(work, session, SessionChanged, before)


def cancel(work: Work, session_id: UUID) -> SessionRecord:
    """It will not take place.

    Raises:
        NotFound, NotAllowed, WrongState (it has begun).
    """
    session = load(work, session_id)
    session.state = move_session(session.state, SessionState.CANCELLED)
    work.forget(session_id, START, END, SOON)
    session.version += 1
    return tell(work, session, SessionCancelled)


def touch(work: Work, session: ProgrammeSession) -> SessionRecord:
    """Something that belongs to a session is different: its readers fetch it again."""
    session.version += 1
    return tell(work, session, SessionChanged)


def checked_text(text: Mapping[str, str], empty: bool = False) -> dict[str, str]:
    """A text by language as it is stored.

    Raises:
        BadTitle: there is no text in the language it says is the original.
    """
    if empty and not text:
        return {}
    if text.get(ORIGINAL) == ORIGINAL or not text.get(text.get(ORIGINAL, ""), "").strip():
        raise BadTitle
    return dict(text)


_PLAIN = ("starts_at", "ends_at", "languages", "registers", "capacity", "external_id")
_NAMED = ("kind", "audience", "run_by")
_TEXTS = ("abstract", "notice")


def _set(work: Work, session: ProgrammeSession, changed: Mapping[str, Any]) -> None:
    """Take over what is given; a name that is none of a session's is a mistake in the program."""
    for name, value in changed.items():
        if name == "title":
            session.title = checked_text(value)
        elif name in _TEXTS:
            setattr(session, name, checked_text(value, empty=True))
        elif name in _NAMED:
            setattr(session, name, value.value)
        elif name in _PLAIN:
            setattr(session, name, value)
        elif name == "floor":
            session.floor = FloorRules.model_validate(value).model_dump(mode="json")
        elif name == "track":
            session.track = _known(work, Track, value)
        elif name == "room":
            session.room = _known(work, Room, value)
        else:
            raise TypeError(f"a session has no {name}")
    session.registers = session.registers or session.capacity is not None


def _known(work: Work, table: type[Track] | type[Room], code: str) -> str:
    if code and work.db.get(table, (work.convention_id, code)) is None:
        raise UnknownPlace(what=table.__name__.lower())
    return code


def _check_times(session: ProgrammeSession) -> None:
    if session.ends_at <= session.starts_at:
        raise BadTimes(starts_at=session.starts_at, ends_at=session.ends_at)
