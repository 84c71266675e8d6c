"""When to stop? When a measure on other examples has not improved for a while; then go back to its best. Notebook 04.

Training goes on to make its own loss smaller, long after the network has begun to overfit its examples. So a
measure on examples that it is not trained with is watched, once an epoch. The whole step at which it was best is
kept: parameters, statistics, the optimizer's memory, the states of the generators. At the end all of it is put back.
Prechelt 1998, "Early Stopping - But When?".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from teachnn.functions.advance import read_only
from teachnn.functions.history import Best, History
from teachnn.layers import mapped
from teachnn.ops import tracing
from teachnn.parameters import Change, Parameter, change, changing
from teachnn.support import InputError, InputTypeError, instance, is_number, whole

Watch = str | Callable[[Mapping[str, float]], float]


@dataclass(frozen=True)
class Kept:
    """The best whole step so far: the epoch, the changes that put it back, and the last epoch that was looked at."""

    best: Best
    changes: Mapping[Any, Change]  # by what they change
    looked: int

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up the state of a copy, or of one from another process: its arrays are read-only again."""
        vars(self).update(state)
        found: list[Any] = []
        mapped(tuple(value for _, _, value in self.changes.values()), found.append)
        read_only(item for item in found if isinstance(item, np.ndarray))


class Watched(Protocol):
    """What is trained: a training function, as far as early stopping knows one."""

    history: History
    kept: Kept | None
    position: Any

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        ...

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


class EarlyStopping:
    """Stops a fit of at most `epochs` once `patience` epochs in a row brought nothing better. See `TrainFunction.fit`.

    rng: draws the order of the batches, or None.
    """

    def __init__(
        self, train: Watched, rng: np.random.Generator | None, epochs: int, patience: int, watch: Watch | None
    ) -> None:
        self.train, self.rng, self.epochs, self.watch = train, rng, epochs, watch
        self.patience: int = whole("fit", "patience", patience)
        instance("fit", "a name or a function as watch", watch, str | Callable | None)

    @property
    def over(self) -> bool:
        """Whether the last epoch is done, or the best one was so many epochs ago."""
        kept = self.train.kept
        return kept is not None and (kept.looked >= self.epochs or kept.looked - kept.best.epoch >= self.patience)

    @property
    def missed(self) -> int:
        """The epoch that was done, but not looked at, when a fit was broken off; 0 if there is none."""
        at, kept = self.train.position, self.train.kept
        if at is None or at.first_step != self.train.steps or at.epoch <= (kept.looked if kept else 0):
            return 0
        return at.epoch

    def look(self, epoch: int, step: int, tested: Mapping[str, float] | None) -> None:
        """Keep what is now, after the epoch and the step of these numbers, if it is the best so far."""
        value, kept = self._value(tested), self.train.kept
        if kept is None or value < kept.best.value:
            with tracing, changing:
                kept = Kept(Best(epoch, step, value), self._as_it_is(), epoch)
        history = self.train.history
        change([(self.train, "kept", replace(kept, looked=epoch)), (history, "best", kept.best)])

    def restore(self) -> None:
        """Put back the best whole step, or nothing. Once that is done, a fit that goes on begins there."""
        kept, train = self.train.kept, self.train
        if kept is not None and train.position.epoch >= kept.looked:  # else it is done already
            with tracing:
                change({**train.touched, **kept.changes}.values())

    def _as_it_is(self) -> dict[Any, Change]:
        """Return the changes that put back all that the steps so far may have changed."""
        train, rng = self.train, self.rng
        found = {item: (target, name, getattr(target, name)) for item, (target, name, _) in train.touched.items()}
        found |= {parameter: (parameter, "stored", parameter.stored) for parameter in train.parameters}
        found |= {name: (target, name, value) for target, name, value in train.as_it_is()}
        return found if rng is None else found | {rng: (rng.bit_generator, "state", rng.bit_generator.state)}

    def _value(self, tested: Mapping[str, float] | None) -> float:
        """Return the watched value; one that is not a number is as bad as can be."""
        tested, watch = dict(tested or {}), self.watch
        if watch is None and len(tested) == 1:
            (watch,) = tested
            if "accuracy" in watch.lower():
                cure = f'watch=lambda values: -values["{watch}"]'
                raise InputError("fit", "a value that is better the smaller it is", watch, cure)
        if not callable(watch) and watch not in tested:
            got = ", ".join(tested) or "none"
            expected = f"{watch or 'one value to watch'} in what each_epoch returns"
            raise InputError("fit", expected, got, "watch= names one, or is a function of all")
        value = watch(tested) if callable(watch) else tested[watch]
        if not isinstance(value, float | np.floating) and not is_number(value):
            raise InputTypeError("fit", "a number to watch", repr(value))
        return math.inf if math.isnan(value) else float(value)
