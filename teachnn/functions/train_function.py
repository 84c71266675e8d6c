"""A training function searches for parameters: each call takes one step that makes an objective smaller. Notebook 03.

    train = TrainFunction(objective, parameters, optimizer)     train(x, y) takes one step

A step is atomic: parameters, statistics, the optimizer's memory and the generators change at its end, or not at all.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from teachnn.functions.advance import Progress, advance, completed, nothing_yet, read_only
from teachnn.functions.average import Average, average_given
from teachnn.functions.clipping import check_clip
from teachnn.functions.finite import Finite
from teachnn.functions.given import parameters_given, refuse_one_piece
from teachnn.functions.history import History, StepResult
from teachnn.functions.loop import fit
from teachnn.functions.optimizer import Optimizer
from teachnn.functions.position import Position
from teachnn.functions.scopes import TrainScope
from teachnn.functions.stopping import Kept
from teachnn.graphs import Graph, as_inputs, graph_of, name_of, terms_of
from teachnn.ops import differentiate, getval, tracing
from teachnn.parameters import Change, Parameter, Scope, Statistic, change, current_scope
from teachnn.support import Array, instance, named

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Objective = Callable[..., Array | float | dict[str, Array]]  # returns one scalar, or named ones


class TrainFunction:
    """One call takes one step: it moves exactly `parameters`, to make what `objective` returns smaller.

    objective: any Python function of arrays; returns one scalar, or a dict of named scalars whose sum is minimised.
    parameters: the Parameters that move. optimizer: how they move, `tn.Adam(1e-3)` say.
    clip: gradients of a global norm above it are made shorter first (see clipping.py); None: never.
    average: running means of parameters that move, written when a step is done (see average.py).
    Floats come as float32. Raises InputError, or FloatingPointError for a loss that is not finite; nothing has changed.
    """

    def __init__(
        self,
        objective: Objective,
        parameters: Iterable[Parameter],
        optimizer: Optimizer,
        *,
        clip: float | None = None,
        average: Average | None = None,
    ) -> None:
        self.name: str = name_of(objective, "objective")
        self.who: str = f"{self.name} (TrainFunction)"
        self.objective: Objective = objective
        self.parameters: tuple[Parameter, ...] = parameters_given(self.who, parameters, "to move")
        self._progress = Progress(0, 0, ())
        self.optimizer = optimizer
        self.clip: float | None = check_clip(self.who, clip)
        self.average: Average | None = average_given(self.who, average, self.parameters)
        self.touched: Mapping[Any, Change] = {}  # by steps, besides parameters: what puts it back as it was before
        self.kept: Kept | None = None  # by a fit that may stop early
        self.position: Position | None = None  # of a fit
        self.history: History = History()

    @property
    def optimizer(self) -> Optimizer:
        """How the parameters move. Another may take its place between two steps.

        One that remembers the same things, Adam with another learning rate say, goes on with them; others begin anew.
        """
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer: Optimizer) -> None:
        instance(self.who, "an optimizer", optimizer, Optimizer, "tn.Adam(1e-3) is one")
        with tracing:
            steps, progress = self.steps, self._progress
            if not progress.memory or optimizer.memory != self._optimizer.memory:
                progress = Progress(steps, steps, nothing_yet(self.parameters, optimizer))
            change([(self, "_optimizer", optimizer), (self, "_progress", progress)])

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self._progress.steps

    @property
    def memory(self) -> dict[str, np.ndarray]:
        """What the optimizer remembers of each parameter, `sum.h.W` say: arrays in the parameters' shapes."""
        names = [f"{slot}.{p.name}" for p in self.parameters for slot in self.optimizer.memory]
        return dict(zip(names, chain.from_iterable(self._progress.memory), strict=True))

    def as_it_is(self) -> list[Change]:
        """Return the changes that would put back what it is now: optimizer, memory, steps, a fit's position."""
        return [(self, name, getattr(self, name)) for name in ("_optimizer", "_progress", "position")]

    def as_it_was(self, steps: int, began: int, memory: Mapping[str, np.ndarray], position: Any) -> list[Change]:
        """Return the changes that put back what a checkpoint holds."""
        arrays = tuple(tuple(memory[f"{slot}.{p.name}"] for slot in self.optimizer.memory) for p in self.parameters)
        at = position and Position(*position)
        return [(self, "_progress", Progress(steps, began, arrays)), (self, "position", at)]

    @property
    def averages(self) -> tuple[Statistic, ...]:
        """The running means that its steps write."""
        return self.average.statistics if self.average else ()

    @property
    def began(self) -> int:
        """The number of steps before the optimizer's memory began."""
        return self._progress.began

    def __call__(self, *inputs: ArrayLike) -> StepResult:
        """Take one step on a batch; return the loss before it."""
        inputs, scope = self._inputs(inputs), TrainScope(self.who)
        with tracing:
            before = self._progress
            try:
                loss, terms, gradients = self.differentiate(scope, inputs)
                moved, progress, norm = advance(before, self.parameters, gradients, self._finite, self.clip)
                if self.average:
                    self.average.write(scope, moved, progress.steps)
                self._finite.check_statistics(scope.moved)
                self.touched = {**scope.as_it_was(), **self.touched}
                moved |= scope.moved
                read_only(chain(moved.values(), *progress.memory))
                change([*((v, "stored", array) for v, array in moved.items()), (self, "_progress", progress)])
            except BaseException:
                if self._progress is before:  # otherwise it was a Ctrl-C that came after all was done
                    scope.undraw()
                raise
        return StepResult(loss, terms, progress.steps, norm)

    def gradients(self, *inputs: ArrayLike) -> dict[Parameter, np.ndarray]:
        """Return the gradient of the loss by each parameter, as the next step would find it; nothing changes."""
        inputs, scope = self._inputs(inputs), TrainScope(self.who)
        with tracing:
            try:
                _, _, gradients = self.differentiate(scope, inputs)
            finally:
                scope.undraw()
        return {p: np.array(g) for p, g in zip(self.parameters, gradients, strict=True)}  # two may be one array

    def graph(self, *inputs: ArrayLike) -> Graph:
        """Return what one step on this batch would compute; nothing changes."""
        means = self.average.means if self.average else {}
        return graph_of(self, self.objective, self._inputs(inputs), "train", trained=self.parameters, averages=means)

    fit = fit

    def _inputs(self, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """Return the arrays of a batch; raises InputError for a batch in one piece, as in train((x, y))."""
        refuse_one_piece(self.who, inputs)
        return as_inputs(self.who, self.objective, inputs)

    def differentiate(
        self, scope: TrainScope, inputs: Sequence[Any]
    ) -> tuple[float, dict[str, float], list[np.ndarray]]:
        """Return the loss of a batch, its terms, the gradient by each parameter; the scope keeps what moves besides.

        It is the part of a step that may be done elsewhere, by other machines say. Nothing changes but generators.
        """
        self.check_alone()

        def run(boxes: list) -> Any:
            scope.boxes = dict(zip(self.parameters, boxes, strict=True))
            with named(self):
                terms = terms_of(self.who, scope.run(self.objective, *inputs))
            return reduce(operator.add, terms.values()), terms

        loss, terms, gradients = differentiate(run, [p.stored for p in self.parameters])
        loss, terms = float(loss), {name: float(getval(value)) for name, value in terms.items()}
        if not np.isfinite(loss):
            scope.undraw()
            self._finite.explain_loss(self.objective, inputs, terms)
        return loss, terms, completed(self.who, self.parameters, gradients)

    def check_alone(self) -> None:
        """Raise RuntimeError inside of any function: no step is taken in the middle of another."""
        if type(current_scope()) is not Scope:
            raise RuntimeError(f"{self.who}: expected a call outside of any other function, got one inside")

    @property
    def _finite(self) -> Finite:
        return Finite(self.who, self.steps + 1, self.optimizer)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up the state of a copy, or of one from another process: its arrays are read-only again."""
        vars(self).update(state)
        read_only(chain.from_iterable(self._progress.memory))

    def __repr__(self) -> str:
        return f"TrainFunction({self.name}, {len(self.parameters)} parameters, {self.optimizer}, steps={self.steps})"
