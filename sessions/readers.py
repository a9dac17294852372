"""Who sees a session: those who may run it load it, and whoever may see it is told what became of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.errors import NotAllowed, NotFound
from sessions.events import Fact, Gone, SessionHidden, SessionRecord, topics_of_person
from sessions.ports import Work
from sessions.records import session_record
from sessions.states import SessionState
from sessions.tables import Appearance, ProgrammeSession, Registration, Speaker

MODERATING = ("chair", "host")  # the roles in a session that moderate it


def load(work: Work, session_id: UUID) -> ProgrammeSession:
    """The session, for those who may run it: everybody else sees it, too.

    Raises:
        NotFound, NotAllowed.
    """
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.convention_id != work.convention_id:
        raise NotFound
    if not work.actor.staff:
        raise NotAllowed
    return session


def tell(work: Work, session: ProgrammeSession, fact: type[Any], before: Sequence[str] = ()) -> SessionRecord:
    """Record what became of a session, for whoever sees it now; those of `before` who no longer do are told so.

    Args:
        fact: a class of sessions.events whose only field is `session`, a SessionRecord.
    """
    session.changed_at = work.now
    work.db.add(session)
    work.db.flush()
    record = session_record(session)
    readers = readers_of(work.db, session)
    told: Fact = fact(session=record)
    work.record(told, readers)
    if left := [topic for topic in before if topic not in readers]:
        work.record(SessionHidden(session=Gone(id=session.id)), left)
    return record


def readers_of(db: Session, session: ProgrammeSession) -> list[str]:
    """The topics that have this session's record in their state: planners and moderators always; of what is announced
    also its audience."""
    behind = ["organiser", f"backstage:{session.id}", f"session:{session.id}"]
    if session.state == SessionState.DRAFT:
        return behind
    if session.audience == "invited":
        return [*behind, *map(topics_of_person, sorted(invited(db, session.id)))]
    return [*behind, "programme", "public"] if session.audience == "public" else [*behind, "programme"]


def invited(db: Session, session_id: UUID) -> set[UUID]:
    """Who has something to do with a session: people with a place, or invited to one, and its speakers."""
    places = select(Registration.person_id).where(Registration.session_id == session_id)
    parts = (
        select(Speaker.person_id)
        .join(Appearance, col(Appearance.speaker_id) == Speaker.id)
        .where(Appearance.session_id == session_id)
    )
    return {person for person in (*db.exec(places), *db.exec(parts)) if person is not None}


def can_watch(db: Session, session_id: UUID, person_id: UUID | None, *, staff: bool) -> bool:
    """Whether somebody may watch a session that they may see: where places are given, who has one or has a part."""
    session = db.get(ProgrammeSession, session_id)
    if session is None:
        return False
    if staff or not session.registers:
        return True
    place = db.exec(
        select(Registration.id).where(
            Registration.session_id == session_id,
            Registration.person_id == person_id,
            Registration.state == "registered",
        )
    ).first()
    return place is not None or bool(roles_in(db, session_id, person_id))


def can_moderate(db: Session, session_id: UUID, person_id: UUID | None, *, staff: bool) -> bool:
    """Whether somebody moderates a session: staff, and its chair or host."""
    session = db.get(ProgrammeSession, session_id)
    return session is not None and (staff or not roles_in(db, session_id, person_id).isdisjoint(MODERATING))


def roles_in(db: Session, session_id: UUID, person_id: UUID | None) -> set[str]:
    """What somebody does in a session that they may see."""
    if person_id is None:
        return set()
    parts = (
        select(Appearance.role)
        .join(Speaker, col(Speaker.id) == Appearance.speaker_id)
        .where(Appearance.session_id == session_id, Speaker.person_id == person_id)
    )
    return set(db.exec(parts))
