"""uvicorn's HTTP protocol, with an end to waiting: a request's head has to come before long, and its body too.

What the protocol answers by itself, to what is no HTTP, is a problem like any other. What is relied on inside uvicorn
is held by tests/server/test_http_protocol.py, and uvicorn is pinned for it.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.api.bodies import PATIENCE, SLOWEST
from server.api.problems import problem
from server.web.headers import ALWAYS, BY_TLS, FOR_PROGRAMS

HEAD_SECONDS = 20.0
LINGER_SECONDS = 1.0
FOREVER = 24 * 3600.0


class PatientProtocol(H11Protocol):
    """Closes connections on which a request's head does not come or stops midway, or its body takes too long."""

    head_seconds = HEAD_SECONDS
    patience = PATIENCE
    https = False  # people reach the site by TLS
    _refused = False
    _waiting: asyncio.TimerHandle | None = None
    _waits_in: Any = None  # h11's state of the client, as long as there is a timer for it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(h11.IDLE, self.head_seconds)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        state = self.conn.their_state
        if state is not self._waits_in:
            self._wait_no_more()
            if state is h11.IDLE:
                self._wait(state, self.head_seconds)
            elif state is h11.SEND_BODY:
                self._wait(state, self.body_seconds())

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    @classmethod
    def for_site(cls, *, https: bool) -> type["PatientProtocol"]:
        """The protocol of a site that is reached by TLS, or is not."""
        return type(cls.__name__, (cls,), {"https": https})

    def send_400_response(self, msg: str) -> None:
        answer = problem(400, "unreadable", msg, "Send a request of HTTP/1.1.")
        every = ALWAYS | (BY_TLS if self.https else {})
        headers: list[Any] = [(name.encode(), value.encode()) for name, value in every.items()]
        headers += [*answer.raw_headers, (b"content-security-policy", FOR_PROGRAMS.encode()), (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        if self.cycle is not None:  # the request under way cannot be answered any more
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        # What is still to come is thrown away for a moment: closing at once would lose the answer.
        self._refused = True
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def body_seconds(self) -> float:
        """How long the body under way may take. One without a length is counted, and timed, where it is read."""
        lengths = [int(value) for name, value in self.headers if name == b"content-length"]
        return self.patience + (lengths[0] / SLOWEST if lengths else FOREVER)

    def _wait(self, state: Any, seconds: float) -> None:
        self._waits_in = state
        self._waiting = self.loop.call_later(seconds, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = self._waits_in = None
