"""Fixtures of the page tests: a convention's site, and a browser page that is signed in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from server.accounts.actors import SYSTEM
from server.api.door import COOKIE
from server.clock import SteppedClock
from server.database import make_engine
from server.settings import Settings
from sessions.channels import ChannelKind
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules
from sessions.programme import AudienceKind, RunBy
from sessions.running import go_live
from sessions.streams import Channel, set_channels
from tests.browser import axe_violations
from tests.factories import BEFORE, Fair, at, make_fair
from tests.mail.relay import Relay, open_relay
from tests.sessions.programme import talk
from tests.web.site import Program, Site, served
from tests.web.streams import VIDEO


@pytest.fixture
def site(sqlite_fair: Fair, sqlite_url: str) -> Iterator[Site]:
    """SMC 2020, a week before it opens, on a server of its own."""
    with served(sqlite_fair, sqlite_url) as site:
        yield site


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A mail server."""
    with open_relay() as relay:
        yield relay


@pytest.fixture
def mailing_site(sqlite_fair: Fair, sqlite_url: str, relay: Relay) -> Iterator[Site]:
    """A site like `site` that sends mail."""
    with served(sqlite_fair, sqlite_url, smtp_url=relay.url, mail_from="madang@smc.example") as site:
        yield site


@pytest.fixture(scope="module")
def shared_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same for a whole module whose tests leave each other alone."""
    path = tmp_path_factory.mktemp("site") / "madang.sqlite3"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    engine = make_engine(Settings(database_url=url))
    with served(make_fair(engine, SteppedClock(BEFORE)), url) as site:
        yield site
    engine.dispose()


@pytest.fixture
def session(sqlite_fair: Fair) -> SessionRecord:
    """A public talk on YouTube."""
    made = talk(
        sqlite_fair,
        audience=AudienceKind.PUBLIC,
        run_by=RunBy.BUTTON,
        notice={"en": "We begin after the coffee.", "original": "en"},
        floor=FloorRules(moderated=False, slow_seconds=30, words=["pills"]),
    )
    sqlite_fair.perform(SYSTEM, set_channels, made.id, [Channel(kind=ChannelKind.VIDEO, url=VIDEO, language="ko")])
    return made


@pytest.fixture
def viewer(site: Site) -> UUID:
    return site.person("viewer@smc.example", role="viewer")


@pytest.fixture
def other(site: Site) -> Program:
    """Somebody else who takes part."""
    return site.client(site.person("other@smc.example", role="viewer"))


@pytest.fixture
def stage(page: Page, site: Site, session: SessionRecord, viewer: UUID) -> Page:
    """The page of the talk, which is live."""
    site.fair.clock.move_to(at("2020-11-09 10:00"))
    site.fair.perform(SYSTEM, go_live, session_id=session.id)
    enter(page, site, viewer)
    open_live(page, f"{site.page}/watch/{session.id}")
    return page


def enter(page: Page, site: Site, person: UUID) -> None:
    """Give the browser a login's cookie, as signing in does."""
    page.context.add_cookies([{"name": COOKIE, "value": site.secret(person, "cookie"), "url": site.url}])


def open_live(page: Page, address: str) -> None:
    """Open a page with a live connection, and wait until it has one."""
    page.goto(address)
    page.locator("live-connection[data-state=live]").wait_for()


def open_everything(page: Page) -> None:
    """Unfold what is folded, so that it is looked at too."""
    page.evaluate("for (const details of document.querySelectorAll('main details')) details.open = true")


def reads_well(page: Page, address: str, screenshot: Callable[[str], Path], name: str) -> None:
    """Nothing on the page keeps anybody out: by day and by night, on a phone, in Korean, folded and unfolded."""
    page.goto(address)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == []
        screenshot(f"{name}-{scheme}")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("[data-language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.wait_for_load_state()
    open_everything(page)
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    screenshot(f"{name}-korean-phone")
