"""Every operation answers everybody as /openapi.json says: the status, the kind of content, its schema, and never 5xx.

What is sent is the same in every run; a failure shows the request as a curl command and the test to run again.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import sampled_from
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from server.app import create_app
from server.settings import Settings
from tests.api.world import PREFIX, World, a_world
from tests.factories import Fair

Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]

STREAM_SECONDS = 2.0  # of an endless answer only the first event is read, which comes at once
load_all_checks()
# What stands for a file: a sheet, and a picture of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
SHEET = "기업명,이메일\n성남병원,a@people.example\n".encode()
schemathesis.openapi.format("binary", sampled_from([SHEET, PIXEL]))

TRUTHFUL: Any = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


@cache
def description() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@cache
def operations() -> dict[str, list[Operation]]:
    """All operations by subject."""
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    schema = schemathesis.openapi.from_dict(description())
    schema.config.max_stream_events = 1
    for result in schema.get_all_operations():
        operation: Operation = result.ok()  # type: ignore[union-attr]
        found[(operation.tags or ["others"])[0]].append(operation)
    return dict(sorted(found.items()))


def drawn(operation: Operation, mode: GenerationMode, examples: int) -> list[Case]:
    """Requests for an operation, made up from its description or against it; fewer if there are not as many."""
    cases: list[Case] = []

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def keep(case: Case) -> None:
        cases.append(case)

    try:
        keep()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "an operation that cannot be asked for"
    return cases


def at_the_limits(operation: Operation) -> Iterator[Case]:
    """Requests at and beyond every limit that the description sets."""
    schema = operation.schema
    config = schema.config.generation_for(operation=operation)
    modes = list(GenerationMode)
    yield from schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config)


class Asking:
    """Sends requests to one world and collects what is not as described."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.failures: list[str] = []
        self.done: set[str] = set()  # the operations that somebody was answered with what they asked for
        self.welcome: dict[str, str | None] = {}  # by operation, somebody who was not turned away
        self._sessions: defaultdict[str | None, requests.Session] = defaultdict(requests.Session)
        self._keys = count()

    def ask(self, who: str | None, case: Case) -> None:
        """Send a request as somebody and compare the answer with the description."""
        headers = self.world.login(who, case.path)
        answer = self._answer(who, case, headers)
        if answer.status_code == 429:
            self.world.forget_tries()
            answer = self._answer(who, case, headers)
        try:
            case.validate_response(answer, checks=TRUTHFUL, headers=headers)
        except FailureGroup as failed:
            self.failures.append(f"As {who or 'nobody'}:\n" + "\n".join(map(str, failed.exceptions)) + str(failed))
        if answer.status_code not in (401, 403, 404):
            self.welcome.setdefault(case.operation.label, who)
        if answer.status_code < 300:
            self.done.add(case.operation.label)
            if answer.content and "json" in str(answer.headers.get("content-type")):
                self.world.learn(case.path, answer.json())
            outside = not case.path.startswith(PREFIX) and case.method not in ("GET", "HEAD")
            if who is not None and outside and not self.world.is_known(who):
                self.world.let_in_again(who)

    def _answer(self, who: str | None, case: Case, headers: dict[str, str]) -> Any:
        streams = "text/event-stream" in str(case.operation.definition.raw["responses"].get("200"))
        session = self._sessions[who]
        session.cookies.clear()
        return case.call(
            base_url=self.world.api.house.address,
            session=session,
            headers=headers,
            timeout=STREAM_SECONDS if streams else 60,
            allow_redirects=False,
        )

    def about_what_exists(self, case: Case) -> Case:
        """The same request, with ids of things that exist where it has ids, and with a key of its own."""
        for name, value in case.path_parameters.items():
            if name == "slug":
                case.path_parameters[name] = "smc-2020"
            elif is_id(value):
                case.path_parameters[name] = self.known(name, value)
        key = case.headers.get("Idempotency-Key") if case.headers else None
        if isinstance(key, str) and 1 <= len(key) <= 128:
            case.headers["Idempotency-Key"] = f"key {next(self._keys)}"
        if case.query.get("topics") == "":
            case.query["topics"] = "programme"  # nobody would ever be told anything
        case.body = self.with_known(case.body)
        return case

    def known(self, name: str, value: str) -> str:
        """An id of that kind, chosen by the one drawn; now and then the drawn one itself."""
        choice = UUID(value).int % 7
        ids = self.world.ids[name]
        return ids[choice % len(ids)] if ids and choice < 6 else value

    def with_known(self, body: Any, name: str = "") -> Any:
        if isinstance(body, dict):
            return {key: self.with_known(value, key) for key, value in body.items()}
        if isinstance(body, list):
            return [self.with_known(value, name) for value in body]
        kinds = {"slot": "slot_id", "person": "person_id"}
        return self.known(kinds.get(name, "party_id"), body) if is_id(body) else body


def is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def ask_everybody(fair: Fair, subject: str, examples: int, *, everybody_at_the_limits: bool) -> None:
    with a_world(fair) as world:
        asking = Asking(world)
        for operation in sorted(operations()[subject], key=lambda operation: str(operation.method) != "get"):
            for mode in GenerationMode:
                for case in drawn(operation, mode, examples):
                    asking.about_what_exists(case)
                    for who in world.everybody:
                        asking.ask(who, case)
            somebody = asking.welcome.get(operation.label, "organiser")
            for case in at_the_limits(operation):
                for who in world.everybody if everybody_at_the_limits else [somebody]:
                    asking.ask(who, asking.about_what_exists(case))
        if asking.failures:
            again = f"pytest -n 0 'tests/api/test_schemathesis.py::test_answers_are_as_described[{subject}]'"
            shown = "\n\n".join(asking.failures[:5])
            pytest.fail(f"{len(asking.failures)} answers are not as described. Again: {again}\n{shown}", pytrace=False)
        # Else a server that refuses everything would be as described, too.
        assert asking.done, "nobody was answered with what they asked for"
        assert set(readable(subject)) - asking.done == set()


def readable(subject: str) -> list[str]:
    """The operations that somebody can read without knowing of anything but the convention."""
    return [
        operation.label
        for operation in operations()[subject]
        if operation.method == "get"
        and "{" not in operation.path.replace(PREFIX, "")
        and not any(one.is_required for one in operation.query)
    ]


@pytest.mark.parametrize("subject", list(operations()))
def test_answers_are_as_described(sqlite_fair: Fair, subject: str) -> None:
    ask_everybody(sqlite_fair, subject, examples=2, everybody_at_the_limits=False)


@pytest.mark.long
@pytest.mark.parametrize("subject", list(operations()))
def test_answers_to_many_more_requests_are_as_described(fair: Fair, subject: str) -> None:
    ask_everybody(fair, subject, examples=3, everybody_at_the_limits=True)
