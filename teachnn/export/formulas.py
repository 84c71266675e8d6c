"""What is computed in one go, said once more in the small steps of operations.py.

The library fuses a layer's arithmetic for speed; numpy has many names for one thing. Each entry of the table at the end
is a formula with the name and the arguments of such a function. It is run on boxes, so that recording.py sees its
steps. What was computed beforehand for speed (a picture's patches, a batch's mean) is left aside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import primitive

from teachnn import ops
from teachnn.export import operations
from teachnn.support import Array


def _step(function: Callable[..., Array]) -> Callable[..., Array]:
    return primitive(function)


cast, cut, take = map(_step, (operations.cast, operations.cut, operations.take))
concatenate, reshaped, transposed = map(_step, (operations.concatenate, operations.reshape, operations.transpose))
convolve, max_pool, average_pool = map(_step, (ops.convolve, operations.max_pool, operations.average_pool))
product = _step(operations.matmul)
STEPS = (
    product,
    cast,
    cut,
    take,
    concatenate,
    reshaped,
    transposed,
    convolve,
    max_pool,
    average_pool,
)  # operations, not formulas


def matmul(x: Array, W: Array) -> Array:
    """The product of matrices; a vector is a row on the left, a column on the right."""
    if x.ndim > 1 and W.ndim > 1:
        return product(x, W)
    y = matmul(x if x.ndim > 1 else x[None], W if W.ndim > 1 else W[:, None])
    return reshaped(y, (() if x.ndim == 1 else y.shape[:-1]) + (() if W.ndim == 1 else y.shape[-1:]))


def batch_norm(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """y = gamma * xhat + beta, with this batch's own mean and variance."""
    rows = x.reshape((-1, x.shape[-1]))
    centred = rows - rows.mean(axis=0)
    y = gamma * (centred / anp.sqrt((centred * centred).mean(axis=0) + eps)) + beta
    return y.reshape(x.shape)


def row_norm(x: Array, eps: float) -> Array:
    """xhat, each row by itself, with its own mean and variance."""
    return (x - x.mean(axis=-1, keepdims=True)) / anp.sqrt(variance(x, -1, keepdims=True) + eps)


def cross_entropy(logits: Array, labels: Array, class_weights: Array | None, ignore_label: int | None) -> Array:
    """-log softmax(logits)[label], the mean over the batch, or over what counts in it."""
    counts = None if ignore_label is None else labels != ignore_label
    labels = labels if counts is None else anp.where(counts, labels, 0)
    right = cast(ops.one_hot(labels, logits.shape[1]), str(logits.dtype))
    nats = -((ops.log_softmax(logits) * right).sum(axis=-1))
    if class_weights is None and counts is None:
        return nats.mean()
    weights = right.sum(axis=-1) if class_weights is None else right @ class_weights
    weights = weights if counts is None else weights * cast(counts, str(logits.dtype))
    return (weights * nats).sum() / weights.sum()


def binary_cross_entropy(logits: Array, targets: Array, p: Array) -> Array:
    """log(1 + e^l) - l t, summed over pixels, the mean over the batch."""
    return each(ops.softplus(logits) - logits * targets).mean()


def gaussian_kl(mean: Array, log_variance: Array) -> Array:
    """(variance + mean^2 - 1 - log variance) / 2, summed, the mean over the batch."""
    return each(anp.exp(log_variance) + mean * mean - 1 - log_variance).mean() / 2


def hinge(scores: Array, labels: Array) -> Array:
    """The sum of max(0, 1 + score_j - score_label) over the wrong classes j, the mean over the batch."""
    right = cast(ops.one_hot(labels, scores.shape[1]), str(scores.dtype))
    at_label = (scores * right).sum(axis=-1, keepdims=True)
    return (ops.relu(1 + scores - at_label) * (1 - right)).sum(axis=-1).mean()


def gru_state(given: Array, kept: Array, h: Array) -> Array:
    """h' = z h + (1 - z) n."""
    _, z, n = ops.gru_gates(given, kept)
    return n + z * (h - n)


def each(x: Array) -> Array:
    """Return each example's sum."""
    return x.sum(axis=tuple(range(1, x.ndim)))


