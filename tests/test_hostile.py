"""Ten thousand hostile requests and some hundred hostile messages: each is refused as a problem, and nothing breaks.

A failure names its attack, `seed:index`; `MADANG_HOSTILE=seed:index pytest -n 0 tests/test_hostile.py` sends it alone.
"""

import json
import os
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPMessage, HTTPResponse
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.sync.client import ClientConnection, connect

from server.api.problems import MEDIA_TYPE
from server.app import create_app
from server.settings import Settings
from tests.api.world import PREFIX, World, a_world
from tests.factories import Fair
from tests.hostile import ASKERS, KINDS, Attack, Hostility

SEED = 2020
PARTS, EACH = 4, 2_600
MESSAGES, AT_ONCE = 400, 30
CHOSEN = os.environ.get("MADANG_HOSTILE", "")
OWN_ADDRESS = re.compile(rb'data-language href="[^"]*"')
NOBODYS = dict.fromkeys(filter(None, ASKERS), "token")
PATIENCE = 30.0
SOON = 0.1  # bytes that are no whole request may be waited for in vain


@cache
def description() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def hostility(world: World, seed: int) -> Hostility:
    return Hostility(description(), seed, world.ids, world.api.tokens, world.cookies)


@dataclass(frozen=True)
class Answer:
    """What came back; no body where it goes on for ever."""

    status: int
    headers: HTTPMessage
    body: bytes


class Line:
    """A connection that is opened again when the server has closed it."""

    def __init__(self, address: str) -> None:
        self._to = (urlsplit(address).hostname, urlsplit(address).port)
        self._socket: socket.socket | None = None

    def send(self, attack: Attack) -> list[Answer]:
        """The answers to an attack: one to a whole request, else as many as come soon."""
        if not attack.whole or b"Connection: " in attack.request:
            self.close()
        kept = self._socket is not None
        try:
            return self._ask(attack)
        except (OSError, HTTPException) as error:
            self.close()
            if kept:  # a server may close what is idle
                return self.send(attack)
            if not attack.whole or len(attack.request) > 60_000:
                return []
            raise AssertionError(f"no answer: {error!r}") from error

    def _ask(self, attack: Attack) -> list[Answer]:
        if self._socket is None:
            self._socket = socket.create_connection(self._to, PATIENCE)
        # The server need not read what it has refused.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(attack.request)
        return [self._one(attack.method)] if attack.whole else list(self._all(attack.method))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _one(self, method: str) -> Answer:
        assert self._socket is not None
        response = HTTPResponse(self._socket, method=method)
        response.begin()
        endless = "event-stream" in response.headers.get("content-type", "")
        answer = Answer(response.status, response.headers, b"" if endless else response.read())
        if endless or response.will_close or response.status == 101:
            self.close()
        return answer

    def _all(self, method: str) -> Iterator[Answer]:
        assert self._socket is not None
        self._socket.settimeout(SOON)
        came = b""
        with suppress(OSError):
            while piece := self._socket.recv(1 << 16):
                came += piece
        self.close()
        source = Heard(came)
        while source.left():
            response = HTTPResponse(source, method=method)  # type: ignore[arg-type]
            response.begin()
            yield Answer(response.status, response.headers, response.read())


class Heard(BytesIO):
    """Bytes that have come, read as if from a socket."""

    def makefile(self, *_: Any) -> "Heard":
        return self

    def left(self) -> bool:
        return self.tell() < len(self.getbuffer())

    def close(self) -> None:
        pass


def wrongs(attack: Attack, answer: Answer) -> list[str]:
    """What is wrong with an answer."""
    found = []
    if answer.status >= 500:
        found.append(f"it is {answer.status}")
    if answer.headers.get("x-injected"):
        found.append("a header was injected")
    if not 400 <= answer.status < 500:
        return found
    # A page's address stands on it, in the link to its other language.
    if attack.secret.encode() in OWN_ADDRESS.sub(b"", answer.body) or attack.secret in str(answer.headers):
        found.append("it repeats the secret")
    if b"Traceback" in answer.body or b".py" in answer.body:
        found.append("it tells of the code")
    if answer.body:
        found += wrongs_of_refusal(attack, answer)
    return found


def wrongs_of_refusal(attack: Attack, answer: Answer) -> list[str]:
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html"):
        return [] if not attack.path.startswith("/api/") else ["it is a page"]
    if kind != MEDIA_TYPE:
        return [f"it is no problem but {kind}"]
    problem = json.loads(answer.body)
    told = {"type", "title", "status", "code", "advice"} - {name for name, value in problem.items() if value}
    return [f"it does not tell {told}"] * bool(told) + ["another status"] * (problem.get("status") != answer.status)


def attacked(world: World, seed: int, indices: Sequence[int]) -> list[str]:
    """What went wrong when these attacks were made: whole requests one after another over one connection, then
    broken ones, which may be waited for in vain, a few at once."""
    hostile, found, broken = hostility(world, seed), [], []
    with closing(Line(world.api.house.address)) as line:
        for index in indices:
            attack = hostile.attack(index)
            if not attack.whole:
                broken.append(index)
                continue
            answers, wrong = tried(line, attack)
            found += wrong
            if any(answer.status == 429 for answer in answers):
                world.forget_tries()
            outside = not attack.path.startswith(PREFIX) and attack.path.startswith("/api/")
            if attack.who and outside and answers and answers[0].status < 300 and not world.is_known(attack.who):
                world.let_in_again(attack.who)
                hostile = hostility(world, seed)

    def alone(index: int) -> list[str]:
        with closing(Line(world.api.house.address)) as line:
            return tried(line, hostile.attack(index))[1]

    with ThreadPoolExecutor(8) as pool:
        return found + [wrong for some in pool.map(alone, broken) for wrong in some]


