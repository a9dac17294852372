"""Whoever may no longer watch a session is sent away from it, and nobody else."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from server.accounts.actors import Actor
from server.eventlog.stored import StoredEvent
from server.ids import new_id
from server.live.hub import Hub
from server.live.narrowing import Narrowing, narrowed
from tests.live.test_hub import in_virtual_time
from tests.live.world import MEMBER, ORGANISER, Convention, RecordingOutlet

TALK, OTHER = new_id(), new_id()


@dataclass
class House(Convention):
    """A convention whose sessions are closed to some. What it has said holds until it is asked to judge anew."""

    closed: set[tuple[Actor, str]] = field(default_factory=set)
    judged: dict[tuple[Actor, str], bool] = field(default_factory=dict)
    asked: int = 0

    def judge_anew(self) -> None:
        self.judged.clear()

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        self.asked += 1
        may = self.judged.setdefault((actor, topic), (actor, topic) not in self.closed)
        await asyncio.sleep(self.delay)
        return (topic,) if may else None

    def tell(self, kind: str, topics: tuple[str, ...], **data: Any) -> StoredEvent:
        event = replace(self.commit(*topics), type=kind, data=json.dumps(data, default=str))
        self.events[-1] = event
        return event


def hidden(house: House, session_id: UUID) -> StoredEvent:
    return house.tell("session.hidden", ("programme",), session={"id": session_id, "gone": True})


@dataclass
class Stage:
    """A hub with readers of two sessions, whose narrowing runs."""

    house: House = field(default_factory=House)

    def __post_init__(self) -> None:
        self.hub = Hub(self.house, self.house)
        self.narrowing = Narrowing(self.hub, self.house)
        self.running = asyncio.create_task(self.narrowing.run())

    def follow(self, actor: Actor, topic: str) -> RecordingOutlet:
        outlet = RecordingOutlet()
        self.hub.subscribe(self.hub.attach(outlet, actor, self.house.id), {topic: None})
        return outlet

    async def publish(self, *events: StoredEvent) -> None:
        self.hub.publish(events)
        self.narrowing.changed(self.house.id)
        await asyncio.sleep(0.1)

    async def close(self) -> None:
        self.running.cancel()
        await self.hub.aclose()


GONE = (1008, "permission_changed")


@in_virtual_time
async def test_only_those_who_may_no_longer_watch_are_sent_away() -> None:
    stage = Stage()
    member, organiser = stage.follow(MEMBER, f"session:{TALK}"), stage.follow(ORGANISER, f"session:{TALK}")
    elsewhere = stage.follow(replace(MEMBER, person_id=new_id()), f"session:{OTHER}")
    await asyncio.sleep(1)
    stage.house.closed = {(MEMBER, f"session:{TALK}")}
    await stage.publish(hidden(stage.house, TALK))
    assert [one.closed for one in (member, organiser, elsewhere)] == [GONE, None, None]
    assert member.frames[-1]["code"] == "permission_changed"
    await stage.close()


@in_virtual_time
async def test_a_chair_who_is_none_any_more_is_sent_away_from_backstage() -> None:
    stage = Stage()
    chair = stage.follow(MEMBER, f"backstage:{TALK}")
    await asyncio.sleep(1)
    stage.house.closed = {(MEMBER, f"backstage:{TALK}")}
    await stage.publish(hidden(stage.house, TALK))
    assert chair.closed == GONE
    await stage.close()


@in_virtual_time
async def test_who_was_just_being_let_in_is_looked_at_again() -> None:
    stage = Stage()
    stage.house.delay = 0.5
    late = stage.follow(MEMBER, f"session:{TALK}")
    await asyncio.sleep(0.1)
    stage.house.closed = {(MEMBER, f"session:{TALK}")}
    await stage.publish(hidden(stage.house, TALK))
    assert late.closed is None
    await asyncio.sleep(3)
    assert late.closed == GONE
    await stage.close()


@in_virtual_time
async def test_nobody_is_asked_about_for_what_takes_nothing_away() -> None:
    stage = Stage()
    stage.follow(MEMBER, f"session:{TALK}")
    await asyncio.sleep(1)
    asked = stage.house.asked
    await stage.publish(stage.house.commit("programme"))
    open_to_all = {"id": TALK, "registers": False}
    await stage.publish(stage.house.tell("session.changed", (f"session:{TALK}",), session=open_to_all))
    await asyncio.sleep(3)
    assert stage.house.asked == asked
    await stage.close()


def test_what_narrows_a_session() -> None:
    house, topics = House(), (f"person:{new_id()}", f"backstage:{TALK}")
    told = {
        "hidden": hidden(house, TALK),
        "places": house.tell("session.changed", (), session={"id": TALK, "registers": True}),
        "open": house.tell("session.changed", (), session={"id": TALK, "registers": False}),
        "given up": house.tell("registration.changed", topics, registration={"id": new_id(), "state": "cancelled"}),
        "taken": house.tell("registration.changed", topics, registration={"id": new_id(), "state": "registered"}),
        "taken away": house.tell("registration.removed", topics, registration={"id": new_id(), "gone": True}),
        "begun": house.tell("session.went_live", (), session={"id": TALK, "registers": True}),
    }
    found = {name for name, event in told.items() if narrowed([event]) == {TALK}}
    assert found == {"hidden", "places", "given up", "taken away"}
    assert narrowed([told[name] for name in told.keys() - found]) == set()
