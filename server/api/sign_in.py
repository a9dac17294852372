"""Coming in: by a link, by a password; and going out. Whatever fails answers alike, whether or not somebody exists."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints

from server.accounts import logins
from server.accounts.logins import Entrance, LoginRecord, PersonRecord
from server.accounts.passwords import LONGEST
from server.accounts.tokens import digest, new_token
from server.api.cookies import drop_login_cookie, login_cookie, set_login_cookie
from server.api.door import SAFE_METHODS, Input, PartsDep, VisitorDep, check_origin, origin_of
from server.api.fields import MailAddress
from server.batch import Command, Order
from server.errors import MailOff, Refusal, SignInFailed
from server.limits.requests import network_of
from server.logs import security_log
from server.mail import outbox
from server.parts import Parts
from server.work import HOUSE, Work

router = APIRouter(prefix="/api/v1", tags=["accounts"])

Token = Annotated[str, StringConstraints(min_length=20, max_length=200, pattern=r"^[\w-]+$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$", max_length=6)]
# As it was typed: spaces at its ends belong to a password, and a character may come in four parts.
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=4 * LONGEST)]
ComingIn = Callable[[Work, Entrance], LoginRecord]


class SignIn(Input):
    """A one-time sign-in link's token, and the one-time code if the account asks for one."""

    token: Token
    code: Code | None = None


class LinkWanted(Input):
    """Whom to send a sign-in link."""

    email: MailAddress


class PasswordSignIn(Input):
    """An address and its password, and the one-time code if the account asks for one."""

    email: MailAddress
    password: Password
    code: Code | None = None


class SignedIn(BaseModel):
    """Where to go from here."""

    person: UUID
    home: str


async def come_in(
    request: Request,
    response: Response,
    parts: Parts,
    command: ComingIn,
    *,
    code: str | None = None,
    whose: Command | None = None,
    vouched: bool = False,
) -> SignedIn:
    """Log somebody in by a command that checks their way in, and give the browser its cookie.

    Args:
        code: the one-time code that came along; tries are counted for its person.
        whose: the command that tells whose way in it is, without using it (a `PersonRecord`); needed with a code.

    Raises:
        ForeignOrigin: another site's page asks. RateLimited: too many codes were tried.
        Whatever the commands refuse.
    """
    if request.method not in SAFE_METHODS:
        check_origin(request, parts)
    secret, now = new_token(), parts.clock.real_now()
    cookie = request.cookies.get(login_cookie(parts.settings))
    entrance = Entrance(
        token_digest=digest(secret),
        expires_at=now + timedelta(seconds=parts.settings.login_seconds),
        real_now=now,
        vault=parts.vault,
        agent=request.headers.get("user-agent", ""),
        code=code,
        vouched=vouched,
        replaces=digest(cookie) if cookie else None,
    )
    try:
        person = await _counted(parts, whose) if code and whose else None
        order = Order(HOUSE, lambda work: command(work, entrance), origin=origin_of(request))
        record = LoginRecord.model_validate_json(await parts.writer.run(order))
    except Refusal as refusal:
        log_failure(request, refusal.code)
        raise
    if person is not None:
        await parts.limiter.forget("code.person", person)
    if cookie:
        parts.doorkeeper.forget()
    set_login_cookie(response, parts.settings, secret)
    return SignedIn(person=record.person, home="/")


def log_failure(request: Request, code: str) -> None:
    """Somebody could not sign in: why, and from which network; not who."""
    security_log("sign_in.failed", reason=code, network=network_of(_address(request)))


async def _counted(parts: Parts, whose: Command) -> UUID:
    """Whose codes are tried; the try is counted."""
    person = PersonRecord.model_validate_json(await parts.writer.run(Order(HOUSE, whose))).person
    await parts.limiter.take("code.person", person)
    return person


@router.post("/sign-in")
async def sign_in(body: SignIn, request: Request, response: Response, parts: PartsDep) -> SignedIn:
    """Consume a sign-in link; the browser gets its cookie.

    401 `code_needed`: send the same link again, with the one-time code; it has not been used up.
    """
    link = digest(body.token)
    return await come_in(
        request,
        response,
        parts,
        partial(logins.sign_in, link_digest=link),
        code=body.code,
        whose=partial(logins.person_of_link, link_digest=link, real_now=parts.clock.real_now()),
    )


@router.post("/sign-in/link", status_code=202)
async def ask_for_link(body: LinkWanted, request: Request, parts: PartsDep) -> None:
    """Have a sign-in link mailed. The answer is the same for every address; only its mailbox learns more.

    409 `mail_off`: no mail is sent from here.
    """
    check_origin(request, parts)
    if not parts.settings.smtp_url:
        raise MailOff
    await parts.limiter.take("mail.address", network_of(_address(request)))
    await parts.limiter.take("mail.mailbox", body.email)
    command = partial(outbox.ask_for_link, address=body.email, real_now=parts.clock.real_now())
    await parts.writer.run(Order(HOUSE, command))


@router.post("/sign-in/password", openapi_extra={"responses": {"401": {"$ref": "#/components/responses/Problem401"}}})
async def sign_in_by_password(body: PasswordSignIn, request: Request, response: Response, parts: PartsDep) -> SignedIn:
    """Sign in with address and password; the browser gets its cookie.

    401 `sign_in_failed` for every address and password that do not belong together; `code_needed`: send both again,
    with the one-time code.
    """
    check_origin(request, parts)
    await parts.limiter.take("sign_in.address", network_of(_address(request)))
    await parts.limiter.take("sign_in.mailbox", body.email)
    match = await parts.passwords.match(body.email, body.password)
    if match is None:
        log_failure(request, SignInFailed.code)
        raise SignInFailed
    person = PersonRecord(person=match.person_id)
    signed_in = await come_in(
        request,
        response,
        parts,
        partial(logins.sign_in_by_password, match=match),
        code=body.code,
        whose=lambda _work: person,
    )
    await parts.limiter.forget("sign_in.mailbox", body.email)
    return signed_in


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@router.post("/sign-out", status_code=204)
async def sign_out(visitor: VisitorDep, request: Request, response: Response, parts: PartsDep) -> None:
    """End this login; its live connections are closed."""
    command = partial(logins.sign_out, login_id=visitor.login_id, real_now=parts.clock.real_now())
    await parts.writer.run(Order(HOUSE, command, visitor.actor, origin_of(request)))
    parts.watch.ended(visitor.login_id)
    drop_login_cookie(response, parts.settings)
