"""A topic as it was at one number: its state and its texts, with the frames made of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from server.live import frames
from server.live.frames import Wire

State = dict[str, dict[str, Any]]


class Snapshot(NamedTuple):
    """What a topic holds after the event `seq`: records, and the texts that belong to them and stand in no event."""

    seq: int
    state: State
    texts: State


class View:
    """A snapshot for one reader or for many. Each frame is encoded once a (wire, name).

    `told` is the number of the last delivery of texts (`Sayings`) that it is sure to cover.
    """

    __slots__ = ("_made", "seq", "snapshot", "told")

    def __init__(self, snapshot: Snapshot, told: int) -> None:
        self.snapshot = snapshot
        self.seq = snapshot.seq
        self.told = told
        self._made: dict[tuple[Wire, str, bool], Sequence[bytes]] = {}

    def whole(self, wire: Wire, topic: str) -> Sequence[bytes]:
        """The snapshot frame."""
        return self._pieces(wire, topic, texts_alone=False)

    def texts(self, wire: Wire, topic: str) -> Sequence[bytes]:
        """The frame of the texts alone; nothing if there are none."""
        return self._pieces(wire, topic, texts_alone=True) if any(self.snapshot.texts.values()) else ()

    def _pieces(self, wire: Wire, topic: str, *, texts_alone: bool) -> Sequence[bytes]:
        made = self._made.get((wire, topic, texts_alone))
        if made is None:
            seq, state, texts = self.snapshot
            payload = frames.texts(topic, texts) if texts_alone else frames.snapshot(topic, seq, state, texts)
            made = self._made[wire, topic, texts_alone] = wire.pieces(payload)
        return made
