"""Whom a party should meet: who fits, who is left out without a word, and what has been between the two."""

from uuid import UUID

import pytest

from matchmaking.recommend.census import Census, take_census
from matchmaking.recommend.exposure import Balance
from matchmaking.recommend.suggestions import Filters, Suggestion, history, suggest
from matchmaking.recommend.views import View, count_views
from matchmaking.requests import decline
from matchmaking.tables import Meeting
from matchmaking.wishes import prefer, rule
from server.accounts.actors import SYSTEM
from server.database import reading
from server.scope import Scope, reading_as
from server.work import Work
from tests.factories import Fair, Party, at, make_fair
from tests.matchmaking.recommend.terms import add_taxonomy, describe

ANY = Filters()


@pytest.fixture
def maker(fair: Fair) -> Party:
    """Makes PCR kits in Korea, and speaks Russian."""
    add_taxonomy(fair)
    party = fair.exhibitor(languages=["ko", "ru"])
    return describe(fair, party, country="KR", profile={"offers": ["pcr"]}, target_countries=["KZ"])


@pytest.fixture
def agencies(fair: Fair, maker: Party) -> list[Party]:
    """Three buyers, the best match for the maker first."""
    best = describe(fair, fair.buyer(languages=["ru"]), country="KZ", interests=["In vitro diagnostics"])
    middle = describe(fair, fair.buyer(languages=["en"]), country="JP", interests=["PCR kits"])
    worst = describe(fair, fair.buyer(languages=["en"]), country="JP", interests=["마스크"])
    return [best, middle, worst]


def census_of(fair: Fair, watched: dict[UUID, frozenset[UUID]] | None = None) -> Census:
    with reading(fair.engine) as db:
        return take_census(db, fair.id, watched or {})


def suggested(fair: Fair, to: Party, filters: Filters = ANY) -> list[Suggestion]:
    """What one of the party's people reads."""
    census = census_of(fair)
    balance = Balance(census.crowd, census.capacity)
    prices = balance.settle(balance.shortlists())
    with reading_as(fair.engine, Scope(fair.id, fair.host_id, to.actor())) as db:
        return list(suggest(census, prices, to.id, history(db, fair.id, to.id), filters))


def ids(found: list[Suggestion]) -> list[UUID]:
    return [one.party for one in found]


def test_both_sides_find_each_other_with_reasons(fair: Fair, maker: Party, agencies: list[Party]) -> None:
    found = suggested(fair, maker)
    assert ids(found) == [agency.id for agency in agencies]
    assert [reason.code for reason in found[0].reasons] == ["they_need", "languages", "your_market", "hours"]
    assert found[0].points == 38 + 12 + 10 + 8
    [back] = suggested(fair, agencies[0])
    assert (back.party, back.points, back.standing, back.wish) == (maker.id, found[0].points, "none", None)
    assert [reason.code for reason in back.reasons] == ["they_offer", "languages", "their_market", "hours"]


def test_no_thanks_is_never_shown_again_to_either_side(fair: Fair, maker: Party, agencies: list[Party]) -> None:
    best, middle, worst = agencies
    fair.perform(maker, prefer, by=maker.id, about=best.id, wish="no_thanks")
    fair.perform(middle, prefer, by=middle.id, about=maker.id, wish="no_thanks")
    assert ids(suggested(fair, maker)) == [worst.id]
    assert suggested(fair, best) == suggested(fair, middle) == []
    fair.perform(SYSTEM, rule, one=worst.id, other=maker.id, rule="ban")
    assert suggested(fair, maker) == suggested(fair, worst) == []


def test_wished_asked_and_agreed_are_marked_and_can_be_left_out(
    fair: Fair, maker: Party, agencies: list[Party]
) -> None:
    best, middle, worst = agencies
    fair.meet(best, maker, "2020-11-09 09:00")
    fair.ask(middle, maker, "2020-11-09 10:10")
    fair.perform(maker, prefer, by=maker.id, about=worst.id, wish="must_meet")
    marks = {one.party: (one.standing, one.wish) for one in suggested(fair, maker)}
    assert marks == {best.id: ("agreed", None), middle.id: ("asked", None), worst.id: ("none", "must_meet")}
    assert suggested(fair, maker, Filters(undecided=True)) == []
    assert [one.wish for one in suggested(fair, worst)] == [None]  # the other is never told


def test_a_declined_request_costs_and_a_look_counts(fair: Fair, maker: Party, agencies: list[Party]) -> None:
    best, middle, _ = agencies
    before = {one.party: one.points for one in suggested(fair, maker)}
    fair.perform(maker, decline, fair.ask(best, maker, "2020-11-09 09:00").id)
    fair.perform(SYSTEM, count_views, [View(maker.id, middle.id, 1, fair.clock.now())])
    after = {one.party: one.points for one in suggested(fair, maker)}
    assert after[best.id] == before[best.id] - 30
    assert after[middle.id] == before[middle.id] + 2
    assert [one.points for one in suggested(fair, middle)] == [before[middle.id]]  # who looked is not told


def test_filters_narrow_the_list(fair: Fair, maker: Party, agencies: list[Party]) -> None:
    best, middle, worst = agencies
    assert ids(suggested(fair, maker, Filters(country="KZ"))) == [best.id]
    assert ids(suggested(fair, maker, Filters(category="dx"))) == [best.id, middle.id]
    assert ids(suggested(fair, maker, Filters(language="en"))) == [middle.id, worst.id]
    assert ids(suggested(fair, maker, Filters(channel="zoom"))) == []


def test_who_is_never_awake_together_is_not_suggested(fair: Fair, maker: Party) -> None:
    far = fair.buyer(hours=((3 * 60, 5 * 60),))
    describe(fair, far, interests=["PCR kits"])
    assert suggested(fair, maker) == suggested(fair, far) == []


def test_a_meeting_at_another_convention_of_the_host_counts(fair: Fair, maker: Party, agencies: list[Party]) -> None:
    elsewhere = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    theirs = [elsewhere.buyer(), elsewhere.exhibitor()]
    meeting = elsewhere.meet(theirs[0], theirs[1], "2020-11-09 09:00")
    organisations = {party.id: party.organisation for party in census_of(fair).crowd.facts}

    def as_before(work: Work) -> None:
        work.db.get_one(Meeting, meeting).outcome = "held"

    for here, there in zip((agencies[2], maker), theirs, strict=True):
        describe(elsewhere, there, organisation_id=organisations[here.id])
    assert "met_before" not in {reason.code for one in suggested(fair, maker) for reason in one.reasons}
    elsewhere.perform(SYSTEM, as_before)
    told = {one.party: [reason.code for reason in one.reasons] for one in suggested(fair, maker)}
    assert [party for party, codes in told.items() if "met_before" in codes] == [agencies[2].id]


def test_a_census_knows_hours_channels_and_what_was_watched(fair: Fair, maker: Party) -> None:
    early = fair.buyer(hours=((9 * 60, 10 * 60),), people=2)
    describe(fair, early, channels=["zoom"], needs_look=["country"])
    session = frozenset({maker.id})
    facts = {party.id: party for party in census_of(fair, {early.people[1]: session}).crowd.facts}
    slots = sorted(fair.slots)
    wanted = {slots.index(at(f"2020-11-{day:02} 09:00")) for day in range(9, 13)}
    awake = facts[early.id].awake or 0
    assert {number for number in range(len(slots)) if awake >> number & 1} == wanted
    assert (facts[early.id].channels, facts[early.id].sessions) == ({"zoom"}, session)
    assert (facts[maker.id].channels, facts[maker.id].sessions) == (None, frozenset())
