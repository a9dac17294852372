import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.database import writing
from sessions.events import SessionRecord
from sessions.programme import AudienceKind, Kind, cancel, change
from sessions.running import go_live
from sessions.tables import Appearance, Room, Speaker, Track
from tests.browser import axe_violations, watch
from tests.factories import Fair, at
from tests.sessions.programme import talk
from tests.web.conftest import enter, open_live, reads_well
from tests.web.site import Site

LECTURE = {"en": "Sleep well", "ko": "잘 자는 법", "original": "ko"}
WORKSHOP = {"en": "Hands on telemedicine", "original": "en"}
PANEL = {"en": "Evening panel", "original": "en"}


@pytest.fixture
def page(site: Site, page: Page) -> Page:
    """The page, closed before its server stops."""
    return page


@pytest.fixture
def paulista(site: Site, browser: Browser, page_errors: list[str]) -> Iterator[Page]:
    """A browser in São Paulo, where nobody is signed in."""
    context = browser.new_context(locale="en-GB", timezone_id="America/Sao_Paulo")
    page = context.new_page()
    watch(page, page_errors)
    yield page
    context.close()
    assert page_errors == []


@pytest.fixture
def lecture(sqlite_fair: Fair) -> SessionRecord:
    """A public lecture in the media centre, by somebody."""
    with writing(sqlite_fair.engine) as connection, Session(connection) as db:
        here, health, media = sqlite_fair.id, {"en": "Daily health"}, {"en": "Media centre"}
        db.add(Track(convention_id=here, code="health", name=health, colour="#a92a21"))
        db.add(Room(convention_id=here, code="media", name=media, place="hybrid"))
        db.flush()
    return talk(
        sqlite_fair,
        title=LECTURE,
        kind=Kind.PUBLIC_LECTURE,
        audience=AudienceKind.PUBLIC,
        track="health",
        room="media",
        languages=["ko"],
        abstract={"en": "About going to bed early.", "original": "en"},
    )


@pytest.fixture
def workshop(sqlite_fair: Fair) -> SessionRecord:
    """A workshop with one place, for who takes part."""
    times = {"starts_at": at("2020-11-10 13:00"), "ends_at": at("2020-11-10 15:00")}
    return talk(sqlite_fair, title=WORKSHOP, kind=Kind.WORKSHOP, registers=True, capacity=1, languages=["en"], **times)


def with_speaker(fair: Fair, session: SessionRecord, name: str, role: str, **about: Any) -> None:
    with writing(fair.engine) as connection, Session(connection) as db:
        speaker = Speaker(convention_id=fair.id, id=session.id, name={"en": name, "original": "en"}, **about)
        db.add(speaker)
        db.flush()
        db.add(Appearance(session_id=session.id, speaker_id=speaker.id, role=role, convention_id=fair.id))
        db.flush()


def rows(page: Page) -> list[str]:
    """The sessions on the page, by their titles."""
    return page.locator(".planned h3 a").all_inner_texts()


def test_programme_is_whole_without_scripts(
    site: Site, browser: Browser, lecture: SessionRecord, workshop: SessionRecord
) -> None:
    with_speaker(site.fair, lecture, "Kim Min-ji", "chair", affiliation={"en": "CHA", "original": "en"})
    site.fair.perform(SYSTEM, cancel, session_id=workshop.id)
    party = site.fair.buyer(zone="America/Sao_Paulo")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    enter(page, site, party.people[0])
    page.goto(f"{site.page}/programme")
    expect(page.locator(".day-plan h2")).to_have_text(["Monday 9 November", "Tuesday 10 November"])
    first, second = page.locator(".planned").all()
    expect(first.locator("h3 a")).to_have_text("Sleep well")
    expect(first.locator(".when span:visible")).to_have_text(["22:00–22:30", "−1 day", "Seoul 10:00–10:30"])
    expect(first.locator(".speakers")).to_have_text("Kim Min-ji (chair), CHA")
    expect(first.locator(".chips .chip")).to_have_text(
        ["Public lecture", "Daily health", "Media centre · online and on site", "Korean"]
    )
    first.locator("summary").click()
    expect(first.locator(".prose")).to_have_text("About going to bed early.")
    expect(second.locator("h3")).to_have_text("Hands on telemedicine cancelled")

    page.get_by_label("Kind").select_option("workshop")
    page.get_by_role("button", name="Show").click()
    assert rows(page) == ["Hands on telemedicine"]
    context.close()


