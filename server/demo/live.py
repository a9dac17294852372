"""`madang demo`: make the convention, live it, say where to look, and check the figures against the event log."""

import asyncio
import json
import random
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from sqlalchemy import Engine

import matchmaking.figures
import sessions.figures
from server.app import create_app
from server.batch import Order, perform
from server.clock import SteppedClock
from server.conventions import commands as conventions
from server.database import make_engine, migrate
from server.demo.audience import Audience
from server.demo.cast import Cast, confirm_all, gather_cast, import_sheets
from server.demo.conference import plan_conference
from server.demo.floor import Floor
from server.demo.meetings import MATCHES, Fair, minutes
from server.demo.programme import FIRST_DAY, LAST_DAY, seoul
from server.demo.stage import SLUG, Pace, Stage
from server.eventlog.log import Log
from server.live.topics import apply
from server.serving import make_server
from server.settings import Settings
from server.work import HOUSE

OPENS = seoul(-12, "09:00").astimezone(UTC)
EVE = seoul(-1, "22:00")
OVER = seoul(5, "02:00")


async def live_through(
    settings: Settings, host: str, port: int, speed: float, out: Console, *, seed: int = 2020, stay: bool = True
) -> dict[str, Any]:
    """Run the demo on a fresh database; the final figures, after they were checked against the event log.

    Args:
        speed: minutes of convention time a real second while it is on; 0 does not wait at all.
        stay: keep serving when the four days are over, until interrupted.

    Raises:
        AssertionError: the figures differ from what the event log says.
    """
    engine = make_engine(settings)
    migrate(engine)
    clock = SteppedClock(OPENS)
    made = _make_convention(engine, clock)
    app = create_app(settings, clock)
    server = make_server(app, host, port)
    serving = asyncio.create_task(server.serve())
    try:
        await _started(server, serving)
        async with httpx.AsyncClient(base_url=settings.base_url, timeout=30) as http:
            # Chance that can be had again; nothing is kept secret by it.
            stage = Stage(settings.base_url, app.state.parts, clock, Pace(speed), random.Random(seed), http)  # nosec B311
            figures = await _tell(stage, made, out)
            _check(engine, made.id, figures)
            _show_end(out, figures, stay)
            if stay:
                await serving
            return figures
    finally:
        server.should_exit = True
        await serving
        engine.dispose()


def _make_convention(engine: Engine, clock: SteppedClock) -> conventions.ConventionRecord:
    command = partial(
        conventions.create_convention,
        slug=SLUG,
        name={"ko": "2020 성남국제의료관광컨벤션", "en": "SMC 2020", "original": "ko"},
        zone="Asia/Seoul",
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        host_name={"ko": "성남시", "en": "City of Seongnam", "original": "ko"},
        organiser_email="organiser@seongnam.example",
    )
    return conventions.ConventionRecord.model_validate_json(perform(engine, clock, Order(HOUSE, command)))


