"""create_app(settings): wires every part; the only place that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from server.accounts import logins
from server.accounts.doorkeeper import Doorkeeper
from server.api import (
    accounts,
    conventions,
    figures,
    health,
    history,
    imports,
    live,
    meetings,
    parties,
    people,
    problems,
    programme,
    requests,
)
from server.batch import HOUSE, Order, forget_old_keys
from server.clock import Clock, SystemClock
from server.database import make_engine, reading
from server.eventlog.bus import Bus, NoBus, PostgresBus
from server.eventlog.log import Log
from server.eventlog.relay import Relay
from server.eventlog.stored import StoredEvent
from server.live.counting import LiveCounts
from server.live.hub import Hub
from server.live.presence import LIFETIME, Presence, Report
from server.live.topics import TopicCatalogue
from server.parts import Parts
from server.scheduler.actions import actions
from server.scheduler.runner import make_ticker
from server.scheduler.timers import Timers
from server.settings import Settings
from server.web import site
from server.work import Work
from server.writer import Writer
from sessions.audience import keep_presence, live_sessions

KEEP_KEYS = timedelta(days=2)


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The application. Its parts are made when it starts, on the loop that serves it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings, clock or SystemClock()) as parts:
            app.state.parts = parts
            yield

    app = FastAPIOffline(
        title="madang",
        summary="The backend of virtual and hybrid trade conventions.",
        version="0.1.0",
        redoc_url=None,  # one description of the API is enough
        lifespan=lifespan,
    )
    problems.install(app)
    # A request is matched against one after another: the busiest come first. (`history` is before `programme`, whose
    # `/{session_id}` would stand before its address.)
    subjects = (requests, meetings, parties, history, programme, accounts, conventions, imports, people, figures)
    for module in (*subjects, live, health):
        app.include_router(module.router)
    site.install(app)
    return app


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Parts]:
    """All parts, started in the order in which they need each other and stopped in reverse."""
    engine = make_engine(settings)
    events = Log(engine)
    hub = Hub(TopicCatalogue(engine), events)
    relay = Relay(events, hub)
    bus: Bus = NoBus() if settings.is_sqlite else PostgresBus(settings.url)

    def grown(recorded: Sequence[StoredEvent]) -> None:
        relay.offer(recorded)
        bus.announce(recorded[0].convention_id)

    writer = Writer(
        engine,
        clock,
        limit=settings.writer_queue,
        batch=settings.writer_batch,
        blind_to_occupancy=settings.blind_to_occupancy,
        on_commit=grown,
    )
    timers = Timers(engine, writer, clock, actions(clock.real_now))
    counts = LiveCounts(hub, partial(_figures, engine, clock), clock.now)
    hub.on_nudge = relay.nudge
    relay.on_published = counts.changed
    presence = _presence(engine, writer, clock, counts)
    hub.on_join.append(presence.on_join)
    hub.on_leave.append(presence.on_leave)
    ticker = make_ticker(
        {
            "timers": (timers.run_due, settings.timers_every),
            "sweep": (partial(_sweep, writer, clock), 3600.0),
        }
    )
    await writer.start()
    await relay.start()
    tasks = [asyncio.create_task(part) for part in (relay.run(), bus.run(relay.nudge), counts.run(), presence.run())]
    ticker.start()

    async def settle() -> None:
        while await timers.run_due():
            pass
        await presence.flush()
        for convention_id in await run_in_threadpool(events.heads):
            await relay.catch_up(convention_id)

    try:
        yield Parts(settings, engine, clock, writer, hub, timers, Doorkeeper(engine, clock), settle)
    finally:
        ticker.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        await hub.aclose()
        await presence.close()
        await writer.stop()
        engine.dispose()


def _figures(engine: Engine, clock: Clock, convention_id: UUID) -> dict[str, object]:
    with reading(engine) as db:
        return figures.all_figures(db, convention_id, clock.real_now())


def _presence(engine: Engine, writer: Writer, clock: Clock, counts: LiveCounts) -> Presence:
    """Counts who watches through this process; its name is new with every start."""
    process = uuid4().hex[:12]

    def live_now(convention_id: UUID) -> frozenset[UUID]:
        with reading(engine) as db:
            return live_sessions(db, convention_id)

    async def live(convention_id: UUID) -> frozenset[UUID]:
        return await run_in_threadpool(live_now, convention_id)

    async def store(report: Report) -> None:
        command = partial(
            keep_presence,
            process=process,
            counts=report.counts,
            newcomers=report.newcomers,
            real_now=clock.real_now(),
            lifetime=LIFETIME,
        )
        await writer.run(Order(report.convention_id, command))

    return Presence(
        live=live, store=store, changed=lambda convention_id, _: counts.changed(convention_id), real_now=clock.real_now
    )


async def _sweep(writer: Writer, clock: Clock) -> None:
    """Forget what has expired."""

    def command(work: Work) -> None:
        now: datetime = clock.real_now()
        logins.sweep(work, now)
        forget_old_keys(work.db.connection(), now - KEEP_KEYS)

    await writer.run(Order(HOUSE, command))
