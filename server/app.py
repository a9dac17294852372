"""create_app(settings): wires every part; the only place that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from server.accounts import erasure, logins
from server.accounts.doorkeeper import Doorkeeper
from server.accounts.passwords import Passwords
from server.accounts.vault import Vault
from server.accounts.watch import Watch
from server.api import (
    accounts,
    audit,
    consents,
    conventions,
    credentials,
    figures,
    gates,
    health,
    history,
    host,
    imports,
    invitations,
    invited,
    live,
    meetings,
    oidc,
    openapi,
    parties,
    people,
    personal,
    pictures,
    problems,
    programme,
    representatives,
    requests,
    sign_in,
    venues,
)
from server.api import logins as api_logins
from server.audit.looks import Looks
from server.batch import Order, forget_old_keys
from server.clock import Clock, SystemClock
from server.database import make_engine, reading
from server.errors import REFUSALS
from server.eventlog.bus import Bus, NoBus, PostgresBus
from server.eventlog.log import Log
from server.eventlog.relay import Relay
from server.eventlog.stored import StoredEvent
from server.integrations.oidc import OidcProvider
from server.integrations.smtp import Smtp
from server.limits import storage as rate_counts
from server.limits.limiter import Limiter
from server.live.counting import LiveCounts
from server.live.hub import Hub
from server.live.presence import LIFETIME, Presence, Report
from server.live.topics import TopicCatalogue
from server.mail import outbox
from server.mail.postman import Postman
from server.parts import Parts
from server.scheduler.actions import actions
from server.scheduler.runner import make_ticker
from server.scheduler.timers import Timers
from server.settings import Settings
from server.web import site
from server.work import HOUSE, Work
from server.writer import Committed, Writer
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
    managing = (representatives, pictures, invitations, invited, host, venues, audit)
    coming_in = (sign_in, api_logins, credentials, oidc)
    about_oneself = (consents, personal)
    for module in (*subjects, *managing, *coming_in, *about_oneself, live, health):
        app.include_router(module.router)
    site.install(app)
    gates.install(app, settings)
    openapi.install(app)
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

    writer = _writer(settings, engine, clock, grown)
    timers = Timers(engine, writer, clock, actions(clock.real_now))
    counts = LiveCounts(hub, partial(_figures, engine, clock), clock.now)
    hub.on_nudge = relay.nudge
    relay.on_published = counts.changed
    presence = _presence(engine, writer, clock, counts)
    hub.on_join.append(presence.on_join)
    hub.on_leave.append(presence.on_leave)
    looks = Looks(writer, clock.real_now)
    doorkeeper = Doorkeeper(engine, clock)
    watch = Watch(engine, clock, doorkeeper, hub.revoke)
    ticker = _ticker(settings, engine, writer, clock, timers, doorkeeper)
    vault = Vault(settings.secret_key, settings.data_dir)
    carrier = Smtp(settings.smtp_url) if settings.smtp_url else None
    running_parts = [relay.run(), bus.run(relay.nudge), counts.run(), presence.run(), looks.run(), watch.run()]
    if carrier is not None:
        running_parts.append(Postman(engine, writer, clock, carrier, settings).run())
    async with AsyncExitStack() as closing:
        closing.callback(engine.dispose)
        await writer.start()
        closing.push_async_callback(writer.stop)
        provider = await closing.enter_async_context(_provider(settings, clock))
        closing.push_async_callback(_write_last, writer, looks, doorkeeper)
        closing.push_async_callback(presence.close)
        closing.push_async_callback(hub.aclose)
        await relay.start()
        await closing.enter_async_context(_at_work(running_parts, ticker))
        yield Parts(
            settings=settings,
            engine=engine,
            clock=clock,
            writer=writer,
            hub=hub,
            timers=timers,
            doorkeeper=doorkeeper,
            limiter=Limiter(engine, clock),
            looks=looks,
            vault=vault,
            passwords=Passwords(engine),
            watch=watch,
            provider=provider,
            settle=partial(_settle, timers, presence, looks, events, relay),
        )


def _writer(settings: Settings, engine: Engine, clock: Clock, on_commit: Committed) -> Writer:
    return Writer(
        engine,
        clock,
        limit=settings.writer_queue,
        batch=settings.writer_batch,
        blind_to_occupancy=settings.blind_to_occupancy,
        on_commit=on_commit,
    )


def _ticker(
    settings: Settings, engine: Engine, writer: Writer, clock: Clock, timers: Timers, doorkeeper: Doorkeeper
) -> AsyncIOScheduler:
    return make_ticker(
        {
            "timers": (timers.run_due, settings.timers_every),
            "sweep": (partial(_sweep, writer, clock), 3600.0),
            "scrub": (partial(run_in_threadpool, erasure.scrub_lately_erased, engine, clock.real_now), 3600.0),
            "uses": (partial(_keep_uses, writer, doorkeeper), 60.0),
        }
    )


async def _settle(timers: Timers, presence: Presence, looks: Looks, events: Log, relay: Relay) -> None:
    """Return when all that is due has happened and been told here."""
    while await timers.run_due():
        pass
    await presence.flush()
    await looks.flush()
    for convention_id in await run_in_threadpool(events.heads):
        await relay.catch_up(convention_id)


@asynccontextmanager
async def _at_work(running_parts: Sequence[Coroutine[Any, Any, None]], ticker: AsyncIOScheduler) -> AsyncIterator[None]:
    """What goes on by itself, until the block is left."""
    tasks = [asyncio.create_task(part) for part in running_parts]
    ticker.start()
    try:
        yield
    finally:
        ticker.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _write_last(writer: Writer, looks: Looks, doorkeeper: Doorkeeper) -> None:
    """Write down what has been kept in memory until now."""
    with suppress(*REFUSALS):
        await looks.flush()
        await _keep_uses(writer, doorkeeper)


@asynccontextmanager
async def _provider(settings: Settings, clock: Clock) -> AsyncIterator[OidcProvider | None]:
    """The identity provider, if one is set up, with its connections open."""
    if not settings.oidc_issuer:
        yield None
        return
    made = OidcProvider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, clock.real_now)
    try:
        yield made
    finally:
        await made.aclose()


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
        outbox.sweep(work, now)
        rate_counts.sweep(work.db.connection(), now)
        forget_old_keys(work.db.connection(), now - KEEP_KEYS)

    await writer.run(Order(HOUSE, command))


async def _keep_uses(writer: Writer, doorkeeper: Doorkeeper) -> None:
    """Write down when logins were used last."""
    if used := doorkeeper.take_uses():
        await writer.run(Order(HOUSE, partial(logins.note_use, used=used)))
