import asyncio

from server.live.kept import Kept
from tests.live.test_hub import in_virtual_time


class Question:
    """Takes half a second, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.faults = 0

    async def __call__(self) -> int:
        self.asked += 1
        answer = self.asked
        await asyncio.sleep(0.5)
        if self.faults:
            self.faults -= 1
            raise OSError("away")
        return answer


@in_virtual_time
async def test_what_many_ask_is_asked_once_and_kept_for_a_moment() -> None:
    kept, ask = Kept[str, int](1.0), Question()
    assert await asyncio.gather(*(kept.get("a", ask) for _ in range(100))) == [1] * 100
    assert await kept.get("a", ask) == 1
    assert await kept.get("b", ask) == 2
    await asyncio.sleep(1)
    assert await kept.get("a", ask) == 3


@in_virtual_time
async def test_an_answer_that_is_no_longer_good_or_is_forgotten_is_asked_for_again() -> None:
    kept, ask = Kept[str, int](1.0), Question()
    assert await kept.get("a", ask) == 1
    assert await kept.get("a", ask, lambda answer: answer > 1) == 2
    assert await kept.get("a", ask) == 2
    kept.clear()
    assert await kept.get("a", ask) == 3


@in_virtual_time
async def test_one_who_leaves_does_not_take_the_answer_from_others() -> None:
    kept, ask = Kept[str, int](1.0), Question()
    first, second = (asyncio.create_task(kept.get("a", ask)) for _ in range(2))
    await asyncio.sleep(0.1)
    first.cancel()
    assert await second == 1
    assert first.cancelled()


@in_virtual_time
async def test_trouble_is_told_to_those_who_wait_and_to_nobody_after_them() -> None:
    kept, ask = Kept[str, int](1.0), Question()
    ask.faults = 1
    answers = await asyncio.gather(*(kept.get("a", ask) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [OSError] * 3
    assert await kept.get("a", ask) == 2


@in_virtual_time
async def test_an_answer_that_came_late_is_not_kept() -> None:
    kept, ask = Kept[str, int](0.2), Question()
    assert list(await asyncio.gather(kept.get("a", ask), kept.get("a", ask))) == [1, 1]
    assert await kept.get("a", ask) == 2
