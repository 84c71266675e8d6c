"""All that a training step may change, kept in memory at one instant and put back at another. Notebook 03."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from teachnn.functions.train_function import TrainFunction
from teachnn.ops import tracing
from teachnn.parameters import Change, Variable, change, changing
from teachnn.support import instance, items


class Snapshot:
    """Variables, a training function's steps and memory, and generators, as they were between two steps.

    The averages that the training function writes are among the variables.
    `restore()` puts all of it back, between two steps, or nothing: training goes on from there, repeated bit for bit.

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
    ) -> None:
        variables = items("Snapshot", variables, Variable, "parameters or statistics", "net.parameters has them")
        generators = items("Snapshot", generators, np.random.Generator, "generators", "a tuple of them")
        instance("Snapshot", "a TrainFunction as train", train, TrainFunction | None)
        with tracing, changing:
            variables += train.averages if train else ()
            self._changes: list[Change] = [(variable, "stored", variable.stored) for variable in variables]
            self._changes += [(rng.bit_generator, "state", rng.bit_generator.state) for rng in generators]
            self._changes += train.as_it_is() if train else []

    def restore(self) -> None:
        """Put everything back."""
        with tracing:
            change(self._changes)
