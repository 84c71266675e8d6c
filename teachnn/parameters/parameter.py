"""A network's memory: named arrays that exist on their own, before any layer does. Notebook 01.

A `Parameter` is what training searches for. A `Statistic` is what a train-mode layer keeps besides (a running
mean, say) and a test-mode layer reads. Layers hold them; sharing one means holding the same object.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import numpy as np

from teachnn.ops import getval
from teachnn.parameters.scope import Scope, current_scope
from teachnn.support import InputError, InputTypeError, array, as_float32, name_given, number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

V = TypeVar("V", bound="Variable")
changing: Any = threading.RLock()  # held for the instant in which values are replaced, or copied as one set


class Variable:
    """A named float32 array: what `Parameter`, `Statistic` and `Derived` have in common.

    name: any non-empty text; the part before the last dot names the layer.
    value: numbers of any shape, finite; kept as a read-only float32 copy. Assign to `value` to replace it whole:
    `W.value = W.value + 1`. (`W.value += 1` is numpy's own error: the array that is read is read-only.)
    Raises InputError for anything but real numbers that are finite in float32, and for another shape.
    """

    name: str
    stored: np.ndarray  # what a scope reads, and a step replaces
    __slots__ = ("__weakref__", "name", "stored")

    def __init__(self, name: str, value: ArrayLike) -> None:
        self.name = name_given(type(self).__name__, name)
        if name == "__metadata__":
            raise InputError(type(self).__name__, "another name", name, "it is a word of safetensors' own")
        self.stored = self._checked(value)

    @property
    def value(self) -> np.ndarray:
        """The array as the code that asks should see it: plain, or traced inside a training function."""
        return current_scope().read(self)

    @value.setter
    def value(self, value: ArrayLike) -> None:
        if type(current_scope()) is not Scope:
            raise RuntimeError(
                f"{self.who}: expected to be read inside a function, got a new value; "
                "a training function's optimizer changes parameters, and a cell of your own between two calls"
            )
        new = self._checked(value)
        if new.shape != self.shape:
            raise InputError(self.who, f"a value of shape {self.shape}", str(new.shape))
        with changing:
            self.stored = new

    def _checked(self, value: ArrayLike) -> np.ndarray:
        given = array(self.who, "value", value)
        if given.dtype == bool:
            raise InputTypeError(self.who, "real numbers as value", "bool", "x.astype(np.float32)")
        new = as_float32(self.who, "value", given).copy()
        new.flags.writeable = False
        return new

    @property
    def who(self) -> str:
        """The variable as error messages call it: `h.W (Parameter)`."""
        return f"{self.name} ({type(self).__name__})"

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.stored.shape

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return self.stored.size

    def __reduce__(self) -> tuple[type[Variable], tuple[str, np.ndarray]]:
        return type(self), (self.name, self.stored)  # a copy's array is read-only too

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, shape={self.shape})"


def _not_an_array(variable: Variable, *_: object, **__: object) -> NoReturn:
    who, kind = variable.who, type(variable).__name__
    raise InputTypeError(who, "an array to calculate with", f"the {kind} itself", "write its .value")


# A forgotten `.value`: without these, numpy would put the variable into an array of objects, and go on.
for _name in (
    *("array", "array_ufunc", "array_function", "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv"),
    *("matmul", "rmatmul", "pow", "rpow", "neg", "abs", "float", "getitem", "iter", "lt", "gt", "le", "ge"),
):
    setattr(Variable, f"__{_name}__", _not_an_array)


class Parameter(Variable):
    """What training searches for: `Parameter("hidden.W", tn.init.he_normal((784, 256), rng))`.

    >>> W = Parameter("hidden.W", [[1, 2], [3, 4]])
    >>> W, W.value.dtype.name
    (Parameter('hidden.W', shape=(2, 2)), 'float32')
    """

    __slots__ = ()


class Statistic(Variable):
    """What a train-mode layer keeps and a test-mode layer reads; no optimizer may touch one."""

    __slots__ = ()

    def track(self, new: ArrayLike, rate: float) -> None:
        """Move towards `new` (same shape): kept <- (1 - rate) * kept + rate * new.

        It lasts when the training step in which it happens is done; anywhere else nothing is kept.
        """
        who = self.who
        new = array(who, "a new value", getval(new), finite=False)
        if new.shape != self.shape:
            raise InputError(who, f"a new value of shape {self.shape}", str(new.shape))
        current_scope().track(self, new, number(who, "rate", rate, ">= 0 and <= 1"))


def values_of(variables: Iterable[Variable]) -> dict[Variable, np.ndarray]:
    """Return the variables' arrays as they stand at one instant, between two training steps."""
    with changing:
        return {variable: variable.stored for variable in variables}


Change = tuple[object, str, object]  # an object, the name of one of its attributes, and what the attribute becomes


def change(changes: Iterable[Change]) -> None:
    """Set each (object, attribute) to its value: all of them, or none.

    `changing` keeps other threads out. A Ctrl-C that comes before the loop leaves all as it was; one that comes in the
    middle waits until all is done: the loop runs again, and setting an attribute twice does no harm.
    """
    changes = list(changes)
    with changing:
        try:
            # Not `while`: a Ctrl-C at its end misses `except` in Python 3.13 (python/cpython#130279).
            for target, name, value in changes:
                setattr(target, name, value)
        except KeyboardInterrupt:
            change(changes)
            raise


def distinct(variables: Iterable[V], who: str) -> tuple[V, ...]:
    """Return each object once, in order. Raises InputError if two different ones have the same name."""
    by_name: dict[str, V] = {}
    for variable in variables:
        if by_name.setdefault(variable.name, variable) is not variable:
            shapes = f"of shapes {by_name[variable.name].shape} and {variable.shape}"
            got = f"two different variables called {variable.name!r}, {shapes}"
            raise InputError(who, "every name once", got, "rename one, or share one object")
    return tuple(by_name.values())
