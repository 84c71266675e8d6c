"""Convolutions: one small dense layer, slid over a picture; and its mirror image, which paints patches. Notebook 02.

Pictures are NHWC everywhere: (examples, height, width, channels). A convolution is three-sided: it joins a picture x,
a kernel W and an output y in one sum, sum(y * conv(x, W)). Leave one out and the sum's derivative by it remains, so
each of the three functions below is the gradient of the other two, and derivatives of any order are right.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from teachnn import init, ops
from teachnn.errors import InputError
from teachnn.layer import Layer
from teachnn.parameter import Parameter
from teachnn.settings import array, is_whole, name_given, shape_of, whole
from teachnn.trace import getval, isbox


def convolve(x, W, stride=1, padding=0):
    """y[n, i, j] = sum of W * the patch of x at (i, j): x (N, H, W, C), W (h, w, C, D) -> y (N, I, J, D)."""
    return _convolve(x, W, _patches(getval(x), W.shape[:2], stride, padding), stride, padding)


@primitive
def _convolve(x, W, patches, stride, padding):
    """The patches are laid out once, for the way back too."""
    kernel = W.reshape(-1, W.shape[3])
    return (patches.reshape(-1, len(kernel)) @ kernel).reshape(*patches.shape[:3], W.shape[3])


@primitive
def paint(y, W, size, stride=1, padding=0):
    """x = sum of W * y[n, i, j], put where the patch was: y (N, I, J, D), W (h, w, C, D) -> x (N, *size, C)."""
    N, rows, columns, D = y.shape
    x = np.zeros((N, size[0] + 2 * padding, size[1] + 2 * padding, W.shape[2]), y.dtype)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):  # a product for each place in the patch, so that what is added lies side by side
            part = (y.reshape(-1, D) @ W[i, j].T).reshape(N, rows, columns, -1)
            x[:, i : i + stride * rows : stride, j : j + stride * columns : stride] += part
    return x[:, padding : padding + size[0], padding : padding + size[1]]


@primitive
def correlate(x, y, size, stride=1, padding=0):
    """W = sum over (n, i, j) of y[n, i, j] * the patch of x: x (N, H, W, C), y (N, I, J, D) -> W (*size, C, D)."""
    return _correlate(_patches(x, size, stride, padding), y)


def _correlate(patches, y):
    rows = patches.reshape(-1, math.prod(patches.shape[3:]))
    return anp.dot(rows.T, y.reshape((-1, y.shape[3]))).reshape((*patches.shape[3:], y.shape[3]))


def _convolve_vjp_by_W(y, x, W, patches, stride, padding):
    if isbox(x):  # a second derivative is wanted, and the patches depend on x too
        return lambda g: correlate(x, g, W.shape[:2], stride, padding)
    return lambda g: _correlate(patches, g)


defvjp(
    _convolve,
    lambda y, x, W, patches, stride, padding: lambda g: paint(g, W, x.shape[1:3], stride, padding),
    _convolve_vjp_by_W,
)
defvjp(
    paint,
    lambda x, y, W, size, stride=1, padding=0: lambda g: convolve(g, W, stride, padding),
    lambda x, y, W, size, stride=1, padding=0: lambda g: correlate(g, y, W.shape[:2], stride, padding),
)
defvjp(
    correlate,
    lambda W, x, y, size, stride=1, padding=0: lambda g: paint(y, g, x.shape[1:3], stride, padding),
    lambda W, x, y, size, stride=1, padding=0: lambda g: convolve(x, g, stride, padding),
)


def _patches(x, size, stride: int, padding: int):
    """Return a copy of each patch of x: (N, I, J, h, w, C)."""
    (N, H, W, C), (h, w) = x.shape, size
    if padding:
        framed = np.zeros((N, H + 2 * padding, W + 2 * padding, C), x.dtype)
        framed[:, padding : padding + H, padding : padding + W] = x
        x, (H, W) = framed, framed.shape[1:3]
    n, i, j, c = x.strides
    shape = (N, (H - h) // stride + 1, (W - w) // stride + 1, h, w, C)
    strides = (n, i * stride, j * stride, i, j, c)
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False))


def _check_steps(who: str, stride, padding) -> None:
    if not (is_whole(stride) and is_whole(padding) and stride > 0 <= padding):
        raise InputError(who, "a whole stride >= 1 and a whole padding >= 0", f"{stride!r} and {padding!r}")


def _kernel(kind: type, name: str, channels, size, stride, padding) -> tuple[int, ...]:
    """Return a square kernel's shape; complains about any setting before anything is drawn."""
    who = f"{name_given(kind.__name__, name)} ({kind.__name__})"
    _check_steps(who, stride, padding)
    return (*2 * (whole(who, "size", size),), *shape_of(who, channels, 2))