async def _started(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    while not server.started:
        if serving.done():
            await serving
            raise RuntimeError("the server did not start")
        await asyncio.sleep(0.02)


async def _tell(stage: Stage, made: conventions.ConventionRecord, out: Console) -> dict[str, Any]:
    """The whole story; the final figures."""
    organiser = await stage.enter(made.organiser)
    reports = await import_sheets(stage, organiser)
    looked = await confirm_all(stage, organiser)
    for channel, kind, value in (
        ("zoom", "link", "https://zoom.us/j/smc2020"),
        ("wechat", "account", "smc2020"),
    ):
        await stage.must(organiser, "PUT", "/instructions", {"channel": channel, "kind": kind, "value": value})
    cast = await gather_cast(stage, organiser)
    planned = await plan_conference(stage, organiser, cast.citizens)
    out.print(f"{sum(report['rows'] for report in reports)} rows of three sheets imported, {looked} confirmed by hand.")
    await _show_doors(stage, cast, out)
    fair = Fair(stage, cast)
    audience = Audience(stage, [*cast.viewers, *(person for party in cast.buyers for person in cast.people_of(party))])
    floor = Floor(stage, organiser, audience)
    for session in planned:
        audience.invite(session)
        floor.invite(session)
    _schedule_wishes(stage, fair)
    await _with_progress(stage, out)
    await audience.everybody_goes()
    await stage.parts.settle()
    answer = await stage.must(organiser, "GET", "/figures")
    figures: dict[str, Any] = answer["figures"]
    return figures


def _schedule_wishes(stage: Stage, fair: Fair) -> None:
    """The sheet's wishes in the days before; then, until enough are agreed, whoever has not asked yet. Who said "no
    thanks" neither asks nor is asked."""
    span = (EVE - OPENS) / timedelta(minutes=1)
    for wish in fair.cast.wishes:
        if wish.wanted:
            stage.at(OPENS + minutes(stage.rng.uniform(30, span)), partial(fair.ask, wish.buyer, wish.exhibitor))
        else:
            fair.asked.add(frozenset((wish.buyer, wish.exhibitor)))
    pairs = [(buyer, exhibitor) for buyer in fair.cast.buyers for exhibitor in fair.cast.exhibitors]
    stage.rng.shuffle(pairs)
    for number, (buyer, exhibitor) in enumerate(pairs[: MATCHES * 6]):
        ways = (buyer, exhibitor) if number % 4 else (exhibitor, buyer)
        stage.at(OPENS + minutes(span * 0.4 + number * span * 0.6 / (MATCHES * 6)), partial(fair.ask, *ways))


async def _show_doors(stage: Stage, cast: Cast, out: Console) -> None:
    """Where to look, and a link for one of each kind."""
    exhibitor, buyer = next(iter(cast.exhibitors)), next(iter(cast.buyers))
    out.print(f"\nmadang is live on {stage.base_url}\n", highlight=False)
    doors: list[tuple[str, UUID]] = [
        ("organiser", cast.organiser.person_id),
        ("exhibitor", cast.people_of(exhibitor)[0]),
        ("buyer", cast.people_of(buyer)[0]),
        ("viewer", cast.viewers[0]),
    ]
    for name, person in doors:
        out.print(f"  {name:<10} {await stage.link(person)}", highlight=False, soft_wrap=True)
    out.print(f"  {'anybody':<10} {stage.base_url}/p/{SLUG}\n", highlight=False)


async def _with_progress(stage: Stage, out: Console) -> None:
    """Live the days before quickly and the four days at their pace, with the convention's clock shown."""
    speed = stage.pace.minutes_a_second
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[time]}"))
    with Progress(*columns, console=out) as progress:
        bar = progress.add_task("requests and answers", total=(OVER - OPENS).total_seconds(), time="")

        def told(instant: datetime) -> None:
            local = instant.astimezone(EVE.tzinfo)
            done = (instant - OPENS).total_seconds()
            progress.update(bar, completed=done, time=f"{local:%d %B %Y %H:%M} in Seoul")

        stage.told = told
        stage.pace = Pace(speed and 4000.0, 0.05)
        await stage.play(EVE)
        progress.update(bar, description="the convention")
        stage.pace = Pace(speed)
        await stage.play(OVER)


def _check(engine: Engine, convention_id: UUID, figures: dict[str, Any]) -> None:
    """The figures must be those that somebody gets who only reads the event log."""
    state: dict[str, dict[str, Any]] = {}
    for event in Log(engine).read_now(convention_id, 0, None, 1_000_000):
        if "organiser" in event.topics:
            state = apply(state, json.loads(event.data))
    audiences = sessions.figures.figures_of_records(state.get("session", {}), state.get("audience", {}))
    meetings = matchmaking.figures.figures_of_records(state.get("request", {}), state.get("meeting", {}))
    recomputed = {**meetings, **audiences.model_dump(mode="json")}
    shown = {key: figures[key] for key in recomputed}
    assert shown == recomputed, f"the page says {shown}, the event log says {recomputed}"


def _show_end(out: Console, figures: dict[str, Any], stay: bool) -> None:
    out.print(
        f"\nThe four days are over: {figures['matched']} matched, {figures['held']} held, "
        f"{figures['no_show']} no-shows, {figures['cancelled']} cancelled; {figures['unique']} viewers from "
        f"{len(figures['countries'])} countries, at most {figures['peak']} at once. "
        "The event log, read from its beginning, gives the same figures."
    )
    if stay:
        out.print("The pages stay open until you press Ctrl-C.")


def free_port(host: str, wanted: int) -> int:
    """The wanted port if it is free, else one that the system gives."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            found: int = probe.getsockname()[1]
            return found
    raise RuntimeError(f"no free port on {host}")


def demo_settings(settings: Settings, data_dir: Path, base_url: str) -> Settings:
    """The operator's settings, over a fresh data directory and the demo's own address, from which everybody comes."""
    crowd = {"account_requests_per_minute": 0, "address_requests_per_minute": 0, "country_by_language": True}
    return settings.model_copy(update={"data_dir": data_dir, "base_url": base_url, **crowd})
