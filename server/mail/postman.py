"""The postman: looks for due mails, makes their secrets, hands them to the carrier, and writes down what came of it.

Several processes may each have one. A mail is claimed for a while, and whoever claimed it is done with it before the
claim ends; only after a crash does another take it up.
"""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from server.accounts.tokens import digest, new_token
from server.batch import Command, Order
from server.clock import Clock
from server.database import glancing
from server.mail import outbox
from server.mail.carrier import Carrier, NotCarried, Undeliverable
from server.mail.letters import MOST_LINKS, LetterRecord, prepare
from server.mail.outbox import ClaimedMail, ClaimRecord
from server.mail.texts import Entry, Letter, compose
from server.settings import Settings
from server.work import HOUSE
from server.writer import Writer

log = structlog.get_logger()

LOOK_EVERY = 1.0
CLAIM = timedelta(minutes=5)
AT_ONCE = 5
CLAIMED = 20  # at once; all of them are tried well within a claim
SEND_SECONDS = 45.0


class Postman:
    """Sends what is due, a few mails at a time."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, carrier: Carrier, settings: Settings) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._carrier = carrier
        self._settings = settings
        host = urlsplit(settings.base_url).hostname or "localhost"
        self._sender = settings.mail_from or f"madang <no-reply@{host}>"
        self._hands = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Send for as long as the process lives."""
        while True:
            try:
                busy = await self.send_due()
            except Exception as error:  # the database is away: the next look finds the same mails
                log.warning("the postman found no work", trouble=type(error).__name__)
                busy = 0
            if busy < CLAIMED:
                await asyncio.sleep(LOOK_EVERY)

    async def send_due(self) -> int:
        """Try what is due now, at most so many; how many there were."""
        if not await run_in_threadpool(self._any_due):
            return 0
        now = self._clock.real_now()
        command = partial(outbox.claim, real_now=now, until=now + CLAIM, limit=CLAIMED)
        claimed = ClaimRecord.model_validate_json(await self._run(command)).mails
        await asyncio.gather(*(self._try(mail) for mail in claimed))
        return len(claimed)

    def _any_due(self) -> bool:
        with glancing(self._engine) as db:
            return outbox.any_due(db, self._clock.real_now())

    async def _run(self, command: Command) -> str:
        return await self._writer.run(Order(HOUSE, command))

    async def _try(self, mail: ClaimedMail) -> None:
        async with self._hands:
            try:
                await self._run(await self._sent(mail))
            except Exception as error:  # it stays claimed, and is tried again when the claim has ended
                log.warning("a mail was not settled", mail=str(mail.id), trouble=type(error).__name__)

    async def _sent(self, mail: ClaimedMail) -> Command:
        """Send a mail; the command that writes down what came of it."""
        try:
            tokens = [new_token() for _ in range(MOST_LINKS)]
            letter = await self._prepared(mail, tokens)
            if letter is None:
                return _settled(mail, outbox.DROPPED)
            message = compose(letter, mail.id, self._sender, self._clock.real_now())
            async with asyncio.timeout(SEND_SECONDS):
                await self._carrier.carry(message)
        except Undeliverable as refused:
            return _settled(mail, outbox.DEAD, str(refused))
        except (NotCarried, TimeoutError) as error:
            return self._later(mail, str(error) or "the relay took too long")
        except Exception as error:  # a mail that breaks something must not stop the others, nor tell its secrets
            log.error("a mail broke", mail=str(mail.id), kind=mail.kind, trouble=type(error).__name__)
            return self._later(mail, type(error).__name__)
        return _settled(mail, outbox.SENT)

    def _later(self, mail: ClaimedMail, trouble: str) -> Command:
        now: datetime = self._clock.real_now()
        return partial(outbox.try_later, mail_id=mail.id, trouble=trouble, real_now=now)

    async def _prepared(self, mail: ClaimedMail, tokens: list[str]) -> Letter | None:
        command = partial(
            prepare,
            mail=mail,
            digests=[digest(token) for token in tokens],
            real_now=self._clock.real_now(),
            settings=self._settings,
        )
        record = LetterRecord.model_validate_json(await self._run(command))
        if record.address is None or record.expires_at is None:
            return None
        base = self._settings.base_url.rstrip("/")
        links = zip(record.names, tokens, strict=False)
        entries = [Entry(names, f"{base}{record.path}#{token}") for names, token in links]
        return Letter(
            kind=mail.kind,
            address=record.address,
            country=record.country,
            zone=record.zone,
            entries=entries,
            expires_at=record.expires_at,
            host=record.host,
            days=record.days,
        )


def _settled(mail: ClaimedMail, state: str, trouble: str = "") -> Command:
    return partial(outbox.settle, mail_id=mail.id, state=state, trouble=trouble)
