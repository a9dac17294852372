"""A published instance as clauses, and its optimum by CaDiCaL: from no breaks upwards, one by one or core by core."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from pysat.card import CardEnc, EncType, ITotalizer
from pysat.examples.rc2 import RC2
from pysat.formula import WCNF
from pysat.solvers import Solver

from server.bench.b2b import FAIR, Instance

SOLVER = "cadical195"
STEPS = 8  # breaks that are counted at first


class Encoding:
    """The clauses of an instance; a literal is true if and only if what it stands for is so.

    `held[m][s]`: meeting m is in slot s. `ends`, of each party: a break ends where it sits again. What follows from the
    rules is said too, where a solver would not see it: a party sits in as many slots as it has meetings.

    `counting`: what is counted in a slot. By "parties" they are an even number and at most two a table; some proofs are
    about how many of them the tables hold, and take hours if only "meetings" are counted, which is better for others.
    """

    def __init__(self, instance: Instance, counting: Literal["parties", "meetings"]) -> None:
        self._instance = instance
        self.clauses: list[list[int]] = []
        self.variables = 0
        self.held: list[dict[int, int]] = [{s: self._new() for s in open_} for open_ in instance.open_slots]
        self._hold()
        sits = [self._sit(of) for of in instance.meetings_of]
        if counting == "parties":
            self._seat_parties(sits)
        else:
            self._seat_meetings()
        self.ends = [self._break(of) for of in sits]
        self._be_fair()

    def answer(self, model: Iterable[int]) -> list[int]:
        """The slot of each meeting in a model."""
        true = {literal for literal in model if literal > 0}
        return [next(s for s, literal in held.items() if literal in true) for held in self.held]

    def _new(self) -> int:
        self.variables += 1
        return self.variables

    def _say(self, *literals: int) -> None:
        self.clauses.append(list(literals))

    def _one_at_most(self, literals: Sequence[int]) -> None:
        for n, one in enumerate(literals):
            for other in literals[n + 1 :]:
                self._say(-one, -other)

    def _count(self, literals: Sequence[int], limit: int) -> list[int]:
        """Literals that at least one, at least two, ... of these are true, up to the limit (a totalizer)."""
        if len(literals) < 2:
            return list(literals[:limit])
        middle = len(literals) // 2
        left, right = self._count(literals[:middle], limit), self._count(literals[middle:], limit)
        both = [self._new() for _ in range(min(limit, len(left) + len(right)))]
        for a in range(len(left) + 1):
            for b in range(len(right) + 1):
                if a + b:
                    enough = both[min(a + b, limit) - 1]
                    self._say(enough, *([-left[a - 1]] if a else []), *([-right[b - 1]] if b else []))
                if a + b < len(both):
                    self._say(-both[a + b], *left[a : a + 1], *right[b : b + 1])
        for less, more in pairwise(both):
            self._say(-more, less)
        return both

    def _bound(self, count: Sequence[int], least: int, most: int) -> None:
        """What was counted is at least and at most so many."""
        for n, literal in enumerate(count, start=1):
            if n <= least:
                self._say(literal)
            if n > most:
                self._say(-literal)
        if least > len(count):
            self._say()

    def _hold(self) -> None:
        """Every meeting once, one after another where they must be."""
        for held in self.held:
            self._say(*held.values())
            self._one_at_most(list(held.values()))
        for first, then in self._instance.before:
            for s, literal in self.held[then].items():
                self._say(-literal, *(early for at, early in self.held[first].items() if at < s))

    def _sit(self, of: Sequence[int]) -> list[int]:
        """Of one party, a literal a slot: it sits in a meeting."""
        sits = [self._new() for _ in range(self._instance.slots)]
        for s, sitting in enumerate(sits):
            there = [self.held[m][s] for m in of if s in self.held[m]]
            self._say(-sitting, *there)
            for literal in there:
                self._say(sitting, -literal)
            self._one_at_most(there)
        self._bound(self._count(sits, len(of) + 1), len(of), len(of))
        return sits

    def _seat_meetings(self) -> None:
        """A table for each."""
        for s in range(self._instance.slots):
            held = [of[s] for of in self.held if s in of]
            if len(held) > self._instance.tables:
                clauses = CardEnc.atmost(
                    held, self._instance.tables, top_id=self.variables, encoding=EncType.seqcounter
                )
                self.clauses += clauses.clauses
                self.variables = max(self.variables, clauses.nv)

    def _seat_parties(self, sits: Sequence[Sequence[int]]) -> None:
        """Two at every table that is taken, and tables enough elsewhere for all the others."""
        people = 2 * self._instance.tables
        elsewhere = people * (self._instance.slots - 1)
        least = max(0, 2 * len(self._instance.meetings) - elsewhere)
        busiest = sorted(range(len(sits)), key=lambda party: -len(self._instance.meetings_of[party]))
        for s in range(self._instance.slots):
            count = self._count([sits[party][s] for party in busiest if self._instance.meetings_of[party]], people + 1)
            self._bound(count, least, people)
            for odd, even in zip(count[::2], count[1::2], strict=False):
                self._say(-odd, even)

    def _break(self, sits: Sequence[int]) -> list[int]:
        """Of one party, a literal for each slot before which a break may end."""
        ends = []
        begun = sits[0]
        for s in range(1, len(sits) - 1):
            now = self._new()
            self._say(-begun, now)
            self._say(-sits[s], now)
            self._say(-now, begun, sits[s])
            begun, end = now, self._new()
            self._say(end, -begun, sits[s], -sits[s + 1])
            self._say(-end, begun)
            self._say(-end, -sits[s])
            self._say(-end, sits[s + 1])
            ends.append(end)
        return ends

    def _be_fair(self) -> None:
        """Nobody has over two breaks more than whoever has the fewest: none, if somebody meets once at most."""
        most = max((len(ends) for ends in self.ends), default=0)
        if any(len(of) < 2 for of in self._instance.meetings_of):
            for ends in self.ends:
                self._bound(self._count(ends, FAIR + 1), 0, FAIR)
            return
        counts = [self._count(ends, most) for ends in self.ends]
        for fewest in range(1, most + 1 - FAIR):
            everybody = self._new()  # has at least so many
            for count in counts:
                self._say(-everybody, *count[fewest - 1 : fewest])
                if fewest + FAIR - 1 < len(count):
                    self._say(-count[fewest + FAIR - 1], everybody)


def by_steps(instance: Instance) -> tuple[list[int], int] | None:
    """A best answer and its breaks, asking for no break, for one, for two, ...; None if there is no answer at all."""
    encoding = Encoding(instance, "parties")
    ends = [end for of in encoding.ends for end in of]
    with Solver(SOLVER, bootstrap_with=encoding.clauses) as solver:
        if not solver.solve():
            return None
        with ITotalizer(ends, ubound=min(STEPS, len(ends)), top_id=encoding.variables) as count:
            fresh = count.cnf.clauses
            for allowed in range(len(ends)):
                if allowed == count.ubound:
                    count.increase(ubound=min(2 * allowed, len(ends)))
                    fresh = count.cnf.clauses[-count.nof_new :]
                for clause in fresh:
                    solver.add_clause(clause)
                fresh = []
                if solver.solve(assumptions=[-count.rhs[allowed]]):
                    return encoding.answer(solver.get_model()), allowed
                solver.add_clause([count.rhs[allowed]])
        solver.solve()
        return encoding.answer(solver.get_model()), len(ends)


def by_cores(instance: Instance) -> tuple[list[int], int] | None:
    """The same by RC2: the breaks that cannot all be avoided are found, and of each such core one is allowed."""
    encoding = Encoding(instance, "meetings")
    formula = WCNF()
    formula.extend(encoding.clauses)
    for of in encoding.ends:
        for end in of:
            formula.append([-end], weight=1)
    with RC2(formula, solver=SOLVER) as solver:
        model = solver.compute()
        return None if model is None else (encoding.answer(model), int(solver.cost))
