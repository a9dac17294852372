"""Languages as people write them -> ISO 639-1."""

import re
from functools import cache

from babel import Locale

from server.imports.findings import Reading, look, note
from server.imports.text import key
from server.imports.vocabulary import keyed

_LOCALES = ("ko", "en", "zh", "zh_Hant", "ja", "ru", "es", "pt", "fr", "de")
_LEVEL = re.compile(
    r"[(\[（][^)\]）]*+(?:[)\]）]|$)|\b(?:fluent|native|basic|business|some|intermediate)\b", re.IGNORECASE
)


def read_languages(texts: tuple[str, ...]) -> Reading[tuple[str, ...]]:
    """Codes in the order given, each once. Levels in parentheses are left out.

    One that is unknown among others is noted; if nothing is understood, somebody must look.
    """
    codes: dict[str, None] = {}
    unknown: list[str] = []
    for text in texts:
        code = _languages().get(key(text)) or _languages().get(key(_LEVEL.sub("", text)))
        if code:
            codes[code] = None
        else:
            unknown.append(text)
    if not unknown:
        return Reading(tuple(codes))
    reason = f"No language is known by this name: {', '.join(unknown)}."
    return Reading(tuple(codes), ((note if codes else look)("language_unknown", reason),))


@cache
def _languages() -> dict[str, str]:
    names: dict[str, str] = {}
    for locale in _LOCALES:
        for code, name in Locale.parse(locale).languages.items():
            if len(code) == 2:
                names.setdefault(key(name), code)
                names.setdefault(code, code)
    return names | keyed("languages")
