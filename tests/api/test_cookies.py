"""Every cookie there is, by TLS and without, and what is left in a browser after signing out."""

import httpx
import pytest
from fastapi import Response

from server.api.cookies import drop_cookie, set_cookie
from server.settings import Settings
from tests.api.conftest import Api, api_of
from tests.factories import Fair

SITE = "https://fair.example"


@pytest.mark.parametrize(
    ("base", "given", "dropped"),
    [
        (SITE, "__Host-x=1; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure", "__Host-x"),
        ("http://127.0.0.1:8000", "x=1; HttpOnly; Max-Age=60; Path=/; SameSite=lax", "x"),
    ],
)
def test_by_tls_a_cookie_is_this_host_s_alone(base: str, given: str, dropped: str) -> None:
    settings, response = Settings(base_url=base), Response()
    set_cookie(response, settings, "x", "1", 60)
    drop_cookie(response, settings, "x")
    first, second = response.headers.getlist("set-cookie")
    assert first == given
    assert second.partition("=")[0] == dropped
    assert "max-age=0" in second.lower()


def test_the_language_is_kept_like_every_other_cookie(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, base_url=SITE) as by_tls:
        answer = by_tls.client.get("/sign-in?lang=ko")
        name, _, rest = answer.headers["set-cookie"].partition("=ko; ")
        assert (name, rest) == (
            "__Host-madang_language",
            "HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure",
        )
        pages = [by_tls.client.get("/sign-in", headers={"cookie": f"{one}=ko"}) for one in (name, "madang_language")]
        assert [page.headers["content-language"] for page in pages] == ["ko", "en"]


def test_signing_out_clears_what_the_browser_has_kept(api: Api) -> None:
    cookie = api.cookie("buyer")
    answer: httpx.Response = api.send(None, "POST", "/api/v1/sign-out", cookie=cookie)
    assert (answer.status_code, answer.headers["clear-site-data"]) == (204, '"cache", "storage"')
