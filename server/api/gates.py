"""What every request passes before the application sees it: from where, to whose address, how often, how much."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.bodies import Bodies
from server.api.origins import LOOPBACK, own_origins
from server.api.problems import refusal_response
from server.errors import RateLimited, Refusal, Unreadable, WrongHost
from server.limits.connections import Connections
from server.limits.requests import RequestRates
from server.settings import Settings
from server.web.headers import SecurityHeaders

# Asked by those who watch the server, under whatever address they know it by.
WATCHED = frozenset({"/healthz", "/readyz", "/metrics"})
KEPT_HOSTS = 1024


def install(app: FastAPI, settings: Settings) -> None:
    """Put the gates before the application. `app.state` keeps what the door and the live stream count on, too."""
    rates = app.state.rates = RequestRates(settings)
    app.state.connections = Connections(settings.login_connections, settings.address_connections)
    app.state.https = settings.is_https
    app.add_middleware(Bodies, settings=settings)  # the last one added is passed first
    app.add_middleware(Readable)
    app.add_middleware(AddressRates, rates=rates)
    app.add_middleware(KnownHosts, settings=settings)
    if settings.trusted_proxies:
        app.add_middleware(Forwarded, trusted=settings.trusted_proxies)
    inside = app.build_middleware_stack

    def protected() -> ASGIApp:
        """The framework's last resort answers outside of all middleware, and its answers need protection too."""
        return SecurityHeaders(AnsweredErrors(inside()), https=settings.is_https)

    app.build_middleware_stack = protected  # type: ignore[method-assign]


async def turn_away(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at the gate. Websockets are refused before the handshake is answered."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    await refusal_response(refusal)(scope, receive, send)


class AnsweredErrors:
    """Lets errors end here once they have been logged and answered: the server would log them again, with whatever
    their texts hold, and cut the connection off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if not answered:
                raise


class Forwarded:
    """Believes X-Forwarded-For and X-Forwarded-Proto, but only proxies that the operator named.

    Each proxy appends whom it heard; so from the right, the first who is no trusted proxy is the client. Behind
    something that is no address nothing is believed.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        self._networks = tuple(map(ip_network, trusted))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope.get("client") and self._trusts(scope["client"][0]):
            told = {name: b", ".join(v for n, v in scope["headers"] if n == name) for name in (_FOR, _PROTO)}
            address = self._client(scope["client"][0], told[_FOR].decode("latin-1"))
            scheme = told[_PROTO].decode("latin-1").rpartition(",")[2].strip().lower()
            scope = {**scope, "client": (address, 0)}
            if scheme in ("http", "https"):
                scope["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")
        await self._app(scope, receive, send)

    def _client(self, nearest: str, told: str) -> str:
        for hop in reversed(told.split(",")):
            address = plain_address(hop.strip())
            if address is None:
                return nearest
            nearest = address
            if not self._trusts(address):
                return nearest
        return nearest

    def _trusts(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


_FOR, _PROTO = b"x-forwarded-for", b"x-forwarded-proto"


def plain_address(text: str) -> str | None:
    """An IP address without the port that some proxies write with it; None if it is none, or has a zone (of any
    length, and known to its own machine alone)."""
    if "%" in text:
        return None
    for candidate in (text, text.rpartition(":")[0].strip("[]"), text.strip("[]")):
        try:
            return str(ip_address(candidate))
        except ValueError:
            continue
    return None


class KnownHosts:
    """Refuses requests for addresses that are not ours (421): answers may repeat a request's host, as redirects do,
    and a page elsewhere may have its own name lead here."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = LOOPBACK | {urlsplit(origin).hostname or "" for origin in own_origins(settings)}
        self._judged: dict[bytes, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"] not in WATCHED:
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            if len(hosts) != 1 or not self._knows(hosts[0]):
                await turn_away(WrongHost(), scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _knows(self, host: bytes) -> bool:
        known = self._judged.get(host)
        if known is None:
            if len(self._judged) >= KEPT_HOSTS:
                self._judged.clear()
            known = self._judged[host] = self._judge(host.decode("latin-1"))
        return known

    def _judge(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            return parts.netloc == host and "@" not in host and parts.hostname in self._names and parts.port != 0
        except ValueError:
            return False


class Readable:
    """Refuses addresses with a NUL in them (422): PostgreSQL's texts have no place for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await turn_away(Unreadable(), scope, receive, send)
            return
        await self._app(scope, receive, send)


class AddressRates:
    """Refuses a network address that asks too often (429)."""

    def __init__(self, app: ASGIApp, rates: RequestRates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope.get("client"):
            try:
                self._rates.count_address(scope["client"][0])
            except RateLimited as refusal:
                await turn_away(refusal, scope, receive, send)
                return
        await self._app(scope, receive, send)
