"""Attention: each place of a text takes a mean of what stands before it, weighted by how well query and key agree.

y = softmax(q k^T / sqrt(d)) v, where a place sees itself and those before it, none after it. Vaswani et al. 2017,
arXiv:1706.03762.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp_argnums, primitive

from teachnn.ops.arithmetic import softmax
from teachnn.ops.columns import row_sums
from teachnn.ops.trace import getval, isbox
from teachnn.support import Array


def attention(q: Array, k: Array, v: Array) -> Array:
    """y = weights v: q (N, heads, T, d), k and v (N, heads, S, d) -> y (N, heads, T, d), S >= T.

    The queries stand at the last T of the S places: a text that was read before has its keys and values in front.
    """
    return _attention(q, k, v, attention_weights(getval(q), getval(k)))


def attention_weights(q: Array, k: Array) -> Array:
    """Return how much each place takes from each: (N, heads, T, S), rows that sum to 1, zero for what comes later."""
    T, S = q.shape[2], k.shape[2]
    scores = anp.matmul(q * (1 / math.sqrt(q.shape[3])), anp.swapaxes(k, 2, 3))
    if T > 1:  # a single query stands at the last place, and sees all
        scores = scores + np.where(np.arange(S) > np.arange(S - T, S)[:, None], -np.inf, 0).astype(getval(q).dtype)
    return softmax(scores)


@primitive
def _attention(q: Array, k: Array, v: Array, weights: Array) -> Array:
    """The weights are computed once, for the way back too."""
    return weights @ v


def _attention_vjp(argnums: Any, y: Array, inputs: Any, _: Any) -> Callable:
    q, k, v, weights = inputs
    if isbox(q) or isbox(k):  # a second derivative is wanted, and the weights depend on both
        weights = attention_weights(q, k)
    scale = 1 / math.sqrt(q.shape[3])

    def vjp(g: Array) -> list:
        along = row_sums(g * y)  # what is common to all weights of a row: they sum to 1
        by_scores = weights * (anp.matmul(g, anp.swapaxes(v, 2, 3)) - along)
        found = [
            anp.matmul(by_scores, k) * scale,
            anp.matmul(anp.swapaxes(by_scores, 2, 3), q * scale),
            anp.matmul(anp.swapaxes(weights, 2, 3), g),
        ]
        return [found[i] for i in argnums]

    return vjp


defvjp_argnums(_attention, _attention_vjp)
