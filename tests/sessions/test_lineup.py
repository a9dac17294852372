from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.entries import Part, SpeakerEntry, speakers_of
from sessions.errors import BadTitle, NotAllowed, NotFound, SpokenFor, UnknownPlace
from sessions.lineup import (
    Appearing,
    LineUpRecord,
    SpeakerRecord,
    SpeakerRole,
    add_speaker,
    change_speaker,
    remove_speaker,
    set_line_up,
)
from sessions.programme import AudienceKind
from sessions.readers import can_moderate, can_watch
from tests.factories import Fair, make_fair, refused
from tests.sessions.programme import read, talk

KIM = {"ko": "김하나", "en": "KIM Hana", "zh": "金一", "original": "ko"}
CLINIC = {"en": "CHA Hospital", "original": "en"}
VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))
SPEAKER, CHAIR, JUROR = SpeakerRole.SPEAKER, SpeakerRole.CHAIR, SpeakerRole.JUROR


def speaker(fair: Fair, person_id: UUID | None = None) -> UUID:
    return fair.perform(SYSTEM, add_speaker, name=KIM, person_id=person_id).id


def shown(fair: Fair, session_id: UUID) -> list[SpeakerEntry]:
    with reading(fair.engine) as db:
        return speakers_of(db, session_id)


def told(fair: Fair) -> list[tuple[str, set[str]]]:
    """What the log says of sessions, and which people it told."""
    return [
        (event.type, {topic for topic in event.topics if topic.startswith("person:")})
        for event in fair.events()
        if event.type.startswith("session.")
    ]


def test_speakers_are_added_changed_and_removed(fair: Fair) -> None:
    person = new_id()
    added = fair.perform(SYSTEM, add_speaker, name=KIM, affiliation=CLINIC, person_id=person)
    assert added == SpeakerRecord(id=added.id, person=person)
    session_id = talk(fair).id
    fair.perform(SYSTEM, set_line_up, session_id, [(added.id, SPEAKER)])
    life = {"en": "Has cured many.", "original": "en"}
    fair.perform(SYSTEM, change_speaker, added.id, biography=life, affiliation={})
    assert shown(fair, session_id) == [SpeakerEntry(id=added.id, name=KIM, affiliation={}, biography=life)]
    with refused(SpokenFor, sessions=[session_id]):
        fair.perform(SYSTEM, remove_speaker, added.id)
    fair.perform(SYSTEM, set_line_up, session_id, [])
    assert fair.perform(SYSTEM, remove_speaker, added.id) == added
    with refused(NotFound):
        fair.perform(SYSTEM, remove_speaker, added.id)


def test_events_name_nobody(fair: Fair) -> None:
    fair.perform(SYSTEM, set_line_up, talk(fair).id, [(speaker(fair), SPEAKER)])
    assert fair.told() == ["session.planned", "listing.changed", "session.changed"]
    assert not any(name in event.data for event in fair.events() for name in KIM.values() if name != "ko")


def test_a_line_up_has_an_order_and_several_roles_a_head(fair: Fair) -> None:
    session_id, one, other = talk(fair).id, speaker(fair), speaker(fair)
    parts = [(other, CHAIR), (one, SPEAKER), (other, SPEAKER), (other, CHAIR)]
    wanted = (Appearing(other, CHAIR), Appearing(one, SPEAKER), Appearing(other, SPEAKER))
    first = fair.perform(SYSTEM, set_line_up, session_id, parts)
    assert first == LineUpRecord(session=session_id, version=2, parts=wanted)
    assert read(fair, session_id).parts == [Part(speaker=part.speaker, role=part.role) for part in wanted]
    assert fair.perform(SYSTEM, set_line_up, session_id, parts) == first
    turned = fair.perform(SYSTEM, set_line_up, session_id, wanted[::-1])
    assert turned == LineUpRecord(session=session_id, version=3, parts=wanted[::-1])
    assert [one for one, _ in told(fair)] == ["session.planned", "session.changed", "session.changed"]
    assert [entry.id for entry in shown(fair, session_id)] == [other, one]


def test_an_account_lets_a_speaker_in_and_a_chair_moderate(fair: Fair) -> None:
    person = new_id()
    session_id, known = talk(fair, capacity=1).id, speaker(fair, person)

    def may() -> tuple[bool, bool]:
        with reading(fair.engine) as db:
            return tuple(ask(db, session_id, person, staff=False) for ask in (can_watch, can_moderate))  # type: ignore[return-value]

    assert may() == (False, False)
    fair.perform(SYSTEM, set_line_up, session_id, [(known, JUROR)])
    assert may() == (True, False)
    fair.perform(SYSTEM, set_line_up, session_id, [(known, CHAIR)])
    assert may() == (True, True)
    fair.perform(SYSTEM, change_speaker, known, person_id=None)
    assert may() == (False, False)


def test_speakers_of_an_invited_session_are_told_of_it_and_when_they_are_no_more(fair: Fair) -> None:
    first, second = new_id(), new_id()
    session_id, known = talk(fair, audience=AudienceKind.INVITED).id, speaker(fair, first)
    fair.perform(SYSTEM, set_line_up, session_id, [(known, SPEAKER)])
    fair.perform(SYSTEM, change_speaker, known, person_id=second)
    fair.perform(SYSTEM, set_line_up, session_id, [])
    assert told(fair) == [
        ("session.planned", set()),
        ("session.changed", {f"person:{first}"}),
        ("session.changed", {f"person:{second}"}),
        ("session.hidden", {f"person:{first}"}),
        ("session.changed", set()),
        ("session.hidden", {f"person:{second}"}),
    ]


def test_what_makes_no_sense_is_refused(sqlite_fair: Fair, clock: SteppedClock) -> None:
    fair, other = sqlite_fair, make_fair(sqlite_fair.engine, clock, slug="smc-2021")
    session_id, mine, theirs = talk(fair).id, speaker(fair), speaker(other)
    before = fair.told()
    with refused(BadTitle):
        fair.perform(SYSTEM, add_speaker, name={"ko": "김하나"})
    with refused(BadTitle):
        fair.perform(SYSTEM, change_speaker, mine, name={})
    with refused(UnknownPlace, what="speaker"):
        fair.perform(SYSTEM, set_line_up, session_id, [(mine, SPEAKER), (theirs, SPEAKER)])
    for command in (change_speaker, remove_speaker):
        with refused(NotFound):
            fair.perform(SYSTEM, command, theirs)
    with refused(NotFound):
        fair.perform(SYSTEM, set_line_up, talk(other).id, [])
    assert fair.told() == before
    assert read(fair, session_id).parts == []


@pytest.mark.parametrize("command", [change_speaker, remove_speaker])
def test_only_staff_plan(sqlite_fair: Fair, command: type[object]) -> None:
    known, session_id = speaker(sqlite_fair), talk(sqlite_fair).id
    with refused(NotAllowed):
        sqlite_fair.perform(VIEWER, command, known)
    with refused(NotAllowed):
        sqlite_fair.perform(VIEWER, add_speaker, name=KIM)
    with refused(NotAllowed):
        sqlite_fair.perform(VIEWER, set_line_up, session_id, [])
