"""`madang bench viewers`: an audience comes within a minute, watches a session, and goes.

Several processes of the whole application serve it from one PostgreSQL; the viewers are guests without an account, in
processes of their own. Beside them a bare `websockets.broadcast` server has as many clients as one of ours, and what a
delivered message costs the two is compared in turns.
"""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from server.bench.auditorium import Auditorium, build
from server.bench.load import load_process
from server.bench.postgres import temporary_postgres
from server.bench.processes import Peer
from server.bench.push_servers import PAYLOAD
from server.bench.report import Ratio, Report, interleaved, machine, median_ratio, percentile, say

SERVER, CLIENTS, BARE = "server.bench.viewers_server", "server.bench.viewers_clients", "server.bench.push_servers"
PROCESSES = 2
CROWD, PROBES, STALLED, ASIDE = "crowd", "probes", "stalled", "aside"
ALONE, BESIDE = "alone", "beside"
ENOUGH = 20_000  # arrivals at those who note them: who does not read has been sent more than any buffer holds
MANY = 20_000  # with few viewers what a server does by itself counts more than what it delivers
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `changes` are state changes a round, `every` so many seconds one; `churn` viewers of each
    process leave and as many come in a second."""

    viewers: int = 23_000
    hold: int = 20
    churn: int = 10
    rounds: int = 5
    changes: int = 8
    every: float = 0.25
    stalled: int = 100
    questions: int = 200
    patience: float = 60.0


QUICK = Size(viewers=2_000, hold=4, churn=2, rounds=3, changes=4, every=0.1, stalled=20, questions=80, patience=3.0)


@dataclass(slots=True)
class Side:
    """One of our servers, with the process its viewers live in."""

    server: Peer
    clients: Peer
    viewers: int

    @property
    def port(self) -> int:
        return int(self.server.hello["port"])


@dataclass(slots=True)
class Stage:
    """Everything that runs. `probes` is a process of few viewers of all servers, who note when events arrive."""

    size: Size
    hall: Auditorium
    sides: Sequence[Side]
    probes: Peer
    bare: Side
    http: httpx.Client
    latencies: dict[str, list[float]] = field(default_factory=dict)
    attending: int = 0
    """Viewers of all servers, but for those who do not read."""

    def cpu(self) -> float:
        """Seconds of CPU of our servers, threads that have ended included (proc(5))."""
        stats = [Path(f"/proc/{side.server.hello['pid']}/stat").read_text() for side in self.sides]
        fields = [stat.rpartition(")")[2].split() for stat in stats]
        return sum(int(user) + int(system) for user, system in (of[11:13] for of in fields)) / TICK

    def memory(self) -> int:
        for side in self.sides:
            side.server.ask("collect")
        return sum(side.server.memory() for side in self.sides)

    def state(self, name: str) -> list[int]:
        return [int(side.server.ask("state")[name]) for side in self.sides]

    def crowds(self, do: str, **more: object) -> list[dict[str, float]]:
        """Let all crowds do something at the same time."""
        for side in self.sides:
            side.clients.tell(do, group=CROWD, **more)
        return [side.clients.answer() for side in self.sides]

    def settle(self, texts: int = 0) -> int:
        """Wait until everybody has everything; the frames that came."""
        return sum(int(answer["frames"]) for answer in self.crowds("expect", seq=max(self.state("seq")), texts=texts))

    def change(self, latencies: list[float]) -> float:
        """State changes, one after another; microseconds of the servers' CPU per delivered frame."""
        size, before = self.size, self.cpu()
        self.probes.tell("listen", events=size.changes)
        time.sleep(0.2)
        for step in self.hall.pauses(size.changes):
            started = time.monotonic()
            self.http.post(f"http://127.0.0.1:{self.sides[0].port}{step.path}", headers=step.headers).raise_for_status()
            time.sleep(max(0.0, started + size.every - time.monotonic()))
        arrivals = self.probes.answer()["arrivals"]
        frames = self.settle()
        cost = (self.cpu() - before) * 1e6 / frames
        committed = {int(seq): at for side in self.sides for seq, at in side.server.ask("committed")["at"].items()}
        latencies += [(at - committed[seq]) / 1e6 for seq, at in arrivals if seq in committed]
        return cost

    def broadcast(self) -> float:
        """As many messages from the bare server; microseconds of its CPU per delivered frame."""
        size, before = self.size, self.bare.server.cpu()
        self.bare.server.ask("burst", ticks=size.changes, events=1, interval=size.every)
        frames = int(self.bare.clients.ask("count", group=CROWD, frames=size.changes)["frames"])
        return (self.bare.server.cpu() - before) * 1e6 / frames


