"""Sessions as they run: begun, paused, ended and shown again, by the operator's button, by timers, or by the stream."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sessions.audience import SAMPLE, next_sample
from sessions.errors import WrongState
from sessions.events import (
    SessionEnded,
    SessionPaused,
    SessionRecord,
    SessionReplayed,
    SessionResumed,
    SessionSoon,
    SessionWentLive,
)
from sessions.ports import Work
from sessions.readers import load, tell
from sessions.states import RUNNING, SessionState, move_session
from sessions.stays import close_stays, forget_presences
from sessions.tables import ProgrammeSession

START, END, SOON = "session.start", "session.end", "session.soon"
AHEAD = timedelta(minutes=10)  # when those who wait are told that it begins soon
FORGOTTEN = timedelta(hours=2)  # past its end, what nobody has ended ends by itself

Told = SessionSoon | SessionWentLive | SessionPaused | SessionResumed | SessionEnded | SessionReplayed


def go_live(work: Work, session_id: UUID) -> SessionRecord:
    """The operator's button: it begins now.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    return begin(work, load(work, session_id))


def pause(work: Work, session_id: UUID) -> SessionRecord:
    """The operator's button: interrupted; whoever is there stays and is counted.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    session = load(work, session_id)
    _move(session, {SessionState.LIVE}, SessionState.PAUSED)
    session.paused_at = work.now
    return _tell(work, session, SessionPaused)


def resume(work: Work, session_id: UUID) -> SessionRecord:
    """It goes on: after a pause, or after an end that came too early.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    session = load(work, session_id)
    ended = session.state == SessionState.ENDED
    _move(session, {SessionState.PAUSED, SessionState.ENDED}, SessionState.LIVE)
    session.paused_at = session.ended_at = None
    if ended:
        forget_presences(work, session.id)  # of whoever is still there a new stay begins
        # Past its time only a hand ends it again, or a long silence.
        set_timers(work, session)
        if session.ends_at <= work.now:
            work.at(work.now + FORGOTTEN, END, session.id)
        work.at(next_sample(session.live_at or work.now, work.now), SAMPLE, session.id)
    return _tell(work, session, SessionResumed)


def end(work: Work, session_id: UUID) -> SessionRecord:
    """The operator's button: it is over now.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    return finish_now(work, load(work, session_id))


def show_again(work: Work, session_id: UUID, *, shown: bool = True) -> SessionRecord:
    """Offer the replay of a session that is over, or no longer.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    session = load(work, session_id)
    if shown:
        _move(session, {SessionState.ENDED}, SessionState.REPLAY)
    else:
        _move(session, {SessionState.REPLAY}, SessionState.ENDED)
    return _tell(work, session, SessionReplayed if shown else SessionEnded)


def start(work: Work, session_id: UUID) -> SessionRecord | None:
    """The timer at the beginning; nothing if the session has begun, was cancelled, or begins later now."""
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.state != SessionState.SCHEDULED or session.starts_at > work.now:
        return None
    return begin(work, session)


def finish(work: Work, session_id: UUID) -> SessionRecord | None:
    """The timer at the end; nothing if the session is over already, or ends later now."""
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.state not in RUNNING or session.ends_at > work.now:
        return None
    return finish_now(work, session)


def announce_soon(work: Work, session_id: UUID) -> SessionRecord | None:
    """The timer shortly before the beginning; nothing if it has begun, was taken back, or begins later now."""
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.state != SessionState.SCHEDULED or session.starts_at - AHEAD > work.now:
        return None
    session.soon_at = work.now
    return _tell(work, session, SessionSoon)


def begin(work: Work, session: ProgrammeSession) -> SessionRecord:
    """Let it go live now.

    Raises:
        WrongState.
    """
    _move(session, {SessionState.SCHEDULED}, SessionState.LIVE)
    session.live_at = work.now
    session.paused_at = session.ended_at = None
    work.forget(session.id, START, SOON)
    # Only now: an end that fell due together with its start must not be looked at first, and then lost.
    set_timers(work, session)
    work.at(next_sample(work.now, work.now), SAMPLE, session.id)
    return _tell(work, session, SessionWentLive)


def finish_now(work: Work, session: ProgrammeSession) -> SessionRecord:
    """Let it end now.

    Raises:
        WrongState.
    """
    _move(session, RUNNING, SessionState.ENDED)
    session.ended_at = work.now
    session.paused_at = None
    close_stays(work, session.id)
    work.forget(session.id, END)
    work.at(work.now, SAMPLE, session.id)  # the last one, while the presences are still fresh
    return _tell(work, session, SessionEnded)


def set_timers(work: Work, session: ProgrammeSession) -> None:
    """Let happen by itself what does so in the session's present state, and nothing else."""
    if session.state == SessionState.SCHEDULED:
        if session.starts_at - AHEAD > work.now:
            work.at(session.starts_at - AHEAD, SOON, session.id)
        else:
            work.forget(session.id, SOON)
        if session.run_by == "timer":
            work.at(session.starts_at, START, session.id)
        else:
            work.forget(session.id, START)
    elif session.state in RUNNING:
        work.at(session.ends_at if session.run_by == "timer" else session.ends_at + FORGOTTEN, END, session.id)
    else:
        work.forget(session.id, START, SOON)


def _move(session: ProgrammeSession, sources: Collection[str], target: SessionState) -> None:
    """The table's transition, from these states alone: others lead there too, by another way with other marks."""
    if session.state not in sources:
        raise WrongState(subject="session", state=session.state, wanted=target.value)
    session.state = move_session(session.state, target)


def _tell(work: Work, session: ProgrammeSession, fact: type[Told]) -> SessionRecord:
    session.version += 1
    return tell(work, session, fact)
