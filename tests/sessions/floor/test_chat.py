from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from sessions.errors import Muted, NotAllowed, NotFound, NotOffered, TooSoon, WrongState
from sessions.floor.chat import SHOWN, hide, post, report, show
from sessions.floor.mutes import mute
from sessions.floor.tables import Message, MessageReport
from sessions.floor.word_events import MessageRecord
from tests.factories import Fair, refused
from tests.sessions.floor.crowd import chair, person_of, told_to, with_floor
from tests.sessions.floor.people import state, viewer
from tests.sessions.programme import HALF_PAST_TEN, TEN

WRITER = viewer()
SECOND = timedelta(seconds=1)
BOTH, BEHIND, EVERYBODY = ("session", "backstage"), ("backstage",), ("session",)


def row(fair: Fair, message_id: UUID) -> Message:
    with reading(fair.engine) as db:
        return db.get_one(Message, message_id)


def said(fair: Fair, session_id: UUID, text: str = "Hello", by: Actor | None = None) -> UUID:
    return fair.perform(by or viewer(), post, session_id, text=text).id


def shown(fair: Fair, session_id: UUID) -> set[str]:
    return set(state(fair, f"session:{session_id}", "message")["message"])


def test_line_stands_before_everybody_at_once_and_its_text_in_no_fact(fair: Fair) -> None:
    session = with_floor(fair)
    begun = len(fair.events())
    posted = fair.perform(WRITER, post, session.id, text="Good morning from Ulaanbaatar")
    at = fair.clock.now()
    assert posted == MessageRecord(
        id=posted.id, session=session.id, person=person_of(WRITER), state="shown", at=at, version=1
    )
    assert row(fair, posted.id).text == "Good morning from Ulaanbaatar"
    assert told_to(fair, begun) == [("message.posted", BOTH)]
    assert all("Ulaanbaatar" not in event.data for event in fair.events())


def test_line_with_a_word_waits_for_a_moderator(fair: Fair) -> None:
    session = with_floor(fair, words=["casino"])
    begun = len(fair.events())
    held = fair.perform(WRITER, post, session.id, text="Casino tonight")
    assert (held.state, shown(fair, session.id)) == ("held", set())
    assert fair.perform(SYSTEM, show, session.id, held.id).version == 2
    assert shown(fair, session.id) == {str(held.id)}
    assert told_to(fair, begun) == [("message.posted", BEHIND), ("message.shown", BOTH)]
    assert fair.perform(chair(fair, session.id), post, session.id, text="No casino, please").state == "shown"


def test_slow_mode_lets_everybody_wait_after_their_own_line(fair: Fair, clock: SteppedClock) -> None:
    session, other = with_floor(fair, slow_seconds=30), with_floor(fair, slow_seconds=0)
    said(fair, session.id, by=WRITER)
    clock.move_to(clock.now() + 12 * SECOND)
    with refused(TooSoon, retry_after=18):
        said(fair, session.id, by=WRITER)
    said(fair, session.id)
    said(fair, other.id, by=WRITER)
    said(fair, other.id, by=WRITER)
    moderator = chair(fair, session.id)
    said(fair, session.id, by=moderator)
    said(fair, session.id, by=moderator)
    clock.move_to(clock.now() + 18 * SECOND)
    said(fair, session.id, by=WRITER)


def test_hidden_line_goes_and_comes_back(fair: Fair) -> None:
    session = with_floor(fair)
    message = said(fair, session.id)
    begun = len(fair.events())
    assert fair.perform(chair(fair, session.id), hide, session.id, message).state == "hidden"
    with refused(WrongState, subject="message", state="hidden", wanted="hidden"):
        fair.perform(SYSTEM, hide, session.id, message)
    assert shown(fair, session.id) == set()
    assert set(state(fair, f"backstage:{session.id}", "message")["message"]) == {str(message)}
    assert fair.perform(SYSTEM, show, session.id, message).state == "shown"
    with refused(WrongState, subject="message", state="shown", wanted="shown"):
        fair.perform(SYSTEM, show, session.id, message)
    assert shown(fair, session.id) == {str(message)}
    assert told_to(fair, begun) == [
        ("message.hidden", BEHIND),
        ("message.removed", EVERYBODY),
        ("message.shown", BOTH),
    ]


