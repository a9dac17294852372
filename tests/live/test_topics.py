"""Snapshot(n) plus events n+1..m equals snapshot(m), for every kind of event that exists, on both databases."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import matchmaking.events
import sessions.events
from server.accounts.actors import SYSTEM, Actor, guest
from server.clock import SteppedClock
from server.eventlog.stored import StoredEvent
from server.ids import new_id
from server.live.asyncapi import FACTS
from server.live.topics import TopicCatalogue, apply
from sessions.lineup import SpeakerRole, add_speaker, set_line_up
from sessions.programme import AudienceKind as Kind
from tests.factories import Fair, make_fair
from tests.live.scenario import Moment, WatchedFair, play
from tests.sessions.programme import talk

GOLDEN = Path(__file__).parents[1] / "golden"


def subclasses(base: type[Any]) -> Iterator[type[Any]]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


def facts() -> dict[str, type[Any]]:
    """Every event class of the product by its type, however deep it is derived."""
    found = [*subclasses(matchmaking.events.Fact), *subclasses(sessions.events.Fact)]
    named = {fact.type: fact for fact in found}
    assert len(named) == len(found), "two event classes of one type"
    return named


def played(engine: Engine, clock: SteppedClock) -> WatchedFair:
    """The fair after the scenario."""
    fair = WatchedFair(**vars(make_fair(engine, clock)))
    play(fair)
    return fair


def disagreements(moments: Sequence[Moment], events: Sequence[StoredEvent]) -> list[str]:
    """Where a reader who holds what a newcomer is given at one moment does not at the next. Who agrees from each to the
    next agrees from any to all that follow."""
    found = []
    for before, after in pairwise(moments):
        between = [(event.topics, json.loads(event.data)) for event in events[before.seq : after.seq]]
        for topic, state in before.states.items():
            for data in (data for topics, data in between if topic in topics):
                state = apply(state, data)
            if state != after.states[topic]:
                types = [event.type for event in events[before.seq : after.seq]]
                found.append(f"{topic} from {before.seq} to {after.seq}, after {types}")
    return found


def test_snapshot_and_events_make_the_later_snapshot_for_every_kind_of_event(
    engine: Engine, clock: SteppedClock
) -> None:
    fair = played(engine, clock)
    events = fair.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert disagreements(fair.moments, events) == []
    assert {event.type for event in events} == facts().keys(), "a kind of event that the scenario does not make happen"
    assert {fact.type for fact in FACTS} == facts().keys(), "a kind of event that the protocol does not describe"
    assert {topic for event in events for topic in event.topics} == set(fair.topics)


def test_a_kind_of_event_that_is_not_told_is_noticed(sqlite_engine: Engine, clock: SteppedClock) -> None:
    fair = played(sqlite_engine, clock)
    events = fair.events()
    noticed = {kind for kind in facts() if disagreements(fair.moments, [without(kind, event) for event in events])}
    assert noticed == facts().keys()


def without(kind: str, event: StoredEvent) -> StoredEvent:
    """The event, told to nobody if it is of this kind."""
    return replace(event, topics=()) if event.type == kind else event


@pytest.mark.parametrize("fact", facts().values(), ids=lambda fact: fact.type)
def test_golden_sample_of_the_present_version_loads(fact: type[Any]) -> None:
    sample = (GOLDEN / f"{fact.type}.v{fact.version}.json").read_text(encoding="utf-8")
    assert json.loads(fact.model_validate_json(sample).model_dump_json()) == json.loads(sample)


def test_golden_samples_of_every_released_version_load() -> None:
    known = facts()
    samples = sorted(GOLDEN.glob("*.json"))
    assert len(samples) >= len(known)
    for path in samples:
        kind, _, _version = path.stem.rpartition(".v")
        known[kind].model_validate_json(path.read_text(encoding="utf-8"))


def test_applying_puts_records_in_and_takes_out_what_is_gone() -> None:
    one, other = ({"id": name, "state": "live"} for name in "ab")
    state = apply(apply({}, {"session": one}), {"session": other, "audience": one})
    assert state == {"session": {"a": one, "b": other}, "audience": {"a": one}}
    assert apply(state, {"session": {"id": "a", "gone": True}}) == {"session": {"b": other}, "audience": {"a": one}}
    assert apply(state, {"session": {"id": "never there", "gone": True}}) == state


MEMBER = Actor(person_id=new_id(), roles=frozenset({"buyer"}), parties=frozenset({new_id(), new_id()}))
VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))
STAFF = Actor(person_id=new_id(), roles=frozenset({"staff"}))
STRANGER = Actor(person_id=new_id())
GUEST = guest(new_id(), new_id(), new_id())
READERS = {"member": MEMBER, "viewer": VIEWER, "staff": STAFF, "stranger": STRANGER, "guest": GUEST}


def who_may(fair: Fair, topic: str, readers: Mapping[str, Actor] = READERS) -> dict[str, tuple[str, ...]]:
    """Those who may follow a topic, and what they follow by it; asked twice, the second time of what is kept."""

    async def ask() -> dict[str, tuple[str, ...] | None]:
        catalogue = TopicCatalogue(fair.engine)
        first = {name: await catalogue.open(actor, fair.id, topic) for name, actor in readers.items()}
        assert {name: await catalogue.open(readers[name], fair.id, topic) for name in reversed(list(readers))} == first
        return first

    return {name: keys for name, keys in asyncio.run(ask()).items() if keys is not None}


def test_who_may_follow_what(fair: Fair, clock: SteppedClock) -> None:
    mine = tuple(f"party:{party}" for party in sorted(MEMBER.parties))
    session, lecture = (f"session:{talk(fair, audience=kind).id}" for kind in (Kind.REGISTERED, Kind.PUBLIC))
    elsewhere = make_fair(fair.engine, clock, host_id=fair.host_id, slug="another")
    everybody = ("member", "viewer", "staff")
    assert who_may(fair, "me") == {
        "member": (f"person:{MEMBER.person_id}", *mine),
        **{name: (f"person:{READERS[name].person_id}",) for name in ("viewer", "staff", "stranger")},
    }
    assert who_may(fair, "organiser") == {"staff": ("organiser",)}
    assert who_may(fair, "programme") == dict.fromkeys(everybody, ("programme",))
    assert who_may(fair, "public") == dict.fromkeys((*everybody, "guest"), ("public",))
    party, foreign = (f"party:{one.buyer().id}" for one in (fair, elsewhere))
    assert who_may(fair, party) == {"staff": (party,)}
    assert who_may(fair, foreign) == who_may(fair, mine[0]) == {}
    assert who_may(fair, session) == dict.fromkeys(everybody, (session,))
    assert who_may(fair, session.upper().replace("SESSION", "session")) == dict.fromkeys(everybody, (session,))
    assert who_may(fair, lecture) == dict.fromkeys((*everybody, "guest"), (lecture,))
    assert who_may(elsewhere, session) == who_may(elsewhere, lecture) == {}
    backstage = session.replace("session", "backstage")
    assert who_may(fair, backstage) == {"staff": (backstage,)}
    for nonsense in ("", "party", "party:", "party:x", "session:", f"session:{new_id()}", f"room:{new_id()}", "ME"):
        assert who_may(fair, nonsense) == {}


def test_what_is_kept_of_one_person_lets_in_no_other(fair: Fair) -> None:
    """Invited ones are asked about one by one; a speaker without an account stands for nobody."""
    people = fair.buyer(people=2).people
    invited, other = (Actor(person_id=person, roles=frozenset({"viewer"})) for person in people)
    session_id = talk(fair, audience=Kind.INVITED).id
    unknown = fair.perform(SYSTEM, add_speaker, name={"en": "Somebody", "original": "en"})
    speaker = fair.perform(SYSTEM, add_speaker, name={"en": "A", "original": "en"}, person_id=people[0])
    parts = [(one.id, SpeakerRole.SPEAKER) for one in (unknown, speaker)]
    fair.perform(SYSTEM, set_line_up, session_id, parts)
    topic = f"session:{session_id}"
    readers = {"other": other, "invited": invited, "guest": GUEST, "staff": STAFF}
    assert who_may(fair, topic, readers) == {"invited": (topic,), "staff": (topic,)}
