"""What the organiser must look at again, when a sheet comes a second time.

A cell that says the same as before is not asked about twice: confirmed stays confirmed, and what waits goes on waiting.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.imports.changes import Update
from server.imports.findings import Finding
from server.imports.tables import ImportFinding

_LONGEST = {name: ImportFinding.__table__.c[name].type.length for name in ("column", "value", "reason")}  # type: ignore[attr-defined]
_IDENTITY = ("field", "code", "value", "proposal")
_PLACE = ("row", "column", "reason", "choices")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Looks:
    """`needs` is the party's `needs_look` from now on. `changed` are the fields asked about anew, or not any more."""

    needs: list[str]
    changed: list[str]
    fresh: list[Values]
    moved: list[Update]
    gone: list[UUID]


def settle(found: Iterable[Finding], stored: Iterable[Any], needs: Sequence[str], elsewhere: Iterable[str]) -> Looks:
    """What becomes of a party's findings.

    Args:
        found: those of the sheet that is being taken. stored: rows of the last one's.
        needs: the fields that wait for the organiser. elsewhere: fields that another sheet asked about.
    """
    known: dict[str, list[Any]] = defaultdict(list)
    for row in stored:
        known[_identity({name: getattr(row, name) for name in _IDENTITY})].append(row)
    fresh: list[Values] = []
    moved: list[Update] = []
    still: set[str] = set()
    for finding in found:
        values = _values(finding)
        if same := known[_identity(values)]:
            row = same.pop(0)
            still.add(row.field)
            differing = {name: values[name] for name in _PLACE if getattr(row, name) != values[name]}
            if differing:
                moved.append(Update({"id": row.id}, differing, {name: getattr(row, name) for name in differing}))
        else:
            fresh.append(values)
    gone = [row for rows in known.values() for row in rows]
    asked = [values["field"] for values in fresh]
    mended = {row.field for row in gone} - still - set(elsewhere)
    waiting = dict.fromkeys([*(field for field in needs if field not in mended), *asked])
    changed = dict.fromkeys([*asked, *(row.field for row in gone)])
    return Looks(list(waiting), list(changed), fresh, moved, [row.id for row in gone])


def _identity(values: Mapping[str, Any]) -> str:
    return json.dumps([values[name] for name in _IDENTITY], sort_keys=True)


def _values(finding: Finding) -> Values:
    # What is proposed in place of a city that says too little is a zone.
    sets = "zone" if finding.field == "city" else finding.field
    return {
        "row": finding.row,
        "column": finding.column[: _LONGEST["column"]],
        "field": finding.field,
        "value": finding.value[: _LONGEST["value"]],
        "severity": finding.severity.value,
        "code": finding.code,
        "reason": finding.reason[: _LONGEST["reason"]],
        "proposal": None if finding.proposal is None else {sets: finding.proposal},
        "choices": list(finding.choices),
    }
