"""A pass goes over all batches once; where a fit stands is noted, so that it can be taken up again. Notebook 03."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from teachnn.functions.given import one_by_one
from teachnn.functions.history import StepResult
from teachnn.functions.stopping import Watched
from teachnn.parameters import change
from teachnn.support import InputError, instance

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    Batch = tuple[ArrayLike, ...] | ArrayLike  # one array need not be a tuple


class Position(NamedTuple):
    """Where a fit stands: its epoch (from 0), the step before that epoch's first, the order generator's state then.

    batches: what tells its batches from others, where they can tell.
    """

    epoch: int
    first_step: int
    order: Mapping[str, Any] | None
    batches: Sequence[Any] | None = None


class Trainable(Watched, Protocol):
    """What is trained: a training function, as far as the loop knows one."""

    position: Position | None

    def __call__(self, *inputs: ArrayLike) -> StepResult:
        """Take one step."""
        ...


@runtime_checkable
class Replayable(Protocol):
    """Batches that can be taken up again in the middle of a pass: those of `tn.data.batches`."""

    rng: np.random.Generator | None

    @property
    def identity(self) -> Sequence[Any]:
        """What tells these batches from others."""
        ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Begin a new pass."""
        ...

    def replay(self, state: Mapping[str, Any] | None, done: int) -> Iterator[tuple[Any, ...]]:
        """Return the rest of the pass that began in `state`, without its first `done` batches."""
        ...


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
    told = tuple(again.identity) if again else None
    if resume and told and at.batches and told != tuple(at.batches):
        cure = "hand over the same, or begin anew without resume"
        raise InputError("fit", f"the batches that it was broken off with, {_said(at.batches)}", _said(told), cure)
    if again and again.rng and at.order is not None and not done:  # a pass was begun, but no step of it done
        again.replay(at.order, 0)  # rejects the state of another kind of generator
        change([(again.rng.bit_generator, "state", at.order)])
    for epoch in takewhile(lambda epoch: epochs is None or epoch < epochs, count(at.epoch)):
        if again and done:
            rest, done = again.replay(at.order, done), 0
        else:
            order = again.rng.bit_generator.state if again and again.rng else None
            train.position = Position(epoch, train.steps, order, told)  # before the order is drawn
            rest = iter(batches)
        yield epoch, _pass(train, rest)


def _said(told: Sequence[Any]) -> str:
    """Return in words what tells batches from others."""
    examples, size, keep_last, checksum = told
    return f"{examples:,} examples by {size}{'' if keep_last else ', the last left out'}, checksum {checksum:08x}"


def _pass(train: Trainable, rest: Iterable[Batch]) -> Iterator[tuple[Any, ...]]:
    empty = True
    for batch in rest:
        empty = False
        yield one_by_one(batch)
    epoch, first_step, _, told = train.position or Position(0, 0, None)
    if empty and train.steps == first_step:
        cure = "a generator can be used up once; tn.data.batches starts anew each epoch" if epoch else ""
        raise InputError("fit", f"at least one batch in epoch {epoch + 1}", "none", cure)
    train.position = Position(epoch + 1, train.steps, None, told)
