"""Rows of the rescue desk as records."""

from matchmaking.rescue.events import StandbyRecord
from matchmaking.rescue.tables import Standby


def standby_record(row: Standby) -> StandbyRecord:
    """A proposal as it stands."""
    return StandbyRecord(
        id=row.id,
        one=row.one_id,
        other=row.other_id,
        slot=row.slot_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        held_by=row.held_by,
        expires_at=row.expires_at,
        created_at=row.created_at,
        closed_at=row.closed_at,
        meeting=row.meeting_id,
        version=row.version,
    )
