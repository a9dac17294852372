"""Passwords: which are taken, that hashing has its bounds, and that nobody's existence shows."""

import asyncio
import unicodedata
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.accounts.credentials import remove_password, set_password
from server.accounts.logins import Entrance, add_login, issue_link, person_of_link, sign_in_by_password
from server.accounts.passwords import AT_ONCE, LONGEST, WAITING, Match, Passwords, common, require_good
from server.accounts.tables import Login, Person
from server.accounts.vault import Vault
from server.batch import Order, perform
from server.database import reading, writing
from server.errors import Busy, LinkSpent, PasswordRefused, SignInFailed
from server.work import HOUSE, Work
from tests.factories import SEOUL, Fair, make_host, refused

CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),))
DEARER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=1024, parallelism=1),))
ADDRESS = "kim.minsu@hospital.example"
GOOD = "네 개의 낱말 정도면 됩니다"

TAKEN = [
    GOOD,
    "correct horse battery staple",
    "k7#mQ2!vX9pL",
    "908172635441",  # digits alone are a mix like any other
    "  spaces at the ends  ",
    "a" * 3 + "bcdefghijkl" + "m" * (LONGEST - 14),
    "😀🎉🚀🌈🔥🍕🎸🐙🦄🍀⚡️☃️",
    "minsu and three random words",
]
REFUSED = {
    "at least 12": ["", "short", "elevenchars", "한글열한자입니다네요"],
    "at most 128": ["ab1" * 43, "x" * 100_000],
    "repeats": ["aaaaaaaaaaaa", "abcabcabcabc", "123412341234123", "passwordpassword", "1" * LONGEST],
    "commonest": ["123qweasdzxc", "1QAZ2WSX3EDC", "Password1234", "!!!dragon!!!", "2024Welcome2024"],
    "your name": ["kim.minsu@hospital.example", "minsuhospital", "Hospital2024", "KimMinsu1234"],
}


@pytest.mark.parametrize("password", TAKEN)
def test_what_nobody_guesses_is_taken(password: str) -> None:
    require_good(password, known())


@pytest.mark.parametrize(("why", "password"), [(why, one) for why, many in REFUSED.items() for one in many])
def test_what_others_would_guess_is_refused_and_told_why(why: str, password: str) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        require_good(password, known())
    assert why in refusal.value.message
    assert refusal.value.details == {}


