"""Pooling: a window of pixels becomes one, its largest or its mean. Pictures are NHWC. Notebook 02."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.errors import InputError
from teachnn.layer import Layer
from teachnn.settings import is_whole
from teachnn.trace import getval


@primitive
def max_pool(x, size, stride):
    """y = the largest of each window: x (N, H, W, C) -> y (N, I, J, C), I = (H - size) // stride + 1, likewise J."""
    views = [x[view] for view in _offsets(x.shape, size, stride)]
    y = views[0].copy()
    for view in views[1:]:
        np.maximum(y, view, out=y)
    return y


@primitive
def average_pool(x, size, stride):
    """y = the mean of each window: x (N, H, W, C) -> y (N, I, J, C)."""
    return sum(x[view] for view in _offsets(x.shape, size, stride)) / x.dtype.type(size * size)


@primitive
def pick(x, which, size, stride):
    """y = from each window the pixel whose number `which` (N, I, J, C) holds, in reading order."""
    return np.take_along_axis(np.stack([x[view] for view in _offsets(x.shape, size, stride)]), which[None], axis=0)[0]


@primitive
def place(y, which, shape, size, stride):
    """X (of `shape`) = zeros, with each y added at the pixel of its window whose number `which` holds."""
    x = np.zeros(shape, y.dtype)
    for k, view in enumerate(_offsets(shape, size, stride)):
        if stride >= size:  # no pixel is in two windows
            np.multiply(y, which == k, out=x[view])
        else:
            x[view] += y * (which == k)
    return x


@primitive
def spread(y, shape, size, stride):
    """X (of `shape`) = zeros, with each y shared out evenly over its window."""
    x = np.zeros(shape, y.dtype)
    for view in _offsets(shape, size, stride):
        x[view] += y
    return x / x.dtype.type(size * size)


def _max_pool_vjp(y, x, size, stride):
    plain_x, plain_y = getval(x), getval(y)
    which, before = np.zeros(plain_y.shape, np.int8), np.ones(plain_y.shape, bool)
    for view in list(_offsets(x.shape, size, stride))[:-1]:  # the first of equals takes it all: count those before it
        before &= plain_x[view] != plain_y
        which += before
    return lambda g: place(g, which, x.shape, size, stride)


defvjp(max_pool, _max_pool_vjp, argnums=(0,))
defvjp(average_pool, lambda y, x, size, stride: lambda g: spread(g, x.shape, size, stride), argnums=(0,))
defvjp(pick, lambda y, x, which, size, stride: lambda g: place(g, which, x.shape, size, stride), argnums=(0,))
defvjp(place, lambda x, y, which, shape, size, stride: lambda g: pick(g, which, size, stride), argnums=(0,))
defvjp(spread, lambda x, y, shape, size, stride: lambda g: average_pool(g, size, stride), argnums=(0,))


def _offsets(shape, size: int, stride: int) -> Iterator[tuple[slice, ...]]:
    """Yield for each place in the window, in reading order, the slices that pick it out of all windows at once."""
    rows, columns = (shape[1] - size) // stride + 1, (shape[2] - size) // stride + 1
    for i in range(size):
        for j in range(size):
            yield np.s_[:, i : i + stride * rows : stride, j : j + stride * columns : stride]


@dataclass(frozen=True, eq=False)
class _Pool2D(Layer):
    """What both kinds of pooling have: a square window `size`, every `stride` pixels (None: side by side)."""

    size: int = 2
    stride: int | None = None

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "stride", self.size if self.stride is None else self.stride)
        if not all(is_whole(n) and n in range(1, 12) for n in (self.size, self.stride)):
            raise InputError(self.who, "a size and a stride of 1 to 11 pixels", f"{self.size!r} and {self.stride!r}")

    def windows(self, x):
        """Return x; raises InputError if it is not (N, H, W, C), with H and W at least the window's size."""
        x = self.expect(x, "N", "H", "W", "C")
        if min(x.shape[1:3]) < self.size:
            raise InputError(self.who, f"pictures of at least {(self.size, self.size)}", str(tuple(x.shape)))
        return x


@dataclass(frozen=True, eq=False)
class MaxPool2D(_Pool2D):
    """y = the largest of each size x size window. x (N, H, W, C) -> y (N, I, J, C), I = (H - size) // stride + 1.

    stride None means windows side by side; pixels that fill no window are left out. The same in both modes.
    """

    def forward(self, x):
        """Return the largest of each window."""
        return max_pool(self.windows(x), self.size, self.stride)


@dataclass(frozen=True, eq=False)
class AveragePool2D(_Pool2D):
    """y = the mean of each size x size window. x (N, H, W, C) -> y (N, I, J, C); windows as in `MaxPool2D`."""

    def forward(self, x):
        """Return the mean of each window."""
        return average_pool(self.windows(x), self.size, self.stride)


@dataclass(frozen=True, eq=False)
class GlobalAveragePool2D(Layer):
    """y = each channel's mean over the whole picture. x (N, H, W, C) -> y (N, C). Lin et al. 2013, arXiv:1312.4400."""

    def forward(self, x):
        """Return each channel's mean."""
        x = self.expect(x, "N", "H", "W", "C")
        if min(x.shape[1:3]) < 1:
            raise InputError(self.who, "pictures of at least one pixel", str(tuple(x.shape)))
        return x.sum(axis=(1, 2)) / (x.shape[1] * x.shape[2])  # the gradient of autograd's mean is float64