def tried(line: Line, attack: Attack) -> tuple[list[Answer], list[str]]:
    """The answers to an attack, and what is wrong with them."""
    try:
        answers = line.send(attack)
    except AssertionError as silence:
        return [], [told(attack, str(silence))]
    return answers, [told(attack, wrong, answer) for answer in answers for wrong in wrongs(attack, answer)]


def told(attack: Attack, wrong: str, answer: Answer | None = None) -> str:
    """How a failure is shown: what, and how to have it again."""
    said = f"\n    answer: {answer.body[:300]!r}" if answer else ""
    return (
        f"{wrong}\n    {attack.about}\n    request: {attack.request[:600]!r}{said}\n"
        f"    again: MADANG_HOSTILE={attack.name} pytest -n 0 tests/test_hostile.py"
    )


def check(found: list[str]) -> None:
    if found:
        pytest.fail(f"{len(found)} wrong answers\n" + "\n".join(found[:20]), pytrace=False)


@pytest.mark.skipif(bool(CHOSEN), reason="one attack was asked for")
@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_requests_are_refused_and_break_nothing(sqlite_fair: Fair, part: int) -> None:
    with a_world(sqlite_fair) as world:
        check(attacked(world, SEED, range(part, PARTS * EACH, PARTS)))
        assert world.api.send("buyer", "GET", "/api/v1/me").status_code == 200


@pytest.mark.long
@pytest.mark.skipif(bool(CHOSEN), reason="one attack was asked for")
@pytest.mark.parametrize("seed", [1, 2])
def test_many_more_hostile_requests_are_refused(fair: Fair, seed: int) -> None:
    with a_world(fair) as world:
        check(attacked(world, seed, range(10_000)))


@pytest.mark.skipif(not CHOSEN, reason="MADANG_HOSTILE=seed:index sends one attack alone")
def test_the_attack_asked_for(fair: Fair) -> None:
    seed, _, index = CHOSEN.partition(":")
    with a_world(fair) as world:
        attack = hostility(world, int(seed)).attack(int(index))
        with closing(Line(world.api.house.address)) as line:
            for answer in line.send(attack):
                sys.stdout.write(told(attack, str(answer.status), answer) + "\n")
        check(attacked(world, int(seed), [int(index)]))


@pytest.mark.skipif(bool(CHOSEN), reason="one attack was asked for")
def test_hostile_messages_end_their_own_connection_at_most(sqlite_fair: Fair) -> None:
    with a_world(sqlite_fair) as world:
        hostile, ahead = hostility(world, SEED), list(range(MESSAGES))
        while ahead:
            with connected(world) as line:
                for _ in range(min(AT_ONCE, len(ahead))):
                    index = ahead.pop(0)
                    if not bears(line, hostile.message(index), f"{SEED}:{index}"):
                        break
        with connected(world) as line:
            line.send('{"type": "subscribe", "topics": {"me": null}}')
            assert json.loads(line.recv(timeout=20))["type"] == "snapshot"


def connected(world: World) -> ClientConnection:
    url = world.api.house.address.replace("http", "ws", 1) + world.api.path("/live")
    bearer = {"authorization": f"Bearer {world.api.tokens['buyer']}"}
    return connect(url, additional_headers=bearer, compression=None)


def bears(line: ClientConnection, message: str | bytes, name: str) -> bool:
    """Whether the connection is still open after this was said; closed, it must be for what was said."""
    with suppress(ConnectionClosed):
        line.send(message)
        answered = line.ping()
        while not answered.wait(0.02) and line.state is State.OPEN:
            pass
        with suppress(TimeoutError):
            while heard := json.loads(line.recv(timeout=0)):
                assert heard["type"] in ("error", "snapshot", "event", "texts", "cursor", "resync", "counts"), (
                    name,
                    heard,
                )
    if line.state is State.OPEN:
        return True
    assert line.close_code in (1002, 1003, 1007, 1008, 1009), (name, line.close_code, line.close_reason)
    return False


def test_the_same_seed_makes_the_same_attacks_and_another_makes_others() -> None:
    def made(seed: int) -> list[Attack]:
        hostile = Hostility(description(), seed, {"party_id": ["1", "2"]}, NOBODYS, NOBODYS)
        return [hostile.attack(index) for index in range(500)]

    assert made(1) == made(1)
    assert [attack.request for attack in made(1)] != [attack.request for attack in made(2)]
    assert len({attack.request for attack in made(1)}) > 450


def test_every_operation_is_spoilt_in_every_way() -> None:
    hostile = Hostility(description(), SEED, {"party_id": ["1"]}, NOBODYS, NOBODYS)
    whole = len(hostile.operations) * len(KINDS)
    assert whole <= PARTS * EACH
    made = {hostile.attack(index).about.rpartition(" as ")[0] for index in range(whole)}
    assert made == {f"{kind}: {method} {path}" for kind in KINDS for method, path, _ in hostile.operations}
