"""Reactions in the memory of a process: counted, handed in together, and not lost when that fails."""

import asyncio
from typing import Any
from uuid import UUID

from server.ids import new_id
from server.live.reactions import Counts, Reactions
from server.live.socket import REACTIONS
from sessions.floor.reactions import Reaction

HERE, THERE = new_id(), new_id()


class Store:
    """What was handed in; it fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.taken: list[tuple[UUID, Any]] = []

    async def __call__(self, convention_id: UUID, given: Counts) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        self.taken.append((convention_id, {session: dict(counts) for session, counts in given.items()}))


def test_what_is_given_is_handed_in_together_and_once() -> None:
    store, one, other = Store(), new_id(), new_id()
    reactions = Reactions(store)
    for session_id, reaction in ((one, Reaction.CLAP), (one, Reaction.CLAP), (other, Reaction.WOW)):
        reactions.add(HERE, session_id, reaction)
    reactions.on_reaction(THERE, f"session:{one}", "heart")
    for _ in range(2):
        asyncio.run(reactions.flush())
    assert store.taken == [(HERE, {one: {"clap": 2}, other: {"wow": 1}}), (THERE, {one: {"heart": 1}})]


def test_what_could_not_be_handed_in_is_handed_in_with_the_next() -> None:
    store, session_id = Store(failures=1), new_id()
    reactions = Reactions(store)
    reactions.add(HERE, session_id, Reaction.CLAP)
    asyncio.run(reactions.flush())
    reactions.add(HERE, session_id, Reaction.CLAP)
    asyncio.run(reactions.flush())
    assert store.taken == [(HERE, {session_id: {"clap": 2}})]


def test_the_live_stream_takes_the_reactions_there_are() -> None:
    assert set(REACTIONS) == set(Reaction)
