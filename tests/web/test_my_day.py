from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.accounts.consents import record_consents
from server.accounts.tables import Person
from server.database import writing
from tests.browser import axe_violations
from tests.factories import Fair, Party
from tests.web.conftest import enter, open_live
from tests.web.site import Program, Site

NINE = "2020-11-09 09:00"


@pytest.fixture
def page(site: Site, page: Page) -> Page:
    """The page, closed before its server stops."""
    return page


@pytest.fixture
def clinic(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.exhibitor()
    site.name(party, {"en": "CHA Clinic", "original": "en"}, person="Kim Min-ji")
    return party


@pytest.fixture
def clinic_api(site: Site, clinic: Party) -> Program:
    return site.client(clinic.people[0])


@pytest.fixture
def agency(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.buyer(zone="America/Sao_Paulo")
    site.name(party, {"en": "Viagens Brasil", "original": "en"}, person="Ana Souza")
    return party


@pytest.fixture
def day(page: Page, site: Site, clinic: Party, agency: Party) -> Page:
    """The buyer's page, connected."""
    enter(page, site, agency.people[0])
    open_live(page, site.page)
    return page


def test_request_is_answered_and_the_meeting_joined(
    day: Page, site: Site, clinic_api: Program, agency: Party, screenshot: Callable[[str], Path]
) -> None:
    clinic_api.post("/requests", {"to": str(agency.id), "slot": str(site.fair.slot(NINE))})
    asked = day.locator("my-requests li")
    expect(asked.locator("strong")).to_have_text("CHA Clinic")
    expect(asked.locator(".when")).to_have_text("Sun 8 Nov 21:00–21:30Seoul 09:00, next day")
    asked.get_by_role("button", name="Accept").click()
    expect(asked).to_have_count(0)

    meeting = day.locator("my-meetings li")
    expect(meeting.locator(".chip")).to_have_text("agreed")
    expect(meeting.get_by_role("button")).to_have_text(["How to join"])
    site.organiser_api.post(
        "/programme",
        {
            "title": {"en": "Patients without borders", "original": "en"},
            "kind": "talk",
            "starts_at": "2020-11-09T00:00:00Z",
            "ends_at": "2020-11-09T01:00:00Z",
        },
    )
    site.go("2020-11-09 08:55")
    meeting.get_by_role("button", name="Join", exact=True).click()
    expect(meeting.get_by_role("button")).to_have_text(["Leave", "How to join"])
    [shown] = clinic_api.get("/meetings")["items"]
    assert {a["person"]: a["present"] for a in shown["attendees"]}[str(agency.people[0])] is True
    expect(day.locator("live-sessions strong")).to_have_text("Patients without borders")
    assert axe_violations(day) == []
    day.set_viewport_size({"width": 390, "height": 844})
    assert day.evaluate("document.documentElement.scrollWidth") == 390
    screenshot("my-day-phone")


def test_time_is_found_and_asked_for(day: Page, clinic: Party, clinic_api: Program) -> None:
    day.get_by_label("With").select_option(label="CHA Clinic")
    first = day.locator(".slot").first
    expect(day.locator("#free-slots h3").first).to_have_text("Sunday 8 November")
    expect(first).to_have_text("18:00 Seoul 06:00 next day")
    assert axe_violations(day) == []
    first.click()
    expect(day.locator("my-requests .chip")).to_have_text("waiting for them")
    [request] = clinic_api.get("/requests")["items"]
    assert (request["starts_at"], request["awaiting"]) == ("2020-11-08T21:00:00Z", str(clinic.id))

    clinic_api.post(f"/requests/{request['id']}/decline")
    expect(day.locator("my-requests li")).to_have_count(0)


def test_contact_data_is_shown_once_both_agree(day: Page, site: Site, clinic: Party, agency: Party) -> None:
    with writing(site.fair.engine) as connection, Session(connection) as db:
        lead = db.get_one(Person, clinic.people[0])
        lead.email = "kim@cha.example"
        db.add(lead)
        db.flush()
    site.organiser_api.post(
        "/meetings", {"one": str(clinic.id), "other": str(agency.id), "slot": str(site.fair.slot(NINE))}
    )
    meeting = day.locator("my-meetings li")
    meeting.get_by_role("button", name="How to join").click()
    expect(meeting.locator(".how")).to_contain_text("are shown once both sides have agreed to that, under My account.")

    agreed = {"share_contact": True, "transfer_abroad": True}
    for person in (clinic.people[0], agency.people[0]):
        site.fair.perform(SYSTEM, record_consents, person, site.fair.id, agreed, "page", site.fair.clock.real_now())
    meeting.get_by_role("button", name="How to join").click()
    expect(meeting.locator(".how")).to_contain_text("Kim Min-ji · kim@cha.example")


def test_what_is_refused_is_said(
    day: Page, site: Site, agency: Party, clinic_api: Program, page_errors: list[str]
) -> None:
    day.get_by_label("With").select_option(label="CHA Clinic")
    slot = day.locator(".slot").first
    slot.wait_for()
    another = site.fair.buyer()
    clinic_api.post("/requests", {"to": str(another.id), "slot": slot.get_attribute("data-slot")})
    slot.click()
    expect(day.locator(".toast")).to_contain_text("This time has just been taken. Choose another one.")
    expect(slot).to_contain_text("18:35")
    assert ["409" in error for error in page_errors] == [True]
    page_errors.clear()
