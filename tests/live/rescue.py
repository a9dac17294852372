"""What can happen at the rescue desk, each kind of fact at least once."""

from datetime import timedelta
from uuid import UUID

from matchmaking.rescue import standby
from matchmaking.wishes import prefer
from server.accounts.actors import SYSTEM
from tests.factories import Fair, Party


def proposals_are_answered(fair: Fair, one: Party, other: Party) -> None:
    """Meetings proposed to two who have not met, and of whom the one wishes it."""

    def offered() -> UUID:
        slot = {"slot_id": fair.slot("2020-11-12 15:25")}
        return fair.perform(SYSTEM, standby.offer, one=one.id, other=other.id, **slot).id

    fair.perform(other, standby.decline, offered(), by=other.id)
    fair.perform(SYSTEM, standby.withdraw, offered())
    fair.perform(one, standby.accept, offered(), by=one.id)
    fair.clock.move_to(fair.clock.now() + timedelta(minutes=5))
    assert fair.fire_due() == [standby.EXPIRE]
    unwanted = offered()
    fair.perform(one, prefer, by=one.id, about=other.id, wish="no_thanks")
    assert fair.perform(other, standby.accept, unwanted, by=other.id).state == "lapsed"
    fair.perform(one, prefer, by=one.id, about=other.id, wish="must_meet")
    agreed = offered()
    for party in (other, one):
        fair.perform(party, standby.accept, agreed, by=party.id)
