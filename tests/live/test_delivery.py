"""Whatever happens between server and client, every event of a topic is applied once, in order, or resynced."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.live.frames import EVENT_STREAM, LINES, WEBSOCKET, Wire
from tests.live import virtual_time
from tests.live.world import BUYER, EXHIBITOR, MEMBER, Client, Convention, RecordingOutlet, a_hub, decoded

KEYS = [f"party:{BUYER}", f"party:{EXHIBITOR}", "programme", "session:1", "organiser"]
NAMES = ["me", "programme", "session:1", "organiser"]
KEYS_OF = {"me": KEYS[:2], "programme": ["programme"], "session:1": ["session:1"]}
TOPICS = st.sets(st.sampled_from(NAMES), min_size=1)
READERS = st.integers(0, 4)
WIRES: list[Wire] = [LINES, WEBSOCKET, EVENT_STREAM]


class Reading:
    """One client over several connections: what it has received of the bytes that the hub wrote."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.client = Client()
        self.applied = 0
        self.wanted: set[str] = set()
        self.outlet = RecordingOutlet(wire)
        self.reader: Any = None

    def receive(self, data: bytes) -> None:
        frames = decoded(self.wire, data)
        for frame in frames[self.applied :]:
            self.client.apply(frame)
        self.applied = len(frames)


class Deliveries(RuleBasedStateMachine):
    """Small limits, so that rings turn over, gaps are too large, and ticks are cut into pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=virtual_time.VirtualTimeLoop)
        self.convention = Convention()
        self.published = 0

    @initialize(
        readers=st.lists(st.tuples(st.sampled_from(WIRES), TOPICS), min_size=1, max_size=5),
        gap=st.integers(0, 30),
        delay=st.sampled_from([0.0, 0.001, 0.03, 6.0]),
    )
    def start(self, readers: list[tuple[Wire, set[str]]], gap: int, delay: float) -> None:
        self.convention.delay = delay

        async def make() -> None:
            small = {"ring": 6, "gap": gap, "tick_events": 3, "burst": 1, "behind": 4, "sayings": 3}
            self.hub = a_hub(self.convention, **small, patience=1e9, cursor=5.0)

        self.runner.run(make())
        self.readings = [Reading(wire) for wire, _ in readers]
        for reading, (_, names) in zip(self.readings, readers, strict=True):
            self.connect(reading, names)
        self.run(20)

    def run(self, steps: int) -> None:
        async def turn() -> None:
            for _ in range(steps):
                await asyncio.sleep(0)

        self.runner.run(turn())

    @rule(keys=st.lists(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True), max_size=12))
    def commit(self, keys: list[list[str]]) -> None:
        for topics in keys:
            self.convention.commit(*topics)

    @rule(count=st.integers(1, 40), steps=st.integers(0, 3))
    def publish(self, count: int, steps: int) -> None:
        events = self.convention.events[self.published : self.published + count]
        self.published += len(events)
        self._call(self.hub.publish, events)
        self.run(steps)

    @rule(text_id=st.sampled_from(["a", "b", "c"]), times=st.integers(1, 5), steps=st.integers(0, 3))
    def say(self, text_id: str, times: int, steps: int) -> None:
        """Texts of the session, again and again."""
        for _ in range(times):
            self._call(self.hub.texts, self.convention.id, "session:1", self.convention.say("session:1", text_id))
            self.run(steps)

    def connect(self, reading: Reading, names: set[str]) -> None:
        """Come (back), with what one has of each topic."""
        reading.outlet = RecordingOutlet(reading.wire)
        reading.applied = 0
        reading.wanted = set(names)
        reading.reader = self._call(self.hub.attach, reading.outlet, MEMBER, self.convention.id)
        asked = {name: reading.client.seqs.get(name) for name in sorted(names)}
        reading.client.forget(reading.client.seqs.keys() - names)
        self._call(self.hub.subscribe, reading.reader, asked)

    @rule(which=READERS, share=st.floats(0, 1), names=TOPICS, steps=st.integers(0, 20))
    def cut(self, which: int, share: float, names: set[str], steps: int) -> None:
        """The connection breaks after some of the bytes, perhaps in the middle of a frame; then it is back."""
        reading = self.readings[which % len(self.readings)]
        reading.receive(reading.outlet.data[: int(len(reading.outlet.data) * share)])
        self._call(self.hub.detach, reading.reader)
        self.run(steps)
        self.connect(reading, names)
        self.run(steps)

    @rule(which=READERS, name=st.sampled_from(NAMES), steps=st.integers(0, 12))
    def add(self, which: int, name: str, steps: int) -> None:
        """Follow one topic more, or one afresh."""
        reading = self.readings[which % len(self.readings)]
        reading.wanted.add(name)
        self._call(self.hub.subscribe, reading.reader, {name: None})
        self.run(steps)

    @rule(which=READERS, name=st.sampled_from(NAMES), steps=st.integers(0, 12))
    def drop(self, which: int, name: str, steps: int) -> None:
        reading = self.readings[which % len(self.readings)]
        self._call(self.hub.unsubscribe, reading.reader, [name])
        reading.receive(reading.outlet.data)
        reading.wanted.discard(name)
        reading.client.forget([name])
        self.run(steps)

    @rule(which=READERS, stalled=st.booleans(), steps=st.integers(0, 6))
    def stall(self, which: int, stalled: bool, steps: int) -> None:
        outlet = self.readings[which % len(self.readings)].outlet
        self._call(outlet.stall if stalled else outlet.read_again)
        self.run(steps)

    @rule(seconds=st.floats(0, 20))
    def wait(self, seconds: float) -> None:
        self.runner.run(asyncio.sleep(seconds))

    @rule(steps=st.integers(1, 20))
    def turn(self, steps: int) -> None:
        self.run(steps)

    @invariant()
    def received_so_far_is_applicable(self) -> None:
        for reading in getattr(self, "readings", ()):
            if not reading.outlet.stalled:
                reading.receive(reading.outlet.data)

    def teardown(self) -> None:
        """In the end everybody reads, everything is published, and every topic is complete."""
        if hasattr(self, "readings"):
            for reading in self.readings:
                self._call(reading.outlet.read_again)
            self._call(self.hub.publish, self.convention.events[self.published :])
            self.runner.run(asyncio.sleep(300))
            for reading in self.readings:
                self.check(reading)
            self.runner.run(self.hub.aclose())
        self.runner.close()

    def check(self, reading: Reading) -> None:
        reading.receive(reading.outlet.data)
        allowed = reading.wanted - {"organiser"}
        assert reading.reader.topics.keys() == allowed
        complete = {name: self.convention.seqs(KEYS_OF[name]) for name in allowed}
        assert reading.client.seen == complete
        assert set(reading.client.seqs.values()) <= {len(self.convention.events)}
        said = self.convention.said.get("session:1", {"line": {}})["line"]
        assert {name: lines for name, lines in reading.client.lines.items() if lines or said} == (
            {name: said if name == "session:1" else {} for name in allowed} if said else {}
        )

    def _call(self, function: Any, *arguments: Any) -> Any:
        async def call() -> Any:
            return function(*arguments)

        return self.runner.run(call())


Deliveries.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestDeliveries = Deliveries.TestCase
