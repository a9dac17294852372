"""Secrets that must be read again (those of one-time codes), encrypted where they are stored."""

import base64
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_FILE = "secret.key"
LEAST_KEY = 32  # characters of a configured key
NONCE = 12  # bytes, as NIST SP 800-38D, 8.2, has it


class Sealed(Exception):
    """What is stored cannot be opened: another key made it, it is another person's, or somebody changed it."""


class Vault:
    """Encrypts with AES-256-GCM under a configured key, or under one that is made once and kept in a file.

    Processes on several machines need the configured one. What was sealed for one person opens for no other.
    """

    def __init__(self, secret_key: str, data_dir: Path) -> None:
        """
        Raises:
            ValueError: the configured key is too short to be a secret.
        """
        if secret_key and len(secret_key) < LEAST_KEY:
            raise ValueError(f"MADANG_SECRET_KEY needs at least {LEAST_KEY} random characters")
        self._configured = secret_key
        self._data_dir = data_dir

    def seal(self, secret: str, person_id: UUID) -> str:
        """The secret, encrypted."""
        nonce = os.urandom(NONCE)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), person_id.bytes)).decode()

    def open(self, sealed: str, person_id: UUID) -> str:
        """The secret that was sealed for this person.

        Raises:
            Sealed.
        """
        try:
            text = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(text[:NONCE], text[NONCE:], person_id.bytes).decode()
        except (InvalidTag, ValueError):
            raise Sealed from None

    @cached_property
    def _cipher(self) -> AESGCM:
        source = self._configured or self._kept()
        return AESGCM(HKDF(SHA256(), 32, None, b"madang one-time codes").derive(source.encode()))

    def _kept(self) -> str:
        """The key in the file. Of processes that make it at once one wins: a link fails where there is a file."""
        path = self._data_dir / KEY_FILE
        with suppress(FileNotFoundError):
            return path.read_text()
        self._data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
        return path.read_text()
