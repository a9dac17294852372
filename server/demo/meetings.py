"""How the meetings of the demo come about and go: asked, answered, joined, missed, in proportions like SMC 2020's.

The proportions are the players' habits. What they add up to is counted by the server like anybody else's doings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.demo.cast import Cast
from server.demo.stage import Player, Stage

MATCHES = 149  # the demo's parties stop asking when as many are agreed as SMC 2020 reported

# What the asked side does with a request, and how often.
ANSWERS = (("accept", 76), ("counter", 10), ("decline", 8), ("ignore", 6))
# What becomes of an agreed meeting, and how often.
FATES = (("held", 74), ("late", 6), ("no_show", 10), ("technical", 4), ("cancelled", 5), ("moved", 4))


def minutes(number: float) -> timedelta:
    """That many minutes."""
    return timedelta(minutes=number)


@dataclass
class Fair:
    """The demo's meetings in the making."""

    stage: Stage
    cast: Cast
    matched: set[str] = field(default_factory=set)
    asked: set[frozenset[UUID]] = field(default_factory=set)

    async def ask(self, by: UUID, to: UUID) -> None:
        """Ask for one of the free slots, if there is any and enough are not agreed yet."""
        pair = frozenset((by, to))
        if len(self.matched) >= MATCHES or pair in self.asked:
            return
        self.asked.add(pair)
        asker = await self.lead(by)
        answer = await self.stage.ask(asker, "GET", f"/parties/{to}/slots")
        slots = answer.json().get("slots", [])
        if not slots:
            return
        slot = self.stage.rng.choice(slots)["slot"]
        answer = await self.stage.ask(asker, "POST", "/requests", {"to": str(to), "slot": slot})
        if answer.is_success:
            self._let_answer(answer.json())

    def _let_answer(self, request: dict[str, Any]) -> None:
        rng, now = self.stage.rng, self.stage.clock.now()
        starts = datetime.fromisoformat(request["starts_at"])
        soon = now + min(minutes(rng.uniform(20, 16 * 60)), (starts - now) / 2)
        kind = rng.choices([name for name, _ in ANSWERS], [weight for _, weight in ANSWERS])[0]
        if kind != "ignore":
            self.stage.at(soon, lambda: self._answer(kind, request))

    async def _answer(self, kind: str, request: dict[str, Any]) -> None:
        if len(self.matched) >= MATCHES:
            kind = "decline"
        answerer = await self.lead(UUID(request["awaiting"]))
        body = None
        if kind == "counter":
            other = request["requester"] if request["awaiting"] == request["addressee"] else request["addressee"]
            slots = (await self.stage.ask(answerer, "GET", f"/parties/{other}/slots")).json().get("slots", [])
            if not slots:
                kind = "decline"
            else:
                body = {"slot": self.stage.rng.choice(slots)["slot"]}
        answer = await self.stage.ask(answerer, "POST", f"/requests/{request['id']}/{kind}", body)
        if not answer.is_success:
            return
        if kind == "accept":
            self._agree(answer.json())
        elif kind == "counter":
            self._let_answer(answer.json())

    def _agree(self, request: dict[str, Any]) -> None:
        self.matched.add(request["meeting"])
        fate = self.stage.rng.choices([name for name, _ in FATES], [weight for _, weight in FATES])[0]
        starts, now = datetime.fromisoformat(request["starts_at"]), self.stage.clock.now()
        if fate == "cancelled":
            self.stage.at(now + (starts - now) / 2, lambda: self._cancel(request))
        elif fate == "moved":
            self.stage.at(now + (starts - now) / 3, lambda: self._move(request))
        else:
            self.stage.at(starts - minutes(10), lambda: self._attend(request["meeting"], fate))

    async def _cancel(self, request: dict[str, Any]) -> None:
        player = await self.lead(UUID(request["requester"]))
        body = {"code": "cannot_attend"}
        await self.stage.ask(player, "POST", f"/meetings/{request['meeting']}/cancel", body)

    async def _move(self, request: dict[str, Any]) -> None:
        player = await self.lead(UUID(request["requester"]))
        answer = await self.stage.ask(player, "GET", f"/parties/{request['addressee']}/slots")
        slots = answer.json().get("slots", [])
        starts = request["starts_at"]
        if slots:
            path = f"/meetings/{request['meeting']}/move"
            moved = await self.stage.ask(player, "POST", path, {"slot": self.stage.rng.choice(slots)["slot"]})
            starts = moved.json()["starts_at"] if moved.is_success else starts
        early = datetime.fromisoformat(starts) - minutes(10)
        self.stage.at(early, lambda: self._attend(request["meeting"], "held"))

    async def _attend(self, meeting_id: str, fate: str) -> None:
        """Ten minutes before: decide who will come when, and leave when."""
        meeting = await self.stage.must(self.cast.organiser, "GET", f"/meetings/{meeting_id}")
        if meeting["state"] != "scheduled":
            return
        starts, ends = (datetime.fromisoformat(meeting[key]) for key in ("starts_at", "ends_at"))
        people = [UUID(attendee["person"]) for attendee in meeting["attendees"]]
        self.stage.rng.shuffle(people)
        for person, (joins, leaves) in zip(people, self._stays(fate, starts, ends), strict=False):
            self._stay(meeting_id, person, joins, leaves)

    def _stays(self, fate: str, starts: datetime, ends: datetime) -> Sequence[tuple[datetime, datetime]]:
        """When the first and the second attendee join and leave. A missing one does not come at all."""
        uniform = self.stage.rng.uniform
        first = (starts + minutes(uniform(-4, 2)), ends - minutes(uniform(0.2, 6)))
        if fate == "held":
            return [first, (starts + minutes(uniform(-3, 2.5)), ends - minutes(uniform(0.2, 6)))]
        if fate == "late":
            return [first, (starts + minutes(uniform(4, 14)), ends - minutes(uniform(0.2, 3)))]
        if fate == "technical":
            return [first, (starts + minutes(uniform(1, 3)), starts + minutes(uniform(5, 6)))]
        return [(starts + minutes(uniform(-2, 2)), starts + minutes(uniform(12, 20)))]

    def _stay(self, meeting_id: str, person: UUID, joins: datetime, leaves: datetime) -> None:
        async def do(what: str) -> None:
            player = await self.stage.enter(person)
            await self.stage.ask(player, "POST", f"/meetings/{meeting_id}/{what}", {})

        self.stage.at(joins, lambda: do("join"))
        self.stage.at(leaves, lambda: do("leave"))

    async def lead(self, party: UUID) -> Player:
        """The login of a party's lead."""
        return await self.stage.enter(self.cast.people_of(party)[0])
