"""Looks at profiles: who counts, how often, and what becomes of them if they cannot be written."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from matchmaking.recommend.views import View
from server.accounts.actors import Actor
from server.accounts.permissions import RoleName
from server.batch import Order
from server.errors import Busy
from server.ids import new_id
from server.recommending.views import ONCE_IN, Views
from tests.factories import BEFORE

HERE, MINE, ALSO_MINE, THEIRS = (new_id() for _ in range(4))


class Papers:
    """A writer that keeps what it is given, or is busy."""

    def __init__(self) -> None:
        self.written: list[tuple[UUID, Sequence[View]]] = []
        self.busy = False

    async def run(self, order: Order) -> bytes:
        if self.busy:
            raise Busy
        self.written.append((order.convention_id, order.command.keywords["views"]))  # type: ignore[attr-defined]
        return b""


class Day:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = BEFORE

    def __call__(self) -> Any:
        return self.now


def buyer(*parties: UUID) -> Actor:
    return Actor(new_id(), roles=frozenset({RoleName.BUYER}), parties=frozenset(parties))


@pytest.fixture
def papers() -> Papers:
    return Papers()


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
def views(papers: Papers, day: Day) -> Views:
    return Views(papers, day, day)  # type: ignore[arg-type]


def test_a_look_counts_once_in_ten_minutes_and_colleagues_add_up(views: Views, papers: Papers, day: Day) -> None:
    one, colleague = buyer(MINE, ALSO_MINE), buyer(MINE, ALSO_MINE)
    for _ in range(3):
        views.note(HERE, one, THEIRS)
    day.now += ONCE_IN - timedelta(seconds=1)
    views.note(HERE, one, THEIRS)
    views.note(HERE, colleague, THEIRS)
    asyncio.run(views.flush())
    day.now += timedelta(seconds=1)
    views.note(HERE, one, THEIRS)
    asyncio.run(views.flush())
    asyncio.run(views.flush())
    first = View(min(MINE, ALSO_MINE), THEIRS, 2, day.now - timedelta(seconds=1))
    assert papers.written == [(HERE, [first]), (HERE, [View(first.by, THEIRS, 1, day.now)])]


def test_only_who_sits_for_another_party_counts(views: Views, papers: Papers) -> None:
    views.note(HERE, buyer(MINE), MINE)
    views.note(HERE, buyer(), THEIRS)
    views.note(HERE, Actor(None, guest_id=new_id()), THEIRS)
    asyncio.run(views.flush())
    assert papers.written == []


def test_what_cannot_be_written_is_lost_and_the_next_is_not(views: Views, papers: Papers, day: Day) -> None:
    views.note(HERE, buyer(MINE), THEIRS)
    papers.busy = True
    asyncio.run(views.flush())
    papers.busy = False
    views.note(HERE, buyer(MINE), THEIRS)
    asyncio.run(views.flush())
    assert papers.written == [(HERE, [View(MINE, THEIRS, 1, day.now)])]
