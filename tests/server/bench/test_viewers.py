"""The viewers bench at a small size. Its figures mean nothing here; that nobody misses anything does."""

import socket
from dataclasses import replace

import pytest

from server.bench import viewers
from server.bench.viewers_clients import Crowd, Viewer, Viewers

SMALL = replace(
    viewers.QUICK, viewers=20, hold=2, churn=1, rounds=1, changes=2, every=0.05, stalled=1, questions=10, patience=1.0
)


@pytest.mark.long
def test_every_part_runs_and_everybody_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "QUICK", SMALL)
    report = viewers.run(quick=True)
    assert report.measured["viewers"] == 20 + 2 * 5 * 10
    assert report.ratios["questions_refused"].value == 0
    assert report.measured["questions"]["frames"] > 20 * 10
    assert report.ratios["stalled_share_sent_away"].value == 1
    assert report.ratios["counts_per_second_fewest"].value > 0


def test_viewer_counts_frames_however_they_are_cut() -> None:
    texts = b'{"type":"texts","data":{"question":{"1":{"text":"A"},"2":{"text":"B"}}}}'
    stream = b"".join(
        (
            b"\x81\x1b" + b'{"type":"cursor","seq":120}',
            b"\x81\x10" + b'{"type":"counts"}'[:16],
            b"\x81\x7e\x00\x80" + texts.ljust(128),
            b"\x81\x2a" + b'{"type":"event","topic":"public","seq":7}'.ljust(42),
        )
    )
    ours, theirs = socket.socketpair()
    for size in (1, 2, 3, 50, len(stream)):
        crowd, viewer = Crowd(("", 0), "", b""), Viewer(ours, 0.0, shaken=True)
        for start in range(0, len(stream), size):
            Viewers()._take(viewer, crowd, stream[start : start + size])
        assert (viewer.frames, viewer.counts, viewer.texts, viewer.seq, viewer.rest) == (4, 1, 2, 7, b"")
        assert viewer.joined > 0
    ours.close()
    theirs.close()
