"""Passwords: which are taken, and whose they are. Hashing is argon2id, in threads, a few at a time: each takes 64 MB.

Whether somebody exists does not show: what is not found, or found once, is checked against a hash of nobody's.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import Engine, bindparam, select
from starlette.concurrency import run_in_threadpool

from matchmaking.statements import Statement
from server.accounts.tables import Credential, Person
from server.accounts.tokens import new_token
from server.database import glancing
from server.errors import Busy, PasswordRefused

T = TypeVar("T")

SHORTEST, LONGEST = 12, 128
MOST_CANDIDATES = 5  # hosts that may know one address
CHECKED = 2  # hashes at least, however many hosts know it
AT_ONCE = 2
WAITING = 20  # who comes on top of these is asked to come again

_P: Any = Person.__table__  # type: ignore[attr-defined]
_C: Any = Credential.__table__  # type: ignore[attr-defined]
_CANDIDATES = Statement(
    select(_P.c.id, _C.c.password)
    .join(_C, _C.c.person_id == _P.c.id)
    .where(_P.c.email == bindparam("email"), _C.c.password.is_not(None))
    .order_by(_P.c.id)
    .limit(MOST_CANDIDATES)
)
_OWN = Statement(select(_C.c.password).where(_C.c.person_id == bindparam("person_id")))


@dataclass(frozen=True, slots=True)
class Match:
    """Whose password it was: the stored hash that it fitted, and a better one if parameters have changed."""

    person_id: UUID
    stored: str
    renewed: str | None


class Passwords:
    """Makes and checks hashes."""

    def __init__(self, engine: Engine, hasher: PasswordHash | None = None) -> None:
        self._engine = engine
        self._hasher = hasher or PasswordHash.recommended()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._here = 0
        self._nobodys: str | None = None

    async def match(self, email: str, password: str) -> Match | None:
        """Whose address and password these are, if they are anybody's.

        Raises:
            Busy: too many wait.
        """
        return await self._in_turn(self._match, email, as_one(password))

    async def fits(self, person_id: UUID, password: str | None) -> bool:
        """Whether it is this person's password; also if they have none, and none is given.

        Raises:
            Busy: too many wait.
        """
        return await self._in_turn(self._fits, person_id, None if password is None else as_one(password))

    async def hashed(self, password: str) -> str:
        """What is stored of a password.

        Raises:
            Busy: too many wait.
        """
        return await self._in_turn(self._hasher.hash, as_one(password))

    async def _in_turn(self, function: Callable[..., T], *arguments: object) -> T:
        if self._here >= AT_ONCE + WAITING:
            raise Busy
        self._here += 1
        try:
            async with self._turns:
                return await run_in_threadpool(function, *arguments)
        finally:
            self._here -= 1

    def _match(self, email: str, password: str) -> Match | None:
        if self._nobodys is None:
            self._nobodys = self._hasher.hash(new_token())
        with glancing(self._engine) as db:
            candidates = _CANDIDATES.rows(db, {"email": email})
        found = [(row.id, row.password) for row in candidates]
        for person_id, stored in found + [(None, self._nobodys)] * (CHECKED - len(found)):
            fits, renewed = self._hasher.verify_and_update(password, stored)
            if fits and person_id is not None:
                return Match(person_id, stored, renewed)
        return None

    def _fits(self, person_id: UUID, password: str | None) -> bool:
        with glancing(self._engine) as db:
            found = _OWN.rows(db, {"person_id": person_id})
        stored: str | None = found[0].password if found else None
        if stored is None or password is None:
            return stored is None and password is None
        return self._hasher.verify(password, stored)


def as_one(password: str) -> str:
    """One form for all ways of typing the same characters (한 as one character or as three), else as it is."""
    return unicodedata.normalize("NFC", password)


def require_good(password: str, about: Iterable[str]) -> None:
    """Refuse what others would guess. Any characters are fine, and any mix of them.

    Args:
        about: what everybody knows of the person: address, name, the product's name.

    Raises:
        PasswordRefused: it tells why.
    """
    typed = as_one(password)
    plain = typed.casefold()
    if len(typed) < SHORTEST:
        raise PasswordRefused("A password has at least 12 characters.")
    if len(typed) > LONGEST:
        raise PasswordRefused("A password has at most 128 characters.")
    if _repeats(plain):
        raise PasswordRefused("This password repeats itself.")
    if plain in common() or "".join(filter(str.isalpha, plain)) in common():
        raise PasswordRefused("This password is one of the commonest.")
    rest = plain
    for word in sorted({word.casefold() for word in about if len(word) > 2}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST / 2:
        raise PasswordRefused("This password is made of your name or address.")


def _repeats(text: str) -> bool:
    """It is one piece over and over, such as abcabcabcabc or 111111111111."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


@cache
def common() -> frozenset[str]:
    """The commonest passwords that are long enough, and common ones that digits are put around."""
    lines = files(__package__).joinpath("common_passwords.txt").read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
