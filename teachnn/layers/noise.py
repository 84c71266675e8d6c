"""Layers that draw noise in training and none at test: dropout, drop-path, the sample of a VAE. Notebooks 04, 07, 10.

The noise comes from a generator that somebody handed over. A training step draws from it, and sets it back to where it
was if the step does not come to its end: a step that is interrupted draws the same noise when it is taken again.
"""

from __future__ import annotations

import operator
from functools import reduce

import numpy as np

from teachnn import ops
from teachnn.layers.layer import Layer, ModeLayer
from teachnn.parameters import current_scope
from teachnn.support import Array, InputError, check_generator, number, whole


def noise_from(rng: np.random.Generator) -> np.random.Generator:
    """Return the generator that a layer's `forward` is to draw from where it holds `rng`."""
    return current_scope().generator(check_generator("noise_from", rng))


class _Noisy(ModeLayer):
    """What layers with a rate and a generator have in common: 0 <= rate < 1 is the probability to drop."""

    rate: float
    rng: np.random.Generator

    def __post_init__(self) -> None:
        super().__post_init__()
        number(self.who, "rate (a drop probability)", self.rate, ">= 0 and < 1")
        check_generator(self.who, self.rng)


class Dropout(_Noisy):
    """Each number is 0 with probability `rate`. x of any shape -> y of that shape.

    train: y = x * mask / (1 - rate), a new mask each call, so that the expected y is x.
    test: y = x.
    Srivastava et al. 2014, JMLR 15; its net keeps with probability 1 - rate and scales the weights at test instead.
    """

    def forward(self, x: Array) -> Array:
        """Return x, masked in training."""
        x = self.expect(x)
        if self.mode == "test":
            return ops.identity(x)
        noise = noise_from(self.rng).random(x.shape, np.float32)
        return x * ops.mask(noise.astype(x.dtype, copy=False), self.rate)


class DropPath(_Noisy):
    """Drops whole paths: takes the outputs of several paths, returns a tuple of those that live, for `Join`.

    train: each path is dropped with probability `rate`; if all were, one chosen at random lives.
    test: all live.
    Larsson, Maire & Shakhnarovich 2016, arXiv:1605.07648 (local drop-path).
    """

    def alive(self, paths: int) -> np.ndarray:
        """Return which of so many paths live, as booleans; drawn anew each call in training."""
        whole(self.who, "number of paths", paths)
        if self.mode == "test":
            return np.ones(paths, bool)
        rng = noise_from(self.rng)
        alive = rng.random(paths) >= self.rate
        return alive if alive.any() else np.arange(paths) == rng.integers(paths)

    def forward(self, *paths: Array) -> tuple[Array, ...]:
        """Return the living paths; raises InputError if there is no path."""
        if not paths:
            raise InputError(self.who, "one path or more", "none", "call it with the outputs of the paths")
        paths = tuple([self.expect(x) for x in paths])  # before any noise is drawn
        return tuple(ops.identity(x) for x, lives in zip(paths, self.alive(len(paths)), strict=True) if lives)


class Join(Layer):
    """y = the mean of the inputs, all of one shape. The same in both modes. Larsson et al. 2016, arXiv:1605.07648."""

    def forward(self, *inputs: Array) -> Array:
        """Return the inputs' mean; raises InputError if there is none, or they differ in shape."""
        shapes = [tuple(self.expect(x).shape) for x in inputs]
        if len(set(shapes)) != 1:
            raise InputError(self.who, "one or more inputs of one shape", str(shapes))
        return reduce(operator.add, inputs) / len(inputs)


class GaussianSample(ModeLayer):
    """A sample of the normal distribution with the given mean and log variance: (N, d), (N, d) -> z (N, d).

    train: z = mean + exp(log_variance / 2) * noise, noise from N(0, 1): a gradient passes to both (reparametrisation).
    test: z = mean.
    Kingma & Welling 2013, arXiv:1312.6114.
    """

    rng: np.random.Generator

    def __post_init__(self) -> None:
        super().__post_init__()
        check_generator(self.who, self.rng)

    def forward(self, mean: Array, log_variance: Array) -> Array:
        """Return a sample, or the mean; raises InputError if the two differ in shape."""
        mean, log_variance = self.expect(mean, "N", "d"), self.expect(log_variance, "N", "d")
        if mean.shape != log_variance.shape:
            got = f"{tuple(mean.shape)} and {tuple(log_variance.shape)}"
            raise InputError(self.who, "a mean and a log variance of one shape", got)
        if self.mode == "test":
            return ops.identity(mean)
        noise = noise_from(self.rng).standard_normal(mean.shape, dtype=np.float32)
        return ops.gaussian_sample(mean, log_variance, noise.astype(ops.getval(mean).dtype, copy=False))
