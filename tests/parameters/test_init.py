import math

import numpy as np
import pytest
from refusal import refused

import teachnn as tn
from teachnn.parameters import init
from teachnn.support import InputTypeError

NORMAL, UNIFORM = (
    math.sqrt(2),
    math.sqrt(0.8),
)  # of a sample's variance: its standard deviation, times sqrt(n) / variance
SHAPES = [((300, 200), 300, 200), ((5, 3, 40, 60), 600, 900), ((7, 20, 300), 140, 2100)]


def check_moments(values: np.ndarray, variance: float, spread: float):
    """Mean and variance are where 5 standard deviations of their own allow them to be."""
    n, values = values.size, values.astype(float)
    assert abs(values.mean()) < 5 * math.sqrt(variance / n)
    assert abs((values**2).mean() / variance - 1) < 5 * spread / math.sqrt(n)


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES)
@pytest.mark.parametrize(
    ("initialiser", "formula", "spread"),
    [
        (init.glorot_uniform, lambda i, o: 2 / (i + o), UNIFORM),
        (init.glorot_normal, lambda i, o: 2 / (i + o), NORMAL),
        (init.he_uniform, lambda i, o: 2 / i, UNIFORM),
        (init.he_normal, lambda i, o: 2 / i, NORMAL),
        (lambda shape, rng: init.normal(shape, rng, 0.3), lambda i, o: 0.09, NORMAL),
        (init.normal, lambda i, o: 1e-4, NORMAL),
        (lambda shape, rng: init.uniform(shape, rng, 0.3), lambda i, o: 0.03, UNIFORM),
    ],
    ids=["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "normal", "normal by default", "uniform"],
)
def test_the_variance_is_that_of_the_formula(initialiser, formula, spread, shape, fan_in, fan_out):
    values = initialiser(shape, tn.rng(3))
    assert values.shape == shape and values.dtype == np.float32
    check_moments(values, formula(fan_in, fan_out), spread)
    if spread == UNIFORM:
        limit = math.sqrt(3 * formula(fan_in, fan_out))
        assert 0.999 * limit < np.abs(values).max() <= limit * (1 + 1e-7)


@pytest.mark.parametrize(
    "make", [init.he_normal, init.he_uniform, init.glorot_normal, init.glorot_uniform, init.normal]
)
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(make):
    one, same, other = make((6, 5), tn.rng(1)), make((6, 5), tn.rng(1)), make((6, 5), tn.rng(2))
    assert np.array_equal(one, same) and not np.isclose(one, other).any()
    rng = tn.rng(1)
    assert np.array_equal(make((6, 5), rng), one) and not np.isclose(make((6, 5), rng), one).any()


@pytest.mark.parametrize(
    ("values", "expected"),
    [(init.zeros((2, 3)), 0), (init.ones((2, 3)), 1), (init.constant((2, 3), 0.1), np.float32(0.1))],
    ids=["zeros", "ones", "constant"],
)
def test_constants_fill_their_shape(values, expected):
    assert values.shape == (2, 3) and values.dtype == np.float32 and (values == expected).all()


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((784, 256), (784, 256)), ((1, 1), (1, 1)), ((3, 3, 16, 32), (144, 288)), ((5, 1, 2, 3), (10, 15))],
)
def test_the_fans_of_dense_and_convolution_weights(shape, fans):
    assert init.fans(shape) == fans


@pytest.mark.parametrize("shape", [(), (5,), (0, 3), (3, 0), (3, 3, 0, 1), (-1, 2)])
@pytest.mark.parametrize("make", [init.he_normal, init.he_uniform, init.glorot_normal, init.glorot_uniform])
def test_a_shape_without_fans_is_refused(make, shape):
    with refused("init") as caught:
        make(shape, tn.rng(0))
    assert str(shape) in str(caught.value)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0", None])
def test_a_seed_is_a_whole_number_from_zero_on(seed):
    with pytest.raises(tn.InputError if seed == -1 else InputTypeError, match=r"^rng: .* seed >= 0, got "):
        tn.rng(seed)


def test_a_seed_may_be_numpys():
    assert tn.rng(np.uint8(7)).random() == tn.rng(7).random()


@pytest.mark.parametrize(
    "rng", [0, None, np.random, np.random.RandomState(0)], ids=["seed", "none", "module", "legacy"]
)
@pytest.mark.parametrize(
    "make", [init.he_normal, init.glorot_uniform, init.normal, lambda shape, rng: init.uniform(shape, rng, 1)]
)
def test_what_is_no_generator_is_refused(make, rng):
    with pytest.raises(InputTypeError, match=r"^init: expected a generator "):
        make((2, 2), rng)
