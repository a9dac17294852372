"""Who comes to the floor under test, and what they are told."""

import json
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM, Actor
from server.database import reading
from server.ids import new_id
from server.live.topics import state_of
from server.work import Work
from sessions.queries import State
from sessions.tables import Appearance, Registration, Speaker
from tests.factories import Fair


def viewer() -> Actor:
    """Somebody who watches."""
    return Actor(new_id(), roles=frozenset({"viewer"}))


def part(fair: Fair, session_id: UUID, role: str) -> Actor:
    """Somebody with an account who has a part in a session."""
    somebody = Actor(new_id(), roles=frozenset({"speaker"}))

    def appear(work: Work) -> None:
        name = {"en": "Somebody", "original": "en"}
        speaker = Speaker(id=new_id(), convention_id=fair.id, person_id=somebody.person_id, name=name)
        work.db.add(speaker)
        work.db.flush()
        work.db.add(Appearance(session_id=session_id, speaker_id=speaker.id, role=role, convention_id=fair.id))

    fair.perform(SYSTEM, appear)
    return somebody


def seat(fair: Fair, session_id: UUID, person_id: UUID | None, seat: str = "audience") -> None:
    """Somebody has a place in a session."""

    def register(work: Work) -> None:
        assert person_id is not None
        place = Registration(
            id=new_id(),
            session_id=session_id,
            person_id=person_id,
            convention_id=fair.id,
            seat=seat,
            state="registered",
            at=work.now,
        )
        work.db.add(place)

    fair.perform(SYSTEM, register)


def state(fair: Fair, topic: str, *collections: str) -> State:
    """These collections of a topic's state."""
    with reading(fair.engine) as db:
        found = state_of(db, fair.id, topic)
    return {name: found[name] for name in collections}


def told(fair: Fair, topic: str) -> list[tuple[str, dict[str, Any]]]:
    """What those who follow a topic were told of its floor: types and data, in order."""
    return [
        (event.type, json.loads(event.data))
        for event in fair.events()
        if topic in event.topics and not event.type.startswith("session.")
    ]
