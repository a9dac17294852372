"""Mutes: somebody may not write in a session for what they wrote there. Who they are need not be known.

Each question or message has a mute of its own, also if its writer is muted already: else moderators could find out by
trying who asked without a name.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from sessions.errors import Muted, NotFound
from sessions.events import Gone, topics_of_backstage, topics_of_person
from sessions.floor.readers import moderated
from sessions.floor.tables import Message, Mute, Question
from sessions.floor.word_events import MuteLifted, MuteRecord, MuteSet
from sessions.floor.word_records import mute_record
from sessions.ports import Work


def mute(work: Work, session_id: UUID, cause: UUID, *, lasting: timedelta | None = None) -> MuteRecord:
    """Let whoever wrote this question or message write no more: for so long, or as long as the floor is open.

    Raises:
        NotFound, NotAllowed.
    """
    session = moderated(work, session_id)
    until = None if lasting is None else work.now + lasting
    written = work.db.get(Question, cause) or work.db.get(Message, cause)
    if written is None or written.session_id != session.id or written.person_id is None:
        raise NotFound
    standing = select(Mute).where(Mute.session_id == session.id, Mute.cause_id == cause, col(Mute.lifted).is_(False))
    known = work.db.exec(standing).first()
    if known is None:
        known = Mute(
            id=work.new_id(),
            session_id=session.id,
            convention_id=work.convention_id,
            person_id=written.person_id,
            cause_id=cause,
            until=until,
        )
    else:
        known.until = until
        known.version += 1
    work.db.add(known)
    record = mute_record(known)
    work.record(MuteSet(mute=record), _topics(known))
    return record


def lift(work: Work, session_id: UUID, mute_id: UUID) -> MuteRecord:
    """Let them write again. One that is lifted stays so.

    Raises:
        NotFound, NotAllowed.
    """
    moderated(work, session_id)
    row = work.db.get(Mute, mute_id)
    if row is None or row.session_id != session_id:
        raise NotFound
    if not row.lifted:
        row.lifted = True
        row.version += 1
        work.db.add(row)
        work.record(MuteLifted(mute=Gone(id=row.id)), _topics(row))
    return mute_record(row)


def check_may_write(work: Work, session_id: UUID, person_id: UUID) -> None:
    """Refuse whoever is muted.

    Raises:
        Muted: with the last `until`; None is to the end.
    """
    query = select(Mute.until).where(
        Mute.session_id == session_id, Mute.person_id == person_id, col(Mute.lifted).is_(False)
    )
    in_force = [until for until in work.db.exec(query) if until is None or until > work.now]
    if in_force:
        raise Muted(until=None if None in in_force else max(filter(None, in_force)))


def _topics(row: Mute) -> list[str]:
    return [*topics_of_backstage(row.session_id), topics_of_person(row.person_id)]