def variance(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    """The mean square of what is centred."""
    centred = x - x.mean(axis=axis, keepdims=True)
    return (centred * centred).mean(axis=axis, keepdims=keepdims)


def transpose(x: Array, axes: Any = None) -> Array:
    """The axes in another order, the reverse one where none is given."""
    return transposed(x, tuple(axes) if axes is not None else tuple(reversed(range(x.ndim))))


def swapaxes(x: Array, one: int, other: int) -> Array:
    """Two axes in each other's place."""
    axes = list(range(x.ndim))
    axes[one], axes[other] = axes[other], axes[one]
    return anp.transpose(x, axes)


def of_shape(function: Callable) -> Callable:
    """Return the formula of a function that only gives an array another shape."""

    def formula(x: Array, *settings: Any) -> Array:
        return reshaped(x, function(np.broadcast_to(False, x.shape), *settings).shape)

    return formula


def getitem(x: Array, index: Any) -> Array:
    """x[index]: whole numbers, slices, ... and None; or an array with the numbers of rows."""
    if ops.isbox(index) or isinstance(index, np.ndarray):
        return take(x, index)
    index = index if isinstance(index, tuple) else (index,)
    if ... in index:
        at, missing = index.index(...), x.ndim - sum(i is not None for i in index) + 1
        index = (*index[:at], *[slice(None)] * missing, *index[at + 1 :])
    y = x
    for axis, i in enumerate([i for i in index if i is not None]):
        n = x.shape[axis]
        start, stop, step = i.indices(n) if isinstance(i, slice) else (i % n, i % n + 1, 1)
        if (start, stop, step) != (0, n, 1):
            y = cut(y, axis, start, stop if stop >= 0 else -n - 1, step)  # backwards, as far as the first
    shape = np.broadcast_to(False, x.shape)[index].shape
    return y if y.shape == shape else reshaped(y, shape)


FORMULAS: dict[str, Callable[..., Any]] = {
    "dense": lambda x, W, b: x @ W + b,
    "shift": lambda x, b: x + b,
    "affine": lambda x, gamma, beta: x * gamma + beta,
    "leaky_relu": lambda x, slope=0.01: anp.where(x > 0, x, x * slope),
    "column_sums": lambda x: x.sum(axis=-2),
    "_row_norm": lambda x, centred, std, eps: row_norm(x, eps),
    "_batch_norm": lambda x, gamma, beta, mean, variance, centred, eps: batch_norm(x, gamma, beta, eps),
    "_convolve": lambda x, W, patches, stride, padding: convolve(x, W, stride, padding),
    "_max_pool": max_pool,
    "_average_pool": average_pool,
    "_attention": lambda q, k, v, weights: anp.matmul(ops.attention_weights(q, k), v),
    "gru_state": gru_state,
    "rows": lambda table, which: take(table, which),
    "stack": lambda *arrays: concatenate(*[a[None] for a in arrays], axis=0),
    "gaussian_sample": lambda mean, log_variance, noise: mean + anp.exp(log_variance / 2) * noise,
    "stop_gradient": ops.identity,
    "mask": lambda noise, rate: cast(noise >= rate, str(noise.dtype)) / (1 - rate),
    "_cross_entropy": cross_entropy,
    "_binary_cross_entropy": binary_cross_entropy,
    "_mean_squared_error": lambda y, target: ((y - target) ** 2).mean(),
    "_hinge": hinge,
    "_gaussian_kl": gaussian_kl,
    "dot": matmul,
    "matmul": matmul,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "var": variance,
    "std": lambda x, axis=None, keepdims=False: anp.sqrt(variance(x, axis, keepdims)),
    "clip": lambda x, low, high: anp.minimum(anp.maximum(x, low), high),
    "astype": lambda x, dtype, **_: x if x.dtype == dtype else cast(x, np.dtype(dtype).name),
    "transpose": transpose,
    "swapaxes": swapaxes,
    **{f.__name__: of_shape(f) for f in (np.reshape, np.ravel, np.squeeze, np.expand_dims)},
    "__getitem__": getitem,
    "concatenate_args": lambda axis, *arrays: concatenate(*arrays, axis=axis),
    "array_from_args": lambda args, kwargs, *arrays: concatenate(*[a[None] for a in arrays], axis=0),
    "_array_from_scalar_or_array": lambda args, kwargs, x: ops.identity(x),
}
