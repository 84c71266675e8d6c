"""FractalNet: trained as one random part of itself after another, used whole or in part. Notebook 07.

Its blocks are fractals (see fractal.py). Training drops paths: in one step some inputs of each join (local), in another
all columns but one (global). So each column learns to answer alone. At test you choose: the whole net, or one column,
which costs less and answers sooner. All of them hold the very same parameters and statistics.
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
    Dense,
    DropPath,
    Flatten,
    Layer,
    MaxPool2D,
    ModeLayer,
    Reshape,
    Sequential,
    noise_from,
)
from teachnn.models.fractal import Fractal, Unit
from teachnn.support import Array, check_generator, instance, items, number, shape_of, whole

__all__ = ["Fractal", "FractalNet", "Unit", "multiply_adds"]


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
        number("FractalNet", "alone (a probability)", alone, ">= 0 and <= 1")
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
        number(self.who, "alone (a probability)", self.alone, ">= 0 and <= 1")

    def forward(self, x: Array) -> Array:
        """Return the logits of the whole net, or in training sometimes those of one column."""
        if self.mode == "train":
            rng = noise_from(self.rng)
            if rng.random() < self.alone:
                return self.column(int(rng.integers(1, self.columns + 1)))(x)
        return self._whole(x)

    def column(self, c: int) -> Sequential:
        """Return column c = 1, 2, ... alone, of this mode: blocks * 2^(c - 1) units; InputError if there is none."""
        return self._alone[whole(self.who, "column's number", c, 1, self.columns) - 1]

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
