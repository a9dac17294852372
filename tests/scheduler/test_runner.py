"""The ticker: each job again and again, never twice at once."""

import asyncio

from server.scheduler.runner import make_ticker


def test_jobs_tick_apart_and_one_at_a_time() -> None:
    async def journey() -> tuple[int, int, int]:
        fast = slow = running = most = 0
        enough = asyncio.Event()

        async def quick() -> None:
            nonlocal fast
            fast += 1
            if fast >= 5:
                enough.set()

        async def long() -> None:
            nonlocal slow, running, most
            slow, running = slow + 1, running + 1
            most = max(most, running)
            await enough.wait()
            running -= 1

        ticker = make_ticker({"quick": (quick, 0.02), "long": (long, 0.02)})
        ticker.start()
        async with asyncio.timeout(10):
            await enough.wait()
        ticker.shutdown(wait=False)
        return fast, slow, most

    fast, slow, most = asyncio.run(journey())
    assert fast >= 5
    assert (slow, most) == (1, 1)


def test_a_job_that_fails_ticks_on() -> None:
    async def journey() -> int:
        ticks = 0
        enough = asyncio.Event()

        async def lame() -> None:
            nonlocal ticks
            ticks += 1
            if ticks == 3:
                enough.set()
            raise ZeroDivisionError

        ticker = make_ticker({"lame": (lame, 0.02)})
        ticker.start()
        async with asyncio.timeout(10):
            await enough.wait()
        ticker.shutdown(wait=False)
        return ticks

    assert asyncio.run(journey()) == 3
