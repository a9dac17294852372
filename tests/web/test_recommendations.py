"""The page that says whom to meet, in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories import Fair, Party
from tests.matchmaking.recommend.terms import add_taxonomy, describe
from tests.web.conftest import enter, reads_well
from tests.web.site import Site


@pytest.fixture
def maker(site: Site, sqlite_fair: Fair) -> Party:
    """An exhibitor with PCR kits."""
    add_taxonomy(sqlite_fair)
    party = sqlite_fair.exhibitor(languages=["ko", "ru"])
    site.name(party, {"en": "Mirlab", "ko": "미르랩스", "original": "ko"}, country="KR", channels=["zoom", "wechat"])
    return describe(sqlite_fair, party, profile={"offers": ["pcr"], "certifications": ["CE"]})


@pytest.fixture
def agency(site: Site, sqlite_fair: Fair, maker: Party) -> Party:
    """A buyer who looks for that, and a clinic besides that it does not."""
    site.name(sqlite_fair.exhibitor(), {"en": "Quiet Clinic"}, country="JP")
    party = sqlite_fair.buyer(languages=["ru"], zone="Asia/Almaty", hours=((9 * 60, 12 * 60),))
    site.name(party, {"en": "Almaty Tours"}, country="KZ", channels=["wechat"], interests=["In-vitro diagnostics"])
    return party


@pytest.fixture
def meet(site: Site, page: Page, agency: Party) -> Page:
    """The buyer's page."""
    enter(page, site, agency.people[0])
    page.goto(site.page)
    page.get_by_role("link", name="Whom to meet").click()
    page.wait_for_url("**/meet")
    return page


def test_suggestions_say_why_and_are_decided(meet: Page) -> None:
    rows = meet.locator("#suggestions li[data-party]")
    expect(rows.locator("strong")).to_have_text(["Mirlab", "Quiet Clinic"])
    hours = meet.locator("#suggestions").get_by_text("shared waking hours")
    expect(rows.first).to_contain_text("offers PCR kits; you seek In-vitro diagnostics; both speak Russian; ")
    expect(rows.first).to_contain_text("both use WeChat")
    expect(hours).to_have_count(2)

    rows.first.get_by_role("button", name="I would like to meet Mirlab").click()
    expect(rows.locator("strong")).to_have_text(["Quiet Clinic"])
    rows.first.get_by_role("button", name="No thanks Quiet Clinic").click()
    expect(meet.locator("#suggestions .empty")).to_contain_text("Nobody is left to suggest")
    chosen = meet.locator("#wishes li")
    expect(chosen.filter(has_text="Mirlab").locator(".chip")).to_have_text("would like to meet")
    expect(chosen.filter(has_text="Quiet Clinic").locator(".chip")).to_have_text("no thanks")
    chosen.get_by_role("button", name="Undo Quiet Clinic").click()
    expect(rows.locator("strong")).to_have_text(["Quiet Clinic"])


def test_search_finds_whoever_there_is(meet: Page) -> None:
    meet.get_by_label("Words").fill("미르")
    meet.get_by_role("button", name="Show").click()
    found = meet.locator("#suggestions li[data-party]")
    expect(found.locator("strong")).to_have_text(["Mirlab"])
    meet.get_by_label("Country").select_option("Japan")
    meet.get_by_role("button", name="Show").click()
    expect(meet.locator("#suggestions .empty")).to_have_text("Nobody fits all of it. Ask for less.")
    meet.get_by_label("Words").fill("")
    meet.get_by_label("Country").select_option("")
    meet.get_by_label("Category").select_option("– – In-vitro diagnostics")
    meet.get_by_role("button", name="Show").click()
    expect(found.locator("strong")).to_have_text(["Mirlab"])
    expect(found.locator(".chip")).to_have_count(1)  # suggested again, with how well it fits


def test_page_reads_well(meet: Page, site: Site, screenshot: Callable[[str], Path]) -> None:
    meet.get_by_role("button", name="No thanks Quiet Clinic").click()
    expect(meet.locator("#wishes .chip")).to_have_text("no thanks")
    reads_well(meet, f"{site.page}/meet", screenshot, "meet")
