"""What every bench prints: conditions, measured figures, and ratios against targets, as one JSON object.

Ratios come from rounds in which all sides take turns, so that a noisy machine disturbs them alike.
"""

import json
import os
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure without a unit, and the bound it is to keep. Only a `required` one can fail a check."""

    value: float
    at_most: float | None = None
    at_least: float | None = None
    required: bool = True

    @property
    def met(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def target(self) -> str:
        bounds = [f"<= {self.at_most:g}"] if self.at_most is not None else []
        bounds += [f">= {self.at_least:g}"] if self.at_least is not None else []
        return " and ".join(bounds)

    def as_json(self) -> dict[str, Any]:
        value = round(self.value, 3)
        return {"value": value, "target": self.target, "met": self.met, "required": self.required}


@dataclass(slots=True)
class Report:
    """The outcome of one bench."""

    bench: str
    conditions: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "bench": self.bench,
            "conditions": self.conditions,
            "measured": self.measured,
            "ratios": {name: ratio.as_json() for name, ratio in self.ratios.items()},
        }

    def missed(self) -> list[str]:
        """The names of the required ratios that are not met."""
        return [name for name, ratio in self.ratios.items() if ratio.required and not ratio.met]

    def finish(self, check: bool) -> int:
        """Print the object on stdout; the exit status: 1 if `check` and something required was missed."""
        sys.stdout.write(json.dumps(self.as_json(), indent=2) + "\n")
        sys.stdout.flush()
        for name in self.missed():
            say(f"missed: {name} is {self.ratios[name].value:.3g}, target {self.ratios[name].target}")
        return int(check and bool(self.missed()))


def machine() -> dict[str, Any]:
    """The conditions that any bench shares."""
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def say(text: str) -> None:
    """Progress, on stderr: stdout is for the one object."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def interleaved(rounds: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Measure all sides once a round, each round beginning with another one; the figures by round."""
    names = list(sides)
    figures: dict[str, list[float]] = {name: [] for name in names}
    for round_ in range(rounds):
        first = round_ % len(names)
        for name in names[first:] + names[:first]:
            figures[name].append(sides[name]())
        say(f"  round {round_ + 1}/{rounds}: " + ", ".join(f"{n} {figures[n][-1]:.4g}" for n in names))
    return figures


def median_ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the rounds' ratios; a slow moment of the machine falls into one round, on both sides."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
