"""Every operation, asked by everybody: who gets in, who is told that it is not theirs, for whom it is not there."""

import json
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import partial
from typing import Any

import httpx
import pytest

from tests.api.test_routes import Door, app
from tests.permissions.asks import ASKS, USUAL, absent, ask, name_of, operations
from tests.permissions.conftest import Theatre
from tests.permissions.fields import FIELDS, paths
from tests.permissions.secrets import Secrets, in_rows
from tests.permissions.stage import KINDS
from tests.permissions.table import MATRIX

TRIES = 8  # timers and watchers speak to the database too, now and then: what differs each time differs


def rows() -> dict[str, dict[str, int]]:
    """The table: operation to kind of visitor to status."""
    read = {}
    for line in MATRIX.splitlines():
        if line and not line.startswith("#"):
            method, path, *statuses = line.split()
            read[f"{method} {path}"] = dict(zip(KINDS, map(int, statuses), strict=True))
    return read


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    assert rows().keys() == {name for name, _ in operations()}
    assert ASKS.keys() - rows().keys() == set()


def test_operations_are_all_that_openapi_tells_of() -> None:
    told = {name_of(method.upper(), path) for path, found in app().openapi()["paths"].items() for method in found}
    assert len(told) > 90
    assert told - {name for name, _ in operations()} == set()


def told(answer: httpx.Response) -> dict[str, Any]:
    """Everything that somebody learns from an answer."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return {"status": answer.status_code, "headers": headers, "body": answer.content}


OUTSIDERS = ("buyer3", "organiser3", "foreigner")


def body_of(answer: httpx.Response) -> str:
    """What an answer says; nothing of a stream, which goes on."""
    return answer.content.decode("utf-8", "replace") if answer.is_stream_consumed else ""


@dataclass
class Seen:
    """What everybody has learnt of one operation."""

    statuses: dict[str, int] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=dict)  # path to who saw a value there
    leaks: list[str] = field(default_factory=list)

    def take(self, who: str, answer: httpx.Response, secrets: Secrets) -> None:
        """Somebody's answer."""
        self.statuses[who] = answer.status_code
        text = f"{answer.headers} {body_of(answer)}"
        if answer.status_code >= 400:
            self.leaks += [f"{who}: {name} in an error" for name in secrets.found_in(text)]
        self.leaks += [f"{who}: {name}" for name in secrets.told_to(who, text)]
        is_json = answer.headers.get("content-type") == "application/json" and answer.content != b""
        if answer.is_success and is_json and answer.url.path.startswith("/api/"):
            for path, given in paths(answer.json()):
                self.fields.setdefault(path, set()).update([who] if given else [])

    def table(self) -> dict[str, str]:
        """The fields and who saw a value in them: all who were let in, or these."""
        let_in = {who for who, status in self.statuses.items() if status < 300}
        return {path: "all" if who == let_in else " ".join(sorted(who)) for path, who in sorted(self.fields.items())}


@pytest.mark.parametrize(("name", "door"), operations(), ids=[name for name, _ in operations()])
def test_everybody_is_answered_as_the_tables_say(theatre: Theatre, name: str, door: Door) -> None:
    stage, ids, seen = theatre.stage, theatre.stage.ours.ids, Seen()
    theatre.logs.taken()
    for who in KINDS:
        answer = ask(stage, who, name, door, ids, "smc-2020")
        seen.take(who, answer, stage.secrets)
        changes = theatre.rewind.changes()
        if changes and answer.status_code in (401, 403, 404, 422):
            seen.leaks.append(f"{who}: refused, and changed {changes}")
        kept = [row for table in ("event", "idempotency_key") for row in changes.get(table, ())]
        seen.leaks += [f"{secret} is kept" for secret in in_rows(kept, stage.secrets)]
        if answer.status_code == 404 and "{" in door.path:
            seen.leaks += [f"{who}: {found}" for found in differences(theatre, who, name, door, ids)]
        theatre.rewind.back()
    seen.leaks += [f"{secret} is logged" for secret in stage.secrets.found_in(theatre.logs.taken())]
    statuses = "".join(f" {status}" for status in seen.statuses.values())
    assert seen.statuses == rows().get(name), f"\n{name:<49}{statuses}"
    assert seen.leaks == []
    assert seen.table() == FIELDS.get(name, {}), f"\nFIELDS {name} {json.dumps(seen.table())}"


def differences(theatre: Theatre, who: str, name: str, door: Door, ids: dict[str, str]) -> list[str]:
    """By what somebody could tell what is kept from them from what does not exist."""
    wanted = ASKS.get(name, USUAL)
    of_things = "_id}" in f"{door.path} {wanted}"
    found: list[str] = []
    if "{slug}" in door.path:
        # Who is let in by the door is asked more about a thing than about a convention that is not there.
        found += compared(theatre, who, name, door, (ids, "nowhere"), asked=who in OUTSIDERS or not of_things)
    if of_things:
        found += compared(theatre, who, name, door, (absent(ids), "smc-2020"))
    return found


def compared(
    theatre: Theatre, who: str, name: str, door: Door, instead: tuple[dict[str, str], str], *, asked: bool = True
) -> list[str]:
    """How the answer about what there is differs from that about what is absent, and what the database was asked."""
    stage, trace = theatre.stage, theatre.trace
    different: list[str] = []
    for _ in range(TRIES):
        one, one_asked = trace.during(partial(ask, stage, who, name, door, stage.ours.ids, "smc-2020"))
        other, other_asked = trace.during(partial(ask, stage, who, name, door, *instead))
        if (told(one), asked and one_asked) == (told(other), asked and other_asked):
            return []
        different = [*unified_diff([str(told(one)), *one_asked], [str(told(other)), *other_asked], n=0, lineterm="")]
    return ["\n".join(different)]
