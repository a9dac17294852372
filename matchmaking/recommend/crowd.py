"""All parties of a convention as matrices: the scores of scoring.py for many pairs at once.

A pair costs some 60 ns. A party takes about 1 KB besides its texts (some 5 KB a party that has them).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matchmaking.recommend.profile import VOLUMES
from matchmaking.recommend.scoring import ENOUGH_MINUTES, ENOUGH_SESSIONS, NEXT_VOLUME, Facts
from matchmaking.recommend.taxonomy import Taxonomy
from matchmaking.recommend.texts import Words
from matchmaking.recommend.weights import MatchWeights

Rows = NDArray[np.intp]
Scores = NDArray[np.float32]
Many = Any  # an array or a sparse matrix, a row a party

_NEXT: Scores = np.array([[abs(a - b) == 1 for b in range(len(VOLUMES))] for a in range(len(VOLUMES))], np.float32)


class House(NamedTuple):
    """What holds for the whole convention."""

    taxonomy: Taxonomy
    weights: MatchWeights
    directions: tuple[str, ...]
    slots: int
    slot_minutes: int


class _Question(NamedTuple):
    """What parties ask of others, and what others have to say to it; who has said anything to either."""

    weight: int
    asks: Many
    answers: Many
    asking: NDArray[np.bool_]
    answering: NDArray[np.bool_]


class Crowd:
    """The parties of a convention. `facts` are in the order of the rows."""

    def __init__(self, facts: Sequence[Facts], words: Words, house: House) -> None:
        self.facts = facts
        self.house = house
        self.index: Mapping[UUID, int] = {party.id: row for row, party in enumerate(facts)}
        self._organisations = _numbered(party.organisation for party in facts)
        self._awake = _bits([party.awake or 0 for party in facts], house.slots)
        self._known_hours = np.array([party.awake is not None for party in facts], bool)
        alike = (
            (house.weights.languages, [party.languages for party in facts], 1),
            (house.weights.channels, [party.channels or frozenset() for party in facts], 1),
            (house.weights.sessions, [party.sessions for party in facts], ENOUGH_SESSIONS),
        )
        self._alike = [(weight, _marks(said), enough) for weight, said, enough in alike if weight and any(said)]
        self._volumes = _marks([party.volumes for party in facts], VOLUMES)
        self._does_volumes = bool(house.weights.volumes and self._volumes.any())
        asked = [self._supply(), *self._wishes()]
        self._questions = [question for question in asked if question.weight and question.asking.any()]
        self._about, self._wanted = words.about, words.wanted
        self._salt = np.array([party.id.int & 0xFFFFFFFF for party in facts], np.uint32)

    @cached_property
    def partners(self) -> Mapping[tuple[bool, bool], Rows]:
        """Whom parties of a kind, (exhibits, buys), may meet by the convention's directions."""
        kinds = {(party.exhibits, party.buys) for party in self.facts}
        return {
            kind: np.array(
                [row for row, party in enumerate(self.facts) if self._allowed(kind, (party.exhibits, party.buys))],
                np.intp,
            )
            for kind in kinds
        }

    def partners_of(self, row: int) -> Rows:
        """The rows of those that a party may meet, itself perhaps among them."""
        return self.partners[self.facts[row].exhibits, self.facts[row].buys]

    def scores(self, rows: Rows, columns: Rows) -> Scores:
        """The points of each of `rows` with each of `columns`, without what has been between the two; -1 for a pair
        that cannot meet."""
        weights = self.house.weights
        shared: Scores = self._awake[rows] @ self._awake[columns].T
        never = (shared == 0) & np.logical_and.outer(self._known_hours[rows], self._known_hours[columns])
        never |= np.equal.outer(self._organisations[rows], self._organisations[columns])
        total = _capped(shared, ENOUGH_MINUTES / self.house.slot_minutes, weights.hours)
        for weight, marks, enough in self._alike:
            total += _capped(marks[rows] @ marks[columns].T, enough, weight)
        if self._does_volumes:
            total += self._same_volumes(rows, columns)
        for question in self._questions:
            total += _both_ways(question, rows, columns)
        alike = self._texts(rows, columns)
        alike *= weights.texts
        total += alike
        total[never] = -1
        return total

    def chance(self, rows: Rows, columns: Rows) -> Scores:
        """A number from 0 to 1 for each pair, always the same: equals are not everybody's first for standing first."""
        mixed = np.bitwise_xor.outer(self._salt[rows] * np.uint32(2654435761), self._salt[columns])
        for shift, factor in ((16, 2246822507), (13, 3266489909)):
            mixed ^= mixed >> np.uint32(shift)
            mixed *= np.uint32(factor)
        drawn: Scores = (mixed >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)
        return drawn

    def texts(self, row: int, columns: Rows) -> Scores:
        """How alike the words of a party are to those of others, 0 to 1."""
        alike: Scores = self._texts(np.array([row]), columns)[0]
        return alike

    def _same_volumes(self, rows: Rows, columns: Rows) -> Scores:
        mine, theirs, weight = self._volumes[rows], self._volumes[columns], self.house.weights.volumes
        one_apart = np.asarray(mine @ _NEXT @ theirs.T, np.float32)
        near = _capped(one_apart, 1, NEXT_VOLUME * weight)
        return np.maximum(near, _capped(mine @ theirs.T, 1, weight), out=near)

    def _texts(self, rows: Rows, columns: Rows) -> Scores:
        """The better of two: what one looks for against what the other says of itself, and the other way round."""
        theirs = _product(self._wanted, self._about, rows, columns)
        mine = _product(self._about, self._wanted, rows, columns)
        return np.maximum(theirs, mine, out=theirs)

    def _supply(self) -> _Question:
        taxonomy = self.house.taxonomy
        needs, offers = [party.needs for party in self.facts], [party.offers for party in self.facts]
        wanted = sorted(set(chain.from_iterable(needs)))
        every: dict[str, dict[str, float]] = {}
        for offer in set(chain.from_iterable(offers)):
            covers = ((need, taxonomy.cover(need, offer)) for need in wanted)
            every[offer] = {need: cover for need, cover in covers if cover > 0}
        best: list[dict[str, float]] = []
        for some in offers:
            covered: dict[str, float] = {}
            for offer in some:
                for need, cover in every[offer].items():
                    covered[need] = max(cover, covered.get(need, 0.0))
            best.append(covered)
        shares = [{need: 1 / len(some) for need in some} for some in needs]
        said = ([bool(some) for some in needs], [bool(some) for some in offers])
        answers, asks = _weighted(best, wanted), _weighted(shares, wanted)
        return _Question(self.house.weights.supply, asks, answers, *(np.array(one, bool) for one in said))

    def _wishes(self) -> Iterable[_Question]:
        weights, facts = self.house.weights, self.facts
        country = [_said(party.country) for party in facts]
        yield _question(weights.markets, [party.markets for party in facts], country)
        yield _question(weights.size, [party.sizes_wanted for party in facts], [_said(party.size) for party in facts])
        wanted = [party.certifications_wanted for party in facts]
        yield _question(weights.certifications, wanted, [party.certifications for party in facts], parts=True)

    def _allowed(self, one: tuple[bool, bool], other: tuple[bool, bool]) -> bool:
        sides = [[kind for kind, is_it in zip(("exhibitor", "buyer"), p, strict=True) if is_it] for p in (one, other)]
        return any(
            f"{a}_to_{b}" in self.house.directions or f"{b}_to_{a}" in self.house.directions
            for a in sides[0]
            for b in sides[1]
        )


