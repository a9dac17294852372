"""Mail addresses: one spelling for each, and whether it can be one."""

import re
import unicodedata

from server.imports.findings import Reading, look, note
from server.imports.text import fold

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]"
_LOCAL = rf"(?<!{_ATOM})(?<!\.){_ATOM}++(?:\.{_ATOM}++)*+"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)++[^\W\d_]{{2,63}}")
_BETWEEN = re.compile(r"[\s,;/<>()\[\]·、]+")
_LONGEST = 254


def read_mail(text: str) -> Reading[str | None]:
    """The address in lower case, without blanks around, "mailto:" or a name before it.

    The syntax is RFC 5321's dot-string at a domain of two labels or more; whether it exists, only a mail tells.
    """
    if not text:
        return Reading(None)
    plain = fold(unicodedata.normalize("NFKC", text)).casefold().removeprefix("mailto:").strip()
    if _is_address(plain):
        return Reading(plain)
    found = [piece for piece in _BETWEEN.split(plain) if _is_address(piece)]
    if found:
        reason = "Several addresses; the first is taken." if len(found) > 1 else "More than an address."
        return Reading(found[0], (note("mail_not_alone", reason, found[0]),))
    return Reading(None, (look("mail_unreadable", "No mail address.", _mended(plain)),))


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def _mended(text: str) -> str | None:
    """The usual slips: blanks inside, a comma for a point, (at) for @, a point too many."""
    mended = re.sub(r"\s+", "", text.replace("(at)", "@").replace("[at]", "@").replace(",", "."))
    mended = re.sub(r"\.{2,}", ".", mended).strip(".")
    return mended if _is_address(mended) else None
