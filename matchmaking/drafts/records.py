"""Rows of drafts as records."""

from matchmaking.drafts.events import DraftRecord, ProgressRecord, QualityRecord
from matchmaking.drafts.tables import Draft


def draft_record(row: Draft) -> DraftRecord:
    """A draft as it stands; what people called it is not in it."""
    return DraftRecord(
        id=row.id,
        state=row.state,
        judged=row.policy["judged"],
        seed=row.seed,
        based_on=row.based_on,
        progress=ProgressRecord.model_validate(row.progress),
        quality=None if row.quality is None else QualityRecord.model_validate(row.quality),
        edited=row.edited,
        lost=row.lost,
        created_at=row.created_at,
        ended_at=row.ended_at,
        version=row.version,
    )
