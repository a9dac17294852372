"""The pollers of a process: one for each provider that is set up."""

from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import Engine

from server.clock import Clock
from server.integrations.hls import Hls
from server.integrations.youtube import YouTube
from server.settings import Settings
from server.streams.poller import Poller, Source
from server.writer import Writer
from sessions.providers import Provider


def make_pollers(
    settings: Settings, engine: Engine, writer: Writer, clock: Clock, changed: Callable[[UUID], None]
) -> list[Poller]:
    """Playlists are read by whoever has an address; YouTube is asked with a key. `changed`: see Poller."""
    sources: dict[Provider, Source] = {Provider.HLS: Hls(clock.real_now, loopback=settings.streams_from_loopback)}
    if settings.youtube_api_key:
        sources[Provider.YOUTUBE] = YouTube(
            settings.youtube_api_key, settings.youtube_base_url, settings.youtube_daily_units, clock.real_now
        )
    process = uuid4().hex[:12]
    return [
        Poller(
            provider,
            source,
            engine=engine,
            writer=writer,
            clock=clock,
            process=process,
            every=settings.streams_every,
            changed=changed,
        )
        for provider, source in sources.items()
    ]
