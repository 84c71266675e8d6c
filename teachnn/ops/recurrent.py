"""One step of a gated recurrent unit, after its two products: what stays of the state, and what is new. Notebook 12.

Three gates are side by side in an array: r, how much of the state is seen; z, how much of it stays; n, what is new.
Cho et al. 2014, arXiv:1406.1078; where r stands, see layers/recurrent.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
from autograd.extend import defvjp_argnums, primitive

from teachnn.ops.arithmetic import sigmoid, tanh
from teachnn.support import Array


def gru_gates(given: Array, kept: Array) -> tuple[Array, Array, Array]:
    """Return r, z, n, each (N, units), from x W + b and h U + c, both (N, 3 units)."""
    units = given.shape[1] // 3
    gates = sigmoid(given[:, : 2 * units] + kept[:, : 2 * units])
    r, z = gates[:, :units], gates[:, units:]
    return r, z, tanh(given[:, 2 * units :] + r * kept[:, 2 * units :])


@primitive
def gru_state(given: Array, kept: Array, h: Array) -> Array:
    """h' = z h + (1 - z) n: given and kept (N, 3 units), h (N, units) -> h' (N, units)."""
    _, z, n = gru_gates(given, kept)
    return n + z * (h - n)


def _gru_state_vjp(argnums: Any, y: Array, inputs: Any, _: Any) -> Callable:
    given, kept, h = inputs

    def vjp(g: Array) -> list:
        r, z, n = gru_gates(given, kept)
        by_n = g * (1 - z) * (1 - n * n)
        by_z = g * (h - n) * z * (1 - z)
        by_r = by_n * kept[:, 2 * h.shape[1] :] * r * (1 - r)
        found = [anp.concatenate([by_r, by_z, by_n], axis=1), anp.concatenate([by_r, by_z, by_n * r], axis=1), g * z]
        return [found[i] for i in argnums]

    return vjp


defvjp_argnums(gru_state, _gru_state_vjp)
