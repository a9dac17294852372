"""A session run and moderated from backstage, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Page, expect

from server.accounts.actors import SYSTEM
from sessions.channels import ChannelKind, Reading, StreamState, Trouble
from sessions.streams import Channel, keep_readings, set_channels
from tests.browser import axe_violations
from tests.web.backstage import ask, backstage, contest, press, put_in, somebody, states
from tests.web.conftest import enter, open_live, reads_well
from tests.web.site import Site
from tests.web.test_hostile_names import EVIL


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


def test_session_is_run_by_its_buttons(desk: Page, site: Site, spine: str) -> None:
    spans = desk.locator("[data-spans] dt")
    expect(desk.locator("[data-chip]")).to_have_text("planned")
    expect(spans).to_have_text(["Begins in", "Planned for"])
    site.go("2020-11-09 09:55")
    # The page finds out after a moment that this clock stands still.
    expect(desk.locator("[data-spans] dd").first).to_have_text(re.compile(r"^(05:00|04:5\d)$"))
    press(desk, "Go live", "Go live now?")
    expect(desk.locator("[data-chip]")).to_have_text("live now")
    expect(spans).to_have_text(["Running for", "Left"])
    press(desk, "Pause")
    expect(spans).to_have_text(["Running for", "Left", "Paused for"])
    press(desk, "Go on")
    press(desk, "End", "End it now?")
    expect(desk.locator("[data-chip]")).to_have_text("ended")
    press(desk, "Go on after all")
    expect(desk.locator("[data-chip]")).to_have_text("live now")
    press(desk, "End", "End it now?")
    expect(desk.locator("#attendance a")).to_have_text(["XLSX", "CSV"])
    with desk.expect_download() as downloaded:
        desk.get_by_role("link", name="CSV").click()
    assert downloaded.value.path().read_text(encoding="utf-8-sig").startswith('"Name",')
    press(desk, "Show the replay")
    expect(desk.locator("[data-chip]")).to_have_text("replay")
    desk.get_by_text("Holding message").click()
    desk.get_by_label("Notice in English").fill("We are back at three.")
    desk.locator(".run-notice").get_by_role("button", name="Save").click()
    expect(desk.locator(".toast")).to_contain_text("Saved.")
    told = site.organiser_api.get(f"/programme/{spine}")
    assert (told["state"], told["notice"]) == ("replay", {"en": "We are back at three.", "original": "en"})


def test_questions_wait_for_a_moderator(desk: Page, site: Site, spine: str) -> None:
    asking = site.client(somebody(site, "Ana Souza"))
    for text in ("Does it hurt?", "Buy my watches", "How long does it take?"):
        ask(asking, spine, text)
    questions = desk.locator("question-desk")
    expect(questions.locator("[data-status]")).to_have_text("3 questions wait")
    waiting, standing = questions.locator("[data-waiting] > li"), questions.locator("[data-standing] > li")
    expect(waiting.locator(".said")).to_have_text(["Does it hurt?", "Buy my watches", "How long does it take?"])
    expect(waiting.first.locator(".small-line")).to_have_text("Ana Souza · wanted by 0")
    press(waiting.nth(1), "Hide Buy my watches")
    press(waiting.nth(0), "Let it stand Does it hurt?")
    expect(standing.locator(".said")).to_have_text(["Does it hurt?"])
    expect(questions.locator("[data-status]")).to_have_text("1 question waits")

    waiting.get_by_text("Answer by text").click()
    waiting.get_by_label("Answer, for everybody to read").fill("Half an hour.")
    press(waiting, "Send the answer")
    expect(standing.locator(".answer:visible")).to_have_text(["Half an hour."])
    press(standing.first, "Pin Does it hurt?")
    expect(standing.first.locator(".chip:visible")).to_have_text("pinned")
    press(standing.first, "Hide Does it hurt?")
    expect(standing.locator(".said")).to_have_text(["How long does it take?"])
    press(desk, "Undo")
    expect(standing.locator(".said")).to_have_text(["Does it hurt?", "How long does it take?"])
    press(standing.first, "Answered live Does it hurt?")
    expect(standing.first.locator(".chip:visible")).to_have_text(["answered live"])
    assert sorted(states(site.organiser_api, spine, "questions")) == ["answered", "answered", "hidden"]


def test_chat_is_moderated_and_who_disturbs_is_muted(desk: Page, site: Site, spine: str) -> None:
    saying = site.client(somebody(site, "Ana Souza"))
    for text in ("Good morning", "Come to my casino"):
        saying.post(f"/programme/{spine}/chat", {"text": text})
    chat = desk.locator("chat-desk")
    expect(chat.locator("[data-status]")).to_have_text("1 line is held")
    held, shown = chat.locator("[data-held] > li"), chat.locator("[data-shown] > li")
    expect(held.locator(".said")).to_have_text(["Come to my casino"])
    expect(shown.locator("strong")).to_have_text(["Ana Souza"])
    held.get_by_text("Mute").click()
    press(held, "for 10 minutes")
    expect(chat.locator("mute-list li .said")).to_have_text(["Come to my casino"])
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        saying.post(f"/programme/{spine}/chat", {"text": "Hello?"})
    press(held, "Hide Come to my casino")
    expect(held).to_have_count(0)
    press(shown, "Hide Good morning")
    expect(shown).to_have_count(0)
    press(desk.locator(".toast"), "Let it stand")
    expect(shown.locator(".said")).to_have_text(["Good morning"])
    press(chat, "Let them write")
    expect(chat.locator("mute-list")).to_be_hidden()
    saying.post(f"/programme/{spine}/chat", {"text": "Hello again"})
    expect(shown.locator(".said")).to_have_text(["Hello again", "Good morning"])


def test_poll_is_made_changed_opened_and_closed(desk: Page, site: Site, spine: str) -> None:
    polls = desk.locator("poll-desk")
    polls.get_by_text("Make a poll").click()
    new = polls.locator("[data-new]")
    new.get_by_label("Question in English").fill("Where does it hurt?")
    new.get_by_label("Question in 한국어").fill("어디가 아픈가요?")
    new.get_by_label("Choices in English").fill("Neck\nBack")
    new.get_by_label("Choices in 한국어").fill("목\n허리")
    new.get_by_label("everybody sees the results").uncheck()
    press(new, "Save the draft")
    poll = polls.locator("[data-rows] > li")
    expect(poll.locator(".case-head .chip")).to_have_text(["draft", "only you see the results"])
    poll.get_by_text("Change").click()
    poll.get_by_label("What is chosen").select_option("some of several")
    poll.get_by_label("Choices in English").fill("Neck\nBack\nNowhere")
    poll.get_by_label("How many at most").fill("2")
    press(poll, "Save the draft")
    expect(poll.locator("form")).to_be_hidden()
    (told,) = site.organiser_api.get(f"/programme/{spine}/polls")
    assert (told["kind"], told["most"]) == ("multiple", 2)
    assert told["wording"] == [
        {"ko": "목", "en": "Neck", "original": "ko"},
        {"ko": "허리", "en": "Back", "original": "ko"},
        {"en": "Nowhere", "original": "en"},
    ]

    press(poll, "Open Where does it hurt?")
    expect(poll.locator(".chip.live")).to_have_text("open")
    voting = site.client(somebody(site, "Ana Souza"))
    voting.post(f"/programme/{spine}/polls/{told['id']}/vote", {"choice": ["0", "1"]})
    expect(poll.locator("tbody tr")).to_have_text(["Neck150 %", "Back150 %", "Nowhere00 %"])
    press(poll, "Show the results")
    expect(poll.locator(".case-head .chip")).to_have_text(["open", "everybody sees the results"])
    press(poll, "End the voting", "End it for good?")
    expect(poll.locator(".case-head")).to_contain_text("1 have voted")
    press(poll, "Ask again")
    expect(poll.locator(".case-head .chip:first-of-type")).to_have_text(["draft", "closed"])


def test_hands_go_up_and_guests_are_asked_on_stage(desk: Page, site: Site, spine: str) -> None:
    press(desk, "Go live", "Go live now?")
    stage = desk.locator("stage-desk")
    for name in ("Ana Souza", "Batu Khan"):
        site.client(somebody(site, name)).post(f"/programme/{spine}/hands")
    hands = stage.locator("[data-hands] > li")
    expect(stage.locator("[data-status]")).to_have_text("2 hands are up")
    expect(hands.locator("strong")).to_have_text(["Ana Souza", "Batu Khan"])
    press(stage, "Ask on stage Batu Khan")
    expect(hands.first.locator(".chip")).to_have_text("asked on stage")
    press(stage, "Is on stage Batu Khan")
    expect(hands.locator("strong + .chip")).to_have_text(["on stage", "hand up"])
    press(stage, "Not now Ana Souza")
    press(stage, "Off stage Batu Khan")
    expect(hands).to_have_count(0)

    places = {"people": [str(somebody(site, "Citizen Kim"))], "seat": "on_stage", "settled": True}
    site.organiser_api.post(f"/programme/{spine}/places", places)
    expect(desk.locator("session-places dd")).to_have_text(["0", "0", "0", "1"])
    press(stage, "Ask on stage Citizen Kim")
    expect(hands.locator("strong")).to_have_text(["Citizen Kim"])


def test_announcement_stands_until_it_is_taken_down(desk: Page, site: Site, spine: str) -> None:
    desk.get_by_text("Announce something").click()
    form = desk.locator("announce-desk form")
    form.get_by_label("Text in English").fill("Lunch is served.")
    form.get_by_label("To whom").select_option("everybody")
    form.get_by_label("Stands").select_option("for 30 minutes")
    press(form, "Announce it")
    row = desk.locator("announce-desk [data-rows] > li")
    expect(row.locator(".chip")).to_have_text("to everybody")
    expect(row.locator(".muted")).to_have_text("09:00 until 09:30")
    (told,) = site.organiser_api.get("/announcements")
    assert (told["text"], told["session"]) == ({"en": "Lunch is served.", "original": "en"}, None)
    press(row, "Take down", "Take it down?")
    expect(row).to_have_count(0)


def test_audience_is_counted_without_who_looks_from_backstage(desk: Page, site: Site, spine: str) -> None:
    channels = [Channel(kind=ChannelKind.VIDEO, url="https://www.youtube.com/watch?v=dQw4w9WgXcQ")]
    (channel,) = site.fair.perform(SYSTEM, set_channels, UUID(spine), channels=channels).channels
    stream = desk.locator("#channels li")
    expect(stream.locator("[data-said]")).to_have_text("nothing learnt yet")
    site.go("2020-11-09 10:00")
    for said in (Reading(StreamState.LIVE, concurrent=1200), Trouble.TIMEOUT):
        site.fair.perform(SYSTEM, keep_readings, {channel.id: said}, real_now=site.fair.clock.real_now())
    expect(stream.locator("[data-said]")).to_contain_text("is on: 1,200 watching, counted")
    expect(stream.locator("[data-trouble]")).to_have_text("It does not answer in time.")
    now = desk.locator("session-now")
    expect(now.locator("[data-concurrent]")).to_have_text("0")
    person = somebody(site, "Ana Souza")
    with site.watching(person, spine):
        site.settle()
        expect(now.locator("[data-concurrent]")).to_have_text("1")
        for minute in (1, 2):
            site.go(f"2020-11-09 10:0{minute}")
        site.client(person).post(f"/programme/{spine}/reactions", {"reaction": "clap"})
        expect(now.locator("[data-reaction=clap]")).to_have_text("1")
        expect(now.locator("dd.value")).to_have_text(["1", "1", "1", "0", "2"])
        expect(desk.locator("viewers-countries .name")).to_have_text(["Unknown"])
    desk.reload()
    desk.locator("viewers-chart summary").click()
    expect(desk.locator("viewers-chart details td")).to_have_text(["10:01", "1", "10:02", "1"])


def test_chair_moderates_and_others_see_nothing(page: Page, site: Site, spine: str, page_errors: list[str]) -> None:
    chair, viewer = somebody(site, "Chair Lee"), somebody(site, "Ana Souza")
    put_in(site, spine, chair, "chair")
    site.go("2020-11-09 10:00")
    ask(site.client(viewer), spine, "Does it hurt?")
    enter(page, site, chair)
    open_live(page, backstage(site, spine))
    expect(page.locator("[data-waiting] .said")).to_have_text("Does it hurt?")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.get_by_text("Holding message")).to_have_count(0)
    press(page, "Let it stand Does it hurt?")
    assert states(site.organiser_api, spine, "questions") == ["open"]
    enter(page, site, viewer)
    page.goto(backstage(site, spine))
    expect(page.get_by_role("heading", level=1)).not_to_have_text("The spine, live")
    assert ["404" in error for error in page_errors] == [True]
    page_errors.clear()


def test_what_is_shown_now_is_chosen_here(desk: Page, site: Site, spine: str) -> None:
    material = {
        "kind": "offer",
        "title": {"en": "A pillow", "original": "en"},
        "url": "https://shop.example/1",
        "price": "20",
        "currency": "USD",
    }
    made = site.organiser_api.post(f"/programme/{spine}/materials", material)
    row = desk.locator("#materials li")
    expect(row.locator("strong")).to_have_text("A pillow")
    press(row, "Show now A pillow")
    expect(row.locator(".chip.live")).to_have_text("shown now")
    assert site.organiser_api.get(f"/programme/{spine}")["featured"] == made["id"]
    press(row, "Show no longer A pillow")
    expect(row.locator(".chip.live")).to_have_count(0)


def fill(site: Site, session: str) -> UUID:
    """Something of everything; who judges."""
    api, ana, batu = site.organiser_api, somebody(site, "Ana Souza"), somebody(site, "Batu Khan")
    judge = somebody(site, "Judge Park")
    put_in(site, session, judge, "juror")
    channels: list[dict[str, Any]] = [{"kind": "video", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"}]
    api.send("PUT", f"/programme/{session}/channels", {"channels": channels})
    site.go("2020-11-09 10:00")
    first, second = site.client(ana), site.client(batu)
    for text in ("Does it hurt, and for how long does it hurt afterwards?", "How much is it?"):
        ask(first, session, text)
    api.post(f"/programme/{session}/questions/{ask(second, session, 'Where is it?')}/answer", {"text": "In Seongnam."})
    for text in ("Good morning from São Paulo", "Come to my casino"):
        first.post(f"/programme/{session}/chat", {"text": text})
    first.post(f"/programme/{session}/hands")
    words = (
        {"en": text, "original": "en"} for text in ("Where does it hurt?", "Neck", "Back", "Idea", "Alpha", "Beta")
    )
    question, neck, back, idea, alpha, beta = words
    poll = api.post(f"/programme/{session}/polls", {"kind": "single", "question": question, "options": [neck, back]})
    api.post(f"/programme/{session}/polls/{poll['id']}/open")
    first.post(f"/programme/{session}/polls/{poll['id']}/vote", {"choice": ["1"]})
    api.post(f"/programme/{session}/polls", {"kind": "scale", "question": question})
    api.send("PUT", f"/programme/{session}/contest", {"criteria": [{"name": idea, "most": 10}]})
    for name in (alpha, beta):
        api.post(f"/programme/{session}/contest/contestants", {"name": name})
    api.post("/announcements", {"text": question, "session": session})
    with site.watching(ana, session), site.watching(batu, session):
        for minute in (1, 2, 3, 4):
            site.go(f"2020-11-09 10:0{minute}")
    return judge


def test_whatever_people_write_is_text(desk: Page, site: Site, spine: str) -> None:
    name, api = {"en": EVIL, "original": "en"}, site.organiser_api
    put_in(site, spine, somebody(site, f"Judge {EVIL}"), "juror")
    ask(api, spine, EVIL)
    api.post(f"/programme/{spine}/chat", {"text": EVIL})
    api.post(f"/programme/{spine}/polls", {"kind": "single", "question": name, "options": [name, name]})
    api.send("PUT", f"/programme/{spine}/contest", {"criteria": [{"name": name, "most": 10}]})
    api.post(f"/programme/{spine}/contest/contestants", {"name": name})
    desk.reload()
    expect(desk.locator("contest-desk [data-prepared] strong")).to_have_text(EVIL)
    expect(desk.locator("contest-desk [data-prepared]")).to_contain_text(f"missing: Judge {EVIL}")
    expect(desk.locator("main .said")).to_have_text([EVIL, EVIL])
    expect(desk.locator("poll-desk h3")).to_have_text(EVIL)
    expect(desk.locator("sent-list [data-field=name]")).to_have_value(EVIL)
    assert desk.locator("main img").count() == 0


def test_backstage_reads_well(desk: Page, site: Site, spine: str, screenshot: Callable[[str], Path]) -> None:
    judge = fill(site, spine)
    open_live(desk, backstage(site, spine))
    expect(desk.locator("poll-desk tbody tr")).to_have_count(2)
    reads_well(desk, f"{backstage(site, spine)}?lang=en", screenshot, "backstage")
    enter(desk, site, judge)
    desk.goto(backstage(site, spine))
    expect(desk.locator("#sheet legend strong")).to_have_text(["Alpha", "Beta"])
    assert axe_violations(desk) == []
    screenshot("jury-korean-phone")
