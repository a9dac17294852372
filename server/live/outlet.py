"""An outlet that is emptied by whoever sends: for servers and streams that cannot be written to directly."""

import asyncio

from server.live.frames import Wire
from server.live.reader import Listener

LIMIT = 32 * 1024


class PulledOutlet:
    """Keeps what is written until it is pulled. Above LIMIT bytes it pauses its writer until the next pull."""

    descriptor = -1

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.closing: tuple[int, str] | None = None
        self._listener: Listener | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._paused = False
        self._news = asyncio.Event()

    def write(self, data: bytes, /) -> None:
        self._parts.append(data)
        self._size += len(data)
        self._news.set()
        if self._size > LIMIT and not self._paused:
            self._paused = True
            if self._listener is not None:
                self._listener.pause()

    def listen(self, listener: Listener | None) -> None:
        self._listener = listener

    def buffered(self) -> int:
        return self._size

    def close(self, code: int, reason: str) -> None:
        self.closing = (code, reason)
        self._news.set()

    async def pull(self, wait: float | None = None) -> bytes | None:
        """Everything written since; b"" after `wait` seconds without news; None once closed and empty."""
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return b""
        if not self._parts:
            return None
        data = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        if self.closing is None:
            self._news.clear()
        if self._paused:
            self._paused = False
            if self._listener is not None:
                self._listener.resume()
        return data
