"""What the postman hands mails to, and how it tells that one was not taken. Neither tells addresses or texts."""

from email.message import EmailMessage
from typing import Protocol


class NotCarried(Exception):
    """A mail was not taken for now: worth another attempt."""


class Undeliverable(Exception):
    """A mail was refused for good: no attempt will help."""


class Carrier(Protocol):
    """Takes mails out of the process."""

    async def carry(self, message: EmailMessage) -> None:
        """Hand one mail over; when this returns, somebody else answers for it.

        Raises:
            NotCarried, Undeliverable.
        """
