"""APScheduler ticks; it decides nothing and stores nothing. What is due stands in rows."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Job = Callable[[], Awaitable[object]]


def make_ticker(jobs: dict[str, tuple[Job, float]]) -> AsyncIOScheduler:
    """A scheduler that calls each job every so many seconds, never twice at once, never late ones in a row."""
    ticker = AsyncIOScheduler(timezone="UTC")
    for name, (job, seconds) in jobs.items():
        ticker.add_job(
            job, "interval", seconds=seconds, id=name, max_instances=1, coalesce=True, misfire_grace_time=None
        )
    return ticker
