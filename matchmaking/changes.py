"""A meeting that has changed: counted, kept with its reason, and told to all whom it concerns."""

from matchmaking.events import Fact, MeetingRecord, topics_of
from matchmaking.notes import check_note
from matchmaking.ports import Work
from matchmaking.records import meeting_records
from matchmaking.tables import Meeting, MeetingChange


def tell(work: Work, meeting: Meeting, fact: type[Fact], reason: str = "") -> MeetingRecord:
    """Count the change, record it for the parties, the interpreter and the organiser, answer the record.

    Args:
        reason: why, in free text: kept beside the meeting, not in the fact.

    Raises:
        IdentifiesPatient: the reason could say who a patient is.
    """
    meeting.version += 1
    work.db.add(meeting)
    check_note(reason)
    if reason:
        work.db.add(
            MeetingChange(
                meeting_id=meeting.id,
                version=meeting.version,
                what=fact.type.removeprefix("meeting."),
                reason=reason,
                by_id=work.actor.person_id,
                at=work.now,
            )
        )
    work.db.flush()
    record = meeting_records(work.db, [meeting])[0]
    work.record(fact(meeting=record), topics_of(record))  # type: ignore[call-arg]
    return record
