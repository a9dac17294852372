"""Pages in a real browser: Debian's Chromium driven by Playwright; fixtures imported by conftest.py."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

SCREENSHOTS = Path(__file__).parents[1] / "build" / "screenshots"
# To run as root in a small container, and to call nobody's home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """The browser's path. Without one the test is skipped, but in CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    reason = "needs Chromium: apt-get install chromium fonts-noto-cjk"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """One browser a worker, and Playwright's event loop."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        try:
            yield browser, loop
        finally:
            asyncio._set_running_loop(loop)
            browser.close()


@pytest.fixture
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """The browser, for one test. Playwright's loop, while it counts as running, forbids `asyncio.run`: for the tests
    between it does not."""
    browser, loop = chromium
    asyncio._set_running_loop(loop)
    try:
        yield browser
    finally:
        for context in browser.contexts:
            context.close()
        asyncio._set_running_loop(None)


@pytest.fixture
def page_errors() -> list[str]:
    """What the pages of this test complained of; a test that expects complaints compares and clears it."""
    return []


@pytest.fixture
def page(browser: Browser, page_errors: list[str]) -> Iterator[Page]:
    """A page of 1280 x 900 in English and UTC. The test fails in the end if the console showed an error, a
    script threw, or something was asked of another machine."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC", reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    watch(page, page_errors)
    try:
        yield page
    finally:
        context.close()
    assert page_errors == []


def watch(page: Page, errors: list[str]) -> None:
    """Note every complaint of the page in `errors`."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    def on_request(request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            errors.append(f"asked another machine: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", on_request)


@pytest.fixture
def screenshot(page: Page) -> Callable[[str], Path]:
    """`screenshot("organiser")` keeps the whole page as build/screenshots/organiser.png, to be looked at."""

    def take(name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong for people with disabilities, a line a rule: "image-alt: ... (img)"."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {rule['help']} ({', '.join(' '.join(node['target']) for node in rule['nodes'])})"
        for rule in violations
    ]
