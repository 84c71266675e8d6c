"""What is sent to another process: a function with all that it closes over, or a clear word on what cannot travel.

Parameters, statistics and generators are not part of it: in their place stand numbers, so that both sides can speak of
the same ones.
"""

from __future__ import annotations

import inspect
import io
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import cloudpickle
import numpy as np

from teachnn.parameters import Parameter, Statistic, Variable
from teachnn.support import InputTypeError

Named = Variable | np.random.Generator


class Sent(NamedTuple):
    """A function as bytes, and the variables and generators that stand in it as numbers."""

    function: bytes
    variables: tuple[Variable, ...]
    generators: tuple[np.random.Generator, ...]


def copied(who: str, function: Callable) -> bytes:
    """Return a function as bytes, with a copy of all that it uses; raises InputTypeError that names what cannot go."""
    return _dumped(who, function, cloudpickle.Pickler)[0]


def sent(who: str, function: Callable) -> Sent:
    """Return a function as bytes, with numbers for its variables and generators; raises errors as `copied` does."""
    code, pickler = _dumped(who, function, _Pickler)
    found = list(pickler.found)
    variables = tuple(item for item in found if isinstance(item, Variable))
    return Sent(code, variables, tuple(item for item in found if isinstance(item, np.random.Generator)))


def _dumped(who: str, function: Callable, kind: type) -> tuple[bytes, Any]:
    if not callable(function):
        raise InputTypeError(who, "a function", type(function).__name__)
    file = io.BytesIO()
    pickler = kind(file)
    try:
        pickler.dump(function)
    except (TypeError, pickle.PicklingError, AttributeError, NotImplementedError, ValueError) as error:
        cure = "make it inside the function, from settings that are plain data"
        expected = "a function that can be sent to another process"
        raise InputTypeError(who, expected, _culprit(function, error), cure) from error
    return file.getvalue(), pickler


def received(function: bytes) -> tuple[Callable, tuple[Variable, ...], tuple[np.random.Generator, ...]]:
    """Return the function that was sent, with variables and generators of this process, in the same order."""
    unpickler = _Unpickler(io.BytesIO(function))
    made = unpickler.load()
    found = [item for _, item in sorted(unpickler.found.items())]
    variables = tuple(item for item in found if isinstance(item, Variable))
    return made, variables, tuple(item for item in found if isinstance(item, np.random.Generator))


class _Pickler(cloudpickle.Pickler):
    """Numbers variables and generators in the order in which it meets them, and tells only what they are like."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.found: dict[Named, int] = {}

    def persistent_id(self, obj: Any) -> tuple | None:
        """Return what stands in the bytes in place of a variable or a generator."""
        if isinstance(obj, Variable):
            return self.found.setdefault(obj, len(self.found)), type(obj).__name__, obj.name, obj.shape
        if isinstance(obj, np.random.Generator):
            return self.found.setdefault(obj, len(self.found)), "Generator", type(obj.bit_generator).__name__, ()
        return None


class _Unpickler(pickle.Unpickler):
    """Makes a variable or a generator for each number."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.found: dict[int, Named] = {}

    def persistent_load(self, pid: tuple) -> Named:
        """Return what stands for a number in this process."""
        place, kind, name, shape = pid
        if place not in self.found:
            kinds = {"Parameter": Parameter, "Statistic": Statistic}
            made = kinds[kind](name, np.zeros(shape, np.float32)) if kind in kinds else None
            self.found[place] = made or np.random.Generator(getattr(np.random, name)())
        return self.found[place]


def _culprit(function: Callable, error: Exception) -> str:
    """Return the name of what cannot be sent, as far as it is a variable that the function uses."""
    inner = getattr(function, "__func__", function)
    if inspect.isfunction(inner):
        used = inspect.getclosurevars(inner)
        for name, value in {**used.globals, **used.nonlocals}.items():
            try:
                _Pickler(io.BytesIO()).dump(value)
            except Exception:
                return f"one that uses {name}, a {type(value).__name__}"
    return f"one that cannot: {error}"
