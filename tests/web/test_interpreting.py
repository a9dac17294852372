from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from matchmaking.channels import instruct
from matchmaking.interpreting.blocks import reserve
from server.accounts.actors import SYSTEM
from tests.factories import Fair, Party, at
from tests.matchmaking.interpreting.team import interpreter
from tests.web.conftest import enter, reads_well
from tests.web.site import Site

NINE = "2020-11-09 09:00"


@pytest.fixture
def clinic(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.exhibitor(languages=["ko"])
    site.name(party, {"en": "CHA Clinic", "original": "en"}, person="Kim Min-ji")
    sqlite_fair.perform(SYSTEM, instruct, party.id, "zoom", "link", "https://zoom.us/j/1")
    return party


@pytest.fixture
def agency(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.buyer(languages=["ru"])
    site.name(party, {"en": "Astana Travel", "original": "en"}, person="Aigerim")
    return party


@pytest.fixture
def helper(sqlite_fair: Fair, clinic: Party, agency: Party) -> UUID:
    """Who interprets their meeting, and has an afternoon for the clinic alone."""
    person = interpreter(sqlite_fair, "ko", "ru")
    sqlite_fair.meet(agency, clinic, NINE)
    hours = {"starts_at": at("2020-11-10 13:00"), "ends_at": at("2020-11-10 15:00")}
    sqlite_fair.perform(SYSTEM, reserve, person_id=person, party_id=clinic.id, **hours)
    return person


def test_an_interpreter_finds_their_meetings_and_comes_to_them(page: Page, site: Site, helper: UUID) -> None:
    site.fair.clock.move_to(at("2020-11-09 08:55"))
    enter(page, site, helper)
    page.goto(site.page)
    page.get_by_role("link", name="Interpreting").click()
    entry = page.locator("#agenda li")
    expect(entry).to_contain_text("09:00–09:30")
    expect(entry).to_contain_text("CHA Clinic")
    expect(entry).to_contain_text("Korean")
    expect(entry).to_contain_text("Astana Travel")
    expect(entry.get_by_role("link")).to_have_attribute("href", "https://zoom.us/j/1")
    expect(page.get_by_role("region", name="Hours of yours that are reserved")).to_contain_text("13:00–15:00")
    entry.get_by_role("button", name="Join").click()
    expect(entry).to_contain_text("you are there")
    entry.get_by_role("button", name="Leave").click()
    expect(entry.get_by_role("button", name="Join")).to_be_visible()


def test_the_agenda_reads_well(page: Page, site: Site, helper: UUID, screenshot: Callable[[str], Path]) -> None:
    enter(page, site, helper)
    reads_well(page, f"{site.page}/interpreting", screenshot, "interpreting")
