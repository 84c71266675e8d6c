"""Is a gradient right? Move each number a little, and see how the result moves. Notebook 02."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import autograd.numpy as anp
import numpy as np

from teachnn.graphs import names_of
from teachnn.ops import differentiate, getval, tracing
from teachnn.parameters import Parameter, Scope, Variable
from teachnn.support import Array, InputError, array as numbers_of, instance, items, number, whole

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

STEPS = 1e-6, 1e-8  # a kink, ReLU's at 0 say, that lies within the first step of a number is missed by the second


class _Checking(Scope):
    """Everything in float64, and the same noise in every call."""

    def __init__(self, values: Mapping[Variable, Array]) -> None:
        self.values, self.copies = values, {}

    def read(self, variable: Variable) -> Array:
        return self.values.get(variable, variable.stored.astype(np.float64))

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        if rng not in self.copies:
            self.copies[rng] = copy.deepcopy(rng)
        return self.copies[rng]


def check_gradients(
    f: Callable[..., Array],
    *inputs: ArrayLike,
    parameters: Iterable[Parameter] = (),
    tolerance: float = 1e-6,
    limit: int = 500,
) -> float:
    """Compare the gradients of f(*inputs), by each float input and each of `parameters`, with central differences.

    f: any function of arrays, a layer say; an output of many numbers is weighted at random and summed. It is run in
    float64, as are its parameters. Of an array larger than `limit`, that many numbers are tried, chosen at random.
    Returns the largest error, relative to the larger of 1 and the gradient. Raises AssertionError that names the
    place if it is above `tolerance`, and InputError if nothing can be differentiated.

    >>> from teachnn import Dense, rng
    >>> layer = Dense.create("h", 3, 2, rng(0))
    >>> check_gradients(layer, [[1.0, 2.0, 3.0]], parameters=layer.parameters) < 1e-8
    True
    """
    who = "check_gradients"
    instance(who, "a function", f, Callable, "a layer is one")
    number(who, "tolerance", tolerance, "> 0")
    whole(who, "limit", limit)
    given = [numbers_of(who, name, x) for name, x in zip(names_of(f, inputs), inputs, strict=True)]
    inputs = tuple([x if x.dtype.kind in "iub" else x.astype(np.float64) for x in given])
    parameters = items(who, parameters, Parameter, "Parameters", "layer.parameters has them")
    moving = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
    names = [names_of(f, inputs)[i] for i in moving] + [p.name for p in parameters]
    arrays = [inputs[i] for i in moving] + [p.stored.astype(np.float64) for p in parameters]
    if not arrays:
        raise InputError("check_gradients", "at least one array of floats or one Parameter", "none")

    def run(values: Sequence[Any]) -> Any:
        arguments = list(inputs)
        for i, value in zip(moving, values, strict=False):
            arguments[i] = value
        return _Checking(dict(zip(parameters, values[len(moving) :], strict=True))).run(f, *arguments)

    def scalar(values: Sequence[Any]) -> tuple[Any, None]:
        return anp.sum(weights * (run(values) - start)), None  # only what moves: rounding would hide it in a large sum

    start = np.array(numbers_of(who, "the output of f", run(arrays)))
    weights = np.random.default_rng(0).uniform(0.5, 1.5, start.shape)

    with tracing:
        _, _, gradients = differentiate(scalar, arrays)
    worst = 0.0
    for name, array, gradient in zip(names, arrays, gradients, strict=True):
        gradient = np.zeros(array.shape) if gradient is None else gradient
        for place in _places(array.shape, limit):
            differences = [_difference(scalar, arrays, array, place, STEPS[0])]
            if not _error(gradient[place], differences[0]) <= tolerance:
                differences.append(_difference(scalar, arrays, array, place, STEPS[1]))
            expected = min(differences, key=lambda difference: _error(gradient[place], difference))
            worst = max(worst, error := _error(gradient[place], expected))
            if not error <= tolerance:
                raise AssertionError(
                    f"check_gradients: expected d/d{name}{list(map(int, place))} = {expected:.8g} by finite "
                    f"differences, got {gradient[place]:.8g}"
                )
    return float(worst)


def _error(gradient: Any, expected: float) -> float:
    """Return how far a gradient is from what was expected, by the larger of 1 and that."""
    return abs(gradient - expected) / max(1.0, abs(expected))


def _difference(scalar: Callable, arrays: list, array: np.ndarray, place: tuple, step: float) -> float:
    """Return how fast the scalar grows with one number of the array, by a central difference."""

    def at(value: Any) -> float:
        moved = array.copy()
        moved[place] = value
        return float(getval(scalar([moved if a is array else a for a in arrays])[0]))

    here = array[place]
    return (at(here + step) - at(here - step)) / (2 * step)


def _places(shape: tuple[int, ...], limit: int) -> list[tuple]:
    size = int(np.prod(shape))
    chosen = np.arange(size) if size <= limit else np.random.default_rng(0).choice(size, limit, replace=False)
    return list(zip(*np.unravel_index(chosen, shape), strict=True)) if shape else [()]
