"""What the audience of a session asks, says and votes, on the watch page in a real browser."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from server.accounts.actors import SYSTEM
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules
from sessions.programme import change
from tests.browser import axe_violations
from tests.web.site import Program, Site, floor_of
from tests.web.streams import answer_for_streams, forgive_streams


@pytest.fixture
def page(site: Site, page: Page, page_errors: list[str]) -> Iterator[Page]:
    """The page, closed before its server stops, and for which there is YouTube."""
    answer_for_streams(page)
    yield page
    forgive_streams(page, page_errors)


def test_questions_are_asked_wanted_and_answered(
    stage: Page, site: Site, session: SessionRecord, other: Program
) -> None:
    stage.get_by_label("Your question").fill("When do guests come back?")
    stage.get_by_label("without my name").check()
    stage.get_by_role("button", name="Ask").click()
    mine = stage.locator(".question", has_text="When do guests come back?")
    expect(mine).to_contain_text("without a name")

    asked = other.post(floor_of(session, "questions"), {"text": "And the prices?"})
    theirs = stage.locator(".question", has_text="And the prices?")
    theirs.get_by_role("button").click()
    expect(theirs.get_by_role("button", name="I want this answered, too: 1")).to_be_visible()
    expect(stage.locator(".question .said")).to_have_text(["And the prices?", "When do guests come back?"])
    stage.reload()
    expect(theirs.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    theirs.get_by_role("button").click()
    expect(theirs.get_by_role("button", name="I want this answered, too: 0")).to_be_visible()

    site.organiser_api.post(floor_of(session, f"questions/{asked['id']}/answer"), {"text": "As before."})
    expect(theirs.locator(".answer")).to_have_text("As before.")
    expect(theirs.locator(".chip:visible")).to_have_text("answered")
    site.organiser_api.post(floor_of(session, f"questions/{asked['id']}/pin"))
    expect(theirs.locator(".chip:visible")).to_have_text(["pinned", "answered"])
    expect(stage.locator(".question .said").first).to_have_text("And the prices?")
    site.organiser_api.post(floor_of(session, f"questions/{asked['id']}/hide"))
    expect(theirs).to_have_count(0)


def test_ones_own_question_waits_for_a_moderator(stage: Page, site: Site, session: SessionRecord) -> None:
    site.fair.perform(SYSTEM, change, session_id=session.id, floor=FloorRules(moderated=True))
    stage.get_by_label("Your question").fill("Is it safe?")
    stage.get_by_role("button", name="Ask").click()
    expect(stage.locator(".toast")).to_contain_text("A moderator looks at your question first.")
    question = stage.locator(".question", has_text="Is it safe?")
    expect(question.locator(".chip:visible")).to_have_text("not seen by a moderator yet")
    withdraw = question.get_by_role("button", name="Withdraw")
    withdraw.click()
    question.get_by_role("button", name="Withdraw it?").click()
    expect(question).to_have_count(0)


def test_chat_is_slow_and_watched(stage: Page, site: Site, session: SessionRecord, other: Program) -> None:
    stage.get_by_role("tab", name="Chat").click()
    other.post(floor_of(session, "chat"), {"text": "Hello from São Paulo"})
    line = stage.locator(".line", has_text="Hello from São Paulo")
    line.get_by_role("button", name="Report").click()
    line.get_by_role("button", name="Report it?").click()
    expect(stage.locator(".toast")).to_contain_text("Moderators are told.")

    stage.get_by_label("Your message").fill("Buy my pills")
    stage.get_by_role("button", name="Send").click()
    own = stage.locator(".line.own")
    expect(own).to_contain_text("Buy my pills")
    expect(own.locator(".chip")).to_have_text("a moderator looks at it first")
    expect(stage.locator("[data-wait]")).to_contain_text("You can write again in")

    [held] = [one for one in site.organiser_api.get(floor_of(session, "chat"))["items"] if one["state"] == "held"]
    site.organiser_api.post(floor_of(session, f"chat/{held['id']}/show"))
    expect(own.locator(".chip")).to_be_hidden()
    expect(own).to_have_count(1)
    assert axe_violations(stage) == []


def test_poll_is_voted_in_once_and_its_results_grow(
    stage: Page, site: Site, session: SessionRecord, other: Program
) -> None:
    organiser = site.organiser_api
    options = [{"en": name, "original": "en"} for name in ("Korea", "Brazil")]
    asking = {"kind": "single", "question": {"en": "Where are you?", "original": "en"}, "options": options}
    poll = organiser.post(floor_of(session, "polls"), asking)
    organiser.post(floor_of(session, f"polls/{poll['id']}/open"))
    tab = stage.get_by_role("tab", name="Polls")
    expect(tab.locator(".count")).to_have_text("1")
    tab.click()
    stage.get_by_label("Brazil").check()
    stage.get_by_role("button", name="Vote").click()
    shown = stage.locator(".poll")
    expect(shown.locator(".chip")).to_have_text("you have voted")
    table = shown.get_by_role("table", name="Where are you?")
    site.settle()
    expect(table.get_by_role("row").nth(2)).to_have_text("Brazil1100 %")
    other.post(floor_of(session, f"polls/{poll['id']}/vote"), {"choice": ["0"]})
    expect(table.get_by_role("row").nth(1)).to_have_text("Korea150 %")
    stage.reload()
    tab.click()
    expect(shown.locator(".chip")).to_have_text("you have voted")
    expect(shown.get_by_role("button", name="Vote")).to_have_count(0)
    organiser.post(floor_of(session, f"polls/{poll['id']}/close"))
    expect(shown.locator(".chip")).to_have_text("closed")
    expect(table.get_by_role("row").nth(2)).to_have_text("Brazil150 %")
    assert axe_violations(stage) == []


def test_every_kind_of_poll_can_be_answered(stage: Page, site: Site, session: SessionRecord) -> None:
    organiser = site.organiser_api
    options = [{"en": name, "original": "en"} for name in ("Tea", "Coffee", "Water")]
    kinds: dict[str, dict[str, Any]] = {
        "multiple": {"options": options, "most": 2},
        "scale": {"most": 5},
        "word": {},
    }
    stage.get_by_role("tab", name="Polls").click()
    for kind, details in kinds.items():
        asking = {"kind": kind, "question": {"en": f"A {kind}?", "original": "en"}, **details}
        poll = organiser.post(floor_of(session, "polls"), asking)
        organiser.post(floor_of(session, f"polls/{poll['id']}/open"))
        shown = stage.locator(".poll", has_text=f"A {kind}?")
        if kind == "word":
            shown.get_by_label("One word").fill("Hope")
        else:
            for label in ("Tea", "Water") if kind == "multiple" else ("4",):
                shown.get_by_label(label, exact=True).check()
        shown.get_by_role("button", name="Vote").click()
        expect(shown.locator(".chip")).to_have_text("you have voted")
        organiser.post(floor_of(session, f"polls/{poll['id']}/close"))
    rows = stage.locator(".poll tbody tr")
    expect(rows.filter(has_text="hope")).to_have_text("hope1100 %")
    expect(rows.filter(has_text="Water")).to_have_text("Water150 %")
    expect(rows.filter(has=stage.get_by_role("rowheader", name="4", exact=True))).to_have_text("41100 %")


def test_hand_is_raised_and_called_on_stage(stage: Page, site: Site, session: SessionRecord) -> None:
    stage.get_by_role("button", name="Raise my hand").click()
    hand = stage.locator("session-hand")
    expect(hand).to_contain_text("Your hand is up.")
    [raised] = site.organiser_api.get(floor_of(session, "hands"))
    site.organiser_api.post(floor_of(session, f"hands/{raised['id']}/invite"))
    expect(hand).to_contain_text("You are invited on stage: the moderator tells you how to come.")
    site.organiser_api.post(floor_of(session, f"hands/{raised['id']}/bring-on-stage"))
    expect(hand).to_contain_text("You are on stage.")
    hand.get_by_role("button", name="Leave the stage").click()
    hand.get_by_role("button", name="Leave it?").click()
    expect(hand.get_by_role("button", name="Raise my hand")).to_be_visible()


def test_ranking_appears_as_it_is_revealed(stage: Page, site: Site, session: SessionRecord) -> None:
    organiser = site.organiser_api
    juror = site.person("juror@smc.example", role="speaker")
    speaker = organiser.post("/programme/speakers", {"name": {"en": "A juror", "original": "en"}, "person": str(juror)})
    organiser.send("PUT", floor_of(session, "line-up"), {"parts": [{"speaker": speaker["id"], "role": "juror"}]})
    criterion = {"name": {"en": "Idea", "original": "en"}, "most": 10}
    organiser.send("PUT", floor_of(session, "contest"), {"criteria": [criterion]})
    jury = site.client(juror)
    for name, points in (("Clinic A", 9), ("Clinic B", 4)):
        made = organiser.post(floor_of(session, "contest/contestants"), {"name": {"en": name, "original": "en"}})
        jury.send("PUT", floor_of(session, f"contest/contestants/{made['id']}/score"), {"points": [points]})
    organiser.post(floor_of(session, "contest/close"), {})
    expect(stage.locator("session-contest")).to_be_hidden()
    organiser.post(floor_of(session, "contest/reveal"), {})
    ranking = stage.locator("session-contest li")
    expect(ranking).to_have_text(["No. 2Clinic B40.00 points"])
    organiser.post(floor_of(session, "contest/reveal"), {})
    expect(ranking).to_have_text(["No. 1Clinic A90.00 points", "No. 2Clinic B40.00 points"])


def test_what_is_announced_and_featured_comes_at_once(stage: Page, site: Site, session: SessionRecord) -> None:
    organiser = site.organiser_api
    organiser.post("/announcements", {"text": {"en": "Lunch is at noon.", "original": "en"}})
    expect(stage.locator(".announcement")).to_contain_text("Lunch is at noon.")
    for kind, more in (("slides", {}), ("offer", {"price": "990000", "currency": "KRW"})):
        material = {"kind": kind, "title": {"en": kind, "original": "en"}, "url": "https://files.example/it", **more}
        made = organiser.post(floor_of(session, "materials"), material)
    expect(stage.locator(".material a")).to_have_text(["slides", "offer"])
    organiser.send("PUT", floor_of(session, "featured"), {"material": made["id"]})
    expect(stage.locator(".material a")).to_have_text(["offer", "slides"])
    expect(stage.locator(".material[data-featured] .price")).to_have_text("₩990,000")


def test_reactions_of_everybody_are_counted(stage: Page, site: Site, session: SessionRecord, other: Program) -> None:
    expect(stage.locator("[data-concurrent]")).to_have_text("1 watching here")
    clap = stage.get_by_role("button", name="Applaud")
    clap.click()
    expect(clap.locator("[data-count]")).to_have_text("1")
    httpx.post(
        site.api + floor_of(session, "reactions"),
        json={"reaction": "clap"},
        headers={**other._headers, "idempotency-key": "one"},
    ).raise_for_status()
    expect(clap.locator("[data-count]")).to_have_text("2")
