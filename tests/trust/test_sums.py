"""Sums keep their digits, however many numbers they have: each is compared with itself in float64.

A float32 that has grown large takes in no more small numbers. Added up one after the other, a million times 0.1 is
100,958; what is asked for here is five digits right, for means five digits of a standard deviation.
"""

import autograd.numpy as anp
import numpy as np
import pytest

import teachnn as tn
from teachnn import ops
from teachnn.ops import differentiate, tracing

MILLIONS = [1.6, pytest.param(10, marks=pytest.mark.long)]


def numbers(n, d):
    """Return 0.1 + 0.001 N(0, 1), (n, d) float32: their sums grow, and what differs is small."""
    return (0.1 + 0.001 * tn.rng(0).standard_normal((n, d), dtype=np.float32)).astype(np.float32)


def gradients(function, *arrays):
    with tracing:
        return [g for g in differentiate(lambda boxes: (function(*boxes), None), list(arrays))[2]]


def gradients_of(layer_of):
    """Return the gradients by a layer's vectors (d,) of the sum of the squares of what it makes of x."""

    def found(x):
        d = x.shape[1]
        return gradients(lambda a, b: (layer_of(x, a, b) ** 2).sum(), *np.ones((2, d), x.dtype))

    return found


def pooled(x):
    return ops.column_sums(x.reshape(1, -1, x.shape[1])) / len(x)


def weights(x):
    d = x.shape[1]
    return gradients(lambda W, b: (ops.dense(x, W, b) * x).sum(), np.ones((d, d), x.dtype), np.zeros(d, x.dtype))


def kernel(x):
    pictures = x.reshape(1, -1, 8, x.shape[1])
    W = np.ones((1, 1, x.shape[1], 2), x.dtype)
    return gradients(lambda W: (ops.convolve(pictures, W) * x.dtype.type(0.1)).sum(), W)


def labels(x):
    return np.arange(len(x)) % x.shape[1]


SUMS = {
    "mean of a pooled picture": pooled,
    "column sums": ops.column_sums,
    "variance of a batch": lambda x: ops.moments(x)[1],
    "gradient of W and b": weights,
    "gradient of a kernel": kernel,
    "gradient of gamma and beta, batch": gradients_of(
        lambda x, a, b: ops.batch_norm(x, a, b, *ops.moments(x), 1e-5) + x
    ),
    "gradient of gamma and beta, rows": gradients_of(lambda x, a, b: ops.affine(x, a, b)),
    "mean squared error": lambda x: tn.loss.mean_squared_error(x, np.zeros_like(x)),
    "binary cross-entropy": lambda x: tn.loss.binary_cross_entropy(x, np.ones_like(x)),
    "cross-entropy": lambda x: tn.loss.cross_entropy(x, labels(x)),
    "hinge": lambda x: tn.loss.hinge(x, labels(x)),
    "KL": lambda x: tn.loss.gaussian_kl(x, x),
}


def error(name, n):
    """Return the largest relative error of a sum over n rows."""
    found = []
    for dtype in (np.float32, np.float64):
        values = SUMS[name](numbers(n, 2).astype(dtype))
        found.append(np.concatenate([np.ravel(v) for v in values] if isinstance(values, list) else [np.ravel(values)]))
    return np.abs(found[0] / found[1] - 1).max()


@pytest.mark.parametrize("millions", MILLIONS)
@pytest.mark.parametrize("name", SUMS)
def test_a_sum_over_millions_of_rows_is_right_to_five_digits(name, millions):
    assert error(name, int(millions * 1e6)) <= 1e-5


@pytest.mark.parametrize("value", [2024.3, 1000000.1])
@pytest.mark.parametrize("norm", ["rows", "columns"])
def test_what_is_constant_is_normalised_to_exactly_beta(value, norm):
    x = np.full((128, 3), value, np.float32)
    layer = tn.LayerNorm.create("n", 3) if norm == "rows" else tn.BatchNorm.create("n", 3, mode="train")
    layer.beta.value = [0.5, -1.0, 2.0]
    assert np.array_equal(layer(x), np.broadcast_to(layer.beta.value, x.shape))


def test_a_picture_of_a_million_pixels_has_the_mean_of_its_pixels():
    y = tn.GlobalAveragePool2D()(np.full((1, 1000, 1000, 2), 0.1, np.float32))
    assert y.shape == (1, 2) and y == pytest.approx(0.1, rel=1e-5)


def test_a_row_of_a_million_numbers_is_normalised_to_mean_0_and_variance_1():
    y = tn.LayerNorm.create("n", 10**6)(numbers(1, 10**6)).astype(np.float64)
    assert abs(y.mean()) < 1e-5 and y.var() == pytest.approx(1 / (1 + 1e-5 / 1e-6), rel=0.01)


def test_pictures_far_from_zero_are_normalised_to_five_digits():
    x = numbers(64 * 64 * 32, 3).reshape(32, 64, 64, 3)
    y = tn.BatchNorm.create("n", 3, mode="train", eps=1e-12)(x).astype(np.float64)
    assert np.abs(y.mean(axis=(0, 1, 2))).max() < 1e-5 and np.abs(y.var(axis=(0, 1, 2)) - 1).max() < 2e-5


def test_a_bias_of_a_million_positions_has_its_gradient_to_five_digits():
    conv = tn.Conv2D.create("c", (1, 2), tn.rng(0), size=1)
    train = tn.TrainFunction(lambda x: (conv(x) * np.float32(0.1)).sum(), [conv.b], tn.SGD())
    assert train.gradients(np.ones((4, 500, 500, 1), np.float32))[conv.b] == pytest.approx(1e5, rel=1e-5)


def test_the_second_derivative_of_a_normalised_row_is_right():
    x = tn.rng(0).standard_normal((3, 4))
    slope = lambda x: anp.sum(ops.row_norm(x, 1e-5) ** 3)  # noqa: E731

    def gradient(x):
        from autograd import grad

        return grad(slope)(x)

    assert tn.check_gradients(slope, x) < 1e-6 and tn.check_gradients(gradient, x, tolerance=1e-4) < 1e-4


def test_a_small_divergence_keeps_its_digits():
    little = np.full((1, 1), 1e-3)
    exact = float(tn.loss.gaussian_kl(0 * little, little))
    assert float(tn.loss.gaussian_kl(np.float32(0 * little), np.float32(little))) == pytest.approx(exact, rel=1e-3)
