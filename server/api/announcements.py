"""Announcements: to everybody, or in one session."""

from functools import partial
from uuid import UUID

from fastapi import Response
from sqlmodel import col, select

import sessions.floor.announcements as commands
from server.api.door import DeskDep, Input, convention_router
from server.api.fields import Instant
from server.api.floor import AnnouncementEntry, announcement_entry
from server.api.programme import Title
from sessions.floor.states import AnnouncementState
from sessions.floor.tables import Announcement
from sessions.floor.word_events import AnnouncementRecord

router = convention_router("floor", "/announcements")


class News(Input):
    """What is announced, by language, under "original" the original's: to everybody, or to those in a session.
    `until` takes it down by itself."""

    text: Title
    session: UUID | None = None
    until: Instant | None = None


@router.get("")
def get_announcements(desk: DeskDep) -> list[AnnouncementEntry]:
    """What stands now, the oldest first: to everybody, and in sessions that you may know of."""
    query = select(Announcement).where(Announcement.state == AnnouncementState.SHOWN.value)
    with desk.reading() as db:
        return [announcement_entry(row) for row in db.exec(query.order_by(col(Announcement.at), col(Announcement.id)))]


@router.post("", status_code=201, response_model=AnnouncementRecord)
async def announce(body: News, desk: DeskDep) -> Response:
    """Announce something: to everybody if you work for the convention, or in a session that you moderate."""
    command = partial(commands.announce, text=body.text, session_id=body.session, until=body.until)
    return await desk.run(command, body, 201)


@router.delete("/{announcement_id}", response_model=AnnouncementRecord)
async def take_back(announcement_id: UUID, desk: DeskDep) -> Response:
    """Take it down before its time."""
    return await desk.run(partial(commands.take_back, announcement_id=announcement_id))
