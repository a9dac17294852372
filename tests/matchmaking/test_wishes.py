"""Wishes: whom parties want to meet, how many meetings they want, and the organiser's own pairs."""

from time import thread_time

import pytest
from sqlmodel import select

from matchmaking.errors import BadLimits, NotAllowed, NotFound, TooManyWishes
from matchmaking.events import LimitsRecord, PairRuleRecord, PreferenceRecord, WishesRecord
from matchmaking.queries import slots_for, state_of_party
from matchmaking.tables import Preference
from matchmaking.wishes import Wished, free, limit, prefer, prefer_many, rule, unprefer
from server.accounts.actors import SYSTEM
from server.database import reading
from server.errors import PhaseClosed
from server.ids import new_id
from tests.factories import Fair, Party, close_phase, make_fair, refused


def wishes_of(fair: Fair, party: Party) -> dict[str, str]:
    """What stands among a party's wishes, by about whom."""
    with reading(fair.engine) as db:
        records = state_of_party(db, fair.id, party.id)["preference"].values()
    return {record["about"]: record["wish"] for record in records}


def test_a_wish_is_told_to_its_sayer_and_the_organiser_and_never_to_the_other(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    wish = fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="no_thanks", note="met last year")
    assert wish == PreferenceRecord(id=f"{clinic.id}:{agency.id}", by=clinic.id, about=agency.id, wish="no_thanks")
    (event,) = fair.events()
    assert (event.type, event.topics) == ("preference.set", ("organiser", f"party:{clinic.id}"))
    assert (wishes_of(fair, clinic), wishes_of(fair, agency)) == ({str(agency.id): "no_thanks"}, {})


def test_a_later_wish_takes_the_place_of_the_earlier_and_its_note_stays(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="meet", note="PCR kits")
    said = fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="must_meet")
    assert list(fair.state()["preference"].values()) == [said.model_dump(mode="json")]
    with reading(fair.engine) as db:
        assert db.exec(select(Preference.wish, Preference.note)).all() == [("must_meet", "PCR kits")]


def test_a_wish_is_taken_back_once(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="no_thanks")
    with reading(fair.engine) as db:
        assert slots_for(db, fair.id, agency.id, clinic.id, fair.clock.now()) == []
    fair.perform(clinic, unprefer, by=clinic.id, about=agency.id)
    with reading(fair.engine) as db:
        assert len(slots_for(db, fair.id, agency.id, clinic.id, fair.clock.now())) == len(fair.slots)
    assert (fair.told(), wishes_of(fair, clinic)) == (["preference.set", "preference.withdrawn"], {})
    with refused(NotFound):
        fair.perform(clinic, unprefer, by=clinic.id, about=agency.id)


def test_contradicting_wishes_both_stand_and_the_refusal_counts(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    fair.perform(agency, prefer, by=agency.id, about=clinic.id, wish="must_meet")
    fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="no_thanks")
    assert wishes_of(fair, agency) == {str(clinic.id): "must_meet"}
    with reading(fair.engine) as db:
        assert slots_for(db, fair.id, agency.id, clinic.id, fair.clock.now()) == []


def test_wishes_are_for_ones_own_party_about_another_of_the_convention(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    elsewhere = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021").buyer()
    for by, about in ((agency, clinic), (clinic, clinic), (clinic, elsewhere), (clinic, Party(new_id(), ()))):
        with refused(NotFound):
            fair.perform(clinic, prefer, by=by.id, about=about.id, wish="meet")
        with refused(NotFound):
            fair.perform(clinic, prefer_many, by=by.id, wishes=[Wished(agency.id, "meet"), Wished(about.id, "meet")])
    assert fair.perform(SYSTEM, prefer, by=agency.id, about=clinic.id, wish="meet").by == agency.id
    with refused(NotFound):
        fair.perform(clinic, unprefer, by=agency.id, about=clinic.id)
    for phase in ("preferences", "requests"):
        close_phase(fair, phase, "2020-11-02 09:00")
    with refused(PhaseClosed):
        fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="meet")


