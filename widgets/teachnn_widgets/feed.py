"""What a cockpit trains on: its batches, how far it has come in them, and how all was before it began. Notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import teachnn as tn
from teachnn.functions import passes
from teachnn.ops import tracing
from teachnn.support import InputError, InputTypeError


class Feed:
    """Batches of `data` for `train`, one epoch after the other without end, and the test after each.

    data: tn.data.batches, or any other iterable of batches that can be begun anew. test: returns the terms' test
    values by name. `epoch` and `done` say how far it has come: epochs begun, batches of this one done.
    Raises InputError for data that cannot be begun anew, or that the training function refuses.
    """

    def __init__(self, train: tn.TrainFunction, data: Iterable, test: Callable[[], dict] | None = None):
        if not isinstance(data, Iterable) or isinstance(data, Iterator):
            cure = "tn.data.batches(images, size=100, rng=rng)"
            raise InputError(train.who, "batches that can be begun anew each epoch", type(data).__name__, cure)
        if test is not None and not callable(test):
            raise InputTypeError(train.who, "a function as test", repr(test))
        self.train, self.data, self.test = train, data, test
        self._begin()
        graph = train.graph(*first_batch(data))  # complains now about batches that do not fit
        noise = [data.rng] if isinstance(data, tn.data.Batches) and data.rng is not None else []
        variables = dict.fromkeys((*train.parameters, *graph.statistics))
        with tracing:  # a cell may train too: both are of one instant
            self._start = tn.Snapshot(variables, train, dict.fromkeys((*noise, *graph.generators)))
            self._history = train.history.copy()

    def next(self) -> tuple:
        """Return the next batch, of a new epoch where one has ended."""
        if self._rest is None:
            epoch, rest = next(self._passes)
            self._rest, self.done, self.epoch = Ahead(rest), 0, epoch + 1
        batch = next(self._rest)
        self.done += 1
        return batch

    def epoch_ended(self) -> bool:
        """Whether no batch of this epoch is left; then what the test finds goes into the history."""
        if self._rest is None or self._rest.more():
            return False
        self._rest = None
        if self.test:
            self.train.history.report(self.train.steps, self.test())
        return True

    def inherit(self, other: Feed) -> None:
        """Go on where another of the same batches stands."""
        if self.data is other.data:
            self.epoch, self.done, self._rest, self._passes = other.epoch, other.done, other._rest, other._passes

    def reset(self) -> None:
        """Put everything back to how it was at first: parameters, statistics, memory, noise, history."""
        self._start.restore()
        self.train.history = self._history.copy()
        self._begin()

    def _begin(self) -> None:
        self.epoch, self.done, self._rest = 0, 0, None
        self._passes = passes(self.train, self.data)


class Ahead:
    """An iterator that knows whether there is more to come."""

    def __init__(self, items: Iterator):
        self._items, self._next = items, []

    def more(self) -> bool:
        """Whether `next` will return something."""
        self._next = self._next or list(islice(self._items, 1))
        return bool(self._next)

    def __next__(self):
        return self._next.pop() if self.more() else next(self._items)


def first_batch(data: Iterable) -> tuple:
    """Return a batch like those to come, without drawing from any generator."""
    if isinstance(data, tn.data.Batches):
        state = None if data.rng is None else data.rng.bit_generator.state
        return next(data.replay(state, 0))
    for batch in data:
        return batch if isinstance(batch, tuple) else (batch,)
    raise InputError("Trainer", "at least one batch an epoch", "none", "look at how the data were chosen")
