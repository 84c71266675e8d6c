"""All that a training step may change, kept in memory at one instant and put back at another. Notebook 03."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from teachnn.functions.function import TrainFunction
from teachnn.functions.scopes import put_back
from teachnn.ops import tracing
from teachnn.parameters import Variable, change, changing, values_of
from teachnn.support import instance, items


class Snapshot:
    """Variables, a training function's steps and memory, and generators, as they were between two steps.

    `restore()` puts all of it back, between two steps, or nothing: training goes on from there to the bit.

    >>> from teachnn import Parameter
    >>> W = Parameter("W", [1.0])
    >>> before = Snapshot([W])
    >>> W.value = [2.0]
    >>> before.restore()
    >>> W.value
    array([1.], dtype=float32)
    """

    def __init__(
        self,
        variables: Iterable[Variable],
        train: TrainFunction | None = None,
        generators: Iterable[np.random.Generator] = (),
    ):
        variables = items("Snapshot", variables, Variable, "parameters or statistics", "net.parameters has them")
        generators = items("Snapshot", generators, np.random.Generator, "generators", "a tuple of them")
        instance("Snapshot", "a TrainFunction as train", train, TrainFunction | None)
        with tracing, changing:
            self.values, self.train = values_of(variables), train
            self.noise = {rng: rng.bit_generator.state for rng in generators}
            self.progress = (train.steps, train.memory, train.position) if train else None

    def restore(self) -> None:
        """Put everything back."""
        changes: list[tuple[object, str, object]] = [(v, "stored", array) for v, array in self.values.items()]
        with tracing:
            if self.train is not None and self.progress is not None:
                changes += self.train.restored(*self.progress)
            put_all_back(changes, dict(self.noise))


def put_all_back(changes: list[tuple[object, str, object]], noise: dict[np.random.Generator, Any]) -> None:
    """Make all the changes and set the generators, or do nothing, even if a Ctrl-C comes in between."""
    if not changes:
        return put_back(noise)
    (target, name, value), before = changes[-1], {rng: rng.bit_generator.state for rng in noise}
    try:
        put_back(noise)
        change(changes)
    except BaseException:
        if getattr(target, name) is not value:  # otherwise it came after all was done
            put_back(before)
        raise
