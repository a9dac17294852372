"""The programme as files tell it: without the database's ids, each thing named by a key that files can hold.

Texts are {language: text, "original": language}, {} for none. What is None was not told: a file may leave out what its
format has no place for, or what its writer has no column for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

ORIGINAL = "original"

Texts = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlineTrack:
    """`colour` is #rrggbb or "" for none."""

    code: str
    name: Texts
    colour: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlineRoom:
    """`place` is online, on_site or hybrid; `capacity` the seats on site."""

    code: str
    name: Texts
    place: str | None = None
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlineSpeaker:
    """Somebody on the programme; sessions name them by `key`."""

    key: str
    name: Texts
    affiliation: Texts | None = None
    biography: Texts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlinePart:
    """Who does what in a session: `speaker` is a key, `role` speaker, chair, panellist, host or juror, "" if untold."""

    speaker: str
    role: str = "speaker"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlineLink:
    """Something that belongs to a session: `kind` is slides, document, replay or link."""

    url: str
    title: Texts
    kind: str = "link"
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutlineSession:
    """A session. `key` is what the file calls it, "" if it has no name for it; times are aware UTC.

    `track` and `room` are codes, "" for none. `capacity` 0 says that there is no limit. `version`, `changed_at`
    (convention time) and `url` (its page) are for writing alone.
    """

    key: str
    title: Texts
    starts_at: datetime
    ends_at: datetime
    abstract: Texts | None = None
    kind: str | None = None
    track: str | None = None
    room: str | None = None
    languages: tuple[str, ...] | None = None
    audience: str | None = None
    capacity: int | None = None
    state: str | None = None
    parts: tuple[OutlinePart, ...] | None = None
    links: tuple[OutlineLink, ...] | None = None
    version: int = 1
    changed_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """A convention's programme. Days are local dates in `zone`, both included.

    `url` is where its page stands; `version` grows with every change.
    """

    slug: str
    name: Texts
    zone: str
    first_day: date
    last_day: date
    tracks: tuple[OutlineTrack, ...] = ()
    rooms: tuple[OutlineRoom, ...] = ()
    speakers: tuple[OutlineSpeaker, ...] = ()
    sessions: tuple[OutlineSession, ...] = ()
    url: str = ""
    version: int = 1


def told(text: Mapping[str, str] | None, languages: Iterable[str] = ()) -> str:
    """A text in the first of these languages it is there in, else in its original, else in any."""
    if not text:
        return ""
    wanted = (*languages, text.get(ORIGINAL, ""), *text)
    return next((text[language] for language in wanted if language != ORIGINAL and language in text), "")


def texts(text: str, language: str) -> Texts:
    """A text in one language."""
    return {language: text, ORIGINAL: language} if text else {}


def guid(slug: str, key: str) -> UUID:
    """What a thing is called where nothing but a UUID will do: its key, if it is one, else one made of it, for good."""
    try:
        return UUID(key)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"madang:{slug}/{key}")
