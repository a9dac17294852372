"""Presence against a stepped real clock, with connections, sessions and the writer in memory."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from server.accounts.actors import Actor
from server.errors import Busy
from server.ids import new_id
from server.live.hub import Hub
from server.live.presence import AT_ONCE, GRACE, LIFETIME, REFRESH, Presence, Report
from tests.live import virtual_time
from tests.live.world import Convention, attach

CONVENTION, TALK, PANEL = new_id(), new_id(), new_id()
ANNA, BATU, CHEN = new_id(), new_id(), new_id()
COUNTRIES = {ANNA: "KR", BATU: "MN", CHEN: None}
SECOND = timedelta(seconds=1)
TOPIC = f"session:{TALK}"


@dataclass
class Channel:
    convention_id: UUID = CONVENTION


@dataclass
class Connection:
    actor: Actor
    channel: Channel = field(default_factory=Channel)


class Told(NamedTuple):
    """A report without the ids of stays and their times."""

    counts: dict[UUID, tuple[int, dict[str, int]]]
    came: list[tuple[UUID, UUID, str | None]]
    went: int


def told(report: Report) -> Told:
    return Told(report.counts, [(one.session, one.person, one.country) for one in report.came], len(report.went))


class World:
    """Real time that tests move, the sessions that are live, and what was handed in. Convention time runs with it."""

    def __init__(self) -> None:
        self.now = datetime(2020, 11, 9, tzinfo=UTC)
        self.live: set[UUID] = {TALK}
        self.reports: list[Report] = []
        self.begun: set[UUID] = set()
        self.changes: list[tuple[UUID, UUID]] = []
        self.refuse: Exception | None = None
        self.reads = 0
        self.presence = self.counting()

    def counting(self, **parts: Any) -> Presence:
        """Counts in this world; some of its parts may be others."""
        usual = {
            "live": self.live_sessions,
            "store": self.store,
            "changed": self.changed,
            "now": lambda: self.now,
            "real_now": lambda: self.now,
        }
        return Presence(**{**usual, **parts})

    async def live_sessions(self, convention_id: UUID) -> Collection[UUID]:
        self.reads += 1
        return set(self.live)

    async def store(self, report: Report) -> Collection[UUID]:
        if self.refuse is not None:
            raise self.refuse
        self.reports.append(report)
        begun, self.begun = self.begun, set()
        return begun

    def changed(self, convention_id: UUID, session_id: UUID) -> None:
        self.changes.append((convention_id, session_id))

    def join(self, person: UUID, topic: str = TOPIC) -> Connection:
        connection = Connection(Actor(person_id=person, country=COUNTRIES.get(person)))
        self.presence.on_join(connection, topic)
        return connection

    def leave(self, connection: Connection, topic: str = TOPIC) -> None:
        self.presence.on_leave(connection, topic)

    def flush(self, later: timedelta = SECOND) -> list[Told]:
        """What is handed in some time later."""
        self.now += later
        before = len(self.reports)
        asyncio.run(self.presence.flush())
        return [told(one) for one in self.reports[before:]]

    def stays(self) -> list[tuple[UUID, int, int | None]]:
        """Who stayed from which second until which, as it was handed in, in the order in which they came."""
        went = {one.stay: self.second(one.at) for report in self.reports for one in report.went}
        return [(c.person, self.second(c.at), went.get(c.stay)) for report in self.reports for c in report.came]

    def second(self, at: datetime) -> int:
        return int((at - datetime(2020, 11, 9, tzinfo=UTC)).total_seconds())


@pytest.fixture
def world() -> World:
    return World()


def report(countries: dict[str, int], *came: UUID, went: int = 0) -> Told:
    counts = {TALK: (sum(countries.values()), countries)}
    return Told(counts, [(TALK, person, COUNTRIES[person]) for person in came], went)


def test_all_who_came_are_handed_in_together(world: World) -> None:
    for person in (ANNA, BATU, CHEN):
        world.join(person)
    assert world.flush() == [report({"KR": 1, "MN": 1, "ZZ": 1}, ANNA, BATU, CHEN)]
    assert world.changes == [(CONVENTION, TALK)]


def test_nothing_is_handed_in_while_nothing_changes_until_it_would_expire(world: World) -> None:
    world.join(ANNA)
    world.flush()
    assert world.flush() == []
    assert world.flush(REFRESH) == [report({"KR": 1})]
    assert world.flush() == []
    assert 2 * REFRESH < LIFETIME
    assert world.changes == [(CONVENTION, TALK)]


def test_person_with_two_connections_is_one_viewer_until_both_are_gone(world: World) -> None:
    phone, desk = world.join(ANNA), world.join(ANNA)
    assert world.flush() == [report({"KR": 1}, ANNA)]
    world.leave(phone)
    assert world.flush(GRACE) == [report({"KR": 1})]
    world.leave(desk)
    assert world.flush(GRACE) == [report({}, went=1)]


def test_return_within_the_grace_is_neither_leaving_nor_coming(world: World) -> None:
    connection = world.join(ANNA)
    world.flush()
    world.leave(connection)
    assert world.flush(GRACE - SECOND) == [report({"KR": 1})]  # only so that it does not expire
    connection = world.join(ANNA)
    assert world.flush() == []
    world.leave(connection)
    assert world.flush(GRACE - SECOND) == [report({"KR": 1})]
    assert world.changes == [(CONVENTION, TALK)]
    assert world.flush() == [report({}, went=1)]
    assert world.changes == [(CONVENTION, TALK), (CONVENTION, TALK)]


def test_who_is_gone_is_told_once_and_forgotten(world: World) -> None:
    world.leave(world.join(ANNA))
    world.leave(world.join(BATU))
    batu = world.join(BATU)
    world.flush()
    world.leave(batu)
    world.flush(GRACE)
    reads = world.reads
    assert world.flush(LIFETIME) == []
    assert world.reads == reads


def test_who_returns_after_the_grace_is_handed_in_as_new_again(world: World) -> None:
    connection = world.join(ANNA)
    world.flush()
    world.leave(connection)
    assert world.flush(GRACE) == [report({}, went=1)]
    world.join(ANNA)
    assert world.flush() == [report({"KR": 1}, ANNA)]


def test_session_that_is_not_live_yet_has_no_viewers(world: World) -> None:
    world.live = set()
    early, patient = world.join(ANNA), world.join(BATU)
    assert world.flush() == []
    world.leave(early)
    world.live = {TALK}
    assert world.flush() == [report({"MN": 1}, BATU)]
    world.leave(patient)
    assert world.flush() == []


def test_session_that_is_over_is_told_once_and_handed_in_no_more(world: World) -> None:
    connection = world.join(ANNA)
    world.flush()
    world.live = set()
    assert world.flush(LIFETIME) == []
    assert world.changes == [(CONVENTION, TALK)] * 2
    world.leave(connection)
    assert world.flush(LIFETIME) == []
    assert world.changes == [(CONVENTION, TALK)] * 2


def test_stay_is_from_coming_to_going_whatever_the_breaks_and_connections(world: World) -> None:
    world.join(BATU)
    first = world.join(ANNA)
    world.flush(2 * SECOND)
    second = world.join(ANNA)
    world.leave(first)
    world.flush(3 * SECOND)
    world.leave(second)
    world.flush(GRACE - SECOND)
    third = world.join(ANNA)
    world.flush(SECOND)
    world.leave(third)
    world.flush(GRACE)
    world.join(ANNA)
    world.flush()
    assert world.stays() == [(BATU, 0, None), (ANNA, 0, 10), (ANNA, 15, None)]


def test_stay_begins_when_the_session_does_and_again_when_it_is_taken_up_again(world: World) -> None:
    world.live = set()
    connection = world.join(ANNA)
    world.flush(5 * SECOND)
    world.live = {TALK}
    world.flush()
    world.live = set()
    world.flush(10 * SECOND)
    world.join(BATU)
    world.flush(10 * SECOND)
    world.live = {TALK}
    world.flush()
    world.leave(connection)
    world.flush(GRACE)
    # The first stay has ended with the session: that is not for this process to say.
    assert world.stays() == [(ANNA, 5, None), (ANNA, 26, 27), (BATU, 26, None)]


def test_stays_that_were_taken_for_ended_begin_anew(world: World) -> None:
    world.join(ANNA)
    world.flush()
    world.join(BATU)
    world.begun = {TALK}  # what was handed in had expired
    assert world.flush(3 * LIFETIME) == [report({"KR": 1, "MN": 1}, BATU), report({"KR": 1, "MN": 1}, ANNA)]
    assert world.stays() == [(ANNA, 0, None), (BATU, 1, None), (ANNA, 31, None)]


def test_guests_are_told_apart(world: World) -> None:
    guest = Actor(person_id=None, guest_id=ANNA, country="KR")
    world.presence.on_join(Connection(guest), TOPIC)
    world.join(BATU)
    world.flush()
    [handed_in] = world.reports
    assert [(one.person, one.guest) for one in handed_in.came] == [(ANNA, True), (BATU, False)]


def test_sessions_are_counted_apart_and_handed_in_together(world: World) -> None:
    world.live = {TALK, PANEL}
    world.join(ANNA)
    world.join(ANNA, f"session:{PANEL}")
    world.join(BATU, f"session:{PANEL}")
    assert world.flush() == [
        Told(
            {TALK: (1, {"KR": 1}), PANEL: (2, {"KR": 1, "MN": 1})},
            [(TALK, ANNA, "KR"), (PANEL, ANNA, "KR"), (PANEL, BATU, "MN")],
            0,
        )
    ]
    assert world.changes == [(CONVENTION, TALK), (CONVENTION, PANEL)]


def test_other_topics_and_nobody_in_person_do_not_count(world: World) -> None:
    world.join(ANNA, "programme")
    world.leave(world.join(ANNA, "organiser"), "organiser")
    nobody = Connection(Actor(person_id=None))
    world.presence.on_join(nobody, TOPIC)
    world.presence.on_leave(nobody, TOPIC)
    assert (world.flush(), world.reads) == ([], 0)


def test_crowd_is_handed_in_by_portions(world: World) -> None:
    crowd = [new_id() for _ in range(2 * AT_ONCE + 1)]
    connections = [world.join(person) for person in crowd]
    reports = world.flush()
    assert [len(one.came) for one in reports] == [AT_ONCE, AT_ONCE, 1]
    assert [one.counts for one in reports] == [{TALK: (len(crowd), {"ZZ": len(crowd)})}] * 3
    assert [person for one in reports for _, person, _ in one.came] == crowd
    assert world.flush() == []
    world.leave(connections.pop())
    world.join(ANNA)
    for connection in connections:
        world.leave(connection)
    reports = world.flush(GRACE)
    assert [(len(one.came), one.went) for one in reports] == [(1, AT_ONCE - 1), (0, AT_ONCE), (0, 2)]


def test_what_could_not_be_handed_in_is_handed_in_later(world: World) -> None:
    connection = world.join(ANNA)
    world.flush()
    world.leave(connection)
    world.leave(world.join(BATU))
    world.refuse = Busy()
    assert world.flush(GRACE) == []
    assert world.changes == [(CONVENTION, TALK)]
    world.refuse = None
    assert world.flush() == [report({}, BATU, went=2)]  # gone by now, but has watched
    assert world.changes == [(CONVENTION, TALK)] * 2


def test_trouble_of_one_convention_does_not_keep_another(world: World) -> None:
    class Elsewhere(Exception):
        pass

    async def live_sessions(convention_id: UUID) -> Collection[UUID]:
        if convention_id != CONVENTION:
            raise Elsewhere
        return {TALK}

    presence = world.counting(live=live_sessions)
    presence.on_join(Connection(Actor(person_id=BATU), Channel(new_id())), TOPIC)
    presence.on_join(Connection(Actor(person_id=ANNA, country="KR")), TOPIC)
    asyncio.run(presence.flush())
    assert [told(one) for one in world.reports] == [report({"KR": 1}, ANNA)]


def test_close_tells_that_those_who_left_do_not_return(world: World) -> None:
    connections = [world.join(ANNA), world.join(BATU)]
    world.flush()
    for connection in connections:
        world.leave(connection)
    asyncio.run(world.presence.close())
    assert [told(one) for one in world.reports[1:]] == [report({}, went=2)]


def test_run_hands_in_once_a_second() -> None:
    async def scenario() -> list[float]:
        world = World()
        loop = asyncio.get_running_loop()
        began, times = loop.time(), list[float]()

        async def store(report: Report) -> Collection[UUID]:
            times.append(loop.time() - began)
            return await world.store(report)

        presence = world.counting(store=store)
        running = asyncio.create_task(presence.run())
        for _ in range(30):  # two hundred come every tenth of a second, more than one command takes
            for _ in range(AT_ONCE // 5):
                presence.on_join(Connection(Actor(person_id=new_id())), TOPIC)
            await asyncio.sleep(0.1)
        running.cancel()
        assert [len(report.came) for report in world.reports] == [AT_ONCE] * 3
        return [round(moment, 3) for moment in times]

    assert virtual_time.run(scenario) == [1.0, 2.0, 3.0]


def test_hub_tells_who_joins_and_leaves() -> None:
    async def scenario() -> list[Told]:
        world, convention = World(), Convention(id=CONVENTION)
        hub = Hub(convention, convention)
        hub.on_join.append(world.presence.on_join)
        hub.on_leave.append(world.presence.on_leave)
        hub.begin(CONVENTION, 0)
        reader, _ = attach(hub, convention, Actor(person_id=ANNA, country="KR"))
        hub.subscribe(reader, {TOPIC: None, "programme": None})
        other, _ = attach(hub, convention, Actor(person_id=BATU, country="MN"))
        hub.subscribe(other, {TOPIC: None})
        await asyncio.sleep(1)
        await world.presence.flush()
        hub.unsubscribe(reader, [TOPIC])
        hub.detach(other)
        world.now += GRACE
        await world.presence.flush()
        await hub.aclose()
        return [told(one) for one in world.reports]

    assert virtual_time.run(scenario) == [report({"KR": 1, "MN": 1}, ANNA, BATU), report({}, went=2)]


class Comings(RuleBasedStateMachine):
    """Whatever people do, what was handed in last is who is there or left less than a grace before. Whoever is there
    has a stay that goes on, and nobody two."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.connections: list[tuple[UUID, Connection]] = []
        self.gone_at: dict[UUID, datetime] = {}
        self.told = 0
        self.seen: set[UUID] = set()
        self.stored: set[UUID] = set()

    @rule(person=st.sampled_from([ANNA, BATU, CHEN]))
    def come(self, person: UUID) -> None:
        self.connections.append((person, self.world.join(person)))

    @rule(which=st.integers(0, 9))
    def go(self, which: int) -> None:
        if self.connections:
            person, connection = self.connections.pop(which % len(self.connections))
            self.world.leave(connection)
            self.gone_at[person] = self.world.now

    @rule(seconds=st.integers(1, 8))
    def flush(self, seconds: int) -> None:
        there = {person for person, _ in self.connections}
        for report in self.world.flush(timedelta(seconds=seconds)):
            concurrent, countries = report.counts[TALK]
            assert concurrent == sum(countries.values())
            self.told = concurrent
            self.stored |= {person for _, person, _ in report.came}
        grace = {p for p, left in self.gone_at.items() if left + GRACE > self.world.now} & self.stored
        assert len(there) <= self.told <= len(there | grace)
        self.seen |= there
        open_stays = [person for person, _, went in self.world.stays() if went is None]
        assert len(open_stays) == len(set(open_stays)) == self.told
        assert there <= set(open_stays)

    @invariant()
    def everybody_seen_was_handed_in(self) -> None:
        assert self.seen <= self.stored


TestComings = Comings.TestCase
TestComings.settings = settings(max_examples=30, stateful_step_count=20)
