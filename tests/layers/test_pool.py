import itertools

import numpy as np
import pytest
from autograd import make_vjp
from hypothesis import given, settings
from refusal import refused
from slow import padded_poolings

import teachnn as tn
from teachnn.ops import average_pool, max_pool
from teachnn.support import InputTypeError

examples = settings(max_examples=25, deadline=None)


@given(padded_poolings())
@examples
def test_pool_layers_are_their_operations(case):
    x, size, stride, padding = case
    x = x.astype(np.float32)
    for layer, y in [
        (tn.MaxPool2D(size, stride, padding=padding), max_pool(x, size, stride, padding)),
        (tn.AveragePool2D(size, stride, padding=padding), average_pool(x, size, stride, padding)),
        (
            tn.AveragePool2D(size, stride, padding=padding, count_include_pad=False),
            average_pool(x, size, stride, padding, False),
        ),
    ]:
        assert np.array_equal(layer(x), y) and layer(x).dtype == np.float32
        assert layer.at("test") is layer and layer.parameters == ()


@pytest.mark.parametrize("shape", [(1, 7, 8, 1), (2, 1, 1, 3), (1, 2, 5, 1)])
def test_a_pool_and_a_convolution_of_the_same_settings_have_pictures_of_the_same_size(shape):
    x = np.ones(shape, np.float32)
    for settings_of in ((3, 2, 1), (3, 1, 1), (5, 3, 2)):
        size, stride, padding = settings_of
        conv = tn.Conv2D.create("c", (shape[3], shape[3]), tn.rng(0), size=size, stride=stride, padding=padding)
        for kind in (tn.MaxPool2D, tn.AveragePool2D):
            assert kind(size, stride, padding=padding)(x).shape == conv(x).shape


def test_onnx_node_tests_of_padded_pools_have_their_published_outputs():
    """maxpool_2d_precomputed_{pads, same_upper}, averagepool_2d_precomputed_{pads, pads_count_include_pad, same_upper}.

    onnx/backend/test/case/node/{maxpool,averagepool}.py; same_upper of a 3 x 3 window, stride 2, on 5 x 5 is padding 1.
    """
    x = np.arange(1, 26, dtype=np.float32).reshape(1, 5, 5, 1)
    largest = [[13, 14, 15, 15, 15], [18, 19, 20, 20, 20], *3 * [[23, 24, 25, 25, 25]]]
    own = [[7, 7.5, 8, 8.5, 9], [9.5, 10, 10.5, 11, 11.5], [12, 12.5, 13, 13.5, 14]]
    own += [[14.5, 15, 15.5, 16, 16.5], [17, 17.5, 18, 18.5, 19]]
    counted = [
        [2.52, 3.6, 4.8, 4.08, 3.24],
        [4.56, 6.4, 8.4, 7.04, 5.52],
        [7.2, 10, 13, 10.8, 8.4],
        [6.96, 9.6, 12.4, 10.24, 7.92],
        [6.12, 8.4, 10.8, 8.88, 6.84],
    ]
    for layer, y in (
        (tn.MaxPool2D(5, 1, padding=2), largest),
        (tn.MaxPool2D(3, 2, padding=1), [[7, 9, 10], [17, 19, 20], [22, 24, 25]]),
        (tn.AveragePool2D(5, 1, padding=2, count_include_pad=False), own),
        (tn.AveragePool2D(5, 1, padding=2), counted),
        (tn.AveragePool2D(3, 2, padding=1, count_include_pad=False), [[4, 5.5, 7], [11.5, 13, 14.5], [19, 20.5, 22]]),
    ):
        assert layer(x)[0, :, :, 0] == pytest.approx(np.array(y), rel=1e-6)


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
@pytest.mark.parametrize("padding", [-1, 3, 4, 1.0, "same", None, True])
def test_a_padding_that_leaves_a_window_without_a_pixel_is_refused(kind, padding):
    text = rf"^{kind.__name__}: expected a whole padding \(less than size 3\) from 0 to 2, got {padding!r}$"
    with pytest.raises(tn.InputError, match=text):
        kind(3, 2, padding=padding)


@pytest.mark.parametrize("value", [1, None, "no"])
def test_whether_the_padding_counts_is_true_or_false(value):
    with pytest.raises(InputTypeError, match="expected True or False as count_include_pad"):
        tn.AveragePool2D(3, 2, padding=1, count_include_pad=value)


@POOLS
@pytest.mark.parametrize(("shape", "size"), [((1, 2, 5, 1), 3), ((1, 5, 2, 1), 3), ((1, 1, 1, 4), 2)])
def test_pictures_smaller_than_a_window_are_refused(kind, shape, size):
    with refused(kind.__name__) as caught:
        kind(size)(np.zeros(shape, np.float32))
    assert f"{(size, size)}, got {shape}" in str(caught.value)


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
