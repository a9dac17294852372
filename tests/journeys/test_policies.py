"""The convention's rules, as those who ask meet them over HTTP, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from server.clock import SteppedClock
from tests.factories import at
from tests.journeys.cast import Cast, Seat, gathered

Chapter = Callable[[Cast], Awaitable[None]]


async def caps_hold_for_the_whole_organisation(cast: Cast) -> None:
    await cast.organiser.put("/policies", open_requests=1, daily_requests=2)
    buyer = cast["Ulaanbaatar"]
    first = await buyer.ask(cast["two"], "11-09 10:10")
    slots = await buyer.slots(cast["thirteen"])
    ask = {"to": str(cast["thirteen"].party), "slot": slots["11-09 11:20"]["slot"]}
    status, code, problem = await buyer.client.refused("/requests", **ask)
    assert (status, code, problem["limit"]) == (409, "too_many_open", 1)
    await buyer.client.post(f"/requests/{first['id']}/withdraw")
    second = await buyer.client.post("/requests", **ask)
    await buyer.client.post(f"/requests/{second['id']}/withdraw")
    status, code, problem = await buyer.client.refused("/requests", **ask)
    assert (status, code, problem["limit"]) == (409, "too_many_today", 2)
    assert problem["next_day"] == "2020-11-02T15:00:00Z"  # midnight in Seoul
    await cast.house.move_to(at("2020-11-03 00:00"))
    await buyer.client.post("/requests", **ask)


async def declined_side_cools_down_and_the_other_may_ask(cast: Cast) -> None:
    buyer, exhibitor = cast["Kathmandu"], cast["twenty-four"]
    request = await buyer.ask(exhibitor, "11-09 13:05")
    await exhibitor.client.post(f"/requests/{request['id']}/decline")
    slot = (await buyer.slots(exhibitor))["11-09 13:05"]["slot"]
    status, code, problem = await buyer.client.refused("/requests", to=str(exhibitor.party), slot=slot)
    assert (status, code, problem["until"]) == (409, "cooling_down", "2020-11-03T00:00:00Z")
    theirs = await exhibitor.ask(buyer, "11-09 13:05")
    await exhibitor.client.post(f"/requests/{theirs['id']}/withdraw")
    await cast.house.move_to(cast.house.clock.now() + timedelta(hours=24))
    await buyer.ask(exhibitor, "11-09 13:05")


async def who_may_ask_whom_is_the_conventions_word(cast: Cast) -> None:
    buyer, exhibitor = cast["Ulaanbaatar"], cast["two"]
    slot = (await buyer.slots(exhibitor))["11-09 10:10"]["slot"]
    colleagues = await exhibitor.client.refused("/requests", to=str(cast["thirteen"].party), slot=slot)
    assert colleagues[:2] == (403, "wrong_direction")
    await cast.organiser.put("/policies", who_may_ask=["exhibitor_to_buyer"])
    assert (await buyer.client.refused("/requests", to=str(exhibitor.party), slot=slot))[:2] == (403, "wrong_direction")
    await exhibitor.client.post("/requests", to=str(buyer.party), slot=slot)


async def each_command_has_its_window(cast: Cast) -> None:
    buyer, exhibitor = cast["Ulaanbaatar"], cast["two"]
    now = cast.house.clock.now()
    pending = await buyer.ask(exhibitor, "11-09 10:10")
    await cast.organiser.put("/windows", phase="requests", opens_at=iso(now, -2), closes_at=iso(now, -1))
    slot = (await buyer.slots(cast["thirteen"]))["11-09 11:20"]["slot"]
    status, code, problem = await buyer.client.refused("/requests", to=str(cast["thirteen"].party), slot=slot)
    assert (status, code) == (409, "phase_closed")
    assert problem["windows"] == {"requests": {"opens_at": iso(now, -2), "closes_at": iso(now, -1)}}
    # What is pending stays answerable until the answers' deadline, and expires with it.
    await cast.organiser.put("/windows", phase="answers", opens_at=iso(now, -2), closes_at=iso(now, 1))
    assert (await exhibitor.live.hears("request.deadline_moved"))["request"]["expires_at"] == iso(now, 1)
    assert (await exhibitor.client.get("/requests"))["items"] == [exhibitor.live.states["me"]["request"][pending["id"]]]
    await cast.house.move_to(now + timedelta(hours=1))
    assert (await exhibitor.live.hears("request.expired"))["request"]["id"] == pending["id"]
    late = await exhibitor.client.refused(f"/requests/{pending['id']}/accept")
    assert late[:2] == (409, "phase_closed")


async def no_thanks_answers_like_a_full_calendar(cast: Cast) -> None:
    """Byte for byte, but for the party's own id."""
    fair = await cast.house.fair()
    only: dict[str, Any] = {"hours": ((610, 640),), "dates": [at("2020-11-09 10:00").date()]}
    full, unwilling = fair.exhibitor(**only), fair.exhibitor(**only)
    slot = (await cast["two"].slots(cast["Ulaanbaatar"]))["11-09 10:10"]["slot"]
    await cast["Kathmandu"].client.put(f"/parties/{cast['two'].party}/wish", wish="meet")
    await cast.organiser.put(f"/parties/{cast['Ulaanbaatar'].party}/wish", wish="no_thanks", by=str(unwilling.id))
    await cast.organiser.post("/meetings", one=str(full.id), other=str(fair.buyer().id), slot=slot)
    answers = [await everything_about(cast["Ulaanbaatar"], party.id, slot) for party in (full, unwilling)]
    assert answers[0] == answers[1]
    assert b'"code":"slot_taken"' in answers[0]
    assert "preference" not in {event["event"].split(".")[0] for event in cast["Ulaanbaatar"].live.events}


async def everything_about(reader: Seat, party: UUID, slot: str) -> bytes:
    """What a reader is answered about a party's calendar and to a request for it, without the party's id."""
    free = await reader.client.send("GET", f"/parties/{party}/slots")
    asked = await reader.client.send("POST", "/requests", {"to": str(party), "slot": slot})
    named = b"%d %s %d %s" % (free.status_code, free.content, asked.status_code, asked.content)
    return named.replace(str(party).encode(), b"PARTY")


async def an_exhibitor_meets_in_parallel_as_often_as_it_has_people(cast: Cast) -> None:
    buyers = [cast[city] for city in ("Ulaanbaatar", "Kathmandu")]
    for buyer in buyers:
        await buyer.ask(cast["two"], "11-09 13:05")  # two representatives
    third = (await cast.house.fair()).buyer()
    slots = await cast.organiser.get(f"/parties/{cast['two'].party}/slots?by={third.id}")
    times = [slot["convention"]["time"] for slot in slots["slots"] if slot["convention"]["date"] == "2020-11-09"]
    assert "13:05" not in times
    assert "12:30" in times


def iso(now: Any, hours: int) -> str:
    return str((now + timedelta(hours=hours)).isoformat()).replace("+00:00", "Z")


CHAPTERS: list[Chapter] = [
    caps_hold_for_the_whole_organisation,
    declined_side_cools_down_and_the_other_may_ask,
    who_may_ask_whom_is_the_conventions_word,
    each_command_has_its_window,
    no_thanks_answers_like_a_full_calendar,
    an_exhibitor_meets_in_parallel_as_often_as_it_has_people,
]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__)
def test_policies(chapter: Chapter, tables_url: str, tmp_path: Path, clock: SteppedClock) -> None:
    async def told() -> None:
        async with gathered(tables_url, tmp_path, clock) as cast:
            await chapter(cast)

    asyncio.run(told())
