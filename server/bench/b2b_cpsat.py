"""A published instance as a model of CP-SAT, the second solver of the portfolio."""

from collections.abc import Sequence

from ortools.sat.python import cp_model

from server.bench.b2b import FAIR, Instance


class Model:
    """Meetings in slots as literals; of each party, whether it sits, has begun, and ends a break in a slot."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self.model = cp_model.CpModel()
        self.held = [{s: self.model.new_bool_var("") for s in open_} for open_ in instance.open_slots]
        self._hold()
        sits = [self._sit(of) for of in instance.meetings_of]
        self._fill(sits)
        self.breaks = [self._break(of) for of in sits]
        self._be_fair()

    def _hold(self) -> None:
        for held in self.held:
            self.model.add_exactly_one(held.values())
        for first, then in self._instance.before:
            self.model.add(self._slot(first) < self._slot(then))

    def _slot(self, meeting: int) -> cp_model.LinearExprT:
        return sum(s * held for s, held in self.held[meeting].items())

    def _sit(self, of: Sequence[int]) -> list[cp_model.IntVar]:
        sits = []
        for s in range(self._instance.slots):
            sitting = self.model.new_bool_var("")
            self.model.add_exactly_one([self.held[m][s] for m in of if s in self.held[m]] + [~sitting])
            sits.append(sitting)
        self.model.add(sum(sits) == len(of))
        return sits

    def _fill(self, sits: Sequence[Sequence[cp_model.IntVar]]) -> None:
        """As many meetings in a slot as there are tables, and two who sit in each."""
        tables, all_ = self._instance.tables, len(self._instance.meetings)
        least = min(tables, max(0, all_ - tables * (self._instance.slots - 1)))
        for s in range(self._instance.slots):
            at_once = self.model.new_int_var(least, tables, "")
            self.model.add(sum(held[s] for held in self.held if s in held) == at_once)
            self.model.add(sum(of[s] for of in sits) == 2 * at_once)

    def _break(self, sits: Sequence[cp_model.IntVar]) -> list[cp_model.IntVar]:
        ends = []
        begun = sits[0]
        for s in range(1, len(sits) - 1):
            now = self.model.new_bool_var("")
            self.model.add_bool_or(begun, sits[s], ~now)
            self.model.add_implication(begun, now)
            self.model.add_implication(sits[s], now)
            begun = now
            end = self.model.new_bool_var("")
            self.model.add_bool_or(end, ~begun, sits[s], ~sits[s + 1])
            self.model.add_bool_and(begun, ~sits[s], sits[s + 1]).only_enforce_if(end)
            ends.append(end)
        return ends

    def _be_fair(self) -> None:
        fewest = self.model.new_int_var(0, self._instance.slots, "")
        for ends in self.breaks:
            self.model.add(sum(ends) >= fewest)
            self.model.add(sum(ends) <= fewest + FAIR)
        self.model.minimize(sum(end for ends in self.breaks for end in ends))


def optimum(instance: Instance) -> tuple[list[int], int] | None:
    """A best answer and its breaks; None if there is no answer at all."""
    model = Model(instance)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.optimize_with_core = True
    solver.parameters.linearization_level = 0
    status = solver.solve(model.model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise RuntimeError(solver.status_name(status))
    answer = [next(s for s, literal in held.items() if solver.boolean_value(literal)) for held in model.held]
    return answer, round(solver.objective_value)
