"""The organiser makes a schedule in a browser: searches, drags, pins, bans, compares, publishes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import Fair, Party
from tests.matchmaking.drafts.making import wish
from tests.web.conftest import enter, open_live, reads_well
from tests.web.site import Site

SEARCH = 30_000  # milliseconds: a process is started for it


@pytest.fixture
def wished(site: Site, sqlite_fair: Fair) -> list[Party]:
    """Two exhibitors, and two buyers who wish to meet both."""
    exhibitors = [sqlite_fair.exhibitor(dates=[date(2020, 11, 10)]) for _ in range(2)]
    buyers = [sqlite_fair.buyer(), sqlite_fair.buyer()]
    for party, (ko, en) in zip(
        [*exhibitors, *buyers],
        [
            ("차병원", "CHA Clinic"),
            ("분당병원", "Bundang Hospital"),
            ("울란바토르", "Ulaan Tours"),
            ("카이로", "Cairo Care"),
        ],
        strict=True,
    ):
        site.name(party, {"ko": ko, "en": en, "original": "ko"})
    for buyer in buyers:
        wish(sqlite_fair, buyer, *exhibitors)
    return [*exhibitors, *buyers]


@pytest.fixture
def schedule(site: Site, page: Page, wished: list[Party]) -> Page:
    """The organiser's page."""
    enter(page, site, site.organiser)
    open_live(page, f"{site.page}/schedule")
    return page


def searched(page: Page, title: str) -> Locator:
    """A draft that has been searched for."""
    page.get_by_label("What to call it").fill(title)
    page.get_by_label("How long to search").select_option("quickly")
    page.get_by_role("button", name="Search").click()
    row = page.locator("#drafts li", has_text=title)
    expect(row.locator(".chip")).to_have_text("done", timeout=SEARCH)
    return row


def test_a_schedule_is_searched_edited_and_published(schedule: Page, site: Site) -> None:
    row = searched(schedule, "First")
    expect(row.locator(".reach")).to_contain_text("Below the best possible")
    row.get_by_role("link", name="First").click()
    expect(schedule.locator("#quality .chip")).to_have_text("done")
    expect(schedule.locator("#unserved")).to_contain_text(
        "Nobody: everybody has the meetings they asked for, or at least one."
    )
    meetings = schedule.locator("tr", has_text="CHA Clinic").locator(".planned-meeting")
    every = schedule.locator(".planned-meeting")
    expect(every).to_have_count(4)

    # Dragged to a free time of the same exhibitor's line, on the same day.
    first = meetings.first
    moved = first.get_attribute("data-meeting")
    free = (
        schedule.locator("tr", has_text="CHA Clinic")
        .locator("td:has(details)")
        .first.locator("xpath=preceding-sibling::td[1]")
    )
    slot = free.get_attribute("data-slot")
    first.locator("summary").drag_to(free)
    expect(
        schedule.locator(f'tr:has-text("CHA Clinic") td[data-slot="{slot}"] [data-meeting="{moved}"]')
    ).to_be_visible()

    dragged = schedule.locator(f'tr:has-text("CHA Clinic") [data-meeting="{moved}"]')
    dragged.locator("summary").click()
    dragged.get_by_role("button", name="Pin").click()
    expect(dragged.locator("summary")).to_contain_text("pinned")
    other = schedule.locator("tr", has_text="Bundang Hospital").locator(".planned-meeting").first
    other.locator("summary").click()
    other.get_by_role("button", name="Ban").click()
    expect(schedule.locator("#lost .chip")).to_have_text("banned")
    expect(every).to_have_count(3)
    schedule.get_by_role("button", name="Put back").click()
    expect(every).to_have_count(4)

    publish = schedule.get_by_role("button", name="Publish")
    publish.click()
    schedule.get_by_role("button", name="Make these meetings and tell everybody?").click()
    expect(schedule.locator("#quality .chip").first).to_have_text("published")
    found = site.organiser_api.get("/meetings")["items"]
    assert [meeting["state"] for meeting in found] == ["scheduled"] * 4


def test_a_time_that_is_taken_is_refused_with_the_nearest_that_is_free(schedule: Page, page_errors: list[str]) -> None:
    searched(schedule, "First").get_by_role("link", name="First").click()
    line = schedule.locator("tr", has_text="CHA Clinic")
    busy = line.locator("td:has(details)").last
    first = line.locator(".planned-meeting").first
    moved = first.get_attribute("data-meeting")
    first.locator("summary").drag_to(busy)
    toast = schedule.locator(".toast")
    expect(toast).to_contain_text("One of them is in another meeting at that time.")
    assert ["409" in error for error in page_errors] == [True]
    page_errors.clear()
    toast.get_by_role("button", name="Move to").click()
    expect(schedule.locator(".toast")).to_contain_text("Moved.")
    expect(line.locator(f'[data-meeting="{moved}"]')).to_be_visible()


def test_exhibitors_are_found_by_name(schedule: Page) -> None:
    searched(schedule, "First").get_by_role("link", name="First").click()
    for wanted, found in (("cha", ["CHA Clinic"]), ("분당", ["Bundang Hospital"]), ("ko", [])):  # "ko" is a language
        schedule.get_by_label("Find an exhibitor").fill(wanted)
        schedule.get_by_role("button", name="Find").click()
        expect(schedule.locator("#timetable tbody th")).to_have_text(found)


def test_two_drafts_are_compared(schedule: Page) -> None:
    searched(schedule, "First")
    searched(schedule, "Second")
    schedule.get_by_role("button", name="Compare").click()
    expect(schedule.get_by_role("heading", level=1)).to_have_text("Two drafts")
    expect(schedule.locator("main")).to_contain_text("Only here: 0")


def test_pages_read_well(schedule: Page, site: Site, screenshot: Callable[[str], Path]) -> None:
    row = searched(schedule, "First")
    address = row.get_by_role("link", name="First").get_attribute("href")
    reads_well(schedule, f"{site.page}/schedule", screenshot, "schedule")
    schedule.goto(f"{site.page}/schedule?lang=en")
    schedule.set_viewport_size({"width": 1280, "height": 900})
    reads_well(schedule, f"{site.url}{address}", screenshot, "schedule-draft")
