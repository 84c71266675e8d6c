"""What a step found, and how the loss and its terms went over many of them. Notebook 03."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from teachnn.parameters import Change
from teachnn.support import name_given, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class StepResult:
    """What one step of training found before it moved: the loss and its terms; float(result) is the loss.

    norm: of the gradient, before it was clipped; None where nothing is clipped.
    """

    loss: float
    terms: dict[str, float]
    step: int
    norm: float | None = None

    def __float__(self) -> float:
        return self.loss

    def __repr__(self) -> str:
        return f"StepResult({', '.join(f'{key}={value!r}' for key, value in vars(self).items() if value is not None)})"


class Best(NamedTuple):
    """The epoch (from 1) after which what early stopping watches was smallest, the step then, and the value."""

    epoch: int
    step: int
    value: float


class Curve(NamedTuple):
    """The means of a history; put in place as a whole, so that another thread never reads names of other means."""

    names: tuple[str, ...]
    stride: int
    rows: list[np.ndarray]  # each: last step, number of steps, sums of the terms


class History:
    """How the loss and its terms went: means over `stride` steps each, and test values as they were reported.

    Its memory is bounded: when it holds `capacity` means, neighbours are joined and `stride` doubles.
    While another thread trains, read from a `copy()`: its steps and terms are of one instant, and as many.
    best: the epoch, the step and the value at which an early stopping fit found what it watches best; None without.
    """

    def __init__(self, capacity: int = 2048) -> None:
        self.capacity: int = whole("History", "capacity", capacity, 2)
        self._curve = Curve((), 1, [])
        self.tests: list[tuple[int, dict[str, float]]] = []
        self.best: Best | None = None

    def append(self, result: StepResult) -> None:
        """Add one step, and forget those from its number on. If the terms have other names, the history starts anew."""
        if tuple(result.terms) != self.names:
            self._curve = Curve(tuple(result.terms), 1, [])
        names, stride, rows = self._curve
        while rows and rows[-1][0] >= result.step:  # training went back to an earlier step
            rows.pop()
        row = np.array([result.step, 1, *result.terms.values()])
        if rows and rows[-1][1] < stride:
            rows[-1] = _join(rows[-1], row)
        else:
            rows.append(row)
        if len(rows) >= self.capacity and rows[-1][1] == stride:
            joined = [_join(a, b) for a, b in zip(rows[::2], rows[1::2], strict=False)]
            self._curve = Curve(names, 2 * stride, joined)

    def copy(self) -> History:
        """Return a history of its own, as this one is now: what comes later reaches only one of the two."""
        copied = History(self.capacity)
        names, stride, rows = self._curve
        copied._curve, copied.tests, copied.best = Curve(names, stride, rows[:]), self.tests[:], self.best
        return copied

    def as_it_is(self) -> dict[str, Any]:
        """Return all that it holds, in words and numbers that a text file can keep."""
        names, stride, rows = self._curve
        return {"names": names, "stride": stride, "rows": [row.tolist() for row in rows[:]], "tests": self.tests[:]}

    def as_it_was(self, kept: Mapping[str, Any]) -> list[Change]:
        """Return the changes that put back what `as_it_is` told."""
        rows = [np.array(row, float) for row in kept["rows"]]
        curve = Curve(tuple(kept["names"]), int(kept["stride"]), rows)
        return [(self, "_curve", curve), (self, "tests", [(int(step), dict(test)) for step, test in kept["tests"]])]

    def report(self, step: int, terms: Mapping[str, float]) -> None:
        """Take note of test values, in place of those from this step on; of `capacity` many, every other one goes."""
        before = [test for test in self.tests if test[0] < step]
        self.tests = [*(before[1::2] if len(before) >= self.capacity else before), (step, dict(terms))]

    @property
    def names(self) -> tuple[str, ...]:
        """The terms' names."""
        return self._curve.names

    @property
    def stride(self) -> int:
        """How many steps each mean is of."""
        return self._curve.stride

    @property
    def steps(self) -> np.ndarray:
        """The number of the last step of each mean."""
        return np.array([row[0] for row in self._curve.rows[:]], int)

    @property
    def terms(self) -> dict[str, np.ndarray]:
        """Each term's means, by name."""
        names, _, rows = self._curve
        rows = rows[:]
        return {name: np.array([row[2 + i] / row[1] for row in rows]) for i, name in enumerate(names)}

    @property
    def loss(self) -> np.ndarray:
        """The sum of the terms."""
        return np.sum(list(self.terms.values()), axis=0)

    def plot(self, unit: str = "nats per example") -> Figure:
        """Return a matplotlib figure of each term by step, training and test on one axis; means of many bold."""
        from teachnn.images import TEST, TRAIN, figure

        name_given("History.plot", unit)
        drawing, axes = figure()
        seen = self.copy()
        steps, terms = seen.steps, seen.terms
        many = max(1, len(steps) // 40)
        for (name, values), dash in zip(terms.items(), cycle(["-", "--", ":", "-."]), strict=False):
            axes.plot(steps, values, color=TRAIN, alpha=0.25, linewidth=0.8)
            means = np.convolve(values, np.full(many, 1 / many), "valid")
            axes.plot(steps[many // 2 :][: len(means)], means, dash, color=TRAIN, label=f"{name}, training")
            points = [(step, test[name]) for step, test in seen.tests if name in test]
            if points:
                axes.plot(*zip(*points, strict=True), dash, color=TEST, marker="o", markersize=4, label=f"{name}, test")
        if seen.best:
            label = f"best: epoch {seen.best.epoch}"
            axes.axvline(seen.best.step, color=TEST, linewidth=0.8, linestyle=":", label=label)
        axes.set(xlabel="step", ylabel=unit)
        if terms:
            # The first steps would flatten the rest.
            late = [values[len(values) // 20 :] for values in terms.values()]
            axes.set_ylim(top=1.1 * np.max(late), bottom=min(0, np.min(late)))
            axes.legend()
        return drawing

    def __repr__(self) -> str:
        seen = self.copy()
        if not len(seen.steps):
            return "History(no steps yet)"
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in seen.terms.items())
        best = f"; best after epoch {seen.best.epoch}" if seen.best else ""
        return f"History({seen.steps[-1]:,} steps; {last}{best})"


def _join(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([b[0], *(a[1:] + b[1:])])
