"""OpenID Connect providers on loopback: a real one in a process of its own, and a small one that lies when asked to."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

WAIT = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def real_provider(*users: dict[str, Any]) -> Iterator[str]:
    """The issuer of oidc-provider-mock, a real provider that knows these users by their `sub`."""
    port = free_port()
    claims = [part for user in users for part in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n", "true", *claims]
    quiet = {**os.environ, "NO_COLOR": "1"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet)
    issuer = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + WAIT
        while True:
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the provider did not start"
                assert time.monotonic() < until, "the provider does not answer"
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Liar:
    """A provider whose answers a test chooses. `claims` and `header` change what a good ID token would say; `key`
    signs it; `answers` replaces what an address answers: (status, body)."""

    issuer: str = ""
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: Any = None
    token: str | None = None
    info: dict[str, Any] | None = None
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.published = self.key

    def id_token(self) -> str:
        if self.token is not None:
            return self.token
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": "madang",
            "sub": "u1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "email": "lee@buyer.example",
            "email_verified": True,
        }
        said = {name: value for name, value in {**good, **self.claims}.items() if value is not None}
        header = {"alg": "RS256", "kid": "one", **self.header}
        return jwt.encode(header, said, self.key, algorithms=["RS256", "HS256"])

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/token":
            self.forms.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
        known: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/info",
            },
            "/keys": {"keys": [self.published.as_dict(private=False)]},
            "/info": self.info,
        }
        if path == "/token":
            return 200, json.dumps({"token_type": "Bearer", "access_token": "at", "id_token": self.id_token()}).encode()
        return 200, json.dumps(known[path]).encode()


@contextmanager
def lying_provider() -> Iterator[Liar]:
    """It answers until the block is left."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            status, body = liar.answer(self.path, self.rfile.read(length))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
