"""`madang bench push`: what it costs the server to deliver a message to many websockets.

Every server runs in its own process and its clients in another; what is compared is the servers' CPU time per
delivered message, all threads, as the kernel's scheduler counted it. All servers have their clients connected all
the time and take turns.

What is to be kept now is required; `_final` and the other ratios tell how far it is to the design's last targets.
"""

import json
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from server.bench.processes import Peer
from server.bench.push_servers import PAYLOAD
from server.bench.report import Ratio, Report, interleaved, machine, median_ratio, say
from server.live.channel import Limits

SERVERS, CLIENTS = "server.bench.push_servers", "server.bench.push_clients"
HUB_PATH = "/live?ticket=viewer"
ALWAYS = 10**9


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `interval` leaves the slowest server time to finish a tick before the next."""

    clients: int = 2000
    rounds: int = 7
    ticks: int = 15
    interval: float = 0.12
    stalled_rounds: int = 5
    cutting: int = 100
    cuts: int = 1000
    cut_seconds: float = 20.0
    health_clients: int = 5000
    health_rounds: int = 3


QUICK = Size(
    clients=600,
    rounds=3,
    ticks=8,
    interval=0.05,
    stalled_rounds=3,
    cutting=25,
    cuts=100,
    cut_seconds=2.0,
    health_clients=300,
    health_rounds=1,
)


@dataclass(slots=True)
class Side:
    """One server with its clients."""

    name: str
    server: Peer
    clients: Peer
    count: int
    memory: float = 0.0
    """Bytes a connection."""
    connecting: float = 0.0
    """CPU seconds a connection."""

    def deliver(self, ticks: int, events: int, interval: float) -> float:
        """Microseconds of the server's CPU per delivered message."""
        before = self.server.cpu()
        self.server.ask("burst", ticks=ticks, events=events, interval=interval)
        self.expect(ticks * events)
        return (self.server.cpu() - before) * 1e6 / (self.count * ticks * events)

    def latency(self, ticks: int, events: int, interval: float) -> float:
        """Milliseconds from the making of an event to its arrival, the 99th percentile."""
        self.clients.tell("expect", group=self.name, events=ticks * events, latency=True)
        self.server.ask("burst", ticks=ticks, events=events, interval=interval)
        return float(self.clients.answer()["p99"])

    def expect(self, events: int) -> None:
        answer = self.clients.ask("expect", group=self.name, events=events)
        if answer["surplus"]:
            raise RuntimeError(f"{self.name} delivered {answer['surplus']} messages too many")


def run(quick: bool) -> Report:
    """Measure everything. Raises RuntimeError or TimeoutError if a message is lost or too many."""
    size = QUICK if quick else Size()
    report = Report("push", {**machine(), "quick": quick, "payload_bytes": PAYLOAD, **asdict(size)})
    for part in (_delivery, _stalled, _cuts, _health):
        part(size, report)
    return report


def _hub(**settings: int) -> Peer:
    return Peer(SERVERS, "hub", json.dumps({"burst_size": Limits().burst, **settings}))


def _connect(clients: Peer, name: str, server: Peer, count: int, path: str = HUB_PATH) -> Side:
    """Connect a server's clients, noting what that costs."""
    side = Side(name, server, clients, count)
    server.ask("collect")
    memory, cpu = server.memory(), server.cpu()
    subscribe = path == HUB_PATH
    clients.ask("connect", group=name, port=server.hello["port"], path=path, count=count, subscribe=subscribe)
    side.connecting = (server.cpu() - cpu) / count
    server.ask("collect")
    side.memory = (server.memory() - memory) / count
    say(f"  {name}: {count} clients, {side.memory / 1024:.1f} KB and {side.connecting * 1e6:.0f} us each")
    return side


def _delivery(size: Size, report: Report) -> None:
    say(f"delivery: {size.clients} clients of each server, {size.rounds} rounds")
    with ExitStack() as stack:
        clients = stack.enter_context(Peer(CLIENTS))
        peers = {"hub": _hub(), **{name: Peer(SERVERS, name) for name in ("raw", "broadcast", "loop")}}
        for peer in peers.values():
            stack.enter_context(peer)
        sides = {
            name: _connect(clients, name, peer, size.clients, HUB_PATH if name == "hub" else "/live")
            for name, peer in peers.items()
        }
        for side in sides.values():
            side.deliver(3, 1, size.interval)

        def cost(name: str, events: int) -> Callable[[], float]:
            return lambda: sides[name].deliver(size.ticks, events, size.interval)

        measured = {name: cost(name, 1) for name in sides} | {"hub_4": cost("hub", 4), "hub_10": cost("hub", 10)}
        costs = interleaved(size.rounds, measured)
    report.measured["cpu_us_per_message"] = {name: statistics.median(figures) for name, figures in costs.items()}
    report.measured["connection_kb"] = {name: side.memory / 1024 for name, side in sides.items()}
    report.measured["connect_cpu_us"] = {name: side.connecting * 1e6 for name, side in sides.items()}
    hub, broadcast = costs["hub"], costs["broadcast"]
    over_raw = median_ratio(hub, costs["raw"])
    ten = median_ratio(broadcast, costs["hub_10"])
    report.ratios |= {
        "hub_over_raw": Ratio(over_raw, at_most=1.5),
        "hub_over_raw_final": Ratio(over_raw, at_most=1.2, required=False),
        "broadcast_over_hub": Ratio(median_ratio(broadcast, hub), at_least=1.5, required=False),
        "loop_over_hub": Ratio(median_ratio(costs["loop"], hub), at_least=2.1, required=False),
        "broadcast_over_hub_4_events": Ratio(median_ratio(broadcast, costs["hub_4"]), at_least=5),
        "broadcast_over_hub_10_events": Ratio(ten, at_least=12),
        "broadcast_over_hub_10_events_final": Ratio(ten, at_least=14, required=False),
        "memory_over_websockets": Ratio(sides["hub"].memory / sides["broadcast"].memory, at_most=0.4, required=False),
        "connect_cpu_over_websockets": Ratio(
            sides["hub"].connecting / sides["broadcast"].connecting, at_most=0.5, required=False
        ),
    }


