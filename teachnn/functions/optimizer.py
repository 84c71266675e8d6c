"""How parameters move, given their gradient: an optimizer is a formula and what it remembers. Notebook 02.

`update` is the formula as it stands on a blackboard: from a parameter w, its gradient g and what is remembered of it
(arrays like w, zero at first) it returns the next w and the next memory. The old arrays stay as they are, so a step can
be left at any moment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from teachnn.functions.schedule import Schedule
from teachnn.support import Array, instance, number

BLOCK = 16_384  # numbers that are updated together: few enough for a formula to find all its arrays in the cache
Memory = tuple[np.ndarray, ...]


def _bounds(name: str) -> str:
    """Return what a setting of this name may be."""
    if name == "learning_rate":
        return "> 0"
    return ">= 0 and < 1" if name.startswith(("beta", "decay", "momentum")) else ">= 0"


@dataclass(frozen=True)
class Optimizer:
    """What all optimizers have: a learning rate, a number > 0 or a schedule (see schedule.py)."""

    learning_rate: float | Schedule
    memory: ClassVar[tuple[str, ...]] = ()  # the names of what it remembers of each parameter

    def __post_init__(self) -> None:
        who = type(self).__name__
        for name, value in vars(self).items():
            if isinstance(getattr(type(self), name, None), bool):
                instance(who, f"True or False as {name}", value, bool)
            elif not (callable(value) and name == "learning_rate"):
                object.__setattr__(self, name, number(who, name, value, _bounds(name)))

    def update(self, w: np.ndarray, g: np.ndarray, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Return the next (w, memory) in step t = 1, 2, ..., with the learning rate `rate`; change no input."""
        raise NotImplementedError(f"{type(self).__name__}: expected a method update, got none; tn.Adam has one")

    def rate(self, t: int) -> float:
        """Return the learning rate of the t-th step, t = 1, 2, ...."""
        if not callable(self.learning_rate):
            return float(self.learning_rate)
        who = f"{type(self).__name__}'s schedule"
        return float(number(who, f"rate of step {t}", self.learning_rate(t - 1), ">= 0"))

    def step(self, w: np.ndarray, g: np.ndarray, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Return `update` of one parameter, worked out block by block, in float32."""
        g = g.astype(np.float32, copy=False)
        if w.size <= BLOCK:
            w, memory = self.update(w, g, memory, rate, t)
            return np.asarray(w, np.float32), tuple([np.asarray(array, np.float32) for array in memory])
        new_w, *new_memory = [np.empty(w.shape, np.float32) for _ in (w, *memory)]  # row by row, however w is laid out
        flat_w, flat_g, *flat_memory = [array.reshape(-1) for array in (w, g, *memory)]
        out_w, *out_memory = [array.reshape(-1) for array in (new_w, *new_memory)]  # views
        for start in range(0, w.size, BLOCK):
            block = slice(start, start + BLOCK)
            old = tuple([array[block] for array in flat_memory])
            out_w[block], new = self.update(flat_w[block], flat_g[block], old, rate, t)
            for array, part in zip(out_memory, new, strict=True):
                array[block] = part
        return new_w, tuple(new_memory)


@dataclass(frozen=True)
class SGD(Optimizer):
    """w <- w - rate * g. Robbins & Monro 1951."""

    learning_rate: float | Schedule = 0.1

    def update(self, w: Array, g: Array, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Take a step down the gradient."""
        return w - rate * g, ()


@dataclass(frozen=True)
class Momentum(Optimizer):
    """v <- momentum * v + g;  w <- w - rate * v, or, with Nesterov's look ahead, w - rate * (g + momentum * v).

    Polyak 1964; Sutskever et al. 2013 for Nesterov's form. The convention of PyTorch's SGD.
    """

    learning_rate: float | Schedule = 0.02
    momentum: float = 0.9
    nesterov: bool = False
    memory: ClassVar[tuple[str, ...]] = ("velocity",)

    def update(self, w: Array, g: Array, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Roll on with the velocity."""
        v = self.momentum * memory[0] + g
        return w - rate * (g + self.momentum * v if self.nesterov else v), (v,)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """s <- decay * s + (1 - decay) * g^2;  w <- w - rate * g / (sqrt(s) + eps). Tieleman & Hinton 2012, lecture 6.5."""

    learning_rate: float | Schedule = 1e-3
    decay: float = 0.9
    eps: float = 1e-8
    memory: ClassVar[tuple[str, ...]] = ("square",)

    def update(self, w: Array, g: Array, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Divide the gradient by its recent size."""
        s = self.decay * memory[0] + (1 - self.decay) * g * g
        return w - rate * g / (np.sqrt(s) + self.eps), (s,)


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

    def update(self, w: Array, g: Array, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Divide the gradient's running mean by its running size."""
        M, V = memory
        M = self.beta1 * M + g
        V = self.beta2 * V + g * g
        mean, size = (1 - self.beta1) / (1 - self.beta1**t), math.sqrt((1 - self.beta2) / (1 - self.beta2**t))
        # m^ = mean M, sqrt(v^) = size sqrt(V)
        return w - rate * mean / size * M / (np.sqrt(V) + self.eps / size), (M, V)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam, after w <- (1 - rate * weight_decay) * w. Loshchilov & Hutter 2017, arXiv:1711.05101.

    decay_vectors: whether parameters of one dimension shrink too. Most of today's networks are trained with False: the
    weights shrink, of two dimensions or more, and biases and a norm's gamma and beta are left alone.
    """

    weight_decay: float = 0.01
    decay_vectors: bool = True

    def step(self, w: np.ndarray, g: np.ndarray, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Return `update` of one parameter, without weight decay if it is a vector that is left alone."""
        if self.weight_decay and not self.decay_vectors and w.ndim < 2:
            return replace(self, weight_decay=0.0).step(w, g, memory, rate, t)
        return super().step(w, g, memory, rate, t)

    def update(self, w: Array, g: Array, memory: Memory, rate: float, t: int) -> tuple[np.ndarray, Memory]:
        """Shrink the weights, then do as Adam does."""
        return super().update((1 - rate * self.weight_decay) * w, g, memory, rate, t)
