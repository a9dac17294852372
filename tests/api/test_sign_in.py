"""Every way in, over HTTP: mailed links, passwords, one-time codes; and that nobody learns who exists."""

import asyncio
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
import pyotp
import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from server.accounts import totp
from server.accounts.actors import SYSTEM
from server.accounts.credentials import set_password
from server.accounts.passwords import Passwords
from server.accounts.tables import Login, Person, SignInLink
from server.accounts.vault import Vault
from server.api.cookies import NAME
from server.database import reading, writing
from server.limits.limiter import RULES
from server.mail.outbox import ask_for_link
from server.mail.tables import Mail
from tests.api.conftest import Api, api_of
from tests.factories import Fair
from tests.mail.relay import Relay, open_relay, plain

SIGN_IN, LINK, PASSWORD = "/api/v1/sign-in", "/api/v1/sign-in/link", "/api/v1/sign-in/password"
SECRET_KEY = "for tests, and long enough to be one"
GOOD = "three random words and a fourth"
KNOWN, UNKNOWN = "lee@buyer.example", "nobody@nowhere.example"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as opened:
        yield opened


@contextmanager
def mailing(fair: Fair, relay: Relay) -> Iterator[Api]:
    """A server that sends mail, and whose buyer has an address."""
    with api_of(fair, smtp_url=relay.url, mail_from="madang <no@fair.example>") as api:
        name(fair, api.people["buyer"], KNOWN)
        yield api


def name(fair: Fair, person: UUID, email: str) -> None:
    with writing(fair.engine) as connection, Session(connection) as db:
        one = db.get_one(Person, person)
        one.email = email
        db.add(one)
        db.flush()


def post(api: Api, path: str, **body: Any) -> httpx.Response:
    """By a browser without any cookie yet."""
    answer = api.client.post(path, json=body)
    api.client.cookies.clear()
    return answer


def status_of(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code") if answer.content else None


def give_password(api: Api, who: str, password: str = GOOD) -> None:
    async def hashed() -> str:
        return await Passwords(api.fair.engine).hashed(password)

    now = datetime.now(UTC)
    api.fair.perform(SYSTEM, set_password, api.people[who], asyncio.run(hashed()), None, now)


def give_codes(api: Api, who: str) -> pyotp.TOTP:
    """Set up one-time codes; the code of the present step is unused."""
    vault, secret, person = Vault(SECRET_KEY, api.house.settings.data_dir), totp.new_secret(), api.people[who]
    api.fair.perform(SYSTEM, totp.set_up, person, vault.seal(secret, person))
    before = datetime.now(UTC) - timedelta(seconds=60)
    with reading(api.fair.engine) as db:
        login = db.exec(select(Login.id).where(Login.person_id == person)).first()
    assert login is not None
    api.fair.perform(SYSTEM, totp.confirm, vault, person, login, pyotp.TOTP(secret).at(before), before)
    return pyotp.TOTP(secret)


def last_login(api: Api, who: str) -> Login:
    with reading(api.fair.engine) as db:
        query = select(Login).where(Login.person_id == api.people[who], Login.kind == "cookie")
        return max(db.exec(query), key=lambda login: login.created_at)


def test_a_mailed_link_signs_in_once(fair: Fair, relay: Relay) -> None:
    with mailing(fair, relay) as api:
        asked = post(api, LINK, email=KNOWN.upper())
        assert (asked.status_code, asked.content) == (202, b"null")
        (mail,) = relay.wait_for(1)
        (address,) = set(re.findall(rf"({re.escape(api.house.settings.base_url)}/sign-in#\S+)", plain(mail)))
        token = address.partition("#")[2]
        assert api.client.get(address).status_code == 200, "a scanner that follows the link"
        answers = [post(api, SIGN_IN, token=token) for _ in range(2)]
        assert [status_of(answer) for answer in answers] == [(200, None), (403, "link_spent")]
        assert answers[0].json() == {"person": str(api.people["buyer"]), "home": "/"}


def test_a_link_is_good_for_one_of_fifty_who_use_it_at_once(fair: Fair) -> None:
    with api_of(fair) as api:
        link = api.link("buyer")

        async def use_at_once() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=api.house.address, timeout=60) as client:
                return await asyncio.gather(*(client.post(SIGN_IN, json={"token": link}) for _ in range(50)))

        answers = asyncio.run(use_at_once())
        assert Counter(map(status_of, answers)) == {(200, None): 1, (403, "link_spent"): 49}
        assert [cookie for answer in answers for cookie in answer.cookies] == [NAME]


