"""Training on a thread of its own, so that the notebook stays alive: cells and sliders answer while it goes on.

It always stops between two steps: a step is atomic, so whatever ends it, the parameters are those of a whole step.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import teachnn as tn
from teachnn.functions import passes
from teachnn.support import InputError, InputTypeError
from teachnn_widgets.interrupts import interrupts

TELL_PERIOD = 0.1  # seconds between two reports


class Trainer:
    """Takes steps of `train` on `data`, endlessly or so many, on a thread that lives while there are steps to take.

    data: tn.data.batches, or any other iterable of batches that can be begun anew. test: returns the terms' test
    values by name, computed after each epoch. tell: called now and then, and whenever it stops, on the thread.
    """

    def __init__(self, train: tn.TrainFunction, data: Iterable, test: Callable[[], dict] | None, tell: Callable):
        if not isinstance(train, tn.TrainFunction):
            raise InputTypeError("Trainer", "a training function", type(train).__name__, "tn.TrainFunction makes one")
        if not isinstance(data, Iterable) or isinstance(data, Iterator):
            cure = "tn.data.batches(images, size=100, rng=rng)"
            raise InputError(train.who, "batches that can be begun anew each epoch", type(data).__name__, cure)
        if test is not None and not callable(test):
            raise InputTypeError(train.who, "a function as test", repr(test))
        self.train, self.data, self.test, self.tell = train, data, test, tell
        self._begin()
        self.reason, self.slowest = "", math.inf  # why it stopped; steps per second, at most
        self.examples_per_second = 0.0
        graph = train.graph(*first_batch(data))  # complains now about batches that do not fit
        noise = [data.rng] if isinstance(data, tn.data.Batches) and data.rng is not None else []
        variables = dict.fromkeys((*train.parameters, *graph.statistics))
        self.start = tn.Snapshot(variables, train, dict.fromkeys((*noise, *graph.generators)))
        self.optimizer = train.optimizer
        self._commands = threading.RLock()
        self._stop, self._thread = threading.Event(), None

    @property
    def running(self) -> bool:
        """Whether it takes steps."""
        return self._thread is not None and not self._stop.is_set()

    def run(self, steps: float = math.inf, whole_epoch: bool = False) -> None:
        """Take so many steps, or those to the end of the epoch; it returns at once, and they go on by themselves."""
        with self._commands:
            self.pause()
            self.reason, self._stop = "", threading.Event()
            args = self._stop, steps, whole_epoch
            self._thread = threading.Thread(target=self._run, args=args, name="teachnn training", daemon=True)
            interrupts.add(self.interrupt)
            self._thread.start()

    def pause(self, reason: str = "") -> None:
        """Stop between two steps, and wait until it has."""
        with self._commands:
            thread = self._thread
            self._stop.set()
            if thread is not None and thread is not threading.current_thread():
                thread.join()
                self._thread = None
            interrupts.remove(self.interrupt)
            if reason:
                self.reason = reason
                self.tell()

    def interrupt(self) -> None:
        """Stop between two steps because the kernel was interrupted; does not wait."""
        self.reason = "Stopped between two steps: the kernel was interrupted."
        self._stop.set()

    def reset(self) -> None:
        """Put everything back to how it was at first: parameters, statistics, memory, noise, learning rate."""
        with self._commands:
            self.pause()
            self.start.restore()
            self.train.history = tn.History()
            self.reason, self.examples_per_second = "", 0.0
            self._begin()
            self.tell()

    def _run(self, stop: threading.Event, steps: float, whole_epoch: bool) -> None:
        told, since, examples, due = time.monotonic(), time.monotonic(), 0, time.monotonic()
        try:
            while steps > 0 and not stop.is_set():
                batch = self._next()
                self.train.history.append(self.train(*batch))
                self.done, steps, examples = self.done + 1, steps - 1, examples + len(batch[0])
                ended = self._epoch_ended()
                now = time.monotonic()
                if now - told > TELL_PERIOD:
                    self.examples_per_second, since, examples = examples / (now - since), now, 0
                    told = now
                    self.tell()
                if ended and whole_epoch:
                    break
                due = max(due + 1 / self.slowest, now)
                if due > now:
                    stop.wait(due - now)
        except Exception as error:
            self.reason = f"Stopped between two steps: {error}"
        finally:
            stop.set()
            interrupts.remove(self.interrupt)
            self.tell()

    def _begin(self) -> None:
        self.epoch, self.done, self.rest = 0, 0, None  # epochs begun, batches of this one done, those to come
        self._passes = passes(self.train, self.data)

    def _next(self) -> tuple:
        """Return the next batch, of a new epoch where one has ended."""
        if self.rest is None:
            epoch, rest = next(self._passes)
            self.rest, self.done, self.epoch = Ahead(rest), 0, epoch + 1
        return next(self.rest)

    def _epoch_ended(self) -> bool:
        if self.rest is None or self.rest.more():
            return False
        self.rest = None
        if self.test:
            self.train.history.report(self.train.steps, self.test())
        return True


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
