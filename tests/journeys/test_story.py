"""A convention from its first command to its last figure, over real HTTP and real websockets, on both databases."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from matchmaking import figures as meeting_figures
from server.clock import SteppedClock
from sessions import figures as session_figures
from tests.factories import at
from tests.journeys.cast import Cast, gathered
from tests.journeys.follower import SOON


def test_convention_from_first_command_to_last_figure(tables_url: str, tmp_path: Path, clock: SteppedClock) -> None:
    async def story() -> None:
        async with gathered(tables_url, tmp_path, clock) as cast:
            await sheets_are_imported_and_looked_at(cast)
            await free_slots_are_seen_in_their_own_time(cast)
            meetings = await requests_are_asked_and_answered(cast)
            await meetings_are_held_or_not(cast, meetings)
            await the_programme_is_watched(cast)
            await figures_are_those_of_the_log(cast)

    asyncio.run(story())


async def sheets_are_imported_and_looked_at(cast: Cast) -> None:
    """1: the organiser is told; what nobody could read has no slots until it is confirmed."""
    exhibitors = (await cast.desk.hears("parties.imported"))["directory"]
    assert (exhibitors["exhibitors"], exhibitors["buyers"]) == (64, 0)
    everybody = (await cast.desk.hears("parties.imported"))["directory"]
    assert (everybody["exhibitors"], everybody["buyers"]) == (64, 85)
    findings = await cast.organiser.get("/findings")
    unclear = next(found["party"] for found in findings if found["value"] == "中?")
    assert (await cast.organiser.get(f"/parties/{cast['two'].party}/slots?by={unclear}"))["slots"] == []
    await cast.organiser.post(f"/parties/{unclear}/confirm", country="CN", zone="Asia/Shanghai")
    confirmed = (await cast.desk.hears("party.confirmed"))["directory"]
    assert confirmed["needs_look"] == everybody["needs_look"] - 1
    assert (await cast.organiser.get(f"/parties/{cast['two'].party}/slots?by={unclear}"))["slots"] != []


async def free_slots_are_seen_in_their_own_time(cast: Cast) -> None:
    """2: only slots in which both sides are awake and free; each shown day is marked where it differs."""
    slots = {city: await cast[city].slots(cast["two"]) for city in ("Ulaanbaatar", "Kathmandu", "São Paulo")}
    seen = {city: (min(found), len(found), found[min(found)]["reader"]) for city, found in slots.items()}
    assert seen == {
        "Ulaanbaatar": ("11-09 10:10", 52, wall("Asia/Ulaanbaatar", "2020-11-09", "09:10", "+08:00")),
        "Kathmandu": ("11-09 12:30", 36, wall("Asia/Kathmandu", "2020-11-09", "09:15", "+05:45")),
        "São Paulo": ("11-09 09:00", 4, wall("America/Sao_Paulo", "2020-11-08", "21:00", "-03:00")),
    }
    shifts = {city: {slot["day_shift"] for slot in found.values()} for city, found in slots.items()}
    assert shifts == {"Ulaanbaatar": {0}, "Kathmandu": {0}, "São Paulo": {-1}}


def wall(zone: str, date: str, time: str, offset: str) -> dict[str, str]:
    return {"zone": zone, "date": date, "time": time, "offset": offset}


async def requests_are_asked_and_answered(cast: Cast) -> dict[str, str]:
    """3: every step of every thread reaches both sides and the organiser; the meetings made."""
    return {
        "held": await accepted(cast),
        "missed": await countered_then_accepted(cast),
        "cancelled": await crossing_then_moved_then_cancelled(cast),
        "by phone": await assigned(cast),
    } | await refused_in_every_way(cast)


async def accepted(cast: Cast) -> str:
    request = await cast["Ulaanbaatar"].ask(cast["two"], "11-09 10:10")
    async with asyncio.timeout(SOON):
        assert (await cast.hear("request.sent", "Ulaanbaatar", "two"))["request"] == request
    answer = await cast["two"].client.post(f"/requests/{request['id']}/accept")
    agreed = await cast.hear("request.accepted", "Ulaanbaatar", "two")
    assert agreed["request"] == answer
    assert (answer["state"], answer["meeting"]) == ("accepted", agreed["meeting"]["id"])
    return str(answer["meeting"])


async def countered_then_accepted(cast: Cast) -> str:
    buyer, exhibitor = cast["Kathmandu"], cast["two"]
    request = await buyer.ask(exhibitor, "11-09 12:30")
    await cast.hear("request.sent", "Kathmandu", "two")
    other = (await exhibitor.slots(buyer))["11-09 15:25"]
    await exhibitor.client.post(f"/requests/{request['id']}/counter", slot=other["slot"])
    countered = (await cast.hear("request.countered", "Kathmandu", "two"))["request"]
    assert (countered["awaiting"], countered["starts_at"]) == (str(buyer.party), other["starts_at"])
    refused = await exhibitor.client.refused(f"/requests/{request['id']}/accept")
    assert refused[:2] == (403, "not_allowed")
    await buyer.client.post(f"/requests/{request['id']}/accept")
    meeting = (await cast.hear("request.accepted", "Kathmandu", "two"))["meeting"]
    assert meeting["starts_at"] == other["starts_at"]
    return str(meeting["id"])


async def crossing_then_moved_then_cancelled(cast: Cast) -> str:
    buyer, exhibitor = cast["São Paulo"], cast["two"]
    request = await buyer.ask(exhibitor, "11-10 09:00")
    await cast.hear("request.sent", "São Paulo", "two")
    crossing = await exhibitor.ask(buyer, "11-12 09:00")
    assert (crossing["id"], crossing["state"]) == (request["id"], "accepted")
    meeting = (await cast.hear("request.accepted", "São Paulo", "two"))["meeting"]
    slot = (await buyer.slots(exhibitor))["11-11 09:00"]
    await buyer.client.post(f"/meetings/{meeting['id']}/move", slot=slot["slot"])
    moved = (await cast.hear("meeting.moved", "São Paulo", "two"))["meeting"]
    assert (moved["id"], moved["starts_at"], moved["moves"]) == (meeting["id"], slot["starts_at"], 1)
    await exhibitor.client.post(f"/meetings/{meeting['id']}/cancel", code="cannot_attend", reason="a sick child")
    cancelled = (await cast.hear("meeting.cancelled", "São Paulo", "two"))["meeting"]
    assert (cancelled["state"], cancelled["cancelled_for"]) == ("cancelled", "cannot_attend")
    assert "11-11 09:00" in await buyer.slots(exhibitor)
    return str(meeting["id"])


async def assigned(cast: Cast) -> str:
    one, other = cast["twenty-four"], cast["Ulaanbaatar"]
    slot = (await other.slots(one))["11-10 10:10"]["slot"]
    made = await cast.organiser.post("/meetings", one=str(one.party), other=str(other.party), slot=slot)
    assert (await cast.hear("meeting.assigned", "twenty-four", "Ulaanbaatar"))["meeting"] == made
    return str(made["id"])


async def refused_in_every_way(cast: Cast) -> dict[str, str]:
    """Declined (and cooling down), withdrawn, and, when nobody answers, expired."""
    declined = await cast["Kathmandu"].ask(cast["twenty-four"], "11-11 13:05")
    await cast["twenty-four"].client.post(f"/requests/{declined['id']}/decline")
    await cast.hear("request.declined", "Kathmandu", "twenty-four")
    slot = (await cast["Kathmandu"].slots(cast["twenty-four"]))["11-11 13:05"]["slot"]
    again = await cast["Kathmandu"].client.refused("/requests", to=str(cast["twenty-four"].party), slot=slot)
    assert again[:2] == (409, "cooling_down")

    withdrawn = await cast["Ulaanbaatar"].ask(cast["thirteen"], "11-11 10:45")
    assert "11-11 10:45" not in await cast["Ulaanbaatar"].slots(cast["thirteen"])
    await cast["Ulaanbaatar"].client.post(f"/requests/{withdrawn['id']}/withdraw")
    await cast.hear("request.withdrawn", "Ulaanbaatar", "thirteen")
    assert "11-11 10:45" in await cast["Ulaanbaatar"].slots(cast["thirteen"])

    expired = await cast["São Paulo"].ask(cast["twenty-four"], "11-11 07:10")
    await cast.house.move_to(cast.house.clock.now() + timedelta(hours=24))
    assert (await cast.hear("request.expired", "São Paulo", "twenty-four"))["request"]["id"] == expired["id"]
    return {}


async def meetings_are_held_or_not(cast: Cast, meetings: dict[str, str]) -> None:
    """4: at its time, by timers and by who comes, with evidence."""
    await cast.organiser.put("/instructions", channel="zoom", kind="link", value="https://zoom.us/j/1")
    await held(cast, meetings["held"])
    await missed_then_corrected(cast, meetings["missed"])
    await confirmed_by_both(cast, meetings["by phone"])


async def held(cast: Cast, meeting: str) -> None:
    buyer, exhibitor = cast["Ulaanbaatar"].client, cast["two"].client
    assert (await buyer.get(f"/meetings/{meeting}/how-to-join"))["instructions"] == [
        {"channel": "zoom", "kind": "link", "value": "https://zoom.us/j/1", "inherited": True}
    ]
    early = await buyer.refused(f"/meetings/{meeting}/join")
    assert early[:2] == (409, "not_joinable")
    await cast.house.move_to(at("2020-11-09 10:10"))
    assert (await cast.hear("meeting.started", "Ulaanbaatar", "two"))["meeting"]["state"] == "in_progress"
    for client in (buyer, exhibitor):
        await client.post(f"/meetings/{meeting}/join", person=str(client.person))
        await cast.hear("meeting.joined", "Ulaanbaatar", "two")
    await cast.house.move_to(at("2020-11-09 10:16"))
    for client in (buyer, exhibitor):
        await client.post(f"/meetings/{meeting}/leave")
        await cast.hear("meeting.left", "Ulaanbaatar", "two")
    over = (await cast.hear("meeting.ended", "Ulaanbaatar", "two"))["meeting"]
    assert (over["state"], over["outcome"], over["outcome_source"]) == ("ended", "held", "measured")


async def missed_then_corrected(cast: Cast, meeting: str) -> None:
    absent = [str(cast["Kathmandu"].party)]
    await cast.house.move_to(at("2020-11-09 15:25"))
    # Their second representative, whom nobody has named and who has no login: the organiser sees them come.
    sits = (await cast.hear("meeting.started", "Kathmandu", "two"))["meeting"]["attendees"]
    colleague = next(seat["person"] for seat in sits if seat["party"] == str(cast["two"].party))
    assert colleague != str(cast["two"].client.person)
    await cast.organiser.post(f"/meetings/{meeting}/join", person=colleague)
    await cast.house.move_to(at("2020-11-09 15:28"))
    assert (await cast.hear("meeting.not_joined", "Kathmandu", "two"))["meeting"]["missing"] == absent
    await cast.desk.counted("organiser", not_joined=1, in_progress=1)
    await cast.house.move_to(at("2020-11-09 15:35"))
    assert (await cast.hear("meeting.no_show", "Kathmandu", "two"))["meeting"]["no_show"] == absent
    await cast.house.move_to(at("2020-11-09 15:55"))
    over = (await cast.hear("meeting.ended", "Kathmandu", "two"))["meeting"]
    assert (over["outcome"], over["outcome_reason"], over["no_show"]) == ("not_held", "absent", absent)
    await cast.desk.counted("organiser", not_held=1, no_show=1, held=1)
    person = str(cast["Kathmandu"].client.person)
    stay = {"person": person, "joined_at": "2020-11-09T06:30:00Z", "left_at": "2020-11-09T06:50:00Z"}
    await cast.organiser.post(f"/meetings/{meeting}/attendance", **stay)
    corrected = (await cast.hear("meeting.corrected", "Kathmandu", "two"))["meeting"]
    assert (corrected["outcome"], corrected["no_show"], corrected["missing"]) == ("held", [], [])


async def confirmed_by_both(cast: Cast, meeting: str) -> None:
    await cast.house.move_to(at("2020-11-10 10:40"))
    over = (await cast.hear("meeting.ended", "Ulaanbaatar", "twenty-four"))["meeting"]
    assert (over["outcome"], over["outcome_reason"]) == ("not_held", "absent")
    for name in ("Ulaanbaatar", "twenty-four"):
        await cast[name].client.post(f"/meetings/{meeting}/confirm")
        said = (await cast.hear("meeting.corrected", "Ulaanbaatar", "twenty-four"))["meeting"]
    assert (said["outcome"], said["outcome_source"]) == ("held", "both_sides")


async def the_programme_is_watched(cast: Cast) -> None:
    """5: a session goes live and ends by its timers; viewers come and go, and the organiser's figures move."""
    async with AsyncExitStack() as leaving:
        await watched(cast, leaving)


