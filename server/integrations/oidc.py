"""One OpenID Connect provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

Signing keys and addresses are the provider's own, kept for a while. Only asymmetric signatures count: `none` and what
our own secret could have signed are refused before anything is read.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import structlog
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.accounts.oidc import Attempt, Claims
from server.errors import ProviderFailed

log = structlog.get_logger()

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SCOPE = "openid email"
LEEWAY = 60  # seconds by which clocks may differ
KEEP = timedelta(hours=1)
SECONDS = 8.0  # for one answer
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "sc"})  # RFC 8176


class OidcProvider:
    """The provider of this issuer, to which we are this client."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, real_now: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._real_now = real_now
        self._http = httpx.AsyncClient(timeout=SECONDS, limits=httpx.Limits(max_connections=20))
        self._about: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def address_for(self, attempt: Attempt, back: str) -> str:
        """Where to send the browser; it comes back to `back`.

        Raises:
            ProviderFailed: it does not answer.
        """
        about = await self._metadata()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return str(add_params_to_uri(about["authorization_endpoint"], list(asked.items())))

    async def claims(self, attempt: Attempt, code: str, back: str) -> Claims:
        """What the provider says of who has come back with this code.

        Raises:
            ProviderFailed: it does not answer, refuses the code, or its token does not hold.
        """
        tokens = await self._exchange(attempt, code, back)
        token = await self._verified(str(tokens.get("id_token", "")), attempt.nonce, tokens.get("access_token"))
        said: dict[str, Any] = dict(token)
        if "email" not in said and tokens.get("access_token"):
            said = await self._user_info(str(tokens["access_token"]), said)
        methods = said.get("amr") or ()
        return Claims(
            issuer=self._issuer,
            subject=str(said["sub"])[:255],
            email=str(said.get("email", "")),
            email_verified=said.get("email_verified") is True,
            second_factor=not SECOND_FACTORS.isdisjoint(method for method in methods if isinstance(method, str)),
        )

    async def _exchange(self, attempt: Attempt, code: str, back: str) -> dict[str, Any]:
        about = await self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
        }
        login: Any = None
        if not self._client_secret:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            login = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return await self._asked("POST", about["token_endpoint"], data=form, auth=login)

    async def _verified(self, id_token: str, nonce: str, access_token: object) -> CodeIDToken:
        """The claims of an ID token (OpenID Connect Core, 3.1.3.7)."""
        try:
            try:
                signed = jwt.decode(id_token, await self._signing_keys(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):  # the provider may have changed its keys
                self._keys = None
                signed = jwt.decode(id_token, await self._signing_keys(), algorithms=ALGORITHMS)
            token = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                    "sub": {"essential": True},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
            )
            token.validate(now=int(self._real_now().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _failed("its token does not hold", error) from None
        if not isinstance(token["sub"], str) or not token["sub"]:
            raise _failed("its token names nobody")
        return token

    async def _user_info(self, access_token: str, said: dict[str, Any]) -> dict[str, Any]:
        """The claims with those that are told only apart from the token; they must be of the same person."""
        about = await self._metadata()
        if "userinfo_endpoint" not in about:
            return said
        bearer = {"authorization": f"Bearer {access_token}"}
        more = await self._asked("GET", about["userinfo_endpoint"], headers=bearer)
        if more.get("sub") != said["sub"]:
            raise _failed("it tells of somebody else")
        return {**more, **said}

    async def _metadata(self) -> dict[str, Any]:
        if self._about is None or self._about[0] <= self._real_now():
            about = await self._asked("GET", self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            if about.get("issuer") != self._issuer:
                raise _failed("it is another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if urlsplit(str(about.get(name))).scheme not in ("https", urlsplit(self._issuer).scheme):
                    raise _failed(f"it has no safe {name}")
            self._about = (self._real_now() + KEEP, about)
        return self._about[1]

    async def _signing_keys(self) -> KeySet:
        if self._keys is None or self._keys[0] <= self._real_now():
            about = await self._metadata()
            keys: Any = await self._asked("GET", about["jwks_uri"])
            self._keys = (self._real_now() + KEEP, KeySet.import_key_set(keys))
        return self._keys[1]

    async def _asked(self, method: str, address: str, **request: Any) -> dict[str, Any]:
        """The JSON object that the provider answers.

        Raises:
            ProviderFailed: nothing came in time, or something else.
        """
        try:
            async with asyncio.timeout(2 * SECONDS):
                answer = await self._http.request(method, address, **request)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            raise _failed("it does not answer as it should", error) from None
        if not isinstance(found, dict):
            raise _failed("it answers no object")
        return found


def _failed(why: str, error: Exception | None = None) -> ProviderFailed:
    """The refusal; the log says a little more, and never what was sent."""
    log.warning("the identity provider failed", why=why, trouble=type(error).__name__ if error else "")
    return ProviderFailed()
