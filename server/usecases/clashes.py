"""What of a person's own stands at the same time: sessions they are in or have a place in, and their meetings."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Meeting
from sessions.clashes import Clash, Engagement, clashes
from sessions.states import SessionState
from sessions.tables import Appearance, ProgrammeSession, Registration, Speaker

# Where places are given, only those who have one or wait for one mean to come.
_COMING = ("registered", "waiting")


def own_clashes(db: Session, convention_id: UUID, person_id: UUID, buffer: timedelta) -> list[Clash]:
    """Pairs of the person's sessions and meetings that overlap, or leave less than `buffer` between them."""
    takes = frozenset({f"person:{person_id}"})
    sessions = select(ProgrammeSession).where(
        col(ProgrammeSession.id).in_(own_sessions(db, convention_id, person_id)),
        col(ProgrammeSession.state).not_in([SessionState.DRAFT.value, SessionState.CANCELLED.value]),
    )
    meetings = (
        select(Meeting)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(
            Meeting.convention_id == convention_id,
            Attendee.person_id == person_id,
            Meeting.state != MeetingState.CANCELLED.value,
        )
    )
    own = [*db.exec(sessions), *db.exec(meetings)]
    return clashes((Engagement(one.id, one.starts_at, one.ends_at, takes) for one in own), buffer)


def own_sessions(db: Session, convention_id: UUID, person_id: UUID) -> set[UUID]:
    """The sessions that somebody is in, has a place in, or waits for one."""
    places = select(Registration.session_id).where(
        Registration.convention_id == convention_id,
        Registration.person_id == person_id,
        col(Registration.state).in_(_COMING),
    )
    parts = (
        select(Appearance.session_id)
        .join(Speaker, col(Speaker.id) == Appearance.speaker_id)
        .where(Appearance.convention_id == convention_id, Speaker.person_id == person_id)
    )
    return {*db.exec(places), *db.exec(parts)}
