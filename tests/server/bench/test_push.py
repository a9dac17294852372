"""The push bench at a small size. Its figures mean nothing here; that it counts rightly does."""

import socket
from dataclasses import replace

import pytest

from server.bench import push
from server.bench.processes import Peer
from server.bench.push_clients import Client
from server.bench.push_servers import PAYLOAD, an_event
from server.bench.report import Report
from server.live import frames
from server.live.frames import WEBSOCKET

SMALL = replace(push.QUICK, cutting=5, cuts=20, cut_seconds=0.5)


def test_event_has_the_stated_size() -> None:
    assert len(frames.event(an_event(7), "programme")) == PAYLOAD


def test_cut_readers_lose_and_repeat_nothing() -> None:
    report = Report("push")
    push._cuts(SMALL, report)
    assert report.measured["cuts"] == {"cuts": 20, "gaps": 0, "duplicates": 0, "resyncs": 0}


@pytest.mark.parametrize("server", ["hub", "broadcast"])
def test_delivery_counts_every_message_once(server: str) -> None:
    peer = push._hub() if server == "hub" else Peer(push.SERVERS, server)
    with peer, Peer(push.CLIENTS) as clients:
        side = push._connect(clients, server, peer, 3, push.HUB_PATH if server == "hub" else "/live")
        assert 0 < side.deliver(ticks=2, events=4, interval=0.01) < 1e6
        peer.ask("burst", ticks=1, events=2, interval=0.0)
        with pytest.raises(RuntimeError, match=f"{server} delivered 3 messages too many"):
            side.expect(1)


@pytest.mark.parametrize(
    ("seqs", "faults"),
    [
        ((1, 2, 4, 5), (0, 0)),  # 3 is another's
        ((1, 4), (1, 0)),
        ((1, 2, 2, 4), (0, 1)),
        ((1, 2, 1), (0, 1)),
    ],
)
def test_client_finds_gaps_and_duplicates(seqs: tuple[int, ...], faults: tuple[int, int]) -> None:
    with socket.socket() as unused:
        client = Client(unused, seq=0)
        for seq in seqs:
            client.check(WEBSOCKET.frame(frames.event(an_event(seq), "programme")))
        assert (client.gaps, client.duplicates) == faults


def test_unknown_command_ends_a_peer() -> None:
    with Peer(push.CLIENTS) as clients, pytest.raises(RuntimeError, match="ended with status 1"):
        clients.ask("dance")
