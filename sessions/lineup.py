"""Who is on the programme: speakers, and who does what in which session."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, delete, select

from sessions.errors import NotFound, SpokenFor, UnknownPlace
from sessions.events import Record, SessionChanged
from sessions.listing import check_planner, list_anew
from sessions.ports import Work
from sessions.programme import checked_text
from sessions.readers import load, readers_of, tell
from sessions.tables import Appearance, ProgrammeSession, Speaker


class SpeakerRole(StrEnum):
    """What somebody does in a session. A chair or host moderates it."""

    SPEAKER = "speaker"
    CHAIR = "chair"
    PANELLIST = "panellist"
    HOST = "host"
    JUROR = "juror"


class SpeakerRecord(Record):
    """A speaker without their texts: those are personal data. `person` is their account, if they have one."""

    id: UUID
    person: UUID | None


class Appearing(NamedTuple):
    """Who does what."""

    speaker: UUID
    role: SpeakerRole


class LineUpRecord(Record):
    """All who are in a session, in order. `version` is the session's."""

    session: UUID
    version: int
    parts: tuple[Appearing, ...]


def add_speaker(work: Work, /, *, name: Mapping[str, str], **about: Any) -> SpeakerRecord:
    """Add somebody to the programme.

    Args:
        name: one text a script, with the original's language.
        about: as `change_speaker` takes it.

    Raises:
        NotAllowed, BadTitle.
    """
    check_planner(work)
    speaker = Speaker(id=work.new_id(), convention_id=work.convention_id, name=checked_text(name))
    _set(speaker, about)
    work.db.add(speaker)
    list_anew(work)
    return _record(speaker)


def change_speaker(work: Work, /, speaker_id: UUID, **changed: Any) -> SpeakerRecord:
    """Set what is given and keep the rest.

    Args:
        changed: name, affiliation and biography (texts by language; {} takes the last two away), person_id (None: they
            have no account; whose it is, the caller has checked), external_id.

    Raises:
        NotFound, NotAllowed, BadTitle.
    """
    speaker = load_speaker(work, speaker_id)
    moves = changed.get("person_id", speaker.person_id) != speaker.person_id
    sessions = _sessions_of(work, speaker_id) if moves else []
    before = {session.id: readers_of(work.db, session) for session in sessions}
    _set(speaker, changed)
    work.db.add(speaker)
    work.db.flush()
    for session in sessions:
        session.version += 1
        tell(work, session, SessionChanged, before[session.id])
    list_anew(work)
    return _record(speaker)


def load_speaker(work: Work, speaker_id: UUID) -> Speaker:
    """The speaker, for planners.

    Raises:
        NotFound, NotAllowed.
    """
    check_planner(work)
    speaker = work.db.get(Speaker, speaker_id)
    if speaker is None or speaker.convention_id != work.convention_id:
        raise NotFound
    return speaker


def remove_speaker(work: Work, speaker_id: UUID) -> SpeakerRecord:
    """Remove somebody who is in no session.

    Raises:
        NotFound, NotAllowed, SpokenFor.
    """
    speaker = load_speaker(work, speaker_id)
    if sessions := _sessions_of(work, speaker_id):
        raise SpokenFor(sessions=[session.id for session in sessions])
    record = _record(speaker)
    work.db.delete(speaker)
    list_anew(work)
    return record


def set_line_up(work: Work, session_id: UUID, parts: Sequence[tuple[UUID, SpeakerRole]]) -> LineUpRecord:
    """Make these all who are in a session, in this order; giving the same again changes nothing.

    Raises:
        NotFound, NotAllowed, UnknownPlace (no such speaker).
    """
    session = load(work, session_id)
    wanted = list(dict.fromkeys(Appearing(speaker, role) for speaker, role in parts))
    _check_known(work, {part.speaker for part in wanted})
    if wanted != _line_up(work, session_id):
        before = readers_of(work.db, session)
        work.db.exec(delete(Appearance).where(col(Appearance.session_id) == session_id))
        work.db.add_all(
            Appearance(
                session_id=session_id,
                speaker_id=speaker,
                role=role.value,
                convention_id=work.convention_id,
                position=position,
            )
            for position, (speaker, role) in enumerate(wanted)
        )
        work.db.flush()
        session.version += 1
        tell(work, session, SessionChanged, before)
    return LineUpRecord(session=session_id, version=session.version, parts=tuple(wanted))


_TEXTS = ("affiliation", "biography")
_PLAIN = ("person_id", "external_id")


def _set(speaker: Speaker, changed: Mapping[str, Any]) -> None:
    """Take over what is given; a name that is none of a speaker's is a mistake in the program."""
    for name, value in changed.items():
        if name == "name":
            speaker.name = checked_text(value)
        elif name in _TEXTS:
            setattr(speaker, name, checked_text(value, empty=True))
        elif name in _PLAIN:
            setattr(speaker, name, value)
        else:
            raise TypeError(f"a speaker has no {name}")


def _sessions_of(work: Work, speaker_id: UUID) -> Sequence[ProgrammeSession]:
    parts = select(Appearance.session_id).where(Appearance.speaker_id == speaker_id)
    query = select(ProgrammeSession).where(col(ProgrammeSession.id).in_(parts))
    return work.db.exec(query.order_by(col(ProgrammeSession.id))).all()


def _line_up(work: Work, session_id: UUID) -> list[Appearing]:
    query = select(Appearance).where(Appearance.session_id == session_id).order_by(col(Appearance.position))
    return [Appearing(row.speaker_id, SpeakerRole(row.role)) for row in work.db.exec(query)]


def _check_known(work: Work, speakers: Iterable[UUID]) -> None:
    query = select(Speaker.id).where(Speaker.convention_id == work.convention_id, col(Speaker.id).in_(speakers))
    known = set(work.db.exec(query))
    for speaker in speakers:
        if speaker not in known:
            raise UnknownPlace(what="speaker")


def _record(speaker: Speaker) -> SpeakerRecord:
    return SpeakerRecord(id=speaker.id, person=speaker.person_id)
