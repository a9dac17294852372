"""YouTube's Data API on loopback, as its reference describes `videos.list`, and breaking in the ways it may break.

https://developers.google.com/youtube/v3/docs/videos/list and .../docs/errors; the types of its answers are those of the
discovery document, which test_youtube.py checks it against.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "AIzaFakeKeyOfTheTests"
PATH = "/youtube/v3/videos"
PARTS = frozenset({"id", "snippet", "liveStreamingDetails"})

Answer = tuple[int, bytes]


def video(broadcast: str = "none", title: str = "Medical tourism tomorrow", **details: str) -> dict[str, Any]:
    """A video without its id. `details` are liveStreamingDetails, which only broadcasts have."""
    made: dict[str, Any] = {
        "kind": "youtube#video",
        "etag": "etag",
        "snippet": {
            "publishedAt": "2020-11-09T00:00:00Z",
            "channelId": "UC4R8DWoMoI7CAwX8_LjQHig",
            "title": title,
            "description": "",
            "liveBroadcastContent": broadcast,
        },
    }
    if details:
        made["liveStreamingDetails"] = details
    return made


def problem(code: int, reason: str, message: str = "No.") -> Answer:
    """An error as Google's APIs answer it."""
    one = {"message": message, "domain": "youtube.quota", "reason": reason}
    return code, json.dumps({"error": {"code": code, "message": message, "errors": [one]}}).encode()


@dataclass
class FakeYouTube:
    """The videos there are, by id, and what goes wrong: `answers` are given instead, one a request; `units` is what is
    left of the quota; `delay` in seconds comes before each answer, `trickle` before each byte of it."""

    url: str = ""
    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    units: int = 10_000
    delay: float = 0.0
    trickle: float = 0.0
    asked: list[list[str]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    hearing: threading.Condition = field(default_factory=threading.Condition)

    def wait_until_asked(self, more: int) -> None:
        """Return once it was asked so many times more: what it said to all but the last has been taken in."""
        with self.hearing:
            until = len(self.addresses) + more
            assert self.hearing.wait_for(lambda: len(self.addresses) >= until, 20), "nobody asks"

    def answer(self, address: str, key: str | None) -> Answer:
        with self.hearing:
            self.addresses.append(address)
            self.hearing.notify_all()
        parts = urlsplit(address)
        query = {name: ",".join(values) for name, values in parse_qs(parts.query).items()}
        if self.answers:
            return self.answers.pop(0)
        if parts.path != PATH:
            return problem(404, "notFound")
        if (key or query.get("key")) != KEY:
            return problem(400, "keyInvalid", f"API key not valid: {key or query.get('key')}")
        if self.units < 1:
            return problem(403, "quotaExceeded", "The request cannot be completed: you have exceeded your quota.")
        self.units -= 1
        ids = query.get("id", "").split(",")
        wanted = set(query.get("part", "").split(","))
        if len(ids) > 50 or not wanted or not wanted <= PARTS:
            return problem(400, "invalidFilters")
        self.asked.append(ids)
        return 200, json.dumps(selected(self._list(ids, wanted), query.get("fields"))).encode()

    def _list(self, ids: list[str], parts: set[str]) -> dict[str, Any]:
        always = ("kind", "etag")
        items = [
            {"id": name, **{part: value for part, value in self.videos[name].items() if part in (*always, *parts)}}
            for name in dict.fromkeys(ids)
            if name in self.videos
        ]
        info = {"totalResults": len(items), "resultsPerPage": len(items)}
        return {"kind": "youtube#videoListResponse", "etag": "etag", "items": items, "pageInfo": info}


def selected(value: Any, fields: str | None) -> Any:
    """A partial response (https://developers.google.com/youtube/v3/getting-started#fields): `a,b/c,d(e,f)`."""
    if fields is None:
        return value
    if isinstance(value, list):
        return [selected(one, fields) for one in value]
    kept: dict[str, Any] = {}
    for name, below in _split(fields):
        if name in value:
            kept[name] = selected(value[name], below)
    return kept


def _split(fields: str) -> Iterator[tuple[str, str | None]]:
    depth, start = 0, 0
    for place, letter in enumerate(f"{fields},"):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            one = fields[start:place]
            start = place + 1
            if one.endswith(")"):
                name, _, below = one[:-1].partition("(")
                yield name, below
            else:
                name, slash, below = one.partition("/")
                yield name, below if slash else None


@contextmanager
def fake_youtube() -> Iterator[FakeYouTube]:
    """It answers until the block is left."""
    fake = FakeYouTube()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = fake.answer(self.path, self.headers.get("x-goog-api-key"))
            fake.closing.wait(fake.delay)
            self.send_response(status)
            self.send_header("content-type", "application/json; charset=UTF-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if not fake.trickle:
                self.wfile.write(body)
            for place in range(len(body) if fake.trickle else 0):
                self.wfile.write(body[place : place + 1])
                self.wfile.flush()
                if fake.closing.wait(fake.trickle):
                    return

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                """Whoever asked did not wait for the answer."""

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield fake
    finally:
        fake.closing.set()
        server.shutdown()
        server.server_close()