def _said(value: str | None) -> Set[str]:
    return frozenset() if value is None else frozenset({value})


def _question(
    weight: int, asked: Sequence[Set[str]], answered: Sequence[Set[str]], *, parts: bool = False
) -> _Question:
    known = sorted(set(chain.from_iterable(asked)))
    shares = [{value: 1 / len(some) if parts else 1.0 for value in some} for some in asked]
    answers = [dict.fromkeys(some & set(known), 1.0) for some in answered]
    asking, answering = (np.array([bool(some) for some in each], bool) for each in (asked, answered))
    return _Question(weight, _weighted(shares, known), _weighted(answers, known), asking, answering)


def _both_ways(question: _Question, rows: Rows, columns: Rows) -> Scores:
    """The points of a question: the mean of what the two answer to what each asks, if it is asked and answered."""
    there = _product(question.asks, question.answers, rows, columns)
    back = _product(question.answers, question.asks, rows, columns)
    asked: Scores = np.logical_and.outer(question.asking[rows], question.answering[columns]).astype(np.float32)
    asked += np.logical_and.outer(question.answering[rows], question.asking[columns])
    there += back
    there /= np.maximum(asked, 1, out=asked)
    there *= question.weight
    return there


def _capped(product: Scores, enough: float, weight: float) -> Scores:
    """Points for what there is, up to what is enough; in the place of the product."""
    product *= np.float32(1 / enough)
    np.minimum(product, 1, out=product)
    product *= np.float32(weight)
    return product


def _product(left: Many, right: Many, rows: Rows, columns: Rows) -> Scores:
    product: Scores = (left[rows] @ right[columns].T).toarray()
    return product


def _weighted(rows: Sequence[Mapping[str, float]], columns: Sequence[str]) -> Many:
    """A sparse matrix with the values of each row at the place of their key among the columns."""
    from scipy.sparse import csr_array  # takes half a second to import, and few processes need it

    place = {column: number for number, column in enumerate(columns)}
    ends = np.cumsum([0, *map(len, rows)])
    where = np.fromiter((place[key] for row in rows for key in row), np.int32, ends[-1])
    values = np.fromiter((value for row in rows for value in row.values()), np.float32, ends[-1])
    return csr_array((values, where, ends), shape=(len(rows), max(1, len(columns))))


def _marks(rows: Sequence[Set[Any]], columns: Sequence[Any] | None = None) -> NDArray[np.float32]:
    """1 where a row has the value of the column."""
    known = sorted(set(chain.from_iterable(rows))) if columns is None else columns
    place = {value: number for number, value in enumerate(known)}
    marks = np.zeros((len(rows), max(1, len(known))), np.float32)
    for number, row in enumerate(rows):
        for value in row:
            marks[number, place[value]] = 1
    return marks


def _bits(masks: Sequence[int], width: int) -> NDArray[np.float32]:
    size = width // 8 + 1
    packed = np.frombuffer(b"".join(mask.to_bytes(size, "little") for mask in masks), np.uint8)
    return np.unpackbits(packed.reshape(len(masks), size), axis=1, bitorder="little").astype(np.float32)


def _numbered(values: Iterable[Hashable]) -> NDArray[np.int64]:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)
