import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from server.accounts.totp import STEP
from tests.web.conftest import enter, reads_well
from tests.web.site import Site

PASSWORD = "yard lantern quince tide"


@pytest.fixture
def account(site: Site, page: Page) -> Page:
    """The organiser's own account."""
    enter(page, site, site.organiser)
    page.goto(f"{site.url}/account")
    return page


def test_password_and_codes_are_set_and_asked_for(account: Page, site: Site, page_errors: list[str]) -> None:
    account.get_by_text("Set one").click()
    account.get_by_label("New password").fill(PASSWORD)
    account.get_by_role("button", name="Set password").click()
    expect(account.locator(".toast")).to_contain_text("Your password is set.")
    expect(account.locator("#ways")).to_contain_text("Change it")

    account.get_by_role("button", name="Set them up").click()
    key = account.locator("code[data-answer=secret]")
    expect(key).not_to_be_empty()
    expect(account.get_by_alt_text("QR code of the key below")).to_have_js_property("complete", True)
    codes = pyotp.TOTP(key.inner_text())
    account.get_by_label("Code from the app").fill(codes.now())
    account.get_by_role("button", name="Switch on").click()
    expect(account.locator(".toast")).to_contain_text("One-time codes are on.")

    account.get_by_role("button", name="Sign out").click()
    account.get_by_role("link", name="Sign in").click()
    account.get_by_text("With your password").click()
    account.get_by_role("textbox", name="Mail address").fill("organiser@smc.example")
    account.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    account.get_by_role("button", name="Sign in").click()
    code = account.locator("#password-code")
    expect(code).to_be_focused()
    code.fill(codes.at(time.time() + STEP))
    account.get_by_role("button", name="Sign in").click()
    account.wait_for_url(site.page)
    assert ["401" in error for error in page_errors] == [True]
    page_errors.clear()


def test_weak_password_is_refused_beside_its_field(account: Page, page_errors: list[str]) -> None:
    account.get_by_text("Set one").click()
    account.get_by_label("New password").fill("organiser@smc.example")
    account.get_by_role("button", name="Set password").click()
    expect(account.get_by_role("alert")).to_contain_text("it is too easy to guess")
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()


def test_who_i_am_is_corrected(account: Page, site: Site) -> None:
    account.locator("#person-change summary").click()
    account.get_by_label("Name").fill("김민지")
    account.get_by_label("Phone").fill("+82 31 780 5000")
    account.get_by_label("Time zone").fill("America/Sao_Paulo")
    account.get_by_role("button", name="Save").first.click()
    expect(account.locator("#person .pairs")).to_contain_text("김민지")
    expect(account.locator("#person .pairs")).to_contain_text("+82 31 780 5000")
    account.reload()
    expect(account.locator(".board-head")).to_contain_text("Times in Sao Paulo")
    account.locator("#person-change summary").click()
    account.get_by_label("Name").fill("Kim Min-ji")
    account.get_by_label("Phone").fill("")
    account.get_by_role("button", name="Save").first.click()
    expect(account.locator("#person .pairs")).to_contain_text("Kim Min-ji")
    expect(account.locator("#person .pairs")).not_to_contain_text("+82")
    me = {one["email"]: one for one in site.organiser_api.get("/people")["items"]}["organiser@smc.example"]
    assert me["name"] == {"original": "ko", "ko": "김민지", "en": "Kim Min-ji"}


def test_other_login_is_ended(account: Page, site: Site) -> None:
    other = {"madang_login": site.secret(site.organiser, "cookie")}
    account.reload()
    expect(account.locator("#logins li")).to_have_count(2)
    expect(account.locator("#logins li", has_text="this one")).to_have_count(1)
    account.locator("#logins li").filter(has_not_text="this one").get_by_role("button").click()
    account.get_by_role("button", name="End it?").click()
    expect(account.locator("#logins li")).to_have_count(1)
    assert httpx.get(f"{site.url}/api/v1/me", cookies=other).status_code == 401


