"""Announcements: a line to everybody, or to those who follow one session, for some time or until it is taken back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sessions.errors import NotAllowed, NotFound, OutOfTime
from sessions.events import Gone, topics_of_backstage
from sessions.floor.readers import moderated, topics_of_floor
from sessions.floor.states import AnnouncementState, move
from sessions.floor.tables import Announcement
from sessions.floor.word_events import AnnouncementMade, AnnouncementRecord, AnnouncementTakenDown
from sessions.floor.word_records import announcement_record
from sessions.ports import Work
from sessions.programme import checked_text

END = "announcement.end"


def announce(
    work: Work, *, text: Mapping[str, str], session_id: UUID | None = None, until: datetime | None = None
) -> AnnouncementRecord:
    """Announce something: to everybody, by those who work for the convention, or in a session, by its moderators.

    Args:
        text: by language, and under "original" the language it was written in.
        until: takes it down by itself.

    Raises:
        NotFound, NotAllowed, BadTitle, OutOfTime.
    """
    _check_may(work, session_id)
    if until is not None and until <= work.now:
        raise OutOfTime(until=until, now=work.now)
    row = Announcement(
        id=work.new_id(),
        convention_id=work.convention_id,
        session_id=session_id,
        text=checked_text(text),
        state=AnnouncementState.SHOWN.value,
        at=work.now,
        until=until,
        by_id=work.actor.person_id,
    )
    work.db.add(row)
    if until is not None:
        work.at(until, END, row.id)
    record = announcement_record(row)
    work.record(AnnouncementMade(announcement=record), _topics(session_id))
    return record


def take_back(work: Work, announcement_id: UUID) -> AnnouncementRecord:
    """Take it down before its time.

    Raises:
        NotFound, NotAllowed, WrongState (it is down already).
    """
    row = work.db.get(Announcement, announcement_id)
    if row is None or row.convention_id != work.convention_id:
        raise NotFound
    _check_may(work, row.session_id)
    work.forget(row.id, END)
    return _take_down(work, row)


def expire(work: Work, announcement_id: UUID) -> AnnouncementRecord | None:
    """The timer at its end; nothing if it is down already."""
    row = work.db.get(Announcement, announcement_id)
    if row is None or row.state != AnnouncementState.SHOWN or row.until is None or row.until > work.now:
        return None
    return _take_down(work, row)


def _take_down(work: Work, row: Announcement) -> AnnouncementRecord:
    row.state = move(row.state, AnnouncementState.TAKEN_DOWN)
    row.version += 1
    work.db.add(row)
    work.record(AnnouncementTakenDown(announcement=Gone(id=row.id)), _topics(row.session_id))
    return announcement_record(row)


def _check_may(work: Work, session_id: UUID | None) -> None:
    if session_id is not None:
        moderated(work, session_id)
    elif not work.actor.staff:
        raise NotAllowed


def _topics(session_id: UUID | None) -> list[str]:
    if session_id is None:
        return ["programme", "public", "organiser"]
    return [*topics_of_floor(session_id), *topics_of_backstage(session_id), "organiser"]
