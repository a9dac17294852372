"""Several things in one cell: `,` `;` `/` `·` `、` part them, and some things have such a sign in their name.

A list is parted only after the known items in it are found, longest first. Known are the items of
data/items.json, and those the column itself gives away: "마스크/장갑 대량" is one item if "마스크" never
stands in the column without "장갑 대량" behind it, and either its writer parts the same cell by another
sign, or the whole cell comes again.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise

from server.imports.text import key
from server.imports.vocabulary import words

_SIGN = re.compile(r"((?:(?<!\s)\s++)?[,;、，；]\s*+|(?<!\s)\s++[/·・]\s*+|[/·・]\s*+)")
_OPENING = re.compile(r"[(\[（]")
_CLOSING = re.compile(r"[)\]）]")
_TIGHT = ("/", "·", "・")

Pair = tuple[str, str]


class Items:
    """Parts cells by what is known. `split` answers the items in order, each once."""

    def __init__(self, known: Collection[str] = ()) -> None:
        every = {*words("items"), *known}
        self._known = {_name(parted(item)) for item in every}
        self._longest = max(len(parted(item)) for item in every)
        self._seen: dict[str, tuple[str, ...]] = {}

    def split(self, text: str) -> tuple[str, ...]:
        if text not in self._seen:
            items: dict[str, str] = {}
            for item in self._joined(parted(text)):
                items.setdefault(key(item), item)
            items.pop("", None)
            self._seen[text] = tuple(items.values())
        return self._seen[text]

    def _joined(self, parts: list[str]) -> Iterable[str]:
        start = 0
        while start < len(parts):
            end = min(len(parts), start + self._longest)
            while end > start + 1 and _name(parts[start:end]) not in self._known:
                end -= 2
            yield "".join(parts[start:end])
            start = end + 1


def parted(text: str) -> list[str]:
    """Pieces and the signs between them, alternating, a piece first and last; parentheses stay whole."""
    parts = [""]
    depth = 0
    for index, piece in enumerate(_SIGN.split(text)):
        if index % 2 and depth == 0:
            parts += [piece, ""]
        else:
            parts[-1] += piece
            depth = max(0, depth + len(_OPENING.findall(piece)) - len(_CLOSING.findall(piece)))
    return parts


def learn(column: Iterable[str]) -> frozenset[str]:
    """The items with a sign in their name that a column gives away (see the module's text)."""
    followers: dict[str, set[str]] = {}
    leaders: dict[str, set[str]] = {}
    spelled: dict[Pair, Pair] = {}
    evident: set[Pair] = set()
    for cell, times in Counter(column).items():
        parts = parted(cell)
        signs = parts[1::2]
        names = [key(piece) for piece in parts[::2]]
        mixed = len({_kind(sign) for sign in signs}) > 1 or (len(signs) == 1 and times > 1)
        for (left, right), sign in zip(pairwise(["", *names, ""]), ["", *signs, ""], strict=True):
            tight = sign in _TIGHT
            followers.setdefault(left, set()).add(right if tight else "")
            leaders.setdefault(right, set()).add(left if tight else "")
        for index, sign in enumerate(signs):
            if sign in _TIGHT and names[index] and names[index + 1]:
                pair = names[index], names[index + 1]
                spelled[pair] = parts[2 * index], sign + parts[2 * index + 2]
                if mixed:
                    evident.add(pair)
    return frozenset(_chained({(a, b): spelled[a, b] for a, b in evident if followers[a] == {b} and leaders[b] == {a}}))


def _chained(bound: dict[Pair, Pair]) -> Iterable[str]:
    """Pairs that share a piece are one longer item: A/B and B/C are A/B/C."""
    after = dict(bound.keys())
    for left in after.keys() - set(after.values()):
        item, at = bound[left, after[left]][0], left
        while at in after:
            item += bound[at, after[at]][1]
            at = after[at]
        yield item


def _name(parts: list[str]) -> str:
    """What two spellings of one item share; its signs count, the blanks beside them do not."""
    return "".join(part.strip() if index % 2 else key(part) for index, part in enumerate(parts))


def _kind(sign: str) -> str:
    """`·` with blanks around it and without are two signs; blanks beside a comma say nothing."""
    bare = sign.strip()
    return sign if sign in _TIGHT else f" {bare} "
