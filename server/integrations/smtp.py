"""Mail by SMTP, to the relay that the operator names."""

from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server.mail.carrier import NotCarried, Undeliverable

SECONDS = 20.0  # for each step of the conversation
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Smtp:
    """A relay such as `smtp+starttls://user:password@host:587`. The password may hold %XX.

    `smtps` is encrypted from the first byte, `smtp+starttls` after a greeting; `smtp` only if the relay offers it.
    """

    def __init__(self, url: str) -> None:
        """
        Raises:
            ValueError: it is no such URL; the message holds no part of it.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("MADANG_SMTP_URL is like smtp+starttls://user:password@host:587, smtps:// or smtp://")
        self._host = parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._use_tls = parts.scheme == "smtps"
        self._start_tls = {"smtp": None, "smtps": False, "smtp+starttls": True}[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    async def carry(self, message: EmailMessage) -> None:
        """Hand one mail over, on a connection of its own.

        Raises:
            NotCarried, Undeliverable: without what the relay said, which may repeat the address.
        """
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                use_tls=self._use_tls,
                start_tls=self._start_tls,
                username=self._user,
                password=self._password,
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _told("the recipient was refused", refused.recipients[0].code) from None
        except aiosmtplib.SMTPAuthenticationError as refused:
            raise NotCarried(f"{refused.code} the relay refused our credentials") from None
        except aiosmtplib.SMTPResponseException as refused:
            raise _told("the relay refused the mail", refused.code) from None
        except aiosmtplib.SMTPNotSupported:
            raise Undeliverable("the relay cannot send to such an address") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotCarried(f"no conversation with the relay: {type(error).__name__}") from None


def _told(what: str, code: int) -> Exception:
    """Codes of 5xx are for good (RFC 5321, 4.2.1)."""
    return (Undeliverable if 500 <= code < 600 else NotCarried)(f"{code} {what}")
