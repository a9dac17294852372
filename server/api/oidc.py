"""Signing in by the identity provider: there, and back again. These are pages for browsers, not the API."""

import secrets
from datetime import timedelta
from functools import partial
from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from server.accounts import oidc
from server.accounts.logins import Entrance, LoginRecord, log_in
from server.accounts.oidc import Attempt, AttemptRecord, CameBackRecord, Provider
from server.accounts.tokens import digest, new_token, sign_in_link
from server.api.cookies import cookie_name, drop_cookie, set_cookie
from server.api.door import PartsDep, origin_of
from server.api.sign_in import come_in, log_failure
from server.batch import Order
from server.errors import NotBegun, NotFound, NotInvited
from server.limits.requests import network_of
from server.parts import Parts
from server.web.addresses import local_path
from server.work import HOUSE, Work

router = APIRouter(prefix="/sign-in/oidc", include_in_schema=False)

STATE_COOKIE = "madang_oidc"
ATTEMPT_SECONDS = 600


@router.get("")
async def begin(
    request: Request, parts: PartsDep, back: Annotated[str | None, Query(max_length=300)] = None
) -> Response:
    """Send the browser to the provider. Only this browser, which keeps the state, can come back from it.

    Nobody is signed in by following another site's link, which leads to the sign-in page: the provider may ask nothing
    of who is signed in there.
    """
    provider = _provider(parts)
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return RedirectResponse("/sign-in", 303, {"Cache-Control": "no-store"})
    await parts.limiter.take("provider.address", network_of(request.client.host if request.client else ""))
    attempt = Attempt(state=new_token(), nonce=new_token(), verifier=secrets.token_urlsafe(64))
    address = await provider.address_for(attempt, _callback(parts))
    until = parts.clock.real_now() + timedelta(seconds=ATTEMPT_SECONDS)
    command = partial(
        oidc.begin, state_digest=digest(attempt.state), attempt=attempt, back=local_path(back), expires_at=until
    )
    await parts.writer.run(Order(HOUSE, command))
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    set_cookie(response, parts.settings, STATE_COOKIE, attempt.state, ATTEMPT_SECONDS)
    return response


@router.get("/callback")
async def come_back(
    request: Request,
    parts: PartsDep,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Where the provider sends the browser back to: logs in whom it means, and goes on to the page asked for."""
    provider = _provider(parts)
    kept_state = request.cookies.get(cookie_name(STATE_COOKIE, parts.settings), "")
    if not state or not compare_digest(state.encode(), kept_state.encode()):
        raise NotBegun
    now = parts.clock.real_now()
    begun = partial(oidc.come_back, state_digest=digest(state), real_now=now)
    kept = AttemptRecord.model_validate_json(await parts.writer.run(Order(HOUSE, begun)))
    if not code:
        raise NotBegun("You were not signed in there.")
    claims = await provider.claims(Attempt(state, kept.nonce, kept.verifier), code, _callback(parts))
    link = new_token()
    recognise = partial(
        oidc.recognise,
        claims=claims,
        real_now=now,
        link_digest=digest(link),
        link_until=now + timedelta(seconds=parts.settings.mailed_link_seconds),
    )
    try:
        order = Order(HOUSE, recognise, origin=origin_of(request))
        found = CameBackRecord.model_validate_json(await parts.writer.run(order))
    except NotInvited as refusal:
        log_failure(request, refusal.code)
        raise
    if found.code_needed:
        response = RedirectResponse(sign_in_link(parts.settings.base_url, link), 303)
    else:
        response = RedirectResponse(local_path(kept.back), 303)

        def enter(work: Work, entrance: Entrance) -> LoginRecord:
            return log_in(work, found.person, entrance)

        await come_in(request, response, parts, enter, vouched=claims.second_factor)
    response.headers["Cache-Control"] = "no-store"
    drop_cookie(response, parts.settings, STATE_COOKIE)
    return response


def _provider(parts: Parts) -> Provider:
    if parts.provider is None:
        raise NotFound
    return parts.provider


def _callback(parts: Parts) -> str:
    return f"{parts.settings.base_url.rstrip('/')}{router.prefix}/callback"
