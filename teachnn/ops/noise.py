"""Noise as arithmetic: the mask of dropout, and a normal sample that a gradient passes. Notebooks 04 and 10."""

from __future__ import annotations

import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.support import Array


@primitive
def gaussian_sample(mean: Array, log_variance: Array, noise: Array) -> Array:
    """z = mean + exp(log_variance / 2) * noise, all (N, d)."""
    return mean + np.exp(log_variance / 2) * noise


defvjp(
    gaussian_sample,
    lambda z, mean, log_variance, noise: lambda g: g,
    lambda z, mean, log_variance, noise: lambda g: g * ((z - mean) / 2),
)


@primitive
def mask(noise: Array, rate: float) -> Array:
    """y = 1 / (1 - rate) where noise >= rate, else 0: noise, uniform from 0 to 1, of any shape."""
    return np.multiply(noise >= rate, 1 / (1 - rate), dtype=noise.dtype)
