"""A sample from a normal distribution, as a function that a gradient passes: the reparametrisation. Notebook 10."""

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
