"""The instruments of a training function: play, pause, one step, one epoch, the curves, the learning rate. Notebook 03.

Training goes on by itself on a thread of its own; see `trainer`. What it finds is told ten times a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sized

import numpy as np
import traitlets as t
from PIL import Image

import teachnn as tn
from teachnn_widgets.base import Widget
from teachnn_widgets.stills import as_image
from teachnn_widgets.trainers import trainer_of

POINTS = 300  # of a curve on the page, at most


class TrainingCockpit(Widget):
    """Trains while the notebook stays alive: `TrainingCockpit(train, tn.data.batches(images, size=100, rng=rng))`.

    train: a training function. data: its batches. test: a function without arguments that returns the terms' test
    values by name, `lambda: vae.test_bound(images)` say; called after each epoch. unit: of the terms.
    `play()`, `pause()`, `step()`, `epoch()` and `reset()` are its buttons; `rate` is the learning rate, and None while
    the optimizer's own (a schedule, say) is in force. Cockpits of one training function show and steer the same
    training. It goes on while a page shows one of them. Raises InputError for data that the training function refuses.
    """

    running = t.Bool(False).tag(sync=True)
    status = t.Dict(help="step, epoch, progress of the epoch, speed, learning rate, why it stopped").tag(sync=True)
    curves = t.Dict(help="steps; training: each term's means; test: [step, terms]").tag(sync=True)
    rate = t.Float(None, allow_none=True, help="the learning rate, if it is not the optimizer's own").tag(sync=True)
    speed = t.Float(None, allow_none=True, help="steps per second, at most").tag(sync=True)
    logarithmic = t.Bool(False).tag(sync=True)
    unit = t.Unicode().tag(sync=True)

    def __init__(
        self,
        train: tn.TrainFunction,
        data: Iterable,
        test: Callable[[], dict] | None = None,
        unit: str = "nats per example",
    ):
        self.trainer, self.seen = trainer_of(train), True
        self._settings = self.trainer.rate, self.trainer.speed  # as this cockpit shows them
        self.feed = self.trainer.feed_of(data, test)
        super().__init__(unit=unit, rate=self.trainer.rate, speed=self.trainer.speed)
        self.trainer.join(self)
        self.tell()
        self.observe(self._steer, ["rate", "speed"])
        self.on_msg(self._obey)
        self.follow()

    @property
    def train(self) -> tn.TrainFunction:
        """The training function."""
        return self.trainer.train

    def play(self) -> None:
        """Train until it is told to stop."""
        self.trainer.run(self.feed)
        self.trainer.tell()

    def pause(self) -> None:
        """Stop between two steps."""
        self.trainer.pause("Paused.")

    def step(self) -> None:
        """Take one step."""
        self.trainer.run(self.feed, steps=1)

    def epoch(self) -> None:
        """Go on to the end of the epoch."""
        self.trainer.run(self.feed, whole_epoch=True)
        self.trainer.tell()

    def reset(self) -> None:
        """Put parameters, statistics, the optimizer and the noise back to how they were when the cockpit was made."""
        self.trainer.reset(self.feed)

    def close(self) -> None:
        """End the widget; with the last cockpit of a training function, training stops between two steps."""
        if "feed" in vars(self):  # none was made of data that were refused
            self.trainer.leave(self)
        super().close()

    def beat(self) -> None:
        """Show steps that a cell took."""
        trainer = self.trainer
        if trainer.at_rest and trainer.train.steps != self.status["step"]:
            trainer.reason = "Trained by a cell."
            self.tell()

    def _obey(self, widget, content, buffers) -> None:
        """Do what a button on the page says, and take note whether a page shows the widget."""
        buttons = {"play": self.play, "pause": self.pause, "step": self.step, "epoch": self.epoch, "reset": self.reset}
        with self.alerting():
            if content in buttons:
                buttons[content]()
            elif content in ("seen", "unseen"):
                self.seen = content == "seen"
                self.trainer.look()

    def _steer(self, change) -> None:
        with self.alerting():
            if (self.rate, self.speed) != self._settings:  # otherwise `tell` took over those of another cockpit
                self.trainer.steer(self.rate, self.speed)
                self._settings = self.rate, self.speed
        if not self.trainer.running:
            self.tell()

    def tell(self) -> None:
        """Show how far training is."""
        trainer, history = self.trainer, self.trainer.train.history.copy()
        feed = trainer.feed or self.feed
        length = len(feed.data) if isinstance(feed.data, Sized) else 0
        status = {
            "step": trainer.train.steps,
            "epoch": feed.epoch,
            "progress": feed.done / length if length else None,
            "speed": trainer.examples_per_second if trainer.running else 0,
            "rate": trainer.train.optimizer.rate(trainer.train.steps + 1),
            "reason": trainer.reason,
        }
        steps = history.steps
        thin = max(1, math.ceil(len(steps) / POINTS))
        curves = {
            "steps": _means(steps, thin),
            "training": {name: _means(values, thin) for name, values in history.terms.items()},
            "test": history.tests[-POINTS:],
        }
        with self.lock, self.hold_sync():
            if self._settings != (trainer.rate, trainer.speed):
                self._settings = trainer.rate, trainer.speed
                with self.hold_trait_notifications():  # both are moved before either is noticed
                    self.rate, self.speed = self._settings
            self.running, self.status, self.curves = trainer.running, status, curves

    def still(self) -> Image.Image:
        """Return the curves as they stand."""
        return as_image(self.train.history.plot(self.unit))

    def __str__(self) -> str:
        shared = f"{len(self.train.parameters)} parameters, {sum(p.size for p in self.train.parameters):,} numbers"
        return f"TrainingCockpit of {self.train.name}: {shared}"


def _means(values: np.ndarray, count: int) -> list[float]:
    """Return the means of so many neighbours at a time, to five digits."""
    starts = np.arange(0, len(values), count)
    means = np.add.reduceat(values, starts) / np.diff(starts, append=len(values)) if len(values) else []
    return [float(f"{mean:.5g}") for mean in means]
