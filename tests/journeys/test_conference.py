"""One conference day with every kind of session, over real HTTP, websockets and server-sent events, on both databases.

Convention time is moved by the test; everything else is as it is for those who take part.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from server.clock import SteppedClock
from tests.factories import at
from tests.journeys.conference import VIEWERS, Conference, both, planned
from tests.journeys.follower import Follower


def test_a_conference_day(tables_url: str, tmp_path: Path, clock: SteppedClock) -> None:
    async def story() -> None:
        async with planned(tables_url, tmp_path, clock) as day:
            await the_programme_is_announced(day)
            await places_are_taken_and_given_up(day)
            await only_the_invited_know(day)
            await the_opening_is_watched_from_everywhere(day)
            await the_panel_is_asked_and_chaired(day)
            await a_poll_is_taken(day)
            await somebody_comes_on_stage(day)
            await the_contest_is_judged_and_revealed(day)
            await the_studio_sells_on_air(day)
            await the_lecture_is_moved_and_paused(day)
            await attendance_is_counted(day)
            await everybody_holds_what_a_newcomer_is_given(day)

    asyncio.run(story())


async def the_programme_is_announced(day: Conference) -> None:
    """Who takes part sees what is theirs, who is nobody what is public, and planners everything."""
    kinds = {session["kind"] for session in (await day.people["anna"].get("/programme"))["sessions"]}
    assert kinds == day.sessions.keys() - {"talk"}
    public = (await day.public()).json()
    assert {session["kind"] for session in public["programme"]["sessions"]} == {
        "ceremony",
        "live_commerce",
        "public_lecture",
    }
    draft = await day.organiser.post(
        "/programme",
        title=both("Late"),
        kind="talk",
        starts_at="2020-11-09T20:00",
        ends_at="2020-11-09T20:30",
        state="draft",
    )
    assert (await day.people["anna"].send("GET", f"/programme/{draft['id']}")).status_code == 404
    await day.organiser.post(f"/programme/{draft['id']}/publish", settled=True)
    for name in VIEWERS:
        assert (await day.live[name].hears("session.published"))["session"]["id"] == draft["id"]
    await day.organiser.post(f"/programme/{draft['id']}/cancel")
    assert (await day.live["anna"].hears("session.cancelled"))["session"]["state"] == "cancelled"


async def places_are_taken_and_given_up(day: Conference) -> None:
    """Two places, three people: the third waits, and moves up when the first gives hers up."""
    here = day.at("workshop", "/registration")
    states = [(await day.people[name].post(here))["state"] for name in VIEWERS]
    assert states == ["registered", "registered", "waiting"]
    given_up = await day.people["anna"].send("DELETE", here)
    assert given_up.json()["state"] == "cancelled"
    await day.live["chen"].until(lambda: place_of(day.live["chen"], day.sessions["workshop"]) == "registered")
    entry = await day.people["anna"].get(day.at("workshop"))
    assert (entry["places"], entry["channels"]) == (2, [])


def place_of(live: Follower, session: str) -> str | None:
    """How somebody's place in a session stands."""
    places = live.states["me"].get("registration", {}).values()
    return next((str(place["state"]) for place in places if place["session"] == session), None)


async def only_the_invited_know(day: Conference) -> None:
    """A session by invitation is there for who is invited, and for nobody else."""
    talk = day.at("talk")
    assert (await day.people["anna"].send("GET", talk)).status_code == 404
    await day.organiser.post(f"{talk}/places", people=[str(day.people["anna"].person)])
    me = day.live["anna"]
    await me.until(lambda: day.sessions["talk"] in me.states["me"].get("session", {}))
    assert (await day.people["anna"].get(talk))["kind"] == "talk"
    assert (await day.people["batu"].send("GET", talk)).status_code == 404


async def the_opening_is_watched_from_everywhere(day: Conference) -> None:
    """It begins by itself; members and guests are counted by country; a guest by server-sent events hears of it."""
    async with day.events("public") as frames:
        assert (await anext(frames))["type"] == "snapshot"
        anna, guest = await day.watch("anna", "ceremony"), await day.watch_as_guest("ceremony")
        await day.house.move_to(at("2020-11-09 08:50"))
        assert (await anna.hears("session.soon"))["session"]["soon_at"] == "2020-11-08T23:50:00Z"
        await day.house.move_to(at("2020-11-09 09:00"))
        for live in (anna, guest, day.live["batu"]):
            assert (await live.hears("session.went_live"))["session"]["state"] == "live"
        heard = [frame["event"] async for frame in until(frames, "session.went_live")]
        assert heard[-2:] == ["session.soon", "session.went_live"]
    for live in (anna, guest):
        await live.counted(day.topic("ceremony"), concurrent=2)
    socket = guest._socket
    assert socket is not None
    await socket.send(json.dumps({"type": "react", "topic": day.topic("ceremony"), "reaction": "clap"}))
    await anna.counted(day.topic("ceremony"), reactions={"clap": 1})
    await day.house.parts.settle()
    await day.house.move_to(at("2020-11-09 09:01"))
    sampled = (await anna.hears("audience.sampled"))["audience"]
    assert (sampled["concurrent"], sampled["unique"], sampled["countries"]) == (2, 2, {"BR": 1, "KR": 1})
    made = await day.organiser.post("/announcements", text=both("Lunch is at noon"))
    told = (await day.live["chen"].hears("announcement.made"))["announcement"]
    assert told["id"] == made["id"]
    await day.house.move_to(at("2020-11-09 09:41"))
    assert (await guest.hears("session.ended"))["session"]["ended_at"] == "2020-11-09T00:40:00Z"


