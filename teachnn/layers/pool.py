"""Layers that make a window of pixels one: its largest, or its mean. See ops/pool.py. Notebook 02."""

from __future__ import annotations

from teachnn import ops
from teachnn.layers.layer import Layer
from teachnn.support import Array, InputError, whole


class _Pool2D(Layer):
    """What both kinds of pooling have: a square window `size`, every `stride` pixels (None: side by side)."""

    size: int = 2
    stride: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "stride", self.size if self.stride is None else self.stride)
        whole(self.who, "size", self.size, 1, 11)
        whole(self.who, "stride", self.stride, 1, 11)

    def windows(self, x: Array) -> Array:
        """Return x; raises InputError if it is not (N, H, W, C), with H and W at least the window's size."""
        x = self.expect(x, "N", "H", "W", "C")
        if min(x.shape[1:3]) < self.size:
            raise InputError(self.who, f"pictures of at least {(self.size, self.size)}", str(tuple(x.shape)))
        return x


class MaxPool2D(_Pool2D):
    """y = the largest of each size x size window. x (N, H, W, C) -> y (N, I, J, C), I = (H - size) // stride + 1.

    stride None means windows side by side; pixels that fill no window are left out. The same in both modes.
    """

    def forward(self, x: Array) -> Array:
        """Return the largest of each window."""
        return ops.max_pool(self.windows(x), self.size, self.stride or self.size)


class AveragePool2D(_Pool2D):
    """y = the mean of each size x size window. x (N, H, W, C) -> y (N, I, J, C); windows as in `MaxPool2D`."""

    def forward(self, x: Array) -> Array:
        """Return the mean of each window."""
        return ops.average_pool(self.windows(x), self.size, self.stride or self.size)


class GlobalAveragePool2D(Layer):
    """y = each channel's mean over the whole picture. x (N, H, W, C) -> y (N, C). Lin et al. 2013, arXiv:1312.4400."""

    def forward(self, x: Array) -> Array:
        """Return each channel's mean."""
        x = self.expect(x, "N", "H", "W", "C")
        if min(x.shape[1:3]) < 1:
            raise InputError(self.who, "pictures of at least one pixel", str(tuple(x.shape)))
        return x.sum(axis=(1, 2)) / (x.shape[1] * x.shape[2])  # the gradient of autograd's mean is float64
