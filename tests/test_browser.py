from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.browser import axe_violations, find_chromium

GOOD = """<!doctype html><html lang="ko"><meta charset="utf-8"><title>마당</title><link rel="icon" href="data:,">
<main><h1>마당 상담회</h1><p>회의 3건</p></main>"""
BAD = """<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,">
<main><h1>x</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main>
<script>console.error("broken"); throw new Error("thrown")</script>"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "good.html").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.html").write_text(BAD, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path)) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_good_page_is_seen_and_blameless(
    site: str, page: Page, page_errors: list[str], screenshot: Callable[[str], Path]
) -> None:
    page.goto(f"{site}/good.html")
    assert page.get_by_role("heading").inner_text() == "마당 상담회"
    assert (axe_violations(page), page_errors) == ([], [])
    assert screenshot("browser-check").read_bytes().startswith(b"\x89PNG")


def test_a_bad_page_is_blamed(site: str, page: Page, page_errors: list[str]) -> None:
    page.goto(f"{site}/bad.html")
    assert axe_violations(page) == ["image-alt: Images must have alternative text (img)"]
    assert page_errors == ["broken", "thrown"]
    page_errors.clear()


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_browser_fails_in_ci_and_skips_elsewhere(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="needs Chromium"):
        find_chromium()
