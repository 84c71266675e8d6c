"""Layers that make a window of pixels one: its largest, or its mean. See ops/pool.py. Notebook 02."""

from __future__ import annotations

from dataclasses import field

from teachnn import ops
from teachnn.layers.layer import Layer
from teachnn.support import Array, InputError, instance, whole


class _Pool2D(Layer):
    """What both kinds of pooling have: a square window `size`, every `stride` pixels (None: side by side)."""

    size: int = 2
    stride: int | None = None
    padding: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "stride", self.size if self.stride is None else self.stride)
        whole(self.who, "size", self.size, 1, 11)
        whole(self.who, "stride", self.stride, 1, 11)
        whole(self.who, f"padding (less than size {self.size})", self.padding, 0, self.size - 1)

    def windows(self, x: Array) -> tuple[Array, int, int, int]:
        """Return x, size, stride, padding; raises InputError if x is not (N, H, W, C), or no window fits into it."""
        x = self.expect(x, "N", "H", "W", "C")
        least = max(1, self.size - 2 * self.padding)
        if min(x.shape[1:3]) < least:
            raise InputError(self.who, f"images of at least {(least, least)}", str(tuple(x.shape)))
        return x, self.size, self.stride or self.size, self.padding


class MaxPool2D(_Pool2D):
    """y = the largest of each size x size window. x (N, H, W, C) -> y (N, I, J, C). The same in both modes.

    I = (H + 2 padding - size) // stride + 1, likewise J: as in `Conv2D`. Stride None means windows side by side; pixels
    that fill no window are left out. What pads is never the largest. ResNet's is MaxPool2D(3, 2, padding=1), which
    halves an image. He et al. 2015, arXiv:1512.03385.
    Raises InputError for a padding of a whole window, or for images into which no window fits.
    """

    def forward(self, x: Array) -> Array:
        """Return the largest of each window."""
        return ops.max_pool(*self.windows(x))


class AveragePool2D(_Pool2D):
    """y = the mean of each size x size window. x (N, H, W, C) -> y (N, I, J, C); windows as in `MaxPool2D`.

    count_include_pad: whether the zeros of the padding count in the mean, as PyTorch has it unless it is told not to.
    Without, the mean is over the pixels of the image, as in ONNX (unless it is told) and in Keras.
    """

    count_include_pad: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        instance(self.who, "True or False as count_include_pad", self.count_include_pad, bool)

    def forward(self, x: Array) -> Array:
        """Return the mean of each window."""
        return ops.average_pool(*self.windows(x), self.count_include_pad)


class GlobalAveragePool2D(Layer):
    """y = each channel's mean over the whole image. x (N, H, W, C) -> y (N, C). Lin et al. 2013, arXiv:1312.4400."""

    def forward(self, x: Array) -> Array:
        """Return each channel's mean."""
        x = self.expect(x, "N", "H", "W", "C")
        if min(x.shape[1:3]) < 1:
            raise InputError(self.who, "images of at least one pixel", str(tuple(x.shape)))
        N, H, W, C = x.shape
        return ops.column_sums(x.reshape((N, H * W, C))) / (H * W)
