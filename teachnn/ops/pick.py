"""To take a part of an array, and to put arrays together: what a gradient does with that. Notebook 13.

The gradient of a part is the part's gradient in its place, and zero elsewhere. Where a row is taken many times, as that
of a frequent word is, its gradients add up.
"""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType
from typing import Any

import numpy as np
from autograd.core import SparseObject, vspace
from autograd.extend import defvjp, defvjp_argnums, primitive
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vjps import untake

from teachnn.support import Array

ONCE = (int, np.integer, slice, EllipsisType, type(None))  # what an index may be made of that takes no number twice


@primitive
def rows(table: Array, which: Array) -> Array:
    """y = the rows of a table with these numbers: table (n, d), which (...) whole numbers -> y (..., d)."""
    return table[which]


@primitive
def add_rows(y: Array, which: Array, count: int) -> Array:
    """A table of `count` rows of zeros, to each of which the rows of y with its number are added."""
    d = y.shape[-1]
    table = np.zeros(count * d, y.dtype)
    np.add.at(table, (which[..., None] * d + np.arange(d)).ravel(), y.ravel())  # number by number: five times as fast
    return table.reshape((count, d))


defvjp(rows, lambda y, table, which: lambda g: add_rows(g, which, len(table)), argnums=(0,))
defvjp(add_rows, lambda table, y, which, count: lambda g: rows(g, which), argnums=(0,))


@primitive
def stack(*arrays: Array) -> Array:
    """y = arrays of one shape, one behind the other: k of shape (...) -> y (k, ...)."""
    return np.stack(arrays)


defvjp_argnums(stack, lambda argnums, y, arrays, _: lambda g: [g[i] for i in argnums])


@primitive
def _placed(g: Array, index: Any, space: Any) -> SparseObject:
    def add_to(whole: np.ndarray) -> np.ndarray:
        whole[index] += g
        return whole

    return SparseObject(space, add_to)


defvjp(_placed, lambda whole, g, index, space: lambda h: h[index], argnums=(0,))


def _by_index(y: Array, x: Array, index: Any) -> Callable:
    """Return the VJP of y = x[index]: slices and single numbers take no place twice, so nothing has to be added up."""
    parts = index if isinstance(index, tuple) else (index,)
    place = _placed if all(isinstance(i, ONCE) and not isinstance(i, bool) for i in parts) else untake
    return lambda g: place(g, index, vspace(x))


defvjp(ArrayBox.__getitem__, _by_index, argnums=(0,))
