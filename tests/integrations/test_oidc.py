"""Signing in by an identity provider: with a real one over HTTP, and with one that lies."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select

from server.accounts.oidc import Attempt, Claims
from server.accounts.tables import Login, OidcAttempt, OidcIdentity
from server.api.cookies import NAME
from server.api.oidc import STATE_COOKIE
from server.database import reading
from server.errors import ProviderFailed
from server.integrations.oidc import OidcProvider
from tests.api.conftest import Api, add_person, api_of
from tests.api.test_sign_in import give_codes, name, status_of
from tests.factories import Fair, make_host
from tests.integrations.providers import Liar, lying_provider, real_provider

KNOWN, STRANGE, UNVERIFIED = "lee@buyer.example", "strange@nowhere.example", "kim@buyer.example"
USERS: list[dict[str, Any]] = [
    {"sub": "u1", "email": KNOWN.upper(), "email_verified": True},
    {"sub": "u2", "email": STRANGE, "email_verified": True},
    {"sub": "u3", "email": UNVERIFIED, "email_verified": False},
]
START = "/sign-in/oidc"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider(*USERS) as running:
        yield running


@pytest.fixture
def house(sqlite_fair: Fair, issuer: str) -> Iterator[Api]:
    with api_of(sqlite_fair, oidc_issuer=issuer, oidc_client_id="madang", oidc_client_secret="s3/cret&") as api:
        name(sqlite_fair, api.people["buyer"], KNOWN)
        name(sqlite_fair, api.people["exhibitor"], UNVERIFIED)
        yield api


def begin(browser: httpx.Client, back: str = "/c/smc-2020") -> str:
    """Where the provider's page is."""
    started = browser.get(START, params={"back": back})
    assert (started.status_code, started.headers["cache-control"]) == (303, "no-store")
    return started.headers["location"]


def agree(address: str, subject: str = "u1", action: str = "") -> str:
    """Press the provider's button as one of its users; where it sends the browser."""
    sent = httpx.post(address, data={"sub": subject, **({"action": action} if action else {})})
    assert sent.status_code in (302, 303), sent.text
    return str(sent.headers["location"])


def a_browser(api: Api) -> httpx.Client:
    return httpx.Client(base_url=api.house.address)


def test_somebody_known_comes_in_by_the_provider(house: Api) -> None:
    with a_browser(house) as browser:
        address = begin(browser)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert {key: asked[key] for key in ("response_type", "client_id", "scope", "code_challenge_method")} == {
            "response_type": "code",
            "client_id": "madang",
            "scope": "openid email",
            "code_challenge_method": "S256",
        }
        assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
        back = browser.get(agree(address))
        assert (back.status_code, back.headers["location"]) == (303, "/c/smc-2020")
        assert browser.get("/api/v1/me").json()["id"] == str(house.people["buyer"])
        assert STATE_COOKIE not in browser.cookies
    with reading(house.fair.engine) as db:
        (known,) = db.exec(select(OidcIdentity)).all()
        assert (known.subject, known.person_id) == ("u1", house.people["buyer"])
        assert db.exec(select(OidcAttempt)).all() == []
        login = db.exec(select(Login).where(Login.kind == "cookie")).one()
        assert login.second_factor is False


def test_who_came_once_is_known_by_their_subject(house: Api) -> None:
    for email in (KNOWN, "moved@elsewhere.example"):
        name(house.fair, house.people["buyer"], email)
        with a_browser(house) as browser:
            assert browser.get(agree(begin(browser))).status_code == 303
            assert browser.get("/api/v1/me").json()["id"] == str(house.people["buyer"])


@pytest.mark.parametrize("subject", ["u2", "u3"])
def test_who_is_unknown_or_not_verified_is_told_whom_to_ask(house: Api, subject: str) -> None:
    with a_browser(house) as browser:
        refused = browser.get(agree(begin(browser), subject))
        assert status_of(refused) == (403, "not_invited")
        page = browser.get(agree(begin(browser), subject), headers={"accept": "text/html"})
        assert page.status_code == 403
        assert page.headers["content-type"].startswith("text/html")
        assert NAME not in browser.cookies
        assert STRANGE not in page.text


def test_whoever_has_codes_is_asked_for_one_afterwards(house: Api) -> None:
    codes: pyotp.TOTP = give_codes(house, "buyer")
    with a_browser(house) as browser:
        back = browser.get(agree(begin(browser)))
        page, _, token = back.headers["location"].partition("#")
        assert (back.status_code, page) == (303, f"{house.house.settings.base_url}/sign-in")
        assert NAME not in browser.cookies
        assert status_of(browser.post("/api/v1/sign-in", json={"token": token})) == (401, "code_needed")
        signed_in = browser.post("/api/v1/sign-in", json={"token": token, "code": codes.now()})
        assert signed_in.json()["person"] == str(house.people["buyer"])


