"""One's own password and one-time codes."""

import re
from functools import partial
from typing import Annotated

import segno
from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints

from server.accounts import credentials, totp
from server.accounts.doorkeeper import Visitor
from server.accounts.passwords import LONGEST, require_good
from server.accounts.tables import Person
from server.api.door import Input, PartsDep, SelfDep, origin_of
from server.api.sign_in import Code, Password
from server.batch import Command, Order
from server.conventions.tables import Host
from server.errors import PasswordRefused
from server.i18n.catalogue import name_in
from server.parts import Parts
from server.scope import OwnScope, reading_as
from server.work import HOUSE

router = APIRouter(prefix="/api/v1/me", tags=["accounts"])

PRODUCT = "madang"


class NewPassword(Input):
    """A password to be, and the present one if there is one."""

    new: Annotated[str, StringConstraints(strip_whitespace=False, max_length=4 * LONGEST)]
    current: Password | None = None


class CurrentPassword(Input):
    """The present password."""

    current: Password


class CodeGiven(Input):
    """What the authenticator shows now."""

    code: Code


class Proposal(BaseModel):
    """A secret for an authenticator, shown this once: as text, as the address in the QR code, and as its picture."""

    secret: str
    address: str
    qr_svg: str


@router.put("/password", status_code=204)
async def set_password(body: NewPassword, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Set or change the password. Every other login of mine ends, and every token.

    422 `password_refused`: it tells why; also if `current` is not the present one.
    """
    require_good(body.new, _known_words(visitor, parts))
    await _require_current(body.current, visitor, parts)
    command = partial(
        credentials.set_password,
        person_id=visitor.person_id,
        hashed=await parts.passwords.hashed(body.new),
        login_id=visitor.login_id,
        real_now=parts.clock.real_now(),
    )
    await _run(command, visitor, request, parts)
    await parts.watch.look()


@router.delete("/password", status_code=204)
async def remove_password(body: CurrentPassword, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Sign in without a password from now on."""
    await _require_current(body.current, visitor, parts)
    await _run(partial(credentials.remove_password, person_id=visitor.person_id), visitor, request, parts)


@router.post("/totp")
async def propose_codes(visitor: SelfDep, request: Request, parts: PartsDep) -> Proposal:
    """Begin to set up one-time codes: a secret for the authenticator. It counts once a first code confirms it."""
    secret = totp.new_secret()
    sealed = parts.vault.seal(secret, visitor.person_id)
    await _run(partial(totp.set_up, person_id=visitor.person_id, sealed=sealed), visitor, request, parts)
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        account = db.get_one(Person, visitor.person_id).email or str(visitor.person_id)
        issuer = name_in(db.get_one(Host, visitor.host_id).name, "en")[0] or PRODUCT
    address = totp.address_of(secret, account, issuer)
    picture = segno.make(address, error="m").svg_inline(scale=4, border=4, light="#fff")
    return Proposal(secret=secret, address=address, qr_svg=picture)


@router.post("/totp/confirm", status_code=204)
async def confirm_codes(body: CodeGiven, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """The first code: from now on every way of signing in asks for one."""
    await parts.limiter.take("code.person", visitor.person_id)
    command = partial(
        totp.confirm,
        vault=parts.vault,
        person_id=visitor.person_id,
        login_id=visitor.login_id,
        code=body.code,
        real_now=parts.clock.real_now(),
    )
    await _run(command, visitor, request, parts)
    parts.doorkeeper.forget()


@router.delete("/totp", status_code=204)
async def remove_codes(body: CodeGiven, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Sign in without one-time codes from now on."""
    await parts.limiter.take("code.person", visitor.person_id)
    command = partial(
        totp.remove,
        vault=parts.vault,
        person_id=visitor.person_id,
        code=body.code,
        real_now=parts.clock.real_now(),
    )
    await _run(command, visitor, request, parts)


async def _require_current(current: str | None, visitor: Visitor, parts: Parts) -> None:
    """The present password must come along, if there is one. Tries are counted."""
    await parts.limiter.take("account.person", visitor.person_id)
    if not await parts.passwords.fits(visitor.person_id, current):
        raise PasswordRefused("This is not your present password.")


def _known_words(visitor: Visitor, parts: Parts) -> set[str]:
    """What others know of the visitor, and so try first."""
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        person, host = db.get_one(Person, visitor.person_id), db.get_one(Host, visitor.host_id)
        known = [person.email or "", PRODUCT, *map(str, (person.name or {}).values()), *map(str, host.name.values())]
    return {part for text in known for part in (text, *re.split(r"[\s@._+-]+", text))}


async def _run(command: Command, visitor: Visitor, request: Request, parts: Parts) -> None:
    await parts.writer.run(Order(HOUSE, command, visitor.actor, origin_of(request)))
