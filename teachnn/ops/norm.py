"""Normalisation: numbers of mean 0 and variance 1, and its gradient. Notebook 05."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp_argnums, primitive

from teachnn.ops.arithmetic import column_sums, longer_rows
from teachnn.ops.trace import isbox
from teachnn.support import InputError


def moments(x):
    """Return the mean and the variance (divided by n) of each column: x (n, d) -> (d,), (d,)."""
    if not len(x):
        raise InputError("moments", "at least one row", "none", "look at how the batch was chosen")
    mean = column_sums(x) / len(x)
    return mean, column_sums(_centred(x, mean) ** 2) / len(x)


def _centred(x, mean):
    rows, mean = longer_rows(x, mean)
    return (rows - mean).reshape(x.shape)


@primitive
def batch_norm(x, gamma, beta, mean, variance, eps):
    """y = gamma * xhat + beta, xhat = (x - mean) / sqrt(variance + eps), where mean, variance = moments(x)."""
    rows, mean, scale, beta = longer_rows(x, mean, gamma / np.sqrt(variance + eps), beta)
    # The mean first: x * scale + (beta - mean * scale) would lose the digits of large numbers that differ little.
    y = rows - mean
    y *= scale
    y += beta
    return y.reshape(x.shape)


def _batch_norm_vjp(argnums, y, inputs, _):
    x, gamma, _, mean, variance, eps = inputs
    if isbox(x):  # a second derivative is wanted, and the moments depend on x too
        mean, variance = moments(x)
    std = anp.sqrt(variance + eps)

    def vjp(g):
        centred = _centred(x, mean)
        by_beta, by_gamma = column_sums(g), column_sums(g * centred) / std
        along = longer_rows(centred, by_gamma / (len(x) * std))
        rows, mean_g, scale = longer_rows(g, by_beta / len(x), gamma / std)
        by_x = ((rows - mean_g - along[0] * along[1]) * scale).reshape(x.shape)
        return [(by_x, by_gamma, by_beta)[i] for i in argnums]

    return vjp


defvjp_argnums(batch_norm, _batch_norm_vjp)
