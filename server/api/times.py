"""Times as pages show them: the reader's wall time first, the convention's beside it, a differing day marked."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from matchmaking.slots import day_shift, wall
from matchmaking.tables import Slot


class WallTime(BaseModel):
    """What clocks in `zone` show: date YYYY-MM-DD, time HH:MM, offset from UTC +HH:MM."""

    zone: str
    date: str
    time: str
    offset: str


class SlotOut(BaseModel):
    """A slot for a reader. `day_shift` is +1 where the reader's date is a day ahead of the convention's, -1 behind."""

    slot: UUID
    starts_at: datetime
    ends_at: datetime
    reader: WallTime
    convention: WallTime
    day_shift: int


def wall_time(instant: datetime, zone: str) -> WallTime:
    """The instant on the clocks of a zone."""
    local = wall(instant, zone)
    offset = local.strftime("%z")
    return WallTime(
        zone=zone, date=local.strftime("%Y-%m-%d"), time=local.strftime("%H:%M"), offset=f"{offset[:3]}:{offset[3:5]}"
    )


def slot_out(slot: Slot, reader_zone: str, convention_zone: str) -> SlotOut:
    """The slot as this reader sees it."""
    return SlotOut(
        slot=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        reader=wall_time(slot.starts_at, reader_zone),
        convention=wall_time(slot.starts_at, convention_zone),
        day_shift=day_shift(slot.starts_at, reader_zone, convention_zone),
    )
