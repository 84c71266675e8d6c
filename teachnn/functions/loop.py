"""Training is a loop: take a batch, take a step, record the loss. Notebook 03."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from typing import TYPE_CHECKING, Any

from teachnn.functions.given import refuse_arrays, test_values
from teachnn.functions.history import History, StepResult
from teachnn.functions.position import Replayable, Trainable, passes
from teachnn.functions.progress import Report
from teachnn.functions.stopping import EarlyStopping, Watch
from teachnn.ops import tracing
from teachnn.parameters import change
from teachnn.support import InputError, instance, whole

if TYPE_CHECKING:
    from teachnn.functions.position import Batch


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
    resume: go on where a fit of as many epochs was broken off, in the very same order; needs the same batches, as of
        `tn.data.batches`, and raises InputError for others.
    Ctrl-C ends it between two steps: nothing is lost, and KeyboardInterrupt is raised again.
    """
    refuse_arrays(batches, epochs)
    epochs = whole("fit", "number of epochs", epochs)
    instance("fit", "a function as each_epoch", each_epoch, Callable | None)
    instance("fit", "a function as each_step", each_step, Callable | None)
    stopping = _stopping(train, batches, epochs, each_epoch, patience, watch, resume)
    length = len(batches) if isinstance(batches, Sized) else None

    def test(epoch: int) -> None:
        tested = test_values(each_epoch(epoch)) if each_epoch else None
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
