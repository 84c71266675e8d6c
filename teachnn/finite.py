"""When a number stops being finite, training stops, and says who was first. Notebook 03."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from teachnn.inputs import names_of, refuse_nan
from teachnn.scope import Step

if TYPE_CHECKING:
    from teachnn.function import TrainFunction
    from teachnn.parameter import Variable


class _Watching(Step):
    """A step that is run again without gradients, to note the first layer whose output is not finite."""

    first = ""

    def call(self, layer, inputs):
        output = layer.forward(*inputs)
        if not self.first and not all(np.isfinite(y).all() for y in _arrays(output)):
            self.first = f"the output of {layer.who}"
        return output


def explain_loss(train: TrainFunction, inputs: Sequence, terms: dict[str, float]) -> NoReturn:
    """Raise the error for a loss that is not finite: about the data if they are not, else naming term and layer."""
    for name, x in zip(names_of(train.objective, inputs), inputs, strict=True):
        if isinstance(x, np.ndarray) and x.dtype.kind == "f":
            refuse_nan(train.who, name, x)
    watching = _Watching()
    try:
        watching.run(train.objective, *inputs)
    finally:
        watching.undraw()
    bad = ", ".join(f"{name} = {value}" for name, value in terms.items() if not np.isfinite(value)) or "their sum"
    raise FloatingPointError(
        f"{train.who}: expected a finite loss in step {train.steps + 1}, got {bad}; "
        f"the first that is not finite is {watching.first or 'the loss itself, every layer is finite'}; "
        f"a learning rate below {train.optimizer.rate(train.steps + 1):g} may help"
    )


def explain_statistics(train: TrainFunction, moved: Mapping[Variable, np.ndarray]) -> None:
    """Raise FloatingPointError that names the first statistic whose new value is not finite, if one is."""
    for statistic, value in moved.items():
        if not np.isfinite(value).all():
            raise FloatingPointError(
                f"{train.who}: expected finite numbers in step {train.steps + 1}, got a new value of {statistic.name} "
                "that is not; look at what its layer was given"
            )


def explain_overflow(train: TrainFunction, gradients: Sequence, values: Sequence, memory: Sequence) -> None:
    """Raise FloatingPointError that names the first parameter whose gradient or new value is not finite, if one is."""
    for parameter, gradient, new in zip(train.parameters, gradients, values, strict=True):
        for what, array in (("gradient", gradient), ("new value", new)):
            if not np.isfinite(array).all():
                raise FloatingPointError(
                    f"{train.who}: expected finite numbers in step {train.steps + 1}, got a {what} of {parameter.name} "
                    f"that is not; a learning rate below {train.optimizer.rate(train.steps + 1):g} may help"
                )
    if not all(np.isfinite(vector).all() for vector in memory):
        raise FloatingPointError(
            f"{train.who}: expected finite numbers in step {train.steps + 1}, got gradients too large for "
            f"{type(train.optimizer).__name__} to remember; average the loss over the batch, or scale the inputs"
        )


def _arrays(output) -> tuple:
    return tuple(output) if isinstance(output, tuple | list) else (output,)
