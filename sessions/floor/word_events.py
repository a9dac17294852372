"""What was asked, said and announced, as facts: ids and codes only. Who asked without a name stands in none of them.

What moderators see and the audience does not any more, or not yet, is told twice: the record to those behind the
scenes, and to the others that it is gone.
"""

from datetime import datetime
from uuid import UUID

from sessions.events import Fact, Gone, Record


class QuestionRecord(Record):
    """A question as it stands. `person` is who asked it, unless it is anonymous: then nobody is told.

    `answered` is how: live, text (which then is among the texts), or empty. Votes are figures, which go out apart.
    """

    id: UUID
    session: UUID
    person: UUID | None
    anonymous: bool
    state: str
    pinned: bool
    answered: str
    at: datetime
    version: int


class MessageRecord(Record):
    """A line of chat as it stands: shown, held, hidden, or past (newer ones have taken its place)."""

    id: UUID
    session: UUID
    person: UUID | None
    state: str
    at: datetime
    version: int


class MuteRecord(Record):
    """Somebody may not write, until a time (None: to the end), for the question or message `cause`."""

    id: UUID
    session: UUID
    cause: UUID
    until: datetime | None
    version: int


class AnnouncementRecord(Record):
    """A line to everybody, or (`session`) to those who follow one session. `until` takes it down by itself."""

    id: UUID
    session: UUID | None
    at: datetime
    until: datetime | None
    version: int


class QuestionAsked(Fact):
    """Somebody asked a question."""

    type = "question.asked"
    question: QuestionRecord


class QuestionReworded(Fact):
    """Its asker put it in other words, before a moderator had seen it."""

    type = "question.reworded"
    question: QuestionRecord


class QuestionOpened(Fact):
    """A moderator let it stand, let it stand again, or it is open after all."""

    type = "question.opened"
    question: QuestionRecord


class QuestionAnswered(Fact):
    """It was answered, or its answer is another."""

    type = "question.answered"
    question: QuestionRecord


class QuestionPinned(Fact):
    """It stands above all others."""

    type = "question.pinned"
    question: QuestionRecord


class QuestionUnpinned(Fact):
    """It stands among the others again."""

    type = "question.unpinned"
    question: QuestionRecord


class QuestionHidden(Fact):
    """A moderator put it away."""

    type = "question.hidden"
    question: QuestionRecord


class QuestionRemoved(Fact):
    """Those who are told so see it no more: it was hidden, or withdrawn by its asker."""

    type = "question.removed"
    question: Gone


class MessagePosted(Fact):
    """Somebody wrote a line."""

    type = "message.posted"
    message: MessageRecord


class MessageShown(Fact):
    """A moderator let it stand."""

    type = "message.shown"
    message: MessageRecord


class MessageHeld(Fact):
    """So many people reported it that a moderator is to look."""

    type = "message.held"
    message: MessageRecord


class MessageHidden(Fact):
    """A moderator put it away."""

    type = "message.hidden"
    message: MessageRecord


class MessageRemoved(Fact):
    """Those who are told so see it no more: it was held or hidden, or newer ones have taken its place."""

    type = "message.removed"
    message: Gone


class MuteSet(Fact):
    """Somebody may not write, or for another time than before."""

    type = "mute.set"
    mute: MuteRecord


class MuteLifted(Fact):
    """They may write again."""

    type = "mute.lifted"
    mute: Gone


class AnnouncementMade(Fact):
    """Something was announced."""

    type = "announcement.made"
    announcement: AnnouncementRecord


class AnnouncementTakenDown(Fact):
    """It was taken back, or its time is over."""

    type = "announcement.taken_down"
    announcement: Gone
