"""The watch page in a real browser. Streams elsewhere are answered by the test: nothing leaves this machine."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.accounts.actors import SYSTEM
from sessions.channels import ChannelKind, Reading, StreamState
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules
from sessions.programme import AudienceKind, Kind, plan
from sessions.running import end, go_live, pause, show_again
from sessions.streams import Channel, keep_readings, set_channels
from tests.browser import axe_violations, watch
from tests.factories import Fair, at
from tests.sessions.programme import TITLE, talk
from tests.web.conftest import enter, open_live
from tests.web.site import Program, Site, floor_of, served
from tests.web.streams import (
    A_SECOND_OF_COLOURS,
    CAPTIONS,
    VIDEO,
    YOUTUBE,
    Playlists,
    answer_for_streams,
    forgive_streams,
)
from tests.web.test_hostile_names import EVIL


@pytest.fixture
def site(sqlite_fair: Fair, sqlite_url: str) -> Iterator[Site]:
    """A convention whose streams may come from this machine, as the fake ones do."""
    with served(sqlite_fair, sqlite_url, streams_from_loopback=True) as site:
        yield site


@pytest.fixture
def streams() -> Iterator[Playlists]:
    found = Playlists()
    Thread(target=found.server.serve_forever).start()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def page(site: Site, streams: Playlists, page: Page, page_errors: list[str]) -> Iterator[Page]:
    """The page, closed before the servers stop, and for which there are YouTube and a captions' page."""
    answer_for_streams(page)
    yield page
    forgive_streams(page, page_errors)


@pytest.fixture
def playlists(streams: Playlists) -> str:
    """Where the playlists are."""
    return streams.address


def picture(page: Page) -> Locator:
    return page.locator(".picture > *")


def test_page_may_show_the_streams_of_its_session_and_no_others(site: Site, session: SessionRecord) -> None:
    another = talk(site.fair, audience=AudienceKind.PUBLIC)
    ways = [
        Channel(kind=ChannelKind.VIDEO, url="https://cdn.example/live.m3u8"),
        Channel(kind=ChannelKind.VIDEO, url=VIDEO),
        Channel(kind=ChannelKind.CAPTIONS, url=f"{CAPTIONS}/1"),
        Channel(kind=ChannelKind.VIDEO, url="https://zoom.us/j/1"),
    ]
    site.fair.perform(SYSTEM, set_channels, another.id, ways)
    policies = {
        found.id: httpx.get(f"{site.url}/p/smc-2020/{found.id}").headers["content-security-policy"].split("; ")
        for found in (session, another)
    }
    strict = ["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:"]
    rest = ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
    assert policies == {
        session.id: [*strict, f"connect-src 'self' {YOUTUBE}", "media-src 'self' blob:", f"frame-src {YOUTUBE}", *rest],
        another.id: [
            *strict,
            f"connect-src 'self' {CAPTIONS} {YOUTUBE} https://cdn.example",
            "media-src 'self' blob: https://cdn.example",
            f"frame-src {CAPTIONS} {YOUTUBE}",
            *rest,
        ],
    }


def test_session_runs_before_ones_eyes(page: Page, site: Site, session: SessionRecord, viewer: UUID) -> None:
    site.fair.clock.move_to(at("2020-11-09 09:00"))
    enter(page, site, viewer)
    open_live(page, f"{site.page}/watch/{session.id}")
    curtain = page.locator("[data-curtain]")
    expect(curtain).to_contain_text("It has not begun.")
    expect(curtain).to_contain_text("We begin after the coffee.")
    expect(curtain.locator("[data-countdown]")).to_have_text("in 1:00:00")

    site.go("2020-11-09 09:57")
    expect(page.locator(".toast")).to_contain_text("It begins in a few minutes.")
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    expect(picture(page)).to_have_attribute("src", f"{YOUTUBE}/embed/abcdefghijk?enablejsapi=1&rel=0")
    expect(page.frame_locator(".picture iframe").locator("p")).to_have_text("YouTube plays")
    expect(curtain).to_be_hidden()
    site.settle()
    expect(page.locator("[data-concurrent]")).to_have_text("1 watching here")

    site.fair.perform(SYSTEM, pause, session_id=session.id)
    expect(curtain).to_contain_text("There is a break. It goes on soon.")
    expect(picture(page)).to_have_count(0)
    site.fair.perform(SYSTEM, end, session_id=session.id)
    expect(curtain).to_contain_text("It is over. Thank you for coming.")

    site.organiser_api.post(
        floor_of(session, "materials"),
        {"kind": "replay", "title": {"en": "The recording", "original": "en"}, "url": "https://youtu.be/ABCDEFGHIJK"},
    )
    site.fair.perform(SYSTEM, show_again, session_id=session.id)
    expect(picture(page)).to_have_attribute("src", f"{YOUTUBE}/embed/ABCDEFGHIJK?enablejsapi=1&rel=0")


