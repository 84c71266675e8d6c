import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn

X = np.random.default_rng(0).standard_normal((2, 3)).astype(np.float32)


@given(n=st.integers(1, 4), d=st.integers(1, 5), k=st.integers(1, 5), seed=st.integers(0, 999))
@settings(max_examples=20, deadline=None)
def test_dense_is_a_sum_of_products_and_the_bias(n, d, k, seed):
    rng = tn.rng(seed)
    layer = tn.Dense.create("h", d, k, rng)
    layer.b.value = rng.standard_normal(k)
    x = rng.standard_normal((n, d), np.float32)
    W, b, y = layer.W.value.astype(float), layer.b.value.astype(float), layer(x)
    assert y.shape == (n, k) and y.dtype == np.float32
    for i in range(n):
        for j in range(k):
            terms = [*(float(x[i, m]) * W[m, j] for m in range(d)), b[j]]
            bound = 2**-23 * (d + 1) * math.fsum(map(abs, terms))
            assert abs(float(y[i, j]) - math.fsum(terms)) <= bound
    assert tn.check_gradients(layer, x, parameters=layer.parameters) < 1e-6


def test_create_makes_the_parameters_and_says_where_they_start():
    layer = tn.Dense.create("h", 300, 200, tn.rng(5))
    assert [(p.name, p.shape) for p in layer.parameters] == [("h.W", (300, 200)), ("h.b", (200,))]
    assert np.array_equal(layer.W.value, tn.init.he_normal((300, 200), tn.rng(5)))
    assert not layer.b.value.any()
    other = tn.Dense.create("h", 300, 200, tn.rng(5), init_W=tn.init.glorot_uniform)
    assert np.array_equal(other.W.value, tn.init.glorot_uniform((300, 200), tn.rng(5)))


def test_two_layers_may_share_one_parameter():
    W = tn.Parameter("W", np.eye(3))
    one, other = (tn.Dense(W, tn.Parameter(f"b{i}", np.full(3, i))) for i in range(2))
    W.value = 2 * np.eye(3)
    assert np.array_equal(one(X), 2 * X) and np.array_equal(other(X), 2 * X + 1)


@pytest.mark.parametrize("W", [(3,), (2, 3, 4), ()])
def test_a_weight_that_is_no_matrix_is_refused(W):
    with refused("h (Dense)") as caught:
        tn.Dense(tn.Parameter("h.W", np.zeros(W)), tn.Parameter("h.b", np.zeros(3)))
    assert f"{W} and (3,)" in str(caught.value)


@pytest.mark.parametrize("b", [(2,), (), (1, 3), (3, 1)])
def test_a_bias_that_does_not_fit_its_weight_is_refused(b):
    with pytest.raises(tn.InputError) as caught:
        tn.Dense(tn.Parameter("h.W", np.zeros((2, 3))), tn.Parameter("h.b", np.zeros(b)))
    assert str(caught.value).endswith(f"b of shape (units,), got (2, 3) and {b}")


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((128, 28, 28), np.float32), "x of shape (N, 3), got (128, 28, 28)"),
        (np.zeros((2, 4), np.float32), "x of shape (N, 3), got (2, 4)"),
        (np.zeros(3, np.float32), "x of shape (N, 3), got (3,)"),
        (np.zeros((2, 3)), "float32 like h.W, got float64"),
        (np.zeros((2, 3), np.uint8), "floats, got uint8 of shape (2, 3)"),
        ([[1.0, 2.0, 3.0]], "an array, got list"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(x, text):
    with pytest.raises(tn.InputError) as caught:
        tn.Dense.create("h", 3, 2, tn.rng(0))(x)
    assert str(caught.value).startswith(f"h (Dense): expected {text}")


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (tn.ReLU(), lambda v: max(v, 0.0)),
        (tn.LeakyReLU(), lambda v: v if v > 0 else 0.01 * v),
        (tn.LeakyReLU(0.3), lambda v: v if v > 0 else 0.3 * v),
        (tn.Sigmoid(), lambda v: 1 / (1 + math.exp(-v))),
        (tn.Tanh(), math.tanh),
        (tn.Softplus(), lambda v: math.log1p(math.exp(v))),
    ],
    ids=lambda value: repr(value) if isinstance(value, tn.Layer) else "",
)
@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 3, 2, 1), (6, 1)])
def test_a_curve_is_its_formula_at_each_number_of_any_shape(layer, formula, shape):
    y = layer(X.reshape(shape))
    assert y.shape == shape and y.dtype == np.float32
    assert y.ravel().tolist() == pytest.approx([formula(v) for v in X.ravel().tolist()], rel=1e-6)
    assert layer.at("test") is layer and layer.parameters == ()


@pytest.mark.parametrize("layer", [tn.ReLU(), tn.LeakyReLU(), tn.Sigmoid(), tn.Tanh(), tn.Softplus()], ids=repr)
def test_a_curve_serves_a_single_number_too(layer):
    x = np.array(0.5, np.float32)
    assert layer(x).shape == () and layer(x) == layer(x[None])[0]


@pytest.mark.parametrize("shape", [(1, 6), (2, 3), (6, 1), (1, 2, 3)])
def test_rows_of_softmax_are_probabilities_in_the_order_of_the_logits(shape):
    x = X.reshape(shape)
    y = tn.Softmax()(x)
    assert y.shape == shape and (y > 0).all()
    assert y.sum(axis=-1) == pytest.approx(np.ones(shape[:-1]), abs=1e-6)
    assert np.array_equal(np.argsort(y, axis=-1), np.argsort(x, axis=-1))
    shares = np.exp(x.astype(float))
    assert y == pytest.approx(shares / shares.sum(axis=-1, keepdims=True), rel=1e-6)


@pytest.mark.parametrize("kind", [tn.ReLU, tn.LeakyReLU, tn.Sigmoid, tn.Tanh, tn.Softplus, tn.Softmax])
def test_a_curve_refuses_what_is_no_array_of_floats(kind):
    for x, text in [(3.0, "an array, got float; np"), (np.arange(3), "floats, got int64 of shape (3,); x.astype")]:
        with pytest.raises(tn.InputError) as caught:
            kind(name="curve")(x)
        assert str(caught.value).startswith(f"curve ({kind.__name__}): expected {text}")