def test_who_says_no_over_there_is_not_signed_in(house: Api) -> None:
    with a_browser(house) as browser:
        refused = browser.get(agree(begin(browser), action="deny"))
        assert status_of(refused) == (403, "not_begun")
        assert NAME not in browser.cookies


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(house: Api) -> None:
    with a_browser(house) as browser, a_browser(house) as victim:
        answer = agree(begin(browser))
        assert status_of(victim.get(answer)) == (403, "not_begun"), "nobody is signed in as somebody else"
        begin(victim)
        assert status_of(victim.get(answer)) == (403, "not_begun"), "not with an attempt of their own either"
        assert browser.get(answer).status_code == 303
        assert status_of(browser.get(answer)) == (403, "not_begun")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_one_comes_back_to_this_site_alone(house: Api, back: str) -> None:
    with a_browser(house) as browser:
        assert browser.get(agree(begin(browser, back))).headers["location"] == "/"


@pytest.mark.parametrize(
    ("site", "begins"),
    [
        ("cross-site", False),
        ("same-site", False),
        ("nonsense", False),
        ("same-origin", True),
        ("none", True),
        (None, True),
    ],
)
def test_another_site_s_link_signs_nobody_in(house: Api, site: str | None, begins: bool) -> None:
    with a_browser(house) as browser:
        answer = browser.get(START, headers={"sec-fetch-site": site} if site else {})
        assert (answer.status_code, answer.headers["location"] == "/sign-in") == (303, not begins)
        assert (STATE_COOKIE in browser.cookies) is begins


def test_the_state_cookie_is_out_of_reach_and_short_lived(house: Api) -> None:
    with a_browser(house) as browser:
        cookie = browser.get(START).headers["set-cookie"].lower()
        assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/;", "max-age=600"))


def test_a_provider_that_is_away_gives_a_page_that_says_so(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, oidc_issuer="http://127.0.0.1:9", oidc_client_id="madang") as api:
        answer = httpx.get(api.house.address + START, headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")


def test_without_a_provider_there_is_no_such_page(sqlite_fair: Fair) -> None:
    paths = (START, f"{START}/callback?state=x&code=y", "/nowhere")
    with api_of(sqlite_fair) as api:
        assert {status_of(httpx.get(api.house.address + path)) for path in paths} == {(404, "not_found")}


# What follows talks to the provider alone, as one that lies.

ATTEMPT = Attempt("a state", "a nonce", "a verifier of some length")
SECRET = "a client's secret, long enough for HS256"
BACK = "https://fair.example/sign-in/oidc/callback"


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying_provider() as running:
        running.nonce = ATTEMPT.nonce
        yield running


def claims_of(liar: Liar, secret: str = SECRET) -> Claims:
    async def story() -> Claims:
        provider = OidcProvider(liar.issuer, "madang", secret, lambda: datetime.now(UTC))
        try:
            return await provider.claims(ATTEMPT, "a code", BACK)
        finally:
            await provider.aclose()

    return asyncio.run(story())


def test_a_good_token_is_believed(liar: Liar) -> None:
    liar.claims = {"amr": ["pwd", "mfa"]}
    assert claims_of(liar) == Claims(liar.issuer, "u1", KNOWN, True, True)
    assert liar.forms == [
        {
            "grant_type": "authorization_code",
            "code": "a code",
            "redirect_uri": BACK,
            "code_verifier": ATTEMPT.verifier,
        }
    ]


def encoded(part: dict[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(liar: Liar) -> str:
    """The same token, with `alg` none and no signature."""
    return f"{encoded({'alg': 'none'})}.{liar.id_token().split('.')[1]}."


def signed_with_our_secret(liar: Liar) -> str:
    liar.key, liar.header = OctKey.import_key(SECRET), {"alg": "HS256"}
    return liar.id_token()


def signed_with_the_public_key(liar: Liar) -> str:
    """The old confusion: the published key, taken for a shared secret."""
    payload = liar.id_token().split(".")[1]
    signed = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{payload}"
    signature = hmac.digest(liar.published.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def signed_by_another(liar: Liar) -> str:
    liar.key = RSAKey.generate_key(2048, {"kid": "one"})
    return liar.id_token()


def changed_on_the_way(liar: Liar) -> str:
    head, payload, signature = liar.id_token().split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{head}.{encoded({**said, 'email': STRANGE})}.{signature}"


@pytest.mark.parametrize(
    "forge", [unsigned, signed_with_our_secret, signed_with_the_public_key, signed_by_another, changed_on_the_way]
)
def test_a_token_that_the_provider_has_not_signed_is_refused(liar: Liar, forge: Any) -> None:
    liar.token = forge(liar)
    with pytest.raises(ProviderFailed):
        claims_of(liar)


HOUR = 3600


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": ["madang", "another"], "azp": "another"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": time.time() - HOUR},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        {"iat": time.time() + HOUR},
        {"nbf": time.time() + HOUR},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "of another token"},
        {"amr": "mfa"},
    ],
    ids=lambda claims: "-".join(claims),  # the same in every process that collects them
)
def test_a_token_that_does_not_hold_is_refused(liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims = claims
    with pytest.raises(ProviderFailed):
        claims_of(liar)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "e30.e30.e30", "한글.한글.한글"])
