"""A sample from a normal distribution, as a function that a gradient passes: the reparametrisation. Notebook 09."""

from __future__ import annotations

import numpy as np
from autograd.extend import defvjp, primitive


@primitive
def gaussian_sample(mean, log_variance, noise):
    """z = mean + exp(log_variance / 2) * noise, all (N, d)."""
    return mean + np.exp(log_variance / 2) * noise


defvjp(
    gaussian_sample,
    lambda z, mean, log_variance, noise: lambda g: g,
    lambda z, mean, log_variance, noise: lambda g: g * ((z - mean) / 2),
)
