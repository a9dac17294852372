"""Every regular expression of the product answers within 50 ms, whatever 50,000 characters it is given.

They are found in the sources: each call of `re` is evaluated in its module. One that is put together while the program
runs stands in MADE, with what it is made of. Those of requests are found in the API's description.
"""

import ast
import importlib
import json
import pkgutil
import random
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from re import _constants as codes
from re import _parser as parser
from types import ModuleType
from typing import Annotated, Any

import pytest
from pydantic import StringConstraints, TypeAdapter, ValidationError

import matchmaking.notes
import server
import sessions
from matchmaking import instructions
from server.accounts.erasure import pattern_of
from server.app import create_app
from server.imports.cells import clockwords, notes
from server.imports.text import wildcard
from server.settings import Settings

LONG = 50_000
MOST = 0.050
CALLS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}

# Function that calls `re` with something made by itself -> all it can make, or the like of it.
MADE: dict[str, Callable[[], Iterable[re.Pattern[str] | None]]] = {
    "matchmaking.instructions.account": lambda: map(
        re.compile, [*instructions._ACCOUNTS.values(), instructions._ANY_ACCOUNT]
    ),
    "matchmaking.notes._pattern": lambda: patterns_in(vars(matchmaking.notes)),
    "server.accounts.erasure.pattern_of": lambda: [
        pattern_of(["Li Wei", "김 (*+"], "li@li.example", "+82 10 1234 5678")
    ],
    "server.imports.text.wildcard": lambda: [wildcard("Jos? da ??a+*(Silva"), wildcard("?a" * 50)],
    "server.imports.cells.clockwords._alternatives": lambda: [clockwords._phrases(), clockwords._noise()],
    "server.imports.cells.notes._absences": lambda: [notes._absences()],
    "server.imports.cells.notes._any_of": lambda: [
        notes._said("interpreter_needed"),
        notes._said("interpreter_not_needed"),
    ],
}

AnyPattern = re.Pattern[str] | re.Pattern[bytes]


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns that stand in dicts and tuples."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict | tuple | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(one)


