"""Rows as records: the one place that says what readers see of a session and its audience."""

from sessions.events import AudienceRecord, SessionRecord
from sessions.tables import Audience, ProgrammeSession


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
    )
