"""The words in which every function of this library can be said: some fifty operations on arrays.

To compute one of our functions elsewhere, in a page, in ONNX, in another language, one has to know the
operations of this one table and no more. Here they are in numpy. What the library does in one go for speed, a dense
layer say, is made of them in formulas.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachnn import ops
from teachnn.support import Array

Axes = int | tuple[int, ...] | None


def matmul(x: Array, W: Array) -> Array:
    """The product of matrices, the last two axes."""
    return np.matmul(x, W)


def reshape(x: Array, shape: Sequence[int]) -> Array:
    """The same numbers in another shape; -1 stands for what is left."""
    return np.reshape(x, tuple(shape))


def transpose(x: Array, axes: Sequence[int]) -> Array:
    """The axes in another order."""
    return np.transpose(x, axes)


def cut(x: Array, axis: int, start: int, stop: int, step: int) -> Array:
    """x[start:stop:step] along one axis."""
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def take(x: Array, rows: Array) -> Array:
    """The rows of x with these numbers: x (n, ...), rows (...) whole numbers."""
    return x[rows]


def concatenate(*arrays: Array, axis: int) -> Array:
    """One after the other, along one axis."""
    return np.concatenate(arrays, axis)


def cast(x: Array, dtype: str) -> Array:
    """Numbers of another kind: "float32", "int64", "bool"."""
    return np.asarray(x).astype(dtype)


def sum(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    """The sum along some axes, or of all."""
    return np.sum(x, axis, keepdims=keepdims)


def mean(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    """The mean along some axes, or of all."""
    return np.mean(x, axis, keepdims=keepdims)


def max(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    """The largest along some axes, or of all."""
    return np.max(x, axis, keepdims=keepdims)


def min(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    """The smallest along some axes, or of all."""
    return np.min(x, axis, keepdims=keepdims)


def argmax(x: Array, axis: int) -> Array:
    """Where the largest is, along one axis."""
    return np.argmax(x, axis)


def max_pool(x: Array, size: int, stride: int) -> Array:
    """The largest number of each window of a picture, for each channel: x (N, H, W, C)."""
    return ops.max_pool(x, size, stride)


def average_pool(x: Array, size: int, stride: int) -> Array:
    """The mean of each window of a picture, for each channel: x (N, H, W, C)."""
    return ops.average_pool(x, size, stride)


def uniform(shape: Sequence[int], rng: np.random.Generator) -> Array:
    """New numbers between 0 and 1, float32."""
    return rng.random(tuple(shape), np.float32)


def normal(shape: Sequence[int], rng: np.random.Generator) -> Array:
    """New numbers from N(0, 1), float32."""
    return rng.standard_normal(tuple(shape), np.float32)


OF_NUMBERS: dict[str, Callable[..., Any]] = {  # number by number: arrays and single numbers go together
    **{f.__name__: f for f in (np.negative, np.exp, np.log, np.sqrt, np.sin, np.cos, np.absolute, np.sign, np.rint)},
    **{f.__name__: f for f in (np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum)},
    **{f.__name__: f for f in (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)},
    **{f.__name__: f for f in (np.logical_not, np.logical_and, np.logical_or)},
    "where": np.where,
}
NOISE: dict[str, Callable[..., Any]] = {"uniform": uniform, "normal": normal}
OPERATIONS: dict[str, Callable[..., Any]] = {
    **OF_NUMBERS,
    **NOISE,
    **{f.__name__: f for f in (ops.sigmoid, ops.relu, ops.tanh, ops.softplus, ops.softmax, ops.log_softmax)},
    **{f.__name__: f for f in (ops.identity, ops.one_hot)},
    **{f.__name__: f for f in (reshape, transpose, cut, take, concatenate, cast, sum, mean, max, min, argmax)},
    "matmul": matmul,
    **{f.__name__: f for f in (ops.convolve, ops.convolve_transposed, ops.pad, max_pool, average_pool)},
}
