"""The two kinds of function. A training function searches for parameters; a test function uses them. Notebook 03.

    train = TrainFunction(objective, parameters, optimizer)     train(x, y) takes one step
    classify = TestFunction(lambda x: softmax(test_net(x)))     classify(x) is plain numpy in, plain numpy out

A step is atomic: parameters, statistics, the optimizer's memory and the generators change together, at its end, or not
at all. A test function is pure, and sees the parameters of one whole step even while another thread trains.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import chain

import numpy as np

from teachnn.functions import loop
from teachnn.functions.finite import Finite
from teachnn.functions.history import History, StepResult
from teachnn.functions.optimizer import Optimizer
from teachnn.functions.scopes import Reading, Step, Unseen
from teachnn.functions.weights import Progress, Weights
from teachnn.graphs import Graph, as_inputs, check_modes, graph_of, name_of, terms_of
from teachnn.layers import Layer
from teachnn.ops import differentiate, getval, tracing
from teachnn.parameters import (
    Parameter,
    Scope,
    Statistic,
    Variable,
    change,
    changing,
    current_scope,
    distinct,
    values_of,
)
from teachnn.support import InputError, Mode, items, name_given


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
        if isinstance(parameters, Layer):
            raise TypeError(f"{self.who}: expected Parameters to move, got {parameters.who}; take its .parameters")
        parameters = items(self.who, parameters, object, "Parameters to move", "net.parameters has them")
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                cure = "; a layer keeps its statistics itself" if isinstance(parameter, Statistic) else ""
                raise TypeError(f"{self.who}: expected Parameters to move, got {parameter!r}{cure}")
        if not parameters:
            raise ValueError(f"{self.who}: expected at least one Parameter to move, got none; net.parameters has them")
        self.objective, self.optimizer = objective, optimizer
        self.parameters: tuple[Parameter, ...] = distinct(parameters, self.who)
        self._weights = Weights(self.parameters)
        self._progress = Progress(0, self._weights.zeros(len(optimizer.memory)), np.empty(0))
        self.position: tuple | None = None  # of a fit: its epoch, the step at that epoch's start, the order's state
        self.history = History()

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self._progress.steps

    @property
    def _finite(self) -> Finite:
        return Finite(self.who, self.steps + 1, self.optimizer)

    @property
    def memory(self) -> dict[str, np.ndarray]:
        """What the optimizer remembers of each parameter, `sum.h.W` say: arrays in the parameters' shapes."""
        parts = [self._weights.split(vector) for vector in self._progress.memory]
        names = [f"{slot}.{p.name}" for slot in self.optimizer.memory for p in self.parameters]
        return dict(zip(names, chain.from_iterable(parts), strict=True))

    def restored(self, steps: int, memory: dict[str, np.ndarray], position) -> list[tuple[object, str, object]]:
        """Return the changes (see `change`) that put back the step count, the memory and a fit's position."""
        n, arrays = len(self.parameters), [memory[name] for name in self.memory]
        vectors = tuple(self._weights.join(arrays[i : i + n]) for i in range(0, len(arrays), n))
        return [(self, "_progress", Progress(steps, vectors, np.empty(0))), (self, "position", position)]

    def __call__(self, *inputs) -> StepResult:
        """Take one step on a batch; return the loss before it."""
        inputs, scope = as_inputs(self.who, self.objective, inputs), Step()
        with tracing:
            before = self._progress
            try:
                loss, terms, gradients = self._differentiate(scope, inputs)
                w, memory = self._optimize(gradients)
                self._finite.check_statistics(scope.moved)
                self._commit(scope, Progress(before.steps + 1, memory, w))
            except BaseException:
                if self._progress is before:  # otherwise it was a Ctrl-C that came after all was done
                    scope.undraw()
                raise
        return StepResult(loss, terms, before.steps + 1)

    def gradients(self, *inputs) -> dict[Parameter, np.ndarray]:
        """Return the gradient of the loss by each parameter, as the next step would find it; nothing changes."""
        inputs, scope = as_inputs(self.who, self.objective, inputs), Step()
        with tracing:
            try:
                _, _, gradients = self._differentiate(scope, inputs)
            finally:
                scope.undraw()
        return dict(zip(self.parameters, gradients, strict=True))

    def graph(self, *inputs) -> Graph:
        """Return what one step on this batch would compute; nothing changes."""
        inputs = as_inputs(self.who, self.objective, inputs)
        return graph_of(self, self.objective, inputs, "train", trained=self.parameters)

    def fit(self, batches: Iterable, epochs: int = 1, **options) -> History:
        """Take a step for each batch of each epoch, with a progress bar; see `loop.fit`."""
        return loop.fit(self, batches, epochs, **options)

    def _differentiate(self, scope: Step, inputs: Sequence) -> tuple[float, dict[str, float], list[np.ndarray]]:
        if type(current_scope()) is not Scope:
            raise RuntimeError(f"{self.who}: expected a call outside of any other function, got one inside")

        def run(boxes):
            scope.boxes = dict(zip(self.parameters, boxes, strict=True))
            terms = terms_of(self.who, scope.run(self.objective, *inputs))
            return reduce(operator.add, terms.values()), terms

        loss, terms, gradients = differentiate(run, [p.stored for p in self.parameters])
        loss, terms = float(loss), {name: float(getval(value)) for name, value in terms.items()}
        if not np.isfinite(loss):
            scope.undraw()
            self._finite.explain_loss(self.objective, inputs, terms)
        if all(g is None for g in gradients):
            who = "; it computes with layers of other parameters, or with detached ones"
            raise InputError(self.who, "a loss that depends on the parameters to move", "one that does not" + who)
        for i, parameter in enumerate(self.parameters):
            if gradients[i] is None:  # this batch's loss does not depend on it
                gradients[i] = np.zeros(parameter.shape, np.float32)
        return loss, terms, gradients

    def _optimize(self, gradients: list[np.ndarray]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Return the next w and the optimizer's next memory."""
        weights, (steps, memory, w) = self._weights, self._progress
        w, g = weights.vector(w), weights.joined(gradients)
        w, memory = self.optimizer.step(w, g, memory, steps + 1, weights.spares)
        if not np.isfinite(sum(np.vdot(a, a) for a in (w, *memory))):  # a quick look; large numbers may be finite
            self._finite.check_update(self.parameters, gradients, weights.split(w), memory)
        return w, memory

    def _commit(self, scope: Step, progress: Progress) -> None:
        progress.w.flags.writeable = False
        new = [(p, "stored", value) for p, value in zip(self.parameters, self._weights.split(progress.w), strict=True)]
        new += [(statistic, "stored", value) for statistic, value in scope.moved.items()]
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
        self.name = name_given("TestFunction", name or name_of(function, "test function"))
        self.who = f"{self.name} (TestFunction)"
        self.function, self.modes = function, check_modes(self.who, modes)
        self._reads: tuple[Variable, ...] = ()

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
                self._reads = tuple(dict.fromkeys((*self._reads, *scope.read_now)))
        if output is None:
            raise InputError(self.who, "a function that returns arrays", "None", "end it with return")
        return output

    def graph(self, *inputs) -> Graph:
        """Return what the function computes for this input; nothing changes."""
        inputs = as_inputs(self.who, self.function, inputs, finite=True)
        return graph_of(self, self.function, inputs, "test", self.modes)

    def __repr__(self) -> str:
        return f"TestFunction({self.name}, modes={self.modes})"
