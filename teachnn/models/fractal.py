"""A fractal, drawn by one rule: a unit, the short way, beside two smaller fractals, one after the other. Notebook 07.

A fractal of one column is one unit. A fractal of C + 1 columns is a unit beside two fractals of C columns. So column
c = 1, 2, ... has 2^(c - 1) units, and wherever columns meet, a join takes the mean of the paths that live.
Larsson, Maire & Shakhnarovich 2016, arXiv:1605.07648.
"""

from __future__ import annotations

from math import inf
from typing import ClassVar

import numpy as np

from teachnn.layers import BatchNorm, Conv2D, DropPath, Join, Layer, ReLU
from teachnn.support import Array, InputError, Mode, check_mode, instance, items, whole


class Unit(Layer):
    """y = relu(batch_norm(convolve(x, W) + b)). x (N, H, W, C) -> y (N, H, W, D): 3 x 3 kernels, padding 1."""

    conv: Conv2D
    norm: BatchNorm
    relu: ReLU

    @classmethod
    def create(cls, name: str, channels: tuple[int, int], rng: np.random.Generator, *, mode: Mode) -> Unit:
        """Make a unit from channels[0] to channels[1] channels, and its parameters and statistics."""
        check_mode("Unit", mode)
        conv = Conv2D.create(f"{name}.conv", channels, rng, padding=1)
        return cls(conv, BatchNorm.create(f"{name}.bn", channels[1], mode=mode), ReLU(), name=name)

    def forward(self, x: Array) -> Array:
        """Return what is left of the normalised convolution above 0."""
        return self.relu(self.norm(self.conv(x)))


class Fractal(Layer):
    """y = join(drop(unit(x), paths of second(first(x)))), or unit(x). x (N, H, W, C) -> y (N, H, W, D).

    unit: the short way. halves: () in a fractal of one column, else the first and the second fractal beside the unit.
    drop: which of the paths live (local drop-path). All joins that would stand one behind the other are one.
    """

    unit: Unit
    halves: tuple[Fractal, ...]
    drop: DropPath
    join: Join
    transparent: ClassVar[bool] = True

    @classmethod
    def create(
        cls,
        name: str,
        columns: int,
        channels: tuple[int, int],
        rng: np.random.Generator,
        drop: DropPath,
        column: int = 1,
        place: int = 0,
    ) -> Fractal:
        """Make a fractal of so many columns. Its units are called by column and place: `block1.2b` is 2's second.

        column, place: of its own unit in the block.
        """
        whole("Fractal", "number of columns", columns)
        instance("Fractal", "a DropPath as drop", drop, DropPath)

        def half(inputs: int, place: int) -> Fractal:
            return cls.create(name, columns - 1, (inputs, channels[1]), rng, drop, column + 1, place)

        unit = Unit.create(f"{name}.{column}{chr(ord('a') + place)}", channels, rng, mode=drop.mode)
        halves = (half(channels[0], 2 * place), half(channels[1], 2 * place + 1)) if columns > 1 else ()
        return cls(unit, halves, drop, Join(name=f"{unit.name}.join"), name=f"{unit.name}.fractal")

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(items(self.who, self.halves, Fractal, "fractals as halves")) not in (0, 2):
            raise InputError(self.who, "two fractals as halves, or none", str(len(self.halves)))

    def forward(self, x: Array) -> Array:
        """Return the mean of the paths that live."""
        return self.join(*self.drop(*self.paths(x))) if self.halves else self.unit(x)

    def paths(self, x: Array) -> tuple[Array, ...]:
        """Return the output of each column, the shortest first, as they come to the join at the end."""
        if not self.halves:
            return (self.unit(x),)
        first, second = self.halves
        return (self.unit(x), *second.paths(first(x)))

    def column(self, c: int) -> tuple[Unit, ...]:
        """Return the units of column c = 1, 2, ..., in their order."""
        whole(self.who, "column's number", c, 1, inf if self.halves else 1)
        return (self.unit,) if c == 1 else tuple(unit for half in self.halves for unit in half.column(c - 1))
