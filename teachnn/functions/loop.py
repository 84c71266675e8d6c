"""Training is a loop: a batch, a step, and a note of how it went. Notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from typing import Protocol, runtime_checkable

import numpy as np

from teachnn.functions.history import History, StepResult
from teachnn.functions.progress import Report
from teachnn.functions.scopes import put_back
from teachnn.support import InputError, is_whole


class Trainable(Protocol):
    """What is trained: a training function, as far as the loop knows one."""

    position: tuple | None
    history: History

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        ...

    def __call__(self, *inputs) -> StepResult:
        """Take one step."""
        ...


@runtime_checkable
class Replayable(Protocol):
    """Batches that can be taken up again in the middle of a pass: those of `tn.data.batches`."""

    rng: np.random.Generator | None

    def __iter__(self) -> Iterator[tuple]:
        """Begin a new pass."""
        ...

    def replay(self, state: Mapping | None, done: int) -> Iterator[tuple]:
        """Return the rest of the pass that began in `state`, without its first `done` batches."""
        ...


def fit(
    train: Trainable,
    batches: Iterable,
    epochs: int = 1,
    *,
    each_epoch: Callable[[int], dict[str, float] | None] | None = None,
    each_step: Callable[[StepResult], None] | None = None,
    progress: bool = True,
    resume: bool = False,
) -> History:
    """Take a step for each batch of each epoch; return `train.history`.

    batches: `tn.data.batches(...)`, or anything that can be iterated once an epoch and yields a tuple of arrays.
    each_epoch(epoch), each_step(result): called when one is done; what each_epoch returns is noted as test values.
    progress: a bar with the terms, the speed and the time left; a line an epoch where there is no terminal.
    resume: go on where a fit of as many epochs was broken off, in the very same order; needs `tn.data.batches`.
    Ctrl-C ends it between two steps: nothing is lost, and KeyboardInterrupt is raised again.
    """
    if not is_whole(epochs) or epochs < 1:
        raise ValueError(f"fit: expected a number of epochs >= 1, got {epochs!r}")
    if not isinstance(batches, Iterable):
        cure = "tn.data.batches makes them"
        raise InputError("fit", "batches that can be iterated", type(batches).__name__, cure)
    for name, function in (("each_epoch", each_epoch), ("each_step", each_step)):
        if function is not None and not callable(function):
            raise InputError("fit", f"a function as {name}", repr(function))
    start, first_step, order = train.position if resume and train.position else (0, train.steps, None)
    if train.steps > first_step and not isinstance(batches, Replayable):
        raise InputError("fit", "batches that can be taken up again", type(batches).__name__, "use tn.data.batches")
    rng = batches.rng if isinstance(batches, Replayable) else None
    for epoch in range(start, epochs):
        if train.steps > first_step and isinstance(batches, Replayable):  # in the middle of a pass
            rest = batches.replay(order, train.steps - first_step)
        else:
            if rng and order is not None and isinstance(batches, Replayable):
                # A pass was begun, but no step of it done: replay rejects the state of another kind of generator.
                batches.replay(order, 0)
                put_back({rng: order})
            train.position = (epoch, train.steps, rng and rng.bit_generator.state)
            rest = iter(batches)
        report = Report(epoch, epochs, _length(batches), progress)
        try:
            for batch in rest:
                batch = batch if isinstance(batch, tuple) else (batch,)
                result = train(*batch)
                train.history.append(result)
                report.step(result, len(batch[0]))
                if each_step:
                    each_step(result)
        finally:
            report.close()
        if train.position and train.position[1] == train.steps:
            cure = "a generator can be used up once; tn.data.batches starts anew each epoch" if epoch else ""
            raise InputError("fit", f"at least one batch in epoch {epoch + 1}", "none", cure)
        first_step, order = train.steps, None
        train.position = (epoch + 1, first_step, order)
        tested = each_epoch(epoch + 1) if each_epoch else None
        if tested:
            train.history.report(train.steps, tested)
    return train.history


def _length(batches) -> int | None:
    return len(batches) if isinstance(batches, Sized) else None