def test_next_way_is_offered_where_the_first_does_not_answer(
    page: Page, site: Site, session: SessionRecord, viewer: UUID, playlists: str, page_errors: list[str]
) -> None:
    ways = [
        Channel(kind=ChannelKind.VIDEO, url=VIDEO, language="ko"),
        Channel(kind=ChannelKind.VIDEO, url=f"{playlists}/live.m3u8", language="en"),
        Channel(kind=ChannelKind.VIDEO, url="https://zoom.us/j/1", language="en"),
    ]
    site.fair.perform(SYSTEM, set_channels, session.id, ways)
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    page.unroute(f"{YOUTUBE}/**")
    page.route(f"{YOUTUBE}/**", lambda route: route.abort())
    enter(page, site, viewer)
    open_live(page, f"{site.page}/watch/{session.id}")
    expect(page.locator(".picture video")).to_be_visible()
    expect(page.locator("[data-note]")).to_have_text(
        "The first stream does not answer in your network. This is another one."
    )
    choices = page.get_by_role("group", name="Stream").get_by_role("button")
    expect(choices).to_have_text(["1 · YouTube · Korean", "2 · direct · English", "3 · Zoom · English"])
    assert [choice.get_attribute("aria-pressed") for choice in choices.all()] == ["false", "true", "false"]
    choices.last.click()
    expect(page.get_by_role("link", name="Open in Zoom")).to_have_attribute("href", "https://zoom.us/j/1")
    assert page_errors.count("Failed to load resource: net::ERR_FAILED") >= 1
    page_errors[:] = [error for error in page_errors if "ERR_FAILED" not in error]


def test_reader_whose_country_blocks_a_way_is_offered_another_first(
    page: Page, site: Site, session: SessionRecord, playlists: str
) -> None:
    blocked = Channel(kind=ChannelKind.VIDEO, url=VIDEO, unreachable_in=("CN",))
    ways = [blocked, Channel(kind=ChannelKind.VIDEO, url=f"{playlists}/live.m3u8")]
    site.fair.perform(SYSTEM, set_channels, session.id, ways)
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    buyer = site.fair.buyer()
    site.name(buyer, {"en": "Meili", "original": "en"}, country="CN")
    enter(page, site, buyer.people[0])
    open_live(page, f"{site.page}/watch/{session.id}")
    expect(page.locator(".picture video")).to_be_visible()
    expect(page.locator("[data-note]")).to_be_hidden()


def test_captions_sign_language_and_interpreters_are_beside_the_picture(
    page: Page, site: Site, session: SessionRecord, viewer: UUID, playlists: str
) -> None:
    ways = [
        Channel(kind=ChannelKind.VIDEO, url=f"{playlists}/live.m3u8"),
        Channel(kind=ChannelKind.SIGN, url=VIDEO, language="ko"),
        Channel(kind=ChannelKind.CAPTIONS, url=f"{CAPTIONS}/1", language="en"),
        Channel(kind=ChannelKind.AUDIO, url=f"{playlists}/en.m3u8", language="en"),
    ]
    site.fair.perform(SYSTEM, set_channels, session.id, ways)
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    enter(page, site, viewer)
    open_live(page, f"{site.page}/watch/{session.id}")
    page.locator(".picture video").wait_for()
    for group in ("Sign language", "Captions", "Interpreters"):
        page.get_by_role("group", name=group).get_by_role("button").click()
    expect(page.frame_locator(".sign iframe").locator("p")).to_have_text("YouTube plays")
    expect(page.frame_locator(".captions iframe").locator("p")).to_have_text("What is said")
    expect(page.locator(".audio audio")).to_be_visible()
    assert page.locator(".picture video").evaluate("video => video.muted") is True
    assert axe_violations(page) == []
    page.get_by_role("group", name="Interpreters").get_by_role("button").click()
    expect(page.locator(".audio")).to_have_count(0)
    assert page.locator(".picture video").evaluate("video => video.muted") is False


