"""How each side joins: its own instructions, the convention's, and what nobody said."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from matchmaking.channels import HowToJoin, Instruction, effective_channels, how_to_join, instruct
from matchmaking.errors import NotAllowed, NotFound
from matchmaking.tables import Participation
from server.accounts.actors import SYSTEM
from server.ids import new_id
from server.scope import Scope, reading_as
from server.work import Work
from tests.factories import Fair, Party, at, refused

ZOOM = Instruction("zoom", "link", "https://zoom.example/1", inherited=True)
WECHAT = Instruction("wechat", "account", "smc2020", inherited=True)


@pytest.mark.parametrize(
    ("own", "house", "effective"),
    [
        (["wechat"], ["zoom"], ["wechat"]),
        ([], ["zoom"], []),
        (None, ["zoom"], ["zoom"]),
        (None, [], None),
        ([], [], []),
    ],
)
def test_a_blank_means_unknown_and_not_none(
    own: Sequence[str] | None, house: Sequence[str], effective: Sequence[str] | None
) -> None:
    assert effective_channels(own, house) == effective


@pytest.fixture
def pair(fair: Fair) -> tuple[Party, Party]:
    """A clinic and an agency; the convention runs Zoom and WeChat."""
    fair.perform(SYSTEM, instruct, fair.id, "zoom", "link", ZOOM.value)
    fair.perform(SYSTEM, instruct, fair.id, "wechat", "account", WECHAT.value)
    return fair.exhibitor(), fair.buyer()


def says(fair: Fair, party: Party, channels: list[str] | None) -> None:
    def say(work: Work) -> None:
        work.db.get_one(Participation, party.id).channels = channels

    fair.perform(SYSTEM, say)


def told(fair: Fair, meeting_id: UUID, reader: Party | None = None) -> HowToJoin:
    """What one of a party is told; the organiser if it is none's."""
    actor = reader.actor() if reader else SYSTEM
    with reading_as(fair.engine, Scope(fair.id, fair.host_id, actor)) as db:
        return how_to_join(db, fair.id, meeting_id)


def test_an_exhibitor_inherits_and_the_buyers_channels_decide(fair: Fair, pair: tuple[Party, Party]) -> None:
    clinic, agency = pair
    says(fair, agency, ["wechat"])
    meeting_id = fair.meet(agency, clinic)
    expected = HowToJoin(at("2020-11-09 09:00"), True, [WECHAT])
    assert [told(fair, meeting_id, clinic), told(fair, meeting_id, agency), told(fair, meeting_id)] == [expected] * 3


def test_a_partys_own_instruction_comes_before_the_conventions(fair: Fair, pair: tuple[Party, Party]) -> None:
    clinic, agency = pair
    says(fair, agency, ["zoom"])
    fair.perform(clinic, instruct, clinic.id, "zoom", "link", "https://zoom.example/clinic")
    meeting_id = fair.meet(agency, clinic)
    assert told(fair, meeting_id, agency).instructions == [
        Instruction("zoom", "link", "https://zoom.example/clinic", inherited=False)
    ]
    fair.perform(clinic, instruct, clinic.id, "zoom", "qr", "qr-code")
    assert told(fair, meeting_id, agency).instructions == [Instruction("zoom", "qr", "qr-code", inherited=False)]


def test_while_a_buyers_channels_are_unknown_all_are_shown_and_it_is_said(
    fair: Fair, pair: tuple[Party, Party]
) -> None:
    clinic, agency = pair
    meeting_id = fair.meet(agency, clinic)
    assert told(fair, meeting_id, agency) == HowToJoin(at("2020-11-09 09:00"), False, [WECHAT, ZOOM])


def test_instructions_are_set_by_their_owners(fair: Fair, pair: tuple[Party, Party]) -> None:
    clinic, agency = pair
    with refused(NotAllowed):
        fair.perform(clinic, instruct, fair.id, "zoom", "link", "x")
    for owner in (agency.id, new_id()):
        with refused(NotFound):
            fair.perform(clinic, instruct, owner, "zoom", "link", "x")
    with refused(NotFound):
        fair.perform(SYSTEM, instruct, new_id(), "zoom", "link", "x")


def test_a_stranger_is_told_nothing(fair: Fair, pair: tuple[Party, Party]) -> None:
    clinic, agency = pair
    meeting_id = fair.meet(agency, clinic)
    with refused(NotFound):
        told(fair, meeting_id, fair.buyer())
    with refused(NotFound):
        told(fair, new_id(), clinic)
