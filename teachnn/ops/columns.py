"""Sums over rows, and formulas for each column: soon done, and without losing digits. Notebook 02.

What a bias gets back is a sum over all rows of a batch, and batch norm needs five such sums for each channel.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
from autograd.extend import defvjp, primitive as traced

from teachnn.ops.primitive import primitive
from teachnn.support import Array

ROWS = 1_024  # that are summed in float32
LONG = 128  # numbers of a row along which numpy is fast
MOST_ROWS = 65_536  # of a product that is summed in float32


@primitive
def column_sums(x: Array) -> Array:
    """y = x summed over its rows: x (..., n, d) -> y (..., d), right to five digits for any number of rows.

    Products with ones sum at most ROWS rows at a time, many times as fast as x.sum(axis=0). Their sums are added in
    float64: a float32 that has grown large takes in no more small numbers.
    """
    *more, n, d = x.shape
    k = _rows_in_one(n, d)
    x = x.reshape((*more, n // k, k * d))
    if n // k <= ROWS:
        sums = np.ones(n // k, x.dtype) @ x
    else:
        parts = [x[..., i : i + ROWS, :] for i in range(0, n // k, ROWS)]
        sums = sum((np.ones(part.shape[-2], x.dtype) @ part).astype(np.float64) for part in parts)
    return sums.reshape((*more, k, d)).sum(axis=-2, dtype=np.float64).astype(x.dtype)


defvjp(column_sums, lambda y, x: lambda g: g[..., None, :] * np.ones((x.shape[-2], 1), x.dtype))


@traced
def row_sums(x: Array) -> Array:
    """y = x summed along its rows: x (..., d) -> y (..., 1), by a product with ones: six times as fast."""
    d = x.shape[-1]
    return (x.reshape((-1, d)) @ _ones(d, x.dtype)).reshape((*x.shape[:-1], 1))


@functools.lru_cache(64)
def _ones(d: int, kind: np.dtype) -> np.ndarray:
    """Return a column of ones; the few lengths that a network has are made once."""
    return np.ones((d, 1), kind)


defvjp(row_sums, lambda y, x: lambda g: g * np.ones(x.shape[-1], x.dtype))


@primitive
def row_products(x: Array, y: Array) -> Array:
    """W = x^T y, a sum over rows: x (n, d), y (n, k) -> W (d, k); of many rows in blocks, as in `column_sums`."""
    if len(x) <= MOST_ROWS:
        return x.T @ y
    parts = (x[i : i + MOST_ROWS].T @ y[i : i + MOST_ROWS] for i in range(0, len(x), MOST_ROWS))
    return sum(part.astype(np.float64) for part in parts).astype(x.dtype)


defvjp(row_products, lambda W, x, y: lambda g: y @ g.T, lambda W, x, y: lambda g: x @ g)


def by_columns(function: Callable, *arrays: Array) -> Array:
    """Return function(*arrays) of matrices (n, d) and vectors (d,), a number for each column, as a matrix (n, d).

    `function` works number by number. It is given rows k times as long, and the vectors k times over, because numpy is
    slow along short rows: for an image of 16 channels this takes a third of the time.
    """
    n, d = arrays[0].shape
    if d >= LONG:
        return function(*arrays)
    k = _rows_in_one(n, d)
    if k == 1:
        return function(*arrays)
    longer = [
        a.reshape((n // k, k * d)) if a.ndim == 2 else (np.ones((k, 1), a.dtype) * a).reshape((k * d,)) for a in arrays
    ]
    return function(*longer).reshape((n, d))


def _rows_in_one(n: int, d: int) -> int:
    """Return how many of n rows of d numbers, laid end to end, make a row of at most 512 numbers without a rest."""
    return math.gcd(n, 2 ** max(0, (512 // d).bit_length() - 1))