def _stalled(size: Size, report: Report) -> None:
    """The same readers with and without four times as many beside them who stop reading."""
    reading = size.clients // 5
    stalled = size.clients - reading
    say(f"stalled: {reading} readers alone, and beside {stalled} who have stopped reading")
    with ExitStack() as stack:
        clients, *servers = (stack.enter_context(peer) for peer in (Peer(CLIENTS), _hub(), _hub()))
        alone, beside = (
            _connect(clients, name, server, reading) for name, server in zip(("alone", "beside"), servers, strict=True)
        )
        port = beside.server.hello["port"]
        clients.ask("connect", group="stalled", port=port, path=HUB_PATH, count=stalled, subscribe=True, stalled=True)
        sent = 0
        while (state := beside.server.ask("stalled"))["stalled"] < stalled and sent < 2000:
            beside.server.ask("burst", ticks=2, events=20, interval=0.1)
            beside.expect(40)
            sent += 40
        say(f"  {state['stalled']} have stalled after {sent} events and hold {state['most']} bytes at most")
        ticks, interval = 40, size.interval / 2  # many: each is a hundredth or so of what the percentile is of
        sides = {side.name: lambda side=side: side.latency(ticks, 4, interval) for side in (alone, beside)}
        times = interleaved(size.stalled_rounds, sides)
        state = beside.server.ask("stalled")
    report.measured["stalled"] = {**state, "p99_ms": {name: statistics.median(t) for name, t in times.items()}}
    report.ratios |= {
        "stalled_share_parked": Ratio(state["stalled"] / stalled, at_least=1),
        "stalled_p99": Ratio(median_ratio(times["beside"], times["alone"]), at_most=1.3),
        "stalled_kb_per_reader": Ratio(state["most"] / 1024, at_most=64),
    }


def _cuts(size: Size, report: Report) -> None:
    """Readers who are cut off at random and come back with their last number."""
    say(f"cuts: {size.cuts} among {size.cutting} readers in {size.cut_seconds:.0f} s")
    with _hub() as server, Peer(CLIENTS) as clients:
        every = 0.01
        server.tell("mixed", count=int(size.cut_seconds / every), every=every)
        clients.ask(
            "cut",
            port=server.hello["port"],
            path=HUB_PATH,
            count=size.cutting,
            cuts=size.cuts,
            seconds=size.cut_seconds * 0.95,
        )
        faults = clients.ask("settle", last=server.answer()["last"])
    report.measured["cuts"] = {"cuts": size.cuts, **faults}
    report.ratios |= {
        "cut_gaps": Ratio(faults["gaps"], at_most=0),
        "cut_duplicates": Ratio(faults["duplicates"], at_most=0),
        "cut_resyncs": Ratio(faults["resyncs"], at_most=0, required=False),
    }


def _health(size: Size, report: Report) -> None:
    """How long another request waits while a tick goes out, with and without yielding between chunks."""
    say(f"healthz: {size.health_clients} clients, with and without yielding")
    with ExitStack() as stack:
        peers = (Peer(CLIENTS), Peer(CLIENTS), _hub(), _hub(burst_size=ALWAYS))
        clients, prober, *servers = (stack.enter_context(peer) for peer in peers)
        yielding, holding = (
            _connect(clients, name, server, size.health_clients)
            for name, server in zip(("yielding", "holding"), servers, strict=True)
        )
        interval = max(size.interval, size.health_clients * 60e-6)

        def waiting(side: Side) -> float:
            ticks = 20
            prober.tell("probe", port=side.server.hello["port"], count=int(ticks * interval / 0.004), every=0.003)
            side.server.ask("burst", ticks=ticks, events=1, interval=interval)
            side.expect(ticks)
            return float(prober.answer()["p99"])

        times = interleaved(
            size.health_rounds, {"holding": lambda: waiting(holding), "yielding": lambda: waiting(yielding)}
        )
    report.measured["healthz_p99_ms"] = {name: statistics.median(figures) for name, figures in times.items()}
    ratio = median_ratio(times["holding"], times["yielding"])
    report.ratios["healthz_p99_without_over_with_yielding"] = Ratio(ratio, at_least=4, required=False)