def test_token_is_shown_once_and_ended(account: Page, site: Site) -> None:
    account.locator("#tokens").get_by_role("button", name="End").click()
    account.get_by_role("button", name="End it?").click()
    expect(account.locator("#tokens")).to_have_text("No program acts for you.")
    expect(account.get_by_role("heading", name="Tokens for programs")).to_be_focused()

    account.get_by_text("Make a token").click()
    account.get_by_label("What it is for").fill("Our calendar")
    account.get_by_label("For how many days").fill("7")
    account.get_by_role("button", name="Make it").click()
    expect(account.locator("#tokens strong")).to_have_text("Our calendar")
    expect(account.locator("#tokens .chip")).to_have_text(["see what you see"])
    bearer = {"authorization": f"Bearer {account.get_by_label('Your new token').input_value()}"}
    assert httpx.get(f"{site.url}/api/v1/me", headers=bearer).status_code == 200

    account.reload()
    expect(account.get_by_label("Your new token")).to_be_hidden()
    account.locator("#tokens").get_by_role("button", name="End Our calendar").click()
    account.get_by_role("button", name="End it? Our calendar").click()
    expect(account.locator("#tokens")).to_have_text("No program acts for you.")
    assert httpx.get(f"{site.url}/api/v1/me", headers=bearer).status_code == 401


def test_everything_is_done_by_keyboard(account: Page) -> None:
    account.locator("#password summary").focus()
    account.keyboard.press("Enter")
    account.keyboard.press("Tab")
    expect(account.get_by_label("New password")).to_be_focused()
    account.keyboard.type(PASSWORD)
    account.keyboard.press("Enter")
    expect(account.locator("#ways")).to_contain_text("Change it")
    expect(account.get_by_role("heading", name="Signing in")).to_be_focused()
    account.keyboard.press("Tab")
    expect(account.locator("#password summary")).to_be_focused()


def test_consent_is_given_and_withdrawn(account: Page) -> None:
    box = account.get_by_label("Pictures of me in reports")
    expect(box).not_to_be_checked()
    for act, told in ((box.check, "You agreed on "), (box.uncheck, "You said no on ")):
        act()
        account.get_by_role("button", name="Save").click()
        expect(account.locator(".consent", has=box)).to_contain_text(told)
    account.reload()
    expect(box).not_to_be_checked()


def test_data_is_taken_away(account: Page, tmp_path: Path) -> None:
    with account.expect_download() as download:
        account.get_by_role("link", name="Download my data").click()
    path = tmp_path / "mine.json"
    download.value.save_as(path)
    assert "organiser@smc.example" in json.dumps(json.loads(path.read_text(encoding="utf-8")))


def test_person_is_erased_only_when_they_mean_it(site: Site, page: Page, page_errors: list[str]) -> None:
    viewer = site.person("viewer@smc.example", role="viewer")
    enter(page, site, viewer)
    page.goto(f"{site.url}/account")
    page.locator("#erase summary").click()
    confirm = page.get_by_label("Type viewer@smc.example to confirm")
    for typed in ("somebody@smc.example", "viewer@smc.example"):
        confirm.fill(typed)
        page.get_by_role("button", name="Erase me").click()
        page.get_by_role("button", name="Erase me for ever?").click()
        if typed != "viewer@smc.example":
            expect(page.get_by_role("alert")).to_be_visible()
            expect(confirm).to_be_focused()
    page.wait_for_url(f"{site.url}/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert ["422" in error for error in page_errors] == [True]
    page_errors.clear()


def test_account_can_be_read_without_scripts(browser: Browser, shared_site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    enter(page, shared_site, shared_site.organiser)
    page.goto(f"{shared_site.url}/account")
    expect(page.locator("#person")).to_contain_text("organiser@smc.example")
    expect(page.locator("#logins")).to_contain_text("this one")
    expect(page.locator("noscript .notice")).to_contain_text("changing something needs it")
    context.close()


def test_account_reads_well(site: Site, account: Page, screenshot: Callable[[str], Path]) -> None:
    reads_well(account, f"{site.url}/account", screenshot, "account")
