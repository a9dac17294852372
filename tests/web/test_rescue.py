"""The rescue desk's page, and a proposal on a party's own: from the standby list to a meeting."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from matchmaking.meetings import assign, cancel
from matchmaking.wishes import prefer
from server.accounts.actors import SYSTEM
from tests.browser import axe_violations
from tests.factories import Fair, Party
from tests.web.conftest import enter, open_live
from tests.web.site import Site


@pytest.fixture
def page(site: Site, page: Page) -> Page:
    """The page, closed before its server stops."""
    return page


@pytest.fixture
def clinic(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.exhibitor()
    site.name(party, {"en": "CHA Clinic", "original": "en"})
    return party


@pytest.fixture
def agency(site: Site, sqlite_fair: Fair, clinic: Party) -> Party:
    """A buyer who wishes to meet the clinic."""
    party = sqlite_fair.buyer()
    site.name(party, {"en": "Viagens Brasil", "original": "en"})
    sqlite_fair.perform(party, prefer, by=party.id, about=clinic.id, wish="must_meet")
    return party


def test_a_proposal_goes_to_both_and_becomes_a_meeting(
    page: Page, site: Site, clinic: Party, agency: Party, screenshot: Callable[[str], Path]
) -> None:
    site.go("2020-11-09 09:10")
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/rescue")
    pair = page.locator("section", has_text="Who could meet now").first.locator("li")
    expect(pair.locator("strong")).to_have_text(["CHA Clinic", "Viagens Brasil"])
    assert axe_violations(page) == []
    pair.get_by_role("button", name="Propose").click()
    expect(page.locator("section", has_text="not answered by both").locator("li .chip")).to_have_text(
        "waiting for both"
    )
    screenshot("rescue-desk")

    enter(page, site, agency.people[0])
    open_live(page, site.page)
    proposal = page.locator("my-proposals li")
    expect(proposal.locator("strong")).to_have_text("CHA Clinic")
    assert axe_violations(page) == []
    screenshot("proposal")
    proposal.get_by_role("button", name="Accept").click()
    expect(proposal.locator(".chip")).to_have_text("waiting for them")
    [standby] = site.client(clinic.people[0]).get("/rescue/proposals")
    site.client(clinic.people[0]).post(f"/rescue/proposals/{standby['id']}/accept", {})
    expect(page.locator("my-proposals")).to_be_hidden()
    expect(page.locator("my-meetings li strong")).to_have_text("CHA Clinic")


def test_a_repair_is_shown_and_done(page: Page, site: Site, sqlite_fair: Fair, clinic: Party, agency: Party) -> None:
    slot = sqlite_fair.slot("2020-11-10 09:00")
    other = sqlite_fair.buyer()
    site.name(other, {"en": "Elsewhere", "original": "en"})
    gone = sqlite_fair.perform(SYSTEM, assign, one=other.id, other=clinic.id, slot_id=slot)
    sqlite_fair.perform(other, cancel, gone.id, code="no_longer_interested")
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/rescue")
    step = page.locator("section", has_text="What could be repaired").locator("li")
    expect(step.locator(".chip")).to_have_text("new")
    for label in ("Do all of this", "Change these meetings?"):
        page.get_by_role("button", name=label).click()
    expect(step).to_have_text("Nothing needs to be repaired.")
    assert [meeting["state"] for meeting in site.organiser_api.get("/meetings")["items"]] == ["scheduled", "cancelled"]


def test_whoever_drops_out_is_replaced(page: Page, site: Site, sqlite_fair: Fair, clinic: Party, agency: Party) -> None:
    leaving = sqlite_fair.buyer()
    site.name(leaving, {"en": "Elsewhere", "original": "en"})
    slot = sqlite_fair.slot("2020-11-10 09:00")
    meeting = sqlite_fair.perform(SYSTEM, assign, one=leaving.id, other=clinic.id, slot_id=slot)
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/rescue")
    page.get_by_label("Somebody drops out").select_option("Elsewhere")
    page.get_by_role("button", name="Show what that would mean").click()
    steps = page.locator("section", has_text="What could be repaired").locator("li .chip")
    expect(steps).to_have_text(["new", "called off"])
    for label in ("Do all of this", "Change these meetings?"):
        page.get_by_role("button", name=label).click()
    expect(page.locator("section", has_text="What could be repaired")).to_contain_text("Nothing needs to be repaired.")
    states = {one["id"]: one["state"] for one in site.organiser_api.get("/meetings")["items"]}
    assert (states.pop(str(meeting.id)), list(states.values())) == ("cancelled", ["scheduled"])

    page.get_by_label("Somebody drops out").select_option("nobody")
    page.get_by_role("button", name="Show what that would mean").click()
    expect(page.get_by_label("Somebody drops out")).to_have_value("")
