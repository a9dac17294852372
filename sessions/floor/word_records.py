"""Questions, messages, mutes and announcements as records: the one place that says what readers see of them."""

from sessions.floor.tables import Announcement, Message, Mute, Question
from sessions.floor.word_events import AnnouncementRecord, MessageRecord, MuteRecord, QuestionRecord


def question_record(row: Question) -> QuestionRecord:
    """A question as it stands."""
    return QuestionRecord(
        id=row.id,
        session=row.session_id,
        person=None if row.anonymous else row.person_id,
        anonymous=row.anonymous,
        state=row.state,
        pinned=row.pinned,
        answered=row.answered,
        at=row.at,
        version=row.version,
    )


def message_record(row: Message) -> MessageRecord:
    """A line of chat as it stands."""
    return MessageRecord(
        id=row.id, session=row.session_id, person=row.person_id, state=row.state, at=row.at, version=row.version
    )


def mute_record(row: Mute) -> MuteRecord:
    """A mute as it stands. Whom it is about is not said: they may have asked without a name."""
    return MuteRecord(id=row.id, session=row.session_id, cause=row.cause_id, until=row.until, version=row.version)


def announcement_record(row: Announcement) -> AnnouncementRecord:
    """An announcement as it stands."""
    return AnnouncementRecord(id=row.id, session=row.session_id, at=row.at, until=row.until, version=row.version)
