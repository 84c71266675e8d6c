import dataclasses
import math

import numpy as np
import pytest
from autograd import make_vjp
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st
from refusal import refused

import teachnn as tn
from teachnn.support import InputTypeError

sizes, seeds = st.integers(1, 5), st.integers(0, 2**32 - 1)
examples = settings(max_examples=20, deadline=None)
shapes = st.lists(sizes, min_size=1, max_size=4).map(tuple)


def numbers(seed, *shape) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


# Dropout


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_drops_at_its_rate(rate):
    n = 200_000
    y = tn.Dropout(rate, tn.rng(3), mode="train")(np.ones((n // 10, 10), np.float32))
    kept = y != 0
    # 5 standard deviations: of the share dropped sqrt(rate (1 - rate) / n), of the mean that over (1 - rate)
    spread = 5 * math.sqrt(rate * (1 - rate) / n)
    assert abs(1 - kept.mean() - rate) < spread
    assert abs(y.mean(dtype=float) - 1) < spread / (1 - rate)
    assert set(y[kept].tolist()) == {float(np.float32(1 / (1 - rate)))}


def test_dropout_of_rows_drops_each_number_by_itself():
    rate, n = 0.3, 40_000
    kept = tn.Dropout(rate, tn.rng(0), mode="train")(np.ones((n, 2), np.float32)) != 0
    for pair in (kept, np.stack([kept[:-1, 0], kept[1:, 0]], axis=1)):  # neighbours in a row, and in a column
        both = (1 - rate) ** 2
        assert abs(pair.all(axis=1).mean() - both) < 5 * math.sqrt(both * (1 - both) / n) * math.sqrt(3)


@given(shape=shapes, seed=seeds)
@examples
def test_what_dropout_keeps_is_divided_by_the_share_kept(shape, seed):
    x = numbers(seed, *shape)
    y = tn.Dropout(0.4, tn.rng(seed), mode="train")(x)
    mask = tn.rng(seed).random(shape, np.float32) >= 0.4
    assert y.shape == shape and y.dtype == np.float32
    assert y == pytest.approx(np.where(mask, x.astype(float) / 0.6, 0), rel=1e-6)


@given(shape=shapes, seed=seeds, rate=st.sampled_from([0.0, 0.3, 0.9]))
@examples
def test_the_gradients_of_dropout_are_right_and_pass_where_the_numbers_passed(shape, seed, rate):
    x = numbers(seed, *shape)
    assert tn.check_gradients(tn.Dropout(rate, tn.rng(seed), mode="train"), x) < 1e-6
    vjp, y = make_vjp(tn.Dropout(rate, tn.rng(seed), mode="train"))(x)
    assert np.array_equal(vjp(np.ones_like(y)) != 0, (y != 0) | (x == 0))
    x = x.astype(float)
    check_grads(lambda x: tn.Dropout(rate, tn.rng(seed), mode="train")(x), modes=["rev"], order=2)(x)


def test_dropout_at_rate_zero_or_at_test_is_the_identity():
    x = numbers(0, 3, 4)
    assert np.array_equal(tn.Dropout(0, tn.rng(0), mode="train")(x), x)
    assert tn.Dropout(0.9, tn.rng(0), mode="test")(x) is x
    assert np.array_equal(make_vjp(tn.Dropout(0.9, tn.rng(0), mode="test"))(x)[0](x), x)


def test_the_same_seed_gives_the_same_mask_and_the_next_call_another():
    x = np.ones((20, 20), np.float32)
    one, same, other = (tn.Dropout(0.5, tn.rng(seed), mode="train") for seed in (1, 1, 2))
    first = one(x)
    assert np.array_equal(first, same(x))
    assert not np.array_equal(first, other(x)) and not np.array_equal(first, one(x))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_dropout_keeps_the_dtype_forward_and_back(kind):
    vjp, y = make_vjp(tn.Dropout(0.3, tn.rng(0), mode="train"))(numbers(0, 3, 4).astype(kind))
    assert y.dtype == vjp(np.ones_like(y)).dtype == kind


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: (tn.Dropout(0.5, rng, mode="test"), [numbers(0, 2, 3)]),
        lambda rng: (tn.DropPath(0.5, rng, mode="test"), [numbers(0, 2, 3)] * 3),
        lambda rng: (tn.GaussianSample(rng, mode="test"), [numbers(0, 2, 3)] * 2),
    ],
    ids=["Dropout", "DropPath", "GaussianSample"],
)
def test_nothing_is_drawn_at_test(make):
    rng = tn.rng(0)
    layer, inputs = make(rng)
    layer(*inputs)
    assert rng.bit_generator.state == tn.rng(0).bit_generator.state


# DropPath and Join


@pytest.mark.parametrize(("paths", "rate"), [(1, 0.5), (2, 0.15), (2, 0.9), (3, 0.5), (4, 0.7)])
def test_each_path_lives_as_often_as_it_should_and_one_lives_always(paths, rate):
    calls = 20_000
    drop = tn.DropPath(rate, tn.rng(5), mode="train")
    alive = np.array([drop.alive(paths) for _ in range(calls)])
    assert alive.any(axis=1).all()
    # a path lives by itself, or is chosen when all would die
    share = 1 - rate + rate**paths / paths
    assert (np.abs(alive.mean(axis=0) - share) <= 5 * math.sqrt(share * (1 - share) / calls)).all()
    count = {j: math.comb(paths, j) * (1 - rate) ** j * rate ** (paths - j) for j in range(1, paths + 1)}
    count[1] += rate**paths
    for j, expected in count.items():
        error = abs((alive.sum(axis=1) == j).mean() - expected)
        assert error <= 5 * math.sqrt(expected * abs(1 - expected) / calls) + 1e-12


def test_living_paths_are_handed_on_in_order():
    inputs = [np.full((2, 3), i, np.float32) for i in range(5)]
    drop, twin = (tn.DropPath(0.5, tn.rng(0), mode="train") for _ in range(2))
    lengths = set()
    for _ in range(40):
        out = drop(*inputs)
        assert isinstance(out, tuple)
        assert [y[0, 0] for y in out] == np.flatnonzero(twin.alive(5)).tolist()
        lengths.add(len(out))
    assert len(lengths) > 2


def test_all_paths_live_at_test_and_at_rate_zero():
    inputs = [numbers(i, 2, 3) for i in range(3)]
    for drop in (tn.DropPath(0.9, tn.rng(0), mode="test"), tn.DropPath(0.0, tn.rng(0), mode="train")):
        for _ in range(10):
            out = drop(*inputs)
            assert len(out) == 3 and all(np.array_equal(y, x) for y, x in zip(out, inputs, strict=True))


def test_a_gradient_reaches_the_living_paths_only():
    inputs = tuple(numbers(i, 2, 3) for i in range(4))
    alive = tn.DropPath(0.5, tn.rng(1), mode="train").alive(4)
    assert 0 < alive.sum() < 4
    vjp, y = make_vjp(lambda *xs: tn.Join()(*tn.DropPath(0.5, tn.rng(1), mode="train")(*xs)), (0, 1, 2, 3))(*inputs)
    gradients = vjp(np.ones_like(y))
    assert [g.any() for g in gradients] == alive.tolist()
    assert all(np.allclose(g, 1 / alive.sum()) for g, lives in zip(gradients, alive, strict=True) if lives)


@given(shape=shapes, count=st.integers(1, 4), seed=seeds)
@examples
def test_join_is_the_mean_of_its_inputs(shape, count, seed):
    inputs = [numbers(seed + i, *shape) for i in range(count)]
    y = tn.Join()(*inputs)
    assert y.shape == shape and y.dtype == np.float32
    for place in np.ndindex(shape):
        assert y[place] == pytest.approx(math.fsum(float(x[place]) for x in inputs) / count, abs=1e-6)
    check_grads(tn.Join(), tuple(range(count)), modes=["rev"], order=2)(*(x.astype(float) for x in inputs))
    assert tn.check_gradients(tn.Join(), *inputs) < 1e-6


def test_join_leaves_its_inputs_alone():
    inputs = [numbers(i, 2, 3) for i in range(3)]
    before = [x.tobytes() for x in inputs]
    tn.Join()(*inputs)
    assert [x.tobytes() for x in inputs] == before


# GaussianSample


def test_samples_have_the_mean_and_the_variance_that_were_asked_for():
    n = 100_000
    means, log_variances = np.float32([0, 3, -1]), np.float32([0, 1, -2])
    mean, log_variance = (np.tile(v, (n, 1)) for v in (means, log_variances))
    z = tn.GaussianSample(tn.rng(2), mode="train")(mean, log_variance).astype(float)
    for j in range(3):
        variance = math.exp(log_variances[j])
        assert abs(z[:, j].mean() - means[j]) < 5 * math.sqrt(variance / n)
        assert abs(z[:, j].var() / variance - 1) < 5 * math.sqrt(2 / n)
    correlation = np.corrcoef(z.T)
    assert np.abs(correlation[np.triu_indices(3, 1)]).max() < 5 / math.sqrt(n)


def test_at_test_the_sample_is_the_mean():
    mean, log_variance = numbers(0, 3, 2), numbers(1, 3, 2)
    assert tn.GaussianSample(tn.rng(0), mode="test")(mean, log_variance) is mean


@given(n=sizes, d=sizes, seed=seeds)
@examples
def test_a_sample_is_the_mean_and_the_deviation_times_the_noise(n, d, seed):
    mean, log_variance = numbers(seed, n, d), numbers(seed + 1, n, d)
    z = tn.GaussianSample(tn.rng(seed), mode="train")(mean, log_variance)
    noise = tn.rng(seed).standard_normal((n, d), dtype=np.float32).astype(float)
    assert z.dtype == np.float32 and z.shape == (n, d)
    for p in np.ndindex(n, d):
        assert z[p] == pytest.approx(mean[p] + math.exp(float(log_variance[p]) / 2) * noise[p], rel=1e-5, abs=1e-6)


@given(n=sizes, d=sizes, seed=seeds)
@examples
def test_the_gradients_of_a_sample_are_right(n, d, seed):
    mean, log_variance = (numbers(seed + i, n, d).astype(float) for i in range(2))
    sample = tn.GaussianSample(tn.rng(seed), mode="train")
    assert tn.check_gradients(sample, mean, log_variance) < 1e-6


def test_a_sample_of_no_variance_is_the_mean():
    mean = numbers(0, 3, 2)
    sample = tn.GaussianSample(tn.rng(0), mode="train")
    vjp, z = make_vjp(sample, 1)(mean, np.full((3, 2), -1e4, np.float32))
    assert np.array_equal(z, mean) and not vjp(np.ones_like(z)).any()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_sample_keeps_the_dtype_forward_and_back(kind):
    inputs = [numbers(i, 3, 2).astype(kind) for i in range(2)]
    for i in range(2):
        vjp, z = make_vjp(tn.GaussianSample(tn.rng(0), mode="train"), i)(*inputs)
        assert z.dtype == vjp(np.ones_like(z)).dtype == kind


def test_the_same_seed_gives_the_same_sample():
    inputs = numbers(0, 3, 2), numbers(1, 3, 2)
    one, same = (tn.GaussianSample(tn.rng(4), mode="train") for _ in range(2))
    first = one(*inputs)
    assert np.array_equal(first, same(*inputs)) and not np.array_equal(first, one(*inputs))


def test_outside_every_function_a_layer_draws_from_the_generator_it_holds():
    rng = tn.rng(0)
    assert tn.noise_from(rng) is rng


# What is refused


@pytest.mark.parametrize("kind", [tn.Dropout, tn.DropPath])
@pytest.mark.parametrize("rate", [1, 1.0, -0.1, 2, math.nan, True, "0.5"])
def test_a_rate_that_is_no_drop_probability_is_refused(kind, rate):
    error = InputTypeError if rate is True or rate == "0.5" else tn.InputError
    with pytest.raises(error, match=rf"^noise \({kind.__name__}\): .* rate \(a drop probability\), .*, got ") as caught:
        kind(rate, tn.rng(0), mode="train", name="noise")
    assert caught.type is error


@pytest.mark.parametrize(
    "rng", [0, None, np.random, np.random.RandomState(0)], ids=["seed", "none", "module", "legacy"]
)
@pytest.mark.parametrize("mode", ["train", "test"])
def test_what_is_no_generator_is_refused(rng, mode):
    for kind, rate in [(tn.Dropout, (0.5,)), (tn.DropPath, (0.5,)), (tn.GaussianSample, ())]:
        with pytest.raises(InputTypeError, match=f"^{kind.__name__}: expected a generator "):
            kind(*rate, rng, mode=mode)


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize(
    ("x", "text"),
    [
        (3.0, "an array, got float"),
        (np.zeros((2, 3), int), "floats, got int64 of shape (2, 3)"),
    ],
)
def test_an_input_that_is_no_array_of_floats_is_refused(mode, x, text):
    good = numbers(0, 2, 3)
    for layer, inputs in [
        (tn.Dropout(0.5, tn.rng(0), mode=mode), [x]),
        (tn.DropPath(0.0, tn.rng(0), mode=mode), [good, x]),
        (tn.Join(), [good, x]),
        (tn.GaussianSample(tn.rng(0), mode=mode), [x, good]),
        (tn.GaussianSample(tn.rng(0), mode=mode), [good, x]),
    ]:
        with pytest.raises(tn.InputError) as caught:
            layer(*inputs)
        assert str(caught.value).startswith(f"{layer.who}: expected {text}")


@pytest.mark.parametrize(
    ("shapes", "got"), [((), "[]"), (((2, 3), (3, 2)), "[(2, 3), (3, 2)]"), (((2, 1), (2,)), "[(2, 1), (2,)]")]
)
def test_a_join_of_nothing_or_of_different_shapes_is_refused(shapes, got):
    with refused("Join") as caught:
        tn.Join()(*(np.zeros(shape, np.float32) for shape in shapes))
    assert got in str(caught.value)


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize(
    ("mean", "log_variance", "text"),
    [
        ((3, 2), (3, 1), "a mean and a log variance of one shape, got (3, 2) and (3, 1)"),
        ((3, 2), (2,), "x of shape (N, d), got (2,)"),
        ((3,), (3,), "x of shape (N, d), got (3,)"),
        ((2, 3, 4), (2, 3, 4), "x of shape (N, d), got (2, 3, 4); put tn.Flatten() before it"),
    ],
)
def test_a_mean_and_a_log_variance_that_do_not_fit_are_refused(mode, mean, log_variance, text):
    with refused("GaussianSample") as caught:
        tn.GaussianSample(tn.rng(0), mode=mode)(np.zeros(mean, np.float32), np.zeros(log_variance, np.float32))
    assert text in str(caught.value)


def test_a_sibling_draws_from_the_same_generator():
    rng = tn.rng(0)
    for layer in (
        tn.Dropout(0.5, rng, mode="train"),
        tn.DropPath(0.5, rng, mode="train"),
        tn.GaussianSample(rng, mode="train"),
    ):
        assert layer.at("test").rng is rng and layer.at("test").mode == "test" and layer.at("train") is layer
        with pytest.raises(dataclasses.FrozenInstanceError):
            layer.rng = tn.rng(1)


def test_paths_of_which_there_are_none_are_refused():
    with pytest.raises(tn.InputError, match="expected one path or more, got none"):
        tn.DropPath(0.5, tn.rng(0), mode="train")()


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("paths", [0, -1, 1.5])
def test_a_number_of_paths_that_is_none_is_refused(mode, paths):
    with pytest.raises(InputTypeError if paths == 1.5 else tn.InputError, match=r"^DropPath: .* number of paths >= 1"):
        tn.DropPath(0.5, tn.rng(0), mode=mode).alive(paths)
