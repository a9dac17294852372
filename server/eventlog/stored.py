"""An event as it lies in the log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One committed fact. `data` is JSON text of an object {collection: record}; `at` is aware UTC."""

    convention_id: UUID
    seq: int
    type: str
    version: int
    at: datetime
    topics: tuple[str, ...]
    data: str