async def until(frames: Any, event: str) -> Any:
    """Event frames up to the first of this type."""
    async for frame in frames:
        if frame["type"] == "event":
            yield frame
            if frame["event"] == event:
                return


async def the_panel_is_asked_and_chaired(day: Conference) -> None:
    """A question waits for the chair, is seen by all with its words, wanted by others, and answered."""
    await day.house.move_to(at("2020-11-09 11:00"))
    anna, batu = await day.watch("anna", "panel"), await day.watch("batu", "panel")
    here, chair = day.at("panel", "/questions"), day.people["chair"]
    asked = await day.people["anna"].post(here, text="누가 돌봐 주나요?", anonymous=False)
    assert asked["state"] == "pending"
    assert await day.people["batu"].get(here) == []
    assert (await day.people["batu"].send("POST", f"{here}/{asked['id']}/approve")).status_code in (403, 404)
    await chair.post(f"{here}/{asked['id']}/approve")
    assert (await batu.hears("question.opened"))["question"]["id"] == asked["id"]
    await batu.until(lambda: asked["id"] in batu.texts[day.topic("panel")].get("question", {}))
    assert batu.texts[day.topic("panel")]["question"][asked["id"]]["text"] == "누가 돌봐 주나요?"
    for name in ("batu", "chen"):
        await day.people[name].post(f"{here}/{asked['id']}/vote")
    await anna.counted(day.topic("panel"), questions={asked["id"]: 2})
    await chair.post(f"{here}/{asked['id']}/answer", text="담당 병원이 원격으로 봅니다.")
    assert (await anna.hears("question.answered"))["question"]["state"] == "answered"
    line = await day.people["batu"].post(day.at("panel", "/chat"), text="Greetings from Ulaanbaatar")
    assert (await anna.hears("message.posted"))["message"]["id"] == line["id"]
    slow = await day.people["batu"].send("POST", day.at("panel", "/chat"), {"text": "again"})
    assert slow.status_code in (409, 429)
    await chair.post(day.at("panel", f"/chat/{line['id']}/hide"))
    await anna.until(lambda: line["id"] not in anna.states[day.topic("panel")].get("message", {}))


async def a_poll_is_taken(day: Conference) -> None:
    """One vote each; the results are pushed while it is open, and stand in the fact that closes it."""
    anna = await day.watch("anna", "panel")
    here = day.at("panel", "/polls")
    options = [both("Yes"), both("No")]
    poll = (await day.organiser.post(here, kind="single", question=both("Been to Korea?"), options=options))["id"]
    await day.organiser.post(f"{here}/{poll}/open")
    await anna.hears("poll.opened")
    for name, choice in zip(VIEWERS, "001", strict=True):
        await day.people[name].post(f"{here}/{poll}/vote", choice=[choice])
    assert (await day.people["anna"].refused(f"{here}/{poll}/vote", choice=["1"]))[0] == 409
    await anna.counted(day.topic("panel"), polls={poll: {"0": 2, "1": 1}})
    await day.organiser.post(f"{here}/{poll}/close")
    closed = (await anna.hears("poll.closed"))["poll"]
    assert (closed["voters"], closed["results"]) == (3, {"0": 2, "1": 1})


async def somebody_comes_on_stage(day: Conference) -> None:
    """A hand goes up, is asked on stage, and comes."""
    here, chair, me = day.at("panel", "/hands"), day.people["chair"], day.live["batu"]
    hand = await day.people["batu"].post(here)
    assert [one["person"] for one in await chair.get(here)] == [str(day.people["batu"].person)]
    await chair.post(f"{here}/{hand['id']}/invite")
    assert (await me.hears("hand.invited"))["hand"]["state"] == "invited"
    await chair.post(f"{here}/{hand['id']}/bring-on-stage")
    assert (await me.hears("hand.on_stage"))["hand"]["state"] == "on_stage"
    await day.house.move_to(at("2020-11-09 11:41"))


