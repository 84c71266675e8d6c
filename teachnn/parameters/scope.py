"""What reading a parameter, keeping a statistic and drawing noise mean depends on who asks. Notebook 03.

The same layer runs inside a training step, inside a test function, while a graph is recorded, or on its own in a
cell. Each of these is a scope. It is bound to the running context, so another thread never notices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from typing import Any, Protocol, TypeVar

import numpy as np

from teachnn.ops import stop_gradient
from teachnn.support import Array, Mode

R = TypeVar("R")


class Stored(Protocol):
    """A parameter or a statistic, as far as a scope knows one: something with an array in it."""

    stored: np.ndarray


class Callee(Protocol):
    """A layer, as far as a scope knows one: something with a `forward`."""

    def forward(self, *inputs: Any) -> Any:
        """Return its output."""


class Scope:
    """What reading a value, keeping a statistic, drawing noise and calling a layer mean, here and now.

    Outside every function they mean the plain thing, and nothing is kept. A training step, a test function, a graph
    recording and a gradient check each enter a scope of their own. It is bound to the running context, so another
    thread never notices.
    """

    __slots__ = ()

    def read(self, variable: Stored) -> Array:
        """Return the value of a parameter or statistic."""
        return variable.stored

    def constant(self, variable: Stored) -> Any:
        """Return the value of a parameter that is used as a constant on purpose: no gradient passes to it."""
        return stop_gradient(self.read(variable))

    def track(self, statistic: Stored, new: Array, rate: float) -> None:
        """Move a statistic; only a training step makes that last."""

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return the generator to draw from where a layer holds `rng`."""
        return rng

    def call(self, layer: Callee, inputs: Sequence[Any]) -> Any:
        """Run a layer."""
        return layer.forward(*inputs)

    def nested(self, who: str, modes: Sequence[Mode]) -> Scope | None:
        """Return the scope of a test function that is called inside this one; None for one of its own."""

    def run(self, function: Callable[..., R], *args: Any) -> R:
        """Call `function(*args)` with this scope in force.

        It runs in a context of its own, which ends with it, after an error too; so nothing has to be put back.
        """
        return copy_context().run(self._enter, function, args)

    def _enter(self, function: Callable[..., R], args: tuple[Any, ...]) -> R:
        _scope.set(self)
        return function(*args)


class Around(Scope):
    """The outer scope, but for what a subclass means otherwise."""

    __slots__ = ("outer",)

    def __init__(self, outer: Scope) -> None:
        self.outer: Scope = outer

    def read(self, variable: Stored) -> Array:
        return self.outer.read(variable)

    def constant(self, variable: Stored) -> Any:
        return self.outer.constant(variable)

    def track(self, statistic: Stored, new: Array, rate: float) -> None:
        self.outer.track(statistic, new, rate)

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        return self.outer.generator(rng)

    def call(self, layer: Callee, inputs: Sequence[Any]) -> Any:
        return self.outer.call(layer, inputs)

    def nested(self, who: str, modes: Sequence[Mode]) -> Scope | None:
        return self.outer.nested(who, modes)


_scope: ContextVar[Scope] = ContextVar("teachnn.scope", default=Scope())  # noqa: B039  (a Scope has no state)
current_scope: Callable[[], Scope] = _scope.get
