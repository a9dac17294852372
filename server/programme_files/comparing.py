"""What taking a file would change, said before it is done: a pure comparison of two outlines.

What a file leaves out or blank stays as it is: nothing is taken away because it is not there, neither a session nor an
abstract. What it tells is taken, as far as the session's state allows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.imports.findings import Finding, Severity, look, note
from server.programme_files.known import Known
from server.programme_files.matching import Coded, Matches, match, words
from server.programme_files.reading import SCHEDULES, Format, Notes, ProgrammeRead
from sessions.outline import (
    ORIGINAL,
    OutlinePart,
    OutlineRoom,
    OutlineSession,
    OutlineSpeaker,
    OutlineTrack,
    Texts,
)
from sessions.states import PLANNED, SessionState

_PLAIN = ("kind", "track", "room", "audience", "starts_at", "ends_at")
_SETTABLE = frozenset({*PLANNED, SessionState.CANCELLED})  # the states that a file may bring about


@dataclass(frozen=True, slots=True)
class Difference:
    """Another value of a field of `OutlineSession`; codes and keys are the programme's."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Told:
    """A session of the file: with the programme's codes and keys, at its row; `known` is what it is there already."""

    row: int
    session: OutlineSession
    known: OutlineSession | None
    differences: tuple[Difference, ...] = ()

    @property
    def moved(self) -> bool:
        return any(one.field in ("starts_at", "ends_at") for one in self.differences)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What there is to do. `tracks` and `rooms` are new; `speakers` get other texts, by key and field. `missing` are
    sessions of the programme that the file does not have; they stay."""

    matches: Matches
    tracks: tuple[OutlineTrack, ...]
    rooms: tuple[OutlineRoom, ...]
    sessions: tuple[Told, ...]
    speakers: Mapping[str, dict[str, Texts]]
    missing: tuple[OutlineSession, ...]
    findings: tuple[Finding, ...]

    @property
    def created(self) -> list[Told]:
        return [one for one in self.sessions if one.known is None]

    @property
    def changed(self) -> list[Told]:
        return [one for one in self.sessions if one.known is not None and one.differences]

    @property
    def stops(self) -> list[Finding]:
        """What keeps the file from being taken."""
        return [one for one in self.findings if one.severity is Severity.STOP]


def compare(known: Known, read: ProgrammeRead, form: Format) -> Comparison:
    """What taking this file would change."""
    return _Comparing(known, read, form).result()


def merged(before: Mapping[str, str], told: Mapping[str, str] | None) -> Texts:
    """What becomes of a text. One that stands there already, in whatever language, is nothing new; else the file's
    languages are laid over what is there."""
    if not told or words(told) <= words(before):
        return dict(before)
    original = before.get(ORIGINAL) or told[ORIGINAL]
    return {**before, **told, ORIGINAL: original}


class _Comparing:
    def __init__(self, known: Known, read: ProgrammeRead, form: Format) -> None:
        self.known = known
        self.read = read
        self.form = form
        self.matches = match(known, read.outline)
        self.notes = Notes(list(read.findings))

    def result(self) -> Comparison:
        sessions = tuple(self._sessions())
        found = {one.known.key for one in sessions if one.known}
        unsaid = {SessionState.CANCELLED, SessionState.DRAFT} if self.form in SCHEDULES else {SessionState.CANCELLED}
        missing = (one for one in self.known.outline.sessions if one.key not in found and one.state not in unsaid)
        findings = sorted(self.notes.findings, key=lambda one: one.row)
        outline, told = self.known.outline, self.read.outline
        return Comparison(
            matches=self.matches,
            tracks=_new(outline.tracks, told.tracks, self.matches.tracks),
            rooms=_new(outline.rooms, told.rooms, self.matches.rooms),
            sessions=sessions,
            speakers=dict(self._speakers()),
            missing=tuple(missing),
            findings=tuple(findings),
        )

    def _sessions(self) -> Iterator[Told]:
        rows = zip(self.read.rows, self.read.outline.sessions, self.matches.sessions, strict=True)
        for row, told, known in rows:
            session = self._resolved(told, known)
            if known is not None:
                yield Told(row, session, known, self._allowed(row, known, tuple(self._differences(known, session))))
            elif told.state == SessionState.CANCELLED:
                self._say(row, told, note("new_cancelled", "Called off before it was on the programme; not imported."))
            else:
                yield Told(row, session, None)

    def _say(self, row: int, session: OutlineSession, problem: Any) -> None:
        self.notes.say(row, "title", session.title[session.title[ORIGINAL]], problem)

    def _resolved(self, told: OutlineSession, known: OutlineSession | None) -> OutlineSession:
        """The session in the programme's codes and keys."""
        matches = self.matches
        return replace(
            told,
            track=matches.tracks.get(told.track or "", told.track),
            room=matches.rooms.get(told.room or "", told.room),
            parts=tuple(self._parts(told.parts or (), known.parts or () if known else ())),
        )

    def _parts(self, told: tuple[OutlinePart, ...], known: tuple[OutlinePart, ...]) -> Iterator[OutlinePart]:
        """A part without a role is the one that somebody has already, or a speaker's."""
        said: dict[OutlinePart, None] = {}
        for part in told:
            person = self.matches.speakers.get(part.speaker)
            key = person.key if person else part.speaker
            had = [one.role for one in known if one.speaker == key]
            for role in [part.role] if part.role else had or ["speaker"]:
                said[OutlinePart(speaker=key, role=role)] = None
        return iter(said)

    def _differences(self, known: OutlineSession, told: OutlineSession) -> Iterator[Difference]:
        own = str(self.known.sessions[known.key]) == known.key
        if told.key and told.key != known.key and own:
            yield Difference("key", "", told.key)
        for name in ("title", "abstract"):
            before = getattr(known, name) or {}
            after = merged(before, getattr(told, name))
            if after != before:
                yield Difference(name, before, after)
        for name in _PLAIN:
            before, after = getattr(known, name), getattr(told, name)
            if after and after != before:
                yield Difference(name, before, after)
        languages = (known.languages or ())[:1] if self.form in SCHEDULES else known.languages
        if told.languages and told.languages != languages:
            yield Difference("languages", known.languages, told.languages)
        if told.capacity is not None and (told.capacity or None) != known.capacity:
            yield Difference("capacity", known.capacity, told.capacity or None)
        if told.parts and told.parts != known.parts:
            yield Difference("parts", known.parts, told.parts)
        addresses = {link.url for link in known.links or ()}
        if links := tuple(link for link in told.links or () if link.url not in addresses):
            yield Difference("links", known.links, (*(known.links or ()), *links))
        if told.state in _SETTABLE and known.state in _SETTABLE and told.state != known.state:
            yield Difference("state", known.state, told.state)

    def _allowed(self, row: int, known: OutlineSession, found: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """Those that the session's state allows."""
        fields = {one.field for one in found}
        if known.state == SessionState.CANCELLED and found and "state" not in fields:
            self._say(row, known, look("session_cancelled", "The session is called off; it is not changed."))
            return ()
        if known.state not in _SETTABLE and "starts_at" in fields:
            self._say(row, known, look("session_begun", "The session has begun already; its times are not changed."))
            return tuple(one for one in found if one.field not in ("starts_at", "ends_at"))
        return found

    def _speakers(self) -> Iterator[tuple[str, dict[str, Texts]]]:
        """{key: {field: text}} of the people whom the file describes otherwise."""
        told: dict[str, OutlineSpeaker] = {one.key: one for one in self.read.outline.speakers}
        for key, known in self.matches.speakers.items():
            if known is not None:
                texts = {
                    name: merged(getattr(known, name) or {}, getattr(told[key], name))
                    for name in ("affiliation", "biography")
                }
                different = {name: text for name, text in texts.items() if text != (getattr(known, name) or {})}
                if different:
                    yield known.key, different


def _new(known: Sequence[Coded], told: Sequence[Coded], codes: Mapping[str, str]) -> tuple[Coded, ...]:
    """What the programme has no code for yet."""
    there = {one.code for one in known}
    return tuple(one for one in told if codes[one.code] not in there)
