import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session

from server.accounts.permissions import RoleName
from server.accounts.tables import HostRole
from server.database import writing
from tests.factories import Fair
from tests.web.conftest import enter, reads_well
from tests.web.site import Site


@pytest.fixture
def host(site: Site, page: Page, sqlite_fair: Fair) -> Page:
    """The host's page; its owner is the organiser."""
    with writing(sqlite_fair.engine) as connection, Session(connection) as db:
        db.add(HostRole(host_id=sqlite_fair.host_id, person_id=site.organiser, role=RoleName.OWNER))
        db.flush()
    enter(page, site, site.organiser)
    page.goto(site.page)
    page.get_by_role("link", name="Host").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Seongnam City")
    return page


def test_convention_is_made_and_its_data_kept_as_long_as_said(host: Page, site: Site) -> None:
    host.get_by_text("Make a convention").click()
    form = host.locator("#convention-new")
    form.get_by_label("Name").fill("SMC 2021")
    form.get_by_label("Its address here").fill("smc-2021")
    form.get_by_label("First day").fill("2021-11-08")
    form.get_by_label("Last day").fill("2021-11-11")
    form.get_by_label("Mail address of its organiser").fill("organiser@smc.example")
    form.get_by_role("button", name="Make it").click()
    row = host.locator("#conventions li", has_text="SMC 2021")
    expect(row).to_contain_text("8–11 Nov 2021 · Seoul")
    row.get_by_label("Keep personal data (days)").fill("30")
    row.get_by_role("button", name="Save").click()
    expect(host.locator(".toast")).to_contain_text("Saved.")
    host.reload()
    expect(row.get_by_label("Keep personal data (days)")).to_have_value("30")
    row.get_by_role("link").click()
    host.wait_for_url(f"{site.url}/c/smc-2021")


def test_owner_is_added_and_removed(host: Page, site: Site) -> None:
    site.person("mayor@seongnam.example", role="viewer")
    host.locator("#owner-new summary").click()
    host.locator("#owner-email").fill("mayor@seongnam.example")
    host.locator("#owner-new").get_by_role("button", name="Add").click()
    expect(host.locator("#owners li")).to_have_count(2)
    host.get_by_role("button", name="Remove mayor@seongnam.example").click()
    host.get_by_role("button", name="No longer an owner? mayor@seongnam.example").click()
    expect(host.locator("#owners li")).to_have_text(["organiser@smc.exampleyou"])


def test_venue_and_its_rooms_come_and_go(host: Page, page_errors: list[str]) -> None:
    host.get_by_text("Add a venue").click()
    host.locator("#venue-name").fill("성남시청")
    host.locator("#venue-new").get_by_role("button", name="Add").click()
    expect(host.locator("#venues strong")).to_have_text(["성남시청"])
    host.get_by_text("Add a room, table or video account").click()
    host.locator("#thing-name").fill("Room 3")
    host.locator("#thing-venue").select_option("성남시청")
    host.locator("#thing-places").fill("12")
    host.locator("#thing-new").get_by_role("button", name="Add").click()
    expect(host.locator("#venues li", has_text="Room 3")).to_contain_text("성남시청 · 12 places")

    def remove(name: str) -> None:
        host.get_by_role("button", name=f"Remove {name}").click()
        host.get_by_role("button", name=f"Remove it? {name}").click()

    remove("성남시청")
    expect(host.locator(".toast")).to_contain_text("Something still needs it")
    remove("Room 3")
    expect(host.locator("#venues strong")).to_have_text(["성남시청"])
    remove("성남시청")
    expect(host.locator("#venues")).to_contain_text("None yet.")
    assert ["409" in error for error in page_errors] == [True]
    page_errors.clear()


def test_trail_tells_who_did_what_and_what_it_was_before(host: Page, site: Site, tmp_path: Path) -> None:
    site.organiser_api.post("/people", {"people": [{"email": "lee@smc.example", "role": "staff"}]})
    host.get_by_role("link", name="Who did what: the audit trail").click()
    host.get_by_label("What").select_option("Role")
    host.get_by_role("button", name="Show", exact=True).click()
    newest = host.locator(".entry").first
    expect(newest).to_contain_text("Role: added")
    expect(newest).to_contain_text("by organiser@smc.example · about lee@smc.example · SMC 2020")
    newest.locator("summary").click()
    expect(newest.locator("tbody tr")).to_have_text(["Role–staff"])

    newest.get_by_role("link", name="lee@smc.example").click()
    expect(host.locator(".entry").first).to_contain_text("lee@smc.example")
    with host.expect_download() as download:
        host.get_by_role("link", name="As a sheet (CSV)").click()
    path = tmp_path / "audit.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as sheet:
        actions = [row["action"] for row in csv.DictReader(sheet)]
    assert actions[-2:] == ["role.added", "person.added"]


def test_looks_at_contact_data_are_in_the_trail(host: Page, site: Site) -> None:
    mayor = site.person("mayor@seongnam.example", role="staff")
    host.goto(f"{site.page}/people")
    expect(host.locator("#roles")).to_contain_text("mayor@seongnam.example")
    site.settle()
    host.goto(f"{site.url}/host/trail?about={mayor}")
    host.get_by_label("only who looked up contact data").check()
    host.get_by_role("button", name="Show", exact=True).click()
    told = "by organiser@smc.example · about mayor@seongnam.example · SMC 2020 · from 127.0.0.1"
    look = host.locator(".entry").filter(has_text=told)  # the owner's own looks are entered, too
    expect(look.first).to_contain_text("Person: contact data looked up")


def test_trail_of_nothing_says_so(host: Page, site: Site) -> None:
    host.goto(f"{site.url}/host/trail?until=2001-01-01&convention=&subject=")
    expect(host.locator(".entry")).to_have_count(0)
    expect(host.get_by_text("Nothing of that kind.")).to_be_visible()


def test_days_out_of_reach_are_refused(host: Page, site: Site, page_errors: list[str]) -> None:
    days = ("since=0001-01-01", "until=9999-12-31", "since=soon")
    statuses = [answer.status for day in days if (answer := host.goto(f"{site.url}/host/trail?{day}"))]
    assert statuses == [422, 422, 422]
    expect(host.get_by_role("heading", level=1)).to_have_text("Something went wrong")
    page_errors.clear()


def test_nobody_else_finds_it(site: Site, page: Page, page_errors: list[str]) -> None:
    enter(page, site, site.organiser)
    page.goto(site.page)
    expect(page.get_by_role("link", name="Host")).to_have_count(0)
    for path in ("/host", "/host/trail"):
        page.goto(site.url + path)
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert len(page_errors) == 2
    page_errors.clear()


def test_host_page_reads_well(site: Site, host: Page, screenshot: Callable[[str], Path]) -> None:
    reads_well(host, f"{site.url}/host", screenshot, "host")


def test_trail_reads_well(site: Site, host: Page, screenshot: Callable[[str], Path]) -> None:
    reads_well(host, f"{site.url}/host/trail", screenshot, "trail")
