"""The programme: sessions planned, changed, sent live and ended by the organiser's button or by their timers."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sessions.audience import SAMPLE, next_sample
from sessions.errors import BadTimes, BadTitle, NotAllowed, NotFound, WrongState
from sessions.events import (
    SessionCancelled,
    SessionChanged,
    SessionEnded,
    SessionPlanned,
    SessionRecord,
    SessionWentLive,
    topics_of_session,
)
from sessions.ports import Work
from sessions.records import session_record
from sessions.states import SessionState, move_session
from sessions.tables import ProgrammeSession

START, END = "session.start", "session.end"
ORIGINAL = "original"

OfSession = SessionPlanned | SessionChanged | SessionWentLive | SessionEnded | SessionCancelled


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


def plan(
    work: Work,
    *,
    title: Mapping[str, str],
    kind: Kind,
    starts_at: datetime,
    ends_at: datetime,
    track: str = "",
    stream_url: str | None = None,
) -> SessionRecord:
    """Put a session on the programme. It goes live at `starts_at` by itself.

    Args:
        title: text by language, and under "original" the language it was written in.

    Raises:
        NotAllowed, BadTitle, BadTimes.
    """
    if not work.actor.staff:
        raise NotAllowed
    session = ProgrammeSession(
        id=work.new_id(),
        convention_id=work.convention_id,
        title=_checked_title(title),
        kind=kind.value,
        track=track,
        stream_url=stream_url,
        state=SessionState.SCHEDULED,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _check_times(session)
    work.at(starts_at, START, session.id)
    return _told(work, session, SessionPlanned)


def change(
    work: Work,
    session_id: UUID,
    *,
    title: Mapping[str, str] | None = None,
    kind: Kind | None = None,
    track: str | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    stream_url: str | None = None,
) -> SessionRecord:
    """Set what is given and keep the rest; an empty `stream_url` takes the stream away.

    Raises:
        NotFound, NotAllowed, BadTitle, BadTimes, WrongState (it is over; or another start although it has begun).
    """
    session = _load(work, session_id)
    begun = session.state == SessionState.LIVE
    if session.state != SessionState.SCHEDULED and not (begun and starts_at in (None, session.starts_at)):
        raise WrongState(subject="session", state=session.state)
    session.title = session.title if title is None else _checked_title(title)
    session.kind = session.kind if kind is None else kind.value
    session.track = session.track if track is None else track
    session.stream_url = session.stream_url if stream_url is None else stream_url or None
    session.starts_at = starts_at or session.starts_at
    session.ends_at = ends_at or session.ends_at
    _check_times(session)
    if begun:
        work.at(session.ends_at, END, session_id)
    else:
        work.at(session.starts_at, START, session_id)
    session.version += 1
    return _told(work, session, SessionChanged)


def go_live(work: Work, session_id: UUID) -> SessionRecord:
    """The operator's button: it begins now.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    return _begin(work, _load(work, session_id))


def end(work: Work, session_id: UUID) -> SessionRecord:
    """The operator's button: it is over now.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    return _end(work, _load(work, session_id))


def cancel(work: Work, session_id: UUID) -> SessionRecord:
    """It will not take place.

    Raises:
        NotFound, NotAllowed, WrongState (it has begun).
    """
    session = _load(work, session_id)
    session.state = move_session(session.state, SessionState.CANCELLED)
    work.forget(session_id, START)
    session.version += 1
    return _told(work, session, SessionCancelled)


def start(work: Work, session_id: UUID) -> SessionRecord | None:
    """The timer at the beginning; nothing if the session has begun, was cancelled, or begins later now."""
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.state != SessionState.SCHEDULED or session.starts_at > work.now:
        return None
    return _begin(work, session)


def finish(work: Work, session_id: UUID) -> SessionRecord | None:
    """The timer at the end; nothing if the session is over already, or ends later now."""
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.state != SessionState.LIVE or session.ends_at > work.now:
        return None
    return _end(work, session)


def _begin(work: Work, session: ProgrammeSession) -> SessionRecord:
    session.state = move_session(session.state, SessionState.LIVE)
    session.live_at = work.now
    work.forget(session.id, START)
    # Only now: an end that fell due together with its start must not be looked at first, and then lost.
    work.at(session.ends_at, END, session.id)
    work.at(next_sample(work.now, work.now), SAMPLE, session.id)
    session.version += 1
    return _told(work, session, SessionWentLive)


def _end(work: Work, session: ProgrammeSession) -> SessionRecord:
    session.state = move_session(session.state, SessionState.ENDED)
    session.ended_at = work.now
    work.forget(session.id, END)
    work.at(work.now, SAMPLE, session.id)  # the last one, while the presences are still fresh
    session.version += 1
    return _told(work, session, SessionEnded)


def _load(work: Work, session_id: UUID) -> ProgrammeSession:
    """The session, for those who may run it: everybody else sees it, too."""
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.convention_id != work.convention_id:
        raise NotFound
    if not work.actor.staff:
        raise NotAllowed
    return session


def _checked_title(title: Mapping[str, str]) -> dict[str, str]:
    if title.get(ORIGINAL) == ORIGINAL or not title.get(title.get(ORIGINAL, ""), "").strip():
        raise BadTitle
    return dict(title)


def _check_times(session: ProgrammeSession) -> None:
    if session.ends_at <= session.starts_at:
        raise BadTimes(starts_at=session.starts_at, ends_at=session.ends_at)


def _told(work: Work, session: ProgrammeSession, fact: type[OfSession]) -> SessionRecord:
    work.db.add(session)
    work.db.flush()
    record = session_record(session)
    work.record(fact(session=record), topics_of_session(record.id))
    return record
