"""Convolutions: one small dense layer, slid over an image; and its transpose, which adds up patches. Notebook 02.

Images are NHWC everywhere: (examples, height, width, channels). A convolution is three-sided: it joins an image x,
a kernel W and an output y in one sum, sum(y * conv(x, W)). Leave one out and the sum's derivative by it remains, so
each of the three functions below is the gradient of the other two, and derivatives of any order are right.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.ops.columns import row_products
from teachnn.ops.frame import pad
from teachnn.ops.trace import getval, isbox
from teachnn.support import Array


def convolve(x: Array, W: Array, stride: int = 1, padding: int = 0) -> Array:
    """y[n, i, j] = sum of W * the patch of x at (i, j): x (N, H, W, C), W (h, w, C, D) -> y (N, I, J, D)."""
    return _convolve(x, W, _patches(getval(x), W.shape[:2], stride, padding), stride, padding)


@primitive
def _convolve(x: Array, W: Array, patches: Array, stride: int, padding: int) -> Array:
    """The patches are laid out once, for the way back too."""
    kernel = W.reshape(-1, W.shape[3])
    return (patches.reshape(-1, len(kernel)) @ kernel).reshape(*patches.shape[:3], W.shape[3])


@primitive
def convolve_transposed(y: Array, W: Array, size: tuple[int, int], stride: int = 1, padding: int = 0) -> Array:
    """x = sum of W * y[n, i, j], put where the patch was: y (N, I, J, D), W (h, w, C, D) -> x (N, *size, C)."""
    N, rows, columns, D = y.shape
    x = np.zeros((N, size[0] + 2 * padding, size[1] + 2 * padding, W.shape[2]), y.dtype)
    kernels, y = np.ascontiguousarray(W.swapaxes(2, 3)), y.reshape((-1, D))
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):  # a product for each place in the patch, so that what is added lies side by side
            part = (y @ kernels[i, j]).reshape((N, rows, columns, W.shape[2]))
            x[:, i : i + stride * rows : stride, j : j + stride * columns : stride] += part
    return x[:, padding : padding + size[0], padding : padding + size[1]]


@primitive
def correlate(x: Array, y: Array, size: tuple[int, int], stride: int = 1, padding: int = 0) -> Array:
    """W = sum over (n, i, j) of y[n, i, j] * the patch of x: x (N, H, W, C), y (N, I, J, D) -> W (*size, C, D)."""
    return _correlate(_patches(x, size, stride, padding), y)


def _correlate(patches: Array, y: Array) -> Array:
    rows = patches.reshape(-1, math.prod(patches.shape[3:]))
    return row_products(rows, y.reshape((-1, y.shape[3]))).reshape((*patches.shape[3:], y.shape[3]))


def _convolve_vjp_by_W(y: Array, x: Array, W: Array, patches: Array, stride: int, padding: int) -> Callable:
    if isbox(x):  # a second derivative is wanted, and the patches depend on x too
        return lambda g: correlate(x, g, W.shape[:2], stride, padding)
    return lambda g: _correlate(patches, g)


defvjp(
    _convolve,
    lambda y, x, W, patches, stride, padding: lambda g: convolve_transposed(g, W, x.shape[1:3], stride, padding),
    _convolve_vjp_by_W,
)
defvjp(
    convolve_transposed,
    lambda x, y, W, size, stride=1, padding=0: lambda g: convolve(g, W, stride, padding),
    lambda x, y, W, size, stride=1, padding=0: lambda g: correlate(g, y, W.shape[:2], stride, padding),
)
defvjp(
    correlate,
    lambda W, x, y, size, stride=1, padding=0: lambda g: convolve_transposed(y, g, x.shape[1:3], stride, padding),
    lambda W, x, y, size, stride=1, padding=0: lambda g: convolve(x, g, stride, padding),
)


def _patches(x: Array, size: tuple[int, int], stride: int, padding: int) -> Array:
    """Return a copy of each patch of x: (N, I, J, h, w, C)."""
    x = pad(x, padding) if padding else x
    (N, H, W, C), (h, w) = x.shape, size
    n, i, j, c = x.strides
    shape = (N, (H - h) // stride + 1, (W - w) // stride + 1, h, w, C)
    strides = (n, i * stride, j * stride, i, j, c)
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False))
