"""Between which languages somebody interprets, as people write it: KO-EN, 한/중, 영한, 한국어→영어, 한국어·영어·중국어.

A sign between two languages joins them, both ways unless it is an arrow; several pairs are parted by `,` `;` `·` or,
where another sign joins them, by `/`. Languages that stand alone are a pair each with the convention's own, if that is
among them: "한국어, 영어, 중국어" interprets between Korean and the two others. Without it nobody knows.
"""

import re
from functools import cache

from babel.languages import get_official_languages

from server.imports.cells.languages import read_languages
from server.imports.findings import Reading, look
from server.imports.text import key
from server.imports.vocabulary import words

Pair = tuple[str, str]

_LISTED = re.compile(r"[,;、，；·・\n&+]|\band\b|및|와\s", re.IGNORECASE)
_ONE_WAY = re.compile(r"→|⇒|➔|->|=>|>>?|\bto\b", re.IGNORECASE)
_BOTH_WAYS = re.compile(r"<-+>|<=>|<>|↔|⇔|⟷|[-–—−~〜∼=:_]|\bvs\.?\b", re.IGNORECASE)
_DOUBLE = re.compile(r"<-+>|<=>|<>")
_ANY_JOIN = re.compile(rf"{_BOTH_WAYS.pattern}|{_ONE_WAY.pattern}", re.IGNORECASE)
_QUOTED = 60  # letters of what is not understood
_NOISE = re.compile(r"[(\[（][^)\]）]*+(?:[)\]）]|$)|통역|언어|방향|양방향|interpret(?:er|ing|ation)?", re.IGNORECASE)


def read_pairs(text: str, country: str | None) -> Reading[tuple[Pair, ...]]:
    """(from, into) in ISO 639-1, each direction one, sorted; () where it is not understood, which must be looked at.

    Args:
        country: the convention's, whose language is its own.
    """
    home = _language_of(country)
    pairs: set[Pair] = set()
    alone: list[str] = []
    for piece in filter(str.strip, _LISTED.split(_NOISE.sub(" ", text))):
        found = _joined(piece.strip())
        if found is None:
            reason = f"No two languages are understood here: {piece.strip():.{_QUOTED}}."
            return Reading((), (look("pair_unreadable", reason, _proposal(piece, home)),))
        pairs.update(pair for pair in found if isinstance(pair, tuple))
        alone += [one for one in found if isinstance(one, str)]
    if alone:
        if home not in alone or len(alone) < 2:
            proposal = ", ".join(f"{home}-{one}" for one in alone if one != home) or None
            return Reading((), (look("pair_incomplete", "Interpreting is between two languages.", proposal),))
        pairs |= {pair for one in alone if one != home for pair in ((home, one), (one, home))}
    if not pairs:
        return Reading((), (look("pairs_missing", "No languages are given."),))
    return Reading(tuple(sorted(pairs)))


def _joined(piece: str) -> list[Pair | str] | None:
    """The pairs of one piece, or the one language that it is."""
    parts = [part for part in piece.split("/") if part.strip()]
    if len(parts) > 1 and not any(_ANY_JOIN.search(part) or _compound(part) for part in parts):
        return _chain([_code(part) for part in parts])
    found: list[Pair | str] = []
    for part in parts:
        if (one := _code(part)) is not None:
            found.append(one)
            continue
        pairs = _compound(part) or _directed(part)
        if pairs is None:
            return None
        found += pairs
    return found


def _directed(part: str) -> list[Pair | str] | None:
    if _ONE_WAY.search(part) and not _DOUBLE.search(part):
        codes = [_code(one) for one in _ONE_WAY.split(part)]
        return [(codes[0], codes[1])] if len(codes) == 2 and codes[0] and codes[1] and codes[0] != codes[1] else None
    return _chain([_code(one) for one in _BOTH_WAYS.split(part) if one.strip()])


def _chain(codes: list[str | None]) -> list[Pair | str] | None:
    """Two languages both ways; of more nobody knows which go together."""
    if len(codes) != 2 or codes[0] is None or codes[1] is None or codes[0] == codes[1]:
        return None
    return [(codes[0], codes[1]), (codes[1], codes[0])]


def _compound(part: str) -> list[Pair | str] | None:
    """영한 or 中韩: two languages by a sign each."""
    plain = key(part)
    if plain.isascii() or len(plain) > 2 * max(map(len, _signs())):
        return None
    for at in range(1, len(plain)):
        one, other = _signs().get(plain[:at]), _signs().get(plain[at:])
        if one and other and one != other:
            return [(one, other), (other, one)]
    return None


def _code(text: str) -> str | None:
    """The language that a word is, whole or by its sign."""
    sign = _signs().get(key(text))
    if sign:
        return sign
    codes, problems = read_languages((text.strip(),))
    return codes[0] if codes and not problems else None


def _proposal(piece: str, home: str) -> str | None:
    """Each language of a piece with the convention's own."""
    codes = dict.fromkeys(code for part in _ANY_JOIN.split(piece.replace("/", "-")) if (code := _code(part)))
    return ", ".join(f"{home}-{code}" for code in codes if code != home) or None


@cache
def _signs() -> dict[str, str]:
    return {key(sign): code for code, signs in words("language_signs").items() for sign in signs}


def _language_of(country: str | None) -> str:
    spoken = get_official_languages(country, de_facto=True) if country else ()
    return next((language.partition("_")[0] for language in spoken), "en")