def run(quick: bool) -> Report:
    """Measure everything. Raises RuntimeError, ConnectionError or TimeoutError if somebody misses something."""
    size = QUICK if quick else Size()
    conditions = {"quick": quick, "servers": PROCESSES, "bare_bytes": PAYLOAD, **asdict(size)}
    report = Report("viewers", machine() | conditions)
    with ExitStack() as stack:
        say("preparing")
        stage = _open(size, stack)
        _join(stage, report)
        _hold(stage, report)
        _compare(stage, report)
        _ask(stage, report)
        _beside_the_stalled(stage, report)
        _leave(stage, report)
    return report


def _open(size: Size, stack: ExitStack) -> Stage:
    url = stack.enter_context(temporary_postgres())
    hall = build(url, size.questions)
    arguments = (url, str(hall.convention_id), hall.topic, str(size.patience))
    each = size.viewers // PROCESSES
    servers = [Peer(SERVER, *arguments) for _ in range(PROCESSES)]
    peers = [*servers, *(Peer(CLIENTS) for _ in range(PROCESSES + 2)), Peer(BARE, "broadcast")]
    for peer in peers:
        stack.enter_context(peer)
    *crowds, probes, aside, bare = peers[PROCESSES:]
    sides = [Side(server, clients, each) for server, clients in zip(servers, crowds, strict=True)]
    return Stage(size, hall, sides, probes, Side(bare, aside, each), stack.enter_context(httpx.Client(timeout=30)))


