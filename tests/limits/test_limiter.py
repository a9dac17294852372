"""Rules that hold across processes."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

import server
from server.database import make_engine
from server.errors import Busy, RateLimited
from server.limits.limiter import RULES, Limiter
from server.settings import Settings
from tests.factories import BEFORE, refused


@dataclass
class Moved:
    """A clock whose real time a test moves."""

    real: datetime

    def now(self) -> datetime:
        return BEFORE

    def real_now(self) -> datetime:
        return self.real


@pytest.fixture
def time() -> Moved:
    return Moved(BEFORE)


@pytest.fixture
def limiters(tables_url: str, time: Moved) -> Iterator[list[Limiter]]:
    """Those of two processes on one database."""
    engines = [make_engine(Settings(database_url=tables_url)) for _ in range(2)]
    yield [Limiter(engine, time) for engine in engines]
    for engine in engines:
        engine.dispose()


async def takes(limiter: Limiter, rule: str, key: object, times: int) -> None:
    for _ in range(times):
        await limiter.take(rule, key)


def test_sixth_code_in_five_minutes_is_refused_in_every_process(limiters: list[Limiter], time: Moved) -> None:
    one, other = limiters

    async def story() -> None:
        await takes(one, "code.person", "mina", 3)
        await takes(other, "code.person", "mina", 2)
        time.real += timedelta(seconds=100, milliseconds=1)
        for limiter in limiters:
            with refused(RateLimited, retry_after=200):
                await limiter.take("code.person", "mina")
        await takes(other, "code.person", "somebody else", 5)
        await takes(other, "sign_in.mailbox", "mina", 10)
        time.real += timedelta(seconds=200)
        await takes(one, "code.person", "mina", 5)
        with refused(RateLimited, retry_after=300):
            await other.take("code.person", "mina")

    asyncio.run(story())


def test_success_begins_anew(limiters: list[Limiter]) -> None:
    one, other = limiters

    async def story() -> None:
        await takes(one, "code.person", "mina", 5)
        await other.forget("code.person", "mina")
        await takes(one, "code.person", "mina", 5)

    asyncio.run(story())


def test_of_fifty_at_once_none_too_many_gets_through(limiters: list[Limiter]) -> None:
    async def story() -> list[BaseException | None]:
        tries = (limiters[number % 2].take("sign_in.mailbox", "mina@example.kr") for number in range(50))
        return await asyncio.gather(*tries, return_exceptions=True)

    answers = asyncio.run(story())
    assert [type(answer) for answer in answers if answer] == [RateLimited] * 40


def test_refusal_is_logged_without_whom_it_met(limiters: list[Limiter]) -> None:
    async def story() -> None:
        await takes(limiters[0], "mail.mailbox", "mina@example.kr", RULES["mail.mailbox"].amount)
        with pytest.raises(RateLimited):
            await limiters[0].take("mail.mailbox", "mina@example.kr")

    with structlog.testing.capture_logs() as lines:
        asyncio.run(story())
    assert lines == [{"event": "rate_limited", "log": "security", "log_level": "warning", "rule": "mail.mailbox"}]


def test_database_that_does_not_answer_is_busy(time: Moved) -> None:
    engine = make_engine(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    with refused(Busy):
        asyncio.run(Limiter(engine, time).take("mail.mailbox", "mina@example.kr"))
    asyncio.run(Limiter(engine, time).forget("mail.mailbox", "mina@example.kr"))  # success stays success


def test_every_rule_is_asked_for_by_its_name_and_no_other() -> None:
    source = Path(server.__file__ or "").parent
    taken = {
        name
        for file in source.rglob("*.py")
        for name in re.findall(r'limiter\.(?:take|forget)\("([a-z_.]+)"', file.read_text())
    }
    assert taken == RULES.keys()
