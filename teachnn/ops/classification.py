"""Losses on labels: which class is it? Cross-entropy asks for probabilities, the hinge for a margin. Notebook 02.

They take scores (N, K), a row for each example, and labels (N,), the numbers of the right classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.ops.arithmetic import one_hot, softmax
from teachnn.ops.trace import getval, isbox
from teachnn.support import Array, InputError, InputTypeError, array, as_array, is_whole


def cross_entropy(
    logits: Array,
    labels: Array,
    *,
    class_weights: Array | Sequence[float] | None = None,
    ignore_label: int | None = None,
) -> Array:
    """-log softmax(logits)[label], in nats per example. logits (N, K) floats; labels (N,) whole numbers 0 to K - 1.

    class_weights (K,): how much an example of each class counts; the mean is sum(weight * nats) / sum(weight).
    ignore_label: examples with this label, which may be any whole number, do not count at all. Both as in PyTorch.
    Raises InputError for labels or weights that do not fit, and if no example counts.
    """
    who = "cross_entropy"
    if ignore_label is not None and not is_whole(ignore_label):
        raise InputTypeError(who, "a whole number as ignore_label", repr(ignore_label))
    logits, labels = _with_labels(who, logits, labels, ignore_label)
    if class_weights is not None:
        class_weights = array(who, "class_weights", class_weights, logits.shape[1]).astype(logits.dtype)
        if class_weights.min() < 0:
            raise InputError(who, "class_weights >= 0", f"{class_weights.min():g}")
    return _cross_entropy(logits, labels, class_weights, ignore_label)


def hinge(scores: Array, labels: Array) -> Array:
    """Sum over the wrong classes j of max(0, 1 + score_j - score_label), averaged over the batch.

    scores (N, K) floats; labels (N,) whole numbers 0 to K - 1. Weston & Watkins 1999.
    """
    return _hinge(*_with_labels("hinge", scores, labels))


def _weighted(
    logits: Array, labels: Array, class_weights: Array | None, ignore_label: int | None
) -> tuple[Array, Array]:
    """Return labels and weights (N,), whose mean is 1; for a label that is ignored stands one whose loss is finite."""
    weights = np.ones(len(labels), logits.dtype)
    if ignore_label is not None:
        ignored, most = labels == ignore_label, logits.argmax(axis=-1).astype(labels.dtype)
        labels, weights = np.where(ignored, most, labels), np.where(ignored, 0, weights)
    if class_weights is not None:
        weights = weights * class_weights[labels]
    total = weights.sum()
    if not total > 0:
        got = "only ignored labels, or classes of weight 0"
        raise InputError("cross_entropy", "at least one example that counts", got)
    return labels, weights * (len(labels) / total)


@primitive
def _cross_entropy(logits: Array, labels: Array, class_weights: Array | None, ignore_label: int | None) -> Array:
    labels, weights = _weighted(logits, labels, class_weights, ignore_label)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    at_label = np.take_along_axis(shifted, labels[:, None], axis=-1)[:, 0]
    return (weights * (np.log(np.exp(shifted).sum(axis=-1)) - at_label)).mean()


def _cross_entropy_vjp(loss: Any, logits: Array, labels: Array, *settings: Any) -> Callable:
    labels, weights = _weighted(getval(logits), getval(labels), *settings)
    right = one_hot(labels, logits.shape[1])
    return lambda g: (softmax(logits) - right) * (g / len(labels) * weights[:, None])


defvjp(_cross_entropy, _cross_entropy_vjp, argnums=(0,))


@primitive
def _hinge(scores: Array, labels: Array) -> Array:
    margins, violated = _margins(scores, labels)
    return margins[violated].sum() / scores.dtype.type(len(scores))


def _margins(scores: Array, labels: Array) -> tuple[Array, Array]:
    margins = 1 + scores - np.take_along_axis(scores, labels[:, None], axis=-1)
    return margins, (margins > 0) & ~one_hot(labels, scores.shape[1])


def _hinge_vjp(loss: Any, scores: Array, labels: Array) -> Callable:
    slope = _margins(getval(scores), labels)[1].astype(scores.dtype)
    slope[np.arange(len(labels)), labels] = -slope.sum(axis=-1)
    return lambda g: slope * (g / len(labels))


defvjp(_hinge, _hinge_vjp, argnums=(0,))


def _with_labels(who: str, scores: Array, labels: Array, ignored: int | None = None) -> tuple[Array, Array]:
    scores = floats(who, scores)
    shape = np.shape(getval(scores))
    if len(shape) != 2:
        got = f"{shape} and {np.shape(getval(labels))}"
        raise InputError(who, "scores (N, K) and labels (N,)", got, "scores are a row for each example")
    return scores, right_labels(who, labels, shape, ignored)


def right_labels(who: str, labels: Any, scores: tuple[int, ...], ignored: int | None = None) -> Array:
    """Return the labels of scores of shape (N, K) as an array; raises InputError unless (N,) whole, 0 to K - 1."""
    labels = labels if isbox(labels) else as_array(who, "labels", labels)
    if labels.shape != scores[:1]:
        cures = {(scores[0], 1): "labels[:, 0]", scores: "labels.argmax(axis=1) of one-hot rows"}
        cure = cures.get(labels.shape, "a label is a class's number, one an example")
        raise InputError(who, "scores (N, K) and labels (N,)", f"{scores} and {labels.shape}", cure)
    if labels.dtype.kind not in "iu":
        raise InputError(who, "labels that are whole numbers", str(labels.dtype), "labels.astype(int)")
    plain = getval(labels) if ignored is None else getval(labels)[getval(labels) != ignored]
    if plain.size and not 0 <= plain.min() <= plain.max() < scores[1]:
        but = "" if ignored is None else f" or {ignored}"
        cure = "labels - 1: classes are counted from 0" if 1 <= plain.min() <= plain.max() == scores[1] else ""
        raise InputError(who, f"labels 0 to {scores[1] - 1}{but}", f"{plain.min()} to {plain.max()}", cure)
    return labels


def floats(who: str, x: Any, rows: bool = True) -> Any:
    """Return x, an array; raises InputError unless it holds floats, a row for each example, one at least."""
    x = as_array(who, "x", x) if isinstance(x, np.ndarray) else x
    plain = getval(x)
    right = isinstance(plain, np.ndarray if rows else np.ndarray | np.generic)
    if right and plain.dtype.kind == "f" and plain.size == 0:
        raise InputError(who, "at least one example", f"shape {plain.shape}", "look at how the batch was chosen")
    if not right or plain.dtype.kind != "f" or plain.ndim < rows:
        got = f"{plain.dtype} of shape {plain.shape}" if right else type(plain).__name__
        raise InputError(who, "floats with one row an example", got, "x.astype(np.float32) or tn.data.pixels(x)")
    return x
