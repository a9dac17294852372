"""The organiser's story of a schedule: wishes come in, two drafts are compared, one is edited, made again and
published; a buyer drops out, and the desk repairs what that left. Over real HTTP and real websockets."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.clock import SteppedClock
from tests.factories import at
from tests.journeys.cast import DEMO_DATA, Cast, Seat, gathered

SEARCH = 60.0  # seconds: a process of its own, on a busy machine


def test_schedule_from_wishes_to_rescue(tables_url: str, tmp_path: Path, clock: SteppedClock) -> None:
    async def story() -> None:
        async with gathered(tables_url, tmp_path, clock) as cast:
            await wishes_are_imported(cast)
            first = await searched(cast, title="First", seed=1, policy={"effort": "quick"})
            second = await searched(cast, title="Gentle", seed=2, policy={"effort": "quick", "most_a_day": 2})
            await two_drafts_are_compared(cast, first, second)
            edited = await three_are_pinned_and_one_is_banned(cast, first)
            final = await searched(cast, title="Final", seed=1, based_on=first["id"], policy={"effort": "quick"})
            await pins_and_bans_are_kept(cast, final, edited)
            await published_in_one_act(cast, final)
            await a_buyer_drops_out_and_the_desk_repairs(cast)
            await two_who_wait_are_brought_together(cast)

    asyncio.run(story())


async def wishes_are_imported(cast: Cast) -> None:
    """The sheet as organisers get it: taken once, and the second time there is nothing new in it."""
    report = await cast.organiser.upload("/imports/wishes", DEMO_DATA / "wishes.csv")
    assert not report["stopped"], report
    again = await cast.organiser.upload("/imports/wishes", DEMO_DATA / "wishes.csv")
    assert (again["created"], again["updated"]) == ([], [])
    wished = await every(cast, "/wishes")
    assert len(wished) > 250
    assert {one["wish"] for one in wished} == {"must_meet", "meet", "no_thanks"}


async def every(cast: Cast, path: str) -> list[dict[str, Any]]:
    """All items of a list that is paged."""
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await cast.organiser.get(f"{path}{'&' if '?' in path else '?'}limit=200{after and f'&after={after}'}")
        items += page["items"]
        if page["next"] is None:
            return items
        after = page["next"]


async def searched(cast: Cast, **wanted: Any) -> dict[str, Any]:
    """A draft that was asked for, heard of at each step, and is done."""
    draft = await cast.organiser.post("/drafts", **wanted)
    assert (await cast.desk.hears("draft.queued"))["draft"] == draft
    assert (await cast.desk.hears("draft.begun", SEARCH))["draft"]["id"] == draft["id"]
    done: dict[str, Any] = (await cast.desk.hears("draft.finished", SEARCH))["draft"]
    quality = done["quality"]
    assert quality["meetings"] > 50
    assert quality["weight"] <= quality["bound"]
    assert quality["gap_percent"] < 1.0
    unserved = await every(cast, f"/drafts/{draft['id']}/unserved")
    assert len(unserved) == quality["unserved"]
    assert all(one["reason"] for one in unserved), "everybody who got less is told why"
    return done


async def two_drafts_are_compared(cast: Cast, first: dict[str, Any], second: dict[str, Any]) -> None:
    seen = await cast.organiser.get(f"/drafts/compare?first={first['id']}&second={second['id']}")
    assert [quality["weight"] for quality in seen["quality"]] == [d["quality"]["weight"] for d in (first, second)]
    of_first = seen["same_count"] + seen["moved_count"] + seen["only_first_count"]
    of_second = seen["same_count"] + seen["moved_count"] + seen["only_second_count"]
    assert (of_first, of_second) == (first["quality"]["meetings"], second["quality"]["meetings"])


async def three_are_pinned_and_one_is_banned(cast: Cast, draft: dict[str, Any]) -> dict[str, Any]:
    meetings = await every(cast, f"/drafts/{draft['id']}/meetings")
    pinned, banned = meetings[:3], meetings[3]
    for one in pinned:
        await cast.organiser.post(f"/drafts/{draft['id']}/meetings/{one['id']}/pin")
        assert (await cast.desk.hears("draft.edited"))["draft"]["id"] == draft["id"]
    await cast.organiser.post(f"/drafts/{draft['id']}/meetings/{banned['id']}/ban")
    assert (await cast.desk.hears("pair.ruled"))["pair_rule"]["rule"] == "ban"
    return {"pinned": pinned, "banned": banned}


async def pins_and_bans_are_kept(cast: Cast, draft: dict[str, Any], edited: dict[str, Any]) -> None:
    slots = {tuple(one["parties"]): one["slot"] for one in await every(cast, f"/drafts/{draft['id']}/meetings")}
    for one in edited["pinned"]:
        assert slots[tuple(one["parties"])] == one["slot"]
    assert tuple(edited["banned"]["parties"]) not in slots


async def published_in_one_act(cast: Cast, draft: dict[str, Any]) -> None:
    """All its meetings are there at once, nobody is in two at a time, and whoever has one is told."""
    planned = await every(cast, f"/drafts/{draft['id']}/meetings")
    assert await every(cast, "/meetings") == []
    published = await cast.organiser.post(f"/drafts/{draft['id']}/publish")
    assert (published["state"], published["lost"]) == ("published", 0)
    told = (await cast.desk.hears("draft.published"))["draft"]
    assert told["id"] == draft["id"]
    meetings = await every(cast, "/meetings")
    assert len(meetings) == len(planned)
    nobody_is_in_two_places(meetings)
    for seat in cast.people.values():
        mine = [meeting for meeting in meetings if str(seat.party) in parties_of(meeting)]
        for _ in mine:
            assert (await seat.live.hears("meeting.assigned"))["meeting"]["state"] == "scheduled"
    refused = await cast.organiser.refused(f"/drafts/{draft['id']}/publish")
    assert refused[:2] == (409, "wrong_state")


def parties_of(meeting: dict[str, Any]) -> set[str]:
    return {one["party"] for one in meeting["attendees"] if one["party"]}


def nobody_is_in_two_places(meetings: list[dict[str, Any]]) -> None:
    times = [(one["person"], m["starts_at"]) for m in meetings for one in m["attendees"] if m["state"] == "scheduled"]
    assert len(times) == len(set(times))


async def a_buyer_drops_out_and_the_desk_repairs(cast: Cast) -> None:
    """What is proposed when a buyer is gone is done, all or nothing: its meetings are off, others get its times."""
    meetings = await every(cast, "/meetings")
    by_party: dict[str, list[dict[str, Any]]] = {}
    for meeting in meetings:
        for party in parties_of(meeting):
            by_party.setdefault(party, []).append(meeting)
    buyers = {str(seat.party) for name, seat in cast.people.items() if name[0].isupper()}
    gone = max(buyers & by_party.keys(), key=lambda party: len(by_party[party]))
    untouched = {m["id"]: m["starts_at"] for m in meetings if gone not in parties_of(m)}
    proposal = await cast.organiser.get(f"/rescue/repair?gone={gone}")
    called_off = {step["meeting"] for step in proposal["steps"] if step["what"] == "call_off"}
    assert called_off == {meeting["id"] for meeting in by_party[gone]}
    steps = [
        {name: step[name] for name in ("what", "one", "other", "meeting", "version", "slot")}
        for step in proposal["steps"]
    ]
    repaired = await cast.organiser.post("/rescue/repair", steps=steps)
    assert len(repaired["meetings"]) == len(steps)
    for _ in called_off:
        await cast.desk.hears("meeting.cancelled")
    after = {m["id"]: m for m in await every(cast, "/meetings")}
    moved = [one for one, starts_at in untouched.items() if after[one]["starts_at"] != starts_at]
    assert len(moved) == proposal["moved"] <= 2, "as few as possible of those who had nothing to do with it"
    assert {after[meeting]["state"] for meeting in called_off} == {"cancelled"}
    nobody_is_in_two_places(list(after.values()))


async def two_who_wait_are_brought_together(cast: Cast) -> None:
    """The standby list has who could meet now; the first acceptance holds the slot, the second makes the meeting."""
    one, other = cast["two"], cast["Ulaanbaatar"]
    await free_for_each_other(cast, one, other)
    await cast.house.move_to(at("2020-11-12 15:00") - timedelta(minutes=5))
    waiting = await cast.organiser.get("/rescue/standby?slots=6&limit=200")
    pair = {str(one.party), str(other.party)}
    found = next((w for w in waiting if {w["one"], w["other"]} == pair), None)
    if found is None:
        pytest.fail(f"the two are not on the list: {waiting[:3]}")
    proposal = await cast.organiser.post(
        "/rescue/proposals", one=found["one"], other=found["other"], slot=found["slot"]
    )
    for seat in (one, other):
        assert (await seat.live.hears("standby.offered"))["standby"]["id"] == proposal["id"]
    held = await one.client.post(f"/rescue/proposals/{proposal['id']}/accept")
    assert (held["state"], held["held_by"]) == ("held", str(one.party))
    made = await other.client.post(f"/rescue/proposals/{proposal['id']}/accept")
    assert made["state"] == "agreed"
    meeting = await cast.organiser.get(f"/meetings/{made['meeting']}")
    assert parties_of(meeting) == pair


async def free_for_each_other(cast: Cast, one: Seat, other: Seat) -> None:
    """They have no meeting yet, and one of them would like one."""
    for meeting in await every(cast, "/meetings"):
        if meeting["state"] == "scheduled" and {str(one.party), str(other.party)} == parties_of(meeting):
            await cast.organiser.post(f"/meetings/{meeting['id']}/cancel", code="cannot_attend")
    await other.client.put(f"/parties/{one.party}/wish", wish="must_meet")
