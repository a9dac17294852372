import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe_violations
from tests.web.conftest import enter
from tests.web.site import Site


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
