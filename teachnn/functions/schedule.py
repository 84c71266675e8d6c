"""How the learning rate changes as training goes on: a schedule is a function from the step's number to a rate.

Every schedule here counts steps from 0 and stays at its last value when its steps are over. Any function of one whole
number will do in place of one. Notebook 02.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from teachnn.support import number, whole

__all__ = [
    "Constant",
    "Cosine",
    "Linear",
    "StepDecay",
]

Schedule = Callable[[int], float]


class _Checked:
    """Settings are checked at birth: rates are finite and >= 0, counts of steps whole and >= 1."""

    def __post_init__(self) -> None:
        who = type(self).__name__
        for name, value in vars(self).items():
            is_count = name in ("steps", "every")
            checked = whole(who, f"number as {name},", value) if is_count else number(who, name, value, ">= 0")
            object.__setattr__(self, name, checked)


@dataclass(frozen=True)
class Constant(_Checked):
    """rate(t) = rate."""

    rate: float

    def __call__(self, t: int) -> float:
        return self.rate


@dataclass(frozen=True)
class Linear(_Checked):
    """A straight line from `start` at step 0 to `end` at step `steps`.

    >>> rate = Linear(2e-3, 2e-5, steps=30_000)
    >>> f"{rate(0):.5f} {rate(15_000):.5f} {rate(30_000):.5f} {rate(99_999):.5f}"
    '0.00200 0.00101 0.00002 0.00002'
    """

    start: float
    end: float
    steps: int

    def __call__(self, t: int) -> float:
        return self.start + (self.end - self.start) * min(t / self.steps, 1)


@dataclass(frozen=True)
class Cosine(_Checked):
    """Half a cosine from `start` at step 0 to `end` at step `steps`. Loshchilov & Hutter 2016, arXiv:1608.03983."""

    start: float
    end: float
    steps: int

    def __call__(self, t: int) -> float:
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * min(t / self.steps, 1))) / 2


@dataclass(frozen=True)
class StepDecay(_Checked):
    """`start`, multiplied by `factor` after every `every` steps."""

    start: float
    factor: float
    every: int

    def __call__(self, t: int) -> float:
        return self.start * self.factor ** (t // self.every)