@cache
def modules() -> list[ModuleType]:
    return [
        importlib.import_module(found.name)
        for package in (matchmaking, server, sessions)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


class Calls(ast.NodeVisitor):
    """The calls of `re` in a module, each with the function around it."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[tuple[str, ast.Call]] = []
        self._around: list[str] = []
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._around.append(node.name)
        self.generic_visit(node)
        self._around.pop()

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "re" and called.attr in CALLS:
            self.found.append((".".join(self._around), node))
        self.generic_visit(node)


def written() -> dict[str, AnyPattern]:
    """The patterns of the sources by where they stand."""
    found: dict[str, AnyPattern] = {}
    for module in modules():
        tree = ast.parse(open(str(module.__file__), encoding="utf-8").read())  # noqa: PTH123, SIM115
        assert not any(isinstance(node, ast.ImportFrom) and node.module == "re" for node in ast.walk(tree))
        for function, call in Calls(tree).found:
            place = f"{module.__name__}:{call.lineno}"
            for number, pattern in enumerate(evaluated(module, function, call)):
                found[f"{place}.{number}" if number else place] = pattern
    return found


def evaluated(module: ModuleType, function: str, call: ast.Call) -> Iterable[AnyPattern]:
    flags = [keyword for keyword in call.keywords if keyword.arg == "flags"]
    arguments = call.args[: 2 if ast.unparse(call.func) == "re.compile" else 1]
    compiling = ast.Call(ast.parse("re.compile", mode="eval").body, arguments, flags)
    expression = compile(ast.fix_missing_locations(ast.Expression(compiling)), "", "eval")
    try:
        return [eval(expression, vars(module) | {"re": re})]
    except NameError:
        made = MADE.get(f"{module.__name__}.{function}")
        assert made is not None, f"{module.__name__}, line {call.lineno}: say in MADE what {function}() can make"
        return [pattern for pattern in made() if pattern is not None]


def described() -> set[str]:
    """The patterns in the API's description, and in that of the live protocol."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "pattern" and isinstance(value, str):
                    yield value
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    return set(walk(json.loads(json.dumps(create_app(Settings()).openapi()))))


class Example:
    """Texts that a pattern takes, from its parsed form: with every repeat as short as may be, but for one."""

    def __init__(self, pattern: AnyPattern, seed: int) -> None:
        self.tree = parser.parse(
            pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1"),
            pattern.flags & ~(re.UNICODE if isinstance(pattern.pattern, bytes) else 0),
        )
        self.chance = random.Random(seed)
        self.repeats: list[Any] = []
        self.pieces: list[str] = []
        self.groups: dict[int, str] = {}
        self.text(self.tree, None, collect=True)

    def attacks(self) -> Iterator[str]:
        """What a careless pattern goes over again and again."""
        whole = self.text(self.tree, None)
        pieces = {piece for piece in (*self.pieces, whole, whole[:-1], whole[1:]) if piece}
        for piece in sorted(pieces):
            yield (piece * (LONG // len(piece) + 1))[:LONG]
            yield (piece * (LONG // len(piece) + 1))[: LONG - 1] + "\x00"
        for repeat in self.repeats:
            text = self.text(self.tree, repeat)
            yield text[:LONG]
            yield text[: LONG - 2] + "!\x00"
            yield text[: LONG // 2] + "\x00" + text[: LONG // 2 - 1]

    def text(self, tree: Any, long: Any, collect: bool = False) -> str:
        out = ""
        for code, value in tree:
            piece = self.one(code, value, long, collect)
            if collect:
                self.pieces.append(piece)
            out += piece
        return out

    def one(self, code: Any, value: Any, long: Any, collect: bool) -> str:
        if code is codes.LITERAL:
            return chr(value)
        if code is codes.NOT_LITERAL:
            return "a" if value != ord("a") else "b"
        if code is codes.ANY:
            return "."
        if code is codes.IN:
            return self.member(value)
        if code is codes.BRANCH:
            branches = [self.text(branch, long, collect) for branch in value[1]]
            return self.chance.choice(branches)
        if code is codes.SUBPATTERN:
            self.groups[value[0]] = self.text(value[3], long, collect)
            return self.groups[value[0]]
        if code is codes.ATOMIC_GROUP:
            return self.text(value, long, collect)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, inner = value
            if collect:
                self.repeats.append(inner)
            once = self.text(inner, long, collect)
            many = min(most if isinstance(most, int) else LONG, LONG // max(len(once), 1))
            return once * (many if inner is long else max(least, 1))
        if code is codes.GROUPREF:
            return self.groups.get(value, "")
        assert code in (codes.AT, codes.ASSERT, codes.ASSERT_NOT), code
        return ""

    def member(self, items: Any) -> str:
        kinds = {"DIGIT": "7", "SPACE": " ", "WORD": "a", "NOT_DIGIT": "a", "NOT_SPACE": "a", "NOT_WORD": "!"}
        if items[0][0] is codes.NEGATE:
            taken = re.compile("[^" + "".join(map(self.spelled, items[1:])) + "]")
            return next(char for char in "a =,<1가\t\n!~" if taken.match(char))
        code, value = self.chance.choice(items)
        if code is codes.LITERAL:
            return chr(value)
        if code is codes.RANGE:
            return chr(value[0])
        return kinds[str(value).removeprefix("CATEGORY_")]

    def spelled(self, item: Any) -> str:
        code, value = item
        if code is codes.LITERAL:
            return re.escape(chr(value))
        if code is codes.RANGE:
            return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[str(value).removeprefix("CATEGORY_").removeprefix("NOT_")]
        return "\\" + (letter.upper() if "NOT_" in str(value) else letter)


RUNS = [
    "a" * LONG + "!",
    " " * LONG + "!",
    "7" * LONG + "x",
    "가" * LONG,
    "\n" * LONG + "!",
    "(" * LONG,
    "-." * (LONG // 2),
]


def hostile(pattern: AnyPattern) -> Iterator[str]:
    yield from RUNS
    for seed in range(2):
        yield from Example(pattern, seed).attacks()


class TooLong(Exception):
    pass


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def late(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cost(use: Callable[[], object]) -> float:
    """Seconds of this process, the best of three."""
    best = 60.0
    for _ in range(3):
        begin = time.process_time()
        try:
            with at_most(2):
                use()
        except TooLong:
            return best
        best = min(best, time.process_time() - begin)
        if best < MOST:
            break
    return best


def slow(pattern: AnyPattern) -> str | None:
    """How the pattern was used, and with what, when that took too long."""
    for text in dict.fromkeys(hostile(pattern)):
        given: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8")[:LONG]
        uses: list[Callable[[], object]] = [
            lambda given=given: [None for _ in pattern.finditer(given)],  # type: ignore[misc]
            lambda given=given: pattern.fullmatch(given),  # type: ignore[misc]
        ]
        for name, use in zip(("found everywhere", "matched whole"), uses, strict=True):
            if (seconds := cost(use)) >= MOST:
                return f"{seconds:.3f} s {name}: {text[:40]!r}...{text[-10:]!r}"
    return None


WRITTEN = written()


def test_the_patterns_are_found() -> None:
    assert {"server.imports.archive", "server.imports.text", "matchmaking.statements"} <= {
        place.partition(":")[0] for place in WRITTEN
    }
    assert r"^[A-Z]{2}$" in described()


@pytest.mark.parametrize("place", WRITTEN)
def test_a_pattern_is_quick_whatever_it_is_given(place: str) -> None:
    assert slow(WRITTEN[place]) is None, WRITTEN[place].pattern


def test_the_patterns_of_requests_are_quick() -> None:
    """In the engine that reads requests, and in the one that clients may have."""
    for written_so in sorted(described()):
        adapter = TypeAdapter(Annotated[str, StringConstraints(pattern=written_so)])

        def use(text: str, adapter: TypeAdapter[str] = adapter) -> None:
            try:
                adapter.validate_python(text)
            except ValidationError:
                return

        pattern = re.compile(written_so)
        assert slow(pattern) is None, written_so
        for text in hostile(pattern):
            assert cost(lambda text=text: use(text)) < MOST, written_so  # type: ignore[misc]


@pytest.mark.parametrize("careless", [r"(a+)+$", r"<c([^>]*)>", r"\s+$", r"(\w+\s?)*!", r"x.*?y.*?z"])
def test_careless_patterns_are_caught(careless: str) -> None:
    assert slow(re.compile(careless)) is not None
