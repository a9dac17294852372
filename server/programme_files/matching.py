"""What in a file is what in the programme: rooms and tracks by code or name, people and sessions by key or name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from server.imports.text import key
from server.programme_files.known import Known
from sessions.outline import ORIGINAL, Outline, OutlineSession, OutlineSpeaker, Texts, guid


class _Coded(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> Texts: ...


Coded = TypeVar("Coded", bound=_Coded)


@dataclass(frozen=True, slots=True)
class Matches:
    """What the file's codes and keys are in the programme; what is new there keeps its own, or gets a free one.

    `sessions` are those of the programme, in the order of the file's, None for a new one.
    """

    tracks: Mapping[str, str]
    rooms: Mapping[str, str]
    speakers: Mapping[str, OutlineSpeaker | None]
    sessions: tuple[OutlineSession | None, ...]


def match(known: Known, told: Outline) -> Matches:
    """Find everything of a file in the programme. The same file again finds what it has become."""
    outline = known.outline
    return Matches(
        tracks=_codes(outline.tracks, told.tracks),
        rooms=_codes(outline.rooms, told.rooms),
        speakers=_speakers(outline, told),
        sessions=tuple(_sessions(known, told)),
    )


def words(text: Mapping[str, str] | None) -> set[str]:
    """What a text is known by, in each of its languages."""
    return {key(one) or one for language, one in (text or {}).items() if language != ORIGINAL}


def _codes(known: Sequence[_Coded], told: Sequence[_Coded]) -> dict[str, str]:
    by_code = {one.code: one.code for one in known}
    by_name = {word: one.code for one in reversed(known) for word in {key(one.code), *words(one.name)}}
    codes: dict[str, str] = {}
    for one in told:
        found = next((by_name[word] for word in words(one.name) if word in by_name), by_code.get(one.code))
        codes[one.code] = found if found is not None else one.code
    return codes


def _speakers(known: Outline, told: Outline) -> dict[str, OutlineSpeaker | None]:
    by_key = _by_key(known.slug, known.speakers, lambda one: one.key)
    by_name: dict[str, list[OutlineSpeaker]] = {}
    for one in known.speakers:
        for word in words(one.name):
            by_name.setdefault(word, []).append(one)
    found: dict[str, OutlineSpeaker | None] = {}
    for one in told.speakers:
        namesakes = [other for word in sorted(words(one.name)) for other in by_name.get(word, ())]
        same = (other for other in namesakes if _can_be(other, one))
        found[one.key] = by_key.get(one.key) or next(same, None)
    return found


def _can_be(known: OutlineSpeaker, told: OutlineSpeaker) -> bool:
    """One name is one person, unless two affiliations are told."""
    return not known.affiliation or not told.affiliation or bool(words(known.affiliation) & words(told.affiliation))


T = TypeVar("T")


def _by_key(slug: str, things: Iterable[T], named: Callable[[T], str]) -> dict[str, T]:
    """Each by its key, and by the UUID that stands for it in schedules."""
    things = list(things)
    return {str(guid(slug, named(one))): one for one in things} | {named(one): one for one in things}


def _sessions(known: Known, told: Outline) -> Iterator[OutlineSession | None]:
    """By key; then by title, those first that begin at the same time. Each is found once."""
    outline = known.outline
    by_key = _by_key(outline.slug, outline.sessions, lambda one: one.key)
    by_key |= {str(known.sessions[one.key]): one for one in outline.sessions}
    found: dict[int, OutlineSession] = {}
    taken: set[str] = set()

    def take(at: int, candidates: Iterable[OutlineSession]) -> None:
        left = [one for one in candidates if one.key not in taken]
        if at not in found and len(left) == 1:
            found[at] = left[0]
            taken.add(left[0].key)

    titled: dict[str, list[OutlineSession]] = {}
    for one in outline.sessions:
        for word in words(one.title):
            titled.setdefault(word, []).append(one)
    for at, session in enumerate(told.sessions):
        if session.key in by_key:
            take(at, [by_key[session.key]])
    for same_time in (True, False):
        for at, session in enumerate(told.sessions):
            named = {one.key: one for word in words(session.title) for one in titled.get(word, ())}
            take(at, [one for one in named.values() if not same_time or one.starts_at == session.starts_at])
    return (found.get(at) for at in range(len(told.sessions)))
