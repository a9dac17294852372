"""One's own account over HTTP: password, one-time codes, logins and tokens, and what ends with them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pyotp
import pytest
from sqlmodel import select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.accounts.tables import Credential, Login
from server.audit.tables import AuditEntry
from server.database import reading
from tests.api.conftest import Api, api_of
from tests.api.test_sign_in import GOOD, KNOWN, PASSWORD, SIGN_IN, name, post, status_of

ME, LOGINS, TOKENS, TOTP = "/api/v1/me", "/api/v1/me/logins", "/api/v1/tokens", "/api/v1/me/totp"
OTHER = "another three words of theirs"


class Browser:
    """A signed-in browser on one of our own pages."""

    def __init__(self, api: Api, who: str = "buyer", agent: str = "a browser") -> None:
        self.api = api
        signed_in = api.client.post(SIGN_IN, json={"token": api.link(who)}, headers={"user-agent": agent})
        assert signed_in.status_code == 200
        api.client.cookies.clear()
        self.cookie = signed_in.headers["set-cookie"].partition(";")[0]

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.api.send(None, method, path, body, cookie=self.cookie, origin=self.api.house.address)

    @property
    def signed_in(self) -> bool:
        return self.send("GET", ME).status_code == 200

    def listen(self) -> ClientConnection:
        url = self.api.house.address.replace("http", "ws", 1) + self.api.path("/live")
        return connect(url, additional_headers={"cookie": self.cookie, "origin": self.api.house.address})


def end_of(socket: ClientConnection) -> tuple[str, int | None]:
    """What a connection is told when it is closed, within two seconds."""
    told = json.loads(socket.recv(timeout=2))["code"]
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=2)
    return told, closed.value.rcvd.code if closed.value.rcvd else None


def test_a_password_is_set_changed_and_removed(api: Api) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    browser = Browser(api)
    path = f"{ME}/password"
    refused, done = (422, "password_refused"), (204, None)
    # What is sent, what comes of it, and the password that is good then.
    story: list[tuple[str, dict[str, str], tuple[int, str | None], str | None]] = [
        ("PUT", {"new": "too short"}, refused, None),
        ("PUT", {"new": KNOWN}, refused, None),
        ("PUT", {"new": GOOD}, done, GOOD),
        ("PUT", {"new": OTHER}, refused, GOOD),
        ("PUT", {"new": OTHER, "current": OTHER}, refused, GOOD),
        ("PUT", {"new": OTHER, "current": GOOD}, done, OTHER),
        ("DELETE", {"current": GOOD}, refused, OTHER),
        ("DELETE", {"current": OTHER}, done, None),
    ]
    for method, body, expected, good in story:
        assert (body, status_of(browser.send(method, path, body))) == (body, expected)
        if expected == done:
            tried = {word: post(api, PASSWORD, email=KNOWN, password=word).status_code for word in (GOOD, OTHER)}
            assert tried == {word: 200 if word == good else 401 for word in (GOOD, OTHER)}


def test_a_changed_password_ends_the_other_logins_and_their_live_connections(api: Api) -> None:
    here, elsewhere = Browser(api), Browser(api)
    with elsewhere.listen() as socket:
        assert here.send("PUT", f"{ME}/password", {"new": GOOD}).status_code == 204
        assert end_of(socket) == ("signed_out", 1008)
    assert (here.signed_in, elsewhere.signed_in) == (True, False)
    assert api.send("buyer", "GET", ME).status_code == 401, "programs' tokens too"


def test_codes_are_set_up_confirmed_and_taken_away(api: Api) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    browser = Browser(api)
    proposal = browser.send("POST", TOTP).json()
    address = urlsplit(proposal["address"])
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query) == {"secret": [proposal["secret"]], "issuer": ["Seongnam City"]}
    assert KNOWN in address.path.replace("%40", "@")
    assert proposal["qr_svg"].startswith("<svg")
    assert "script" not in proposal["qr_svg"]
    codes = pyotp.TOTP(proposal["secret"])
    before = codes.at(datetime.now(UTC) - timedelta(seconds=30))
    assert status_of(browser.send("POST", f"{TOTP}/confirm", {"code": "12345"}))[0] == 422
    assert status_of(browser.send("POST", f"{TOTP}/confirm", {"code": before})) == (204, None)
    assert status_of(browser.send("POST", TOTP)) == (409, "codes_on")
    assert [login["second_factor"] for login in browser.send("GET", LOGINS).json()["logins"]] == [True]
    assert status_of(browser.send("DELETE", TOTP, {"code": before})) == (401, "code_wrong")
    assert status_of(browser.send("DELETE", TOTP, {"code": codes.now()})) == (204, None)
    assert status_of(browser.send("DELETE", TOTP, {"code": codes.now()})) == (409, "codes_off")
    with reading(api.fair.engine) as db:
        assert db.get_one(Credential, api.people["buyer"]).totp_secret is None


def test_codes_are_tried_five_times_in_five_minutes(api: Api) -> None:
    browser = Browser(api)
    browser.send("POST", TOTP)
    tried = [browser.send("POST", f"{TOTP}/confirm", {"code": f"{number:06}"}).status_code for number in range(6)]
    assert tried == 5 * [401] + [429]


def test_an_organiser_gets_in_once_a_code_was_shown_where_one_is_asked(sqlite_fair: Any) -> None:
    with api_of(sqlite_fair, organisers_need_totp=True) as api:
        browser, people = Browser(api, "organiser"), api.path("/people")
        assert status_of(browser.send("GET", people)) == (403, "second_factor_needed")
        secret = browser.send("POST", TOTP).json()["secret"]
        browser.send("POST", f"{TOTP}/confirm", {"code": pyotp.TOTP(secret).now()})
        assert browser.send("GET", people).status_code == 200


def test_logins_are_listed_and_ended_one_by_one(api: Api) -> None:
    here, elsewhere = Browser(api, agent="here"), Browser(api, agent="elsewhere")
    listed = here.send("GET", LOGINS).json()["logins"]
    assert [(login["agent"], login["current"]) for login in listed] == [("elsewhere", False), ("here", True)]
    assert not any("digest" in key for login in listed for key in login)
    with elsewhere.listen() as socket:
        assert here.send("DELETE", f"{LOGINS}/{listed[0]['id']}").status_code == 204
        assert end_of(socket) == ("signed_out", 1008)
    assert [elsewhere.signed_in, here.signed_in] == [False, True]
    assert [login["agent"] for login in here.send("GET", LOGINS).json()["logins"]] == ["here"]


def test_all_other_logins_end_at_once_and_tokens_stay(api: Api) -> None:
    here, others, link = Browser(api), [Browser(api) for _ in range(3)], api.link("buyer")
    with others[0].listen() as socket:
        assert here.send("DELETE", LOGINS).status_code == 204
        assert end_of(socket) == ("signed_out", 1008)
    assert [here.signed_in, *(other.signed_in for other in others)] == [True, False, False, False]
    assert api.send("buyer", "GET", ME).status_code == 200
    assert status_of(post(api, SIGN_IN, token=link)) == (403, "link_spent")


def test_nobody_ends_or_sees_another_s_logins(api: Api) -> None:
    mine, theirs = Browser(api, "buyer"), Browser(api, "exhibitor")
    (their_login,) = theirs.send("GET", LOGINS).json()["logins"]
    answers = [mine.send("DELETE", f"{LOGINS}/{one}") for one in (their_login["id"], uuid4())]
    answers += [mine.send("DELETE", f"{TOKENS}/{one}") for one in (their_login["id"], uuid4())]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert theirs.signed_in


def make_token(browser: Browser, **body: Any) -> httpx.Response:
    return browser.send("POST", TOKENS, {"label": "a program", "scopes": ["read"], **body})


def test_a_token_is_shown_once_listed_and_taken_back(api: Api) -> None:
    browser = Browser(api)
    for token in browser.send("GET", TOKENS).json()["tokens"]:
        browser.send("DELETE", f"{TOKENS}/{token['id']}")
    made = make_token(browser, scopes=["write", "read"], days=30).json()
    (listed,) = browser.send("GET", TOKENS).json()["tokens"]
    assert {key: listed[key] for key in ("id", "label", "scopes", "used_at")} == {
        "id": made["id"],
        "label": "a program",
        "scopes": ["read", "write"],
        "used_at": None,
    }
    assert made["secret"] not in str(listed)
    lasts = datetime.fromisoformat(listed["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < lasts <= timedelta(days=30)
    bearer = {"authorization": f"Bearer {made['secret']}"}
    assert api.client.get(ME, headers=bearer).status_code == 200
    assert browser.send("DELETE", f"{TOKENS}/{made['id']}").status_code == 204
    assert api.client.get(ME, headers=bearer).status_code == 401
    assert browser.send("GET", TOKENS).json() == {"tokens": []}


@pytest.mark.parametrize(
    "body",
    [{"scopes": []}, {"scopes": ["everything"]}, {"scopes": None}, {"days": 0}, {"days": 366}, {"label": ""}, {"x": 1}],
)
def test_a_token_says_what_it_is_for_and_for_how_long(api: Api, body: dict[str, Any]) -> None:
    assert status_of(make_token(Browser(api), **body)) == (422, "unreadable")


def test_a_token_does_what_it_was_made_for(api: Api) -> None:
    organiser = Browser(api, "organiser")
    reader = {"authorization": f"Bearer {make_token(organiser).json()['secret']}"}
    runner = {"authorization": f"Bearer {make_token(organiser, scopes=['read', 'organise']).json()['secret']}"}
    path = api.path("/people")
    assert status_of(api.client.get(path, headers=reader)) == (403, "scope_missing")
    assert api.client.get(path, headers=runner).status_code == 200


def test_a_program_cannot_touch_the_account_it_acts_for(api: Api) -> None:
    some = uuid4()
    asked: list[tuple[str, str, Any]] = [
        ("PUT", f"{ME}/password", {"new": GOOD}),
        ("DELETE", f"{ME}/password", {"current": GOOD}),
        ("POST", TOTP, None),
        ("POST", f"{TOTP}/confirm", {"code": "123456"}),
        ("DELETE", TOTP, {"code": "123456"}),
        ("GET", LOGINS, None),
        ("DELETE", LOGINS, None),
        ("DELETE", f"{LOGINS}/{some}", None),
        ("GET", TOKENS, None),
        ("POST", TOKENS, {"label": "more", "scopes": ["read"]}),
        ("DELETE", f"{TOKENS}/{some}", None),
    ]
    answers = {(method, path): status_of(api.send("buyer", method, path, body)) for method, path, body in asked}
    assert answers == {(method, path): (403, "browser_only") for method, path, _ in asked}
    strangers = {status_of(api.send(None, method, path, body)) for method, path, body in asked}
    assert strangers == {(401, "not_signed_in")}


def used_at(api: Api, who: str) -> datetime | None:
    with reading(api.fair.engine) as db:
        query = select(Login.used_at).where(Login.person_id == api.people[who], Login.kind == "token")
        return db.exec(query).one()


def test_last_use_is_written_together_once_in_a_while(sqlite_fair: Any) -> None:
    with api_of(sqlite_fair) as api:
        for _ in range(5):
            assert api.send("buyer", "GET", ME).status_code == 200
        assert used_at(api, "buyer") is None, "no request writes by itself"
        assert used_at(api, "viewer") is None
    # The house writes what is not yet written when it closes.
    used = used_at(api, "buyer")
    assert used is not None
    assert timedelta(0) <= datetime.now(UTC) - used < timedelta(minutes=1)
    assert used_at(api, "viewer") is None


def test_changes_of_one_s_account_stand_in_the_audit_trail_with_who_and_where(api: Api) -> None:
    browser = Browser(api)
    browser.send("PUT", f"{ME}/password", {"new": GOOD})
    made = make_token(browser).json()
    with reading(api.fair.engine) as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.about_id == api.people["buyer"])).all()
    told = {(entry.action, entry.subject_id): entry for entry in entries}
    for key in (("credential.added", str(api.people["buyer"])), ("login.added", made["id"])):
        assert (told[key].actor_id, told[key].address) == (api.people["buyer"], "127.0.0.1")
    texts = str([(entry.old, entry.new) for entry in entries])
    assert [secret for secret in (GOOD, "argon2", made["secret"]) if secret in texts] == []
    assert UUID(made["id"])
