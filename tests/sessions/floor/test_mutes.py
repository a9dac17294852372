from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.errors import Muted, NotAllowed, NotFound
from sessions.floor.chat import post
from sessions.floor.mutes import lift, mute
from sessions.floor.questions import ask
from sessions.floor.tables import Mute
from sessions.floor.word_events import MuteRecord
from tests.factories import Fair, refused
from tests.sessions.floor.crowd import chair, person_of, told_to, with_floor
from tests.sessions.floor.people import state, viewer

WRITER = viewer()
BOTH = ("backstage", "person")
MINUTE = timedelta(minutes=1)


def written(fair: Fair, session_id: UUID, by: Actor = WRITER) -> tuple[UUID, UUID]:
    """A question without a name and a line of chat of the same person."""
    question = fair.perform(by, ask, session_id, text="Why?", anonymous=True).id
    return question, fair.perform(by, post, session_id, text="Hello").id


def people_muted(fair: Fair) -> list[UUID]:
    with reading(fair.engine) as db:
        return list(db.exec(select(Mute.person_id)))


def test_who_asked_without_a_name_is_muted_without_being_known(fair: Fair) -> None:
    session = with_floor(fair, slow_seconds=0)
    question, _ = written(fair, session.id)
    begun = len(fair.events())
    muted = fair.perform(chair(fair, session.id), mute, session.id, question)
    assert muted == MuteRecord(id=muted.id, session=session.id, cause=question, until=None, version=1)
    assert people_muted(fair) == [person_of(WRITER)]
    assert told_to(fair, begun) == [("mute.set", BOTH)]
    assert str(WRITER.person_id) not in fair.events()[-1].data
    with refused(Muted, until=None):
        fair.perform(WRITER, post, session.id, text="Hello?")
    mine = {"mute": {str(muted.id): muted.model_dump(mode="json")}}
    assert state(fair, f"backstage:{session.id}", "mute") == state(fair, f"person:{WRITER.person_id}", "mute") == mine


def test_trying_mutes_does_not_tell_who_asked(fair: Fair) -> None:
    session = with_floor(fair, slow_seconds=0)
    question, message = written(fair, session.id)
    _, others = written(fair, session.id, viewer())
    fair.perform(SYSTEM, mute, session.id, question)
    answers = [fair.perform(SYSTEM, mute, session.id, cause) for cause in (message, others)]
    assert [(answer.until, answer.version) for answer in answers] == [(None, 1), (None, 1)]
    assert len(people_muted(fair)) == 3


def test_mute_ends_at_its_time_or_when_it_is_lifted(fair: Fair, clock: SteppedClock) -> None:
    session = with_floor(fair, slow_seconds=0)
    question, message = written(fair, session.id)
    until = clock.now() + 10 * MINUTE
    fair.perform(SYSTEM, mute, session.id, question, lasting=10 * MINUTE)
    forever = fair.perform(SYSTEM, mute, session.id, message)
    with refused(Muted, until=None):
        written(fair, session.id)
    begun = len(fair.events())
    lifted = fair.perform(SYSTEM, lift, session.id, forever.id)
    assert lifted.version == 2
    assert fair.perform(SYSTEM, lift, session.id, forever.id) == lifted
    assert told_to(fair, begun) == [("mute.lifted", BOTH)]
    with refused(Muted, until=until):
        written(fair, session.id)
    clock.move_to(until)
    written(fair, session.id)


def test_mute_for_the_same_is_changed_and_after_lifting_a_new_one(fair: Fair, clock: SteppedClock) -> None:
    session = with_floor(fair)
    _, message = written(fair, session.id)
    first = fair.perform(SYSTEM, mute, session.id, message)
    until = clock.now() + MINUTE
    again = fair.perform(SYSTEM, mute, session.id, message, lasting=MINUTE)
    assert again == first.model_copy(update={"until": until, "version": 2})
    fair.perform(SYSTEM, lift, session.id, first.id)
    assert fair.perform(SYSTEM, mute, session.id, message).id != first.id


def test_only_moderators_mute_and_only_for_what_was_written_there(fair: Fair) -> None:
    session, other = with_floor(fair), with_floor(fair)
    question, message = written(fair, session.id)
    muted = fair.perform(SYSTEM, mute, session.id, message)
    for somebody in (WRITER, viewer(), chair(fair, other.id)):
        with refused(NotAllowed):
            fair.perform(somebody, mute, session.id, question)
        with refused(NotAllowed):
            fair.perform(somebody, lift, session.id, muted.id)
    for cause in (question, message, new_id()):
        with refused(NotFound):
            fair.perform(SYSTEM, mute, other.id, cause)
    with refused(NotFound):
        fair.perform(SYSTEM, lift, other.id, muted.id)
