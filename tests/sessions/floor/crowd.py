"""A talk with rules for its floor, and who was told what of it."""

from typing import Any
from uuid import UUID

from server.accounts.actors import Actor
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules
from tests.factories import Fair
from tests.sessions.floor.people import part
from tests.sessions.programme import talk


def person_of(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


def chair(fair: Fair, session_id: UUID, role: str = "chair") -> Actor:
    """Somebody who moderates a session, or has another part in it."""
    return part(fair, session_id, role)


def with_floor(fair: Fair, *, about: dict[str, Any] | None = None, **rules: Any) -> SessionRecord:
    """The talk of ten o'clock, announced, with these rules; `about` changes the talk itself."""
    return talk(fair, floor=FloorRules(**rules), **about or {})


def told_to(fair: Fair, since: int = 0) -> list[tuple[str, tuple[str, ...]]]:
    """What happened on the floor after so many events: types, and the kinds of topics that were told."""
    return [
        (event.type, tuple(topic.partition(":")[0] for topic in event.topics))
        for event in fair.events()[since:]
        if not event.type.startswith("session.")
    ]
