"""A talk on the programme of the convention under test, and those who watch it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.database import reading
from sessions.audience import keep_presence
from sessions.events import SessionRecord
from sessions.programme import Kind, plan
from sessions.queries import ProgrammeEntry, entry
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
) -> None:
    """A server process hands in who is there and who is new."""
    counts = {session_id: (concurrent, {"KR": concurrent})}
    new = [(session_id, person, country) for person, country in newcomers]
    fair.perform(SYSTEM, keep_presence, process, counts, new, real_now, LIFETIME)
