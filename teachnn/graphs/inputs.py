"""What may be given to a function, and what an objective may return: checked once, before it runs. Notebook 03."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import numpy as np

from teachnn.layers import mapped
from teachnn.ops import getval, isbox
from teachnn.support import InputError, InputTypeError, Mode, array, as_float32, check_mode, instance, items

T = TypeVar("T")


def name_of(function: Callable, default: str) -> str:
    """Return a function's name, or `default` for one that has none."""
    instance(default, "a function", function, Callable, "write it with def or lambda")
    name = getattr(function, "__name__", default)
    return default if name == "<lambda>" else name


def names_of(function: Callable, inputs: Sequence[Any]) -> list[str]:
    """Return what the function calls its inputs; "input 1" and so on where Python does not know, as in C."""
    try:
        names = list(inspect.signature(function).parameters)
    except ValueError:  # some C functions tell no signature, all of numpy's before 2.3 among them
        names = []
    return [names[i] if i < len(names) else f"input {i + 1}" for i in range(len(inputs))]


def check_modes(who: str, modes: Sequence[Mode]) -> tuple[Mode, ...]:
    """Return the modes as a tuple; raises an error unless they are "train", "test" or both."""
    given = () if isinstance(modes, str) else items(who, modes, str, "modes", 'modes=("test",), say')
    if not given:
        raise InputError(who, "a tuple of modes", "none", 'modes=("test",), say')
    return tuple(check_mode(who, mode) for mode in given)


def as_inputs(who: str, function: Callable, inputs: Sequence[Any], finite: bool = False) -> tuple[Any, ...]:
    """Return the inputs as arrays: floats as float32, whole numbers and plain Python numbers as they are.

    Raises InputError, naming the input, for anything but an array of real numbers, for an empty batch, a traced array,
    and with `finite` for NaN and infinity.
    """
    try:
        return tuple([_as_input(who, "", x, finite) for x in inputs])
    except InputError:
        names = names_of(function, inputs)  # half of one example's way through a small network: only for an error
    return tuple([_as_input(who, name, x, finite) for name, x in zip(names, inputs, strict=True)])


def _as_input(who: str, name: str, x: Any, finite: bool) -> Any:
    if isbox(x):
        refuse_traced(who, name)
    numbers = array(who, name, x, finite=False)
    if numbers.size == 0:
        raise InputError(who, f"at least one example as {name}", f"shape {numbers.shape}")
    if numbers.dtype.kind == "f":
        numbers = as_float32(who, name, numbers)
        if finite:
            refuse_nan(who, name, numbers)
    return x if isinstance(x, int | float) and not isinstance(x, np.generic) else numbers


def refuse_traced(who: str, name: str) -> NoReturn:
    """Raise InputError for an input through which a gradient would have to pass."""
    cure = "call the layers themselves to pass a gradient, or tn.ops.stop_gradient(x) first"
    raise InputError(who, f"plain numbers as {name}", "an array under differentiation", cure)


def refuse_nan(who: str, name: str, x: np.ndarray) -> None:
    """Raise InputError if x holds NaN or infinity; it says how many there are, and where the first is."""
    bad = ~np.isfinite(x)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        got = f"{int(bad.sum())} NaN or infinite of {x.size}, the first at {first}"
        raise InputError(who, f"finite numbers as {name}", got, "clean the data first, with np.nan_to_num, say")


def terms_of(who: str, result: Any) -> dict[str, Any]:
    """Return what an objective returned as named scalars.

    Raises InputError unless it is one scalar, or a dict of named scalars.
    """
    terms = result if isinstance(result, dict) else {"loss": result}
    if not terms:
        raise InputError(who, "an objective that returns a scalar or named scalars", "an empty dict")
    for name, value in terms.items():
        what = f"one number for {name}"
        if value is None:
            raise InputError(who, what, "None", "end the objective with return")
        if not (isbox(value) or isinstance(value, int | float | np.number | np.ndarray)):
            raise InputError(who, what, type(value).__name__, "a loss from tn.loss is one")
        shape = np.shape(getval(value))
        if shape != ():
            raise InputError(who, what, f"shape {shape}", "average it over the batch, with .mean(), say")
    return terms


def check_state(who: str, state: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a function's state as a tuple; raises an error for anything but different names."""
    given = ("",) if isinstance(state, str) else items(who, state, str, "names of the state", 'state=("cache",), say')
    if not all(given) or len(set(given)) < len(given):
        raise InputError(who, "a tuple of different names as state", repr(state), 'state=("cache",), say')
    return given


def outputs_of(who: str, result: Any, state: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a test function returned by name: "output", "output 1" and so on, or the names of a dict.

    state: the names of the last outputs. Raises InputError unless it is an array, or a tuple or dict of arrays, and one
    that ends with the state, if there is any.
    """
    if state:
        given = list(result) if isinstance(result, tuple) else [result]
        outputs, states = given[: -len(state)], given[-len(state) :]
        if not outputs:
            wanted = f"a tuple that ends with its state, (output, {', '.join(state)})"
            raise InputError(
                who, wanted, f"{len(given)} output{'s' * (len(given) > 1)}", f"return output, {', '.join(state)}"
            )
        named = outputs_of(who, tuple(outputs) if len(outputs) > 1 else outputs[0]) | dict(
            zip(state, states, strict=True)
        )
    elif isinstance(result, dict):
        named = {str(name): value for name, value in result.items()}
    elif isinstance(result, tuple):
        named = {f"output {i}": value for i, value in enumerate(result, 1)}
    else:
        named = {"output": result}
    for value in named.values():
        if not (isbox(value) or isinstance(value, np.ndarray | np.generic | int | float)):
            got = "None" if value is None else type(value).__name__
            cure = "end it with return" if result is None else "return an array, or a tuple or dict of arrays"
            raise InputTypeError(who, "a function that returns arrays", got, cure)
    return named


def owned(output: T, inputs: Sequence[Any]) -> T:
    """Return an output whose arrays may be changed: copies of those that share memory with an input or a parameter.

    What parameters are made of is read-only, and so is all that looks into it.
    """

    def own(y: Any) -> Any:
        if not isinstance(y, np.ndarray):
            return y
        shared = not y.flags.writeable or any(np.may_share_memory(y, x) for x in inputs)
        return y.copy() if shared else y

    return mapped(output, own)
