"""A recurrent net that goes on with a series: trained on the true past, used on its own output.

The training function is T calls of one step on one W, and each is given the true number before it: teacher forcing,
Williams & Zipser 1989. The test function is one step, called in a loop on what it said before. So it meets inputs that
training never showed it, its own errors among them: exposure bias. Scheduled sampling shows them more and more of its
own output, Bengio et al. 2015, arXiv:1506.03099. Notebook 12.
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np

from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import GRU, Dense, Layer, noise_from, outline_of_model
from teachnn.ops import loss
from teachnn.parameters import Parameter
from teachnn.support import Array, InputError, array, check_generator, number, whole


def waves(rng: np.random.Generator, count: int, steps: int, noise: float = 0.02) -> np.ndarray:
    """Return sine waves of random period (8 to 16 steps), height and start, with a little noise: (count, steps, 1)."""
    shape = whole("waves", "count", count), whole("waves", "number of steps", steps)
    check_generator("waves", rng)
    period, height, start = (rng.uniform(*ends, (shape[0], 1)) for ends in ((8, 16), (0.6, 1.2), (0, 2 * np.pi)))
    clean = height * np.sin(2 * np.pi * np.arange(shape[1]) / period + start)
    noisy = clean + number("waves", "noise", noise, ">= 0") * rng.standard_normal(shape)
    return noisy[..., None].astype(np.float32)


class Step(Layer):
    """h' = cell(x, h), y = out(h'): x (N, d), h (N, units) -> y (N, d), what may come next, and h'."""

    cell: GRU
    out: Dense

    @classmethod
    def create(cls, name: str, numbers: int, units: int, rng: np.random.Generator) -> Step:
        """Make a step for series of so many numbers a step."""
        cell = GRU.create(f"{name}.cell", numbers, units, rng)
        return cls(cell, Dense.create(f"{name}.out", units, numbers, rng), name=name)

    def forward(self, x: Array, h: Array | None = None) -> tuple[Array, Array]:
        """Return the output and the next state; without h the series begins here."""
        state = self.cell(x, h)
        return self.out(state), state


class RecurrentNet:
    """Goes on with series of so many `numbers` a step, the first `given` steps being known. Its state has `units`.

    follow(series): (N, T, d) -> (N, T, d), after each true step what it expects next. read(series): (N, T, d) -> what
    it expects next, (N, d), and the state h, (N, units). next(x, h): one step more, from x (N, d). All three are
    TestFunctions; the state belongs to one series, goes in and comes out, and nobody else keeps it.

    >>> from teachnn import rng
    >>> net = RecurrentNet(1, 8, rng(0))
    >>> y, h = net.read(waves(rng(1), 3, 8))
    >>> y, h = net.next(y, h)
    >>> y.shape, h.shape
    ((3, 1), (3, 8))
    """

    def __init__(self, numbers: int, units: int, rng: np.random.Generator, *, given: int = 8) -> None:
        self.given: int = whole("RecurrentNet", "number of given steps", given)
        self.step: Step = Step.create("step", numbers, units, check_generator("RecurrentNet", rng))
        self.noise: np.random.Generator = rng
        self.follow: TestFunction = TestFunction(self._follow, name="follow")
        self.read: TestFunction = TestFunction(self._read, state=("h",), name="read")
        self.next: TestFunction = TestFunction(self._next, state=("h",), name="next")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the one step."""
        return self.step.parameters

    def __repr__(self) -> str:
        return outline_of_model("RecurrentNet", vars(self))

    def train_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that is taught by the true past; call it with series (N, T + 1, d)."""
        return TrainFunction(self.objective, self.parameters, optimizer)

    def scheduled_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the same with scheduled sampling; call it with series and `own`, 0 to 1."""
        return TrainFunction(self.scheduled, self.parameters, optimizer)

    def objective(self, series: Array) -> Array:
        """Return the mean square of what is wrong in each prediction, given the true past."""
        return self._error(series, self._steps(series[:, :-1])[0])

    def scheduled(self, series: Array, own: float) -> Array:
        """Return the same, where from the step `given` on an input is the net's own output with probability `own`.

        A gradient passes through that output to the steps before; Bengio et al., whose outputs are drawn words, have
        none there.
        """
        return self._error(series, self._steps(series[:, :-1], own)[0])

    def go_on(self, series: Array, count: int) -> np.ndarray:
        """Return the `count` steps (N, count, d) that it expects after a series (N, T, d), fed with its own output."""
        y, h = self.read(array("go_on", "series", series, "N", "T", "d"))
        found = [y]
        for _ in range(whole("go_on", "count", count) - 1):
            y, h = self.next(y, h)
            found.append(y)
        return np.stack(found, axis=1)

    def _follow(self, series: Array) -> Array:
        return anp.stack(self._steps(series)[0], axis=1)

    def _read(self, series: Array) -> tuple[Array, Array]:
        outputs, h = self._steps(series)
        return outputs[-1], h

    def _next(self, x: Array, h: Array) -> tuple[Array, Array]:
        return self.step(x, h)

    def _steps(self, series: Array, own: float | None = None) -> tuple[list[Array], Array]:
        """Return the output of each step, and the last state."""
        if len(series.shape) != 3:
            raise InputError("RecurrentNet", "series of shape (N, T, d)", str(tuple(series.shape)))
        h: Any = None
        outputs: list[Array] = []
        for t in range(series.shape[1]):
            x = series[:, t]
            if own is not None and t >= self.given:
                lots = noise_from(self.noise).random((len(x), 1), np.float32)
                x = anp.where(lots < own, outputs[-1], x)
            y, h = self.step(x) if h is None else self.step(x, h)
            outputs.append(y)
        return outputs, h

    def _error(self, series: Array, outputs: list[Array]) -> Array:
        targets = series[:, 1:].reshape((len(series), -1))
        return loss.mean_squared_error(anp.concatenate(outputs, axis=1), targets)
