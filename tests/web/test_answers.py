"""What the pages' server says around its pages: headers, errors, languages, and the past for charts and lists."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from server.web.headers import FOR_DESCRIPTIONS, FOR_PROGRAMS, STRICT, policy_for
from server.web.rendering import HERE, static_url
from tests.factories import Fair, at
from tests.web.conftest import enter
from tests.web.site import Site, served

PEOPLE = {"accept": "text/html,application/xhtml+xml"}


def test_every_answer_is_protected(shared_site: Site) -> None:
    paths = ["/", "/sign-in", "/nowhere", "/c/smc-2020", "/healthz", "/api/v1/me", "/openapi.json", "/docs"]
    paths += [static_url("style.css"), "/api/v1/conventions/smc-2020/events?topics=me"]
    policies = {}
    for path in paths:
        answer = httpx.get(shared_site.url + path)
        policies[path] = answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert policies == {path: policy_for(path) for path in paths}
    assert [policies[path] for path in ("/", "/docs", "/healthz")] == [STRICT, FOR_DESCRIPTIONS, FOR_PROGRAMS]


def test_description_renders_under_its_policy(page: Page, shared_site: Site) -> None:
    page.goto(f"{shared_site.url}/docs")
    expect(page.get_by_role("heading", name="madang")).to_be_visible()
    expect(page.locator(".opblock").first).to_be_visible()


def test_static_files_may_be_kept_and_pages_may_not(shared_site: Site) -> None:
    file, page = httpx.get(shared_site.url + static_url("style.css")), httpx.get(shared_site.url)
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.headers["cache-control"] == "no-store"
    assert "<script>" not in page.text
    assert " style=" not in page.text


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/c/smc-2020", 401, "Please sign in"), ("/nowhere", 404, "There is nothing here")],
)
def test_people_get_errors_as_pages_and_programs_as_problems(
    shared_site: Site, path: str, status: int, title: str
) -> None:
    page, problem = httpx.get(shared_site.url + path, headers=PEOPLE), httpx.get(shared_site.url + path)
    assert (page.status_code, problem.status_code) == (status, status)
    assert f"<h1>{title}</h1>" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert (
        httpx.get(f"{shared_site.url}/api/v1/me", headers=PEOPLE).headers["content-type"] == "application/problem+json"
    )


def test_nothing_that_is_typed_gets_into_an_address() -> None:
    """Where scripts fail, a browser would put a form's fields, passwords too, behind the page's address."""
    told = {
        f"{path.name}: {form}"
        for path in (HERE / "templates").rglob("*.html")
        for form in re.findall(r"<form[^>]*>", path.read_text(encoding="utf-8"))
        if "data-send" in form and 'method="post"' not in form
    }
    assert told == set()


def test_who_needs_codes_is_told_where_to_set_them_up(sqlite_fair: Fair, sqlite_url: str) -> None:
    with served(sqlite_fair, sqlite_url, organisers_need_totp=True) as site:
        cookies = {"madang_login": site.secret(site.organiser, "cookie")}
        page = httpx.get(site.page, headers=PEOPLE, cookies=cookies)
        account = httpx.get(f"{site.url}/account", headers=PEOPLE, cookies=cookies)
    assert (page.status_code, account.status_code) == (403, 200)
    assert "<h1>One-time codes are needed here</h1>" in page.text
    assert 'href="/account"' in page.text


def test_strangers_page_is_no_different_from_none(shared_site: Site) -> None:
    stranger = shared_site.person("viewer@smc.example", role="viewer")
    cookies = {"madang_login": shared_site.secret(stranger, "cookie")}
    assert httpx.get(f"{shared_site.page}/looks", cookies=cookies).status_code == 404
    assert httpx.get(f"{shared_site.url}/c/none", cookies=cookies).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("", "", "en"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "", "ko"),
        ("fr, en;q=0.5, ko;q=0.4", "", "en"),
        ("en;q=0.1, ko;q=0.2", "", "ko"),
        ("ko;q=0", "", "en"),
        ("ko", "?lang=en", "en"),
        ("en", "?lang=xx", "en"),
    ],
)
def test_language_is_the_readers(shared_site: Site, accepted: str, query: str, language: str) -> None:
    answer = httpx.get(f"{shared_site.url}/sign-in{query}", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language


def test_chosen_language_is_remembered(shared_site: Site) -> None:
    with httpx.Client(base_url=shared_site.url, headers={"accept-language": "en"}) as client:
        client.get("/sign-in?lang=ko")
        assert '<html lang="ko">' in client.get("/sign-in").text


def test_organisers_page_is_readable_without_scripts(browser: Browser, shared_site: Site) -> None:
    told = shared_site.organiser_api.get("/figures")["definitions"]
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    enter(page, shared_site, shared_site.organiser)
    page.goto(shared_site.page)
    expect(page.locator("[data-key=matched] [data-value]")).to_have_text("0")
    page.get_by_label("Show what each figure means").check()
    expect(page.locator("[data-key=matched] .meaning")).to_have_text(told["matched"]["definition"]["en"])
    context.close()


def test_history_and_audience_series_come_from_the_log(shared_site: Site) -> None:
    talk = shared_site.organiser_api.post(
        "/programme",
        {
            "title": {"en": "Talk", "original": "en"},
            "kind": "talk",
            "starts_at": at("2020-11-09 09:00").isoformat(),
            "ends_at": at("2020-11-09 09:03").isoformat(),
        },
    )
    for minute in range(4):
        shared_site.go(f"2020-11-09 09:0{minute}")
    series = shared_site.organiser_api.get("/programme/audience-series")
    assert series == [{"session": talk["id"], "samples": [[f"2020-11-09T00:0{m}:00Z", 0] for m in (1, 2, 3)]}]
    late = shared_site.organiser_api.get("/programme/audience-series?since=2020-11-09T00:03:00Z")
    assert late == [{"session": talk["id"], "samples": [["2020-11-09T00:03:00Z", 0]]}]

    newest = shared_site.organiser_api.get("/history?limit=2")
    assert [item["event"] for item in newest["items"]] == ["session.ended", "session.went_live"]
    before = shared_site.organiser_api.get(f"/history?before={newest['next']}")
    assert ([item["event"] for item in before["items"]], before["next"]) == (["session.soon", "session.planned"], None)
    question = shared_site.organiser_api.post(f"/programme/{talk['id']}/questions", {"text": "Why?"})
    assert question["state"] == "open"
    told = [shared_site.organiser_api.get(f"/history?limit=1&floor={floor}")["items"] for floor in ("true", "false")]
    assert [items[0]["event"] for items in told] == ["question.asked", "session.ended"]
    viewer = shared_site.client(shared_site.person("viewer@smc.example", role="viewer"))
    for path in ("/history", "/programme/audience-series"):
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            viewer.get(path)
