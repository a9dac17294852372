"""What pages and their scripts never do, told from what is served and from the sources; it takes no browser."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from server.accounts.tables import Credential, Login, Person
from server.web.rendering import STATIC, static_url
from tests.api.conftest import FRIEND, Api

SCRIPTS = sorted((STATIC / "madang").glob("*.js"))
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }}'


class Inputs(HTMLParser):
    """The attributes of a page's input fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.all.append(dict(attrs))


def sources() -> Iterator[tuple[str, str]]:
    """Our scripts."""
    return ((script.name, script.read_text(encoding="utf-8")) for script in SCRIPTS)


def page_of(api: Api, path: str, cookie: str | None = None) -> str:
    answer = api.send(None, "GET", path, accept="text/html", **({"cookie": cookie} if cookie else {}))
    assert answer.status_code == 200
    return answer.text


def test_passwords_are_masked_and_left_to_password_managers(api: Api) -> None:
    pages = page_of(api, "/sign-in"), page_of(api, "/account", api.cookie("buyer"))
    fields = [field for page in pages for field in Inputs(page).all if "password" in (field.get("autocomplete") or "")]
    assert [(field["type"], field["autocomplete"]) for field in fields] == [
        ("password", "current-password"),
        ("password", "new-password"),
    ]
    assert not any(name.startswith("on") or name == "readonly" for field in fields for name in field)
    hindered = [name for name, script in sources() if re.search(r"addEventListener\(.paste|onpaste", script)]
    assert hindered == []


def test_what_somebody_is_called_stays_text(api: Api) -> None:
    cookie = api.cookie("buyer")
    name = {"en": EVIL, "original": "en"}
    assert api.send(None, "PATCH", "/api/v1/me", {"name": name, "position": EVIL}, cookie=cookie).status_code == 204
    page = page_of(api, "/account", cookie)
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert EVIL in [field.get("value") for field in Inputs(page).all], "and means what was written"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.name))
def test_a_script_makes_no_code_and_no_markup_of_text_and_keeps_nothing(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    never = r"\b(eval|Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|document\.cookie)\b"
    assert re.findall(never, text) == []
    to_anybody = r"postMessage\((?![^\n]*, new URL\(node\.src\)\.origin\);)"
    assert re.findall(to_anybody, text) == [], "a player's frame is told to be silent, and nobody else anything"
    kept = re.findall(r"\b(?:local|session)Storage\.\w+\(([^,)]+)", text) + re.findall(r"indexedDB|caches\.", text)
    # Whether figures are explained, and by what a browser without an account is counted once.
    assert set(kept) <= {'"definitions"', *(["KEY"] if script.name == "guest.js" else [])}


def test_folders_sources_and_strangers_files_are_not_served(api: Api) -> None:
    files = static_url("style.css").removesuffix("style.css")
    paths = (files, f"{files}madang", f"{files}madang/", f"{files}%2e%2e/pages.py", f"{files}..%2f..%2fsettings.py")
    others = ("/.git/config", "/static/", "/pyproject.toml", "/.env")
    assert {path: api.client.get(path).status_code for path in (*paths, *others)} == dict.fromkeys(
        (*paths, *others), 404
    )
    assert [api.client.request("TRACE", path).status_code for path in ("/", "/healthz", "/api/v1/me")] == [405] * 3


def test_nobody_is_there_before_somebody_is_invited(engine: Engine) -> None:
    with engine.connect() as connection:
        counted = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Person, Credential, Login)
        ]
    assert counted == [0, 0, 0]


def test_other_sites_scripts_read_no_answer(api: Api) -> None:
    """No header lets them: not of answers, and not of what browsers ask first."""
    for origin in ("https://evil.example", FRIEND, "null"):
        asked = {"origin": origin, "access-control-request-method": "PUT"}
        for method, path in (("GET", "/api/v1/me"), ("OPTIONS", "/api/v1/me/password"), ("GET", "/healthz")):
            answer = api.send("buyer", method, path, **asked)
            assert [name for name in answer.headers if name.startswith("access-control-")] == []
