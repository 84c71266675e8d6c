"""Normalisation: numbers of mean 0 and variance 1, and the mode that decides whose mean is meant. Notebook 05."""

from __future__ import annotations

import math

import numpy as np

from teachnn import ops
from teachnn.layers.layer import Layer, ModeLayer
from teachnn.parameters import Parameter, Statistic, init
from teachnn.support import Array, InputError, Mode, name_given, number


class BatchNorm(ModeLayer):
    """Each column to mean 0 and variance 1, then y = gamma * xhat + beta.

    x (N, ..., d), the channels of images (N, H, W, d) are columns too; gamma, beta, mean, variance (d,) -> y like x.
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

    Raises InputError if x has another number of columns, or in training a single number a column.
    Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    gamma: Parameter
    beta: Parameter
    mean: Statistic
    variance: Statistic
    rate: float = 0.1
    eps: float = 1e-5

    @classmethod
    def create(cls, name: str, columns: int, *, mode: Mode, rate: float = 0.1, eps: float = 1e-5) -> BatchNorm:
        """Make gamma and variance of ones, beta and mean of zeros, and the layer."""
        name_given("create", name)
        gamma = Parameter(f"{name}.gamma", init.ones((columns,)))
        beta = Parameter(f"{name}.beta", init.zeros((columns,)))
        mean = Statistic(f"{name}.mean", init.zeros((columns,)))
        variance = Statistic(f"{name}.variance", init.ones((columns,)))
        return cls(gamma, beta, mean, variance, rate, eps, mode=mode)

    def __post_init__(self) -> None:
        super().__post_init__()
        shapes = [v.shape for v in (self.gamma, self.beta, self.mean, self.variance)]
        if len(set(shapes)) != 1 or len(shapes[0]) != 1:
            raise InputError(self.who, "gamma, beta, mean and variance of one shape (d,)", str(shapes))
        number(self.who, "rate", self.rate, "> 0 and <= 1")
        number(self.who, "eps", self.eps, "> 0")

    def forward(self, x: Array) -> Array:
        """Return gamma * xhat + beta."""
        x = self.expect(x, "N", ..., *self.gamma.shape, like=self.gamma)
        gamma, beta = self.gamma.value, self.beta.value
        if self.mode == "test":
            return ops.affine(ops.shift(x, -self.mean.value), gamma / np.sqrt(self.variance.value + self.eps), beta)
        if math.prod(x.shape[:-1]) < 2:  # one number is its own mean: y would be beta, whatever x is
            cure = "tn.data.batches(..., keep_last=False) leaves out a last batch of one"
            raise InputError(self.who, "more than one number a column to train with", str(tuple(x.shape)), cure)
        mean, variance = ops.moments(ops.getval(x))
        self.mean.track(mean, self.rate)
        self.variance.track(variance, self.rate)
        return ops.batch_norm(x, gamma, beta, mean, variance, self.eps)


class LayerNorm(Layer):
    """Each row to mean 0 and variance 1 (divided by d), then y = gamma * xhat + beta. The same in both modes.

    x (N, ..., d); gamma, beta (d,) -> y like x. Ba, Kiros & Hinton 2016, arXiv:1607.06450.
    """

    gamma: Parameter
    beta: Parameter
    eps: float = 1e-5

    @classmethod
    def create(cls, name: str, columns: int, *, eps: float = 1e-5) -> LayerNorm:
        """Make gamma of ones and beta of zeros, and the layer."""
        name_given("create", name)
        gamma = Parameter(f"{name}.gamma", init.ones((columns,)))
        return cls(gamma, Parameter(f"{name}.beta", init.zeros((columns,))), eps)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gamma.shape != self.beta.shape or len(self.gamma.shape) != 1:
            raise InputError(self.who, "gamma and beta of one shape (d,)", f"{self.gamma.shape} and {self.beta.shape}")
        number(self.who, "eps", self.eps, "> 0")

    def forward(self, x: Array) -> Array:
        """Return gamma * xhat + beta, each row by itself."""
        x = self.expect(x, "N", ..., *self.gamma.shape, like=self.gamma)
        return ops.affine(ops.row_norm(x, self.eps), self.gamma.value, self.beta.value)
