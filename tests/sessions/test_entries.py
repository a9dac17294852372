from datetime import timedelta

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.entries import Programme, RoomEntry, TrackEntry, entry, programme
from sessions.rooms import add_room, add_track
from tests.factories import Fair, make_fair
from tests.sessions.programme import TEN, TITLE, read, talk

MINUTE = timedelta(minutes=1)


def test_programme_is_in_the_order_of_beginning_and_of_one_convention(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, slug="smc-2021")
    theirs = talk(other).id
    other.perform(SYSTEM, add_track, code="beauty", name=TITLE)
    fair.perform(SYSTEM, add_track, code="health", name=TITLE, colour="#0a7")
    fair.perform(SYSTEM, add_room, code="studio", name=TITLE, place="online")
    late, early = talk(fair, starts_at=TEN + MINUTE).id, talk(fair).id
    with reading(fair.engine) as db:
        assert programme(db, fair.id) == Programme(
            sessions=[read(fair, early), read(fair, late)],
            tracks=[TrackEntry(code="health", name=TITLE, colour="#0a7")],
            rooms=[RoomEntry(code="studio", name=TITLE, place="online", capacity=None)],
            speakers=[],
        )
        assert read(fair, early).title == TITLE
        assert (entry(db, fair.id, theirs), entry(db, fair.id, new_id())) == (None, None)
