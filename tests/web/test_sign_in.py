import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe_violations
from tests.factories import Fair
from tests.mail.relay import Relay, plain
from tests.web.conftest import enter, reads_well
from tests.web.site import Site, served


def test_link_signs_in_once_and_leads_to_the_only_convention(
    page: Page, shared_site: Site, page_errors: list[str]
) -> None:
    link = shared_site.link(shared_site.organiser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    assert page.url == f"{shared_site.url}/sign-in"
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(shared_site.page)
    assert not any(link.split("#")[1] in url for url in asked)

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").click()
    page_errors.clear()  # the page that was left asked once more, and was told that nobody is there
    page.get_by_label("Sign-in link or code").fill(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This link has been used or has expired. Each works once: ask the organiser for a new one."
    )
    assert ["403" in error for error in page_errors] == [True]
    page_errors.clear()


def test_code_can_be_pasted(page: Page, shared_site: Site) -> None:
    page.goto(f"{shared_site.url}/sign-in")
    page.get_by_label("Sign-in link or code").fill("short")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Paste the whole link, or the code behind the # in it.")
    assert axe_violations(page) == []
    page.get_by_label("Sign-in link or code").fill(f" {shared_site.link(shared_site.organiser).split('#')[1]} ")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(shared_site.page)


def test_language_switch_keeps_the_code(page: Page, shared_site: Site) -> None:
    link = shared_site.link(shared_site.organiser)
    page.goto(link)
    page.get_by_role("link", name="한국어").click()
    expect(page.get_by_label("로그인 링크 또는 코드")).to_have_value(link.split("#")[1])
    page.goto(f"{shared_site.url}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("시차를 넘어 실시간으로 만나는 상담회")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plain_pages_are_blameless(page: Page, shared_site: Site, page_errors: list[str], scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    violations = {}
    for path in ("/", "/sign-in", "/c/smc-2020", "/nowhere"):
        page.goto(shared_site.url + path)
        violations[path] = axe_violations(page)
    assert violations == {"/": [], "/sign-in": [], "/c/smc-2020": [], "/nowhere": []}
    assert len(page_errors) == 2  # 401 and 404
    page_errors.clear()


def test_home_lists_the_places_of_who_has_several_or_none(page: Page, shared_site: Site) -> None:
    agency = shared_site.fair.buyer()
    enter(page, shared_site, agency.people[0])
    page.goto(f"{shared_site.url}/")
    assert page.url == shared_site.page
    page.goto(f"{shared_site.url}/?lang=en")
    expect(page.get_by_role("listitem")).to_contain_text("SMC 2020")
    assert axe_violations(page) == []


def test_link_is_mailed_and_leads_back(mailing_site: Site, page: Page, relay: Relay, page_errors: list[str]) -> None:
    page.goto(f"{mailing_site.page}/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please sign in")
    page.get_by_role("link", name="Sign in").click()
    assert page.url == f"{mailing_site.url}/sign-in?back=/c/smc-2020/people"
    page.get_by_role("textbox", name="Mail address").fill("organiser@smc.example")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("status")).to_contain_text("Now look into your mailbox")
    assert axe_violations(page) == []

    (mail,) = relay.wait_for(1)
    link = re.search(r"https?://\S+/sign-in#\S+", plain(mail))
    assert link
    page.goto(link[0])
    expect(page.get_by_role("button", name="Send me a link")).to_be_hidden()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(mailing_site.page)
    assert ["401" in error for error in page_errors] == [True]
    page_errors.clear()


def test_unknown_address_is_told_the_same(page: Page, mailing_site: Site) -> None:
    told = []
    for address in ("organiser@smc.example", "nobody@smc.example"):
        page.goto(f"{mailing_site.url}/sign-in")
        page.get_by_role("textbox", name="Mail address").fill(address)
        page.get_by_role("button", name="Send me a link").click()
        page.get_by_role("status").wait_for()
        told.append(page.locator("main").inner_text())
    assert told[0] == told[1]


def test_too_many_mails_are_refused_with_when_to_try_again(
    page: Page, mailing_site: Site, page_errors: list[str]
) -> None:
    page.goto(f"{mailing_site.url}/sign-in")
    for _ in range(6):
        page.reload()
        page.get_by_role("textbox", name="Mail address").fill("organiser@smc.example")
        with page.expect_response("**/sign-in/link"):
            page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("alert")).to_contain_text("That was too often. You can try again at ")
    assert ["429" in error for error in page_errors] == [True]
    page_errors.clear()


def test_ways_that_are_off_are_not_shown(page: Page, shared_site: Site) -> None:
    page.goto(f"{shared_site.url}/sign-in?back=//evil.example")
    expect(page.get_by_role("button", name="Send me a link")).to_have_count(0)
    expect(page.get_by_role("link", name="Sign in with")).to_have_count(0)
    assert page.evaluate("[...document.querySelectorAll('[data-go]')].map((form) => form.dataset.go)") == ["/", "/"]


def test_provider_is_offered_by_its_name(page: Page, sqlite_fair: Fair, sqlite_url: str) -> None:
    provider = {"oidc_issuer": "https://id.example", "oidc_client_id": "madang", "oidc_name": "City of Seongnam"}
    with served(sqlite_fair, sqlite_url, **provider) as site:
        page.goto(f"{site.url}/sign-in?back=/c/smc-2020")
        offered = page.get_by_role("link", name="Sign in with City of Seongnam")
        expect(offered).to_have_attribute("href", "/sign-in/oidc?back=/c/smc-2020")
        assert axe_violations(page) == []
        page.goto("about:blank")


def test_wrong_password_is_said_beside_the_form(page: Page, shared_site: Site, page_errors: list[str]) -> None:
    page.goto(f"{shared_site.url}/sign-in")
    page.get_by_text("With your password").click()
    page.get_by_role("textbox", name="Mail address").fill("organiser@smc.example")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This address and password do not let anybody in.")
    assert axe_violations(page) == []
    assert ["401" in error for error in page_errors] == [True]
    page_errors.clear()


def test_sign_in_page_reads_well(page: Page, mailing_site: Site, screenshot: Callable[[str], Path]) -> None:
    reads_well(page, f"{mailing_site.url}/sign-in", screenshot, "sign-in")
