import itertools

import numpy as np
import pytest
from autograd import make_vjp
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.ops import average_pool, max_pool
from teachnn.ops.pool import pick, place, spread

examples = settings(max_examples=25, deadline=None)


@st.composite
def cases(draw):
    """Pictures without two equal numbers, in float64, a window's size and a stride."""
    N, C, size, stride = (draw(st.integers(1, n)) for n in (2, 3, 4, 4))
    shape = (N, draw(st.integers(size, size + 5)), draw(st.integers(size, size + 5)), C)
    order = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).permutation(np.prod(shape))
    return order.reshape(shape) / len(order) - 0.5, size, stride


def windows(shape, size, stride):
    """Yield for each window its place in the output, and its places in the input in reading order."""
    N, H, W, C = shape
    for i, u in enumerate(range(0, H - size + 1, stride)):
        for j, v in enumerate(range(0, W - size + 1, stride)):
            for n, c in itertools.product(range(N), range(C)):
                yield (n, i, j, c), [(n, u + a, v + b, c) for a in range(size) for b in range(size)]


def output_shape(x, size, stride):
    N, H, W, C = x.shape
    return N, len(range(0, H - size + 1, stride)), len(range(0, W - size + 1, stride)), C


@given(cases())
@examples
def test_pools_take_the_largest_and_the_mean_of_each_window(case):
    x, size, stride = case
    largest, mean = max_pool(*case), average_pool(*case)
    assert largest.shape == mean.shape == output_shape(*case)
    for out, places in windows(x.shape, size, stride):
        assert largest[out] == max(x[p] for p in places)
        assert mean[out] == pytest.approx(sum(x[p] for p in places) / size**2, abs=1e-14)


@given(cases())
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
    assert np.array_equal(pick(x, which, size, stride), picked)
    assert place(y, which, x.shape, size, stride) == pytest.approx(placed, abs=1e-14)
    assert spread(y, x.shape, size, stride) == pytest.approx(shared, abs=1e-14)


@given(cases())
@examples
def test_gradients_of_pools_are_right_to_second_order(case):
    x, size, stride = case
    which = np.random.default_rng(0).integers(0, size * size, output_shape(*case)).astype(np.int8)
    y = np.random.default_rng(1).standard_normal(which.shape)
    for f, array in [
        (lambda x: max_pool(x, size, stride), x),
        (lambda x: average_pool(x, size, stride), x),
        (lambda x: pick(x, which, size, stride), x),
        (lambda y: place(y, which, x.shape, size, stride), y),
        (lambda y: spread(y, x.shape, size, stride), y),
    ]:
        check_grads(f, modes=["rev"], order=2)(array)
        assert tn.check_gradients(f, array, most=30) < 1e-6


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
@pytest.mark.parametrize("f", [max_pool, average_pool])
def test_the_dtype_that_comes_in_goes_out_forward_and_back(f, kind):
    x = np.arange(32).reshape(2, 4, 4, 1).astype(kind)
    vjp, y = make_vjp(lambda x: f(x, 3, 1))(x)
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


@given(cases())
@examples
def test_pool_layers_are_their_operations(case):
    x, size, stride = case
    x = x.astype(np.float32)
    for kind, f in [(tn.MaxPool2D, max_pool), (tn.AveragePool2D, average_pool)]:
        layer = kind(size, stride)
        assert np.array_equal(layer(x), f(x, size, stride)) and layer(x).dtype == np.float32
        assert layer.at("test") is layer and layer.parameters == ()


def test_windows_stand_side_by_side_unless_a_stride_is_said():
    x = np.arange(50, dtype=np.float32).reshape(2, 5, 5, 1)
    for kind in (tn.MaxPool2D, tn.AveragePool2D):
        assert kind().size == kind().stride == 2 and kind(3).stride == 3
        assert kind()(x).shape == (2, 2, 2, 1)
        assert np.array_equal(kind()(x), kind(2, 2)(x[:, :4, :4]))
        assert np.array_equal(kind(1)(x), x)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 3, 5, 4), (3, 1, 4, 1)])
def test_a_global_pool_is_each_channels_mean_over_the_picture(shape):
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    layer, (N, H, W, C) = tn.GlobalAveragePool2D(), shape
    y = layer(x)
    assert y.shape == (N, C) and y.dtype == np.float32
    for n, c in itertools.product(range(N), range(C)):
        mean = sum(float(x[n, i, j, c]) for i in range(H) for j in range(W)) / (H * W)
        assert y[n, c] == pytest.approx(mean, abs=1e-6)
    assert tn.check_gradients(layer, x) < 1e-6
    vjp, _ = make_vjp(layer)(x)
    assert vjp(np.ones_like(y)).dtype == np.float32
    assert vjp(np.ones_like(y)).ravel().tolist() == pytest.approx([1 / (H * W)] * x.size)


POOLS = pytest.mark.parametrize("kind", [tn.MaxPool2D, tn.AveragePool2D])


@POOLS
@pytest.mark.parametrize(
    ("size", "stride"), [(0, 1), (-2, 1), (12, 1), (2, 0), (2, 12), (2.0, 2), (2, 1.5), ("2", 2), (None, 2)]
)
def test_settings_that_are_no_small_counts_are_refused(kind, size, stride):
    with pytest.raises(tn.InputError) as caught:
        kind(size, stride, name="p")
    assert str(caught.value) == (
        f"p ({kind.__name__}): expected a size and a stride of 1 to 11 pixels, got {size!r} and {stride!r}"
    )


@POOLS
@pytest.mark.parametrize(("shape", "size"), [((1, 2, 5, 1), 3), ((1, 5, 2, 1), 3), ((1, 1, 1, 4), 2)])
def test_pictures_smaller_than_a_window_are_refused(kind, shape, size):
    with pytest.raises(tn.InputError) as caught:
        kind(size)(np.zeros(shape, np.float32))
    assert str(caught.value) == f"{kind.__name__}: expected pictures of at least {(size, size)}, got {shape}"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((4, 4, 1), np.float32), "x of shape (N, H, W, C), got (4, 4, 1)"),
        (np.zeros((1, 4, 4, 1, 1), np.float32), "x of shape (N, H, W, C), got (1, 4, 4, 1, 1)"),
        (
            np.zeros((2, 3, 4, 4), np.uint8),
            "floats, got uint8 of shape (2, 3, 4, 4); x.astype(np.float32) or tn.data.pixels(x)",
        ),
        ([[[[1.0]]]], "an array, got list; np.asarray makes one"),
    ],
)
@pytest.mark.parametrize("kind", [tn.MaxPool2D, tn.AveragePool2D, tn.GlobalAveragePool2D])
def test_an_input_that_is_no_batch_of_pictures_is_refused(kind, x, text):
    with pytest.raises(tn.InputError) as caught:
        kind(name="p")(x)
    assert str(caught.value) == f"p ({kind.__name__}): expected {text}"
