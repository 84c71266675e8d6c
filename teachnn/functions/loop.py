"""Training is a loop: take a batch, take a step, record the loss. Notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from itertools import count, takewhile
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from teachnn.functions.history import History, StepResult
from teachnn.functions.progress import Report
from teachnn.ops import tracing
from teachnn.parameters import change
from teachnn.support import InputError, InputTypeError, instance, whole


class Position(NamedTuple):
    """Where a fit stands: its epoch (from 0), the step before that epoch's first, the order generator's state then."""

    epoch: int
    first_step: int
    order: Mapping[str, Any] | None


class Trainable(Protocol):
    """What is trained: a training function, as far as the loop knows one."""

    position: Position | None
    history: History

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        ...

    def __call__(self, *inputs: Any) -> StepResult:
        """Take one step."""
        ...


@runtime_checkable
class Replayable(Protocol):
    """Batches that can be taken up again in the middle of a pass: those of `tn.data.batches`."""

    rng: np.random.Generator | None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Begin a new pass."""
        ...

    def replay(self, state: Mapping[str, Any] | None, done: int) -> Iterator[tuple[Any, ...]]:
        """Return the rest of the pass that began in `state`, without its first `done` batches."""
        ...


def fit(
    train: Trainable,
    batches: Iterable[Any],
    epochs: int = 1,
    *,
    each_epoch: Callable[[int], Mapping[str, float] | None] | None = None,
    each_step: Callable[[StepResult], object] | None = None,
    progress: bool = True,
    resume: bool = False,
) -> History:
    """Take a step for each batch of each epoch; return `train.history`. See `TrainFunction.fit`."""
    epochs = whole("fit", "number of epochs", epochs)
    for name, function in (("each_epoch", each_epoch), ("each_step", each_step)):
        if function is not None and not callable(function):
            raise InputTypeError("fit", f"a function as {name}", repr(function))
    length = len(batches) if isinstance(batches, Sized) else None
    for epoch, rest in passes(train, batches, epochs, resume):
        report = Report(epoch, epochs, length, progress)
        try:
            for batch in rest:
                result = take(train, batch)
                report.step(result, len(batch[0]))
                if each_step:
                    each_step(result)
        finally:
            report.close()
        tested = each_epoch(epoch + 1) if each_epoch else None
        if tested:
            train.history.report(train.steps, tested)
    return train.history


def take(train: Trainable, batch: tuple[Any, ...]) -> StepResult:
    """Take a step and append it to the history; a step of another thread comes before both or after both."""
    with tracing:
        result = train(*batch)
        train.history.append(result)
    return result


def passes(
    train: Trainable, batches: Iterable[Any], epochs: int | None = None, resume: bool = False
) -> Iterator[tuple[int, Iterator[tuple[Any, ...]]]]:
    """Yield (epoch, its batches) for each pass to come, endlessly unless `epochs` is given; each batch is a tuple.

    They keep `train.position` as they go. resume: begin where the position says, in the middle of a pass if need be.
    """
    instance("fit", "batches that can be iterated", batches, Iterable, "tn.data.batches makes them")
    at = train.position if resume and train.position else Position(0, train.steps, None)
    done, again = train.steps - at.first_step, batches if isinstance(batches, Replayable) else None
    if done and not again:
        raise InputError("fit", "batches that can be taken up again", type(batches).__name__, "use tn.data.batches")
    if again and again.rng and at.order is not None and not done:  # a pass was begun, but no step of it done
        again.replay(at.order, 0)  # rejects the state of another kind of generator
        change([(again.rng.bit_generator, "state", at.order)])
    for epoch in takewhile(lambda epoch: epochs is None or epoch < epochs, count(at.epoch)):
        if again and done:
            rest, done = again.replay(at.order, done), 0
        else:
            order = again.rng.bit_generator.state if again and again.rng else None
            train.position = Position(epoch, train.steps, order)  # before the order is drawn
            rest = iter(batches)
        yield epoch, _pass(train, rest)


def _pass(train: Trainable, rest: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    empty = True
    for batch in rest:
        empty = False
        yield batch if isinstance(batch, tuple) else (batch,)
    epoch, first_step, _ = train.position or Position(0, 0, None)
    if empty and train.steps == first_step:
        cure = "a generator can be used up once; tn.data.batches starts anew each epoch" if epoch else ""
        raise InputError("fit", f"at least one batch in epoch {epoch + 1}", "none", cure)
    train.position = Position(epoch + 1, train.steps, None)
