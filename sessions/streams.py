"""The streams of sessions: the ways to watch them, and what becomes of a session by what its stream says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, and_, col, delete, or_, select

from sessions.channels import ChannelKind, ChannelRecord, Reading, StreamState, Trouble, channel_record
from sessions.errors import BadChannel, WrongState
from sessions.events import Record
from sessions.ports import Work
from sessions.programme import RunBy, touch
from sessions.providers import SIGNALLING, Provider, provider_of, video_id
from sessions.readers import load
from sessions.running import begin, finish_now
from sessions.states import RUNNING, SessionState
from sessions.tables import ProgrammeSession, StreamChannel, StreamReading

EARLY = timedelta(minutes=30)  # before it is due, a session's stream is of interest, and may begin it
LATE = timedelta(hours=6)  # past its end, a session that waits for its stream is waited for no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to watch, read or hear a session, as the organiser gives it. `provider` None: told from the address.

    `unreachable_in` are countries (ISO 3166-1) whose networks block it.
    """

    kind: ChannelKind
    url: str
    provider: Provider | None = None
    language: str = ""
    unreachable_in: tuple[str, ...] = ()


class ChannelsRecord(Record):
    """All ways to watch a session, in order. `version` is the session's."""

    session: UUID
    version: int
    channels: tuple[ChannelRecord, ...]


class Watched(NamedTuple):
    """A stream whose provider is to be asked; `state` is what it said last, None if nothing yet."""

    convention_id: UUID
    channel_id: UUID
    provider: Provider
    url: str
    state: str | None


_Identity = tuple[str, str, str, str]


def set_channels(work: Work, session_id: UUID, channels: Sequence[Channel]) -> ChannelsRecord:
    """Make these all the ways to watch a session, in this order. Those that stay keep their ids and readings; giving
    the same again changes nothing.

    Raises:
        NotFound, NotAllowed, WrongState (it is called off), BadChannel (twice the same, or no video's address).
    """
    session = load(work, session_id)
    if session.state == SessionState.CANCELLED:
        raise WrongState(subject="session", state=session.state)
    wanted = _checked(channels)
    present = {_identity(row): row for row in _channels(work.db, [session_id])}
    before = {row.id: (row.position, row.unreachable_in) for row in present.values()}
    kept: list[StreamChannel] = []
    for position, (identity, channel) in enumerate(wanted.items()):
        row = present.pop(identity, None) or _new(work, session, identity)
        row.position, row.unreachable_in = position, sorted(set(channel.unreachable_in))
        work.db.add(row)
        kept.append(row)
    _remove(work.db, present.values())
    work.db.flush()
    if before != {row.id: (row.position, row.unreachable_in) for row in kept}:
        touch(work, session)
    readings = _readings(work.db, [row.id for row in kept])
    records = tuple(channel_record(row, readings.get(row.id)) for row in kept)
    return ChannelsRecord(session=session.id, version=session.version, channels=records)


def keep_readings(work: Work, readings: Mapping[UUID, Reading | Trouble], real_now: datetime) -> None:
    """Take what providers have said of channels, or why they have not: then what they said last stays, and grows old.

    A session that is run by its stream begins and ends by what the first of its videos has said. Channels that are
    no longer there, and readings older than those that are here, are passed over.

    Args:
        real_now: real time, when they were asked.
    """
    rows = work.db.exec(select(StreamChannel).where(col(StreamChannel.id).in_(readings))).all()
    known = _readings(work.db, [row.id for row in rows])
    news: dict[UUID, tuple[str | None, Reading]] = {}
    for row in rows:
        said, reading = readings[row.id], known.get(row.id)
        if reading is not None and reading.tried_at > real_now:
            continue
        if isinstance(said, Reading):
            news[row.id] = reading.state if reading else None, said
        work.db.add(_updated(reading or _unread(row, real_now), said, real_now))
    work.db.flush()
    sessions = {row.session_id for row in rows if row.id in news}
    for session, channel_id in _run_by_stream(work.db, sessions):
        if channel_id in news:
            _obey(work, session, *news[channel_id])


