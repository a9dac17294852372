"""What imports remember: what was taken from the sheets, and what is left to be looked at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from server.ids import new_id


class ImportedParty(SQLModel, table=True):
    """What a sheet of one kind said of a party when it was last imported: the next import changes what differs.

    `fields` is {field: digest}, so that no second copy of the values has to be kept. `people`, in the sheet's order:
    {"person": id, "fields": {field: digest}, "said": their hours, "proposed": {"zone", "said"}}; one who has left the
    sheet but is booked has "left" instead. `visits` and `notes` are the cells that no other row holds.
    """

    __tablename__ = "imported_party"

    convention_id: UUID = Field(primary_key=True)
    kind: str = Field(max_length=16, primary_key=True)
    participation_id: UUID = Field(primary_key=True, index=True)
    fields: dict[str, str] = Field(sa_type=JSON)
    people: list[dict[str, Any]] = Field(sa_type=JSON)
    visits: int | None = None
    notes: str = ""


class ImportFinding(SQLModel, table=True):
    """A cell that was ambiguous or damaged, about one party. It stays when the party is confirmed, so that the same
    cell is not asked about again, and goes when the cell is mended.

    `proposal` is {what confirming would set: value}, such as {"zone": "America/New_York"}.
    """

    __tablename__ = "import_finding"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    convention_id: UUID = Field(foreign_key="convention.id", index=True)
    participation_id: UUID = Field(foreign_key="participation.id", index=True)
    kind: str = Field(max_length=16)
    row: int
    column: str = Field(max_length=120)
    field: str = Field(max_length=32)
    value: str = Field(max_length=500)
    severity: str = Field(max_length=8)
    code: str = Field(max_length=48)
    reason: str = Field(max_length=500)
    proposal: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    choices: list[str] = Field(default_factory=list, sa_type=JSON)
    found_at: datetime
