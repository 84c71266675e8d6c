"""What reading a parameter, keeping a statistic and drawing noise mean inside a step and inside a test. Notebook 03."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from teachnn.layers import Layer, refuse_mode
from teachnn.ops import getval, stop_gradient
from teachnn.parameters import Change, Parameter, Scope, Statistic, Variable, change
from teachnn.support import Array, InputError, Mode


class TrainScope(Scope):
    """Inside one training step: parameters are boxes, new statistics wait for its end, noise can be undrawn."""

    def __init__(self, who: str = "") -> None:
        self.who: str = who
        self.boxes: Mapping[Variable, Array] = {}
        self.moved: dict[Variable, np.ndarray] = {}
        self.drawn: dict[np.random.Generator, Any] = {}  # from which generators, and what state they were in before

    def read(self, variable: Variable) -> Array:
        if isinstance(variable, Parameter) and variable not in self.boxes:
            self._refuse_namesake(variable)
        return self.boxes.get(variable, self.moved.get(variable, variable.stored))

    def constant(self, variable: Variable) -> Array:
        return stop_gradient(self.boxes.get(variable, variable.stored))

    def _refuse_namesake(self, variable: Variable) -> None:
        """Raise InputError for a parameter that is called as one that this step moves, but is another."""
        if any(moving.name == variable.name for moving in self.boxes):
            got = f"one that it moves, and another that it reads, both called {variable.name!r}"
            cure = "run all cells again that make its objective and itself; for a copy on purpose, layer.detached()"
            raise InputError(self.who, "every parameter's name once", got, cure)

    def track(self, statistic: Statistic, new: Array, rate: float) -> None:
        new = (1 - rate) * self.moved.get(statistic, statistic.stored) + rate * getval(new)
        new.flags.writeable = False
        self.moved[statistic] = new

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        if rng not in self.drawn:
            self.drawn[rng] = rng.bit_generator.state
        return rng

    def as_it_was(self) -> dict[Any, Change]:
        """Return, of each statistic and generator that it used, the change that puts back what it was before."""
        generators = {rng: (rng.bit_generator, "state", state) for rng, state in self.drawn.items()}
        return {**{statistic: (statistic, "stored", statistic.stored) for statistic in self.moved}, **generators}

    def undraw(self) -> None:
        """Put the generators back to where they were."""
        change([(rng.bit_generator, "state", state) for rng, state in self.drawn.items()])


class Unseen(BaseException):
    """A test function reads a variable it never read before."""


class TestScope(Scope):
    """Inside one call of a test function: values as they stood at its start; only layers of its modes."""

    __test__ = False  # pytest: not a class of tests

    def __init__(self, who: str, modes: Sequence[Mode], values: dict[Variable, np.ndarray] | None) -> None:
        self.who: str = who
        self.modes: Sequence[Mode] = modes
        self.values: dict[Variable, np.ndarray] | None = values
        self.read_now: dict[Variable, np.ndarray] = {}

    def read(self, variable: Variable) -> Array:
        if self.values is None:
            return self.read_now.setdefault(variable, variable.stored)
        if variable not in self.values:
            raise Unseen
        return self.values[variable]

    def nested(self, who: str, modes: Sequence[Mode]) -> TestScope:
        inner = TestScope(who, modes, self.values)
        inner.read_now = self.read_now
        return inner

    def call(self, layer: Layer, inputs: Any) -> Any:
        refuse_mode(self.who, layer, self.modes)
        return layer.forward(*inputs)
