import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_vjp
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st
from refusal import refused
from slow import spread_out

import teachnn as tn
from teachnn.functions.check import _Checking
from teachnn.ops import moments
from teachnn.support import InputTypeError

EPS = float(np.finfo(np.float32).eps)
sizes, seeds = st.integers(1, 6), st.integers(0, 2**32 - 1)
several = st.integers(2, 5)
examples = settings(max_examples=20, deadline=None)


def random_layer(kind, d, seed=0, **options):
    """A layer whose gamma, beta, mean and variance are none of those it starts with."""
    rng, layer = np.random.default_rng(seed), kind.create("bn", d, **options)
    for variable in layer.parameters + layer.statistics:
        variable.value = rng.uniform(0.5, 2, d)
    return layer


def slow_norm(column, gamma, beta, eps):
    """One column (or row) of plain numbers, normalised by the textbook's formula."""
    mean = math.fsum(column) / len(column)
    variance = math.fsum((v - mean) ** 2 for v in column) / len(column)
    return [gamma * (v - mean) / math.sqrt(variance + eps) + beta for v in column]


def in_double(layer, *values):
    """Return the layer as a function of its input and parameters, in float64."""
    return lambda x, *values: _Checking(dict(zip(layer.parameters, values, strict=True))).run(layer, x)


def steps(layer, batches):
    """Take a training step on each batch: what moves the statistics."""
    train = tn.TrainFunction(lambda x: anp.sum(layer(x)), layer.parameters, tn.SGD(1e-3))
    for x in batches:
        train(x)


# Batch normalisation as a layer


@given(n=several, d=sizes, seed=seeds)
@examples
def test_in_training_each_column_is_normalised_by_its_own_moments(n, d, seed):
    bn, x = random_layer(tn.BatchNorm, d, seed, mode="train"), spread_out(seed, n, d).astype(np.float32)
    y = bn(x)
    assert y.shape == x.shape and y.dtype == np.float32
    for j in range(d):
        expected = slow_norm(x[:, j].tolist(), float(bn.gamma.value[j]), float(bn.beta.value[j]), bn.eps)
        assert y[:, j].tolist() == pytest.approx(expected, abs=2e-5)


@given(n=sizes, d=sizes, seed=seeds)
@examples
def test_at_test_each_column_is_normalised_by_the_kept_moments(n, d, seed):
    bn, x = random_layer(tn.BatchNorm, d, seed, mode="test"), spread_out(seed, n, d).astype(np.float32)
    gamma, beta, mean, variance = (v.value.astype(float) for v in (*bn.parameters, *bn.statistics))
    assert bn(x).dtype == np.float32
    for i in range(n):
        expected = [gamma[j] * (x[i, j] - mean[j]) / math.sqrt(variance[j] + 1e-5) + beta[j] for j in range(d)]
        assert bn(x)[i].tolist() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("mode", ["train", "test"])
@given(n=several, d=sizes, seed=seeds)
@examples
def test_the_gradients_of_a_batch_norm_layer_are_right_to_second_order(mode, n, d, seed):
    bn, x = random_layer(tn.BatchNorm, d, seed, mode=mode), spread_out(seed, n, d)
    values = [p.value.astype(float) for p in bn.parameters]
    check_grads(in_double(bn), (0, 1, 2), modes=["rev"], order=2)(x, *values)
    assert tn.check_gradients(bn, x, parameters=bn.parameters) < 1e-6


@pytest.mark.parametrize("mode", ["train", "test"])
@given(shape=st.tuples(several, *[st.integers(1, 3)] * 3), seed=seeds)
@examples
def test_the_channels_of_pictures_are_the_columns(mode, shape, seed):
    rows = spread_out(seed, math.prod(shape[:3]), shape[3]).astype(np.float32)
    bn = random_layer(tn.BatchNorm, shape[3], mode=mode)
    y = bn(rows.reshape(shape))
    assert y.shape == shape and np.array_equal(y.reshape(rows.shape), bn(rows))
    assert tn.check_gradients(bn, rows.reshape(shape), parameters=bn.parameters, limit=20) < 1e-6


def test_a_row_depends_on_its_neighbours_in_training():
    bn = random_layer(tn.BatchNorm, 3, mode="train")
    x = spread_out(0, 5, 3).astype(np.float32)
    other = x.copy()
    other[1:] += 1
    assert np.abs(bn(x)[0] - bn(other)[0]).min() > 0.1


