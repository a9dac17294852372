"""Identifiers: UUID version 7 (RFC 9562, 5.7), so that rows made together lie together in every index."""

from uuid import UUID

from uuid_utils import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 as the standard library's type, which both database drivers accept."""
    return UUID(int=uuid7().int)
