"""When a number is no longer finite, training stops and names the first layer where it happened. Notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from teachnn.functions.optimizer import Optimizer
from teachnn.functions.scopes import TrainScope
from teachnn.graphs import names_of, refuse_nan
from teachnn.layers import Layer
from teachnn.parameters import Parameter, Variable


class _Watching(TrainScope):
    """A step that is run again without gradients, to note the first layer whose output is not finite."""

    first = ""

    def call(self, layer: Layer, inputs: Any) -> Any:
        output = layer.forward(*inputs)
        if not self.first and not all(np.isfinite(y).all() for y in _arrays(output)):
            self.first = f"the output of {layer.who}"
        return output


@dataclass(frozen=True)
class Finite:
    """Checks that the numbers of one step are finite; each method raises FloatingPointError if they are not.

    who: the training function. step: the number of its step. optimizer: whose learning rate may be too high.
    """

    who: str
    step: int
    optimizer: Optimizer

    def explain_loss(self, objective: Callable, inputs: Sequence[Any], terms: dict[str, float]) -> NoReturn:
        """Raise the error for a loss that is not finite: about the data if they are not, else naming term and layer."""
        for name, x in zip(names_of(objective, inputs), inputs, strict=True):
            if isinstance(x, np.ndarray) and x.dtype.kind == "f":
                refuse_nan(self.who, name, x)
        watching = _Watching()
        try:
            watching.run(objective, *inputs)
        finally:
            watching.undraw()
        bad = ", ".join(f"{name} = {value}" for name, value in terms.items() if not np.isfinite(value)) or "their sum"
        first = watching.first or "the loss itself, every layer is finite"
        self._stop("a finite loss", bad, f"the first that is not finite is {first}; {self._lower_rate()}")

    def check_statistics(self, moved: Mapping[Variable, np.ndarray]) -> None:
        """Raise the error that names the first statistic whose new value is not finite, if one is."""
        for statistic, value in moved.items():
            if not np.isfinite(value).all():
                got = f"a new value of {statistic.name} that is not"
                self._stop("finite numbers", got, "look at what its layer was given")

    def check_update(
        self, parameters: Sequence[Parameter], gradients: Sequence[Any], values: Sequence[Any], memory: Sequence[Any]
    ) -> None:
        """Raise the error that names the first parameter whose gradient or new value is not finite, or the memory."""
        for parameter, gradient, new in zip(parameters, gradients, values, strict=True):
            for what, array in (("gradient", gradient), ("new value", new)):
                if not np.isfinite(array).all():
                    cure = self._lower_rate(what == "new value")
                    self._stop("finite numbers", f"a {what} of {parameter.name} that is not", cure)
        if not all(np.isfinite(array).all() for arrays in memory for array in arrays):
            got = f"gradients too large for {type(self.optimizer).__name__} to remember"
            self._stop("finite numbers", got, "average the loss over the batch, or scale the inputs")

    def _lower_rate(self, moved: bool = False) -> str:
        if self.step == 1 and not moved:  # no learning rate has had a say in it
            return "it is so before any step: scale the inputs, or begin with smaller parameters"
        return f"a learning rate below {self.optimizer.rate(self.step):g} may help"

    def _stop(self, expected: str, got: str, cure: str) -> NoReturn:
        raise FloatingPointError(f"{self.who}: expected {expected} in step {self.step}, got {got}; {cure}")


def _arrays(output: Any) -> tuple[Any, ...]:
    return tuple(output) if isinstance(output, tuple | list) else (output,)
