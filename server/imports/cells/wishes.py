"""What somebody wishes of another, as organisers' lists have it: must, ★★★, 1순위, meet, no, 거절."""

from functools import cache

from server.imports.findings import Reading, look
from server.imports.text import fold, key
from server.imports.vocabulary import keyed, words

BUYER, EXHIBITOR = "buyer", "exhibitor"


def read_wish(text: str) -> Reading[str | None]:
    """must_meet, meet or no_thanks; None if nothing is said that we understand, which somebody must look at."""
    if not text:
        return Reading(None, (look("wish_missing", "Nothing is wished; the row is left out.", "meet"),))
    wish = _wishes().get(_sign(text))
    if wish is None:
        choices = ("must", "meet", "no")
        return Reading(
            None, (look("wish_unreadable", "No wish is known by this; the row is left out.", None, choices),)
        )
    return Reading(wish)


def read_side(text: str) -> Reading[str | None]:
    """Whose wish it is; a buyer's if nothing is said."""
    side = keyed("sides").get(key(text)) if text else BUYER
    if side is None:
        reason = "Neither a buyer's wish nor an exhibitor's; the row is left out."
        return Reading(None, (look("side_unreadable", reason, None, (BUYER, EXHIBITOR)),))
    return Reading(side)


@cache
def _wishes() -> dict[str, str]:
    return {_sign(word): wish for wish, names in words("wishes").items() for word in [wish, *names]}


def _sign(text: str) -> str:
    """Signs such as ★★★ have no key and stay as they are."""
    return key(text) or "".join(fold(text).split())
