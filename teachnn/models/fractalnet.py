"""FractalNet: a net drawn by one rule, trained as ever other parts of itself, and used whole or in part. Notebook 07.

The rule: a fractal of one column is one unit. A fractal of C + 1 columns is a unit, the short way, beside two fractals
of C columns, one after the other. So column c = 1, 2, ... of a block has 2^(c - 1) units, and wherever columns meet, a
join takes the mean. Training drops paths: now some inputs of each join (local), now all columns but one (global). So
each column learns to answer alone. At test you choose: the whole net, or a column, which costs less and answers
sooner. All of them hold the very same parameters and statistics.
Larsson, Maire & Shakhnarovich 2016, arXiv:1605.07648.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np

from teachnn.graphs import Graph
from teachnn.layers import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DropPath,
    Flatten,
    Join,
    Layer,
    MaxPool2D,
    ModeLayer,
    ReLU,
    Reshape,
    Sequential,
    noise_from,
)
from teachnn.support import (
    Array,
    InputError,
    Mode,
    check_generator,
    check_mode,
    instance,
    is_whole,
    items,
    number,
    shape_of,
    whole,
)


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

    def paths(self, x: Array) -> tuple:
        """Return the output of each column, the shortest first, as they come to the join at the end."""
        if not self.halves:
            return (self.unit(x),)
        first, second = self.halves
        return (self.unit(x), *second.paths(first(x)))

    def column(self, c: int) -> tuple[Unit, ...]:
        """Return the units of column c = 1, 2, ..., in their order."""
        if not is_whole(c) or c < 1 or (c > 1 and not self.halves):
            raise InputError(self.who, "a column that is there, 1, 2, ...", repr(c))
        return (self.unit,) if c == 1 else tuple(unit for half in self.halves for unit in half.column(c - 1))


class FractalNet(ModeLayer):
    """Fractals, each with a pooling behind it, between a stem and a head: pictures (N, 28, 28) -> logits (N, 10).

    train: with probability `alone` one column of the whole net, chosen at random; else all, with local drop-path.
    test: all columns, nothing dropped. `column(c)` is a net of its own, in either mode.
    """

    stem: Layer
    blocks: tuple[Fractal, ...]
    pool: Layer
    head: Layer
    columns: int
    alone: float
    rng: np.random.Generator
    transparent: ClassVar[bool] = True

    @classmethod
    def create(
        cls,
        rng: np.random.Generator,
        columns: int = 3,
        channels: Sequence[int] = (8, 16),
        *,
        rate: float = 0.15,
        alone: float = 0.5,
    ) -> FractalNet:
        """Make a net for digits, in train mode, with a block for each number of channels; both rates 0: no drop-path.

        rate: the probability of local drop-path. rng: draws the parameters now, and the paths in training.
        """
        drop = DropPath(rate, rng, mode="train")
        columns, channels = whole("FractalNet", "number of columns", columns), shape_of("FractalNet", channels)
        whole("FractalNet", "number of blocks", len(channels), 1, 3)
        number("FractalNet", "alone", alone, "a probability, 0 <= alone <= 1", lambda v: 0 <= v <= 1)
        steps = enumerate(pairwise((1, *channels)), 1)
        blocks = tuple(Fractal.create(f"block{i}", columns, pair, rng, drop) for i, pair in steps)
        side = 14 // 2 ** len(channels)
        head = Sequential(Flatten(), Dense.create("out", side * side * channels[-1], 10, rng))
        stem = Sequential(Reshape((28, 28, 1)), AveragePool2D(2))
        return cls(stem, blocks, MaxPool2D(2), head, columns, alone, rng, mode="train")

    def __post_init__(self) -> None:
        super().__post_init__()
        items(self.who, self.blocks, Fractal, "fractals as blocks")
        whole(self.who, "number of columns", self.columns)
        check_generator(self.who, self.rng)
        number(self.who, "alone", self.alone, "a probability, 0 <= alone <= 1", lambda v: 0 <= v <= 1)

    def forward(self, x: Array) -> Array:
        """Return the logits of the whole net, or in training sometimes those of one column."""
        if self.mode == "train":
            rng = noise_from(self.rng)
            if rng.random() < self.alone:
                return self.column(int(rng.integers(1, self.columns + 1)))(x)
        return self._whole(x)

    def column(self, c: int) -> Sequential:
        """Return column c = 1, 2, ... alone, of this mode: blocks * 2^(c - 1) units; InputError if there is none."""
        if not is_whole(c) or c not in range(1, self.columns + 1):
            raise InputError(self.who, f"a column from 1 to {self.columns}", repr(c))
        return self._alone[c - 1]

    @cached_property
    def _whole(self) -> Sequential:
        return self._between((block,) for block in self.blocks)

    @cached_property
    def _alone(self) -> tuple[Sequential, ...]:
        return tuple(self._between(block.column(c) for block in self.blocks) for c in range(1, self.columns + 1))

    def _between(self, blocks: Iterable[tuple[Layer, ...]]) -> Sequential:
        return Sequential(self.stem, *(layer for block in blocks for layer in (*block, self.pool)), self.head)


def multiply_adds(graph: Graph) -> int:
    """Return how many products a function's convolutions and dense layers add up for one example, by its graph."""
    instance("multiply_adds", "a graph", graph, Graph, "a function's .graph(x) makes one")
    total = 0
    for node in graph.nodes:
        for parameter in node.parameters:
            if len(parameter.shape) > 1:
                pixels = node.shape[1:-1]  # a kernel is used once for each pixel of its output
                total += parameter.size * int(np.prod(pixels, dtype=int))
    return total
