"""Training is a loop: take a batch, take a step, record the loss. Notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from teachnn.functions.history import History, StepResult
from teachnn.functions.progress import Report
from teachnn.functions.stopping import EarlyStopping, Kept, Watch
from teachnn.ops import tracing
from teachnn.parameters import Change, Parameter, change
from teachnn.support import InputError, instance, whole

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    Batch = tuple[ArrayLike, ...] | ArrayLike  # one array need not be a tuple


class Position(NamedTuple):
    """Where a fit stands: its epoch (from 0), the step before that epoch's first, the order generator's state then."""

    epoch: int
    first_step: int
    order: Mapping[str, Any] | None


class Trainable(Protocol):
    """What is trained: a training function, as far as the loop knows one."""

    position: Position | None
    history: History
    kept: Kept | None

    @property
    def parameters(self) -> Sequence[Parameter]:
        """What its steps move."""
        ...

    @property
    def touched(self) -> Mapping[Any, Change]:
        """The changes that would put back what else its steps changed, as it was before the first of them."""
        ...

    def as_it_is(self) -> list[Change]:
        """Return the changes that would put back what it is now."""
        ...

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        ...

    def __call__(self, *inputs: ArrayLike) -> StepResult:
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
    batches: Iterable[Batch],
    epochs: int = 1,
    *,
    each_epoch: Callable[[int], Mapping[str, float] | None] | None = None,
    each_step: Callable[[StepResult], object] | None = None,
    patience: int | None = None,
    watch: Watch | None = None,
    progress: bool = True,
    resume: bool = False,
) -> History:
    """Take a step for each batch of each epoch; return the history.

    batches: `tn.data.batches(...)`, or anything that can be iterated once an epoch and yields a tuple of arrays.
    each_epoch(epoch), each_step(result): called when one is done; what each_epoch returns is noted as test values.
    patience: stop after so many epochs in a row that brought nothing better, and put back everything as it was after
        the best one, which `history.best` tells: parameters, statistics, the optimizer's memory, generators, steps.
    watch: what is to be small, by name, of what each_epoch returns, or a function of it: lambda v: -v["accuracy"].
        It should be measured on examples that are neither trained with nor reported on in the end.
    progress: a bar with the terms, the speed and the time left; a line an epoch where there is no terminal.
    resume: go on where a fit of as many epochs was broken off, in the very same order; needs `tn.data.batches`.
    Ctrl-C ends it between two steps: nothing is lost, and KeyboardInterrupt is raised again.
    """
    epochs = whole("fit", "number of epochs", epochs)
    instance("fit", "a function as each_epoch", each_epoch, Callable | None)
    instance("fit", "a function as each_step", each_step, Callable | None)
    stopping = _stopping(train, batches, epochs, each_epoch, patience, watch, resume)
    length = len(batches) if isinstance(batches, Sized) else None

    def test(epoch: int) -> None:
        tested = each_epoch(epoch) if each_epoch else None
        if tested:
            train.history.report(train.steps, tested)
        if stopping:
            stopping.look(epoch, train.steps, tested)

    if stopping and resume and stopping.missed:
        test(stopping.missed)
    for epoch, rest in () if stopping and stopping.over else passes(train, batches, epochs, resume):
        report = Report(epoch, epochs, length, progress)
        try:
            for batch in rest:
                result = take(train, batch)
                report.step(result, len(batch[0]))
                if each_step:
                    each_step(result)
        finally:
            report.close()
        test(epoch + 1)
        if stopping and stopping.over:
            break
    if stopping:
        stopping.restore()
        if progress and train.history.best:
            print(f"All is again as it was after epoch {train.history.best.epoch}, the best.", flush=True)
    return train.history


def take(train: Trainable, batch: tuple[Any, ...]) -> StepResult:
    """Take a step and append it to the history; a step of another thread comes before both or after both."""
    with tracing:
        result = train(*batch)
        train.history.append(result)
    return result


def _stopping(
    train: Trainable,
    batches: Iterable[Any],
    epochs: int,
    each_epoch: Callable | None,
    patience: int | None,
    watch: Watch | None,
    resume: bool,
) -> EarlyStopping | None:
    """Return what may stop this fit before its last epoch, if anything may."""
    if patience is None and watch is not None:
        raise InputError("fit", "patience, a number of epochs, with watch", "none", "patience=3, say")
    if patience is not None and each_epoch is None:
        raise InputError("fit", "a function as each_epoch, with patience", "none", "it returns what is watched")
    rng = batches.rng if isinstance(batches, Replayable) else None
    stopping = None if patience is None else EarlyStopping(train, rng, epochs, patience, watch)
    if not resume:
        change([(train, "kept", None), (train.history, "best", None)])
    return stopping


def passes(
    train: Trainable, batches: Iterable[Batch], epochs: int | None = None, resume: bool = False
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


def _pass(train: Trainable, rest: Iterable[Batch]) -> Iterator[tuple[Any, ...]]:
    empty = True
    for batch in rest:
        empty = False
        yield batch if isinstance(batch, tuple) else (batch,)
    epoch, first_step, _ = train.position or Position(0, 0, None)
    if empty and train.steps == first_step:
        cure = "a generator can be used up once; tn.data.batches starts anew each epoch" if epoch else ""
        raise InputError("fit", f"at least one batch in epoch {epoch + 1}", "none", cure)
    train.position = Position(epoch + 1, train.steps, None)
