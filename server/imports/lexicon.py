"""Names and what they stand for; found as written, with letters lost, or with one letter wrong."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Generic, TypeVar

from server.imports.text import fold, wildcard

V = TypeVar("V")
_LONGEST = 60
_SHORTEST_GUESS = 4


class Lexicon(Generic[V]):
    """Every lookup costs about the same however many names there are: a hostile sheet asks 50,000 times."""

    def __init__(self, names: Iterable[tuple[str, V]], key: Callable[[str], str]) -> None:
        self._key = key
        self._names: dict[str, list[V]] = {}
        self._by_key: dict[str, list[V]] = {}
        for name, value in names:
            for table, entry in ((self._names, fold(name).casefold()), (self._by_key, key(name))):
                values = table.setdefault(entry, [])
                if value not in values:
                    values.append(value)

    def find(self, text: str) -> list[V]:
        return self._by_key.get(self._key(text), []) if len(text) <= _LONGEST else []

    def with_letters_lost(self, text: str) -> list[V]:
        """What a name with a `?` for each lost letter may have been."""
        pattern = wildcard(text)
        if pattern is None:
            return []
        names = [name for name in self._by_length.get(len(fold(text)), []) if pattern.fullmatch(name)]
        return _each_once(value for name in names for value in self._names[name])

    def similar(self, text: str) -> list[V]:
        """What a name may be with one letter missing, more or wrong; a letter of Hangul is one of a syllable's."""
        letters = _letters(text)
        if not _SHORTEST_GUESS <= len(letters) <= _LONGEST:
            return []
        return _each_once(value for variant in _variants(letters) for value in self._near.get(variant, []))

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        table: dict[int, list[str]] = {}
        for name in self._names:
            table.setdefault(len(name), []).append(name)
        return table

    @cached_property
    def _near(self) -> dict[str, list[V]]:
        table: dict[str, list[V]] = {}
        for name, values in self._names.items():
            letters = _letters(name)
            if len(letters) >= _SHORTEST_GUESS:
                for variant in _variants(letters):
                    table.setdefault(variant, []).extend(values)
        return table


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if c.isalnum())


def _variants(letters: str) -> Iterator[str]:
    """A word and all it gives with one letter struck out: two words a letter apart share one of these."""
    yield letters
    for index in range(len(letters)):
        yield letters[:index] + letters[index + 1 :]


def _each_once(values: Iterable[V]) -> list[V]:
    return list(dict.fromkeys(values))
