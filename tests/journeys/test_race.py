"""Two hundred buyers race for fifty slots over HTTP, on both databases, with and without what guards them.

One writer a process runs the commands one after another, and each looks who is taken before it takes somebody: that
alone would keep bookings apart here, however broken the unique key was. So the server is also run blind, where it
chooses people without looking, and nothing but the key can refuse; and blind with the key taken away, where double
bookings must come, or the race proves nothing.
"""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from server.clock import SteppedClock
from server.database import writing
from server.settings import Settings
from tests.journeys.crowd import BUYERS, SLOTS, SLUG, Crowd, Race, make_crowd, run_race
from tests.journeys.house import opened


def take_key_away(engine: Engine) -> None:
    """Let the table of occupancy be as it is, without its primary key."""
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE unguarded AS SELECT * FROM occupancy"))
        connection.execute(text("DROP TABLE occupancy"))
        connection.execute(text("ALTER TABLE unguarded RENAME TO occupancy"))


def raced(settings: Settings, *, guarded: bool = True) -> tuple[Crowd, Race]:
    """The race at a server of its own with these settings."""
    crowd = make_crowd(settings)
    if not guarded:
        take_key_away(crowd.fair.engine)

    async def race() -> Race:
        async with opened(settings, SteppedClock(datetime.now(UTC)), SLUG) as house:
            return await run_race(crowd, house.address)

    done = asyncio.run(race())
    events = crowd.fair.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert crowd.booked() == done.won
    return crowd, done


@pytest.mark.parametrize("blind", [False, True], ids=["looking", "blind"])
def test_nobody_is_booked_twice(own_settings: Settings, blind: bool) -> None:
    crowd, race = raced(own_settings.model_copy(update={"blind_to_occupancy": blind}))
    try:
        assert crowd.double_bookings() == []
        assert set(crowd.cells_held().values()) == {1}
        assert len(crowd.cells_held()) == 2 * 7 * SLOTS
        assert race.statuses.keys() == {201, 409}
        assert sorted(race.won.values()) == sorted(crowd.slots)
        assert len(race.lost) == BUYERS - SLOTS
        assert race.statuses[409] > len(race.lost), "nobody was offered an alternative"
        assert {(lost["code"], lost["status"]) for lost in race.lost} == {("slot_taken", 409)}
    finally:
        crowd.fair.engine.dispose()


def test_without_the_unique_key_people_are_booked_twice(own_settings: Settings) -> None:
    crowd, race = raced(own_settings.model_copy(update={"blind_to_occupancy": True}), guarded=False)
    try:
        assert crowd.double_bookings() != []
        assert len(race.won) > SLOTS
    finally:
        crowd.fair.engine.dispose()
