"""What every answer tells the browser to refuse: foreign scripts and styles, guessing types, being framed."""

from collections.abc import Iterable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import problem

Header = tuple[bytes, bytes]

# 'self' covers the websocket of the same host too (CSP 3, 6.7.2.8).
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The same for a page that shows what other sites stream. Whether they can be reached is asked by the page itself
# (connect-src); a playlist is played through an object of the page's own (blob:).
WATCHING = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{asked}; "
    "media-src 'self' blob:{played}; frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Answers for programs show nothing and load nothing.
FOR_PROGRAMS = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# The API's description comes with the inline script and styles of its generator, and a worker made from a blob.
FOR_DESCRIPTIONS = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
API = "/api/"
PROGRAMS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json"})
DESCRIPTIONS = frozenset({"/docs"})

# Not "no-referrer": with it a form's own Origin would be "null", which the door refuses.
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    # Most answers are one reader's. What may be kept says so itself.
    "cache-control": "no-store",
}
# A year, as long as browsers ask for (RFC 6797).
BY_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
REFUSED = 403


def watching(frames: Sequence[str], played: Sequence[str]) -> str:
    """The content security policy of a page that shows frames of some origins, and plays what others stream."""
    asked = "".join(f" {origin}" for origin in (*frames, *played))
    return WATCHING.format(
        asked=asked, played="".join(f" {origin}" for origin in played), frames=" ".join(frames) or "'none'"
    )


def policy_for(path: str) -> str:
    """The content security policy of what is at an address."""
    if path.startswith(API) or path in PROGRAMS:
        return FOR_PROGRAMS
    return FOR_DESCRIPTIONS if path in DESCRIPTIONS else STRICT


class SecurityHeaders:
    """Adds to every answer what it does not say by itself. A websocket that is refused before it is accepted is
    answered likewise."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        every = ALWAYS | (BY_TLS if https else {})
        self._headers = {
            policy: [(n.encode(), v.encode()) for n, v in {"content-security-policy": policy, **every}.items()]
            for policy in (STRICT, FOR_PROGRAMS, FOR_DESCRIPTIONS)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = self._headers[policy_for(scope["path"])]

        async def protected(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": completed(message.get("headers", ()), headers)}
            await send(message)

        refusing = scope["type"] == "websocket" and "websocket.http.response" in scope.get("extensions", {})
        await self._app(scope, receive, refused_in_words(scope, receive, protected) if refusing else protected)


def completed(said: Iterable[Header], headers: Iterable[Header]) -> list[Header]:
    """The headers said, and those of the others that were not."""
    complete = list(said)
    names = {name for name, _ in complete}
    complete += [header for header in headers if header[0] not in names]
    return complete


def refused_in_words(scope: Scope, receive: Receive, send: Send) -> Send:
    """`send` for a websocket: closing it before it was accepted becomes an answer with a problem in it."""
    accepted = False

    async def sent(message: Message) -> None:
        nonlocal accepted
        if message["type"] == "websocket.close" and not accepted:
            answer = problem(REFUSED, "not_allowed", "You may not follow this.", "Sign in, or ask for a new ticket.")
            await answer(scope, receive, send)
            return
        accepted = accepted or message["type"] == "websocket.accept"
        await send(message)

    return sent
