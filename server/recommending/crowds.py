"""Each convention's crowd, kept in memory and made anew in a thread of its own when what it is made of has changed.

Whoever asks waits for what is true now; where making it takes longer than `QUICK`, they get what was true before.
Making one takes some 50 ms with a hundred parties and some 15 s with twelve thousand, of which a third keeps Python
busy; one is made at a time, and at most a tenth of the time is spent so. A crowd of twelve thousand takes 60 MB, and
the making another 100 MB; those that nobody has asked for since `KEPT` others are forgotten.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Engine, String, cast
from sqlmodel import Session, col, func, select

from matchmaking.calendar import rules_of
from matchmaking.parties import directory
from matchmaking.recommend.census import Census, take_census
from matchmaking.recommend.crowd import Scores
from matchmaking.recommend.exposure import Balance
from matchmaking.recommend.tables import Category
from matchmaking.recommend.texts import get_ready
from matchmaking.tables import PartyLimits, Representative
from server.clock import Clock
from server.database import reading
from server.errors import Busy
from sessions.tables import ProgrammeSession, Viewer

QUICK, PATIENCE = 3.0, 25.0  # seconds
KEPT = 20
REST = 10  # times as long as the making took, before the next


class Kept(NamedTuple):
    """A crowd, and the prices at which nobody is shown too often."""

    census: Census
    prices: Scores


@dataclass(slots=True)
class _Place:
    """What is kept for one convention. `made_of` is what the crowd was made of, `making` the next one; where that takes
    long, it is not begun before `rested_at`."""

    kept: Kept | None = None
    made_of: object = None
    making: Future[Kept] | None = None
    is_slow: bool = False
    rested_at: datetime | None = None


class Crowds:
    """Keeps crowds. All methods may be called from any thread."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._places: OrderedDict[UUID, _Place] = OrderedDict()
        self._lock = Lock()
        self._maker = ThreadPoolExecutor(1, "crowds", initializer=get_ready)

    async def of(self, convention_id: UUID) -> Kept:
        """The convention's crowd.

        Raises:
            Busy: it is being made for the first time, and not ready yet.
            NotFound: the convention has no meeting calendar.
        """
        found = await asyncio.to_thread(self._look, convention_id)
        if isinstance(found, Kept):
            return found
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(found)), PATIENCE)
        except TimeoutError:
            raise Busy("The suggestions are still being reckoned.") from None

    def close(self) -> None:
        """Make no more; returns when the one that is being made is done."""
        self._maker.shutdown(cancel_futures=True)

    def _look(self, convention_id: UUID) -> Future[Kept] | Kept:
        """What is kept, or what is being made and worth to wait for."""
        with reading(self._engine) as db:
            true_now = _made_of(db, convention_id)
        with self._lock:
            place = self._places.setdefault(convention_id, _Place())
            self._places.move_to_end(convention_id)
            while len(self._places) > KEPT:
                self._places.popitem(last=False)
            if place.making is None and place.made_of != true_now and self._has_rested(place):
                place.making = self._maker.submit(self._make, convention_id, place, true_now)
            if place.kept is not None and (place.making is None or place.is_slow):
                return place.kept
            assert place.making is not None  # it begins at once where nothing is kept
            return place.making

    def _has_rested(self, place: _Place) -> bool:
        return place.rested_at is None or self._clock.real_now() >= place.rested_at

    def _make(self, convention_id: UUID, place: _Place, made_of: object) -> Kept:
        began = self._clock.real_now()
        try:
            with reading(self._engine) as db:
                census = take_census(db, convention_id, _watched(db, convention_id))
            balance = Balance(census.crowd, census.capacity)
            kept = Kept(census, balance.settle(balance.shortlists()))
            with self._lock:
                place.kept, place.made_of = kept, made_of
            return kept
        finally:
            ended = self._clock.real_now()
            with self._lock:
                place.making = None
                place.is_slow = place.kept is not None and (ended - began).total_seconds() > QUICK
                place.rested_at = ended + REST * (ended - began) if place.is_slow else ended


def _made_of(db: Session, convention_id: UUID) -> object:
    """What tells a crowd from the next: the parties, the rules, the taxonomy, the limits. Who watched which session
    counts from the next one on."""
    rules = rules_of(db, convention_id)
    terms = func.aggregate_strings(
        col(Category.code) + cast(Category.name, String) + cast(Category.synonyms, String), ""
    )
    taxonomy = select(terms).where(Category.convention_id == convention_id)
    limits = select(func.sum(PartyLimits.version)).where(PartyLimits.convention_id == convention_id)
    return (
        directory(db, convention_id).version,
        rules.policies.match_weights,
        rules.policies.who_may_ask,
        db.exec(taxonomy).one(),
        db.exec(limits).one(),
    )


def _watched(db: Session, convention_id: UUID) -> Mapping[UUID, frozenset[UUID]]:
    """The sessions that the convention's representatives have watched."""
    query = (
        select(col(Viewer.person_id), col(Viewer.session_id))
        .join(ProgrammeSession, col(ProgrammeSession.id) == col(Viewer.session_id))
        .join(Representative, col(Representative.person_id) == col(Viewer.person_id))
        .where(ProgrammeSession.convention_id == convention_id, Representative.convention_id == convention_id)
    )
    watched: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for person, session in db.exec(query):
        watched[person].add(session)
    return {person: frozenset(some) for person, some in watched.items()}
