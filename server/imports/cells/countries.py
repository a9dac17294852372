"""Countries as people write them -> ISO 3166 alpha-2."""

from collections.abc import Iterator
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from server.imports.findings import Problem, Reading, look, note, offer
from server.imports.lexicon import Lexicon
from server.imports.text import is_damaged, key
from server.imports.vocabulary import words

_LOCALES = ("ko", "en", "zh", "zh_Hant", "ja", "ru", "es", "pt", "fr", "de")


@lru_cache(maxsize=4096)
def read_country(text: str) -> Reading[str | None]:
    """The code of a country by its name in ten languages, its aliases in data/countries.json, or its code."""
    if not text:
        return Reading(None, (look("country_missing", "No country is given."),))
    if codes := _countries().find(text):
        return Reading(codes[0])
    if is_damaged(text):
        proposals = _countries().with_letters_lost(text)
        problem = look("country_damaged", "Letters of the country were lost.", *offer(proposals))
    else:
        proposals = _countries().similar(text)
        problem = look("country_unknown", "No country is known by this name.", *offer(proposals))
    return Reading(None, (problem,))


def read_countries(texts: tuple[str, ...]) -> Reading[tuple[str, ...]]:
    """Several countries, each once; those unknown are noted and left out, since a market wish blocks nothing."""
    codes: dict[str, None] = {}
    problems: list[Problem] = []
    for text in texts:
        code, found = read_country(text)
        if code:
            codes[code] = None
        problems += [note(problem.code, f"{text}: {problem.reason}", problem.proposal) for problem in found]
    return Reading(tuple(codes), tuple(problems))


@cache
def _countries() -> Lexicon[str]:
    return Lexicon(_names(), key)


def _names() -> Iterator[tuple[str, str]]:
    """Aliases and codes before Babel's names: "America" is a country here, no continent."""
    codes = _territories()
    for code, aliases in words("countries").items():
        yield from ((alias, code) for alias in [code, *aliases])
    yield from ((code, code) for code in sorted(codes))
    for alias, new in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(new) == 1 and new[0] in codes:
            yield alias, str(new[0])
    for locale in _LOCALES:
        for code, name in Locale.parse(locale).territories.items():
            if code in codes:
                yield name, code


def _territories() -> frozenset[str]:
    """Codes of territories with a time zone of their own: no regions such as 150, no EU or UN."""
    return frozenset(str(code) for code in Locale("en").territories if code in get_global("territory_zones"))
