"""What reading a parameter, keeping a statistic and drawing noise mean depends on who asks. Notebook 03.

The same layer runs inside a training step, inside a test function, while a graph is recorded, or on its own in a
cell. Each of these is a scope. It is bound to the running context, so another thread never notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any

import numpy as np

from teachnn.errors import ModeError
from teachnn.trace import getval

if TYPE_CHECKING:
    from teachnn.layer import Layer, Mode
    from teachnn.parameter import Statistic, Variable


class Scope:
    """What reading a value, keeping a statistic, drawing noise and calling a layer mean, here and now.

    Outside every function they mean the plain thing, and nothing is kept. A training step, a test function, a graph
    recording and a gradient check each enter a scope of their own. It is bound to the running context, so another
    thread never notices.
    """

    __slots__ = ()

    def read(self, variable: Variable):
        """Return the value of a parameter or statistic."""
        return variable._array

    def track(self, statistic: Statistic, new, rate: float) -> None:
        """Move a statistic; only a training step makes that last."""

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return the generator to draw from where a layer holds `rng`."""
        return rng

    def call(self, layer, inputs):
        """Run a layer."""
        return layer.forward(*inputs)

    def nested(self, who: str, modes: Sequence[Mode]) -> Scope | None:
        """Return the scope of a test function that is called inside this one; None for one of its own."""

    def run(self, function: Callable, *args) -> Any:
        """Call `function(*args)` with this scope in force.

        It runs in a context of its own, which ends with it however it ends: there is nothing to put back.
        """
        return copy_context().run(self._enter, function, args)

    def _enter(self, function, args):
        _scope.set(self)
        return function(*args)


_scope: ContextVar[Scope] = ContextVar("teachnn.scope", default=Scope())  # noqa: B039  (a Scope has no state)
current_scope = _scope.get


class Step(Scope):
    """Inside one training step: trained parameters are boxes, statistics move on the side, noise can be undrawn."""

    def __init__(self):
        self.boxes: Mapping[Variable, Any] = {}
        self.moved: dict[Variable, np.ndarray] = {}
        self.drawn: dict[np.random.Generator, Any] = {}  # from which generators, and what state they were in before

    def read(self, variable: Variable):
        return self.boxes.get(variable, self.moved.get(variable, variable._array))

    def track(self, statistic: Statistic, new, rate: float) -> None:
        new = (1 - rate) * self.moved.get(statistic, statistic._array) + rate * getval(new)
        new.flags.writeable = False
        self.moved[statistic] = new

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        if rng not in self.drawn:
            self.drawn[rng] = rng.bit_generator.state
        return rng

    def undraw(self) -> None:
        """Put the generators back to where they were."""
        put_back(self.drawn)


def put_back(states: dict[np.random.Generator, Any]) -> None:
    """Set each generator to its state, and empty the dict. A Ctrl-C in the middle of it waits until all is done."""
    try:
        while states:
            rng, state = next(iter(states.items()))
            rng.bit_generator.state = state
            del states[rng]
    except KeyboardInterrupt:
        put_back(states)
        raise


class Unseen(BaseException):
    """A test function reads a variable it never read before."""


class Reading(Scope):
    """Inside one call of a test function: values as they stood at its start; only layers of its modes."""

    def __init__(self, who: str, modes: Sequence[Mode], values: dict[Variable, np.ndarray] | None):
        self.who, self.modes, self.values, self.read_now = who, modes, values, {}

    def read(self, variable: Variable):
        if self.values is None:
            return self.read_now.setdefault(variable, variable._array)
        if variable not in self.values:
            raise Unseen
        return self.values[variable]

    def nested(self, who: str, modes: Sequence[Mode]) -> Reading:
        inner = Reading(who, modes, self.values)
        inner.read_now = self.read_now
        return inner

    def call(self, layer: Layer, inputs):
        refuse_mode(self.who, layer, self.modes)
        return layer.forward(*inputs)


def refuse_mode(who: str, layer: Layer, modes: Sequence[Mode]) -> None:
    """Raise ModeError if the layer has a mode that is not one of `modes`."""
    mode = getattr(layer, "mode", None)
    if mode is not None and mode not in modes:
        raise ModeError(
            f"{layer.who}: expected a layer in mode {' or '.join(map(repr, modes))} inside {who}, got mode {mode!r}; "
            f'use its sibling, .at({modes[0]!r}), or ask for it: TestFunction(f, modes=("test", "train"))'
        )
