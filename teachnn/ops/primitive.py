"""An operation whose gradient we write ourselves, and what it says of inputs that it cannot take. Notebook 02."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from autograd.extend import primitive as traced

from teachnn.support import InputError, as_array

USUAL = {np.ndarray, np.float32, np.float64, int, float}  # types of inputs that need no second look


def primitive(function: Callable) -> Callable:
    """Return the function as a primitive of autograd that says in this library's words what its inputs cannot be."""
    takes = (function.__doc__ or "").partition("\n")[0].rstrip(".")

    @functools.wraps(function)
    def run(*inputs: Any, **settings: Any) -> Any:
        if not USUAL.issuperset(map(type, inputs)):  # a matrix or a masked array may be among them
            name = function.__name__
            inputs = tuple([as_array(name, "x", x) if isinstance(x, np.ndarray) else x for x in inputs])
        try:
            return function(*inputs, **settings)
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            got = ", ".join(str(getattr(x, "shape", type(x).__name__)) for x in inputs)
            raise InputError(function.__name__, takes, got, str(error)) from error

    return traced(run)
