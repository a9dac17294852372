"""Who is in a session, as cells say it: one a line, or parted by a semicolon, each with or without a role."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from server.imports.findings import Finding, look
from server.imports.rows import Row
from server.imports.text import fold, key
from server.imports.vocabulary import keyed
from server.programme_files.naming import LONGEST_NAME, text_in, unquoted
from sessions.outline import OutlinePart, OutlineSpeaker

MOST = 100  # people in one session
_COLUMNS = {"speakers": "speaker", "chair": "chair", "panellists": "panellist", "host": "host", "jurors": "juror"}
_COLONS = (":", "：")
_PARTING = str.maketrans({"；": ";", "\n": ";"})
_OPENING, _CLOSING = "(（[", ")）]"


class People:
    """Everybody named in a sheet. One name is one person, unless their affiliations differ."""

    def __init__(self) -> None:
        self._known: dict[str, OutlineSpeaker] = {}
        self._named: dict[str, list[OutlineSpeaker]] = {}

    def are_told(self, fields: Collection[str | None]) -> bool:
        """Whether there is a column for people at all."""
        return any(column in fields for column in _COLUMNS)

    def speakers(self) -> tuple[OutlineSpeaker, ...]:
        """Everybody found so far, in order."""
        return tuple(self._known.values())

    def parts(self, row: Row, findings: list[Finding]) -> tuple[OutlinePart, ...]:
        """Who a row names, in all its columns for people."""
        parts: dict[OutlinePart, None] = {}
        for column, usual in _COLUMNS.items():
            for role, text in _named(unquoted(row[column]), usual):
                name, affiliation = _apart(text)
                if len(name) > LONGEST_NAME or not key(name):
                    findings.append(row.finding(column, look("person_unreadable", f"No name: {text[:60]}")))
                    continue
                if len(parts) == MOST:
                    findings.append(row.finding(column, look("people_too_many", f"Only {MOST} people are imported.")))
                    return tuple(parts)
                parts[OutlinePart(speaker=self._key(name, affiliation[:LONGEST_NAME]), role=role)] = None
        return tuple(parts)

    def _key(self, name: str, affiliation: str) -> str:
        """Whoever is named without an affiliation is the first of that name."""
        word = key(name)
        namesakes = self._named.setdefault(word, [])
        for at, one in enumerate(namesakes):
            if not affiliation or _like(one, affiliation):
                return one.key
            if not one.affiliation:  # told only now
                namesakes[at] = self._known[one.key] = replace(one, affiliation=text_in(affiliation))
                return one.key
        identity = f"{word}/{key(affiliation)}" if namesakes else word
        speaker = OutlineSpeaker(key=identity, name=text_in(name), affiliation=text_in(affiliation) or None)
        self._known[identity] = speaker
        namesakes.append(speaker)
        return identity


def _like(speaker: OutlineSpeaker, affiliation: str) -> bool:
    told = speaker.affiliation or {}
    return key(told.get(told.get("original", ""), "")) == key(affiliation)


def _named(text: str, usual: str) -> Iterator[tuple[str, str]]:
    """(role, person). A role counts for whoever stands behind it on the same line."""
    for line in text.split("\n"):
        role = usual
        for item in line.translate(_PARTING).split(";"):
            said, person = _role(fold(item))
            role = said or role
            for name in _commas(person):
                if name:
                    yield role, name


def _role(item: str) -> tuple[str | None, str]:
    """The role before a colon, or before a blank where the first word can be nothing else."""
    for colon in _COLONS:
        word, found, person = item.partition(colon)
        if found and (role := keyed("roles").get(key(word))):
            return role, person.strip()
    word, _, person = item.partition(" ")
    role = keyed("roles").get(key(word)) if person and not word.isascii() else None
    return (role, person.strip()) if role else (None, item)


def _commas(text: str) -> list[str]:
    """Names parted by commas: where all are Korean ones, since in others a comma may stand within."""
    parts = [part.strip() for part in _outside(text).split("\0")]
    return parts if all(_is_korean(_apart(part)[0]) for part in parts) else [text]


def _outside(text: str) -> str:
    """The text with NUL for each comma that stands in no parentheses."""
    depth = 0
    out = []
    for char in text:
        depth += (char in _OPENING) - (char in _CLOSING and depth > 0)
        out.append("\0" if depth == 0 and char in ",，、" else char)
    return "".join(out)


def _is_korean(name: str) -> bool:
    return 2 <= len(name) <= 5 and all("가" <= char <= "힣" for char in name)


def _apart(text: str) -> tuple[str, str]:
    """Name and affiliation of "김하나 (가람대학교)"; what stands in no parentheses is all name."""
    at = next((index for index, char in enumerate(text) if char in _OPENING), None)
    if not at or text[-1] not in _CLOSING:
        return text.strip(), ""
    return text[:at].strip(), text[at + 1 : -1].strip()
