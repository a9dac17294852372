"""The organiser plans a programme in a browser, from an empty page to a session that stands on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import enter, reads_well
from tests.web.site import Site


@pytest.fixture
def plan(site: Site, page: Page) -> Page:
    """The organiser's planning page."""
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/plan")
    return page


def add(page: Page, section: str, **fields: str) -> None:
    """Fill a section's form for something new, and send it."""
    new = page.locator(f"#{section}")
    if new.get_attribute("open") is None:
        new.locator("summary").first.click()
    for label, text in fields.items():
        new.get_by_label(label.replace("_", " "), exact=True).fill(text)
    new.locator("[type=submit]").click()


def test_programme_is_planned_from_nothing(plan: Page, site: Site) -> None:
    add(plan, "track-new", Name="시민 건강강좌", Short_name="lectures")
    expect(plan.locator("#tracks li strong")).to_have_text("시민 건강강좌")
    add(plan, "room-new", Name="Media Centre", Short_name="media", Seats_on_site="20")
    expect(plan.locator("#rooms li strong")).to_have_text("Media Centre")
    add(plan, "speaker-new", **{"Name_(한국어)": "박서준", "Name_(English)": "Park Seojun"})
    expect(plan.locator("#speakers li strong")).to_have_text("Park Seojun")

    new = plan.locator("#session-new")
    new.get_by_label("Track", exact=True).select_option("시민 건강강좌")
    new.get_by_label("Room", exact=True).select_option("Media Centre")
    new.get_by_label("Kind").select_option("Public lecture")
    new.get_by_label("Who may come").select_option("Everybody")
    add(plan, "session-new", Title_in_Korean="건강강좌: 척추", Title_in_English="The spine")
    row = plan.locator("#sessions li")
    expect(row.locator("strong")).to_have_text("The spine")
    expect(row.locator("[data-state]")).to_have_text("draft")
    row.get_by_role("button", name="Schedule The spine").click()
    expect(row.locator("[data-state]")).to_have_text("planned")
    (session,) = site.organiser_api.get("/programme")["sessions"]
    told = {name: session[name] for name in ("title", "kind", "track", "room", "audience", "state", "starts_at")}
    assert told == {
        "title": {"ko": "건강강좌: 척추", "en": "The spine", "original": "ko"},
        "kind": "public_lecture",
        "track": "lectures",
        "room": "media",
        "audience": "public",
        "state": "scheduled",
        "starts_at": "2020-11-09T01:00:00Z",
    }

    row.get_by_role("button", name="Take back The spine").click()
    row.get_by_role("button", name="Hide it from the programme? The spine").click()
    expect(row.locator("[data-state]")).to_have_text("draft")


@pytest.fixture
def lecture(site: Site) -> str:
    """A lecture with a speaker to choose."""
    site.organiser_api.post("/programme/speakers", {"name": {"en": "Park Seojun", "original": "en"}})
    plan = {
        "title": {"en": "The spine", "original": "en"},
        "kind": "public_lecture",
        "starts_at": "2020-11-09T19:00",
        "ends_at": "2020-11-09T19:40",
        "capacity": 20,
    }
    return str(site.organiser_api.post("/programme", plan)["id"])


def test_all_that_belongs_to_a_session_is_set(site: Site, plan: Page, lecture: str) -> None:
    plan.goto(f"{site.page}/plan/{lecture}")
    plan.get_by_label("Ends", exact=True).fill("2020-11-09T20:00")
    plan.get_by_label("Places, if they are limited").fill("")
    plan.get_by_role("button", name="Save").first.click()
    expect(plan.locator(".toast")).to_contain_text("Saved.")

    line_up = plan.locator("sent-list[data-name=parts]")
    line_up.get_by_role("button", name="Add somebody").click()
    line_up.get_by_label("As").select_option("chair")
    line_up.get_by_role("button", name="Save").click()
    ways = plan.locator("sent-list[data-name=channels]")
    for address, blocked in (
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "cn"),
        ("https://live.example/a.m3u8", ""),
    ):
        ways.get_by_role("button", name="Add a way").click()
        ways.get_by_label("Address").last.fill(address)
        ways.get_by_label("Blocked in").last.fill(blocked)
    ways.get_by_role("button", name="Up").last.click()
    ways.get_by_role("button", name="Save").click()
    expect(plan.locator(".toast")).to_contain_text("Saved.")

    floor = plan.locator("section[aria-labelledby=floor-title]")
    floor.get_by_label("Questions", exact=True).select_option("without names")
    floor.get_by_label("Chat", exact=True).uncheck()
    floor.get_by_role("button", name="Save").click()
    plan.get_by_text("Add something").click()
    plan.locator("#material-kind").select_option("Offer")
    plan.locator("#material-title").fill("Blood pressure monitor")
    plan.locator("#material-url").fill("https://shop.example/1")
    plan.locator("#material-price").fill("49.90")
    plan.locator("#material-currency").fill("usd")
    plan.locator("#material-new [type=submit]").click()
    material = plan.locator("#materials li")
    expect(material).to_contain_text("49.90")
    material.get_by_role("button", name="Show now").click()
    expect(material.locator(".chip.live")).to_have_text("shown now")

    session = site.organiser_api.get(f"/programme/{lecture}")
    assert (session["ends_at"], session["capacity"]) == ("2020-11-09T11:00:00Z", None)
    assert [part["role"] for part in session["parts"]] == ["chair"]
    ways_told = [(way["provider"], way["unreachable_in"]) for way in session["channels"]]
    assert ways_told == [("hls", []), ("youtube", ["CN"])]
    assert (session["floor"]["questions"], session["floor"]["chat"]) == ("anonymous", False)
    assert session["featured"] == session["materials"][0]["id"]


def test_what_is_wrong_is_said_beside_it(plan: Page, page_errors: list[str]) -> None:
    new = plan.locator("#session-new")
    new.get_by_label("Ends", exact=True).fill("2020-11-09T09:00")
    add(plan, "session-new", Title_in_English="Backwards")
    expect(new.get_by_role("alert")).to_contain_text("end")
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()


def test_planning_pages_read_well(site: Site, plan: Page, lecture: str, screenshot: Callable[[str], Path]) -> None:
    reads_well(plan, f"{site.page}/plan", screenshot, "plan")
    plan.set_viewport_size({"width": 1280, "height": 900})
    reads_well(plan, f"{site.page}/plan/{lecture}?lang=en", screenshot, "plan-session")


def test_programme_comes_from_a_file_after_a_look(plan: Page, site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "programme.csv"
    sheet.write_text(
        "제목,날짜,시간,장소,연사\n건강강좌: 심장,2020-11-10,19:00-19:40,미디어센터,이지아\n", encoding="utf-8"
    )
    plan.get_by_label("Bring one in").set_input_files(sheet)
    report = plan.locator("[data-report]")
    expect(report).to_contain_text("1 new")
    expect(report).to_contain_text("Tue 10 Nov 19:00 건강강좌: 심장")
    assert site.organiser_api.get("/programme")["sessions"] == []
    plan.get_by_role("button", name="Take it").click()
    row = plan.locator("#sessions li")
    expect(row.locator("strong")).to_have_text("건강강좌: 심장")
    expect(row.locator("[data-state]")).to_have_text("draft")
    with plan.expect_download() as download:
        plan.get_by_role("link", name="schedule.xml").click()
    assert download.value.suggested_filename == "smc-2020-programme.xml"
