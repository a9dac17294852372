"""A talk on the programme of the convention under test, and those who watch it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.database import reading
from server.ids import new_id
from sessions.audience import keep_presence
from sessions.entries import ProgrammeEntry, entry
from sessions.events import SessionRecord
from sessions.floor.rules import FloorOffer
from sessions.programme import Kind, plan
from sessions.stays import Came, Went
from tests.factories import Fair, at

TITLE = {"ko": "의료관광의 내일", "en": "Medical tourism tomorrow", "original": "ko"}
TEN, HALF_PAST_TEN = at("2020-11-09 10:00"), at("2020-11-09 10:30")
# Far ahead, so that what is handed in then has not expired for timers either, which look at the real clock.
REAL = datetime(2100, 1, 1, tzinfo=UTC)
LIFETIME = timedelta(seconds=10)


def talk(fair: Fair, **changed: Any) -> SessionRecord:
    """A talk from ten to half past ten on the first day, unless said otherwise."""
    usual: dict[str, Any] = {"title": TITLE, "kind": Kind.TALK, "starts_at": TEN, "ends_at": HALF_PAST_TEN}
    return fair.perform(SYSTEM, plan, **{**usual, **changed})


def record(session_id: UUID, **changed: Any) -> SessionRecord:
    """That talk as its readers see it, unless said otherwise."""
    usual: dict[str, Any] = {
        "id": session_id,
        "kind": "talk",
        "track": "",
        "state": "scheduled",
        "starts_at": TEN,
        "ends_at": HALF_PAST_TEN,
        "live_at": None,
        "ended_at": None,
        "version": 1,
    }
    return SessionRecord(**{**usual, **changed})


def shown(session: SessionRecord, **changed: Any) -> ProgrammeEntry:
    """That talk with its texts and nothing else, unless said otherwise."""
    nothing: dict[str, Any] = {
        **{name: {} for name in ("abstract", "notice")},
        "floor": FloorOffer(),
        **{name: [] for name in ("languages", "parts", "channels", "materials")},
        "title": TITLE,
        "run_by": "timer",
        "places": None,
    }
    return ProgrammeEntry(**{**session.model_dump(), **nothing, **changed})


def read(fair: Fair, session_id: UUID) -> ProgrammeEntry:
    """The session as the programme page shows it."""
    with reading(fair.engine) as db:
        found = entry(db, fair.id, session_id)
    assert found is not None
    return found


def watch(
    fair: Fair,
    session_id: UUID,
    newcomers: Sequence[tuple[UUID, str | None]] = (),
    *,
    concurrent: int = 0,
    process: str = "one",
    real_now: datetime = REAL,
    guests: bool = False,
    went: Sequence[UUID] = (),
) -> list[UUID]:
    """A server process hands in who is there, who has come now, and which stays end now; the ids of the new stays."""
    now = fair.clock.now()
    came = [Came(session_id, new_id(), person, country, guests, now) for person, country in newcomers]
    gone = [Went(session_id, stay, now) for stay in went]
    counts = {session_id: (concurrent, {"KR": concurrent})}
    fair.perform(SYSTEM, keep_presence, process, counts, came, gone, real_now, LIFETIME)
    return [one.stay for one in came]
