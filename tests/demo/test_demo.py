"""The demo as a whole: four days of SMC 2020 without waiting, through the real sheets and real commands."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlmodel import Session, col, func, select

import matchmaking.figures
from matchmaking.tables import Occupancy, Participation
from server.database import make_engine, reading
from server.demo.live import demo_settings, free_port, live_through
from server.eventlog.log import Log
from server.eventlog.tables import EventStream
from server.live.topics import apply
from server.settings import Settings


@pytest.mark.long
def test_the_four_days_give_the_figures_that_the_event_log_gives(tmp_path: Path) -> None:
    port = free_port("127.0.0.1", 0)
    settings = demo_settings(Settings(), tmp_path, f"http://127.0.0.1:{port}")
    with (tmp_path / "told.txt").open("w") as told:
        figures = asyncio.run(live_through(settings, "127.0.0.1", port, 0.0, Console(file=told), stay=False))
    assert (figures["matched"], figures["requests_pending"], figures["in_progress"]) == (149, 0, 0)
    assert 100 <= figures["held"] <= 130
    assert figures["held"] + figures["not_held"] + figures["cancelled"] == 149
    assert (len(figures["countries"]), figures["sessions"]["ended"]) == (74, 14)
    assert 280 <= figures["guests"] <= 310 < figures["unique"]
    engine = make_engine(settings)
    with reading(engine) as db:
        assert parties(db) == (64, 85)
        stream = db.exec(select(EventStream)).one()
    events = Log(engine).read_now(stream.convention_id, 0, None, 1_000_000)
    assert [event.seq for event in events] == list(range(1, stream.last_seq + 1))
    state: dict[str, dict[str, Any]] = {}
    for event in events:
        if "organiser" in event.topics:
            state = apply(state, json.loads(event.data))
    told_of = {event.type for event in events}
    assert told_of >= {"question.answered", "poll.closed", "contest.revealed", "session.soon", "registration.changed"}
    recomputed = matchmaking.figures.figures_of_records(state["request"], state["meeting"])
    assert {key: figures[key] for key in recomputed} == recomputed
    engine.dispose()


def parties(db: Session) -> tuple[int, int]:
    """How many exhibitors and buyers there are, none of whom waits for a look; occupied time is left over."""
    assert db.exec(select(func.count()).select_from(Occupancy)).one() > 0
    assert not any(db.exec(select(Participation.needs_look)).all())
    count = select(func.count()).select_from(Participation)
    return db.exec(count.where(col(Participation.offers))).one(), db.exec(count.where(col(Participation.seeks))).one()