async def watched(cast: Cast, leaving: AsyncExitStack) -> None:
    title = {"ko": "의료관광의 내일", "en": "Medical tourism tomorrow", "original": "ko"}
    times = {"starts_at": "2020-11-11T01:00:00Z", "ends_at": "2020-11-11T01:30:00Z"}
    talk = await cast.organiser.post("/programme", title=title, kind="keynote", **times)
    await cast.hear("session.planned")
    topic = f"session:{talk['id']}"
    viewers = [await leaving.enter_async_context(cast[city].client.follow(topic)) for city in ("Ulaanbaatar", "two")]
    await cast.house.move_to(at("2020-11-11 10:00"))
    assert (await viewers[0].hears("session.went_live"))["session"]["state"] == "live"
    await cast.desk.counted("organiser", concurrent=2, unique=2)
    async with cast["Kathmandu"].client.follow(topic) as third:
        await cast.desk.counted("organiser", concurrent=3, unique=3)
        await third.counted(topic, concurrent=3)
        await cast.house.move_to(at("2020-11-11 10:01"))
        sampled = (await cast.hear("audience.sampled"))["audience"]
        assert (sampled["concurrent"], sampled["peak"], sampled["unique"]) == (3, 3, 3)
    await cast.desk.counted("organiser", 20.0, concurrent=2, unique=3, peak=3)
    await cast.house.move_to(at("2020-11-11 10:30"))
    assert (await viewers[0].hears("session.ended"))["session"]["state"] == "ended"
    await cast.desk.counted("organiser", concurrent=0, unique=3, peak=3)


async def figures_are_those_of_the_log(cast: Cast) -> None:
    """Every figure has a definition, and folding the log's events gives the same figures."""
    shown = await cast.organiser.get("/figures")
    assert shown["figures"].keys() == shown["definitions"].keys()
    state: dict[str, dict[str, Any]] = {}
    log = (await cast.house.fair()).events()
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    for event in log:
        assert "organiser" in event.topics
        for collection, record in json.loads(event.data).items():
            state.setdefault(collection, {})[record["id"]] = record
    assert {name: state[name] for name in ("request", "meeting", "session", "audience")} == {
        name: cast.desk.states["organiser"][name] for name in ("request", "meeting", "session", "audience")
    }
    recomputed = {
        **meeting_figures.figures_of_records(state["request"], state["meeting"]),
        **session_figures.figures_of_records(state["session"], state["audience"]).model_dump(mode="json"),
    }
    assert shown["figures"] == recomputed
    meetings = {"matched": 4, "scheduled": 3, "in_progress": 0, "held": 3, "not_held": 0, "cancelled": 1}
    other = {"not_joined": 0, "no_show": 0, "requests_pending": 0, "concurrent": 0, "peak": 3, "unique": 3}
    assert recomputed.items() >= {**meetings, **other}.items()
