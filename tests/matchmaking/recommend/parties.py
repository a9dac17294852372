"""Facts of parties for tests."""

from typing import Any

from matchmaking.recommend.scoring import Facts
from server.ids import new_id


def somebody(**about: Any) -> Facts:
    """A party of its own organisation that has said only this."""
    sets = {name: frozenset(value) for name, value in about.items() if isinstance(value, list | set | tuple)}
    return Facts(id=new_id(), organisation=new_id(), **{**about, **sets})
