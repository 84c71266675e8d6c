"""Training on a thread of its own, so that the notebook stays alive: cells and sliders answer while it goes on.

It always stops between two steps: a step is atomic, so whatever ends it, the parameters are those of a whole step.
`trainers` says which trainer a training function has.
"""

from __future__ import annotations

import dataclasses
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import teachnn as tn
from teachnn.functions import take
from teachnn_widgets.feed import Feed
from teachnn_widgets.interrupts import interrupts

TELL_PERIOD = 0.1  # seconds between two reports
NAP = 0.05  # seconds, at most, between two looks whether it is to stop, where it is slowed down


class Viewer(Protocol):
    """A cockpit, as far as its trainer knows one."""

    feed: Feed
    seen: bool  # whether a page shows it

    def tell(self) -> None:
        """Show how far training is; called on any thread."""


@dataclasses.dataclass
class Run:
    """Steps to be taken: so many, or those to the end of the epoch, unless it is told to stop before."""

    steps: float
    whole_epoch: bool
    stop: bool = False  # no Event: a signal's handler sets it, and must not wait for a lock


class Trainer:
    """Takes steps of a training function, on a thread that lives while there are steps to take.

    Code that holds a widget's lock may call `steer` alone: the other methods wait for the thread, and it for the lock.
    """

    def __init__(self, train: tn.TrainFunction):
        self.train, self.viewers = train, ()
        self.speed: float | None = None  # steps per second, at most
        self.reason, self.examples_per_second = "", 0.0  # why it stopped
        self.feed: Feed | None = None  # the one that is trained on
        self._rate, self._own_rate = None, train.optimizer.learning_rate
        self._commands = threading.RLock()
        self._run, self._thread = Run(0, False, stop=True), None
        interrupts.listen()

    def feed_of(self, data: Iterable, test: Callable[[], dict] | None) -> Feed:
        """Return what a new cockpit trains on; its reset brings back this very instant, at the optimizer's own rate."""
        with self.holding():
            rate = self.rate
            self.steer(None, self.speed)
            try:
                return Feed(self.train, data, test)
            finally:
                self.steer(rate, self.speed)

    @property
    def running(self) -> bool:
        """Whether it takes steps."""
        return not self._run.stop

    @property
    def at_rest(self) -> bool:
        """Whether its last step is done and told."""
        return self._thread is None or not self._thread.is_alive()

    @property
    def rate(self) -> float | None:
        """The learning rate that `steer` set; None where it is the optimizer's own, or a cell set another since."""
        return self._rate if self.train.optimizer.learning_rate == self._rate else None

    def join(self, viewer: Viewer) -> None:
        """Tell one more cockpit how far training is."""
        with self._commands:
            self.viewers = (*self.viewers, viewer)

    def leave(self, viewer: Viewer) -> None:
        """Tell a cockpit no more. If what is trained on was its own, the newest of the others goes on with its own."""
        if not any(other is viewer for other in self.viewers):  # it is collected, on this thread or that: no lock, then
            return
        with self.holding():
            self.viewers = tuple(other for other in self.viewers if other is not viewer)
            if self.viewers and self.feed is viewer.feed:
                heir = self.viewers[-1].feed
                heir.inherit(viewer.feed)
                self.feed = heir
        self.look()

    def look(self) -> None:
        """Pause if no cockpit is seen any more."""
        if self.running and not any(viewer.seen for viewer in self.viewers):
            self.pause("Paused: no cell shows it any more.")

    def tell(self) -> None:
        """Tell every cockpit."""
        for viewer in self.viewers:
            viewer.tell()

    def run(self, feed: Feed, steps: float = math.inf, whole_epoch: bool = False) -> None:
        """Take so many steps, or those to the end of the epoch; it returns at once, and they go on by themselves."""
        with self._commands:
            self.pause()
            self.reason, self.feed, self._run = "", feed, Run(steps, whole_epoch)
            self._thread = threading.Thread(target=self._train, args=[self._run], name="teachnn training", daemon=True)
            interrupts.add(self.interrupt)
            self._thread.start()

    def pause(self, reason: str = "") -> None:
        """Stop between two steps, and wait until it has."""
        with self._commands:
            self._run.stop = True
            thread = self._thread
            if thread is not None and thread is not threading.current_thread():
                thread.join()
                self._thread = None
            interrupts.remove(self.interrupt)
            if reason:
                self.reason = reason
                self.tell()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Stand still between two steps for a while, then go on."""
        with self._commands:
            run, going = self._run, self.running
            self.pause()
            try:
                yield
            finally:
                if going and self.feed and run.steps > 0:
                    self.run(self.feed, run.steps, run.whole_epoch)
                    self.tell()

    def interrupt(self) -> None:
        """Stop between two steps because the kernel was interrupted; does not wait, and may come at any time."""
        self.reason = "Stopped between two steps: the kernel was interrupted."
        self._run.stop = True

    def reset(self, feed: Feed) -> None:
        """Put everything back to how it was when a cockpit was made, the learning rate to the optimizer's own."""
        with self._commands:
            self.pause()
            feed.reset()
            self.feed, self._rate, self.reason, self.examples_per_second = feed, None, "", 0.0
            self.tell()

    def steer(self, rate: float | None, speed: float | None) -> None:
        """Set the learning rate, None for the optimizer's own, and the steps per second, None for as many as can be."""
        optimizer = self.train.optimizer
        if self.rate is None:
            self._own_rate = optimizer.learning_rate
        rate_now = self._own_rate if rate is None else rate
        self.train.optimizer = dataclasses.replace(optimizer, learning_rate=rate_now)
        self._rate, self.speed = rate, speed

    def _train(self, run: Run) -> None:
        told, due, examples = time.monotonic(), time.monotonic(), 0
        try:
            while run.steps > 0 and not run.stop and self.feed:
                batch = self.feed.next()
                take(self.train, batch)
                run.steps, examples = run.steps - 1, examples + len(batch[0])
                ended, now = self.feed.epoch_ended(), time.monotonic()
                if now - told > TELL_PERIOD:
                    self.examples_per_second, told, examples = examples / (now - told), now, 0
                    self.tell()
                if ended and run.whole_epoch:
                    run.steps = 0
                due = max(due + (1 / self.speed if self.speed else 0), now)
                while not run.stop and run.steps > 0 and (wait := due - time.monotonic()) > 0:
                    time.sleep(min(wait, NAP))
        except Exception as error:
            self.reason = f"Stopped between two steps: {error}"
        finally:
            run.stop = True
            interrupts.remove(self.interrupt)
            self.tell()
