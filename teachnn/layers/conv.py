"""Layers that slide a small dense layer over an image, or add up patches: see ops/conv.py. Notebook 02."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from teachnn import ops
from teachnn.layers.layer import Layer
from teachnn.parameters import Parameter, init
from teachnn.support import Array, InputError, array, name_given, shape_of, whole


def _drawn(
    kind: type,
    name: str,
    channels: Sequence[int],
    rng: np.random.Generator,
    steps: tuple[int, int, int],
    init_W: Callable,
) -> tuple[np.ndarray, Parameter]:
    """Return a square kernel (size, size, channels in, channels out), and the parameter of a bias of zeros.

    steps: size, stride and padding, which are checked before anything is drawn.
    """
    who = f"{name_given(kind.__name__, name)} ({kind.__name__})"
    size, channels = whole(who, "size", steps[0]), shape_of(who, channels, 2)
    _check_steps(who, *steps[1:])
    W = array(name, "W", init.drawn(name, init_W, (size, size, *channels), rng), size, size, *channels)
    return W, Parameter(f"{name}.b", init.zeros(channels[1:]))


def _check_steps(who: str, stride: int, padding: int) -> None:
    whole(who, "stride", stride)
    whole(who, "padding", padding, 0)


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
        *,
        size: int = 3,
        stride: int = 1,
        padding: int = 0,
        init_W: Callable = init.he_normal,
    ) -> Conv2D:
        """Make a layer from channels[0] to channels[1] channels with a square kernel, and its parameters."""
        W, b = _drawn(cls, name, channels, rng, (size, stride, padding), init_W)
        return cls(Parameter(f"{name}.W", W), b, stride, padding)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.W.shape) != 4 or self.b.shape != (self._units(),):
            got = f"{self.W.shape} and {self.b.shape}"
            raise InputError(self.who, "W of four sizes and b of as many numbers as output channels", got)
        _check_steps(self.who, self.stride, self.padding)

    def forward(self, x: Array) -> Array:
        """Return convolve(x, W) + b; raises InputError if x is not (N, H, W, C), or smaller than a patch."""
        x = self.expect(x, "N", "H", "W", self.W.shape[2], like=self.W)
        if min(a + 2 * self.padding - b for a, b in zip(x.shape[1:3], self.W.shape[:2], strict=True)) < 0:
            raise InputError(self.who, f"images of at least {self.W.shape[:2]}", str(tuple(x.shape)), "more padding")
        return ops.shift(ops.convolve(x, self.W.value, self.stride, self.padding), self.b.value)

    def _units(self) -> int:
        return self.W.shape[3]


class ConvTranspose2D(Conv2D):
    """The transpose of `Conv2D`: each pixel adds a patch. The same in both modes.

    x (N, I, J, D), W (h, w, C, D), b (C,) -> y (N, H, W, C);
    H = (I - 1) * stride + h - 2 padding, likewise W: size 4, stride 2, padding 1 doubles an image.
    Dumoulin & Visin 2016, arXiv:1603.07285.
    """

    @classmethod
    def create(
        cls,
        name: str,
        channels: tuple[int, int],
        rng: np.random.Generator,
        *,
        size: int = 4,
        stride: int = 2,
        padding: int = 1,
        init_W: Callable = init.he_normal,
    ) -> ConvTranspose2D:
        """Make a layer from channels[0] to channels[1] channels with a square kernel, and its parameters."""
        W, b = _drawn(cls, name, channels, rng, (size, stride, padding), init_W)  # its fans are those of (in, out)
        return cls(Parameter(f"{name}.W", W.swapaxes(2, 3)), b, stride, padding)

    def forward(self, x: Array) -> Array:
        """Return convolve_transposed(x, W) + b; raises InputError if x is not (N, I, J, D)."""
        x = self.expect(x, "N", "I", "J", self.W.shape[3], like=self.W)
        size = [(n - 1) * self.stride + k - 2 * self.padding for n, k in zip(x.shape[1:3], self.W.shape, strict=False)]
        if min(size) < 1:
            raise InputError(self.who, "images that leave at least one pixel", str(tuple(x.shape)), "less padding")
        return ops.shift(ops.convolve_transposed(x, self.W.value, tuple(size), self.stride, self.padding), self.b.value)

    def _units(self) -> int:
        return self.W.shape[2]
