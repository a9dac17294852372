"""One spelling for texts that are compared and searched: width, case, accents and blanks do not matter."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")


def normalised(text: str) -> str:
    """NFKC, casefold, Latin, Greek and Cyrillic without accents, every run of blanks one space.

    Marks of other scripts are letters there, and stay: without its vowel signs a Thai or Nepali word is another word.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        plain = unicodedata.normalize("NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f"))
    return " ".join(plain.split())


def words(text: str) -> list[str]:
    """The words of a normalised text, without what stands between them."""
    return _WORD.findall(text)


@lru_cache(8192)
def key(text: str) -> str:
    """What two spellings of a name share: its letters and digits alone."""
    return "".join(words(normalised(text)))


LONGEST_FOUND_BY = 4000


def found_by(
    name: Mapping[str, Any],
    category: str | None,
    products: Iterable[str],
    interests: Iterable[str],
    city: str | None,
    matching: Mapping[str, Any],
) -> str:
    """What a search looks through for a party: its names in all languages, what it offers and seeks, its place."""
    free = [matching.get(field, {}) for field in ("about", "looking_for")]
    texts = [text for names in (name, *free) for language, text in names.items() if language != "original"]
    return normalised(" ".join([*texts, category or "", *products, *interests, city or ""]))[:LONGEST_FOUND_BY]
