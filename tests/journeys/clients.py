"""A person's program at a running server: signs in through a real link, gives commands, follows the live stream."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from server.accounts.permissions import Scope
from tests.journeys.follower import Follower

WAIT = httpx.Timeout(30.0)


def open_http(address: str, connections: int = 20) -> httpx.AsyncClient:
    """An HTTP client without the cost of loading certificates."""
    # Idle connections are given up well before uvicorn closes them (5 s): a request must not meet that.
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=2.0)
    transport = httpx.AsyncHTTPTransport(verify=False, limits=limits)
    return httpx.AsyncClient(base_url=address, transport=transport, timeout=WAIT)


async def sign_in(address: str, slug: str, link: str) -> "Client":
    """Open a one-time link as a browser does, and get a bearer token for a program there."""
    async with open_http(address, 1) as browser:
        page = {"origin": address}
        signed_in = await browser.post("/api/v1/sign-in", json={"token": link.partition("#")[2]}, headers=page)
        assert signed_in.status_code == 200, signed_in.text
        made = await browser.post("/api/v1/tokens", json={"label": "journey", "scopes": list(Scope)}, headers=page)
        assert made.status_code == 201, made.text
    return Client(open_http(address), address, slug, made.json()["secret"], UUID(signed_in.json()["person"]))


class Client:
    """One person's program in one convention. Several may share the connections of one HTTP client."""

    def __init__(self, http: httpx.AsyncClient, address: str, slug: str, token: str, person: UUID) -> None:
        self._http = http
        self._bearer = {"authorization": f"Bearer {token}"}
        self.address = address
        self.slug = slug
        self.person = person

    async def close(self) -> None:
        await self._http.aclose()

    async def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> httpx.Response:
        """One request below the convention's address, under a fresh idempotency key unless one is given."""
        headers = {**self._bearer, "idempotency-key": key or uuid4().hex}
        url = f"/api/v1/conventions/{self.slug}{path}"
        return await self._http.request(method, url, json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """What is there; it must be."""
        found = await self.send("GET", path)
        assert found.status_code == 200, found.text
        return found.json()

    async def post(self, path: str, **body: Any) -> Any:
        """The record that the command answers; it must not be refused."""
        return self._done(await self.send("POST", path, body or None))

    async def upload(self, path: str, file: Path) -> Any:
        """The report on a sheet, which must be accepted."""
        headers = {**self._bearer, "idempotency-key": uuid4().hex}
        url = f"/api/v1/conventions/{self.slug}{path}"
        content = await asyncio.to_thread(file.read_bytes)
        return self._done(await self._http.post(url, files={"file": (file.name, content)}, headers=headers))

    async def put(self, path: str, **body: Any) -> Any:
        """The same for a command that replaces."""
        return self._done(await self.send("PUT", path, body))

    async def refused(self, path: str, *, method: str = "POST", **body: Any) -> tuple[int, str, dict[str, Any]]:
        """Status, code and whole problem of a command that must be refused."""
        answer = await self.send(method, path, body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        return answer.status_code, problem["code"], problem

    @staticmethod
    def _done(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()

    async def socket(self) -> ClientConnection:
        """A live connection, by a ticket."""
        made = await self._http.post("/api/v1/live/tickets", headers=self._bearer)
        if made.status_code != 201:
            raise OSError(f"no ticket: {made.status_code}")
        url = f"{self.address.replace('http', 'ws', 1)}/api/v1/conventions/{self.slug}/live"
        return await connect(f"{url}?ticket={made.json()['secret']}", compression=None, max_size=None)

    def follow(self, *topics: str) -> Follower:
        """A follower of these topics, to be entered."""

        async def connected() -> ClientConnection:
            try:
                return await self.socket()
            except httpx.HTTPError as error:
                raise OSError("the server is away") from error

        return Follower(connected, *topics)
