"""Layers of texts: rows of a table for its tokens, and attention, by which each place looks at those before it.

A text is (N, T) whole numbers, its tokens; between layers it is (N, T, width).
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np

from teachnn import ops
from teachnn.layers.layer import Layer
from teachnn.parameters import Parameter, init
from teachnn.support import Array, InputError, InputTypeError, fits, name_given, shape_text, whole


class Embedding(Layer):
    """y = W[tokens], a row for each token. tokens (N, ...) whole numbers, W (vocabulary, width) -> y (N, ..., width).

    The same in both modes. The gradient goes to the rows that were taken; no one-hot array is made.
    Raises InputError for a token that is not from 0 to vocabulary - 1.
    """

    W: Parameter

    @classmethod
    def create(
        cls, name: str, vocabulary: int, width: int, rng: np.random.Generator, *, std: float = 0.02
    ) -> Embedding:
        """Make W, normal with standard deviation `std`, as GPT-2's, and the layer. Radford et al. 2019."""
        shape = whole(name, "vocabulary", vocabulary), whole(name, "width", width)
        return cls(Parameter(f"{name_given('Embedding', name)}.W", init.normal(shape, rng, std)))

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.W.shape) != 2:
            raise InputError(self.who, "W of shape (vocabulary, width)", str(self.W.shape))

    def forward(self, tokens: Array) -> Array:
        """Return the rows."""
        plain = np.asarray(ops.getval(tokens))
        if plain.dtype.kind not in "iu":
            raise InputTypeError(self.who, "tokens, whole numbers", str(plain.dtype), "tokens.astype(int)")
        count = self.W.shape[0]
        if plain.size and not 0 <= plain.min() <= plain.max() < count:
            raise InputError(self.who, f"tokens from 0 to {count - 1}", f"{plain.min()} to {plain.max()}")
        return ops.rows(self.W.value, tokens)


class CausalSelfAttention(Layer):
    """Each place of a text takes from itself and from those before it: y = attention(q, k, v) W_out + b_out, by heads.

    x (N, T, width) -> y (N, T, width); q, k, v = x W + b, cut in three; W (width, 3 width), W_out (width, width).
    The same in both modes. With the keys and values of a text that was read before, x is what follows it.
    Vaswani et al. 2017, arXiv:1706.03762.
    """

    W: Parameter
    b: Parameter
    W_out: Parameter
    b_out: Parameter
    heads: int

    @classmethod
    def create(cls, name: str, width: int, heads: int, rng: np.random.Generator) -> CausalSelfAttention:
        """Make the parameters, weights by Glorot's rule and zeros, and the layer."""
        who = f"{name_given('CausalSelfAttention', name)} (CausalSelfAttention)"
        _check_heads(who, whole(who, "width", width), heads)
        W, W_out = (
            Parameter(f"{name}.{part}", init.drawn(name, init.glorot_uniform, shape, rng))
            for part, shape in (("W", (width, 3 * width)), ("W_out", (width, width)))
        )
        b, b_out = Parameter(f"{name}.b", init.zeros((3 * width,))), Parameter(f"{name}.b_out", init.zeros((width,)))
        return cls(W, b, W_out, b_out, heads)

    def __post_init__(self) -> None:
        super().__post_init__()
        width = self.W.shape[0]
        if self.W.shape != (width, 3 * width) or self.W_out.shape != (width, width):
            raise InputError(
                self.who, "W (width, 3 width) and W_out (width, width)", f"{self.W.shape}, {self.W_out.shape}"
            )
        _check_heads(self.who, width, self.heads)

    def forward(self, x: Array, past: Any = None) -> Any:
        """Return y; given `past` (2, N, heads, S, d), keys and values, (y, now), where now has those of x behind them.

        past = () says that the text begins here. Raises InputError if x or past have other shapes.
        """
        q, k, v = self.project(x)
        if past is not None and len(past):
            expected = (2, *k.shape[:2], "S", k.shape[3])
            if not fits(past.shape, expected):
                raise InputError(self.who, f"past of shape {shape_text(expected)}", str(tuple(past.shape)))
            k, v = anp.concatenate([past[0], k], axis=2), anp.concatenate([past[1], v], axis=2)
        taken = anp.transpose(ops.attention(q, k, v), (0, 2, 1, 3)).reshape((-1, x.shape[2]))
        y = ops.dense(taken, self.W_out.value, self.b_out.value).reshape(x.shape)
        return y if past is None else (y, ops.stack(k, v))

    def weights(self, x: Array) -> Array:
        """Return how much each place takes from each: x (N, T, width) -> (N, heads, T, T), rows that sum to 1."""
        q, k, _ = self.project(x)
        return ops.attention_weights(q, k)

    def project(self, x: Array) -> Array:
        """Return queries, keys and values of x: (3, N, heads, T, width / heads)."""
        width = self.W.shape[0]
        N, T, _ = self.expect(x, "N", "T", width, like=self.W).shape
        both = ops.dense(x.reshape((N * T, width)), self.W.value, self.b.value)
        return anp.transpose(both.reshape((N, T, 3, self.heads, width // self.heads)), (2, 0, 3, 1, 4))


def _check_heads(who: str, width: int, heads: int) -> None:
    if width % whole(who, "number of heads", heads):
        raise InputError(who, "heads that share the width evenly", f"{heads} for a width of {width}")
