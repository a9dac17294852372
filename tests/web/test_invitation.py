import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import axe_violations
from tests.mail.relay import Relay, plain
from tests.web.conftest import enter, open_everything
from tests.web.site import Site


def invited(page: Page, site: Site, email: str = "viewer@smc.example") -> str:
    """Somebody's link, as the organiser gets it from the page."""
    site.person(email, role="viewer")
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/people")
    page.get_by_role("button", name="Invite everybody").click()
    page.get_by_role("button", name="Invite them all?").click()
    expect(page.locator("#invited")).to_contain_text("invited now")
    page.get_by_role("button", name=f"Get the link {email}").click()
    page.get_by_role("button", name=f"The old link dies. Go on? {email}").click()
    link = page.get_by_label("The link", exact=True)
    expect(link).to_have_value(re.compile(r"/invitation#[\w-]{20,}$"))
    found = link.input_value()
    page.context.clear_cookies()
    return found


def test_invitation_is_mailed_opened_and_accepted(mailing_site: Site, page: Page, relay: Relay) -> None:
    viewer = mailing_site.person("viewer@smc.example", role="viewer")
    mailing_site.organiser_api.post("/invitations", {"people": [str(viewer)]})
    (mail,) = relay.wait_for(1)
    link = re.search(r"https?://\S+/invitation#\S+", plain(mail))
    assert link
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link[0])
    expect(page.get_by_role("heading", level=1, name="SMC 2020")).to_be_visible()
    assert page.url == f"{mailing_site.url}/invitation"
    invitation = page.locator("#invited")
    expect(invitation).to_contain_text("Seongnam City invites you to")
    expect(invitation).to_contain_text(re.compile(r"9\s–\s12 November 2020, Korea\w* \w+"))
    expect(invitation).to_contain_text(re.compile(r"on your clock \(.*\): Sun 8 Nov 15:00 to Thu 12 Nov 15:00"))
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(5)
    assert not any(box.is_checked() for box in boxes.all())
    page.get_by_label("Show my contact data to those I meet").check()
    page.get_by_role("button", name="Accept and go in").click()
    page.wait_for_url(mailing_site.page)
    assert not any(link[0].split("#")[1] in url for url in asked)

    page.get_by_role("link", name="My account").click()
    expect(page.get_by_label("Show my contact data to those I meet")).to_be_checked()
    expect(page.get_by_label("Recording of sessions")).not_to_be_checked()
    states = [one["state"] for one in mailing_site.organiser_api.get("/invitations")["items"]]
    assert states == ["accepted"]


def test_link_that_is_handed_over_works_once(site: Site, page: Page, page_errors: list[str]) -> None:
    link = invited(page, site)
    page.goto(link)
    page.get_by_role("button", name="Accept and go in").click()
    page.wait_for_url(site.page)
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("This link has been used or has expired.")
    expect(page.locator("#invited")).to_be_hidden()
    assert ["403" in error for error in page_errors] == [True]
    page_errors.clear()


def test_revoked_invitation_opens_nothing(site: Site, page: Page, page_errors: list[str]) -> None:
    link = invited(page, site)
    enter(page, site, site.organiser)
    page.goto(f"{site.page}/people?state=sent")
    page.get_by_role("button", name="Revoke viewer@smc.example").click()
    page.get_by_role("button", name="Revoke it? viewer@smc.example").click()
    expect(page.locator("#invitations .rows")).to_have_text("None in this state.")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("This link has been used or has expired.")
    assert ["403" in error for error in page_errors] == [True]
    page_errors.clear()


def test_invitation_reads_well(site: Site, page: Page, screenshot: Callable[[str], Path]) -> None:
    link = invited(page, site)
    page.goto(link)
    page.locator("#invited").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == []
        screenshot(f"invitation-{scheme}")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="한국어").click()
    expect(page.get_by_role("button", name="수락하고 들어가기")).to_be_visible()
    open_everything(page)
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    screenshot("invitation-korean-phone")
