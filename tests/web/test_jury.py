"""A contest judged by a juror and told by an organiser, in two real browsers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import watch
from tests.web.backstage import backstage, contest, press, put_in, somebody
from tests.web.conftest import enter, open_live
from tests.web.site import Site


@pytest.fixture
def page(site: Site, page: Page) -> Page:
    """The page, closed before its server stops."""
    return page


@pytest.fixture
def spine(site: Site) -> str:
    return contest(site)


@pytest.fixture
def desk(page: Page, site: Site, spine: str) -> Page:
    """The organiser's backstage page of it, connected."""
    enter(page, site, site.organiser)
    open_live(page, backstage(site, spine))
    return page


@pytest.fixture
def other(browser: Browser, page_errors: list[str]) -> Iterator[Page]:
    """Another browser."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    watch(page, page_errors)
    yield page
    context.close()


def test_contest_is_judged_and_told_from_the_last_place_up(
    desk: Page, other: Page, site: Site, spine: str, page_errors: list[str]
) -> None:
    juror = somebody(site, "Judge Park")
    put_in(site, spine, juror, "juror")
    enter(other, site, juror)
    open_live(other, backstage(site, spine))
    expect(other.locator("#sheet")).to_have_text("Nobody competes yet. They stand here as soon as they do.")
    desk.reload()
    form = desk.locator("contest-desk")
    form.get_by_label("Criterion").fill("Idea")
    press(form, "Add a criterion")
    form.get_by_label("Criterion").last.fill("Plan")
    form.get_by_label("Most points").last.fill("20")
    press(form, "Save")
    form.get_by_text("Somebody competes").click()
    for name in ("Alpha", "Beta"):
        form.get_by_label("Name in English").fill(name)
        form.get_by_role("button", name="Add", exact=True).click()
        expect(form.locator("[data-prepared] > ol strong").filter(has_text=name)).to_be_visible()
    expect(form.locator("[data-status]")).to_have_text("2 scores are missing")

    sheets = other.locator("#sheet li")
    expect(sheets.locator("legend strong")).to_have_text(["Alpha", "Beta"])
    sheets.nth(0).get_by_label("Idea").fill("4")
    sheets.nth(0).get_by_label("Plan").fill("10")
    press(sheets.nth(0), "Give")
    expect(sheets.nth(0).locator(".chip")).to_have_text("judged")
    expect(form.locator(".given-scores li")).to_have_text(["Judge Park: 4 + 10"])
    press(form, "End the judging", "End it?")
    expect(desk.locator(".toast")).to_contain_text("Scores are missing")
    assert ["409" in error for error in page_errors] == [True]
    page_errors.clear()
    sheets.nth(1).get_by_label("Idea").fill("9")
    sheets.nth(1).get_by_label("Plan").fill("20")
    press(sheets.nth(1), "Give")
    expect(form.locator("[data-status]")).to_have_text("All scores are in")

    press(form, "End the judging", "End it?")
    expect(other.locator("#sheet .hint")).to_have_text("The judging has ended.")
    rows = form.locator("[data-prepared] > ol > li .case-head")
    expect(rows).to_have_text(["No. 1, not told yetBeta95.00 points", "No. 2, not told yetAlpha45.00 points"])
    press(form, "Tell place 2", "Tell everybody?")
    expect(rows.last).to_have_text("No. 2Alpha45.00 points")
    told = site.organiser_api.get(f"/programme/{spine}/contest")
    assert told["revealed"] == 1
    press(form, "Take back the last")
    expect(form.locator("[data-status]")).to_have_text("0 of 2 places are told")