def test_a_row_does_not_depend_on_its_neighbours_at_test():
    bn = random_layer(tn.BatchNorm, 3, mode="test")
    x = spread_out(0, 5, 3).astype(np.float32)
    together = bn(x)
    assert all(np.array_equal(bn(x[i : i + 1])[0], together[i]) for i in range(5))


def test_at_test_no_gradient_flows_between_rows_and_in_training_it_does():
    x = spread_out(0, 5, 3).astype(np.float32)
    bn = random_layer(tn.BatchNorm, 3, mode="train")
    for layer, flows in [(bn, True), (bn.at("test"), False)]:
        g = np.zeros_like(x)
        g[0] = 1
        assert make_vjp(layer)(x)[0](g)[1:].any() == flows


def test_a_layer_called_outside_a_training_function_moves_no_statistic():
    bn = random_layer(tn.BatchNorm, 3, mode="train")
    x = spread_out(0, 5, 3).astype(np.float32)
    before = [s.value.tobytes() for s in bn.statistics]
    bn(x)
    make_vjp(bn)(x)[0](x)
    tn.check_gradients(bn, x, parameters=bn.parameters)
    tn.TestFunction(bn, modes=("train",))(x)
    train = tn.TrainFunction(lambda x: anp.sum(bn(x)), bn.parameters, tn.SGD(1e-3))
    train.gradients(x)
    assert [s.value.tobytes() for s in bn.statistics] == before
    train(x)
    assert all(s.value.tobytes() != b for s, b in zip(bn.statistics, before, strict=True))


@pytest.mark.parametrize("n", [2, 4])
@pytest.mark.parametrize("rate", [0.1, 0.25, 1.0])
def test_kept_moments_move_towards_the_batchs_by_the_rate_and_are_divided_by_n(n, rate):
    bn = tn.BatchNorm.create("bn", 2, mode="train", rate=rate)
    mean, variance = np.zeros(2), np.ones(2)
    batches = [spread_out(seed, n, 2) + seed for seed in range(5)]
    for x in batches:
        mean = (1 - rate) * mean + rate * x.sum(axis=0) / n
        variance = (1 - rate) * variance + rate * ((x - x.sum(axis=0) / n) ** 2).sum(axis=0) / n
    steps(bn, [x.astype(np.float32) for x in batches])
    assert bn.mean.value == pytest.approx(mean, rel=1e-5)
    assert bn.variance.value == pytest.approx(variance, rel=1e-5, abs=1e-6)
    assert bn.mean.value.dtype == bn.variance.value.dtype == np.float32


def test_the_sibling_reads_what_the_layer_keeps():
    bn = tn.BatchNorm.create("bn", 2, mode="train", rate=1.0)
    x = spread_out(0, 6, 2).astype(np.float32)
    test = bn.at("test")
    steps(bn, [x])
    # with rate 1 the kept moments are the batch's own: both siblings do the same
    assert test(x) == pytest.approx(bn(x), abs=1e-5)


def test_a_test_layer_keeps_nothing_in_a_training_function():
    bn = random_layer(tn.BatchNorm, 2, mode="test")
    before = [s.value.tobytes() for s in bn.statistics]
    steps(bn, [spread_out(0, 6, 2).astype(np.float32)])
    assert [s.value.tobytes() for s in bn.statistics] == before


@pytest.mark.parametrize("value", [0.0, 3.0, -1e3, 1e4])
@pytest.mark.parametrize("rows", [2, 7, 64])
def test_equal_rows_come_out_as_beta_but_for_the_last_digits_of_x(value, rows):
    bn = random_layer(tn.BatchNorm, 2, mode="train")
    x = np.full((rows, 2), value, np.float32)
    scale = bn.gamma.value / math.sqrt(bn.eps)  # 1 / sqrt(variance + eps) with a variance of 0
    error = np.abs(bn(x) - bn.beta.value)
    assert (error <= EPS * (4 * abs(value) * scale + 1)).all()
    vjp, y = make_vjp(bn)(x)
    # what moves all rows moves nothing, but for the rounding of the mean, which makes an xhat that should be 0
    xhat = 2 * EPS * abs(value) / math.sqrt(bn.eps)
    assert (np.abs(vjp(np.ones_like(y))) <= (xhat**2 + 2 * EPS * rows) * scale).all()


