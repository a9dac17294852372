"""Whether a text holds one of a session's words: whole words, however they are typed.

Texts are compared by NFKC without case, so that a wide letter is a letter, and without characters that nobody sees.
Korean writes particles to the end of a word: with one of them it is the same word.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

PARTICLES = frozenset(
    (
        *("은", "는", "이", "가", "을", "를", "과", "와", "의", "에", "도", "만", "로", "으로", "에서", "에게"),
        *("한테", "께", "부터", "까지", "보다", "처럼", "들", "들이", "들은", "들을", "들도", "아", "야", "이야"),
    )
)
_WORD = re.compile(r"\w+")


def holds(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words, or of the phrases among them, stands in the text."""
    said = parts(text)
    return any(_said(said, parts(word)) for word in words)


def parts(text: str) -> list[str]:
    """The words of a text, as they are compared."""
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return _WORD.findall(plain)


def _said(said: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether these words stand in a text one after another."""
    if not wanted:
        return False
    *first, last = wanted
    ends = range(len(first), len(said))
    return any(list(said[end - len(first) : end]) == first and _is(said[end], last) for end in ends)


def _is(said: str, word: str) -> bool:
    if said == word:
        return True
    return "가" <= word[-1] <= "힣" and said.startswith(word) and said[len(word) :] in PARTICLES
