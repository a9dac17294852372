"""What each kind of timer does, on one page: kind -> command(work, subject_id)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

import matchmaking.attendance
import matchmaking.meetings
import matchmaking.requests
import matchmaking.rescue.standby
import sessions.audience
import sessions.floor.announcements
import sessions.running
from server.accounts.retention import RETENTION, retain
from server.work import Work

Action = Callable[[Work, UUID], BaseModel | None]


def actions(real_now: Callable[[], datetime]) -> dict[str, Action]:
    """The actions. Real time is that by which presence expires, and of which the accounts' records tell."""
    return {
        matchmaking.requests.EXPIRE: matchmaking.requests.expire,
        matchmaking.meetings.START: matchmaking.attendance.start,
        matchmaking.meetings.RESCUE: matchmaking.attendance.look_for_missing,
        matchmaking.meetings.NO_SHOW: matchmaking.attendance.look_for_no_show,
        matchmaking.meetings.END: matchmaking.attendance.end,
        matchmaking.rescue.standby.EXPIRE: matchmaking.rescue.standby.expire,
        sessions.running.SOON: sessions.running.announce_soon,
        sessions.running.START: sessions.running.start,
        sessions.running.END: sessions.running.finish,
        sessions.floor.announcements.END: sessions.floor.announcements.expire,
        RETENTION: retain(real_now),
        sessions.audience.SAMPLE: lambda work, session_id: sessions.audience.sample(work, session_id, real_now()),
    }
