"""Normalisation: numbers of mean 0 and variance 1, and its gradient. Notebook 05."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, defvjp_argnums, primitive

from teachnn.ops.arithmetic import affine
from teachnn.ops.columns import by_columns, column_sums, row_sums
from teachnn.ops.trace import getval, isbox
from teachnn.support import Array, InputError


def moments(x: Array) -> tuple[Array, Array]:
    """Return the mean and the variance (divided by n) of each column: x (n, ..., d) -> (d,), (d,).

    A first mean is near enough to centre the numbers; what is left of them says the rest of the mean, and the variance,
    without the digits that large numbers that differ little would lose.
    """
    if not len(x):
        raise InputError("moments", "at least one row", "none", "look at how the batch was chosen")
    x = _rows(x)
    first = column_sums(x) / len(x)
    left = by_columns(operator.sub, x, first)
    rest = column_sums(left) / len(x)
    return first + rest, anp.maximum(column_sums(left * left) / len(x) - rest * rest, 0)


def row_norm(x: Array, eps: float) -> Array:
    """xhat = (x - mean) / sqrt(variance + eps), each row by itself: x (..., d) -> xhat (..., d)."""
    centred = _centred(getval(x))
    return _row_norm(x, centred, _std(centred, eps), eps)


def _centred(x: Array) -> Array:
    """Return x without the mean of each row, and without what the rounding of that mean left."""
    return _less_mean(_less_mean(x))


def _less_mean(x: Array) -> Array:
    return x - row_sums(x) / x.shape[-1]


def _std(centred: Array, eps: float) -> Array:
    return anp.sqrt(row_sums(centred * centred) / centred.shape[-1] + eps)


@primitive
def _row_norm(x: Array, centred: Array, std: Array, eps: float) -> Array:
    """The means and deviations are computed once, for the way back too."""
    return centred / std


def _row_norm_vjp(xhat: Array, x: Array, centred: Array, std: Array, eps: float) -> Callable:
    if isbox(x):  # a second derivative is wanted, and the deviations depend on x too
        std = _std(_centred(x), eps)

    def vjp(g: Array) -> Array:
        along = row_sums(g * xhat) / x.shape[-1]
        return (_less_mean(g) - xhat * along) / std

    return vjp


defvjp(_row_norm, _row_norm_vjp, argnums=(0,))


def batch_norm(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array, eps: float) -> Array:
    """y = gamma * xhat + beta, xhat = (x - mean) / sqrt(variance + eps), where mean, variance = moments(x)."""
    centred = by_columns(operator.sub, _rows(getval(x)), mean)
    return _batch_norm(x, gamma, beta, mean, variance, centred, eps)


@primitive
def _batch_norm(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array, centred: Array, eps: float) -> Array:
    """The mean is taken away once, for the way back too.

    It is the first to be done: x * scale + (beta - mean * scale) would lose digits of large numbers that differ little.
    """
    return affine(centred, gamma / np.sqrt(variance + eps), beta).reshape(x.shape)


def _batch_norm_vjp(argnums: Any, y: Array, inputs: Any, _: Any) -> Callable:
    x, gamma, _, mean, variance, centred, eps = inputs
    if isbox(x):  # a second derivative is wanted, and the moments depend on x too
        mean, variance = moments(x)
        centred = by_columns(operator.sub, _rows(x), mean)
    n, std = y.size // len(gamma), anp.sqrt(variance + eps)

    def vjp(g: Array):
        rows = _rows(g)
        by_beta, by_gamma = column_sums(rows), column_sums(rows * centred) / std
        by_x = by_columns(
            lambda g, centred, scale, g_mean, share: scale * (g - g_mean - centred * share),
            *(rows, centred, gamma / std, by_beta / n, by_gamma / (n * std)),
        )
        return [(by_x.reshape(x.shape), by_gamma, by_beta)[i] for i in argnums]

    return vjp


defvjp_argnums(_batch_norm, _batch_norm_vjp)


def _rows(x: Array) -> Array:
    """All that is in a channel is a column: (n, ..., d) -> (all, d)."""
    return x.reshape((-1, x.shape[-1]))
