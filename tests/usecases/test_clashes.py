from datetime import timedelta
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.database import reading
from server.usecases.clashes import own_clashes
from sessions.clashes import Clash
from sessions.lineup import SpeakerRole, add_speaker, set_line_up
from sessions.programme import cancel
from sessions.registration import give_up, register
from tests.factories import Fair, at
from tests.sessions.programme import TITLE, talk

MINUTE = timedelta(minutes=1)
# A meeting in the slot of 10:10 lasts until 10:40.
BEGINS, ENDS = at("2020-11-09 10:10"), at("2020-11-09 10:40")


def found(fair: Fair, person: UUID, buffer: int = 0) -> list[Clash]:
    with reading(fair.engine) as db:
        return own_clashes(db, fair.id, person, buffer * MINUTE)


def test_places_parts_and_meetings_of_one_person_clash(fair: Fair) -> None:
    buyer = fair.buyer()
    me = buyer.people[0]
    meeting = fair.meet(buyer, fair.exhibitor(), "2020-11-09 10:10")
    early: dict[str, Any] = {"starts_at": BEGINS - 30 * MINUTE, "ends_at": BEGINS - 5 * MINUTE}
    before, during = talk(fair, capacity=1, **early).id, talk(fair, starts_at=ENDS - MINUTE, ends_at=ENDS + MINUTE).id
    assert found(fair, me, 30) == []
    fair.perform(buyer, register, before)
    what = f"person:{me}"
    assert (found(fair, me), found(fair, me, 5), found(fair, me, 6)) == (
        *([], []),
        [Clash(BEGINS, what, before, meeting, BEGINS - 5 * MINUTE)],
    )
    speaker = fair.perform(SYSTEM, add_speaker, name=TITLE, person_id=me).id
    fair.perform(SYSTEM, set_line_up, during, [(speaker, SpeakerRole.SPEAKER), (speaker, SpeakerRole.CHAIR)])
    assert found(fair, me) == [Clash(ENDS - MINUTE, what, meeting, during, ENDS)]
    assert found(fair, fair.buyer().people[0]) == []


def test_what_will_not_be_clashes_with_nothing(fair: Fair) -> None:
    buyer = fair.buyer()
    fair.meet(buyer, fair.exhibitor(), "2020-11-09 10:10")
    given_up, called_off = (talk(fair, capacity=1, starts_at=BEGINS, ends_at=ENDS).id for _ in range(2))
    for session_id in (given_up, called_off):
        fair.perform(buyer, register, session_id)
    assert len(found(fair, buyer.people[0])) == 3
    fair.perform(buyer, give_up, given_up)
    fair.perform(SYSTEM, cancel, called_off)
    assert found(fair, buyer.people[0]) == []
