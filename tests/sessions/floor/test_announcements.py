from datetime import timedelta

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.errors import BadTitle, NotAllowed, NotFound, OutOfTime, WrongState
from sessions.floor.announcements import END, announce, expire, take_back
from sessions.floor.tables import Announcement
from sessions.floor.word_events import AnnouncementRecord
from tests.factories import Fair, make_fair, refused
from tests.sessions.floor.crowd import chair, told_to, with_floor
from tests.sessions.floor.people import state, viewer

LUNCH = {"ko": "점심시간입니다", "en": "Lunch is served", "original": "ko"}
MINUTE = timedelta(minutes=1)
TO_ALL, TO_ONE = ("programme", "public", "organiser"), ("session", "backstage", "organiser")


def standing(fair: Fair, topic: str) -> set[str]:
    return set(state(fair, topic, "announcement")["announcement"])


def test_everybody_is_told_until_it_is_taken_back(fair: Fair) -> None:
    session, begun = with_floor(fair), len(fair.events())
    made = fair.perform(SYSTEM, announce, text=LUNCH)
    assert made == AnnouncementRecord(id=made.id, session=None, at=fair.clock.now(), until=None, version=1)
    with reading(fair.engine) as db:
        assert db.get_one(Announcement, made.id).text == LUNCH
    mine = {str(made.id)}
    assert [standing(fair, topic) for topic in (*TO_ALL, f"session:{session.id}")] == [mine, mine, mine, set()]
    assert fair.perform(SYSTEM, take_back, made.id).version == 2
    assert [standing(fair, topic) for topic in TO_ALL] == [set(), set(), set()]
    assert told_to(fair, begun) == [("announcement.made", TO_ALL), ("announcement.taken_down", TO_ALL)]
    with refused(WrongState, subject="announcement", state="taken_down", wanted="taken_down"):
        fair.perform(SYSTEM, take_back, made.id)
    assert all("Lunch" not in event.data for event in fair.events())


def test_one_session_is_told_by_its_moderator_and_a_timer_takes_it_down(fair: Fair, clock: SteppedClock) -> None:
    session, begun = with_floor(fair), len(fair.events())
    until = clock.now() + 10 * MINUTE
    made = fair.perform(chair(fair, session.id), announce, text=LUNCH, session_id=session.id, until=until)
    topics = (f"session:{session.id}", f"backstage:{session.id}", "organiser")
    assert [standing(fair, topic) for topic in (*topics, "programme", "public")] == [
        *({str(made.id)} for _ in topics),
        set(),
        set(),
    ]
    assert (until, END, made.id) in fair.timers()
    clock.move_to(until - MINUTE)
    assert fair.fire_due() == []
    clock.move_to(until)
    assert fair.fire_due() == [END]
    assert [standing(fair, topic) for topic in topics] == [set(), set(), set()]
    assert told_to(fair, begun) == [("announcement.made", TO_ONE), ("announcement.taken_down", TO_ONE)]
    assert fair.perform(SYSTEM, expire, made.id) is None


def test_what_was_taken_back_has_no_timer(fair: Fair, clock: SteppedClock) -> None:
    before = fair.timers()
    made = fair.perform(SYSTEM, announce, text=LUNCH, until=clock.now() + MINUTE)
    assert fair.perform(SYSTEM, expire, made.id) is None
    fair.perform(SYSTEM, take_back, made.id)
    assert fair.timers() == before


def test_who_may_announce_what(fair: Fair, clock: SteppedClock) -> None:
    session, other = with_floor(fair), with_floor(fair)
    moderator = chair(fair, session.id)
    made = fair.perform(SYSTEM, announce, text=LUNCH)
    of_session = fair.perform(moderator, announce, text=LUNCH, session_id=session.id)
    for somebody, where in ((viewer(), None), (moderator, None), (viewer(), session.id), (moderator, other.id)):
        with refused(NotAllowed):
            fair.perform(somebody, announce, text=LUNCH, session_id=where)
    for somebody, which in ((viewer(), made), (moderator, made), (viewer(), of_session)):
        with refused(NotAllowed):
            fair.perform(somebody, take_back, which.id)
    with refused(NotFound):
        fair.perform(SYSTEM, announce, text=LUNCH, session_id=new_id())
    with refused(NotFound):
        make_fair(fair.engine, clock, slug="smc-2021").perform(SYSTEM, take_back, made.id)
    with refused(BadTitle):
        fair.perform(SYSTEM, announce, text={"en": "Lunch"})
    with refused(OutOfTime, until=clock.now(), now=clock.now()):
        fair.perform(SYSTEM, announce, text=LUNCH, until=clock.now())
    fair.perform(moderator, take_back, of_session.id)
