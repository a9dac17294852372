"""What files call things, made into what outlines call them: codes of rooms and tracks, languages of texts, words."""

import unicodedata
from collections.abc import Iterable

from matchmaking.instructions import is_safe_stream
from server.exports import is_risky
from server.imports.findings import Problem, Reading, look, note
from server.imports.text import fold, key, script_language
from server.imports.vocabulary import keyed
from sessions.outline import Texts, texts

LONGEST_CODE, LONGEST_NAME, LONGEST_TEXT, LONGEST_URL = 80, 300, 10_000, 500  # as the API takes them
LANGUAGES = ("ko", "en", "zh", "ja")  # those that have columns of their own in sheets
_SCRIPTS = ("ko", "ja", "zh")


def code_of(name: str) -> str:
    """What a room or track of this name is called among the program's codes: "Hall A" is hall-a, 대강당 is 대강당."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    words = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in plain).split()
    return "-".join(words)[:LONGEST_CODE].strip("-") or key(name)[:LONGEST_CODE]


def codes_of(names: Iterable[str]) -> dict[str, str]:
    """{name: code} of things of one kind; names with one code are told apart by a number."""
    codes: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        code, number = code_of(name) or "-", 1
        while code in taken:
            number += 1
            code = f"{code_of(name)[: LONGEST_CODE - 6]}-{number}"
        taken.add(code)
        codes[name] = code
    return codes


def text_in(text: str, language: str = "") -> Texts:
    """A text of which nothing or little tells the language: its script does, else what is said, else English."""
    script = script_language(text)
    said = language.partition("-")[0].casefold()
    return texts(text, said if script not in _SCRIPTS and said.isalpha() and said not in _SCRIPTS else script)


def tag(language: str) -> str:
    """A language's tag (BCP 47) as it is stored; "" for what is none."""
    plain = language.strip().replace("_", "-").removesuffix("-formal").removesuffix("-informal")
    subtags = plain.split("-")
    fits = 1 < len(subtags[0]) <= 3 and subtags[0].isalpha() and all(part.isalnum() for part in subtags)
    return plain if fits and plain.isascii() and len(plain) <= 16 else ""


def paragraphs(text: str, most: int = LONGEST_TEXT) -> str:
    """A long text with its lines, each tidied; no longer than `most`."""
    lines = [fold(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip()[:most].strip()


def read_code(words: str, text: str, what: str) -> Reading[str | None]:
    """The code that a word of data/WORDS.json stands for; None for a blank cell, and for a word that is not known."""
    if not text:
        return Reading(None)
    code = keyed(words).get(key(text))
    return Reading(code) if code else Reading(None, (unknown_word(words, text, what),))


def unknown_word(words: str, text: str, what: str) -> Problem:
    """A word that none of data/WORDS.json is like."""
    codes = ", ".join(dict.fromkeys(keyed(words).values()))
    return note(f"{what}_unknown", f"No {what} is called {text[:60]}; there are: {codes}.")


def too_long(text: str, most: int, what: str) -> tuple[Problem, ...]:
    """What to say of a text that is cut."""
    return (look("text_too_long", f"The {what} is longer than {most} letters; cut there."),) if len(text) > most else ()


def is_link(url: str) -> bool:
    """Whether the programme may hold this address."""
    return len(url) <= LONGEST_URL and is_safe_stream(url)


def no_link(url: str) -> Problem:
    """What to say of an address that it may not hold."""
    return look("link_unusable", f"Not imported: no https address that a reader could open: {url[:60]}")


def unquoted(text: str) -> str:
    """A text without the ' that our own sheets put before what spreadsheet programs would take for a formula."""
    return text[1:] if text.startswith("'") and is_risky(text[1:]) else text
