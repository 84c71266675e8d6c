"""The two kinds of function. A training function searches for parameters; a test function uses them. Notebook 03.

    train = TrainFunction(objective, parameters, optimizer)     train(x, y) takes one step
    classify = TestFunction(lambda x: softmax(test_net(x)))     classify(x) is plain numpy in, plain numpy out

A step is atomic: parameters, statistics, the optimizer's memory and the generators change together, at its end, or not
at all. A test function is pure, and sees the parameters of one whole step even while another thread trains.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from teachnn import loop
from teachnn.errors import InputError
from teachnn.finite import explain_loss, explain_overflow
from teachnn.graph import Graph
from teachnn.inputs import as_inputs, name_of, terms_of
from teachnn.layer import Mode, check_mode
from teachnn.optimizer import Optimizer, Spares
from teachnn.parameter import Parameter, Statistic, Variable, change, changing, distinct, values_of
from teachnn.record import record
from teachnn.scope import Reading, Scope, Step, Unseen, current_scope
from teachnn.trace import differentiate, getval, tracing


@dataclass(frozen=True)
class StepResult:
    """What one step of training found before it moved: the loss and its terms; float(result) is the loss."""

    loss: float
    terms: dict[str, float]
    step: int

    def __float__(self) -> float:
        return self.loss


class Progress(NamedTuple):
    """What a training function remembers from step to step, besides the parameters themselves."""

    steps: int
    memory: tuple[np.ndarray, ...]  # the optimizer's vectors
    w: np.ndarray  # all parameters in one vector, of which their values are views


class TrainFunction:
    """One call takes one step: it moves exactly `parameters`, to make what `objective` returns smaller.

    objective: any Python function of arrays; returns one scalar, or a dict of named scalars whose sum is minimised.
    parameters: the Parameters that move. optimizer: how they move, `tn.Adam(1e-3)` say.
    Floats come to the objective as float32. Raises InputError for inputs or an objective that do not fit, and
    FloatingPointError where a loss is not finite; either way nothing has changed, and the next call works.
    """

    def __init__(self, objective: Callable, parameters: Iterable[Parameter], optimizer: Optimizer):
        self.name = name_of(objective, "objective")
        self.who = f"{self.name} (TrainFunction)"
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{self.who}: expected an optimizer, got {optimizer!r}; tn.Adam(1e-3) is one")
        parameters = tuple(parameters)
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                cure = "; a layer keeps its statistics itself" if isinstance(parameter, Statistic) else ""
                raise TypeError(f"{self.who}: expected Parameters to move, got {parameter!r}{cure}")
        if not parameters:
            raise ValueError(f"{self.who}: expected at least one Parameter to move, got none; net.parameters has them")
        self.objective, self.optimizer = objective, optimizer
        self.parameters: tuple[Parameter, ...] = distinct(parameters, self.who)
        ends = np.cumsum([p.size for p in self.parameters])
        self._slices = [slice(end - p.size, end) for p, end in zip(self.parameters, ends, strict=True)]
        self._progress = Progress(0, tuple(np.zeros(ends[-1], np.float32) for _ in optimizer.memory), np.empty(0))
        self._spares, self._copies = Spares(), {}
        self.position: tuple | None = None  # of a fit: its epoch, the step at that epoch's start, the order's state
        self.history = loop.History()

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self._progress.steps

    @property
    def memory(self) -> tuple[np.ndarray, ...]:
        """What the optimizer remembers: for each of `optimizer.memory` a vector as long as all parameters together."""
        return self._progress.memory

    def __call__(self, *inputs) -> StepResult:
        """Take one step on a batch; return the loss before it."""
        with tracing:
            scope, loss, terms, gradients = self._differentiate(as_inputs(self.who, self.objective, inputs))
            steps, memory, w = self._progress
            if any(p._array.base is not w for p in self.parameters):  # at first, or somebody else moved them
                w = self._vector([p._array for p in self.parameters])
            w, memory = self.optimizer.step(w, self._vector(gradients), memory, steps + 1, self._spares)
            if not np.isfinite(np.vdot(w, w)):
                explain_overflow(self, gradients, w)
            self._commit(scope, Progress(steps + 1, memory, w))
        return StepResult(loss, terms, steps + 1)

    def gradients(self, *inputs) -> dict[Parameter, np.ndarray]:
        """Return the gradient of the loss by each parameter, as the next step would find it; nothing changes."""
        with tracing:
            _, _, _, gradients = self._differentiate(as_inputs(self.who, self.objective, inputs))
        return dict(zip(self.parameters, gradients, strict=True))

    def graph(self, *inputs) -> Graph:
        """Return what one step on this batch would compute; nothing changes."""
        inputs = as_inputs(self.who, self.objective, inputs)
        return record(self, self.objective, inputs, "train", trained=self.parameters)

    def fit(self, batches: Iterable, epochs: int = 1, **options) -> loop.History:
        """Take a step for each batch of each epoch, with a progress bar; see `loop.fit`."""
        return loop.fit(self, batches, epochs, **options)

    def _differentiate(self, inputs: Sequence):
        if type(current_scope()) is not Scope:
            raise RuntimeError(
                f"{self.who}: expected to be called outside of any other function, got a call inside one"
            )
        scope = Step({}, self._copies)

        def run(boxes):
            scope.boxes = dict(zip(self.parameters, boxes, strict=True))
            terms = terms_of(self.who, scope.run(self.objective, *inputs))
            return reduce(operator.add, terms.values()), terms

        loss, terms, gradients = differentiate(run, [p._array for p in self.parameters])
        loss, terms = float(loss), {name: float(getval(value)) for name, value in terms.items()}
        if not np.isfinite(loss):
            explain_loss(self, inputs, terms)
        if all(g is None for g in gradients):
            who = "; it computes with layers of other parameters, or with detached ones"
            raise InputError(self.who, "a loss that depends on the parameters to move", "one that does not" + who)
        for i, parameter in enumerate(self.parameters):
            if gradients[i] is None:  # this batch's loss does not depend on it
                gradients[i] = np.zeros(parameter.shape, np.float32)
        return scope, loss, terms, gradients

    def split(self, vector: np.ndarray) -> list[np.ndarray]:
        """Return the parts of a vector that holds a number for each number of each parameter, in their shapes."""
        return [vector[s].reshape(p.shape) for p, s in zip(self.parameters, self._slices, strict=True)]

    def restored(
        self, steps: int, memory: Sequence[np.ndarray], position: tuple | None
    ) -> list[tuple[object, str, object]]:
        """Return the changes (see `change`) that put back the step count, the optimizer's memory, a fit's position."""
        n = len(self.parameters)
        vectors = tuple(self._vector(memory[i * n : (i + 1) * n]) for i in range(len(self.optimizer.memory)))
        return [(self, "_progress", Progress(steps, vectors, np.empty(0))), (self, "position", position)]

    def _vector(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate([a.ravel() for a in arrays], out=self._spares.take(sum(a.size for a in arrays)))

    def _commit(self, scope: Step, progress: Progress) -> None:
        progress.w.flags.writeable = False
        new = [(p, "_array", value) for p, value in zip(self.parameters, self.split(progress.w), strict=True)]
        new += [(statistic, "_array", value) for statistic, value in scope.moved.items()]
        new += [(rng.bit_generator, "state", c.bit_generator.state) for rng, c in scope.copies.items()]
        new += [(self, "_progress", progress)]
        change(new)

    def __repr__(self) -> str:
        return f"TrainFunction({self.name}, {len(self.parameters)} parameters, {self.optimizer}, steps={self.steps})"


class TestFunction:
    """One call computes an output from an input, given the parameters. It changes nothing, and any thread may call it.

    function: any Python function of arrays that returns arrays. modes: the modes that its layers may be in; ask for
    ("test", "train") to keep dropout's noise or the batch's statistics on purpose. Floats are taken as float32.
    Raises ModeError for a layer in another mode, InputError for inputs that do not fit.
    """

    __test__ = False  # pytest: not a class of tests

    def __init__(self, function: Callable, modes: Sequence[Mode] = ("test",), name: str = ""):
        self.name = name or name_of(function, "test function")
        self.who = f"{self.name} (TestFunction)"
        for mode in modes:
            check_mode(self.who, mode)
        self.function, self.modes = function, tuple(modes)
        self._reads: dict[Variable, np.ndarray] = {}

    def __call__(self, *inputs):
        """Return function(*inputs)."""
        nested = current_scope().nested(self.who, self.modes)
        if nested is not None:
            return nested.run(self.function, *inputs)
        inputs = as_inputs(self.who, self.function, inputs, finite=True)
        try:
            output = Reading(self.who, self.modes, values_of(self._reads)).run(self.function, *inputs)
        except Unseen:  # the first call: no step may end while it finds out what it reads
            with changing:
                scope = Reading(self.who, self.modes, None)
                output = scope.run(self.function, *inputs)
                self._reads = {**self._reads, **dict.fromkeys(scope.read_now)}
        if output is None:
            raise InputError(self.who, "a function that returns arrays", "None", "end it with return")
        return output

    def graph(self, *inputs) -> Graph:
        """Return what the function computes for this input; nothing changes."""
        inputs = as_inputs(self.who, self.function, inputs, finite=True)
        return record(self, self.function, inputs, "test", self.modes)

    def __repr__(self) -> str:
        return f"TestFunction({self.name}, modes={self.modes})"
