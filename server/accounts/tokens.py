"""Secrets that are shown once: made here, stored as digests only."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """SHA-256 in hex: enough for secrets of full entropy, which need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_link(base_url: str, token: str) -> str:
    """The link for a token. It stands behind `#`, which browsers send to no server and write into no log."""
    return f"{base_url.rstrip('/')}/sign-in#{token}"


def invitation_link(base_url: str, token: str) -> str:
    """The same for an invitation's token."""
    return f"{base_url.rstrip('/')}/invitation#{token}"
