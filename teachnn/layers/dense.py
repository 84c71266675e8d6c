"""The dense layer, and the curves that are put between two of them. Notebook 02."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from teachnn import ops
from teachnn.layers.layer import Layer
from teachnn.parameters import Parameter, init
from teachnn.support import Array, InputError, number


class Dense(Layer):
    """y = x W + b. x (N, inputs), W (inputs, units), b (units,) -> y (N, units). The same in both modes."""

    W: Parameter
    b: Parameter

    @classmethod
    def create(
        cls, name: str, inputs: int, units: int, rng: np.random.Generator, *, init_W: Callable = init.he_normal
    ) -> Dense:
        """Make the parameters `name.W` (by `init_W(shape, rng)`) and `name.b` (zeros), and the layer."""
        W = Parameter(f"{name}.W", init.drawn(name, init_W, (inputs, units), rng))
        return cls(W, Parameter(f"{name}.b", init.zeros((units,))))

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.W.shape) != 2 or self.b.shape != self.W.shape[1:]:
            shapes = f"{self.W.shape} and {self.b.shape}"
            raise InputError(self.who, "W of shape (inputs, units) and b of shape (units,)", shapes)

    def forward(self, x: Array) -> Array:
        """Return x W + b; raises InputError if x is not (N, inputs)."""
        return ops.dense(self.expect(x, "N", self.W.shape[0], like=self.W), self.W.value, self.b.value)


class ReLU(Layer):
    """y = max(x, 0), for x of any shape. Nair & Hinton 2010."""

    def forward(self, x: Array) -> Array:
        """Return max(x, 0)."""
        return ops.relu(self.expect(x))


class LeakyReLU(Layer):
    """y = x where x > 0, else slope * x, for x of any shape. Maas et al. 2013."""

    slope: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        number(self.who, "slope", self.slope)

    def forward(self, x: Array) -> Array:
        """Return x or slope * x."""
        return ops.leaky_relu(self.expect(x), slope=self.slope)


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), between 0 and 1, for x of any shape."""

    def forward(self, x: Array) -> Array:
        """Return 1 / (1 + exp(-x))."""
        return ops.sigmoid(self.expect(x))


class Tanh(Layer):
    """y = tanh(x), between -1 and 1, for x of any shape."""

    def forward(self, x: Array) -> Array:
        """Return tanh(x)."""
        return ops.tanh(self.expect(x))


class Softplus(Layer):
    """y = log(1 + exp(x)), a smooth ReLU, for x of any shape."""

    def forward(self, x: Array) -> Array:
        """Return log(1 + exp(x))."""
        return ops.softplus(self.expect(x))


class Softmax(Layer):
    """y = exp(x) / sum(exp(x)) over the last axis: x (N, K) -> y (N, K), rows of probabilities.

    For a test function; a training function takes the logits x themselves to `loss.cross_entropy`.
    """

    def forward(self, x: Array) -> Array:
        """Return exp(x) / sum(exp(x))."""
        return ops.softmax(self.expect(x))
