import itertools

import numpy as np
import pytest
from autograd import make_vjp
from hypothesis import given, settings
from slow import poolings

import teachnn as tn
from teachnn.ops import average_pool, max_pool
from teachnn.support import InputTypeError

examples = settings(max_examples=25, deadline=None)


@given(poolings())
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
    wrong, value = ("size", size) if size != 2 or isinstance(size, float) else ("stride", stride)
    error = tn.InputError if isinstance(value, int) else InputTypeError
    with pytest.raises(error, match=rf"^p \({kind.__name__}\): .* {wrong} from 1 to 11, got {value!r}$") as caught:
        kind(size, stride, name="p")
    assert caught.type is error


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
            "floats, got uint8 of shape (2, 3, 4, 4)",
        ),
        ([[[[1.0]]]], "an array, got list"),
    ],
)
@pytest.mark.parametrize("kind", [tn.MaxPool2D, tn.AveragePool2D, tn.GlobalAveragePool2D])
def test_an_input_that_is_no_batch_of_pictures_is_refused(kind, x, text):
    with pytest.raises(tn.InputError) as caught:
        kind(name="p")(x)
    assert str(caught.value).startswith(f"p ({kind.__name__}): expected {text}")
