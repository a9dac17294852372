"""What every answer tells the browser to refuse: foreign scripts and styles, guessing types, being framed."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# 'self' covers the websocket of the same host too (CSP 3, 6.7.2.8).
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The API's description comes with the inline script and styles of its generator, and a worker made from a blob.
FOR_DESCRIPTIONS = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
DESCRIPTIONS = frozenset({"/docs"})

# Not "no-referrer": with it a form's own Origin would be "null", which the door refuses.
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def protect(headers: MutableHeaders, path: str) -> None:
    """Add what an answer does not say by itself."""
    headers.setdefault("content-security-policy", FOR_DESCRIPTIONS if path in DESCRIPTIONS else STRICT)
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)


class SecurityHeaders:
    """ASGI middleware: `protect` for every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, protected)
