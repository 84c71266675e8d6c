"""Where parameters start: small random numbers, sized so that signals neither die nor explode. Notebook 01.

A shape is (inputs, units) for a dense layer and (height, width, channels in, channels out) for a convolution; its
fans are the number of numbers that one output sums, and the number of outputs that one input feeds.
"""

from __future__ import annotations

import math

import numpy as np


def rng(seed: int) -> np.random.Generator:
    """Return a generator of random numbers; the same seed gives the same numbers.

    There is no global seed anywhere: whoever wants noise is handed a generator.
    """
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"rng: expected a seed that is a whole number >= 0, got {seed!r}")
    return np.random.default_rng(seed)


def zeros(shape: tuple[int, ...]) -> np.ndarray:
    """Return zeros of `shape`: the usual start of a bias."""
    return np.zeros(shape, np.float32)


def ones(shape: tuple[int, ...]) -> np.ndarray:
    """Return ones of `shape`: the usual start of a scale."""
    return np.ones(shape, np.float32)


def constant(shape: tuple[int, ...], value: float) -> np.ndarray:
    """Return an array of `shape` that holds `value` everywhere."""
    return np.full(shape, value, np.float32)


def normal(shape: tuple[int, ...], rng: np.random.Generator, std: float = 0.01) -> np.ndarray:
    """Return normal numbers of mean 0 and standard deviation `std`."""
    return _generator(rng).standard_normal(shape, dtype=np.float32) * np.float32(std)


def uniform(shape: tuple[int, ...], rng: np.random.Generator, limit: float) -> np.ndarray:
    """Return numbers spread evenly between -`limit` and `limit`."""
    return (2 * _generator(rng).random(shape, dtype=np.float32) - 1) * np.float32(limit)


def glorot_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform with variance 2 / (fan_in + fan_out), for tanh, sigmoid and linear layers.

    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks".
    """
    fan_in, fan_out = fans(shape)
    return uniform(shape, rng, math.sqrt(6 / (fan_in + fan_out)))


def glorot_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Normal with variance 2 / (fan_in + fan_out); see `glorot_uniform`."""
    return normal(shape, rng, math.sqrt(2 / sum(fans(shape))))


def he_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform with variance 2 / fan_in; see `he_normal`."""
    return uniform(shape, rng, math.sqrt(6 / fans(shape)[0]))


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Normal with variance 2 / fan_in, for layers that a ReLU follows.

    He et al. 2015, "Delving Deep into Rectifiers", arXiv:1502.01852.
    """
    return normal(shape, rng, math.sqrt(2 / fans(shape)[0]))


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight's shape.

    >>> fans((784, 256)), fans((3, 3, 16, 32))
    ((784, 256), (144, 288))
    """
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(f"init: expected a weight's shape of two or more sizes >= 1, got {tuple(shape)}")
    receptive = math.prod(shape[:-2])
    return receptive * shape[-2], receptive * shape[-1]


def _generator(rng) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"init: expected a generator, got {rng!r}; make one with tn.rng(0)")
    return rng
