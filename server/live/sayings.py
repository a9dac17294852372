"""The newest deliveries of texts in a convention, for readers who missed some of them for a moment.

Texts stand in no event and in no log. What is delivered is numbered in this process alone: who knows the number up to
which they have everything can be given the rest.
"""

from collections import deque
from collections.abc import Collection
from typing import Any

from server.live import frames
from server.live.frames import Wire


class Saying:
    """Texts of one topic that were delivered together, each frame made once."""

    __slots__ = ("_made", "data", "key", "number")

    def __init__(self, number: int, key: str, data: dict[str, Any]) -> None:
        self.number = number
        self.key = key
        self.data = data
        self._made: dict[tuple[Wire, str], bytes] = {}

    def frame(self, wire: Wire, topic: str) -> bytes:
        made = self._made.get((wire, topic))
        if made is None:
            made = self._made[wire, topic] = wire.frame(frames.texts(topic, self.data))
        return made


class Sayings:
    """Deliveries by number: up to `newest` they exist, up to `begun` they are being sent, up to `done` they were."""

    def __init__(self, kept: int) -> None:
        self._kept: deque[Saying] = deque(maxlen=kept)
        self._due: deque[Saying] = deque()
        self.newest = self.begun = self.done = 0

    def add(self, key: str, data: dict[str, Any]) -> None:
        """The next delivery."""
        self.newest += 1
        self._due.append(Saying(self.newest, key, data))

    @property
    def waiting(self) -> bool:
        return bool(self._due)

    def begin(self) -> Saying:
        """The next one to be sent."""
        saying = self._due.popleft()
        self._kept.append(saying)
        self.begun = saying.number
        return saying

    def has_after(self, number: int) -> bool:
        """Whether everything begun after a number is still kept."""
        return number >= self.begun - len(self._kept)

    def after(self, number: int, keys: Collection[str]) -> list[Saying]:
        """What was begun after a number about these keys."""
        if number >= self.begun:
            return []
        return [saying for saying in self._kept if saying.number > number and saying.key in keys]
