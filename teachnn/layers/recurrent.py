"""A layer that is called once for each step of a series: its output is the state that it is given next time.

A cell keeps nothing between two calls. The state goes in and comes out, so the same cell, on the same parameters, is T
boxes in a training function and one box in a loop at test. Notebook 12.
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np

from teachnn import ops
from teachnn.layers.layer import Layer
from teachnn.parameters import Parameter, init
from teachnn.support import Array, InputError, name_given, whole


class GRU(Layer):
    """h' = z h + (1 - z) n, one step of a gated recurrent unit: x (N, inputs), h (N, units) -> h' (N, units).

    r = sigmoid(x W_r + b_r + h U_r + c_r), how much of the state is seen; z, the same with W_z and so on, how much of
    it stays; n = tanh(x W_n + b_n + r (h U_n + c_n)), what is new. W (inputs, 3 units), U (units, 3 units), b and c
    (3 units,) hold the three side by side, in this order. The same in both modes.
    Here r multiplies h U_n + c_n, after the product, as in PyTorch, in cuDNN and in Keras by default (reset_after=True;
    Keras puts z first). Cho et al. 2014, arXiv:1406.1078, who proposed the unit, write (r h) U_n, r before the product,
    as Keras does with reset_after=False. Parameters of one kind are of no use to the other.
    """

    W: Parameter
    U: Parameter
    b: Parameter
    c: Parameter

    @classmethod
    def create(cls, name: str, inputs: int, units: int, rng: np.random.Generator) -> GRU:
        """Make the parameters, weights by Glorot's rule and zeros, and the layer."""
        who = f"{name_given('GRU', name)} (GRU)"
        inputs, units = whole(who, "number of inputs", inputs), whole(who, "number of units", units)
        drawn = [
            np.hstack([init.drawn(name, init.glorot_uniform, (n, units), rng) for _ in "rzn"]) for n in (inputs, units)
        ]
        zeros = [init.zeros((3 * units,)) for _ in "bc"]
        return cls(*(Parameter(f"{name}.{key}", value) for key, value in zip("WUbc", drawn + zeros, strict=True)))

    def __post_init__(self) -> None:
        super().__post_init__()
        units = self.U.shape[0]
        wide = (3 * units,)
        shapes = [v.shape for v in (self.W, self.U, self.b, self.c)]
        if len(self.W.shape) != 2 or shapes != [self.W.shape[:1] + wide, (units, *wide), wide, wide]:
            expected = "W (inputs, 3 units), U (units, 3 units), b and c (3 units,)"
            raise InputError(self.who, expected, ", ".join(map(str, shapes)))

    @property
    def units(self) -> int:
        """How many numbers its state has."""
        return self.U.shape[0]

    def forward(self, x: Array, h: Any = None) -> Array:
        """Return the next state; without h the series begins here, with a state of zeros.

        Raises InputError if x is not (N, inputs), or h not (N, units).
        """
        x = self.expect(x, "N", self.W.shape[0], like=self.W)
        if h is None:  # made of x, so that it is known to have a row for each of its rows, in an export too
            h = anp.matmul(x, np.zeros((x.shape[1], self.units), x.dtype))
        h = self.expect(h, x.shape[0], self.units, like=self.U)
        given, kept = ops.dense(x, self.W.value, self.b.value), ops.dense(h, self.U.value, self.c.value)
        return ops.gru_state(given, kept, h)