@dataclass(frozen=True, eq=False)
class Conv2D(Layer):
    """y = convolve(x, W) + b. x (N, H, W, C), W (h, w, C, D), b (D,) -> y (N, I, J, D). The same in both modes.

    I = (H + 2 padding - h) // stride + 1, likewise J; padding = h // 2 keeps the size for odd h and stride 1.
    """

    W: Parameter
    b: Parameter
    stride: int = 1
    padding: int = 0

    @classmethod
    def create(
        cls,
        name: str,
        channels: tuple[int, int],
        rng: np.random.Generator,
        size: int = 3,
        stride: int = 1,
        padding: int = 0,
        init_W: Callable = init.he_normal,
    ):
        """Make a layer from channels[0] to channels[1] channels with a square kernel, and its parameters."""
        shape = _kernel(cls, name, channels, size, stride, padding)
        W = Parameter(f"{name}.W", init.drawn(name, init_W, shape, rng))
        return cls(W, Parameter(f"{name}.b", init.zeros(channels[1:])), stride, padding)

    def __post_init__(self):
        super().__post_init__()
        if len(self.W.shape) != 4 or self.b.shape != (self._units(),):
            got = f"{self.W.shape} and {self.b.shape}"
            raise InputError(self.who, "W of four sizes and b of as many numbers as output channels", got)
        _check_steps(self.who, self.stride, self.padding)

    def forward(self, x):
        """Return convolve(x, W) + b; raises InputError if x is not (N, H, W, C), or smaller than a patch."""
        x = self.expect(x, "N", "H", "W", self.W.shape[2], like=self.W)
        if min(a + 2 * self.padding - b for a, b in zip(x.shape[1:3], self.W.shape[:2], strict=True)) < 0:
            raise InputError(self.who, f"pictures of at least {self.W.shape[:2]}", str(tuple(x.shape)), "more padding")
        return ops.shift(convolve(x, self.W.value, self.stride, self.padding), self.b.value)

    def _units(self) -> int:
        return self.W.shape[3]


@dataclass(frozen=True, eq=False)
class ConvTranspose2D(Conv2D):
    """The mirror image of `Conv2D`: each pixel paints a patch. The same in both modes.

    x (N, I, J, D), W (h, w, C, D), b (C,) -> y (N, H, W, C);
    H = (I - 1) * stride + h - 2 padding, likewise W: size 4, stride 2, padding 1 doubles a picture.
    Dumoulin & Visin 2016, arXiv:1603.07285.
    """

    @classmethod
    def create(cls, name, channels, rng, size=4, stride=2, padding=1, init_W=init.he_normal):
        """Make a layer from channels[0] to channels[1] channels with a square kernel, and its parameters."""
        shape = _kernel(cls, name, channels, size, stride, padding)
        W = init.drawn(name, init_W, shape, rng)  # fans as of (in, out)
        W = Parameter(f"{name}.W", array(name, "W", W, *shape).swapaxes(2, 3))
        return cls(W, Parameter(f"{name}.b", init.zeros(channels[1:])), stride, padding)

    def forward(self, x):
        """Return paint(x, W) + b; raises InputError if x is not (N, I, J, D)."""
        x = self.expect(x, "N", "I", "J", self.W.shape[3], like=self.W)
        size = [(n - 1) * self.stride + k - 2 * self.padding for n, k in zip(x.shape[1:3], self.W.shape, strict=False)]
        if min(size) < 1:
            raise InputError(self.who, "pictures that leave at least one pixel", str(tuple(x.shape)), "less padding")
        return ops.shift(paint(x, self.W.value, tuple(size), self.stride, self.padding), self.b.value)

    def _units(self) -> int:
        return self.W.shape[2]