def known() -> set[str]:
    return {ADDRESS, "kim", "minsu", "hospital", "example", "Kim Minsu", "Seongnam City"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_every_text_is_taken_or_refused(password: str) -> None:
    try:
        require_good(password, known())
    except PasswordRefused:
        return
    assert 12 <= len(password) <= 2 * LONGEST


def test_the_list_of_common_ones_holds_those_that_are_long_enough_too() -> None:
    assert len([word for word in common() if len(word) >= 12]) >= 300
    assert {"password", "qwertyuiop", "1q2w3e4r5t6y"} <= common()


def person(fair: Fair, password: str | None, host: UUID | None = None, hasher: PasswordHash = CHEAP) -> UUID:
    with writing(fair.engine) as connection, Session(connection) as db:
        one = Person(host_id=host or fair.host_id, email=ADDRESS, zone=SEOUL, created_at=fair.clock.now())
        db.add(one)
        db.flush()
        made = one.id
    if password is not None:
        fair.perform(SYSTEM, set_password, made, hasher.hash(password), None, fair.clock.real_now())
    return made


def matched(fair: Fair, email: str, password: str, hasher: PasswordHash = CHEAP) -> Match | None:
    async def story() -> Match | None:
        return await Passwords(fair.engine, hasher).match(email, password)

    return asyncio.run(story())


def test_an_address_and_its_password_are_somebodys(fair: Fair) -> None:
    one = person(fair, GOOD)
    match = matched(fair, ADDRESS, GOOD)
    assert match is not None
    assert (match.person_id, match.renewed) == (one, None)
    assert matched(fair, ADDRESS, GOOD + "!") is None
    assert matched(fair, "lee@hospital.example", GOOD) is None
    fair.perform(SYSTEM, remove_password, one)
    assert matched(fair, ADDRESS, GOOD) is None


def test_of_several_hosts_who_know_an_address_it_is_the_one_whose_password_fits(fair: Fair) -> None:
    person(fair, None)
    person(fair, "another password of theirs", make_host(fair.engine, fair.clock))
    third = person(fair, GOOD, make_host(fair.engine, fair.clock))
    match = matched(fair, ADDRESS, GOOD)
    assert match is not None
    assert match.person_id == third


def test_however_many_hosts_know_an_address_as_many_hashes_are_checked(fair: Fair) -> None:
    checked = []

    class Counting(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:
            checked.append(hash)
            return super().verify(password, hash)

    hasher = PasswordHash((Counting(time_cost=1, memory_cost=8192),))
    counts = []
    for host in (None, make_host(fair.engine, fair.clock), make_host(fair.engine, fair.clock)):
        assert matched(fair, ADDRESS, "a wrong password", hasher) is None
        counts.append(len(checked))
        checked.clear()
        person(fair, GOOD, host, hasher)
    assert counts == [2, 2, 2]


def test_a_password_is_measured_as_it_is_typed_not_as_it_is_compared() -> None:
    """Comparing writes ß as ss, and ﬃ as three letters."""
    require_good("weiß der große Hund, ob " + "".join(map(chr, range(0xAC00, 0xAC00 + 103))) + "ß", [])
    for password, why in (("ﬃaﬃbﬃcd", "at least 12"), ("0123456789ab" * 10 + "123456789", "at most 128")):
        with pytest.raises(PasswordRefused, match=why):
            require_good(password, [])


def test_a_password_that_is_changed_meanwhile_lets_nobody_in(fair: Fair) -> None:
    """It was found to fit, and another transaction is about to set a new one."""
    one, now = person(fair, GOOD), fair.clock.real_now()
    match = matched(fair, ADDRESS, GOOD)
    assert match is not None
    until, vault = now + timedelta(hours=1), Vault("k" * 32, Path())
    enter = partial(sign_in_by_password, entrance=Entrance("x" * 64, until, now, vault), match=match)
    with ThreadPoolExecutor() as pool:
        others: list[Future[object]] = []

        def change(work: Work) -> None:
            set_password(work, one, CHEAP.hash("a quite different one"), None, now)
            work.db.flush()
            others.append(pool.submit(perform, fair.engine, fair.clock, Order(HOUSE, enter)))
            wait(others, 0.5)  # it has to wait for this transaction

        perform(fair.engine, fair.clock, Order(HOUSE, change))
        with refused(SignInFailed):
            others[0].result()


def test_the_same_characters_typed_in_another_way_fit(fair: Fair) -> None:
    person(fair, "카페라떼와 파이썬은 맛있다")
    assert matched(fair, ADDRESS, unicodedata.normalize("NFD", "카페라떼와 파이썬은 맛있다")) is not None


def test_a_hash_of_older_parameters_is_renewed(fair: Fair) -> None:
    person(fair, GOOD, hasher=CHEAP)
    match = matched(fair, ADDRESS, GOOD, DEARER)
    assert match is not None
    assert match.renewed is not None
    assert DEARER.verify(GOOD, match.renewed)
    assert not DEARER.current_hasher.check_needs_rehash(match.renewed)


def test_hashes_are_argon2id_of_at_least_the_recommended_cost(fair: Fair) -> None:
    async def story() -> str:
        return await Passwords(fair.engine).hashed(GOOD)

    _, kind, _, cost, *_ = asyncio.run(story()).split("$")
    costs = dict(part.split("=") for part in cost.split(","))
    # OWASP: 19 MiB with 2 passes, or more.
    assert (kind, int(costs["m"]) >= 19 * 1024, int(costs["t"]) >= 2) == ("argon2id", True, True)


def test_only_so_many_are_hashed_at_once_and_only_so_many_wait(sqlite_fair: Fair) -> None:
    """Each takes 64 MB: whoever comes on top is asked to come again."""
    running, most = 0, 0

    class Counting(Argon2Hasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            made = super().hash(password, salt=salt)
            running -= 1
            return made

    async def story() -> list[object]:
        passwords = Passwords(sqlite_fair.engine, PasswordHash((Counting(time_cost=1, memory_cost=8192),)))
        many = AT_ONCE + WAITING + 10
        first = await asyncio.gather(*(passwords.hashed(GOOD) for _ in range(many)), return_exceptions=True)
        assert isinstance(await passwords.hashed(GOOD), str), "afterwards there is room again"
        return list(first)

    answers = asyncio.run(story())
    assert [isinstance(answer, Busy) for answer in answers].count(True) == 10
    assert 1 <= most <= AT_ONCE


def test_unknown_addresses_cost_the_same_time(sqlite_fair: Fair) -> None:
    hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=8192),))
    person(sqlite_fair, GOOD, hasher=hasher)
    without = "nobody@nowhere.example"
    passwords = Passwords(sqlite_fair.engine, hasher)
    times: dict[str, list[float]] = {ADDRESS: [], without: []}

    async def story() -> None:
        await passwords.match(ADDRESS, "warm up the dummy")
        for _ in range(40):
            for email, spent in times.items():
                began = perf_counter()
                assert await passwords.match(email, "a wrong password") is None
                spent.append(perf_counter() - began)

    asyncio.run(story())
    known_one, unknown = (median(spent) for spent in times.values())
    assert 0.75 < known_one / unknown < 1.33, "the medians of interleaved rounds differ"


def test_while_passwords_are_checked_the_loop_goes_on(sqlite_fair: Fair) -> None:
    person(sqlite_fair, GOOD)

    async def turns() -> int:
        passwords = Passwords(sqlite_fair.engine)
        checks = asyncio.gather(*(passwords.match(ADDRESS, "a wrong password") for _ in range(4)))
        count = 0
        while not checks.done():
            await asyncio.sleep(0)
            count += 1
        assert checks.result() == [None] * 4
        return count

    assert asyncio.run(turns()) > 100, "it has some ten turns where each check stops it"


def test_a_new_password_ends_every_other_login_and_link(fair: Fair) -> None:
    one, now = person(fair, None), fair.clock.real_now()
    until = now + timedelta(hours=1)
    here, elsewhere, program = (
        fair.perform(SYSTEM, add_login, one, f"{kind}{number}", kind, "", now, until).id
        for number, kind in enumerate(("cookie", "cookie", "token"))
    )
    fair.perform(SYSTEM, issue_link, one, "link", until)
    fair.perform(SYSTEM, set_password, one, CHEAP.hash(GOOD), here, now)
    with reading(fair.engine) as db:
        ended = {login: db.get_one(Login, login).ended_at is not None for login in (here, elsewhere, program)}
    assert ended == {here: False, elsewhere: True, program: True}
    with refused(LinkSpent):
        fair.perform(SYSTEM, person_of_link, "link", now)
