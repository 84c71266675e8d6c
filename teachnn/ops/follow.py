"""Which of numpy's functions a gradient can pass, and how the others are refused. Notebook 08.

An array under differentiation, a box, is no array of numpy's. numpy asks it first, before it does anything with it: a
function that autograd follows is handed on to `autograd.numpy`, and all else is refused, by name. Without this numpy
would put boxes into an array of objects, and the loss would quietly depend on nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import autograd.numpy as anp
import numpy as np
from autograd.core import SparseObject, VJPNode, primitive_vjps
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import isbox, notrace_primitives, trace_primitives_map

from teachnn.support import InputError, InputTypeError

__all__ = ["GradientNode"]

CURE = "use autograd.numpy's functions: array, where, clip, stack and most others know their gradients"
READ = "print what the training function returns; to read more there, return it as a term, in a dict"
# They take lists of arrays, and autograd has written them anew.
LISTS = {
    getattr(np, n): getattr(anp, n) for n in ("append", "column_stack", "concatenate", "hstack", "stack", "vstack")
}


NUMBERS = np.ndarray, np.generic
# Gradients of autograd's that are wrong, by arguments; tests/ops/test_follow.py compares them all with differences.
WRONG: dict[Any, Callable[..., bool]] = {
    np.tile: lambda x, reps: np.size(reps) < np.ndim(x),
    np.repeat: lambda x, repeats, axis=None: axis is not None and axis < 0,
    np.linalg.norm: lambda x, ord=None, axis=None: ord == np.inf,
}


class GradientNode(VJPNode):
    """What is noted of one operation for the way back: autograd's node, where its gradient is known and right."""

    __slots__ = ("function", "shape")

    def __init__(self, value: Any, function: Callable, args: Any, kwargs: Any, argnums: Any, parents: Any) -> None:
        self.function: Any = function
        self.shape: tuple[int, ...] | None = value.shape if isinstance(value, np.ndarray) else ()
        if isinstance(value, SparseObject):  # a gradient by x[i], on the way to a second one
            self.shape = None
        try:
            wrong = WRONG.get(function.fun)
            if (wrong and wrong(*args, **kwargs)) or (kwargs and not kwargs.keys().isdisjoint(("where", "initial"))):
                self.refuse("a wrong one for these arguments")
            super().__init__(value, function, args, kwargs, argnums, parents)
        except (NotImplementedError, TypeError, ValueError, AssertionError) as error:
            self.refuse(str(error), error)

    def initialize_root(self, shape: tuple[int, ...]) -> None:
        """Begin a trace at an array of `shape`."""
        super().initialize_root()
        self.shape = shape

    def parts(self, gradient: Any) -> list[Any]:
        """Return the gradient by each parent, given the one by this node's value."""
        try:
            parts = list(self.vjp(gradient))
        except (NotImplementedError, TypeError, ValueError) as error:
            self.refuse(str(error), error)
        for parent, part in zip(self.parents, parts, strict=True):
            if isinstance(part, NUMBERS) and parent.shape is not None and part.shape != parent.shape:
                self.refuse(f"one of shape {part.shape} for an array of {parent.shape}")
        return parts

    def refuse(self, got: str, error: Exception | None = None) -> NoReturn:
        """Raise the error that no right gradient of this operation is known."""
        if isinstance(error, InputError):
            raise error
        raise InputTypeError(self.function.__name__, "a function whose gradient autograd knows", got, CURE) from error


class NoSuchMethod(InputTypeError, AttributeError):
    """A method of numpy's arrays that an array under differentiation has not."""


def _refuse(box: Any, who: str, cure: str = CURE) -> NoReturn:
    got = "an array under differentiation" if isinstance(box._node, VJPNode) else "one that a graph is recorded of"
    raise InputTypeError(who, "an array of plain numbers", got, cure)


def _function(box: Any, function: Any, types: Any, args: tuple, kwargs: dict) -> Any:
    """Return what numpy's function is of traced arrays: autograd's, or else numpy's own, if that is made of such."""
    followed = LISTS.get(function) or (any(map(isbox, args)) and trace_primitives_map.get(function))
    unknown = followed not in primitive_vjps and followed not in notrace_primitives[VJPNode]
    if not followed or (unknown and function not in LISTS and isinstance(box._node, VJPNode)):
        try:
            return function._implementation(*args, **kwargs)
        except InputTypeError:
            _refuse(box, f"numpy.{function.__name__}")
    return followed(*args, **kwargs)


_known_ufunc = ArrayBox.__array_ufunc__


def _ufunc(box: Any, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    result = _known_ufunc(box, ufunc, method, *inputs, **kwargs)
    if result is NotImplemented:  # one with a method, as in np.add.reduce, or into an array that is there, out=
        _refuse(box, f"numpy.{ufunc.__name__}")
    return result


def _refuse_change(box: Any, place: Any, value: Any) -> NoReturn:
    cure = "build a new array with autograd.numpy's stack, where or concatenate"
    raise InputTypeError("", "arrays that stay as they are", "one changed in place, x[...] = ...", cure)


def _no_such(box: Any, name: str) -> NoReturn:
    raise NoSuchMethod(f".{name}", "what an array under differentiation has", "a name that it has not", CURE)


def _transpose(box: Any, *axes: Any) -> Any:
    return anp.transpose(box, axes[0] if len(axes) == 1 else axes or None)


ArrayBox.__setitem__ = _refuse_change  # the layer or function that it happened in adds its name
ArrayBox.__array_function__ = _function
ArrayBox.__array_ufunc__ = _ufunc
ArrayBox.__array__ = lambda box, *args, **kwargs: _refuse(box, "numpy.array")
ArrayBox.__getattr__ = _no_such
ArrayBox.__format__ = lambda box, spec: _refuse(box, "format", READ) if spec else str(box)
for _name in ("float", "int", "complex", "round"):
    setattr(ArrayBox, f"__{_name}__", lambda box, *args, who=_name: _refuse(box, who, READ))
for _name in ("item", "tolist"):
    setattr(ArrayBox, _name, lambda box, *args, who=_name: _refuse(box, who, READ))
ArrayBox.__pos__, ArrayBox.dot, ArrayBox.transpose = (lambda box: box), anp.dot, _transpose
