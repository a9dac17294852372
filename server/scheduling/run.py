"""One schedule being made: its problem put together, the search heard, what it finds kept."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from matchmaking.drafts import running
from matchmaking.drafts.assembling import Assembled, assemble, ground_of
from matchmaking.drafts.events import ProgressRecord
from matchmaking.drafts.placing import meeting_rows, starting_slots
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.standing import Pair
from matchmaking.drafts.states import DraftState
from matchmaking.drafts.tables import Draft, DraftMeeting
from matchmaking.schedule.problem import Unserved
from server.batch import Command, Order
from server.clock import Clock
from server.database import reading
from server.scheduling.search import Search, searching
from server.scheduling.sites import sites_of
from server.scheduling.task import Found, Line, Task
from server.writer import Writer

LOOK = 0.25  # seconds between two looks whether the schedule is still wanted
FAREWELL = timedelta(seconds=0.5)  # what a search has to say what it found, once it is called off
TOLD_EVERY = timedelta(seconds=1)
EFFORT: Mapping[str, float] = {"quick": 0.3, "usual": 1.0, "thorough": 4.0}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a search may cost: seconds of time, megabytes of address space. `solver`: see `task.Task`."""

    seconds: float = 1800
    megabytes: int = 4096
    solver: str = "matchmaking.schedule.solve"


class Run:
    """Makes one draft. `hold` renews its lease, every so often; whether this process still has it."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        convention_id: UUID,
        draft_id: UUID,
        bounds: Bounds,
        hold: Callable[[], Awaitable[bool]],
        hold_every: timedelta,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._convention_id = convention_id
        self._draft_id = draft_id
        self._bounds = bounds
        self._hold = hold
        self._hold_every = hold_every
        self._held_at = self._told_at = self._looked_at = clock.real_now()

    async def go(self) -> bool:
        """Make it. Whether that is over: False if the search was killed from outside, and may be begun again."""
        assembled, task = await run_in_threadpool(self._prepare)
        async with searching(task, seconds=self._bounds.seconds, megabytes=self._bounds.megabytes) as search:
            while True:
                try:
                    line = await search.next(LOOK)
                except EOFError:
                    failure = await search.failure()
                    if failure != "killed":
                        await self._tell(partial(running.fail, draft_id=self._draft_id, failure=failure))
                    return failure != "killed"
                if line is not None and await self._heard(line, assembled):
                    return True
                if not await self._is_wanted():
                    await self._say_farewell(search, assembled)
                    return True
                if not await self._is_mine():
                    return True  # this process was too slow: another goes on with it

    def _prepare(self) -> tuple[Assembled, Task]:
        with reading(self._engine) as db:
            draft = db.get_one(Draft, self._draft_id)
            policy = SchedulePolicy.model_validate(draft.policy)
            sites = sites_of(db, draft.convention_id)
            ground = ground_of(db, draft.convention_id, policy, sites, self._clock.now())
            assembled = assemble(db, ground, _pins(db, draft.based_on))
            known = _meetings(db, draft.id) or _meetings(db, draft.based_on)
            start = starting_slots(assembled.problem, known)
        effort = EFFORT[policy.effort]
        return assembled, Task(assembled.problem, draft.seed, effort, start, self._bounds.solver)

    async def _heard(self, line: Line, assembled: Assembled) -> bool:
        """Store what the search said, and tell it; whether it was its last word."""
        if line.impossible is not None:
            why = line.impossible
            await self._tell(partial(running.fail, draft_id=self._draft_id, failure="impossible", reasons=why))
            return True
        if line.found is not None:
            await self._keep(line.found, assembled)
            return line.found.last
        now = self._clock.real_now()
        if line.progress is not None and now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            await self._tell(partial(running.progress, draft_id=self._draft_id, told=line.progress))
        return False

    async def _keep(self, found: Found, assembled: Assembled) -> None:
        self._told_at = self._clock.real_now()
        rows = await run_in_threadpool(meeting_rows, assembled, found.schedule())
        draft, quality = self._draft_id, found.quality
        if not found.last:
            await self._tell(partial(running.keep, draft_id=draft, rows=rows, quality=quality))
            return
        parties = assembled.problem.parties
        fares = [(parties[one[0]].id, Unserved(*one)) for one in found.unserved]
        told = ProgressRecord(
            stage="done", done=1, of=1, meetings=quality.meetings, weight=quality.weight, bound=quality.bound
        )
        command = partial(running.finish, draft_id=draft, rows=rows, quality=quality, told=told, unserved=fares)
        await self._tell(command)

    async def _is_wanted(self) -> bool:
        now = self._clock.real_now()
        if now - self._looked_at < timedelta(seconds=LOOK):
            return True
        self._looked_at = now
        return await run_in_threadpool(self._state) == DraftState.RUNNING

    def _state(self) -> str | None:
        with reading(self._engine) as db:
            return db.exec(select(Draft.state).where(Draft.id == self._draft_id)).one_or_none()

    async def _say_farewell(self, search: Search, assembled: Assembled) -> None:
        """It was called off: keep what it has found by now, if it can say so at once."""
        await search.stop()
        until = self._clock.real_now() + FAREWELL
        while (left := until - self._clock.real_now()) > timedelta():
            try:
                line = await search.next(left.total_seconds())
            except EOFError:
                return
            if line is not None and line.found is not None:
                await self._keep(line.found, assembled)
                if line.found.last:
                    return

    async def _is_mine(self) -> bool:
        now = self._clock.real_now()
        if now - self._held_at < self._hold_every:
            return True
        self._held_at = now
        return await self._hold()

    async def _tell(self, command: Command) -> None:
        await self._writer.run(Order(self._convention_id, command))


def _meetings(db: Session, draft_id: UUID | None) -> list[DraftMeeting]:
    return list(db.exec(select(DraftMeeting).where(DraftMeeting.draft_id == draft_id))) if draft_id else []


def _pins(db: Session, draft_id: UUID | None) -> dict[Pair, UUID]:
    """Pairs that stay where they are in the draft that this one is based on."""
    pinned = select(DraftMeeting).where(
        DraftMeeting.draft_id == draft_id, col(DraftMeeting.pinned), col(DraftMeeting.lost).is_(None)
    )
    return {(row.one_id, row.other_id): row.slot_id for row in db.exec(pinned)} if draft_id else {}
