"""Server processes of their own, started by the operator's command, to be killed without a word."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from server.settings import Settings

MADANG = str(Path(sys.executable).with_name("madang"))
START = 60.0  # seconds, on a machine that is busy with other tests


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(settings: Settings) -> dict[str, str]:
    """The variables by which `madang` reads these settings."""
    values = settings.model_dump(mode="json", include={"data_dir", "database_url", "base_url", "blind_to_occupancy"})
    return {**os.environ, **{f"MADANG_{name.upper()}": str(value) for name, value in values.items()}, "COLUMNS": "200"}


class ServerProcess:
    """`madang serve` on one port; it may be killed and started again."""

    def __init__(self, settings: Settings) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = settings.model_copy(update={"base_url": self.address})
        self._process: subprocess.Popen[str] | None = None

    async def start(self) -> None:
        """Return once it is ready."""
        self._process = self._spawn()
        async with httpx.AsyncClient(base_url=self.address) as client, asyncio.timeout(START):
            while True:
                assert self._process.poll() is None, "the server ended"
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)

    def _spawn(self) -> subprocess.Popen[str]:
        command = [MADANG, "serve", "--port", str(self.port)]
        return subprocess.Popen(command, env=environment(self.settings), text=True, stdout=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9: nothing of it runs any more, and nothing was tidied up."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        assert self._process.wait() == -signal.SIGKILL

    def stop(self) -> None:
        """End it however it stands."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise


@asynccontextmanager
async def server_process(settings: Settings) -> AsyncIterator[ServerProcess]:
    """A running server, gone when the block is left."""
    process = ServerProcess(settings)
    try:
        await process.start()
        yield process
    finally:
        process.stop()