def test_of_many_wishes_only_what_changes_is_told(fair: Fair) -> None:
    agency, first, second, third = fair.buyer(), fair.exhibitor(), fair.exhibitor(), fair.exhibitor()
    fair.perform(agency, prefer, by=agency.id, about=first.id, wish="meet")
    fair.perform(agency, prefer, by=agency.id, about=second.id, wish="meet")
    said = [
        Wished(third.id, "meet"),
        Wished(first.id, "meet"),
        Wished(second.id, "no_thanks"),
        Wished(third.id, "must_meet"),
    ]
    told = fair.perform(agency, prefer_many, by=agency.id, wishes=said)
    assert told == WishesRecord(by=agency.id, changed=2, unchanged=1)
    assert wishes_of(fair, agency) == {str(first.id): "meet", str(second.id): "no_thanks", str(third.id): "must_meet"}
    assert fair.told() == ["preference.set"] * 4
    again = fair.perform(agency, prefer_many, by=agency.id, wishes=said)
    assert (again.changed, len(fair.events())) == (0, 4)


def test_there_are_as_many_wishes_as_the_policy_lets_a_party_say(fair: Fair) -> None:
    fair.set_policies(wishes_per_party=2)
    agency, *clinics = fair.buyer(), fair.exhibitor(), fair.exhibitor(), fair.exhibitor()
    wishes = [Wished(clinic.id, "meet") for clinic in clinics]
    with refused(TooManyWishes, most=2, wishes=3):
        fair.perform(agency, prefer_many, by=agency.id, wishes=wishes)
    assert wishes_of(fair, agency) == {}
    fair.perform(agency, prefer_many, by=agency.id, wishes=wishes[:2])
    with refused(TooManyWishes):
        fair.perform(agency, prefer, by=agency.id, about=clinics[2].id, wish="meet")
    fair.perform(agency, prefer, by=agency.id, about=clinics[0].id, wish="must_meet")
    fair.perform(agency, unprefer, by=agency.id, about=clinics[1].id)
    fair.perform(agency, prefer, by=agency.id, about=clinics[2].id, wish="meet")


def test_a_party_says_how_many_meetings_it_wants(fair: Fair) -> None:
    agency, rival = fair.buyer(), fair.buyer()
    first = fair.perform(agency, limit, agency.id, least=2, most=8, most_a_day=3)
    assert first == LimitsRecord(id=agency.id, least=2, most=8, most_a_day=3, version=1)
    anew = fair.perform(SYSTEM, limit, agency.id, most_a_day=4)
    assert anew == LimitsRecord(id=agency.id, least=0, most=None, most_a_day=4, version=2)
    assert fair.state()["limits"] == {str(agency.id): anew.model_dump(mode="json")}
    assert [event.topics for event in fair.events()] == [("organiser", f"party:{agency.id}")] * 2
    with refused(NotFound):
        fair.perform(rival, limit, agency.id, most=1)
    for contradicting in ({"least": 3, "most": 2}, {"most": 2, "most_a_day": 3}):
        with refused(BadLimits):
            fair.perform(agency, limit, agency.id, **contradicting)


def test_the_organiser_rules_pairs_and_takes_it_back(fair: Fair) -> None:
    clinic, agency = sorted((fair.exhibitor(), fair.buyer()), key=lambda party: party.id)
    with refused(NotAllowed):
        fair.perform(agency, rule, one=clinic.id, other=agency.id, rule="ban")
    fair.perform(SYSTEM, rule, one=agency.id, other=clinic.id, rule="must")
    ruled = fair.perform(SYSTEM, rule, one=clinic.id, other=agency.id, rule="ban")
    pair = f"{clinic.id}:{agency.id}"
    assert ruled == PairRuleRecord(id=pair, one=clinic.id, other=agency.id, rule="ban")
    assert fair.state()["pair_rule"] == {pair: ruled.model_dump(mode="json")}
    with refused(NotAllowed):
        fair.perform(agency, free, one=clinic.id, other=agency.id)
    fair.perform(SYSTEM, free, one=agency.id, other=clinic.id)
    assert fair.state()["pair_rule"] == {}
    assert [(event.type, event.topics) for event in fair.events()] == [
        *[("pair.ruled", ("organiser",))] * 2,
        ("pair.freed", ("organiser",)),
    ]
    with refused(NotFound):
        fair.perform(SYSTEM, free, one=agency.id, other=clinic.id)
    with refused(NotFound):
        fair.perform(SYSTEM, rule, one=agency.id, other=agency.id, rule="ban")


@pytest.mark.long
def test_five_hundred_wishes_take_the_writer_less_than_100_ms(sqlite_fair: Fair) -> None:
    agency, *clinics = sqlite_fair.buyer(), *(sqlite_fair.exhibitor() for _ in range(500))
    wishes = [Wished(clinic.id, "meet") for clinic in clinics]
    began = thread_time()
    sqlite_fair.perform(agency, prefer_many, by=agency.id, wishes=wishes)
    assert thread_time() - began < 0.1