def test_what_is_watched_goes_on_when_another_way_is_added(stage: Page, site: Site, session: SessionRecord) -> None:
    playing = picture(stage)
    playing.evaluate("frame => { frame.dataset.same = 'yes' }")
    ways = [
        Channel(kind=ChannelKind.VIDEO, url=VIDEO, language="ko"),
        Channel(kind=ChannelKind.CAPTIONS, url=f"{CAPTIONS}/1", language="en"),
    ]
    site.fair.perform(SYSTEM, set_channels, session.id, ways)
    expect(stage.get_by_role("group", name="Captions")).to_be_visible()
    expect(playing).to_have_attribute("data-same", "yes")
    toast = stage.locator(".toast", has_text="There is a new way to watch.")  # this page may not show its origin yet
    toast.get_by_role("button", name="Load again").click()
    stage.get_by_role("group", name="Captions").get_by_role("button").click()
    expect(stage.frame_locator(".captions iframe").locator("p")).to_have_text("What is said")


def test_playlist_is_really_played(
    page: Page, site: Site, session: SessionRecord, viewer: UUID, streams: Playlists
) -> None:
    streams.keep("/show.m3u8", b64decode(page.evaluate(A_SECOND_OF_COLOURS)))
    ways = [Channel(kind=ChannelKind.VIDEO, url=f"{streams.address}/show.m3u8")]
    site.fair.perform(SYSTEM, set_channels, session.id, ways)
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    enter(page, site, viewer)
    open_live(page, f"{site.page}/watch/{session.id}")
    video = page.locator(".picture video")
    video.evaluate(
        """video => {
          video.muted = true;
          return new Promise((done) => {
            video.addEventListener("timeupdate", () => video.currentTime > 0.3 && done());
            video.play();
          });
        }"""
    )
    assert video.evaluate("video => [video.videoWidth, video.videoHeight]") == [320, 180]


def test_figures_of_other_streams_stand_apart(stage: Page, site: Site, session: SessionRecord) -> None:
    [channel] = site.organiser_api.get(f"/programme/{session.id}")["channels"]
    read = datetime.now(UTC)
    said = {UUID(channel["id"]): Reading(StreamState.LIVE, concurrent=1234)}
    site.fair.perform(SYSTEM, keep_readings, said, read)
    site.settle()
    expect(stage.locator("[data-outside]")).to_contain_text("YouTube: 1,234 watching, counted")
    expect(stage.locator("[data-concurrent]")).to_have_text("1 watching here")


def test_what_was_missed_is_there_after_a_break(
    stage: Page, site: Site, session: SessionRecord, other: Program, page_errors: list[str]
) -> None:
    stage.get_by_role("tab", name="Chat").click()
    site.stop()
    expect(stage.locator("live-connection")).to_contain_text("reconnecting")
    site.start()
    other.post(floor_of(session, "chat"), {"text": "You missed this"})
    expect(stage.locator(".line")).to_contain_text("You missed this")
    expect(stage.locator("live-connection")).to_have_text("live")
    page_errors[:] = [error for error in page_errors if "ERR_CONNECTION_REFUSED" not in error]


def test_guest_watches_reads_and_reacts(
    browser: Browser, site: Site, session: SessionRecord, other: Program, page_errors: list[str]
) -> None:
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    other.post(floor_of(session, "questions"), {"text": "And the prices?"})
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page = context.new_page()
    watch(page, page_errors)
    answer_for_streams(page)
    address = f"/p/smc-2020/{session.id}"
    open_live(page, site.url + address)
    expect(page.locator(".stage-line .when span:visible")).to_have_text(["02:00–02:30", "Seoul 10:00–10:30"])
    expect(page.frame_locator(".picture iframe").locator("p")).to_have_text("YouTube plays")
    expect(page.locator(".question .said")).to_have_text("And the prices?")
    page.get_by_role("button", name="Love it").click()
    expect(page.get_by_role("button", name="Love it").locator("[data-count]")).to_have_text("1")
    expect(page.locator("[data-concurrent]")).to_have_text("1 watching here")
    ask = page.get_by_role("link", name="Sign in to ask or vote")
    expect(ask).to_have_attribute("href", f"/sign-in?back={address}")
    assert axe_violations(page) == []
    page.reload()
    site.settle()
    expect(page.locator("[data-concurrent]")).to_have_text("1 watching here")
    forgive_streams(page, page_errors)
    context.close()


