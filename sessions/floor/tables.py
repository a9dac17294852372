"""Tables of the floor: what the audience of a session asks, says, votes, and how a contest is judged.

Texts live here alone, so that they can be erased; events hold ids and figures.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel


class Announcement(SQLModel, table=True):
    """A line to everybody (no session) or to those who follow one session. `until` takes it down by itself."""

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    session_id: UUID | None = Field(default=None, foreign_key="programme_session.id", index=True)
    text: dict[str, Any] = Field(sa_type=JSON)
    state: str = Field(max_length=16)
    at: datetime
    until: datetime | None = None
    by_id: UUID | None = None
    version: int = 1


class Question(SQLModel, table=True):
    """A question from the floor. Who asked an `anonymous` one is told to nobody, moderators neither.

    `state`: pending (a moderator has not seen it yet), open, answered, hidden. `answered` says how: live, text (then
    `answer` is it), or empty.
    """

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID | None = Field(default=None, index=True)
    anonymous: bool
    text: str = Field(max_length=1000)
    state: str = Field(max_length=16)
    pinned: bool = False
    answered: str = Field(default="", max_length=8)
    answer: str = Field(default="", max_length=2000)
    answered_by: UUID | None = Field(default=None, index=True)
    votes: int = 0
    at: datetime
    version: int = 1


class QuestionVote(SQLModel, table=True):
    """Somebody wants this question answered, too. Once each: the key says so."""

    __tablename__ = "question_vote"

    question_id: UUID = Field(foreign_key="question.id", primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)


class Message(SQLModel, table=True):
    """A line of a session's chat. `state`: shown, held (a moderator is to look), hidden, past (newer ones came)."""

    __table_args__ = (Index("ix_message_session_id_state", "session_id", "state"),)

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id")
    convention_id: UUID = Field(index=True)
    person_id: UUID | None = Field(default=None, index=True)
    text: str = Field(max_length=500)
    state: str = Field(max_length=16)
    reports: int = 0
    at: datetime
    version: int = 1


class MessageReport(SQLModel, table=True):
    """Somebody finds that a message should not stand there. Once each."""

    __tablename__ = "message_report"

    message_id: UUID = Field(foreign_key="message.id", primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)


class Mute(SQLModel, table=True):
    """Somebody who may not write in a session, until a time (None: to its end), for what they wrote: `cause_id` is that
    question's or message's. Moderators know the cause and not the person, who may have asked without a name."""

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID = Field(index=True)
    cause_id: UUID
    until: datetime | None = None
    lifted: bool = False
    version: int = 1


class Poll(SQLModel, table=True):
    """A question to the floor. `kind`: single, multiple (up to `most`), scale (1 to `most`), word.

    `options` is a list of texts by language; an option is named by its place, "0" being the first. `state`: draft,
    open, closed. `shown` lets everybody see the results; `voters` counts who has voted.
    """

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    kind: str = Field(max_length=16)
    question: dict[str, Any] = Field(sa_type=JSON)
    options: list[Any] = Field(default_factory=list, sa_type=JSON)
    most: int = 1
    state: str = Field(max_length=16)
    shown: bool = True
    voters: int = 0
    at: datetime
    version: int = 1


class PollVote(SQLModel, table=True):
    """One person's vote, once: the key says so."""

    __tablename__ = "poll_vote"

    poll_id: UUID = Field(foreign_key="poll.id", primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)
    choice: list[str] = Field(sa_type=JSON)


class PollTally(SQLModel, table=True):
    """How often something was chosen: what PollVote's rows add up to, kept with them so that it is quickly read."""

    __tablename__ = "poll_tally"

    poll_id: UUID = Field(foreign_key="poll.id", primary_key=True)
    choice: str = Field(max_length=40, primary_key=True)
    votes: int


class Hand(SQLModel, table=True):
    """Somebody who would like to speak. `state`: raised, invited (on stage), on_stage, lowered."""

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID = Field(index=True)
    state: str = Field(max_length=16)
    at: datetime
    version: int = 1


class ReactionCount(SQLModel, table=True):
    """How often each reaction was given in a session."""

    __tablename__ = "reaction_count"

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    reaction: str = Field(max_length=16, primary_key=True)
    count: int


class Contest(SQLModel, table=True):
    """How a contest is judged: `criteria` are [{"name": texts, "most": points, "weight": number}], named by place."""

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    convention_id: UUID = Field(index=True)
    criteria: list[Any] = Field(sa_type=JSON)
    state: str = Field(max_length=16)
    revealed: int = 0
    version: int = 1


class Contestant(SQLModel, table=True):
    """Who competes. `participation_id` is their party, if they are one."""

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    participation_id: UUID | None = None
    position: int = 0
    rank: int | None = None
    points: str | None = Field(default=None, max_length=24)
    version: int = 1


class Score(SQLModel, table=True):
    """A juror's points for one contestant: by criterion, in their order."""

    id: UUID = Field(primary_key=True)
    contestant_id: UUID = Field(foreign_key="contestant.id", index=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID = Field(index=True)
    points: list[int] = Field(sa_type=JSON)
    version: int = 1
