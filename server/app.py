"""create_app(settings): wires every part; the only place that knows them all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
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
from server.api import figures, gates, live, openapi, problems
from server.api.routers import ROUTERS
from server.audit.looks import Looks
from server.batch import Order, forget_old_keys
from server.clock import Clock, SystemClock
from server.countries import Countries
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
from server.live.counting import BACKSTAGE, LiveCounts
from server.live.floor_texts import texts_of
from server.live.hub import Hub
from server.live.narrowing import Narrowing
from server.live.presence import LIFETIME, Presence, Report
from server.live.reactions import Counts, Reactions
from server.live.texts import LiveTexts
from server.live.topics import TopicCatalogue
from server.mail import outbox
from server.mail.postman import Postman
from server.parts import Parts
from server.recommending.crowds import Crowds
from server.recommending.views import Views
from server.scheduler.actions import actions
from server.scheduler.runner import make_ticker
from server.scheduler.timers import Timers
from server.scheduling.conductor import Conductor
from server.scheduling.run import Bounds
from server.settings import Settings
from server.streams.pollers import make_pollers
from server.web import site
from server.work import HOUSE, Work
from server.writer import Committed, Writer
from sessions.audience import Begun, audience_counts, keep_presence, live_sessions
from sessions.floor.queries import live_counts
from sessions.floor.reactions import add_reactions

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
    live.install(app)
    for module in ROUTERS:
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
    catalogue = TopicCatalogue(engine, texts_of)
    hub = Hub(catalogue, events)
    relay = Relay(events, hub)
    bus: Bus = NoBus() if settings.is_sqlite else PostgresBus(settings.url)

    def grown(recorded: Sequence[StoredEvent]) -> None:
        relay.offer(recorded)
        bus.announce(recorded[0].convention_id)

    writer = _writer(settings, engine, clock, grown)
    timers = Timers(engine, writer, clock, actions(clock.real_now))
    counts = LiveCounts(hub, partial(_figures, engine, clock), partial(_audiences, engine, clock), clock.now)
    hub.on_nudge = relay.nudge
    texts, narrowing = LiveTexts(hub, catalogue.texts_now, catalogue.has_texts), Narrowing(hub, catalogue)
    relay.on_published = _each(counts.changed, texts.changed, narrowing.changed)
    presence, reactions = _presence(engine, writer, clock, counts), _reactions(hub, writer)
    hub.on_join.append(presence.on_join)
    hub.on_leave.append(presence.on_leave)
    looks, views = Looks(writer, clock.real_now), Views(writer, clock.now, clock.real_now)
    crowds, doorkeeper = Crowds(engine, clock), Doorkeeper(engine, clock)
    watch = Watch(engine, clock, doorkeeper, hub.revoke)
    ticker = _ticker(settings, engine, writer, clock, timers, doorkeeper)
    running_parts = [relay.run(), bus.run(relay.nudge), counts.run(), texts.run(), narrowing.run()]
    running_parts += [presence.run(), reactions.run(), looks.run(), views.run(), watch.run()]
    running_parts += _outward(settings, engine, writer, clock, counts)
    async with AsyncExitStack() as closing:
        closing.callback(engine.dispose)
        closing.callback(crowds.close)
        await writer.start()
        closing.push_async_callback(writer.stop)
        provider = await closing.enter_async_context(_provider(settings, clock))
        closing.push_async_callback(_write_last, writer, looks, doorkeeper)
        for last in (views.flush, presence.close, reactions.flush, hub.aclose):
            closing.push_async_callback(last)
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
            vault=Vault(settings.secret_key, settings.data_dir),
            passwords=Passwords(engine),
            watch=watch,
            reactions=reactions,
            provider=provider,
            countries=closing.enter_context(Countries(settings)),
            crowds=crowds,
            views=views,
            settle=partial(_settle, timers, presence, reactions, looks, views, events, relay),
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


def _conductor(settings: Settings, engine: Engine, writer: Writer, clock: Clock) -> Conductor:
    """Who makes schedules, in processes beside this one."""
    return Conductor(
        engine,
        writer,
        clock,
        process=uuid4().hex[:12],
        every=settings.schedule_every,
        bounds=Bounds(settings.schedule_seconds, settings.schedule_megabytes),
    )


def _outward(
    settings: Settings, engine: Engine, writer: Writer, clock: Clock, counts: LiveCounts
) -> list[Coroutine[Any, Any, None]]:
    """What speaks to others by itself: who makes schedules, in processes beside this one, who asks how streams go, the
    postman."""
    parts = [poller.run() for poller in make_pollers(settings, engine, writer, clock, counts.changed)]
    parts.append(_conductor(settings, engine, writer, clock).run())
    if settings.smtp_url:
        parts.append(Postman(engine, writer, clock, Smtp(settings.smtp_url), settings).run())
    return parts


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


async def _settle(
    timers: Timers,
    presence: Presence,
    reactions: Reactions,
    looks: Looks,
    views: Views,
    events: Log,
    relay: Relay,
) -> None:
    """Return when all that is due has happened and been told here."""
    while await timers.run_due():
        pass
    await presence.flush()
    await reactions.flush()
    await looks.flush()
    await views.flush()
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


def _audiences(engine: Engine, clock: Clock, convention_id: UUID, topics: Collection[str]) -> dict[str, dict[str, Any]]:
    told = {topic: UUID(topic.partition(":")[2]) for topic in topics}
    with reading(engine) as db:
        counted = audience_counts(db, convention_id, set(told.values()), clock.real_now())
        return {
            topic: counted[session_id] | live_counts(db, session_id, behind=topic.startswith(BACKSTAGE))
            for topic, session_id in told.items()
        }


def _each(*hooks: Callable[[UUID], None]) -> Callable[[UUID], None]:
    """One hook that calls all of these."""

    def call(convention_id: UUID) -> None:
        for hook in hooks:
            hook(convention_id)

    return call


def _presence(engine: Engine, writer: Writer, clock: Clock, counts: LiveCounts) -> Presence:
    """Counts who watches through this process; its name is new with every start."""
    process = uuid4().hex[:12]

    def live_now(convention_id: UUID) -> frozenset[UUID]:
        with reading(engine) as db:
            return live_sessions(db, convention_id)

    async def live(convention_id: UUID) -> frozenset[UUID]:
        return await run_in_threadpool(live_now, convention_id)

    async def store(report: Report) -> Sequence[UUID]:
        command = partial(
            keep_presence,
            process=process,
            counts=report.counts,
            came=report.came,
            went=report.went,
            real_now=clock.real_now(),
            lifetime=LIFETIME,
        )
        return Begun.model_validate_json(await writer.run(Order(report.convention_id, command))).sessions

    return Presence(
        live=live,
        store=store,
        changed=lambda convention_id, _: counts.changed(convention_id),
        now=clock.now,
        real_now=clock.real_now,
    )


def _reactions(hub: Hub, writer: Writer) -> Reactions:
    """Counts what is given through this process, by the live stream or past it."""

    async def store(convention_id: UUID, given: Counts) -> None:
        await writer.run(Order(convention_id, partial(add_reactions, given=given)))

    reactions = Reactions(store)
    hub.on_reaction = reactions.on_reaction
    return reactions


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
