"""The words of data/*.json, read once. No rule stands here and no word stands in the code."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from server.imports.text import key


@cache
def words(name: str) -> Any:
    """data/NAME.json as it is."""
    return json.loads((files("server.imports") / "data" / f"{name}.json").read_text("utf-8"))


@cache
def keyed(name: str) -> dict[str, str]:
    """data/NAME.json of {code: [names]} turned round: the key of each name, and of the code, to the code."""
    table: dict[str, list[str]] = words(name)
    return {key(alias): code for code, names in table.items() for alias in [code, *names] if key(alias)}


@cache
def answers(name: str) -> frozenset[str]:
    """The folded words of one list in data/answers.json; signs such as ○ or - have no key and stay as they are."""
    return frozenset(key(word) or word for word in words("answers")[name])
