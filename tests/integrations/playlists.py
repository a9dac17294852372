"""HLS playlists on loopback, from servers that answer what a test chooses, by http or https."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LIVE = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:6.0,\n7.ts\n"
EMPTY = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n"
OVER = LIVE + "#EXT-X-ENDLIST\n"
MASTER = (
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1280000,RESOLUTION=640x360\n# a comment\n\nlow/main.m3u8\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=2560000\nhigh/main.m3u8\n"
)


@dataclass
class Playlists:
    """A server. `pages` are its answers by path: a text, or (status, headers, body); what is not there is 404."""

    url: str = ""
    pages: dict[str, str | tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    delay: float = 0.0
    asked: list[tuple[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        page = self.pages.get(path, (404, {}, b""))
        return (200, {}, page.encode()) if isinstance(page, str) else page


@contextmanager
def playlists(tls: ssl.SSLContext | None = None) -> Iterator[Playlists]:
    """It answers until the block is left."""
    served = Playlists()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.headers["host"], self.path))
            served.closing.wait(served.delay)
            status, headers, body = served.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                """Whoever asked did not wait for the answer."""

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    port = server.server_address[1]
    served.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield served
    finally:
        served.closing.set()
        server.shutdown()
        server.server_close()
