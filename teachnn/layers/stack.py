"""Layers one after the other; one that its input passes by; two that only change an array's shape. Notebook 02."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar, overload

from teachnn.layers.layer import Layer
from teachnn.parameters import distinct
from teachnn.support import Array, InputError, instance, shape_of


class Sequential(Layer):
    """Layers one after the other: y = last(... second(first(x))). Index, slice and iterate it like a tuple.

    >>> from teachnn import Dense, rng
    >>> net = Sequential(Dense.create("h", 3, 4, rng(0)), Dense.create("out", 4, 2, rng(1)))
    >>> [p.name for p in net.parameters], len(net), net[0].name
    (['h.W', 'h.b', 'out.W', 'out.b'], 2, 'h')
    """

    layers: tuple[Layer, ...]
    transparent: ClassVar[bool] = True

    def __init__(self, *layers: Layer, name: str = "") -> None:
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "name", name or "Sequential")
        for layer in layers:
            instance(self.who, "layers", layer, Layer, _cure(layer))
        distinct(self.parameters + self.statistics, self.who)

    def forward(self, x: Array) -> Array:
        """Return the last layer's output; an error about a shape names the layer that computed it."""
        before = ""
        for layer in self.layers:
            try:
                x = layer(x)
            except InputError as error:
                raise (error.coming_from(before) if before else error) from None
            before = layer.who
        return x

    def _remade(self, layers=(), name: str = "") -> Sequential:
        return Sequential(*layers, name=name)

    @overload
    def __getitem__(self, index: int) -> Layer: ...

    @overload
    def __getitem__(self, index: slice) -> Sequential: ...

    def __getitem__(self, index: int | slice) -> Layer | Sequential:
        if isinstance(index, slice):
            return Sequential(*self.layers[index], name=self.name)
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)


def _cure(value: Any) -> str:
    if isinstance(value, type):
        return f"make one: {value.__name__}()"
    return (
        "Sequential(*layers)" if isinstance(value, list | tuple) else "a plain function is called outside of a network"
    )


class Residual(Layer):
    """y = x + layer(x): the layer adds to its input, and a gradient passes by it too. x and y have one shape.

    The same in both modes, if the layer is. He et al. 2015, arXiv:1512.03385.
    """

    layer: Layer
    transparent: ClassVar[bool] = True

    def forward(self, x: Array) -> Array:
        """Return x + layer(x); raises InputError if the layer gives x another shape."""
        y = self.layer(self.expect(x))
        if y.shape != x.shape:
            got = f"{tuple(y.shape)} from {self.layer.who}"
            raise InputError(self.who, f"a layer that keeps the shape {tuple(x.shape)}", got)
        return x + y


class Flatten(Layer):
    """Each example's numbers in one row: x (N, ...) -> y (N, d)."""

    def forward(self, x: Array) -> Array:
        """Return x as (N, d)."""
        x = self.expect(x)
        if not x.shape:
            raise InputError(self.who, "x of shape (N, ...)", "()", "an array has one row an example")
        return x.reshape((x.shape[0], math.prod(x.shape[1:])))


class Reshape(Layer):
    """Each example's numbers in the given shape: x (N, ...) -> y (N, *shape)."""

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "shape", shape_of(self.who, self.shape))

    def forward(self, x: Array) -> Array:
        """Return x as (N, *shape); raises InputError if an example has another number of numbers."""
        x = self.expect(x)
        if math.prod(x.shape[1:]) != math.prod(self.shape):
            raise InputError(self.who, f"examples of {math.prod(self.shape)} numbers", f"x of shape {tuple(x.shape)}")
        return x.reshape((x.shape[0], *self.shape))
