"""Everything that happens to interpreters, for the scenario."""

from typing import TYPE_CHECKING

from matchmaking.interpreting.assigning import assign_interpreter, unassign, waive
from matchmaking.interpreting.blocks import give_back, reserve
from matchmaking.interpreting.roster import change
from matchmaking.meetings import assign
from server.accounts.actors import SYSTEM
from server.conventions.representatives import update_representative
from tests.factories import Party, at
from tests.matchmaking.interpreting.team import interpreter

if TYPE_CHECKING:
    from tests.live.scenario import WatchedFair


def meetings_are_interpreted(fair: "WatchedFair", exhibitor: Party, buyer: Party) -> None:
    """Two who share no language meet: an interpreter is found, exchanged, falls ill, and is done without."""
    for party, language in ((exhibitor, "ko"), (buyer, "ru")):
        fair.perform(SYSTEM, update_representative, party.id, party.people[0], {"languages": [language]})
    first, second = interpreter(fair, "ko", "ru"), interpreter(fair, "ko", "ru")
    fair.watch(f"person:{first}", f"person:{second}")
    made = fair.perform(SYSTEM, assign, one=exhibitor.id, other=buyer.id, slot_id=fair.slot("2020-11-11 09:00"))
    fair.perform(SYSTEM, unassign, made.id)
    fair.perform(SYSTEM, assign_interpreter, made.id, first)
    fair.perform(SYSTEM, change, first, daily_minutes=240)
    block = fair.perform(
        SYSTEM,
        reserve,
        person_id=second,
        party_id=exhibitor.id,
        starts_at=at("2020-11-11 13:00"),
        ends_at=at("2020-11-11 15:00"),
    )
    fair.perform(SYSTEM, give_back, block.id)
    fair.perform(SYSTEM, change, first, active=False)
    fair.perform(SYSTEM, waive, made.id)