class Statements:
    """The statements that an engine runs, with what is inserted left out."""

    def __init__(self, engine: Engine) -> None:
        self.seen: list[str] = []
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.seen.append(statement)

    def take(self) -> list[str]:
        seen, self.seen = self.seen, []
        return seen


def test_asking_for_a_link_tells_nobody_whether_an_address_is_known(sqlite_fair: Fair, relay: Relay) -> None:
    relay.refused = {KNOWN: "452 later"}  # the postman's own work is not part of the answer
    with mailing(sqlite_fair, relay) as api:
        limits = {rule: RULES[rule] for rule in ("mail.mailbox", "mail.address")}
        times: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
        seen: set[tuple[int, bytes, tuple[str, ...]]] = set()
        for number in range(int(limits["mail.mailbox"].amount)):
            for email in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
                began = perf_counter()
                answer = post(api, LINK, email=email)
                times[email].append(perf_counter() - began)
                headers = tuple(sorted(name for name in answer.headers if name != "date"))
                seen.add((answer.status_code, answer.content, headers))
        assert len(seen) == 1
        refused = [post(api, LINK, email=email) for email in (KNOWN, UNKNOWN)]
        assert [status_of(answer) for answer in refused] == 2 * [(429, "rate_limited")]
        low, high = sorted(median(spent) for spent in times.values())
        assert high < 1.5 * low + 0.01


def test_the_work_behind_an_asked_link_is_the_same_for_every_address(sqlite_fair: Fair) -> None:
    name(sqlite_fair, sqlite_fair.buyer().people[0], KNOWN)
    statements, runs = Statements(sqlite_fair.engine), []
    for email in (KNOWN, UNKNOWN):
        sqlite_fair.perform(SYSTEM, ask_for_link, email, datetime.now(UTC))
        runs.append(statements.take())
    assert runs[0] == runs[1] != []
    with reading(sqlite_fair.engine) as db:
        kept = [(mail.kind, mail.state, mail.person_id) for mail in db.exec(select(Mail))]
    assert kept == 2 * [("sign_in", "waiting", None)]


def test_without_mail_nobody_is_promised_one(api: Api) -> None:
    answers = [post(api, LINK, email=email) for email in (KNOWN, UNKNOWN)]
    assert [status_of(answer) for answer in answers] == 2 * [(409, "mail_off")]
    assert answers[0].content == answers[1].content


def test_a_password_signs_in(api: Api) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    give_password(api, "buyer")
    answer = post(api, PASSWORD, email=KNOWN, password=GOOD)
    assert (answer.status_code, answer.json()["person"]) == (200, str(api.people["buyer"]))
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert api.send(None, "GET", "/api/v1/me", cookie=cookie).json()["id"] == str(api.people["buyer"])


def test_the_longest_password_may_be_typed_in_parts_of_characters(api: Api) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    longest = "".join(map(chr, range(0xAC01, 0xAC01 + 128)))
    cookie, in_parts = api.cookie("buyer"), unicodedata.normalize("NFD", longest)
    assert (len(longest), len(in_parts) > 256) == (128, True)
    assert api.send(None, "PUT", "/api/v1/me/password", {"new": in_parts}, cookie=cookie).status_code == 204
    for typed in (longest, in_parts):
        assert status_of(post(api, PASSWORD, email=KNOWN, password=typed)) == (200, None)