def test_line_that_enough_people_report_is_held(fair: Fair) -> None:
    session = with_floor(fair, reports_hold=2)
    message, one = said(fair, session.id), viewer()
    begun = len(fair.events())
    for _ in range(3):
        assert fair.perform(one, report, session.id, message).state == "shown"
    assert fair.perform(viewer(), report, session.id, message).state == "held"
    assert told_to(fair, begun) == [("message.held", BEHIND), ("message.removed", EVERYBODY)]
    with refused(NotFound):
        fair.perform(viewer(), report, session.id, message)
    fair.perform(SYSTEM, show, session.id, message)
    assert fair.perform(one, report, session.id, message).state == "shown"
    assert fair.perform(viewer(), report, session.id, message).state == "shown"
    assert fair.perform(viewer(), report, session.id, message).state == "held"
    with reading(fair.engine) as db:
        assert len(db.exec(select(MessageReport)).all()) == 4
    assert row(fair, message).reports == 2


def test_newest_lines_stand_in_the_snapshot_and_older_ones_are_past(fair: Fair, clock: SteppedClock) -> None:
    session = with_floor(fair)
    lines = []
    for _ in range(SHOWN + 2):
        clock.move_to(clock.now() + SECOND)
        lines.append(str(said(fair, session.id)))
    (oldest, second), newest = lines[:2], lines[-1]
    topics = (f"session:{session.id}", f"backstage:{session.id}")
    assert [set(state(fair, topic, "message")["message"]) for topic in topics] == [set(lines[2:]), set(lines[2:])]
    assert [row(fair, UUID(line)).state for line in lines[:3]] == ["past", "past", "shown"]
    gone = [(event.data, event.topics) for event in fair.events() if event.type == "message.removed"]
    assert gone == [(f'{{"message":{{"id":"{line}","gone":true}}}}', topics) for line in (oldest, second)]
    # A line that is hidden leaves its place empty: what is past does not come back by itself.
    fair.perform(SYSTEM, hide, session.id, UUID(newest))
    assert shown(fair, session.id) == set(lines[2:-1])
    # One that is shown again takes the place of the oldest, also if it is that itself.
    fair.perform(SYSTEM, hide, session.id, UUID(oldest))
    fair.perform(SYSTEM, show, session.id, UUID(newest))
    fair.perform(SYSTEM, show, session.id, UUID(oldest))
    assert shown(fair, session.id) == set(lines[2:])
    assert row(fair, UUID(oldest)).state == "past"


def test_past_lines_are_reported_and_hidden_too(fair: Fair) -> None:
    session = with_floor(fair, reports_hold=1)
    first, second, *_ = [said(fair, session.id) for _ in range(SHOWN + 2)]
    begun = len(fair.events())
    assert fair.perform(viewer(), report, session.id, first).state == "held"
    assert fair.perform(SYSTEM, hide, session.id, second).state == "hidden"
    assert told_to(fair, begun) == [("message.held", BEHIND), ("message.hidden", BEHIND)]


def test_chat_can_be_off_and_closes_with_the_floor(fair: Fair, clock: SteppedClock) -> None:
    quiet, session = with_floor(fair, chat=False), with_floor(fair)
    with refused(NotOffered, what="chat"):
        said(fair, quiet.id)
    with refused(NotOffered, what="chat"):
        said(fair, quiet.id, by=chair(fair, quiet.id))
    message = said(fair, session.id)
    for instant in (TEN, HALF_PAST_TEN, HALF_PAST_TEN + timedelta(hours=1)):
        clock.move_to(instant)
        fair.fire_due()
    with refused(WrongState, subject="session", state="ended"):
        said(fair, session.id)
    with refused(WrongState, subject="session", state="ended"):
        fair.perform(viewer(), report, session.id, message)
    assert fair.perform(SYSTEM, hide, session.id, message).state == "hidden"


def test_who_is_muted_writes_nothing(fair: Fair) -> None:
    session = with_floor(fair, slow_seconds=0)
    message = said(fair, session.id, by=WRITER)
    fair.perform(SYSTEM, mute, session.id, message)
    with refused(Muted, until=None):
        said(fair, session.id, by=WRITER)
    said(fair, with_floor(fair).id, by=WRITER)


def test_only_who_moderates_hides_and_shows(fair: Fair) -> None:
    session, other = with_floor(fair), with_floor(fair)
    message = said(fair, session.id, by=WRITER)
    for command in (hide, show):
        for somebody in (WRITER, chair(fair, other.id)):
            with refused(NotAllowed):
                fair.perform(somebody, command, session.id, message)
        with refused(NotFound):
            fair.perform(SYSTEM, command, other.id, message)
    with refused(NotFound):
        fair.perform(viewer(), report, other.id, message)
