"""Tables of automatic scheduling: a run, the draft that came of it, and how each party fares in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from matchmaking.tables import NARROW


class Draft(SQLModel, table=True):
    """A schedule in the making: what was asked for, how far the search is, and what has been found so far.

    `state`: see `states.DraftState`. `policy` is a `policy.SchedulePolicy` as JSON. `based_on` is the draft whose pins
    it keeps and from whose meetings it starts. `progress` and `quality` are records' values; `quality` is None until a
    first schedule stands. `edited`: somebody changed it after that. `lost`: meetings that publishing could not make.
    Who computes it is known by a lease of the draft's name.
    """

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    title: str = Field(default="", max_length=120)
    state: str = Field(max_length=16)
    seed: int
    policy: dict[str, Any] = Field(sa_type=JSON)
    based_on: UUID | None = None
    progress: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    quality: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    edited: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    lost: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_by: UUID | None = None
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1


class DraftMeeting(SQLModel, table=True):
    """A meeting of a draft. `one_id` < `other_id`; `others` are further parties of the same call, as texts.

    `people`: who sits for each party, {party: person}. `pinned`: a new run keeps it where it is. `meeting_id`: the
    meeting that publishing made. `lost`: why it is not to be made (taken_out, banned), or could not be (taken, begun,
    met).
    """

    __tablename__ = "draft_meeting"
    __table_args__ = (UniqueConstraint("draft_id", "one_id", "other_id"),)

    id: UUID = Field(primary_key=True)
    draft_id: UUID = Field(foreign_key="draft.id", index=True)
    convention_id: UUID = Field(index=True)
    one_id: UUID = Field(index=True)
    other_id: UUID = Field(index=True)
    others: list[str] = Field(default_factory=list, sa_type=JSON)
    slot_id: UUID
    people: dict[str, str] = Field(sa_type=JSON)
    interpreter_id: UUID | None = None
    interpreting: str = Field(max_length=16)
    mode: str = Field(max_length=16)
    resource_id: UUID | None = None
    weight: int
    pinned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    meeting_id: UUID | None = None
    lost: str | None = Field(default=None, max_length=32)


class DraftParty(SQLModel, table=True):
    """How a party fares in a draft: meetings wished and got, and why it got fewer (`schedule.problem.Reason`)."""

    __tablename__ = "draft_party"
    __table_args__ = NARROW

    draft_id: UUID = Field(foreign_key="draft.id", primary_key=True)
    participation_id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    wished: int
    got: int
    reason: str | None = Field(default=None, max_length=24)