def test_a_wrong_password_an_unknown_address_and_one_without_answer_alike(api: Api) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    name(api.fair, api.people["viewer"], "no-password@people.example")
    give_password(api, "buyer")
    asked = [(KNOWN, GOOD + "!"), (UNKNOWN, GOOD), ("no-password@people.example", GOOD), (KNOWN, " " + GOOD)]
    answers = [post(api, PASSWORD, email=email, password=password) for email, password in asked]
    assert [status_of(answer) for answer in answers] == 4 * [(401, "sign_in_failed")]
    assert len({answer.content for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)


def test_ten_wrong_passwords_are_enough_for_a_mailbox_known_or_not(api: Api) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    give_password(api, "buyer")
    for email in (KNOWN, UNKNOWN):
        answers = [post(api, PASSWORD, email=email, password="a wrong password") for _ in range(11)]
        assert [answer.status_code for answer in answers] == 10 * [401] + [429]
    late = post(api, PASSWORD, email=KNOWN, password=GOOD)
    assert status_of(late) == (429, "rate_limited"), "the right one comes too late as well"
    assert int(late.headers["retry-after"]) > 0


@pytest.mark.parametrize("way", ["link", "password"])
def test_codes_are_asked_for_by_every_way_in_and_use_nothing_up(api: Api, way: str) -> None:
    name(api.fair, api.people["buyer"], KNOWN)
    give_password(api, "buyer")
    codes = give_codes(api, "buyer")
    path, body = (
        (SIGN_IN, {"token": api.link("buyer")}) if way == "link" else (PASSWORD, {"email": KNOWN, "password": GOOD})
    )
    wrong = f"{(int(codes.now()) + 1) % 1_000_000:06}"
    asked = [body, {**body, "code": wrong}, {**body, "code": codes.now()}]
    answers = [post(api, path, **one) for one in asked]
    assert [status_of(answer) for answer in answers] == [(401, "code_needed"), (401, "code_wrong"), (200, None)]
    assert last_login(api, "buyer").second_factor is True
    if way == "link":
        assert status_of(post(api, path, **body)) == (403, "link_spent")


def test_without_codes_a_login_has_no_second_factor(api: Api) -> None:
    assert post(api, SIGN_IN, token=api.link("buyer")).status_code == 200
    assert last_login(api, "buyer").second_factor is False


def test_five_wrong_codes_are_enough_for_a_person_by_whichever_link(api: Api) -> None:
    codes = give_codes(api, "buyer")
    wrong = f"{(int(codes.now()) + 7) % 1_000_000:06}"
    answers = [post(api, SIGN_IN, token=api.link("buyer"), code=wrong) for _ in range(6)]
    assert [status_of(answer)[0] for answer in answers] == 5 * [401] + [429]
    assert post(api, SIGN_IN, token=api.link("buyer"), code=codes.now()).status_code == 429
    assert post(api, SIGN_IN, token=api.link("viewer"), code=wrong).status_code == 200, "others are let in"


def test_a_code_without_a_good_link_tells_nothing(api: Api) -> None:
    answers = [post(api, SIGN_IN, token="never-given-to-anybody", code="123456") for _ in range(8)]
    assert [status_of(answer) for answer in answers] == 8 * [(403, "link_spent")]


def test_signing_in_again_ends_the_login_that_the_browser_had(api: Api) -> None:
    before = api.cookie("buyer")
    own = {"cookie": before, "origin": api.house.address}
    after = api.client.post(SIGN_IN, json={"token": api.link("buyer")}, headers=own)
    cookie = after.headers["set-cookie"].partition(";")[0]
    assert cookie != before
    statuses = [api.send(None, "GET", "/api/v1/me", cookie=one).status_code for one in (before, cookie)]
    assert statuses == [401, 200]
    assert api.send("buyer", "GET", "/api/v1/me").status_code == 200, "a program's token is no browser's login"


def test_what_a_browser_calls_itself_is_kept_shortened(api: Api) -> None:
    answer = api.client.post(SIGN_IN, json={"token": api.link("buyer")}, headers={"user-agent": "Browser/1" * 100})
    assert answer.status_code == 200
    assert last_login(api, "buyer").agent == ("Browser/1" * 100)[:200]


def test_no_secret_is_printed_or_stored(fair: Fair, relay: Relay, capfd: pytest.CaptureFixture[str]) -> None:
    with mailing(fair, relay) as api:
        give_password(api, "buyer")
        codes = give_codes(api, "buyer")
        post(api, LINK, email=KNOWN)
        (mail,) = relay.wait_for(1)
        (token,) = re.findall(r"/sign-in#([\w-]{43})\s", plain(mail))[:1]
        post(api, PASSWORD, email=KNOWN, password="a wrong password")
        post(api, SIGN_IN, token=token, code="000000")
        signed_in = post(api, SIGN_IN, token=token, code=codes.now())
        assert signed_in.status_code == 200
        secret = signed_in.headers["set-cookie"].partition(";")[0].partition("=")[2]
        secrets = (token, secret, GOOD, "a wrong password", codes.secret)
        with reading(api.fair.engine) as db:
            tables = [db.exec(select(table)).all() for table in (Login, SignInLink, Mail)]
            kept = str([row.model_dump() for rows in tables for row in rows])
    printed = capfd.readouterr()
    assert [secret for secret in secrets if secret in printed.out + printed.err + kept] == []
    assert KNOWN not in printed.out + printed.err