def test_guest_reads_what_is_public_on_their_own_clock(
    paulista: Page, site: Site, lecture: SessionRecord, workshop: SessionRecord
) -> None:
    open_live(paulista, f"{site.url}/p/smc-2020")
    assert rows(paulista) == ["Sleep well"]
    expect(paulista.locator(".when span:visible")).to_have_text(["22:00–22:30", "−1 day", "Seoul 10:00–10:30"])
    expect(paulista.locator("[data-zones]")).to_have_text(
        "times on your clock (Brasilia Standard Time), beside them those in Seoul"
    )
    site.fair.perform(SYSTEM, go_live, session_id=lecture.id)
    expect(paulista.locator(".planned [data-session-state]")).to_have_text("live now")
    expect(paulista.get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in?back=/p/smc-2020")


def test_nothing_public_is_as_nothing_at_all(site: Site, workshop: SessionRecord) -> None:
    answers = [httpx.get(f"{site.url}/p/{slug}", headers={"accept": "text/html"}) for slug in ("smc-2020", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace("smc-2020", "nowhere") == answers[1].text


def test_who_takes_part_is_shown_the_whole_of_it(
    page: Page, site: Site, lecture: SessionRecord, workshop: SessionRecord
) -> None:
    enter(page, site, site.person("viewer@smc.example", role="viewer"))
    page.goto(f"{site.url}/p/smc-2020")
    assert page.url == f"{site.page}/programme"
    assert rows(page) == ["Sleep well", "Hands on telemedicine"]


def test_filters_leave_what_was_chosen(page: Page, site: Site, lecture: SessionRecord, workshop: SessionRecord) -> None:
    viewer = site.person("viewer@smc.example", role="viewer")
    site.client(viewer).post(f"/programme/{workshop.id}/registration")
    enter(page, site, viewer)
    open_live(page, f"{site.page}/programme")
    page.get_by_label("Track").select_option(label="Daily health")
    expect(page.locator(".planned")).to_have_count(1)
    assert rows(page) == ["Sleep well"]
    page.get_by_label("only mine").check()
    expect(page.locator("#sessions .empty")).to_have_text("No session fits what you have chosen.")
    page.get_by_label("Track").select_option("")
    expect(page.locator(".planned h3 a")).to_have_text("Hands on telemedicine")
    assert page.url == f"{site.page}/programme?mine=true"
    page.reload()
    assert rows(page) == ["Hands on telemedicine"]


def test_changes_come_by_themselves(page: Page, site: Site, lecture: SessionRecord, workshop: SessionRecord) -> None:
    enter(page, site, site.person("viewer@smc.example", role="viewer"))
    open_live(page, f"{site.page}/programme")
    row = page.locator(f"#s-{lecture.id}")
    site.go("2020-11-09 09:58")
    expect(row.locator("[data-session-state]")).to_have_text("starts soon")
    site.go("2020-11-09 10:00")
    expect(row.locator("[data-session-state]")).to_have_text("live now")
    expect(page.locator("#running a")).to_have_text("Sleep well")
    with site.watching(site.person("fan@smc.example", role="viewer"), str(lecture.id)):
        site.settle()
        site.go("2020-11-09 10:01")
        page.reload()
        expect(page.locator("#running [data-watching]")).to_have_text("1 watching")
    page.locator("live-connection[data-state=live]").wait_for()

    later = {"starts_at": at("2020-11-11 09:00"), "ends_at": at("2020-11-11 11:00")}
    site.fair.perform(SYSTEM, change, session_id=workshop.id, **later)
    expect(page.locator(".day-plan h2").last).to_have_text("Wednesday 11 November")
    expect(page.locator(f"#s-{workshop.id} .moved")).to_have_text("moved was Tue 10 Nov 13:00")
    site.fair.perform(SYSTEM, cancel, session_id=workshop.id)
    expect(page.locator(f"#s-{workshop.id} [data-session-state]")).to_have_text("cancelled")

    talk(site.fair, title=PANEL, starts_at=at("2020-11-09 21:00"), ends_at=at("2020-11-09 22:00"))
    expect(page.locator(".planned")).to_have_count(3)
    assert rows(page) == ["Sleep well", "Evening panel", "Hands on telemedicine"]


def test_first_session_fills_the_empty_page(page: Page, site: Site) -> None:
    enter(page, site, site.person("viewer@smc.example", role="viewer"))
    open_live(page, f"{site.page}/programme")
    expect(page.locator("#sessions")).to_contain_text("The programme is not announced yet.")
    talk(site.fair, title=PANEL)
    expect(page.locator(".planned h3 a")).to_have_text("Evening panel")
    expect(page.get_by_label("Kind")).to_be_visible()


def test_place_is_taken_given_up_and_taken_again(page: Page, site: Site, workshop: SessionRecord) -> None:
    viewer, other = (site.person(f"{name}@smc.example", role="viewer") for name in ("viewer", "other"))
    enter(page, site, viewer)
    open_live(page, f"{site.page}/programme")
    place = page.locator(f"#s-{workshop.id} .place-actions")
    expect(place).to_contain_text("1 of 1 places left")
    place.get_by_role("button", name="Register").click()
    expect(place).to_contain_text("you have a place")
    expect(place).to_contain_text("all 1 places are taken")

    place.get_by_role("button", name="Give up").click()
    expect(page.locator(".toast")).to_contain_text("You have given up your place.")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(place).to_contain_text("you have a place")

    other_api = site.client(other)
    assert other_api.post(f"/programme/{workshop.id}/registration")["state"] == "waiting"
    place.get_by_role("button", name="Give up").click()
    place.get_by_role("button", name="Wait for a place").click()
    expect(place).to_contain_text("you are on the waiting list")
    other_api.send("DELETE", f"/programme/{workshop.id}/registration")
    expect(place).to_contain_text("you have a place")


def test_who_has_a_place_is_told_that_it_begins_soon(
    page: Page, site: Site, workshop: SessionRecord, lecture: SessionRecord
) -> None:
    viewer = site.person("viewer@smc.example", role="viewer")
    site.client(viewer).post(f"/programme/{workshop.id}/registration")
    enter(page, site, viewer)
    open_live(page, f"{site.page}/programme")
    site.go("2020-11-10 12:57")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Hands on telemedicine begins in a few minutes.")
    toast.get_by_role("button", name="Go there").click()
    page.wait_for_url(f"{site.page}/watch/{workshop.id}")


def test_calendars_address_is_made_shown_once_and_ended(
    page: Page, site: Site, workshop: SessionRecord, lecture: SessionRecord
) -> None:
    viewer = site.person("viewer@smc.example", role="viewer")
    site.client(viewer).post(f"/programme/{workshop.id}/registration")
    enter(page, site, viewer)
    open_live(page, f"{site.page}/programme")
    page.get_by_text("In my calendar").click()
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Your calendar's address")
    expect(address).to_have_value(re.compile(f"^{site.url}/feeds/.+\\.ics$"))
    calendar = httpx.get(address.input_value())
    assert (calendar.status_code, calendar.text.count("SUMMARY:Hands on telemedicine")) == (200, 1)
    expect(page.locator("#feeds strong")).to_have_text("My sessions and meetings")
    assert axe_violations(page) == []
    page.locator("#feeds").get_by_role("button", name="End").click()
    page.locator("#feeds").get_by_role("button", name="End it?").click()
    expect(page.locator("#feeds li")).to_have_count(0)
    assert httpx.get(address.input_value()).status_code == 404


def test_programme_reads_well(
    page: Page, site: Site, lecture: SessionRecord, workshop: SessionRecord, screenshot: Callable[[str], Path]
) -> None:
    with_speaker(site.fair, lecture, "Kim Min-ji", "chair", affiliation={"en": "CHA", "original": "en"})
    site.fair.perform(SYSTEM, go_live, session_id=lecture.id)
    party = site.fair.buyer(zone="America/Sao_Paulo")
    enter(page, site, party.people[0])
    reads_well(page, f"{site.page}/programme", screenshot, "programme")