def test_what_is_no_token_is_refused(liar: Liar, token: str) -> None:
    liar.token = token
    with pytest.raises(ProviderFailed):
        claims_of(liar)


@pytest.mark.parametrize("verified", ["true", 1, None, False])
def test_only_a_plain_true_means_verified(liar: Liar, verified: Any) -> None:
    liar.claims = {"email_verified": verified}
    assert claims_of(liar).email_verified is False


def test_an_address_that_is_told_apart_from_the_token_is_asked_for(liar: Liar) -> None:
    told = {"email": KNOWN, "email_verified": True}
    liar.claims, liar.info = dict.fromkeys(told), {"sub": "u1", **told}
    assert claims_of(liar) == Claims(liar.issuer, "u1", KNOWN, True, False)
    liar.info = {"sub": "somebody else", **told}
    with pytest.raises(ProviderFailed):
        claims_of(liar)


def test_new_signing_keys_are_fetched_when_they_are_needed(liar: Liar) -> None:
    async def story() -> list[str]:
        provider = OidcProvider(liar.issuer, "madang", "", lambda: datetime.now(UTC))
        try:
            first = await provider.claims(ATTEMPT, "a code", BACK)
            liar.key = liar.published = RSAKey.generate_key(2048, {"kid": "two"})
            liar.header = {"kid": "two"}
            second = await provider.claims(ATTEMPT, "a code", BACK)
            return [first.subject, second.subject]
        finally:
            await provider.aclose()

    assert asyncio.run(story()) == ["u1", "u1"]
    assert (liar.asked.count("/keys"), liar.asked.count("/.well-known/openid-configuration")) == (2, 1)
    assert {form["client_id"] for form in liar.forms} == {"madang"}, "a client without a secret names itself"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("answer", [(500, b"{}"), (200, b"<html>"), (200, b"[]"), (302, b""), (200, b"{}"), (404, b"")])
def test_strange_answers_are_no_sign_in(liar: Liar, path: str, answer: tuple[int, bytes]) -> None:
    liar.answers[path] = answer
    with pytest.raises(ProviderFailed):
        claims_of(liar)


def test_a_provider_that_speaks_for_another_issuer_is_refused(liar: Liar) -> None:
    about = json.loads(liar.answer("/.well-known/openid-configuration", b"")[1])
    told = json.dumps({**about, "issuer": "https://another.example"}).encode()
    liar.answers["/.well-known/openid-configuration"] = (200, told)
    with pytest.raises(ProviderFailed):
        claims_of(liar)


def test_the_challenge_is_that_of_the_verifier(liar: Liar) -> None:
    async def story() -> str:
        provider = OidcProvider(liar.issuer, "madang", "", lambda: datetime.now(UTC))
        try:
            return await provider.address_for(ATTEMPT, BACK)
        finally:
            await provider.aclose()

    asked = parse_qs(urlsplit(asyncio.run(story())).query)
    assert asked["code_challenge"] == [create_s256_code_challenge(ATTEMPT.verifier)]
    assert ATTEMPT.verifier not in str(asked)


def test_attempts_tell_no_secrets_when_printed() -> None:
    assert repr(ATTEMPT) == "Attempt()"


def test_of_several_people_of_an_address_all_are_known_and_the_first_comes_in(house: Api) -> None:
    other = add_person(house.fair, make_host(house.fair.engine, house.fair.clock))
    name(house.fair, other, KNOWN)
    with a_browser(house) as browser:
        browser.get(agree(begin(browser)))
        assert browser.get("/api/v1/me").json()["id"] == str(house.people["buyer"])
    with reading(house.fair.engine) as db:
        assert {known.person_id for known in db.exec(select(OidcIdentity))} == {house.people["buyer"], other}