def to_watch(db: Session, now: datetime) -> list[Watched]:
    """The streams of all conventions that are of interest: their sessions run, begin soon, or wait for their stream.

    Args:
        now: convention time.
    """
    waiting = and_(
        col(ProgrammeSession.state).in_([SessionState.PUBLISHED, SessionState.SCHEDULED]),
        col(ProgrammeSession.starts_at) <= now + EARLY,
        or_(
            col(ProgrammeSession.ends_at) > now,
            and_(ProgrammeSession.run_by == RunBy.STREAM, col(ProgrammeSession.ends_at) > now - LATE),
        ),
    )
    query = (
        select(StreamChannel, StreamReading.state)
        .join(ProgrammeSession, col(ProgrammeSession.id) == StreamChannel.session_id)
        .join(StreamReading, col(StreamReading.channel_id) == StreamChannel.id, isouter=True)
        .where(col(StreamChannel.provider).in_(SIGNALLING), or_(col(ProgrammeSession.state).in_(RUNNING), waiting))
        .order_by(col(StreamChannel.id))
    )
    return [Watched(row.convention_id, row.id, Provider(row.provider), row.url, state) for row, state in db.exec(query)]


def _checked(channels: Iterable[Channel]) -> dict[_Identity, Channel]:
    """The channels under what makes them the same as others, in their order."""
    wanted: dict[_Identity, Channel] = {}
    for channel in channels:
        provider = channel.provider or provider_of(channel.url)
        if provider == Provider.YOUTUBE and video_id(channel.url) is None:
            raise BadChannel(url=channel.url)
        identity = (channel.kind.value, provider.value, channel.url, channel.language)
        if identity in wanted:
            raise BadChannel("This channel is there twice.", url=channel.url)
        wanted[identity] = channel
    return wanted


def _identity(row: StreamChannel) -> _Identity:
    return row.kind, row.provider, row.url, row.language


def _new(work: Work, session: ProgrammeSession, identity: _Identity) -> StreamChannel:
    kind, provider, url, language = identity
    return StreamChannel(
        id=work.new_id(),
        session_id=session.id,
        convention_id=work.convention_id,
        kind=kind,
        provider=provider,
        url=url,
        language=language,
    )


def _remove(db: Session, rows: Iterable[StreamChannel]) -> None:
    for row in rows:
        db.exec(delete(StreamReading).where(col(StreamReading.channel_id) == row.id))
        db.delete(row)


def _channels(db: Session, session_ids: Iterable[UUID]) -> Sequence[StreamChannel]:
    query = select(StreamChannel).where(col(StreamChannel.session_id).in_(session_ids))
    return db.exec(query.order_by(col(StreamChannel.position), col(StreamChannel.id))).all()


def _readings(db: Session, channel_ids: Iterable[UUID]) -> dict[UUID, StreamReading]:
    query = select(StreamReading).where(col(StreamReading.channel_id).in_(channel_ids))
    return {row.channel_id: row for row in db.exec(query)}


def _unread(row: StreamChannel, real_now: datetime) -> StreamReading:
    return StreamReading(
        channel_id=row.id, convention_id=row.convention_id, state=StreamState.UNKNOWN, tried_at=real_now
    )


def _updated(row: StreamReading, said: Reading | Trouble, real_now: datetime) -> StreamReading:
    if isinstance(said, Trouble):
        if said is not Trouble.RESTING or not row.trouble:  # what has led to the rest says more than the rest
            row.tried_at, row.trouble = real_now, said.value
        return row
    row.tried_at = real_now
    row.state, row.concurrent, row.read_at, row.trouble = said.state.value, said.concurrent, real_now, ""
    if said.concurrent is not None:
        row.peak = max(row.peak or 0, said.concurrent)
    return row


def _run_by_stream(db: Session, session_ids: set[UUID]) -> list[tuple[ProgrammeSession, UUID]]:
    """Those of the sessions that their stream runs, each with the channel that does."""
    query = select(ProgrammeSession).where(
        col(ProgrammeSession.id).in_(session_ids), ProgrammeSession.run_by == RunBy.STREAM
    )
    sessions = db.exec(query.order_by(col(ProgrammeSession.id))).all()
    first: dict[UUID, UUID] = {}
    for row in _channels(db, [session.id for session in sessions]):
        if row.kind == ChannelKind.VIDEO and row.provider in SIGNALLING:
            first.setdefault(row.session_id, row.id)
    return [(session, first[session.id]) for session in sessions if session.id in first]


def _obey(work: Work, session: ProgrammeSession, was: str | None, reading: Reading) -> None:
    """Let the session begin or end, if that is what its stream tells.

    An end counts when it is new: a session that was taken up again after its stream had ended goes on.
    """
    due = session.state == SessionState.SCHEDULED and session.starts_at - EARLY <= work.now
    if reading.state == StreamState.LIVE and due:
        begin(work, session)
    elif reading.state == StreamState.ENDED and was != StreamState.ENDED and session.state in RUNNING:
        finish_now(work, session)
