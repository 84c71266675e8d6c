"""How parameters move, given their gradient: an optimizer is a formula and what it remembers. Notebook 01.

All parameters of a training function are one long vector w, their gradients another, g. `update` is the formula: from
the old w and memory (vectors as long as w, zero at first) it makes the new ones, block by block. The old ones stay
whole, so a step can be left at any moment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from teachnn.functions.schedule import Schedule
from teachnn.functions.weights import Joined, Spares
from teachnn.support import number

BLOCK = 65_536  # numbers that are updated together: few enough for a formula to find its vectors in the cache


@dataclass(frozen=True)
class Optimizer:
    """What all optimizers have: a learning rate, a number > 0 or a schedule (see schedule.py)."""

    learning_rate: float | Schedule
    memory: ClassVar[tuple[str, ...]] = ()  # the names of the vectors it remembers

    def __post_init__(self):
        for name, value in vars(self).items():
            who, default = f"{type(self).__name__}: expected", getattr(type(self), name, 0.0)
            if callable(value) and name == "learning_rate":
                continue
            if isinstance(value, bool) != isinstance(default, bool) or not isinstance(value, int | float | np.floating):
                raise TypeError(
                    f"{who} {'True or False' if default is False else 'a number'} for {name}, got {value!r}"
                )
            share = name.startswith(("beta", "decay", "momentum"))  # of what is remembered
            bounds = "> 0" if name == "learning_rate" else ">= 0 and < 1" if share else ">= 0"
            if not 0 <= value < (1 if share else math.inf) or (bounds == "> 0" and value == 0):
                raise ValueError(f"{who} a finite {name} {bounds}, got {value!r}")

    def update(self, old, g, new, rate: float, t: int) -> None:
        """Fill `new` from `old`, both (w, *memory), in step t = 1, 2, ..., with the learning rate `rate`."""
        raise NotImplementedError(f"{type(self).__name__}: expected a method update, got none; tn.Adam has one")

    def rate(self, t: int) -> float:
        """Return the learning rate of the t-th step, t = 1, 2, ...."""
        if not callable(self.learning_rate):
            return float(self.learning_rate)
        who = f"{type(self).__name__}'s schedule"
        return float(number(who, f"rate of step {t}", self.learning_rate(t - 1), ">= 0", lambda v: v >= 0))

    def step(self, w: np.ndarray, g: np.ndarray | Joined, memory: tuple[np.ndarray, ...], t: int, spares: Spares):
        """Return (new w, new memory), other vectors than those given."""
        rate, old = self.rate(t), (w, *memory)
        new = tuple(spares.take(len(w)) for _ in old)
        for start in range(0, len(w), BLOCK):
            block = slice(start, start + BLOCK)
            self.update([vector[block] for vector in old], g[block], [vector[block] for vector in new], rate, t)
        return new[0], new[1:]


@dataclass(frozen=True)
class SGD(Optimizer):
    """w <- w - rate * g. Robbins & Monro 1951."""

    learning_rate: float | Schedule = 0.1

    def update(self, old, g, new, rate, t):
        """Take a step down the gradient."""
        np.subtract(old[0], rate * g, out=new[0])


@dataclass(frozen=True)
class Momentum(Optimizer):
    """v <- momentum * v + g;  w <- w - rate * v, or, with Nesterov's look ahead, w - rate * (g + momentum * v).

    Polyak 1964; Sutskever et al. 2013 for Nesterov's form. The convention of PyTorch's SGD.
    """

    learning_rate: float | Schedule = 0.02
    momentum: float = 0.9
    nesterov: bool = False
    memory: ClassVar[tuple[str, ...]] = ("velocity",)

    def update(self, old, g, new, rate, t):
        """Roll on with the velocity."""
        w, v = new
        np.multiply(old[1], self.momentum, out=v)
        v += g
        np.subtract(old[0], rate * (g + self.momentum * v if self.nesterov else v), out=w)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """s <- decay * s + (1 - decay) * g^2;  w <- w - rate * g / (sqrt(s) + eps). Tieleman & Hinton 2012, lecture 6.5."""

    learning_rate: float | Schedule = 1e-3
    decay: float = 0.9
    eps: float = 1e-8
    memory: ClassVar[tuple[str, ...]] = ("square",)

    def update(self, old, g, new, rate, t):
        """Divide the gradient by its recent size."""
        w, s = new
        np.multiply(old[1], self.decay, out=s)
        s += (1 - self.decay) * (g * g)
        np.subtract(old[0], rate * g / (np.sqrt(s) + self.eps), out=w)


@dataclass(frozen=True)
class Adam(Optimizer):
    """m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;  w <- w - rate * m^ / (sqrt(v^) + eps).

    m^ = m / (1 - beta1^t) and v^ = v / (1 - beta2^t) undo the start from zero. Kingma & Ba 2014, arXiv:1412.6980.
    It remembers the sums M = m / (1 - beta1) and V = v / (1 - beta2): to these a gradient is only added.
    """

    learning_rate: float | Schedule = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    memory: ClassVar[tuple[str, ...]] = ("sum", "squares")

    def update(self, old, g, new, rate, t):
        """Divide the gradient's running mean by its running size."""
        (w, M, V), s = new, np.empty_like(g)
        mean, size = (1 - self.beta1) / (1 - self.beta1**t), math.sqrt((1 - self.beta2) / (1 - self.beta2**t))
        np.multiply(old[1], self.beta1, out=M)
        M += g
        np.multiply(old[2], self.beta2, out=V)
        np.multiply(g, g, out=s)
        V += s
        np.sqrt(V, out=s)  # m^ = mean * M, sqrt(v^) = size * sqrt(V)
        s += self.eps / size
        np.divide(M, s, out=s)
        s *= rate * mean / size
        np.subtract(old[0], s, out=w)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam, after w <- (1 - rate * weight_decay) * w. Loshchilov & Hutter 2017, arXiv:1711.05101."""

    weight_decay: float = 0.01

    def update(self, old, g, new, rate, t):
        """Shrink the weights, then do as Adam does."""
        np.multiply(old[0], 1 - rate * self.weight_decay, out=new[0])
        super().update([new[0], *old[1:]], g, new, rate, t)
