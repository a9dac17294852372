from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.database import writing
from server.imports.tables import ImportFinding
from sessions.channels import Reading, StreamState
from sessions.streams import keep_readings
from tests.browser import axe_violations
from tests.factories import Fair, Party, at
from tests.web.conftest import enter, open_live
from tests.web.site import Site

NINE = "2020-11-09 09:00"


@pytest.fixture
def page(site: Site, page: Page) -> Page:
    """The page, closed before its server stops."""
    return page


@pytest.fixture
def clinic(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.exhibitor()
    site.name(party, {"ko": "차병원", "en": "CHA Clinic", "original": "ko"}, person="Kim Min-ji")
    return party


@pytest.fixture
def agency(site: Site, sqlite_fair: Fair) -> Party:
    party = sqlite_fair.buyer(zone="America/Sao_Paulo")
    site.name(party, {"en": "Viagens Brasil", "original": "en"}, person="Ana Souza")
    return party


@pytest.fixture
def board(page: Page, site: Site, clinic: Party, agency: Party) -> Page:
    """The organiser's live page, connected."""
    enter(page, site, site.organiser)
    open_live(page, site.page)
    return page


def figure(page: Page, key: str) -> Locator:
    return page.locator(f"[data-key={key}] [data-value]")


def set_meeting(site: Site, one: Party, other: Party, wall: str = NINE) -> dict[str, Any]:
    body = {"one": str(one.id), "other": str(other.id), "slot": str(site.fair.slot(wall))}
    meeting: dict[str, Any] = site.organiser_api.post("/meetings", body)
    return meeting


def plan_talk(site: Site, title: str, starts: str, ends: str) -> str:
    body = {
        "title": {"en": title, "original": "en"},
        "kind": "talk",
        "starts_at": at(starts).isoformat(),
        "ends_at": at(ends).isoformat(),
    }
    return str(site.organiser_api.post("/programme", body)["id"])


def add_finding(site: Site, party: Party) -> None:
    finding = ImportFinding(
        convention_id=site.fair.id,
        participation_id=party.id,
        kind="buyers",
        row=17,
        column="국가",
        field="country",
        value="中?",
        severity="look",
        code="damaged",
        reason="The cell is damaged.",
        proposal={"country": "CN", "zone": "Asia/Shanghai"},
        found_at=site.fair.clock.now(),
    )
    with writing(site.fair.engine) as connection, Session(connection) as db:
        db.add(finding)
        db.flush()


def test_figures_and_events_move_when_commands_happen(board: Page, site: Site, clinic: Party, agency: Party) -> None:
    expect(figure(board, "matched")).to_have_text("0")
    meeting = set_meeting(site, clinic, agency)
    expect(figure(board, "matched")).to_have_text("1")
    newest = board.locator("event-feed li").first
    expect(newest).to_have_text("09:00Meeting set: CHA Clinic – Viagens Brasil, Mon 9 Nov 09:00")
    expect(board.locator("meetings-now [data-next]")).to_have_text("Next: Mon 9 Nov 09:00, 1 to begin")

    site.go(NINE)
    for attendee in meeting["attendees"]:
        site.organiser_api.post(f"/meetings/{meeting['id']}/join", {"person": attendee["person"]})
    site.go("2020-11-09 09:07")
    site.organiser_api.post(f"/meetings/{meeting['id']}/leave", {"person": meeting["attendees"][0]["person"]})
    expect(figure(board, "in_progress")).to_have_text("1")
    expect(board.locator("meetings-now .minute")).to_have_text("minute 7 of 30")
    expect(board.locator("meetings-now .presence")).to_have_text(["not there", "there"])
    expect(board.locator("live-clock [data-time]")).to_contain_text("09:07")

    site.go("2020-11-09 09:30")
    expect(figure(board, "held")).to_have_text("1")
    expect(board.locator("meetings-now .meeting")).to_have_count(0)
    expect(newest).to_have_text("09:30Ended, held: CHA Clinic – Viagens Brasil")


def test_rescue_list_and_its_corrections(board: Page, site: Site, clinic: Party, agency: Party) -> None:
    meeting = set_meeting(site, clinic, agency)
    site.go(NINE)
    site.organiser_api.post(f"/meetings/{meeting['id']}/join", {"person": str(clinic.people[0])})
    site.go("2020-11-09 09:03")
    case = board.locator("rescue-desk [data-missing] li")
    expect(case.locator(".chip")).to_have_text("missing, minute 3")
    expect(case.locator("strong")).to_have_text("Viagens Brasil")
    expect(case).to_contain_text("their clock: Sun 8 Nov 21:03")
    expect(figure(board, "not_joined")).to_have_text("1")
    site.go("2020-11-09 09:10")
    expect(case.locator(".chip")).to_have_text("no-show, minute 10")

    case.get_by_role("button", name="Joined after all").click()
    expect(case).to_have_count(0)
    expect(figure(board, "no_show")).to_have_text("0")
    seats = {a["person"]: a["present"] for a in site.organiser_api.get("/meetings")["items"][0]["attendees"]}
    assert seats == {str(clinic.people[0]): True, str(agency.people[0]): True}

    other = set_meeting(site, clinic, agency, "2020-11-09 11:20")
    site.go("2020-11-09 11:50")
    board.locator("rescue-desk summary").click()
    board.get_by_role("button", name="Handled offline").click()
    expect(board.locator("rescue-desk [data-ended] li")).to_have_count(0)
    judged = {m["id"]: (m["outcome"], m["outcome_source"]) for m in site.organiser_api.get("/meetings")["items"]}
    assert judged == {meeting["id"]: ("held", "measured"), other["id"]: ("handled_offline", "staff")}


def test_dropped_connection_catches_up_without_reload(board: Page, site: Site, clinic: Party, agency: Party) -> None:
    board.evaluate("window.stillHere = true")
    set_meeting(site, clinic, agency)
    expect(figure(board, "matched")).to_have_text("1")

    assert site.cut() == 1
    set_meeting(site, clinic, agency, "2020-11-09 11:20")
    expect(figure(board, "matched")).to_have_text("2")
    expect(board.locator("event-feed li")).to_have_count(2)
    assert board.evaluate("window.stillHere") is True


def test_restarted_server_is_found_again(
    board: Page, site: Site, clinic: Party, agency: Party, page_errors: list[str]
) -> None:
    board.evaluate("window.stillHere = true")
    site.stop()
    expect(board.locator("live-connection")).to_contain_text("reconnecting, last update")
    site.start()
    set_meeting(site, clinic, agency)
    expect(figure(board, "matched")).to_have_text("1")
    expect(board.locator("live-connection")).to_have_text("live")
    expect(board.locator("event-feed li")).to_have_count(1)
    assert board.evaluate("window.stillHere") is True
    assert all("ERR_CONNECTION" in error for error in page_errors)
    page_errors.clear()


def test_ended_login_is_said(board: Page, site: Site, page_errors: list[str]) -> None:
    cookies = {cookie["name"]: cookie["value"] for cookie in board.context.cookies()}
    httpx.post(f"{site.url}/api/v1/sign-out", cookies=cookies, headers={"origin": site.url}).raise_for_status()
    expect(board.locator("live-connection")).to_have_text("signed out")
    expect(board.locator(".toast")).to_contain_text("You are signed out. Open your sign-in link again.")
    assert ["401" in error for error in page_errors] == [True]
    page_errors.clear()


def test_events_take_over_where_websockets_break(page: Page, site: Site, clinic: Party, agency: Party) -> None:
    def break_off(socket: WebSocketRoute) -> None:
        socket.close()

    page.route_web_socket("**/live", break_off)
    enter(page, site, site.organiser)
    with page.expect_request("**/events?topics=organiser"):
        page.goto(site.page)
    page.locator("live-connection[data-state=live]").wait_for()
    set_meeting(site, clinic, agency)
    told = ["09:00Meeting set: CHA Clinic – Viagens Brasil, Mon 9 Nov 09:00"]
    expect(page.locator("event-feed li")).to_have_text(told)


def test_programme_is_run_and_its_viewers_are_charted(board: Page, site: Site) -> None:
    talk = plan_talk(site, "Patients without borders", "2020-11-09 10:00", "2020-11-09 11:00")
    site.go("2020-11-09 09:58")
    row = board.locator("live-sessions li")
    expect(row.locator("strong")).to_have_text("Patients without borders")
    row.get_by_role("button").click()
    row.get_by_role("button", name="Go live now?").click()
    expect(row.locator(".chip")).to_have_text("live now")

    viewer = site.person("viewer@smc.example", role="viewer")
    with site.watching(viewer, talk):
        site.settle()
        for minute in range(59, 62):
            site.go(f"2020-11-09 {9 + minute // 60:02}:{minute % 60:02}")
        expect(figure(board, "concurrent")).to_have_text("1")
        expect(row.locator(".watching")).to_have_text("1 watching")
        expect(board.locator("viewers-countries .name")).to_have_text(["Unknown"])
    board.reload()
    board.locator("viewers-chart summary").click()
    cells = board.locator("viewers-chart details td")
    expect(cells).to_have_text(["09:59", "1", "10:00", "1", "10:01", "1"])
    expect(board.locator("viewers-chart canvas")).to_be_visible()
    row.get_by_role("button", name="End").click()
    row.get_by_role("button", name="End it now?").click()
    expect(row.locator(".chip")).to_have_text("ended")
    row.get_by_role("link", name="Patients without borders").click()
    expect(board).to_have_url(f"{site.page}/backstage/{talk}")


def test_viewers_are_charted_of_all_sessions_and_of_each(board: Page, site: Site) -> None:
    talks = [plan_talk(site, title, "2020-11-09 10:00", "2020-11-09 10:02") for title in ("One", "Other")]
    viewer = site.person("viewer@smc.example", role="viewer")
    site.go("2020-11-09 10:00")
    with site.watching(viewer, talks[0]), site.watching(site.organiser, talks[0]), site.watching(viewer, talks[1]):
        site.settle()
        for minute in (1, 2):
            site.go(f"2020-11-09 10:0{minute}")
        site.settle()
    board.reload()
    board.locator("viewers-chart summary").click()
    cells = board.locator("viewers-chart details td")
    expect(cells).to_have_text(["10:01", "3", "10:02", "3"])
    board.get_by_label("Session").first.select_option("One")
    expect(cells).to_have_text(["10:01", "2", "10:02", "2"])
    board.get_by_label("Session").first.select_option("Other")
    expect(cells).to_have_text(["10:01", "1", "10:02", "1"])


def test_viewers_elsewhere_stand_apart_with_their_age(board: Page, site: Site) -> None:
    talk = plan_talk(site, "Patients without borders", "2020-11-09 10:00", "2020-11-09 10:30")
    ways = [{"kind": "video", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"}]
    site.organiser_api.send("PUT", f"/programme/{talk}/channels", {"channels": ways})
    site.go("2020-11-09 10:00")
    (channel,) = site.organiser_api.get(f"/programme/{talk}")["channels"]
    elsewhere = board.locator("outside-viewers")
    expect(elsewhere).to_be_hidden()
    said = {UUID(channel["id"]): Reading(StreamState.LIVE, concurrent=1200)}
    site.fair.perform(SYSTEM, keep_readings, said, real_now=site.fair.clock.real_now())
    site.go("2020-11-09 10:01")
    expect(elsewhere.locator("li")).to_contain_text("Patients without borders")
    expect(elsewhere.locator("li")).to_contain_text("YouTube: 1,200 watching, counted")
    expect(figure(board, "concurrent")).to_have_text("0")


def test_party_that_needs_a_look_is_confirmed(
    board: Page, site: Site, sqlite_fair: Fair, page_errors: list[str]
) -> None:
    party = sqlite_fair.buyer(needs_look=["country"])
    site.name(party, {"zh": "美丽旅行社", "original": "zh"}, zone=None)
    add_finding(site, party)
    board.reload()
    expect(figure(board, "needs_look")).to_have_text("1")
    look = board.locator("#looks details")
    expect(look).to_contain_text("Row 17, 국가: 中? The cell is damaged. Proposal: CN, Asia/Shanghai")
    zone = look.get_by_label("Time zone")
    zone.fill("Mars/Olympus")
    look.get_by_role("button", name="Confirm").click()
    expect(board.locator(".toast")).to_contain_text("That could not be understood.")
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()

    zone.fill("Asia/Shanghai")
    look.get_by_role("button", name="Confirm").click()
    expect(board.locator("#looks")).to_have_text("Nothing: every party is confirmed.")
    expect(figure(board, "needs_look")).to_have_text("0")
    shown = site.organiser_api.get(f"/parties/{party.id}")
    assert (shown["country"], shown["zone"], shown["needs_look"]) == ("CN", "Asia/Shanghai", [])


def test_every_figure_tells_its_definition(board: Page, site: Site) -> None:
    told = site.organiser_api.get("/figures")["definitions"]
    meanings = board.locator(".figure .meaning")
    assert all(not meaning.is_visible() for meaning in meanings.all())
    held = board.locator("[data-key=held]")
    held.get_by_role("button").focus()
    expect(held.locator(".meaning")).to_be_visible()
    assert held.locator(".meaning").inner_text() == told["held"]["definition"]["en"]
    board.keyboard.press("Escape")
    expect(held.locator(".meaning")).to_be_hidden()
    board.get_by_label("Show what each figure means").check()
    expect(meanings).to_have_count(18)
    assert all(meaning.is_visible() and meaning.inner_text() for meaning in meanings.all())


def test_page_reads_well_everywhere(
    board: Page, site: Site, clinic: Party, agency: Party, screenshot: Callable[[str], Path]
) -> None:
    set_meeting(site, clinic, agency)
    plan_talk(site, "Patients without borders", NINE, "2020-11-09 11:00")
    site.go("2020-11-09 09:04")
    expect(board.locator("rescue-desk [data-missing] li")).to_have_count(2)
    for scheme in ("light", "dark"):
        board.emulate_media(color_scheme=scheme)
        assert axe_violations(board) == []
        screenshot(f"organiser-{scheme}")
    board.set_viewport_size({"width": 390, "height": 844})
    assert axe_violations(board) == []
    assert board.evaluate("document.documentElement.scrollWidth") == 390
    screenshot("organiser-phone")
    board.get_by_role("link", name="한국어").click()
    board.locator("live-connection[data-state=live]").wait_for()
    expect(board.get_by_role("heading", level=1)).to_have_text("실시간 현황")
    expect(board.locator("rescue-desk [data-missing] strong").first).to_have_text("차병원")
    assert board.evaluate("document.documentElement.lang") == "ko"
    assert axe_violations(board) == []
    screenshot("organiser-korean")


def test_scripts_keep_up_by_the_one_rule(board: Page, site: Site, clinic: Party, agency: Party) -> None:
    """The page's own records, after events, equal a fresh snapshot's."""
    meeting = set_meeting(site, clinic, agency)
    site.go(NINE)
    site.organiser_api.post(f"/meetings/{meeting['id']}/join", {"person": str(clinic.people[0])})
    site.go("2020-11-09 09:30")
    expect(board.locator("event-feed li").first).to_contain_text("Ended, not held")
    held = board.evaluate("document.querySelector('madang-live').records('meeting')")
    assert held == {meeting["id"]: site.organiser_api.get("/meetings")["items"][0]}


def test_figures_from_elsewhere_are_entered_and_taken_back_and_stand_apart(board: Page, site: Site) -> None:
    plan_talk(site, "Opening", NINE, "2020-11-09 09:30")
    panel = board.get_by_role("region", name="Counted elsewhere")
    expect(panel.get_by_text("Nothing has been entered.")).to_be_visible()
    panel.get_by_text("Enter a figure").click()
    panel.get_by_label("Figure").select_option("Peak")
    panel.get_by_label("Number").fill("1234")
    panel.get_by_label("Source").fill("YouTube Studio")
    panel.get_by_label("As of").fill("2020-11-09T09:30")
    panel.get_by_role("button", name="Enter", exact=True).click()
    expect(panel.get_by_role("listitem")).to_contain_text("Peak: 1234")
    expect(panel.get_by_role("listitem")).to_contain_text("YouTube Studio, as of 9 Nov 2020, 09:30")
    expect(figure(board, "peak")).to_have_text("0")
    take_back = panel.get_by_role("button", name="Take back YouTube Studio")
    take_back.click()
    panel.get_by_role("button", name="Take it back?").click()
    expect(panel.get_by_text("Nothing has been entered.")).to_be_visible()
    assert site.organiser_api.get("/figures/reported") == []
