"""Calendar feeds: secret addresses at which calendar programs look again and again, without a login.

A feed shows what its owner may see at that moment, and is not there once they have nothing to do with the convention.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Engine, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from matchmaking.statements import Statement
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Meeting, MeetingChange, Participation
from server.accounts.actors import load_actor
from server.accounts.tokens import digest, new_token
from server.conventions.tables import Convention
from server.database import glancing
from server.errors import NotFound
from server.programme_files.calendar import Entry, session_entries, uid, write_calendar
from server.programme_files.known import known_programme
from server.scope import Scope
from server.usecases.clashes import own_sessions
from server.work import Work
from sessions.errors import UnknownPlace
from sessions.outline import Outline, told
from sessions.tables import CalendarFeed, Track

_MEETING = "Meeting"

_F: Any = CalendarFeed.__table__  # type: ignore[attr-defined]
_C: Any = Convention.__table__  # type: ignore[attr-defined]
_BY_DIGEST = Statement(
    select_columns(_F.c.convention_id, _F.c.person_id, _F.c.track, _C.c.host_id)
    .join(_C, _C.c.id == _F.c.convention_id)
    .where(_F.c.digest == bindparam("digest"))
)


class FeedRecord(BaseModel):
    """A feed: of one's own sessions and meetings, or (`track` set) of a track's sessions."""

    id: UUID
    track: str | None
    created_at: datetime


class OpenedFeed(FeedRecord):
    """A feed with its secret, which is told once."""

    secret: str


class Feed(NamedTuple):
    """A feed that was asked for by its secret: what it shows, and as whom."""

    scope: Scope
    person_id: UUID
    track: str | None


def open_feed(work: Work, track: str | None, real_now: datetime) -> OpenedFeed:
    """Make a secret address for one's own calendar, or for a track's. There is one for each: the address before is
    worthless from now on.

    Raises:
        NotFound: the command line has no calendar. UnknownPlace: there is no such track.
    """
    person_id = work.actor.person_id
    if person_id is None:
        raise NotFound
    if track is not None and work.db.get(Track, (work.convention_id, track)) is None:
        raise UnknownPlace(what="track")
    feed = next((one for one in _feeds(work.db, work.convention_id, person_id) if one.track == track), None)
    secret = new_token()
    if feed is None:
        feed = CalendarFeed(
            id=work.new_id(),
            convention_id=work.convention_id,
            person_id=person_id,
            track=track,
            digest=digest(secret),
            created_at=real_now,
        )
    feed.digest, feed.created_at = digest(secret), real_now
    work.db.add(feed)
    return OpenedFeed(id=feed.id, track=track, created_at=real_now, secret=secret)


def close_feed(work: Work, feed_id: UUID) -> FeedRecord:
    """Let an address lead nowhere.

    Raises:
        NotFound: the actor has no such feed.
    """
    feed = work.db.get(CalendarFeed, feed_id)
    if feed is None or feed.convention_id != work.convention_id or feed.person_id != work.actor.person_id:
        raise NotFound
    work.db.delete(feed)
    return _record(feed)


def list_feeds(db: Session, convention_id: UUID, person_id: UUID) -> list[FeedRecord]:
    """A person's feeds in a convention, the oldest first."""
    return [_record(feed) for feed in _feeds(db, convention_id, person_id)]


def find_feed(engine: Engine, secret: str) -> Feed | None:
    """The feed of a secret, if its owner still has to do with the convention."""
    with glancing(engine) as db:
        rows = _BY_DIGEST.rows(db, {"digest": digest(secret)})
        if not rows:
            return None
        found = rows[0]
        actor = load_actor(db, found.person_id, found.convention_id, found.host_id, None)
    if not actor.member:
        return None
    return Feed(Scope(found.convention_id, found.host_id, actor), found.person_id, found.track)


def write_feed(db: Session, feed: Feed, base_url: str) -> bytes:
    """The feed's calendar, from its owner's session of the database."""
    known = known_programme(db, feed.scope.convention_id, base_url)
    outline, name = known.outline, told(known.outline.name)
    if feed.track is not None:
        track = next((one for one in outline.tracks if one.code == feed.track), None)
        of_track = tuple(one for one in outline.sessions if one.track == feed.track)
        entries = session_entries(replace(outline, sessions=of_track))
        return write_calendar(f"{name}: {told(track.name) if track else feed.track}", entries)
    mine = own_sessions(db, feed.scope.convention_id, feed.person_id)
    own = tuple(one for one in outline.sessions if known.sessions[one.key] in mine)
    entries = session_entries(replace(outline, sessions=own)) + _meetings(db, feed, outline)
    return write_calendar(name, entries)


def _meetings(db: Session, feed: Feed, outline: Outline) -> list[Entry]:
    """The person's meetings, by the names of those they meet; one that was called off says so."""
    seats = db.exec(
        select(Attendee).where(
            col(Attendee.meeting_id).in_(select(Attendee.meeting_id).where(Attendee.person_id == feed.person_id))
        )
    ).all()
    theirs = {seat.meeting_id: seat.participation_id for seat in seats if seat.person_id == feed.person_id}
    others: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for seat in seats:
        if seat.participation_id is not None and seat.participation_id != theirs[seat.meeting_id]:
            others[seat.meeting_id].add(seat.participation_id)
    query = select(Meeting).where(Meeting.convention_id == feed.scope.convention_id, col(Meeting.id).in_(theirs))
    meetings = db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id))).all()
    changes = select(MeetingChange).where(col(MeetingChange.meeting_id).in_(theirs))
    changed = {one.meeting_id: one.at for one in db.exec(changes.order_by(col(MeetingChange.version)))}
    names = _names(db, {party for parties in others.values() for party in parties})
    return [
        Entry(
            uid=uid(outline.slug, str(meeting.id)),
            title=", ".join(sorted(names[party] for party in others[meeting.id] if party in names)) or _MEETING,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            changed_at=max(meeting.matched_at, changed.get(meeting.id, meeting.matched_at)),
            version=meeting.version,
            status="CANCELLED" if meeting.state == MeetingState.CANCELLED else "CONFIRMED",
            url=outline.url.removesuffix("/programme"),
            category=_MEETING,
        )
        for meeting in meetings
    ]


def _names(db: Session, parties: Collection[UUID]) -> dict[UUID, str]:
    rows = db.exec(select(Participation).where(col(Participation.id).in_(parties)))
    return {row.id: told(row.name) for row in rows}


def _feeds(db: Session, convention_id: UUID, person_id: UUID) -> Sequence[CalendarFeed]:
    query = select(CalendarFeed).where(CalendarFeed.convention_id == convention_id, CalendarFeed.person_id == person_id)
    return db.exec(query.order_by(col(CalendarFeed.id))).all()


def _record(feed: CalendarFeed) -> FeedRecord:
    return FeedRecord(id=feed.id, track=feed.track, created_at=feed.created_at)
