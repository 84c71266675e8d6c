"""Normalisation: numbers of mean 0 and variance 1, and the mode that decides whose mean is meant. Notebook 05."""

from __future__ import annotations

from dataclasses import dataclass

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp_argnums, primitive

from teachnn import init
from teachnn.errors import InputError
from teachnn.layer import Layer, ModeLayer
from teachnn.ops import column_sums, longer_rows
from teachnn.parameter import Parameter, Statistic
from teachnn.settings import is_number, name_given
from teachnn.trace import getval, isbox


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


@dataclass(frozen=True, eq=False)
class BatchNorm(ModeLayer):
    """Each column to mean 0 and variance 1, then y = gamma * xhat + beta.

    x (N, d), or pictures (N, H, W, d) whose channels are the columns; gamma, beta, mean, variance (d,) -> y like x.
    Variances are divided by n.
    train: this batch's mean and variance; the kept `mean` and `variance` move towards them by `rate`.
    test: the kept `mean` and `variance`, so a row never depends on its neighbours.

    `rate` is the weight of the new batch: kept <- (1 - rate) * kept + rate * new. Elsewhere:

    ============  ==============================  ========  ======  ==================
    system        its word and its default        `rate`    eps     variance kept
    ============  ==============================  ========  ======  ==================
    teachnn       rate = 0.1                      0.1       1e-5    divided by n
    PyTorch       momentum = 0.1                  0.1       1e-5    divided by n - 1
    Keras 3       momentum = 0.99                 0.01      1e-3    divided by n
    ONNX          momentum = 0.9                  0.1       1e-5    divided by n
    ============  ==============================  ========  ======  ==================

    Raises InputError if x has another number of columns. Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    gamma: Parameter
    beta: Parameter
    mean: Statistic
    variance: Statistic
    rate: float = 0.1
    eps: float = 1e-5

    @classmethod
    def create(cls, name: str, columns: int, *, mode, rate: float = 0.1, eps: float = 1e-5):
        """Make gamma and variance of ones, beta and mean of zeros, and the layer."""
        name_given("create", name)
        gamma = Parameter(f"{name}.gamma", init.ones((columns,)))
        beta = Parameter(f"{name}.beta", init.zeros((columns,)))
        mean = Statistic(f"{name}.mean", init.zeros((columns,)))
        variance = Statistic(f"{name}.variance", init.ones((columns,)))
        return cls(gamma, beta, mean, variance, rate, eps, mode=mode)

    def __post_init__(self):
        super().__post_init__()
        shapes = [v.shape for v in (self.gamma, self.beta, self.mean, self.variance)]
        if len(set(shapes)) != 1 or len(shapes[0]) != 1:
            raise InputError(self.who, "gamma, beta, mean and variance of one shape (d,)", str(shapes))
        numbers = is_number(self.rate) and is_number(self.eps)
        if not (numbers and 0 < self.rate <= 1 and self.eps > 0):
            raise InputError(self.who, "0 < rate <= 1 and eps > 0", f"{self.rate!r} and {self.eps!r}")

    def forward(self, x):
        """Return gamma * xhat + beta."""
        x = self.expect(
            x, "N", *("H", "W")[: 2 * (len(getattr(x, "shape", ())) == 4)], *self.gamma.shape, like=self.gamma
        )
        gamma, beta = self.gamma.value, self.beta.value
        if self.mode == "test":
            return (x - self.mean.value) * (gamma / np.sqrt(self.variance.value + self.eps)) + beta
        rows = x.reshape((-1, *self.gamma.shape))
        mean, variance = moments(getval(rows))
        self.mean.track(mean, self.rate)
        self.variance.track(variance, self.rate)
        return batch_norm(rows, gamma, beta, mean, variance, self.eps).reshape(x.shape)


@dataclass(frozen=True, eq=False)
class LayerNorm(Layer):
    """Each row to mean 0 and variance 1 (divided by d), then y = gamma * xhat + beta. The same in both modes.

    x (N, ..., d); gamma, beta (d,) -> y like x. Ba, Kiros & Hinton 2016, arXiv:1607.06450.
    """

    gamma: Parameter
    beta: Parameter
    eps: float = 1e-5

    @classmethod
    def create(cls, name: str, columns: int, eps: float = 1e-5):
        """Make gamma of ones and beta of zeros, and the layer."""
        name_given("create", name)
        gamma = Parameter(f"{name}.gamma", init.ones((columns,)))
        return cls(gamma, Parameter(f"{name}.beta", init.zeros((columns,))), eps)

    def __post_init__(self):
        super().__post_init__()
        one = self.gamma.shape == self.beta.shape and len(self.gamma.shape) == 1
        if not (one and is_number(self.eps) and self.eps > 0):
            got = f"{self.gamma.shape}, {self.beta.shape} and {self.eps!r}"
            raise InputError(self.who, "gamma and beta of one shape (d,) and eps > 0", got)

    def forward(self, x):
        """Return gamma * xhat + beta, each row by itself."""
        free = ("N", *(f"n{i}" for i in range(len(getattr(x, "shape", ())) - 2)))
        x = self.expect(x, *free, *self.gamma.shape, like=self.gamma)
        d = x.shape[-1]  # the gradient of autograd's mean would be float64
        centred = x - x.sum(axis=-1, keepdims=True) / d
        variance = (centred * centred).sum(axis=-1, keepdims=True) / d
        return self.gamma.value * (centred / anp.sqrt(variance + self.eps)) + self.beta.value
