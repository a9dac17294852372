from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from sessions.clashes import Clash, Engagement, clashes, sessions_with_what_they_take
from sessions.lineup import SpeakerRole, add_speaker, set_line_up
from sessions.programme import cancel
from sessions.rooms import add_room
from sessions.states import SessionState
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, TEN, TITLE, talk

MINUTE = timedelta(minutes=1)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def engagement(which: UUID, start: int, end: int, *takes: str) -> Engagement:
    """From and to so many minutes after ten."""
    return Engagement(which, TEN + start * MINUTE, TEN + end * MINUTE, frozenset(takes))


def clash(start: int, what: str, one: UUID, other: UUID, end: int) -> Clash:
    return Clash(TEN + start * MINUTE, what, one, other, TEN + end * MINUTE)


def test_the_same_speaker_or_room_at_once_clashes() -> None:
    found = clashes(
        [
            engagement(ONE, 0, 30, "speaker:kim", "room:hall"),
            engagement(TWO, 20, 50, "speaker:kim", "speaker:lee", "room:studio"),
            engagement(THREE, 25, 28, "room:hall", "speaker:park"),
        ]
    )
    assert found == [clash(20, "speaker:kim", ONE, TWO, 30), clash(25, "room:hall", ONE, THREE, 28)]


def test_one_after_the_other_clashes_only_if_there_is_too_little_time_between() -> None:
    pair = [engagement(TWO, 30, 60, "speaker:kim"), engagement(ONE, 0, 30, "speaker:kim")]
    assert clashes(pair) == []
    assert clashes(pair, 5 * MINUTE) == [clash(30, "speaker:kim", ONE, TWO, 30)]
    later = [engagement(ONE, 0, 30, "speaker:kim"), engagement(TWO, 35, 60, "speaker:kim")]
    assert clashes(later, 5 * MINUTE) == []
    assert clashes(later, 6 * MINUTE) == [clash(35, "speaker:kim", ONE, TWO, 30)]


ENGAGEMENTS = some.lists(
    some.builds(
        lambda number, start, length, takes: engagement(UUID(int=number), start, start + length, *takes),
        some.integers(1, 1000),
        some.integers(0, 100),
        some.integers(1, 60),
        some.frozensets(some.sampled_from(["room:a", "room:b", "speaker:c"])),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(ENGAGEMENTS, some.integers(0, 30))
def test_clashes_are_all_pairs_that_share_something_at_a_time(those: list[Engagement], minutes: int) -> None:
    def at_once(one: Engagement, other: Engagement, buffer: timedelta) -> bool:
        return one.starts_at < other.ends_at + buffer and other.starts_at < one.ends_at + buffer

    buffer = minutes * MINUTE
    wanted = {
        (frozenset({one.id, other.id}), what)
        for one, other in combinations(those, 2)
        for what in one.takes & other.takes
        if at_once(one, other, buffer)
    }
    found = clashes(those, buffer)
    assert {(frozenset({one.one, one.other}), one.what) for one in found} == wanted
    assert len(found) == len(wanted)
    starts: list[datetime] = [one.starts_at for one in found]
    assert starts == sorted(starts)


def test_sessions_take_their_speakers_and_rooms_unless_they_are_called_off(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, slug="smc-2021")
    for convention in (fair, other):
        convention.perform(SYSTEM, add_room, code="studio", name=TITLE, place="online")
    talk(other, room="studio")
    speaker = fair.perform(SYSTEM, add_speaker, name=TITLE).id
    first = talk(fair, room="studio", state=SessionState.DRAFT).id
    second, off = talk(fair).id, talk(fair, room="studio").id
    for role in (SpeakerRole.CHAIR, SpeakerRole.SPEAKER):
        parts = [(speaker, role), (speaker, SpeakerRole.SPEAKER)]
        fair.perform(SYSTEM, set_line_up, first if role is SpeakerRole.CHAIR else second, parts)
    fair.perform(SYSTEM, cancel, off)
    with reading(fair.engine) as db:
        taking = {one.id: one.takes for one in sessions_with_what_they_take(db, fair.id)}
        assert taking == {first: {f"speaker:{speaker}", "room:studio"}, second: {f"speaker:{speaker}"}}
        assert clashes(sessions_with_what_they_take(db, fair.id)) == [
            Clash(TEN, f"speaker:{speaker}", first, second, HALF_PAST_TEN)
        ]