def _join(stage: Stage, report: Report) -> None:
    """In parts, so that those who note the arrivals sit among the others."""
    say(f"{stage.size.viewers} viewers come")
    parts, probing = 5, 10
    before, cpu, started = stage.memory(), stage.cpu(), time.monotonic()
    times: list[dict[str, float]] = []
    for _ in range(parts):
        come = {"path": stage.hall.path, "topics": [stage.hall.topic]}
        for side in stage.sides:
            side.clients.tell("connect", group=CROWD, port=side.port, count=side.viewers // parts, **come)
        times += [side.clients.answer() for side in stage.sides]
        for number, side in enumerate(stage.sides):
            stage.probes.ask("connect", group=f"{PROBES}{number}", port=side.port, count=probing, **come)
    seconds, count = time.monotonic() - started, sum(stage.state("viewers"))
    stage.attending = count
    report.measured |= {
        "viewers": count,
        "join_seconds": round(seconds, 1),
        "join_ms": {name: round(max(one[name] for one in times), 1) for name in ("p50", "p99")},
        "join_cpu_us": round((stage.cpu() - cpu) / count * 1e6),
    }
    memory = (stage.memory() - before) / count
    bare = stage.bare
    before, cpu = bare.server.memory(), bare.server.cpu()
    bare.clients.ask("connect", group=CROWD, port=bare.port, path="/live", topics=[], count=bare.viewers)
    connecting = (bare.server.cpu() - cpu) / bare.viewers * 1e6
    bare.server.ask("collect")
    bare_memory = (bare.server.memory() - before) / bare.viewers
    report.measured |= {
        "kb_per_viewer": round(memory / 1024, 1),
        "bare_kb_per_client": round(bare_memory / 1024, 1),
        "bare_connect_cpu_us": round(connecting),
    }
    report.ratios |= {
        "join_minutes": Ratio(seconds / 60, at_most=1),
        "memory_to_websockets": Ratio(memory / bare_memory, at_most=1),
    }
    say(f"  {seconds:.1f} s, {memory / 1024:.1f} KB each")


def _hold(stage: Stage, report: Report) -> None:
    """They watch, some come and go, and figures come."""
    say(f"{stage.size.hold} s of watching")
    cpu = stage.cpu()
    answers = stage.crowds("hold", seconds=stage.size.hold, churn=stage.size.churn)
    spent, frames = stage.cpu() - cpu, sum(answer["frames"] for answer in answers)
    seconds = max(answer["seconds"] for answer in answers)
    report.measured["hold"] = {
        "cpu_share_per_server": round(spent / seconds / PROCESSES, 3),
        "cpu_us_per_frame": round(spent / frames * 1e6, 2),
        "frames_per_second": round(frames / seconds),
    }
    most = (stage.size.hold + 1) / stage.size.hold  # one when it begins, and then one each second
    report.ratios |= {
        "counts_per_second_fewest": Ratio(min(answer["fewest"] for answer in answers), at_least=0.7),
        "counts_per_second_most": Ratio(max(answer["most"] for answer in answers), at_most=most),
    }


def _compare(stage: Stage, report: Report) -> None:
    """State changes through the database, and the same number of messages broadcast by the bare server."""
    say("state changes, and the bare server in turns")
    stage.latencies[ALONE] = []
    stage.settle()
    costs = interleaved(
        stage.size.rounds, {"hub": lambda: stage.change(stage.latencies[ALONE]), "broadcast": stage.broadcast}
    )
    report.measured["cpu_us_per_message"] = {name: round(percentile(found, 0.5), 2) for name, found in costs.items()}
    report.measured["commit_to_frame_ms"] = _spread(stage.latencies[ALONE])
    report.ratios["hub_to_broadcast_cpu"] = Ratio(
        median_ratio(costs["hub"], costs["broadcast"]),
        at_most=1,
        required=stage.size.viewers >= MANY,
    )


def _ask(stage: Stage, report: Report) -> None:
    """Members ask, all at once; everybody gets every question and its text. Some viewers have stopped reading."""
    size = stage.size
    say(f"{size.questions} questions at once, {size.stalled} viewers of each server do not read")
    for side in stage.sides:
        come = {"path": stage.hall.path, "topics": [stage.hall.topic], "count": size.stalled, "stalled": True}
        side.clients.ask("connect", group=STALLED, port=side.port, **come)
    stage.settle()
    with load_process() as load:
        load.volley([side.port for side in stage.sides], [[]])  # it is there before the clock runs
        cpu, started = stage.cpu(), time.monotonic()
        outcome = load.volley([side.port for side in stage.sides], stage.hall.questions)
        frames = stage.settle(texts=size.questions)
    seconds = time.monotonic() - started
    report.measured["questions"] = {
        "answered_in_seconds": round(outcome.seconds, 2),
        "with_everybody_in_seconds": round(seconds, 2),
        "frames": frames,
        "cpu_us_per_frame": round((stage.cpu() - cpu) / frames * 1e6, 2),
    }
    refused = sum(count for status, count in outcome.statuses.items() if status != 201)
    report.ratios["questions_refused"] = Ratio(refused, at_most=0)


def _beside_the_stalled(stage: Stage, report: Report) -> None:
    """Those who do not read are parked, cost the others nothing, and are sent away."""
    say("state changes beside those who do not read")
    stalled = stage.size.stalled * PROCESSES
    everybody = stage.attending + stalled

    def sent_away() -> int:
        return everybody - sum(stage.state("viewers"))

    sent: list[float] = []
    while (parked := sum(stage.state("parked")) + sent_away()) < stalled and len(sent) < ENOUGH:
        stage.change(sent)
    stage.latencies[BESIDE] = []
    stage.change(stage.latencies[BESIDE])
    until = time.monotonic() + stage.size.patience + 30
    while (away := sent_away()) < stalled and time.monotonic() < until:
        time.sleep(0.2)
    stage.settle()
    for side in stage.sides:
        side.clients.ask("leave", group=STALLED)
    report.measured["beside_stalled_ms"] = _spread(stage.latencies[BESIDE])
    alone, beside = (percentile(stage.latencies[name], 0.99) for name in (ALONE, BESIDE))
    report.ratios |= {
        "stalled_share_parked": Ratio(parked / stalled, at_least=1),
        "stalled_share_sent_away": Ratio(away / stalled, at_least=1),
        "stalled_p99": Ratio(beside / alone, at_most=1.3, required=False),
    }


def _leave(stage: Stage, report: Report) -> None:
    """All go at once."""
    say("everybody goes")
    cpu, started = stage.cpu(), time.monotonic()
    stage.crowds("leave")
    for number in range(PROCESSES):
        stage.probes.ask("leave", group=f"{PROBES}{number}")
    while sum(stage.state("viewers")):
        time.sleep(0.1)
    report.measured["leave"] = {
        "seconds": round(time.monotonic() - started, 1),
        "cpu_us": round((stage.cpu() - cpu) / stage.size.viewers * 1e6),
    }


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {name: round(percentile(times, share), 1) for name, share in (("p50", 0.5), ("p99", 0.99))}