def test_guest_behind_a_network_that_breaks_websockets_follows_too(
    browser: Browser, site: Site, session: SessionRecord, other: Program
) -> None:
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    answer_for_streams(page)
    page.route_web_socket(re.compile(r"/live"), lambda socket: socket.close())
    open_live(page, f"{site.url}/p/smc-2020/{session.id}")
    other.post(floor_of(session, "questions"), {"text": "And the prices?"})
    expect(page.locator(".question .said")).to_have_text("And the prices?")
    forgive_streams(page, [])
    context.close()


def test_titles_and_questions_are_text(page: Page, site: Site, viewer: UUID, other: Program) -> None:
    evil = {"en": EVIL, "original": "en"}
    made = talk(site.fair, title=evil, abstract=evil, notice=evil, floor=FloorRules(moderated=False))
    other.post(floor_of(made, "questions"), {"text": EVIL})
    other.post(floor_of(made, "chat"), {"text": EVIL})
    site.organiser_api.post("/announcements", {"text": evil})
    enter(page, site, viewer)
    for address in (f"{site.page}/watch/{made.id}", f"{site.page}/programme"):
        open_live(page, address)
        if "watch" in address:
            expect(page.locator(".question .said")).to_have_text(EVIL)
            expect(page.locator(".announcement p")).to_have_text(EVIL)
        expect(page.get_by_text(EVIL).first).to_be_visible()
        expect(page.locator("main img[src=x]")).to_have_count(0)


def test_who_has_no_place_is_told_how_to_get_one(page: Page, site: Site, viewer: UUID) -> None:
    workshop = site.fair.perform(
        SYSTEM,
        plan,
        title=TITLE,
        kind=Kind.WORKSHOP,
        starts_at=at("2020-11-09 10:00"),
        ends_at=at("2020-11-09 11:00"),
        registers=True,
    )
    enter(page, site, viewer)
    open_live(page, f"{site.page}/watch/{workshop.id}")
    expect(page.locator(".stage-head .notice")).to_have_text("Who has a place can watch this session.")
    expect(page.locator("session-floor")).to_have_count(0)
    page.get_by_role("button", name="Register").click()
    expect(page.locator("session-floor")).to_be_visible()


def test_tabs_are_moved_through_by_keys(stage: Page) -> None:
    stage.get_by_role("tab", name="Questions").focus()
    stage.keyboard.press("ArrowRight")
    expect(stage.get_by_role("tabpanel", name="Chat")).to_be_visible()
    stage.keyboard.press("End")
    expect(stage.get_by_role("tabpanel", name="Polls")).to_be_visible()
    stage.keyboard.press("ArrowRight")
    expect(stage.get_by_role("tabpanel", name="Questions")).to_be_visible()
    expect(stage.get_by_role("tab", name="Questions")).to_be_focused()


def test_page_reads_well(
    stage: Page, site: Site, session: SessionRecord, other: Program, screenshot: Callable[[str], Path]
) -> None:
    other.post(floor_of(session, "questions"), {"text": "And the prices?"})
    stage.locator(".question").wait_for()
    for scheme in ("light", "dark"):
        stage.emulate_media(color_scheme=scheme)
        assert axe_violations(stage) == []
        screenshot(f"watch-{scheme}")
    stage.set_viewport_size({"width": 390, "height": 844})
    stage.locator("[data-language]").click()
    stage.locator(".question").wait_for()
    assert stage.evaluate("document.documentElement.lang") == "ko"
    assert axe_violations(stage) == []
    assert stage.evaluate("document.documentElement.scrollWidth") == 390
    screenshot("watch-korean-phone")
