import math

import numpy as np
import pytest
from autograd import elementwise_grad, make_vjp
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn import ops

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
seeds = st.integers(0, 2**32 - 1)

CURVES = {
    "relu": (ops.relu, lambda x: x if x > 0 else 0.0),
    "leaky_relu": (ops.leaky_relu, lambda x: x if x > 0 else x * 0.01),
    "steeper leaky_relu": (lambda x: ops.leaky_relu(x, slope=0.3), lambda x: x if x > 0 else x * 0.3),
    "sigmoid": (ops.sigmoid, lambda x: 1 / (1 + math.exp(-x))),
    "tanh": (ops.tanh, math.tanh),
    "softplus": (ops.softplus, lambda x: math.log(1 + math.exp(x))),
    "identity": (ops.identity, lambda x: x),
}
ALL = {name: f for name, (f, _) in CURVES.items()} | {"softmax": ops.softmax, "log_softmax": ops.log_softmax}
curve = pytest.mark.parametrize("name", CURVES)
operation = pytest.mark.parametrize("f", ALL.values(), ids=ALL)


def tiny(kind) -> float:
    """exp(-200), which is 0 in float32."""
    return math.exp(-200) if kind == np.float64 else 0.0


def off_zero(shape, seed) -> np.ndarray:
    """Normal numbers, moved away from the kink at 0."""
    x = np.random.default_rng(seed).standard_normal(shape)
    return x + np.copysign(0.1, x)


@operation
@given(shape=shapes, seed=seeds)
@settings(max_examples=15, deadline=None)
def test_gradients_are_right_to_second_order(f, shape, seed):
    x = off_zero(shape, seed)
    check_grads(f, modes=["rev"], order=2)(x)
    assert tn.check_gradients(f, x) < 1e-6


@given(n=st.integers(1, 5), d=st.integers(1, 5), k=st.integers(1, 5), seed=seeds)
@settings(max_examples=20, deadline=None)
def test_the_gradients_of_dense_are_right_to_second_order(n, d, k, seed):
    rng = np.random.default_rng(seed)
    x, W, b = rng.standard_normal((n, d)), rng.standard_normal((d, k)), rng.standard_normal(k)
    check_grads(ops.dense, (0, 1, 2), modes=["rev"], order=2)(x, W, b)
    assert tn.check_gradients(ops.dense, x, W, b) < 1e-6


@given(n=st.integers(1, 4), d=st.integers(1, 4), k=st.integers(1, 4), seed=seeds)
@settings(max_examples=15, deadline=None)
def test_dense_is_a_sum_of_products_and_the_bias(n, d, k, seed):
    rng = np.random.default_rng(seed)
    x, W, b = rng.standard_normal((n, d)), rng.standard_normal((d, k)), rng.standard_normal(k)
    y = ops.dense(x, W, b)
    for i in range(n):
        for j in range(k):
            assert y[i, j] == pytest.approx(math.fsum([*(x[i, m] * W[m, j] for m in range(d)), b[j]]), abs=1e-13)


@given(shape=shapes, seed=seeds)
@settings(max_examples=15, deadline=None)
def test_shift_adds_one_number_a_column_whatever_the_axes_before(shape, seed):
    x, b = off_zero(shape, seed), off_zero(shape[-1:], seed + 1)
    y = ops.shift(x, b)
    assert y.shape == shape
    assert y.ravel().tolist() == [v + b[i % shape[-1]] for i, v in enumerate(x.ravel())]
    check_grads(ops.shift, (0, 1), modes=["rev"], order=2)(x, b)


@given(shape=shapes, seed=seeds)
@settings(max_examples=15, deadline=None)
def test_affine_is_a_line_of_its_own_for_each_column_whatever_the_axes_before(shape, seed):
    x, gamma, beta = off_zero(shape, seed), off_zero(shape[-1:], seed + 1), off_zero(shape[-1:], seed + 2)
    y = ops.affine(x, gamma, beta)
    assert y.shape == shape
    assert y.ravel().tolist() == [v * gamma[i % shape[-1]] + beta[i % shape[-1]] for i, v in enumerate(x.ravel())]
    check_grads(ops.affine, (0, 1, 2), modes=["rev"], order=2)(x, gamma, beta)


@curve
@given(seed=seeds)
@settings(max_examples=15, deadline=None)
def test_a_curve_is_its_formula_at_each_number(name, seed):
    f, formula = CURVES[name]
    x = off_zero((3, 4), seed) * 3
    y = f(x)
    assert y.shape == x.shape
    assert y.ravel().tolist() == pytest.approx([formula(v) for v in x.ravel()], rel=1e-13)


@given(n=st.integers(1, 4), k=st.integers(1, 5), seed=seeds)
@settings(max_examples=20, deadline=None)
def test_softmax_is_each_exponential_over_the_sum_of_its_row(n, k, seed):
    x = 3 * np.random.default_rng(seed).standard_normal((n, k))
    y, log_y = ops.softmax(x), ops.log_softmax(x)
    for i in range(n):
        total = math.fsum(map(math.exp, x[i]))
        assert y[i].tolist() == pytest.approx([math.exp(v) / total for v in x[i]], rel=1e-13)
        assert log_y[i].tolist() == pytest.approx([v - math.log(total) for v in x[i]], abs=1e-13)