@pytest.mark.parametrize("mode", ["train", "test"])
def test_huge_numbers_stay_finite_and_float32(mode):
    bn = random_layer(tn.BatchNorm, 2, mode=mode)
    x = np.float32([[1e4, -1e4], [-1e4, 1e4], [0, 0]])
    vjp, y = make_vjp(bn)(x)
    g = vjp(np.ones_like(y))
    assert y.dtype == g.dtype == np.float32 and np.isfinite(y).all() and np.isfinite(g).all()
    if mode == "train":
        expected = [
            slow_norm(x[:, j].tolist(), float(bn.gamma.value[j]), float(bn.beta.value[j]), 1e-5) for j in (0, 1)
        ]
        assert y == pytest.approx(np.array(expected).T, rel=1e-5)


def test_create_starts_from_the_identity():
    bn = tn.BatchNorm.create("bn", 3, mode="test")
    x = spread_out(0, 4, 3).astype(np.float32)
    assert bn(x) == pytest.approx(x, rel=1e-5)  # eps = 1e-5
    assert [v.name for v in (*bn.parameters, *bn.statistics)] == ["bn.gamma", "bn.beta", "bn.mean", "bn.variance"]
    assert (bn.rate, bn.eps) == (0.1, 1e-5)


# Layer normalisation


@given(shape=st.lists(sizes, min_size=2, max_size=4).map(tuple), seed=seeds)
@examples
def test_each_row_is_normalised_by_itself(shape, seed):
    d = shape[-1]
    ln = random_layer(tn.LayerNorm, d, seed)
    x = spread_out(seed, d, math.prod(shape[:-1])).T.reshape(shape).astype(np.float32)
    y = ln(x)
    assert y.shape == shape and y.dtype == np.float32
    for row, result in zip(x.reshape(-1, d).tolist(), y.reshape(-1, d), strict=True):
        mean = math.fsum(row) / d
        variance = math.fsum((v - mean) ** 2 for v in row) / d
        expected = (np.array(row) - mean) / math.sqrt(variance + ln.eps) * ln.gamma.value + ln.beta.value
        assert result == pytest.approx(expected, abs=1e-5)


@given(shape=st.lists(sizes, min_size=2, max_size=4).map(tuple), seed=seeds)
@examples
def test_the_gradients_of_a_layer_norm_are_right_to_second_order(shape, seed):
    ln = random_layer(tn.LayerNorm, shape[-1], seed)
    x = spread_out(seed, shape[-1], math.prod(shape[:-1])).T.reshape(shape)
    values = [p.value.astype(float) for p in ln.parameters]
    check_grads(in_double(ln), (0, 1, 2), modes=["rev"], order=2)(x, *values)
    assert tn.check_gradients(ln, x, parameters=ln.parameters, limit=30) < 1e-6


@pytest.mark.parametrize("value", [0.0, 3.0, 1e4])
@pytest.mark.parametrize("d", [1, 7])
def test_rows_of_equal_numbers_come_out_as_beta(value, d):
    ln = random_layer(tn.LayerNorm, d)
    x = np.full((2, d), value, np.float32)
    error = np.abs(ln(x) - ln.beta.value)
    assert (error <= EPS * (4 * value * ln.gamma.value / math.sqrt(ln.eps) + 1)).all()
    vjp, y = make_vjp(ln)(x)
    assert np.isfinite(vjp(np.ones_like(y))).all() and vjp(np.ones_like(y)).dtype == np.float32


def test_the_mode_changes_nothing_for_a_layer_norm():
    ln = tn.LayerNorm.create("ln", 3)
    assert ln.at("test") is ln and ln.statistics == ()


# What is refused


def variables(*shapes):
    kinds = (tn.Parameter, tn.Parameter, tn.Statistic, tn.Statistic)
    names = ("gamma", "beta", "mean", "variance")
    return [k(f"bn.{n}", np.zeros(s)) for k, n, s in zip(kinds, names, shapes, strict=False)]


@pytest.mark.parametrize("shapes", [((3,), (3,), (3,), (2,)), ((3,), (1,), (3,), (3,)), ((3, 1),) * 4, ((),) * 4])
def test_batch_norm_variables_that_do_not_fit_are_refused(shapes):
    with refused("bn (BatchNorm)") as caught:
        tn.BatchNorm(*variables(*shapes), mode="train")
    assert str(list(shapes)) in str(caught.value)


