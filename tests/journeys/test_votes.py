"""Two hundred people vote twice each at once over HTTP, on both databases: there are two hundred votes."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import select

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.settings import Settings
from sessions.floor.polls import PollKind, make, open_poll
from sessions.floor.tables import Poll, PollTally, PollVote
from tests.journeys.clients import Client, open_http
from tests.journeys.crowd import BUYERS, SLUG, Crowd, make_crowd
from tests.journeys.house import opened
from tests.sessions.programme import talk

OPTIONS = [{"en": f"Option {number}", "original": "en"} for number in range(4)]


@dataclass
class Rush:
    """What came of it."""

    answers: Counter[tuple[int, str]] = field(default_factory=Counter)
    again: Counter[bool] = field(default_factory=Counter)  # whether a key sent again was answered the same
    shown: dict[str, Any] = field(default_factory=dict)


def a_poll(crowd: Crowd) -> tuple[UUID, UUID]:
    """An open one, and its session."""
    session_id = talk(crowd.fair).id
    poll = crowd.fair.perform(SYSTEM, make, session_id, kind=PollKind.SINGLE, question=OPTIONS[0], options=OPTIONS)
    crowd.fair.perform(SYSTEM, open_poll, session_id, poll.id)
    return session_id, poll.id


async def vote(rush: Rush, client: Client, path: str, number: int) -> None:
    """Two votes at once, for different options, under keys of their own; the one that counts is sent once more."""
    keys = uuid4().hex, uuid4().hex
    bodies = [{"choice": [str((number + step) % len(OPTIONS))]} for step in (0, 1)]
    sent = (client.send("POST", path, body, key=key) for body, key in zip(bodies, keys, strict=True))
    answers = await asyncio.gather(*sent)
    rush.answers.update((answer.status_code, answer.json().get("code", "")) for answer in answers)
    for answer, body, key in zip(answers, bodies, keys, strict=True):
        if answer.status_code == 200:
            again = await client.send("POST", path, body, key=key)
            rush.again[(again.status_code, again.content) == (200, answer.content)] += 1


def rushed(settings: Settings) -> tuple[Crowd, UUID, Rush]:
    """The rush at a server of its own."""
    crowd, rush = make_crowd(settings), Rush()
    session_id, poll_id = a_poll(crowd)

    async def run() -> None:
        path = f"/programme/{session_id}/polls"
        async with (
            opened(settings, SteppedClock(datetime.now(UTC)), SLUG) as house,
            open_http(house.address, 64) as http,
        ):
            clients = [crowd.client(http, house.address, buyer) for buyer in crowd.buyers]
            await asyncio.gather(
                *(vote(rush, client, f"{path}/{poll_id}/vote", number) for number, client in enumerate(clients))
            )
            (rush.shown,) = await clients[0].get(path)

    asyncio.run(run())
    return crowd, poll_id, rush


def test_two_hundred_people_who_vote_twice_have_two_hundred_votes(own_settings: Settings) -> None:
    crowd, poll_id, rush = rushed(own_settings)
    try:
        assert rush.answers == {(200, ""): BUYERS, (409, "voted_already"): BUYERS}
        assert rush.again == {True: BUYERS}
        with reading(crowd.fair.engine) as db:
            votes = db.exec(select(PollVote).where(PollVote.poll_id == poll_id)).all()
            tally = {row.choice: row.votes for row in db.exec(select(PollTally).where(PollTally.poll_id == poll_id))}
            assert db.get_one(Poll, poll_id).voters == BUYERS
        assert {vote.person_id for vote in votes} == {buyer.people[0] for buyer in crowd.buyers}
        assert len(votes) == sum(tally.values()) == BUYERS
        assert tally == Counter(chain.from_iterable(vote.choice for vote in votes))
        assert (rush.shown["voters"], rush.shown["results"]) == (BUYERS, tally)
        assert [event.type for event in crowd.fair.events() if event.type.startswith("poll.")] == [
            "poll.made",
            "poll.opened",
        ]
    finally:
        crowd.fair.engine.dispose()
