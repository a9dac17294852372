"""How much a request may carry and how long that may take. Bytes are counted as they come; nothing is kept here.

A route that reads too much, or waits too long, is answered 413 or 408 from within. Whatever of a body is still to come
when the answer is out is read and thrown away for a moment, since closing at once would lose the answer; then the
connection is closed.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings import Settings

# Boundaries and part headers around an uploaded file; what is too large for the file is told by who reads it.
AROUND = 512 * 1024
PATIENCE, SLOWEST = 30.0, 16 * 1024  # seconds for any body; bytes a second beyond that
LINGER_SECONDS, LINGER_BYTES = 2.0, 8 * 1024 * 1024
PICTURES = frozenset({"logo", "pictures"})


class Bodies:
    """ASGI middleware for requests with a body. One that says it is small is left alone: servers read no more of a
    body than its Content-Length, and ours waits only so long for it (server/http_protocol.py)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._most = settings.body_bytes
        self._sheet = settings.import_bytes + AROUND
        self._picture = settings.picture_bytes + AROUND
        self._least = min(self._most, self._sheet, self._picture)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = declared_length(scope) if scope["type"] == "http" else 0
        if declared is not None and declared <= self._least:
            await self._app(scope, receive, send)
        else:
            body = Body(receive, send, self.most(scope["path"].split("/")), declared)
            await self._app(scope, body.receive, body.send)

    def most(self, steps: Sequence[str]) -> int:
        """The largest body in bytes that is read at an address: `/api/v1/conventions/SLUG/imports/...`, and so on."""
        if len(steps) > 6 and steps[3] == "conventions":
            if steps[5] == "imports" or list(steps[5:7]) == ["programme", "imports"]:
                return self._sheet
            if len(steps) > 7 and steps[5] == "parties" and steps[7] in PICTURES:
                return self._picture
        return self._most


def declared_length(scope: Scope) -> int | None:
    """What a request says about its body: so many bytes (0: there is none), or none of them known (None)."""
    length: int | None = 0
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) < 19 else None
    return length


class Body:
    """One request's body on its way, and the answer that follows it."""

    def __init__(self, receive: Receive, send: Send, most: int, declared: int | None) -> None:
        self._receive = receive
        self._send = send
        self._most = most
        self._declared = declared
        self._seen = 0
        self._whole = False
        self._deadline = asyncio.get_running_loop().time() + PATIENCE + most / SLOWEST

    async def receive(self) -> Message:
        """The next piece.

        Raises:
            HTTPException: 413 if there is more than may be, or was said to be; 408 if it took too long.
        """
        if self._whole:
            return await self._receive()
        if self._declared is not None and self._declared > self._most:
            raise self._too_large()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "What you sent took too long to arrive.") from None
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._seen > self._most:
            raise self._too_large()
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on; if the body has not come whole, it is the last one of its connection."""
        if self._whole:
            await self._send(message)
        elif message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), (b"connection", b"close")]
            await self._send({**message, "headers": headers})
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._linger()
            await self._send({"type": "http.response.body", "body": b""})
        else:
            await self._send(message)

    async def _linger(self) -> None:
        left = LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while left > 0:
                    message = await self._receive()
                    if not message.get("more_body", False):
                        return
                    left -= len(message["body"])

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"More than {self._most} bytes were sent.")
