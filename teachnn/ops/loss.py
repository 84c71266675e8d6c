"""What a training function makes small: one number that says how wrong the network is. Notebooks 02, 03 and 10.

Losses are in nats per example: summed over an example's pixels or classes, averaged over the batch. They take
logits, the numbers before the softmax or sigmoid: the logarithm of a rounded 0 or 1 is lost, that of a logit is not.
Those on labels are written in classification.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.ops.arithmetic import sigmoid
from teachnn.ops.classification import cross_entropy, floats, hinge
from teachnn.ops.trace import getval, isbox
from teachnn.support import Array, InputError, as_array

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "gaussian_kl",
    "hinge",
    "mean_squared_error",
    "negative_elbo",
]


def binary_cross_entropy(logits: Array, targets: Array) -> Array:
    """-(t log p + (1 - t) log(1 - p)) with p = sigmoid(logits), summed over pixels, in nats per example.

    logits (N, ...) floats; targets of the same shape, between 0 and 1. A grey level is taken as a probability.
    """
    logits, targets = _alike("binary_cross_entropy", logits, targets)
    plain = getval(targets)
    if plain.min() < 0 or plain.max() > 1:
        got = f"{plain.min():g} to {plain.max():g}"
        raise InputError("binary_cross_entropy", "targets between 0 and 1", got, "tn.data.pixels(x) for uint8")
    return _binary_cross_entropy(logits, targets, sigmoid(getval(logits)))


def mean_squared_error(y: Array, target: Array) -> Array:
    """Mean of (y - target)^2 over all numbers and examples, in the square of the target's unit. Shapes are equal."""
    return _mean_squared_error(*_alike("mean_squared_error", y, target, rows=False))


def gaussian_kl(mean: Array, log_variance: Array) -> Array:
    """KL(N(mean, variance) || N(0, 1)) = (variance + mean^2 - 1 - log variance) / 2 summed, in nats per example.

    mean, log_variance (N, d) floats. Kingma & Welling 2013, arXiv:1312.6114, appendix B.
    """
    return _gaussian_kl(*_alike("gaussian_kl", mean, log_variance))


def negative_elbo(logits: Array, targets: Array, mean: Array, log_variance: Array) -> dict[str, Array]:
    """The negative evidence lower bound of a VAE with Bernoulli pixels, in nats per example, as its two terms.

    logits, targets (N, ...): the decoder's output and the image; mean, log_variance (N, d): the encoder's output.
    Kingma & Welling 2013, arXiv:1312.6114. Notebook 10.
    """
    if len(np.shape(getval(logits))) and len(getval(logits)) != len(getval(mean)):
        got = f"{len(getval(logits))} and {len(getval(mean))}"
        raise InputError("negative_elbo", "as many images as codes", got)
    return {"reconstruction": binary_cross_entropy(logits, targets), "KL": gaussian_kl(mean, log_variance)}


@primitive
def _binary_cross_entropy(logits: Array, targets: Array, p: Array) -> Array:
    """-t log p - (1 - t) log(1 - p) = max(l, 0) - l t - log max(p, 1 - p), for p = sigmoid(l)."""
    log = np.subtract(1, p)
    np.maximum(log, p, out=log)
    np.log(log, out=log)
    nats = (logits > 0) - targets  # l ([l > 0] - t) = max(l, 0) - l t, without numpy's slow maximum with one number
    nats *= logits
    nats -= log
    return nats.sum() / nats.dtype.type(len(nats))


def _binary_cross_entropy_vjp(loss: Any, logits: Array, targets: Array, p: Array) -> Callable:
    if isbox(logits):  # a second derivative is wanted, and p depends on the logits too
        p = sigmoid(logits)
    return lambda g: (p - targets) * (g / len(logits))


defvjp(
    _binary_cross_entropy,
    _binary_cross_entropy_vjp,
    lambda loss, logits, targets, p: lambda g: logits * (-g / len(logits)),
)


@primitive
def _mean_squared_error(y: Array, target: Array) -> Array:
    return ((y - target) ** 2).mean()


defvjp(
    _mean_squared_error,
    lambda loss, y, target: lambda g: (y - target) * (2 * g / math.prod(y.shape)),
    lambda loss, y, target: lambda g: (target - y) * (2 * g / math.prod(y.shape)),
)


@primitive
def _gaussian_kl(mean: Array, log_variance: Array) -> Array:
    terms = np.expm1(log_variance) - log_variance + mean * mean  # exp(l) - 1 would lose the digits of a small l
    return terms.sum() / terms.dtype.type(2 * len(terms))


defvjp(
    _gaussian_kl,
    lambda loss, mean, log_variance: lambda g: mean * (g / len(mean)),
    lambda loss, mean, log_variance: lambda g: anp.expm1(log_variance) * (g / (2 * len(mean))),
)


def _alike(who: str, a: Any, b: Any, rows: bool = True) -> tuple[Array, Array]:
    """Return two arrays, which must be of one shape and one kind of float; a list is of the other's kind."""
    a, given = floats(who, a, rows), b
    if not isbox(b):
        b = as_array(who, "targets", b)
        if isinstance(given, list | tuple) and b.dtype.kind in "fiub":
            b = b.astype(a.dtype)
    if a.shape != b.shape:
        cure = "y[:, 0] is one number an example" if sorted((a.ndim, b.ndim)) == [1, 2] else ""
        raise InputError(who, "two arrays of one shape", f"{a.shape} and {b.shape}", cure)
    if a.dtype != b.dtype:
        cure = "x.astype(np.float32) or tn.data.pixels(x)"
        raise InputError(who, "two arrays of one kind of float", f"{a.dtype} and {b.dtype}", cure)
    return a, b
