"""Streams for the watch page: those elsewhere are answered by the test, and playlists come from this machine."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Page

YOUTUBE = "https://www.youtube-nocookie.com"
VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"
CAPTIONS = "https://captions.example"
# The browser films a canvas: a fragmented MP4, in base64.
A_SECOND_OF_COLOURS = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const pencil = canvas.getContext("2d");
  let hue = 0;
  const drawing = setInterval(() => {
    pencil.fillStyle = `hsl(${(hue += 9)}, 80%, 50%)`;
    pencil.fillRect(0, 0, 320, 180);
  }, 40);
  const film = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/mp4;codecs=avc1.42E01E" });
  const parts = [];
  film.ondataavailable = ({ data }) => parts.push(data);
  film.start();
  await new Promise((done) => setTimeout(done, 1200));
  film.stop();
  await new Promise((done) => (film.onstop = done));
  clearInterval(drawing);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def answer_for_streams(page: Page) -> None:
    page.route(f"{YOUTUBE}/**", lambda route: route.fulfill(body="<p>YouTube plays</p>", content_type="text/html"))
    page.route(f"{CAPTIONS}/**", lambda route: route.fulfill(body="<p>What is said</p>", content_type="text/html"))


def forgive_streams(page: Page, errors: list[str]) -> None:
    """Answer no more. That these two were asked is what the page is for."""
    page.unroute_all(behavior="ignoreErrors")
    asked = tuple(f"asked another machine: {origin}/" for origin in (YOUTUBE, CAPTIONS))
    errors[:] = [error for error in errors if not error.startswith(asked)]


class Playlists:
    """A server of playlists for pages of other origins. Streams are to begin, unless their `files` are given."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        files = self.files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = files.get(self.path, b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:1\n")
                kind = "application/vnd.apple.mpegurl" if self.path.endswith(".m3u8") else "video/mp4"
                self.send_response(200)
                self.send_header("access-control-allow-origin", "*")
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def keep(self, path: str, recording: bytes) -> None:
        """Offer a fragmented MP4 (ISO/IEC 14496-12) as a stream that is over: its head, and one segment of the rest."""
        place = 0
        while recording[place + 4 : place + 8] != b"moof":
            place += int.from_bytes(recording[place : place + 4])
        playlist = (
            '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MAP:URI="head.mp4"\n#EXTINF:1.0,\nrest.m4s\n'
        )
        self.files[path] = f"{playlist}#EXT-X-ENDLIST\n".encode()
        self.files["/head.mp4"], self.files["/rest.m4s"] = recording[:place], recording[place:]
