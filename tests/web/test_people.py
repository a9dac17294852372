from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories import Fair, Party
from tests.web.conftest import enter, reads_well
from tests.web.site import Site


@pytest.fixture
def people(site: Site, page: Page) -> Page:
    """The organiser's page of people."""
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/people")
    return page


def test_staff_are_added_invited_and_let_go(people: Page, site: Site) -> None:
    people.get_by_text("Add somebody").click()
    form = people.locator("#person-new")
    form.get_by_label("Mail address").fill("lee@smc.example")
    form.get_by_label("Name").fill("이서연")
    form.get_by_label("Role").select_option("Staff")
    form.get_by_role("button", name="Add").click()
    row = people.locator("#roles li", has_text="lee@smc.example")
    expect(row.locator("strong")).to_have_text("이서연")
    expect(row.locator(".chip")).to_have_text(["Staff"])
    known = {one["email"]: one for one in site.organiser_api.get("/people")["items"]}["lee@smc.example"]
    assert (known["name"], known["roles"]) == ({"ko": "이서연", "original": "ko"}, ["staff"])

    row.get_by_role("button", name="Invite 이서연").click()
    expect(people.locator("#invitations li")).to_contain_text("이서연")
    expect(people.locator("#invitations .filters")).to_contain_text("not sent yet 1")

    row.get_by_role("button", name="No longer Staff 이서연").click()
    row.get_by_role("button", name="Take it? 이서연").click()
    expect(row).to_have_count(0)
    assert [one["email"] for one in site.organiser_api.get("/people")["items"]] == ["organiser@smc.example"]


def test_last_organiser_cannot_go(people: Page, page_errors: list[str]) -> None:
    people.get_by_role("button", name="No longer Organiser").click()
    people.get_by_role("button", name="Take it?").click()
    expect(people.locator(".toast")).to_contain_text("Nobody would be left who can do this.")
    assert ["409" in error for error in page_errors] == [True]
    page_errors.clear()


def test_organisation_is_entered_and_its_people_invited(people: Page, site: Site) -> None:
    people.get_by_text("Add an organisation").click()
    people.get_by_label("Name of the organisation").fill("Viagens Brasil")
    people.get_by_label("Country (two letters)").fill("br")
    people.get_by_label("seeks: a buyer").check()
    people.get_by_label("Mail address of its person").fill("ana@viagens.example")
    people.get_by_label("Name of its person").fill("Ana Souza")
    people.get_by_role("button", name="Enter it").click()
    expect(people.locator("#invite-party option")).to_have_text(["Choose", "Viagens Brasil"])
    (party,) = site.organiser_api.get("/parties")["items"]
    assert (party["name"]["en"], party["country"], party["seeks"], party["offers"]) == (
        "Viagens Brasil",
        "BR",
        True,
        False,
    )

    people.get_by_label("or one organisation").select_option("Viagens Brasil")
    people.get_by_role("button", name="Invite them").click()
    expect(people.locator("#invited dd").first).to_have_text("1")
    expect(people.locator("#invitations li")).to_contain_text("Ana Souza")
    people.get_by_role("link", name="accepted 0").click()
    expect(people.locator("#invitations .rows")).to_have_text("None in this state.")
    people.get_by_label("Its people, pictures and ways to join").select_option("Viagens Brasil")
    people.get_by_role("button", name="Open it").click()
    expect(people.get_by_role("heading", level=1)).to_have_text("Viagens Brasil")


def test_mistyped_address_is_marked(people: Page, page_errors: list[str]) -> None:
    people.get_by_text("Add somebody").click()
    address = people.locator("#person-email")
    address.fill("lee@localhost@smc")
    people.evaluate("document.querySelector('#person-new form').noValidate = true")
    people.locator("#person-new").get_by_role("button", name="Add").click()
    expect(people.locator("#person-new").get_by_role("alert")).to_contain_text("That could not be understood.")
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()


def test_only_the_organiser_opens_it(site: Site, page: Page, page_errors: list[str]) -> None:
    enter(page, site, site.person("staff@smc.example", role="staff"))
    page.goto(f"{site.page}/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not yours to open")
    enter(page, site, site.person("viewer@smc.example", role="viewer"))
    page.goto(f"{site.page}/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert len(page_errors) == 2
    page_errors.clear()


def test_people_page_reads_well(site: Site, people: Page, sqlite_fair: Fair, screenshot: Callable[[str], Path]) -> None:
    agency: Party = sqlite_fair.buyer()
    site.name(agency, {"en": "Viagens Brasil", "original": "en"}, person="Ana Souza")
    site.organiser_api.post("/invitations", {"all": True})
    reads_well(people, f"{site.page}/people", screenshot, "people")
