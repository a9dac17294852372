"""A convention's taxonomy as a value: how near two terms are, and which terms a wording means."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.recommend.tables import Category
from matchmaking.recommend.wording import key, normalised, words

# A name stands in a text as so many of its words, or as so many signs of a script that writes no blanks.
_LONGEST_WORDS, _LONGEST_SIGNS = 5, 16
_SHORTEST = 3  # shorter Latin names ("IT") mean a term only if they are all that is said
_LONGEST_TEXT = 2000


class Term(NamedTuple):
    """A term of the taxonomy; `names` are its name and synonyms in all languages."""

    code: str
    parent: str | None
    names: tuple[str, ...]


class Taxonomy:
    """Terms by code. A parent that is not there, or a circle of parents, ends the way up."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms: Mapping[str, Term] = {term.code: term for term in terms}
        self._paths: dict[str, tuple[str, ...]] = {code: self._way_down(code) for code in self.terms}
        self._codes_of_text = lru_cache(16384)(self._find)

    def __len__(self) -> int:
        return len(self.terms)

    def path(self, code: str) -> tuple[str, ...]:
        """From the topmost term down to this one; a code that is not there stands alone."""
        return self._paths.get(code, (code,))

    def within(self, code: str) -> frozenset[str]:
        """The term and all below it."""
        return frozenset(other for other, path in self._paths.items() if code in path) | {code}

    def cover(self, need: str, offer: str) -> float:
        """How far an offered term meets a needed one, 0 to 1: whole if it is that term or one below it, else by the
        square of the part of the way down to the need that both share."""
        wanted, offered = self.path(need), self.path(offer)
        if need in offered:
            return 1.0
        shared = next((i for i, (a, b) in enumerate(zip(wanted, offered, strict=False)) if a != b), len(offered))
        return (min(shared, len(wanted)) / len(wanted)) ** 2

    def codes_of(self, text: str) -> frozenset[str]:
        """The terms whose name or synonym, in any language, the text is or holds; of a term and one below it, the
        lower."""
        return self._codes_of_text(normalised(text[:_LONGEST_TEXT]))

    def _find(self, text: str) -> frozenset[str]:
        exact = self._by_name.get(key(text))
        found = set(exact or ())
        if not exact:
            found.update(code for piece in _pieces(words(text)) for code in self._by_name.get(piece, ()))
        above = {code for one in found for code in self.path(one)[:-1]}
        return frozenset(found - above)

    def _way_down(self, code: str) -> tuple[str, ...]:
        path, above = [code], self.terms.get(self.terms[code].parent or "")
        while above is not None and above.code not in path:
            path.append(above.code)
            above = self.terms.get(above.parent or "")
        return tuple(reversed(path))

    @cached_property
    def _by_name(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for term in self.terms.values():
            for name in term.names:
                if known := key(name):
                    found.setdefault(known, set()).add(term.code)
        return found


def _pieces(spoken: list[str]) -> Iterator[str]:
    """Every part of a text that may be a name."""
    for start, word in enumerate(spoken):
        for end in range(start + 1, min(start + _LONGEST_WORDS, len(spoken)) + 1):
            piece = "".join(spoken[start:end])
            if len(piece) >= _SHORTEST or not piece.isascii():
                yield piece
        if not word.isascii():
            for first in range(len(word)):
                for last in range(first + 2, min(first + _LONGEST_SIGNS, len(word)) + 1):
                    yield word[first:last]


def terms_of(rows: Iterable[Category]) -> Iterator[Term]:
    """Rows as terms."""
    for row in rows:
        names = [text for language, text in row.name.items() if language != "original"]
        synonyms = [text for texts in row.synonyms.values() for text in texts]
        yield Term(row.code, row.parent, (*names, *synonyms))


def taxonomy_of(db: Session, convention_id: UUID) -> Taxonomy:
    """The convention's taxonomy, as the session shows it."""
    query = select(Category).where(Category.convention_id == convention_id).order_by(col(Category.code))
    return Taxonomy(terms_of(db.exec(query)))
