"""Rows as records: the one place that says what readers see of a session and its audience."""

from uuid import UUID

from sessions.events import AudienceRecord, OutsideRecord, RegistrationRecord, ReportedRecord, SessionRecord
from sessions.tables import Audience, ProgrammeSession, Registration, ReportedFigure


def session_record(row: ProgrammeSession) -> SessionRecord:
    """A session as it stands."""
    return SessionRecord(
        id=row.id,
        kind=row.kind,
        track=row.track,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        live_at=row.live_at,
        ended_at=row.ended_at,
        version=row.version,
        room=row.room,
        audience=row.audience,
        registers=row.registers,
        capacity=row.capacity,
        moved_from=row.moved_from,
        paused_at=row.paused_at,
        featured=row.featured,
        soon_at=row.soon_at,
    )


def registration_record(row: Registration) -> RegistrationRecord:
    """A place as it stands."""
    return RegistrationRecord(
        id=row.id,
        session=row.session_id,
        person=row.person_id,
        seat=row.seat,
        state=row.state,
        at=row.at,
        version=row.version,
    )


def audience_record(row: Audience) -> AudienceRecord:
    """An audience as it was sampled last."""
    return AudienceRecord(
        id=row.session_id,
        concurrent=row.concurrent,
        peak=row.peak,
        unique=row.unique,
        countries=row.countries,
        newcomers=row.newcomers,
        sampled_at=row.sampled_at,
        seconds=row.seconds,
        guests=row.guests,
        new_guests=row.new_guests,
        outside=tuple(OutsideRecord(channel=UUID(channel), **said) for channel, said in row.outside.items()),
    )


def reported_record(row: ReportedFigure) -> ReportedRecord:
    """A figure from elsewhere as it was entered."""
    return ReportedRecord(
        id=row.id,
        session=row.session_id,
        name=row.name,
        value=row.value,
        as_of=row.as_of,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        version=row.version,
    )