def test_softmax_takes_the_last_axis_of_any_number_of_axes():
    x = off_zero((2, 3, 4), 0)
    for f in (ops.softmax, ops.log_softmax):
        assert np.array_equal(f(x).reshape(6, 4), f(x.reshape(6, 4)))
        assert np.array_equal(f(x[0, 0]), f(x)[0, 0])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@operation
def test_the_dtype_that_comes_in_goes_out_forward_and_back(f, kind):
    vjp, y = make_vjp(f)(off_zero((3, 4), 0).astype(kind))
    assert y.dtype == vjp(np.ones_like(y)).dtype == kind


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_dense_keeps_the_dtype_forward_and_back(kind):
    arrays = [off_zero(shape, 0).astype(kind) for shape in [(3, 4), (4, 2), (2,)]]
    for i, array in enumerate(arrays):
        vjp, y = make_vjp(ops.dense, i)(*arrays)
        g = vjp(np.ones_like(y))
        assert y.dtype == g.dtype == kind and g.shape == array.shape


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_curves_at_their_ends_are_finite_and_right(kind):
    x = np.array([-1e4, -200, 0, 200, 1e4], kind)
    assert ops.sigmoid(x).tolist() == pytest.approx([0, tiny(kind), 0.5, 1, 1])
    assert ops.tanh(x).tolist() == [-1, -1, 0, 1, 1]
    assert ops.softplus(x).tolist() == pytest.approx([0, tiny(kind), math.log(2), 200, 1e4])
    assert ops.relu(x).tolist() == [0, 0, 0, 200, 1e4]
    for f, slopes in [
        (ops.sigmoid, [0, 0, 0.25, 0, 0]),
        (ops.tanh, [0, 0, 1, 0, 0]),
        (ops.softplus, [0, 0, 0.5, 1, 1]),
        (ops.relu, [0, 0, 0, 1, 1]),
    ]:
        vjp, y = make_vjp(f)(x)
        assert vjp(np.ones_like(y)).tolist() == pytest.approx(slopes, abs=1e-40)


def test_sigmoid_keeps_its_digits_where_it_is_small():
    x = np.linspace(-80, 0, 9, dtype=np.float32)
    assert ops.sigmoid(x).tolist() == pytest.approx([1 / (1 + math.exp(-v)) for v in x.tolist()], rel=1e-6)


@pytest.mark.parametrize("f", [f for f, _ in CURVES.values()], ids=CURVES)
def test_a_single_number_without_axes_serves_as_well(f):
    x = np.array(0.5, np.float32)
    assert f(x).shape == () and f(x) == f(x.reshape(1))[0]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([1e4, -1e4, 0], [1, 0, 0]),
        ([-1e4, -1e4, -1e4, -1e4], [0.25] * 4),
        ([0, -1e4, 0, -1e4], [0.5, 0, 0.5, 0]),
        ([1e4, 1e4], [0.5, 0.5]),
        ([-1e4], [1]),
    ],
)
def test_softmax_of_extreme_rows_is_finite_and_right(row, expected, kind):
    x = np.array([row, row], kind)
    assert ops.softmax(x).tolist() == [expected, expected]
    logs = [v - max(row) + math.log(max(expected)) for v in row]
    assert ops.log_softmax(x)[1].tolist() == pytest.approx(logs, rel=1e-6)
    for f in (ops.softmax, ops.log_softmax):
        vjp, y = make_vjp(f)(x)
        assert np.isfinite(vjp(np.ones_like(y))).all()


def test_the_gradient_of_relu_at_zero_is_zero():
    vjp, _ = make_vjp(ops.relu)(np.array([0.0, -0.0]))
    assert vjp(np.ones(2)).tolist() == [0, 0]


def test_no_gradient_passes_a_stop_but_the_value_does():
    vjp, y = make_vjp(lambda x: ops.stop_gradient(x) * x)(np.array([2.0, 3.0]))
    assert y.tolist() == [4, 9] and vjp(np.ones(2)).tolist() == [2, 3]


def test_nothing_is_changed_in_place():
    x, W, b = off_zero((3, 4), 0), off_zero((4, 2), 1), off_zero((2,), 2)
    before = [a.tobytes() for a in (x, W, b)]
    ops.dense(x, W, b)
    for f in ALL.values():
        vjp, y = make_vjp(f)(x)
        kept = y.tobytes()
        vjp(y)
        assert y.tobytes() == kept
    assert [a.tobytes() for a in (x, W, b)] == before


def test_one_hot_rows_are_true_at_their_label():
    labels = np.array([2, 0, 2], np.uint8)
    assert ops.one_hot(labels, 4).tolist() == [[i == k for i in range(4)] for k in (2, 0, 2)]


def test_the_gradient_of_leaky_relu_at_zero_is_that_of_the_negative_side():
    assert elementwise_grad(ops.leaky_relu)(np.zeros(3)).tolist() == [0.01] * 3


def test_no_labels_make_no_rows():
    assert ops.one_hot(np.zeros(0, int), 3).shape == (0, 3)
