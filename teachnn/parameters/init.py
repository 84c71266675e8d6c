"""Where parameters start: small random numbers, sized so that signals neither die nor explode. Notebook 01.

A shape is (inputs, units) for a dense layer and (height, width, channels in, channels out) for a convolution; its
fans are the number of numbers that one output sums, and the number of outputs that one input feeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from teachnn.support import InputError, check_generator, instance, name_given, number, shape_of, whole

__all__ = [
    "constant",
    "fans",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "normal",
    "ones",
    "rng",
    "uniform",
    "zeros",
]


def rng(seed: int) -> np.random.Generator:
    """Return a generator of random numbers; the same seed gives the same numbers.

    There is no global seed anywhere: code that needs noise is given a generator.
    """
    return np.random.default_rng(whole("rng", "seed", seed, 0))


def zeros(shape: tuple[int, ...]) -> np.ndarray:
    """Return zeros of `shape`: the usual start of a bias."""
    return np.zeros(shape_of("init", shape), np.float32)


def ones(shape: tuple[int, ...]) -> np.ndarray:
    """Return ones of `shape`: the usual start of a scale."""
    return np.ones(shape_of("init", shape), np.float32)


def constant(shape: tuple[int, ...], value: float) -> np.ndarray:
    """Return an array of `shape` that holds `value` everywhere."""
    return np.full(shape_of("init", shape), number("init", "value", value), np.float32)


def normal(shape: tuple[int, ...], rng: np.random.Generator, std: float = 0.01) -> np.ndarray:
    """Return normal numbers of mean 0 and standard deviation `std`."""
    shape, std = shape_of("init", shape), number("init", "std", std, ">= 0")
    return check_generator("init", rng).standard_normal(shape, dtype=np.float32) * np.float32(std)


def uniform(shape: tuple[int, ...], rng: np.random.Generator, limit: float) -> np.ndarray:
    """Return numbers spread evenly between -`limit` and `limit`."""
    shape, limit = shape_of("init", shape), number("init", "limit", limit, ">= 0")
    return (2 * check_generator("init", rng).random(shape, dtype=np.float32) - 1) * np.float32(limit)


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
    said = "a weight's shape of two or more sizes >= 1"
    shape = shape_of("init", shape, said=said)
    if len(shape) < 2:
        raise InputError("init", said, str(shape))
    receptive = math.prod(shape[:-2])
    return receptive * shape[-2], receptive * shape[-1]


def drawn(name: str, init_W: Callable, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return init_W(shape, rng), a layer's first weight; its settings are checked before anything is drawn."""
    shape = shape_of(name_given("create", name), shape)
    return instance(name, "a function as init_W", init_W, Callable, "tn.init.he_normal is one")(shape, rng)
