"""Pooling: a window of pixels becomes one, its largest or its mean. Images are NHWC. Notebook 02."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import product

import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.ops.frame import pad
from teachnn.ops.trace import getval
from teachnn.support import Array


def max_pool(x: Array, size: int, stride: int, padding: int = 0) -> Array:
    """y = the largest of each window: x (N, H, W, C) -> y (N, I, J, C), I = (H + 2 padding - size) // stride + 1.

    What pads is never the largest: it is minus infinity. padding < size, so that no window lies in it altogether.
    """
    return _max_pool(pad(x, padding, -np.inf) if padding else x, size, stride)


def average_pool(x: Array, size: int, stride: int, padding: int = 0, count_include_pad: bool = True) -> Array:
    """y = the mean of each window: x (N, H, W, C) -> y (N, I, J, C), as in `max_pool`.

    What pads is zero, as in a convolution; without `count_include_pad` the mean is over the image's own pixels.
    """
    if not padding:
        return _average_pool(x, size, stride)
    y = _average_pool(pad(x, padding), size, stride)
    if count_include_pad:
        return y
    ones = np.ones((1, *x.shape[1:3], 1), y.dtype)
    return y / average_pool(ones, size, stride, padding)  # the share of each window that lies in the image


@primitive
def _max_pool(x: Array, size: int, stride: int) -> Array:
    """The largest of each window's columns, then the largest of those."""
    rows, columns = _places(x.shape, size, stride)
    x = reduce(np.maximum, [x[:, i] for i in rows])
    return reduce(np.maximum, [x[:, :, j] for j in columns])


@primitive
def _average_pool(x: Array, size: int, stride: int) -> Array:
    return sum(x[view] for view in _offsets(x.shape, size, stride)) / x.dtype.type(size * size)


@primitive
def gather(x: Array, which: Array, size: int, stride: int) -> Array:
    """y = from each window the pixel whose number `which` (N, I, J, C) holds, in reading order."""
    return np.take_along_axis(np.stack([x[view] for view in _offsets(x.shape, size, stride)]), which[None], axis=0)[0]


@primitive
def scatter(y: Array, which: Array, shape: tuple[int, ...], size: int, stride: int) -> Array:
    """X (of `shape`) = zeros, with each y added at the pixel of its window whose number `which` holds."""
    x = np.zeros(shape, y.dtype)
    for k, view in enumerate(_offsets(shape, size, stride)):
        if stride >= size:  # no pixel is in two windows
            np.multiply(y, which == k, out=x[view])
        else:
            x[view] += y * (which == k)
    return x


@primitive
def scatter_mean(y: Array, shape: tuple[int, ...], size: int, stride: int) -> Array:
    """X (of `shape`) = zeros, with each y shared out evenly over its window."""
    x = np.zeros(shape, y.dtype)
    for view in _offsets(shape, size, stride):
        x[view] += y
    return x / x.dtype.type(size * size)


def _max_pool_vjp(y: Array, x: Array, size: int, stride: int) -> Callable:
    plain_x, plain_y = getval(x), getval(y)
    first, *others = [plain_x[view] for view in _offsets(x.shape, size, stride)]
    before = first != plain_y  # the first of equals takes it all: count those before it
    which = before.astype(np.min_scalar_type(size * size))
    for view in others[:-1]:
        before &= view != plain_y
        which += before
    return lambda g: scatter(g, which, x.shape, size, stride)


defvjp(_max_pool, _max_pool_vjp, argnums=(0,))
defvjp(_average_pool, lambda y, x, size, stride: lambda g: scatter_mean(g, x.shape, size, stride), argnums=(0,))
defvjp(gather, lambda y, x, which, size, stride: lambda g: scatter(g, which, x.shape, size, stride), argnums=(0,))
defvjp(scatter, lambda x, y, which, shape, size, stride: lambda g: gather(g, which, size, stride), argnums=(0,))
defvjp(scatter_mean, lambda x, y, shape, size, stride: lambda g: _average_pool(g, size, stride), argnums=(0,))


def _offsets(shape: tuple[int, ...], size: int, stride: int) -> Iterator[tuple[slice, ...]]:
    """Yield, for each place in the window in reading order, the slices that take it out of all windows at once."""
    for i, j in product(*_places(shape, size, stride)):
        yield np.s_[:, i, j]


def _places(shape: tuple[int, ...], size: int, stride: int) -> tuple[list[slice], list[slice]]:
    """Return, for each row in the window and for each column, the slice that takes it out of all windows at once."""
    rows, columns = (shape[1] - size) // stride + 1, (shape[2] - size) // stride + 1
    return (
        [slice(i, i + stride * rows, stride) for i in range(size)],
        [slice(j, j + stride * columns, stride) for j in range(size)],
    )
