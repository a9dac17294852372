"""The channels of a session as readers see them, and what the streams elsewhere last said of themselves.

What a stream counts is its provider's figure: it stands beside ours with its age, and is never added to it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.events import Record
from sessions.providers import embed_address
from sessions.states import RUNNING
from sessions.tables import ProgrammeSession, StreamChannel, StreamReading


class ChannelKind(StrEnum):
    """What a channel brings of a session."""

    VIDEO = "video"
    CAPTIONS = "captions"
    SIGN = "sign"
    AUDIO = "audio"


class StreamState(StrEnum):
    """How a stream goes, as its provider says. Gone is one that was there and is no more, or is hidden."""

    UPCOMING = "upcoming"
    LIVE = "live"
    ENDED = "ended"
    GONE = "gone"
    UNKNOWN = "unknown"


class Trouble(StrEnum):
    """Why a provider did not say how a stream goes."""

    TIMEOUT = "timeout"  # it took too long
    UNREACHABLE = "unreachable"  # no connection came about, or it broke off
    FAILING = "failing"  # it says that something is wrong with it
    REFUSED = "refused"  # it does not answer us
    QUOTA = "quota"  # what it answers a day is used up
    UNREADABLE = "unreadable"  # it answered something else than it should
    RESTING = "resting"  # it has failed so often that it is left alone for a while
    FORBIDDEN = "forbidden"  # its address leads to where we do not look


@dataclass(frozen=True, slots=True)
class Reading:
    """What a provider says of a stream now. `concurrent` is None if it does not tell; times are real time."""

    state: StreamState
    concurrent: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class ReadingRecord(Record):
    """What was last learnt of a channel's stream: `read_at` (real time) tells how old it is, None that nothing was.

    `concurrent` and `peak` are the provider's count of viewers, None if it does not tell. `trouble` says why there is
    nothing newer, and is empty if there is none.
    """

    channel: UUID
    state: str
    concurrent: int | None
    peak: int | None
    read_at: datetime | None
    trouble: str


class ChannelRecord(Record):
    """One way to watch, read or hear a session. `embed` is what a page shows of it, None if it can only be opened."""

    id: UUID
    kind: str
    provider: str
    url: str
    embed: str | None
    language: str
    unreachable_in: tuple[str, ...]
    reading: ReadingRecord | None


class _Reachable(Protocol):
    @property
    def unreachable_in(self) -> Collection[str]: ...


Way = TypeVar("Way", bound=_Reachable)


def order_for(channels: Iterable[Way], country: str | None) -> list[Way]:
    """Channels, given in the organiser's order, as somebody in a country is offered them: what their network blocks
    comes last."""
    return sorted(channels, key=lambda channel: country in channel.unreachable_in)


def reading_record(row: StreamReading) -> ReadingRecord:
    """A reading as it stands."""
    return ReadingRecord(
        channel=row.channel_id,
        state=row.state,
        concurrent=row.concurrent,
        peak=row.peak,
        read_at=row.read_at,
        trouble=row.trouble,
    )


def channel_record(row: StreamChannel, reading: StreamReading | None) -> ChannelRecord:
    """A channel as it stands, with what was last learnt of its stream."""
    return ChannelRecord(
        id=row.id,
        kind=row.kind,
        provider=row.provider,
        url=row.url,
        embed=embed_address(row.provider, row.url),
        language=row.language,
        unreachable_in=tuple(row.unreachable_in),
        reading=reading_record(reading) if reading else None,
    )


def outside_counts(db: Session, convention_id: UUID) -> dict[UUID, list[ReadingRecord]]:
    """What the streams of each session that is running say, in the order of its channels."""
    query = (
        select(StreamChannel, StreamReading)
        .join(StreamReading, col(StreamReading.channel_id) == StreamChannel.id)
        .join(ProgrammeSession, col(ProgrammeSession.id) == StreamChannel.session_id)
        .where(StreamChannel.convention_id == convention_id, col(ProgrammeSession.state).in_(RUNNING))
        .order_by(col(StreamChannel.position), col(StreamChannel.id))
    )
    found: defaultdict[UUID, list[ReadingRecord]] = defaultdict(list)
    for channel, reading in db.exec(query):
        found[channel.session_id].append(reading_record(reading))
    return dict(found)


def outside_of(db: Session, session_id: UUID) -> list[ReadingRecord]:
    """What the streams of one session last said, in whatever state it is."""
    query = (
        select(StreamReading)
        .join(StreamChannel, col(StreamReading.channel_id) == StreamChannel.id)
        .where(StreamChannel.session_id == session_id)
        .order_by(col(StreamChannel.position), col(StreamChannel.id))
    )
    return [reading_record(reading) for reading in db.exec(query)]
