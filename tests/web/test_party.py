from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlmodel import Session

from matchmaking.tables import Representative
from server.database import writing
from tests.factories import Fair, Party
from tests.web.conftest import enter, reads_well
from tests.web.site import Site


@pytest.fixture
def clinic(site: Site, sqlite_fair: Fair) -> Party:
    """An exhibitor whose lead manages its people."""
    party = sqlite_fair.exhibitor()
    site.name(party, {"en": "CHA Clinic", "ko": "차병원", "original": "ko"}, person="Kim Min-ji")
    with writing(sqlite_fair.engine) as connection, Session(connection) as db:
        seat = db.get_one(Representative, (sqlite_fair.id, party.people[0]))
        seat.admin = True
        db.add(seat)
        db.flush()
    return party


@pytest.fixture
def own(site: Site, page: Page, clinic: Party) -> Page:
    """The page of its own party, as its admin sees it."""
    enter(page, site, clinic.people[0])
    page.goto(site.page)
    page.get_by_role("link", name="My organisation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CHA Clinic")
    return page


def test_colleague_is_added_changed_and_removed(own: Page, site: Site, clinic: Party) -> None:
    before = len(clinic.people)
    own.get_by_text("Add somebody").click()
    form = own.locator("#person-new")
    form.get_by_label("Mail address").fill("park@cha.example")
    form.get_by_label("Name").fill("박지훈")
    form.get_by_label("Languages").fill("ko en")
    form.get_by_role("button", name="Add").click()
    row = own.locator("#people > ul > li", has_text="park@cha.example")
    expect(row.locator("strong")).to_have_text("박지훈")
    expect(row.locator(".chip")).to_have_text(["ko", "en"])

    row.locator("summary").click()
    row.get_by_label("Position").fill("통역 담당")
    row.get_by_label("Languages").fill("ko, ja")
    row.get_by_role("button", name="Save").click()
    expect(row.locator(".chip")).to_have_text(["ko", "ja"])
    expect(row.locator(".facts")).to_contain_text("통역 담당")

    row.locator("summary").click()
    row.get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Remove them?").click()
    expect(row).to_have_count(0)
    assert len(site.organiser_api.get(f"/parties/{clinic.id}")["people"]) == before


def test_who_has_meetings_needs_an_heir(
    own: Page, site: Site, clinic: Party, sqlite_fair: Fair, page_errors: list[str]
) -> None:
    sqlite_fair.meet(sqlite_fair.buyer(), clinic)
    own.get_by_text("Add somebody").click()
    form = own.locator("#person-new")
    form.get_by_label("Mail address").fill("park@cha.example")
    form.get_by_label("manages the others").check()
    form.get_by_role("button", name="Add").click()
    heir = own.locator("#people strong", has_text="park@cha.example")
    expect(heir).to_have_count(1)

    lead = own.locator("#people > ul > li", has=own.locator("strong", has_text="Kim Min-ji"))
    lead.locator("summary").click()
    lead.get_by_role("button", name="Remove").click()
    lead.get_by_role("button", name="Remove them?").click()
    expect(lead.get_by_role("alert")).to_contain_text("This person still has meetings to come.")
    assert ["409" in error for error in page_errors] == [True]
    page_errors.clear()


def test_way_to_join_is_set_and_checked(own: Page, page_errors: list[str]) -> None:
    expect(own.locator("#ways")).to_have_text("Nobody has said how yet.")
    own.get_by_text("Say how").click()
    own.get_by_label("Channel").fill("zoom")
    own.get_by_label("a link").check()
    value = own.get_by_label("The link, account, number or label itself")
    value.fill("http://zoom.us/j/1234567890")
    own.get_by_role("button", name="Save", exact=True).last.click()
    expect(own.get_by_role("alert")).to_contain_text("This does not fit its kind.")
    value.fill("https://zoom.us/j/1234567890")
    own.get_by_role("button", name="Save", exact=True).last.click()
    expect(own.locator("#ways li")).to_have_text(["zooma linkhttps://zoom.us/j/1234567890"])
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()


READ_APART = 30_000  # ms: a picture is read in a process of its own, which takes a while to start on a busy machine


def test_logo_is_put_up_and_taken_away(own: Page, page_errors: list[str]) -> None:
    picture = BytesIO()
    Image.new("RGB", (600, 300), "teal").save(picture, "PNG")
    file = {"name": "logo.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    own.get_by_label("Your logo").set_input_files(file)  # type: ignore[arg-type]
    expect(own.locator(".toast")).to_contain_text("That is your logo now.", timeout=READ_APART)
    logo = own.get_by_role("img", name="Logo")
    expect(logo).to_have_js_property("naturalWidth", 600)

    own.get_by_label("A product picture (8 at most)").set_input_files(file)  # type: ignore[arg-type]
    expect(own.get_by_role("img", name="Product picture 2")).to_have_js_property(
        "naturalWidth", 600, timeout=READ_APART
    )

    own.get_by_label("A product picture (8 at most)").set_input_files(
        {"name": "evil.png", "mimeType": "image/png", "buffer": b"<svg onload='alert(1)'>"}
    )
    expect(own.locator(".toast")).to_contain_text("This is no picture that can be shown.", timeout=READ_APART)
    own.get_by_role("button", name="Delete Logo").click()
    own.get_by_role("button", name="Delete it? Logo").click()
    expect(own.locator("#pictures img")).to_have_count(1)
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()


def test_only_who_manages_opens_it(site: Site, page: Page, sqlite_fair: Fair, page_errors: list[str]) -> None:
    other = sqlite_fair.exhibitor()
    with writing(sqlite_fair.engine) as connection, Session(connection) as db:
        seat = db.get_one(Representative, (sqlite_fair.id, other.people[0]))
        seat.admin = False
        db.add(seat)
        db.flush()
    enter(page, site, other.people[0])
    page.goto(f"{site.page}/party")
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not yours to open")
    page_errors.clear()


def test_party_page_reads_well(site: Site, own: Page, screenshot: Callable[[str], Path]) -> None:
    reads_well(own, f"{site.page}/party", screenshot, "party")
