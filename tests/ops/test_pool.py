import numpy as np
import pytest
from autograd import make_vjp
from autograd.test_util import check_grads
from hypothesis import given, settings
from slow import output_shape, padded_poolings, poolings, windows

import teachnn as tn
from teachnn.ops.frame import crop, pad
from teachnn.ops.pool import average_pool, gather, max_pool, scatter, scatter_mean

examples = settings(max_examples=25, deadline=None)


@given(poolings())
@examples
def test_pools_take_the_largest_and_the_mean_of_each_window(case):
    x, size, stride = case
    largest, mean = max_pool(*case), average_pool(*case)
    assert largest.shape == mean.shape == output_shape(*case)
    for out, places in windows(x.shape, size, stride):
        assert largest[out] == max(x[p] for p in places)
        assert mean[out] == pytest.approx(sum(x[p] for p in places) / size**2, abs=1e-14)


@given(padded_poolings())
@examples
def test_what_pads_is_never_the_largest_and_counts_in_the_mean_only_if_asked(case):
    x, size, stride, padding = case
    x = x - 1  # zeros would be the largest
    largest, mean, own = max_pool(x, *case[1:]), average_pool(x, *case[1:]), average_pool(x, *case[1:], False)
    assert largest.shape == mean.shape == own.shape == output_shape(*case)
    for out, places in windows(x.shape, size, stride, padding):
        numbers = [x[p] for p in places]
        assert largest[out] == max(numbers)
        assert mean[out] == pytest.approx(sum(numbers) / size**2, abs=1e-14)
        assert own[out] == pytest.approx(sum(numbers) / len(numbers), abs=1e-14)


@given(padded_poolings())
@examples
def test_gradients_of_padded_pools_are_right_to_second_order(case):
    x, size, stride, padding = case
    for f in (
        lambda x: max_pool(x, size, stride, padding),
        lambda x: average_pool(x, size, stride, padding),
        lambda x: average_pool(x, size, stride, padding, False),
        lambda x: crop(pad(x, 2, 7.0)[:, :, 1:], 1),
    ):
        check_grads(f, modes=["rev"], order=2)(x)
        assert tn.check_gradients(f, x, limit=30) < 1e-6


@given(poolings())
@examples
def test_pick_place_and_spread_are_plain_loops_over_the_windows(case):
    x, size, stride = case
    which = np.random.default_rng(0).integers(0, size * size, output_shape(*case))
    y = np.random.default_rng(1).standard_normal(which.shape)
    picked, placed, shared = np.zeros(y.shape), np.zeros(x.shape), np.zeros(x.shape)
    for out, places in windows(x.shape, size, stride):
        picked[out] = x[places[which[out]]]
        placed[places[which[out]]] += y[out]
        for p in places:
            shared[p] += y[out] / size**2
    assert np.array_equal(gather(x, which, size, stride), picked)
    assert scatter(y, which, x.shape, size, stride) == pytest.approx(placed, abs=1e-14)
    assert scatter_mean(y, x.shape, size, stride) == pytest.approx(shared, abs=1e-14)


@given(poolings())
@examples
def test_gradients_of_pools_are_right_to_second_order(case):
    x, size, stride = case
    which = np.random.default_rng(0).integers(0, size * size, output_shape(*case)).astype(np.int8)
    y = np.random.default_rng(1).standard_normal(which.shape)
    for f, array in [
        (lambda x: max_pool(x, size, stride), x),
        (lambda x: average_pool(x, size, stride), x),
        (lambda x: gather(x, which, size, stride), x),
        (lambda y: scatter(y, which, x.shape, size, stride), y),
        (lambda y: scatter_mean(y, x.shape, size, stride), y),
    ]:
        check_grads(f, modes=["rev"], order=2)(array)
        assert tn.check_gradients(f, array, limit=30) < 1e-6


@pytest.mark.parametrize("size", [7, 8, 11])
def test_large_windows_have_both_derivatives_too(size):
    x = np.random.default_rng(0).permutation(169).reshape(1, 13, 13, 1) / 100
    for f in (max_pool, average_pool):
        check_grads(lambda x, f=f: f(x, size, 1), modes=["rev"], order=2)(x)


def test_the_first_of_equals_takes_the_whole_gradient():
    x = np.array([[1, 2, 2], [2, 1, 2], [0, 0, 0]], float).reshape(1, 3, 3, 1)
    vjp, _ = make_vjp(lambda x: max_pool(x, 3, 3))(x)
    assert vjp(np.ones((1, 1, 1, 1))).reshape(3, 3).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    vjp, _ = make_vjp(lambda x: max_pool(x, 2, 1))(np.zeros((1, 3, 3, 1)))
    assert vjp(np.ones((1, 2, 2, 1))).reshape(3, 3).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


def test_a_gradient_is_shared_out_to_overlapping_windows():
    x = np.arange(9.0).reshape(1, 3, 3, 1)
    g = np.array([1.0, 2, 3, 4]).reshape(1, 2, 2, 1)
    assert make_vjp(lambda x: max_pool(x, 2, 1))(x)[0](g).reshape(3, 3).tolist() == [[0, 0, 0], [0, 1, 2], [0, 3, 4]]
    by_mean = make_vjp(lambda x: average_pool(x, 2, 1))(x)[0](g).reshape(3, 3)
    assert (4 * by_mean).tolist() == [[1, 3, 2], [4, 10, 6], [3, 7, 4]]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("f", [max_pool, average_pool, lambda *args: average_pool(*args, False)])
@pytest.mark.parametrize("padding", [0, 1])
def test_the_dtype_that_comes_in_goes_out_forward_and_back(f, kind, padding):
    x = np.arange(32).reshape(2, 4, 4, 1).astype(kind)
    vjp, y = make_vjp(lambda x: f(x, 3, 1, padding))(x)
    assert y.dtype == vjp(np.ones_like(y)).dtype == kind


def test_nothing_is_changed_in_place():
    x = np.random.default_rng(0).standard_normal((2, 5, 5, 2))
    before = x.tobytes()
    for f in (max_pool, average_pool):
        vjp, y = make_vjp(lambda x, f=f: f(x, 2, 1))(x)
        kept = y.tobytes()
        vjp(y)
        assert y.tobytes() == kept and not np.shares_memory(x, y)
    assert x.tobytes() == before


def test_a_window_may_have_more_pixels_than_a_byte_has_numbers():
    x = np.zeros((1, 20, 20, 1), np.float32)
    x[0, 19, 19] = 1
    vjp, y = make_vjp(lambda x: max_pool(x, 20, 20))(x)
    assert y.item() == 1
    assert np.array_equal(vjp(np.ones_like(y)), x)
