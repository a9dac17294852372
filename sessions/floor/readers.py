"""Who comes to a session's floor: who watches it takes part, who moderates it decides; and how both are told."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sessions.errors import NotAllowed, NotFound, WrongState
from sessions.events import Fact, topics_of_backstage
from sessions.floor.rules import FloorRules
from sessions.ports import Work
from sessions.readers import MODERATING, can_moderate, can_watch
from sessions.states import SessionState
from sessions.tables import Appearance, ProgrammeSession, Registration, Speaker

AFTERWARDS = timedelta(hours=1)  # how long a floor stays open when its session is over


def watched(work: Work, session_id: UUID) -> ProgrammeSession:
    """The session, for those who may watch it.

    Raises:
        NotFound: also for those who may not know of it. NotAllowed: it has places, and they have none.
    """
    session = _known(work, session_id)
    if not can_watch(work.db, session_id, work.actor.person_id, staff=work.actor.staff):
        raise NotAllowed
    return session


def moderated(work: Work, session_id: UUID) -> ProgrammeSession:
    """The session, for those who moderate it.

    Raises:
        NotFound: also for those who may not know of it. NotAllowed: they see it, but do not moderate it.
    """
    session = _known(work, session_id)
    if not can_moderate(work.db, session_id, work.actor.person_id, staff=work.actor.staff):
        raise NotAllowed
    return session


def spoken_in(work: Work, session_id: UUID) -> tuple[ProgrammeSession, UUID]:
    """The session, for those who may watch it and write there now, and who they are: its floor is open from when it is
    announced until an hour after its end.

    Raises:
        NotFound, NotAllowed (also for who has no account), WrongState (its floor is closed).
    """
    session = watched(work, session_id)
    if work.actor.person_id is None:
        raise NotAllowed
    over = session.ended_at is not None and work.now >= session.ended_at + AFTERWARDS
    if session.state in (SessionState.DRAFT, SessionState.CANCELLED) or over:
        raise WrongState(subject="session", state=session.state)
    return session, work.actor.person_id


def moderates(work: Work, session_id: UUID) -> bool:
    """Whether the actor moderates it: what they write waits for nobody."""
    return can_moderate(work.db, session_id, work.actor.person_id, staff=work.actor.staff)


def moderated_by(person_id: UUID | None) -> SelectOfScalar[UUID]:
    """A query for the sessions that somebody moderates as chair or host."""
    parts = select(Appearance.session_id).join(Speaker, col(Speaker.id) == Appearance.speaker_id)
    return parts.where(Speaker.person_id == person_id, col(Appearance.role).in_(MODERATING))


def rules_of(session: ProgrammeSession) -> FloorRules:
    """What there is on its floor."""
    return FloorRules.model_validate(session.floor)


def tell(work: Work, session_id: UUID, public: Fact, behind: Fact) -> None:
    """Record what happened, for the session's audience and for its moderators, who may be told more."""
    work.db.flush()
    if public == behind:
        work.record(public, [*topics_of_floor(session_id), *topics_of_backstage(session_id)])
    else:
        work.record(public, topics_of_floor(session_id))
        work.record(behind, topics_of_backstage(session_id))


def topics_of_floor(session_id: UUID) -> list[str]:
    """Who is told of what everybody on a session's floor may see."""
    return [f"session:{session_id}"]


def _known(work: Work, session_id: UUID) -> ProgrammeSession:
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.convention_id != work.convention_id or not _knows_of(work, session):
        raise NotFound
    return session


def _knows_of(work: Work, session: ProgrammeSession) -> bool:
    """As server/programme_rows.py says it for queries: planners know all, others what is announced to them."""
    if work.actor.staff or session.state == SessionState.DRAFT or session.audience != "invited":
        return work.actor.staff or session.state != SessionState.DRAFT
    person = work.actor.person_id
    place = select(Registration.id).where(Registration.session_id == session.id, Registration.person_id == person)
    part = (
        select(Appearance.session_id)
        .join(Speaker, col(Speaker.id) == Appearance.speaker_id)
        .where(Appearance.session_id == session.id, Speaker.person_id == person)
    )
    return work.db.exec(place).first() is not None or work.db.exec(part).first() is not None
