"""Text of cells: one spelling for the same blanks and forms, keys for matching, signs of damage."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

LONGEST_KEY = 200

Cell = str | int | float | bool | date | datetime | time | timedelta

_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x00AD])
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_KOREAN_COMPANY_FORM = re.compile(r"\((?:주|유|사|재)\)|주식회사|유한회사|株式会社|\(株\)")
_DAMAGE = re.compile("�|(?<=[^\\W\\d_])\\?|\\?+(?=[^\\W\\d_])|\\?{2,}|[ÃÂ][\u0080-\u00bf]")
_SCRIPTS = (
    (re.compile("[가-힣]"), "ko"),
    (re.compile("[ぁ-ヿ]"), "ja"),
    (re.compile("[一-鿿]"), "zh"),
)


def shown(cell: Cell) -> str:
    """A cell as its reader sees it; dates and times in ISO form, whole numbers without a point."""
    if isinstance(cell, str):
        return cell.replace("_x000D_", "")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    minutes = int(cell.total_seconds() // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def fold(text: str) -> str:
    """NFC, invisible characters gone, every run of blanks one space, trimmed."""
    if text.isascii() and "  " not in text and text.isprintable():
        return text.strip()
    plain = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return _CONTROL.sub(" ", plain).strip()


def folded_lines(text: str) -> str:
    """A text of several lines, each folded; blank ones around it are gone."""
    return "\n".join(map(fold, text.splitlines())).strip()


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """What two spellings of one word share: NFKC, case, punctuation and blanks folded.

    Marks are kept: without its vowel signs a Thai or Nepali word is another word.
    """
    wide = unicodedata.normalize("NFKC", text)
    return "".join(c for c in unicodedata.normalize("NFKC", wide.casefold()) if _is_word(c))


@lru_cache(maxsize=65536)
def bare_key(text: str) -> str:
    """`key` without accents, for place names: "São Paulo" and "Sao Paulo" are one."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return key("".join(c for c in apart if not "\u0300" <= c <= "\u036f"))


def code_key(code: str) -> str:
    """What two spellings of one code share: width, case and blanks folded. Its signs count: 1.1 is not 11."""
    return fold(unicodedata.normalize("NFKC", code)).casefold()


def organisation_key(name: str) -> str:
    """The key of a firm's name, without its Korean legal form: "㈜미르랩스" and "미르랩스 (주)" are one.

    A long one is cut: it has its place in the database, with what tells namesakes apart behind it.
    """
    plain = _KOREAN_COMPANY_FORM.sub(" ", unicodedata.normalize("NFKC", name))
    return (key(plain) or key(name) or fold(name).casefold())[:LONGEST_KEY]


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def is_damaged(text: str) -> bool:
    """Whether letters were lost on the way: `Jos? da Silva`, `李?`, U+FFFD, or UTF-8 read as Latin-1."""
    return bool(_DAMAGE.search(text))


def wildcard(text: str) -> re.Pattern[str] | None:
    """A damaged word as a pattern with one character for each lost one; None if nothing is left of it."""
    parts = re.split(r"[?�]", fold(text).casefold())
    if not any(parts):
        return None
    return re.compile(".".join(re.escape(part) for part in parts))


def script_language(name: str) -> str:
    """The language a name is written in, as far as its script tells: ko, ja, zh, else en."""
    if not name.isascii():
        for script, language in _SCRIPTS:
            if script.search(name):
                return language
    return "en"