async def the_contest_is_judged_and_revealed(day: Conference) -> None:
    """Jurors judge, each unseen by the other; places are revealed from the last one up."""
    here = day.at("pitch", "/contest")
    await day.organiser.put(here, criteria=[{"name": both("Novelty"), "most": 10}])
    names = ("MediLink", "CareOn")
    contestants = [(await day.organiser.post(f"{here}/contestants", name=both(name)))["id"] for name in names]
    await day.house.move_to(at("2020-11-09 14:00"))
    anna = await day.watch("anna", "pitch")
    for juror, points in (("juror", (9, 7)), ("other-juror", (8, 6))):
        for contestant, point in zip(contestants, points, strict=True):
            await day.people[juror].put(f"{here}/contestants/{contestant}/score", points=[point])
    refused = await day.people["anna"].send("PUT", f"{here}/contestants/{contestants[0]}/score", {"points": [1]})
    assert refused.status_code in (403, 404)
    await day.organiser.post(f"{here}/close", anyway=False)

    def ranking() -> list[tuple[str, int]]:
        contest = anna.states[day.topic("pitch")]["contest"][day.sessions["pitch"]]
        return [(place["contestant"], place["rank"]) for place in contest["ranking"]]

    assert ranking() == []
    await day.organiser.post(f"{here}/reveal", everything=False)
    await anna.until(lambda: ranking() == [(contestants[1], 2)])
    await day.organiser.post(f"{here}/reveal", everything=False)
    await anna.until(lambda: ranking() == [(contestants[0], 1), (contestants[1], 2)])


async def the_studio_sells_on_air(day: Conference) -> None:
    """Begun by the button; an offer with its price is shown to everybody who watches, known or not."""
    here = day.at("live_commerce")
    offer = await day.organiser.post(
        f"{here}/materials",
        kind="offer",
        title=both("Monitor"),
        url="https://shop.example/1",
        price="49.90",
        currency="USD",
    )
    await day.house.move_to(at("2020-11-09 15:05"))
    guest = await day.watch_as_guest("live_commerce")
    state = guest.states[day.topic("live_commerce")]["session"][day.sessions["live_commerce"]]
    assert state["state"] == "scheduled"
    await day.organiser.post(f"{here}/go-live")
    await guest.hears("session.went_live")
    await day.organiser.put(f"{here}/featured", material=offer["id"])
    assert (await guest.hears("session.changed"))["session"]["featured"] == offer["id"]
    seen = (await day.public(f"/sessions/{day.sessions['live_commerce']}")).json()["session"]
    assert [(one["price"], one["currency"]) for one in seen["materials"]] == [("49.9000", "USD")]
    await day.organiser.post(f"{here}/end")
    await day.organiser.post(f"{here}/replay")
    assert (await guest.hears("session.replayed"))["session"]["state"] == "replay"


async def the_lecture_is_moved_and_paused(day: Conference) -> None:
    """Announced, its time settled later than first said; interrupted, and gone on with."""
    here, lecture = day.at("public_lecture"), day.sessions["public_lecture"]
    times = {"starts_at": "2020-11-09T19:30", "ends_at": "2020-11-09T20:10"}
    moved = await day.organiser.send("PATCH", here, times)
    assert moved.json()["moved_from"] == "2020-11-09T10:00:00Z"
    assert (await day.live["anna"].hears("session.moved"))["session"]["id"] == lecture
    await day.organiser.post(f"{here}/publish", settled=True)
    await day.house.move_to(at("2020-11-09 19:30"))
    guest = await day.watch_as_guest("public_lecture")
    await day.organiser.post(f"{here}/pause")
    assert (await guest.hears("session.paused"))["session"]["paused_at"] == "2020-11-09T10:30:00Z"
    await day.organiser.post(f"{here}/resume")
    assert (await guest.hears("session.resumed"))["session"]["state"] == "live"
    await day.house.move_to(at("2020-11-09 20:11"))
    await guest.hears("session.ended")


async def attendance_is_counted(day: Conference) -> None:
    """Who was there how long, as the organiser has it and as each sees it; no figure is lost with a leave."""
    found = await day.organiser.get(day.at("ceremony", "/attendance"))
    (anna,) = found["items"]
    assert (anna["id"], anna["minutes"], anna["certificate"]) == (str(day.people["anna"].person), 40, True)
    assert found["guests"] == {"people": 1, "minutes": 40}
    figures = (await day.organiser.get("/figures"))["figures"]
    states = {state: count for state, count in figures["sessions"].items() if count}
    assert states == {"ended": 7, "replay": 1, "cancelled": 1}


async def everybody_holds_what_a_newcomer_is_given(day: Conference) -> None:
    """After a day of events, what they hold is what a fresh snapshot says; and the log has no gap."""
    fair = await day.house.fair()
    seqs = [event.seq for event in fair.events()]
    assert seqs == list(range(1, len(seqs) + 1))
    for name in VIEWERS:
        old = day.live[name]
        async with day.people[name].follow("programme", "me") as fresh:
            for topic in ("programme", "me"):
                await old.reaches(topic, fresh.seqs[topic], 30)
            assert old.states == fresh.states
        assert (old.repeated, old.errors) == ([], [])
