"""A real SMTP server on loopback that keeps what it is given, and misbehaves when asked to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Relay:
    """What aiosmtpd asks about each step. `refused` maps recipients to answers, `drops` is how many mails the server
    still dies over, after their text was sent."""

    def __init__(self) -> None:
        self.refused: dict[str, str] = {}
        self.drops = 0
        self.mails: list[EmailMessage] = []
        self.port = 0
        self._arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.drops:
            self.drops -= 1
            transport: Any = server.transport
            transport.abort()
            return "451 gone"
        content = envelope.content
        assert isinstance(content, bytes)
        with self._arrived:
            self.mails.append(message_from_bytes(content, policy=policy.default))
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, count: int) -> list[EmailMessage]:
        """Return once there are so many mails."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.mails) >= count, 20), f"{len(self.mails)} mails came"
            return list(self.mails)


def plain(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def page(mail: EmailMessage) -> str:
    """The HTML of a mail."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


class _Controller(Controller):
    """aiosmtpd's own thread and loop, on a free port."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def open_relay() -> Iterator[Relay]:
    """The server is there until the block is left."""
    relay = Relay()
    controller: Any = _Controller(relay, hostname="127.0.0.1", port=0)
    controller.start()
    relay.port = controller.port
    try:
        yield relay
    finally:
        controller.stop()