@pytest.mark.parametrize(
    ("rate", "eps"),
    [(0, 1e-5), (-0.1, 1e-5), (1.5, 1e-5), (math.nan, 1e-5), ("0.1", 1e-5), (0.1, 0), (0.1, -1), (0.1, "1e-5")],
)
def test_batch_norm_settings_that_make_no_sense_are_refused(rate, eps):
    setting = "eps, > 0" if rate == 0.1 else "rate, > 0 and <= 1"
    error = InputTypeError if isinstance(rate, str) or isinstance(eps, str) else tn.InputError
    with pytest.raises(error, match=rf"^bn \(BatchNorm\): .* {setting}, got ") as caught:
        tn.BatchNorm.create("bn", 3, mode="train", rate=rate, eps=eps)
    assert caught.type is error


@pytest.mark.parametrize(
    ("gamma", "beta", "eps"),
    [((3,), (2,), 1e-5), ((3, 1), (3, 1), 1e-5), ((), (), 1e-5), ((3,), (3,), 0), ((3,), (3,), math.nan)],
)
def test_layer_norm_settings_that_do_not_fit_are_refused(gamma, beta, eps):
    expected = "gamma and beta of one shape" if eps == 1e-5 else ".* eps, > 0"
    with pytest.raises(tn.InputError, match=rf"^bn \(LayerNorm\): expected {expected}"):
        tn.LayerNorm(*variables(gamma, beta), eps)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((2, 4), np.float32), "x of shape (N, ..., 3), got (2, 4)"),
        (np.zeros(3, np.float32), "x of shape (N, ..., 3), got (3,)"),
        (np.zeros((2, 5, 5, 1), np.float32), "x of shape (N, ..., 3), got (2, 5, 5, 1)"),
        (np.zeros((2, 3)), "float32 like bn.gamma, got float64"),
        (np.zeros((2, 3), int), "floats, got int64 of shape (2, 3)"),
        ([[1.0]], "an array, got list"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(x, text):
    for norm in [
        tn.BatchNorm.create("bn", 3, mode="train"),
        tn.BatchNorm.create("bn", 3, mode="test"),
        tn.LayerNorm.create("bn", 3),
    ]:
        with pytest.raises(tn.InputError) as caught:
            norm(x)
        assert str(caught.value).startswith(f"{norm.who}: expected {text}")


@pytest.mark.parametrize("name", ["", 3])
def test_an_empty_name_is_refused(name):
    for create in (lambda: tn.BatchNorm.create(name, 2, mode="train"), lambda: tn.LayerNorm.create(name, 2)):
        with pytest.raises(tn.InputError if name == "" else InputTypeError, match=r"^create: expected a name "):
            create()


def test_the_moments_of_no_rows_are_refused():
    expected = "^moments: expected at least one row, got none; look at how the batch was chosen$"
    with pytest.raises(tn.InputError, match=expected):
        moments(np.zeros((0, 3), np.float32))


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (1, 1, 1, 3)])
def test_a_train_mode_layer_is_not_trained_on_one_number_a_column(shape):
    """It is its own mean: y would be beta, whatever x is."""
    bn = tn.BatchNorm.create("bn", 3, mode="train")
    with pytest.raises(tn.InputError) as caught:
        bn(np.ones(shape, np.float32))
    cure = "tn.data.batches(..., keep_last=False) leaves out a last batch of one"
    assert (
        str(caught.value)
        == f"bn (BatchNorm): expected more than one number a column to train with, got {shape}; {cure}"
    )
    assert bn.at("test")(np.ones(shape, np.float32)).shape == shape


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("number", [1e4, -1000.0, 7.0])
def test_a_constant_column_of_any_size_comes_out_as_exactly_beta(mode, number):
    bn = tn.BatchNorm.create("bn", 2, mode=mode)
    if mode == "test":
        bn.mean.value = [number, number]
    assert not bn(np.full((7, 2), number, np.float32)).any()


def test_the_settings_are_those_of_the_table_unless_others_are_given():
    gamma, beta = tn.Parameter("gamma", [1.0]), tn.Parameter("beta", [0.0])
    by_hand = tn.BatchNorm(gamma, beta, tn.Statistic("mean", [0.0]), tn.Statistic("variance", [1.0]), mode="train")
    for layer in (by_hand, tn.BatchNorm.create("bn", 1, mode="train")):
        assert (layer.rate, layer.eps) == (0.1, 1e-5)
    assert tn.LayerNorm(gamma, beta).eps == tn.LayerNorm.create("ln", 1).eps == 1e-5
