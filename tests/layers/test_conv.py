import numpy as np
import pytest
from hypothesis import given, settings
from refusal import refused
from slow import convolutions, touches

import teachnn as tn
from teachnn.ops import convolve
from teachnn.support import InputTypeError

examples = settings(max_examples=25, deadline=None)


def layer_of(kind, W, stride, padding, b=None) -> tn.Conv2D:
    units = W.shape[3] if kind is tn.Conv2D else W.shape[2]
    bias = np.arange(units) - 0.5 if b is None else b
    return kind(tn.Parameter("c.W", W), tn.Parameter("c.b", bias), stride, padding)


@given(convolutions())
@examples
def test_a_convolution_layer_is_the_convolution_and_the_bias(case):
    x, W, y, stride, padding = case
    layer, x = layer_of(tn.Conv2D, W, stride, padding), x.astype(np.float32)
    result = layer(x)
    expected = convolve(x.astype(float), layer.W.value.astype(float), stride, padding) + layer.b.value
    assert result.dtype == np.float32 and result.shape == y.shape
    assert result == pytest.approx(expected, abs=1e-4)
    assert tn.check_gradients(layer, x, parameters=layer.parameters, limit=20) < 1e-6


@given(convolutions())
@examples
def test_a_transposed_layer_paints_the_kernel_at_each_pixel_and_adds_the_bias(case):
    _, W, y, stride, padding = case
    layer, y = layer_of(tn.ConvTranspose2D, W, stride, padding), y.astype(np.float32)
    size = [(n - 1) * stride + k - 2 * padding for n, k in zip(y.shape[1:3], W.shape[:2], strict=True)]
    if min(size) < 1:
        with pytest.raises(tn.InputError, match=r"^c \(ConvTranspose2D\): .* got \(.*\); less padding$"):
            layer(y)
        return
    x = layer(y)
    assert x.shape == (len(y), *size, W.shape[2]) and x.dtype == np.float32
    expected = np.zeros(x.shape) + layer.b.value
    for at_x, at_W, at_y in touches(x, W, y, stride, padding):
        expected[at_x] += float(layer.W.value[at_W]) * y[at_y]
    assert x == pytest.approx(expected, abs=1e-4)
    assert tn.check_gradients(layer, y, parameters=layer.parameters, limit=20) < 1e-6


def test_a_convolution_and_its_mirror_image_are_adjoint():
    """sum(y * conv(x)) = sum(x * convolve_transposed(y)), where the two layers hold the very same kernel."""
    rng = tn.rng(0)
    W = tn.Parameter("W", rng.standard_normal((4, 4, 2, 3)))
    conv = tn.Conv2D(W, tn.Parameter("b", np.zeros(3)), 2, 1)
    mirror = tn.ConvTranspose2D(W, tn.Parameter("c", np.zeros(2)), 2, 1)
    x, y = rng.standard_normal((2, 8, 6, 2), np.float32), rng.standard_normal((2, 4, 3, 3), np.float32)
    assert (y * conv(x)).sum() == pytest.approx((x * mirror(y)).sum(), rel=1e-4)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_half_the_kernel_as_padding_keeps_the_size(size):
    layer = tn.Conv2D.create("c", (1, 2), tn.rng(0), size=size, padding=size // 2)
    assert layer(np.zeros((1, 7, 6, 1), np.float32)).shape == (1, 7, 6, 2)


def test_the_transposed_layer_doubles_a_picture_by_default():
    layer = tn.ConvTranspose2D.create("t", (3, 2), tn.rng(0))
    assert layer(np.zeros((1, 7, 5, 3), np.float32)).shape == (1, 14, 10, 2)


def test_create_makes_kernels_of_the_right_shapes_by_the_initialiser():
    shapes = []

    def ones(shape, rng):
        shapes.append(shape)
        return np.ones(shape)

    conv = tn.Conv2D.create("c", (3, 5), tn.rng(0), size=2, stride=3, padding=1, init_W=ones)
    mirror = tn.ConvTranspose2D.create("t", (3, 5), tn.rng(0), size=2, stride=3, padding=1, init_W=ones)
    assert [conv.W.shape, mirror.W.shape] == [(2, 2, 3, 5), (2, 2, 5, 3)]
    assert shapes == [(2, 2, 3, 5)] * 2, "fans are counted from inputs to outputs, also where W is kept mirrored"
    assert conv.b.shape == mirror.b.shape == (5,) and not conv.b.value.any() and not mirror.b.value.any()
    assert [(layer.stride, layer.padding) for layer in (conv, mirror)] == [(3, 1)] * 2
    assert [p.name for p in conv.parameters + mirror.parameters] == ["c.W", "c.b", "t.W", "t.b"]
    by_default = tn.Conv2D.create("c", (3, 5), tn.rng(1)).W.value
    assert np.array_equal(by_default, tn.init.he_normal((3, 3, 3, 5), tn.rng(1)))


KINDS = pytest.mark.parametrize("kind", [tn.Conv2D, tn.ConvTranspose2D])


@KINDS
@pytest.mark.parametrize(
    ("W", "b"), [((3, 3, 2), (2,)), ((3, 3, 2, 4, 1), (4,)), ((3, 3, 2, 4), (3,)), ((3, 3, 2, 4), ())]
)
def test_parameters_that_do_not_fit_are_refused(kind, W, b):
    with refused(f"c ({kind.__name__})") as caught:
        kind(tn.Parameter("c.W", np.zeros(W)), tn.Parameter("c.b", np.zeros(b)))
    assert f"{W} and {b}" in str(caught.value)


@pytest.mark.parametrize(("kind", "right", "wrong"), [(tn.Conv2D, 4, 2), (tn.ConvTranspose2D, 2, 4)])
def test_the_bias_has_the_output_channels(kind, right, wrong):
    W = np.zeros((3, 3, 2, 4))
    assert layer_of(kind, W, 1, 0, np.zeros(right)).b.shape == (right,)
    with pytest.raises(tn.InputError, match=rf"got \(3, 3, 2, 4\) and \({wrong},\)"):
        layer_of(kind, W, 1, 0, np.zeros(wrong))


@KINDS
@pytest.mark.parametrize(("stride", "padding"), [(0, 0), (-1, 0), (1, -1), (1.0, 0), (1, 0.5), ("2", 0), (1, None)])
def test_settings_that_are_no_counts_are_refused(kind, stride, padding):
    wrong, value = ("stride >= 1", stride) if stride != 1 or isinstance(stride, float) else ("padding >= 0", padding)
    error = tn.InputError if isinstance(value, int) else InputTypeError
    with pytest.raises(error, match=rf"^c \({kind.__name__}\): .* {wrong}, got {value!r}$") as caught:
        kind.create("c", (1, 2), tn.rng(0), stride=stride, padding=padding)
    assert caught.type is error


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((1, 5, 5, 3), np.float32), "x of shape (N, {0}, {1}, 2), got (1, 5, 5, 3)"),
        (np.zeros((5, 5, 2), np.float32), "x of shape (N, {0}, {1}, 2), got (5, 5, 2)"),
        (np.zeros((1, 50), np.float32), "x of shape (N, {0}, {1}, 2), got (1, 50)"),
        (np.zeros((1, 5, 5, 2)), "float32 like c.W, got float64"),
        (
            np.zeros((1, 5, 5, 2), np.uint8),
            "floats, got uint8 of shape (1, 5, 5, 2)",
        ),
        ("picture", "an array, got str"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("kind", "sides"), [(tn.Conv2D, "HW"), (tn.ConvTranspose2D, "IJ")])
def test_an_input_that_does_not_fit_is_refused(kind, sides, x, text):
    with pytest.raises(tn.InputError) as caught:
        kind.create("c", (2, 3), tn.rng(0))(x)
    assert str(caught.value).startswith(f"c ({kind.__name__}): expected {text.format(*sides)}")


def test_pictures_smaller_than_the_kernel_are_refused_and_padding_is_the_cure():
    small = np.zeros((1, 4, 2, 1), np.float32)
    with refused("c (Conv2D)", "more padding"):
        tn.Conv2D.create("c", (1, 1), tn.rng(0))(small)
    assert tn.Conv2D.create("c", (1, 1), tn.rng(0), padding=1)(small).shape == (1, 4, 2, 1)


def test_pictures_of_which_nothing_is_left_are_refused_and_less_padding_is_the_cure():
    dot = np.zeros((1, 1, 1, 1), np.float32)
    with refused("t (ConvTranspose2D)", "less padding"):
        tn.ConvTranspose2D.create("t", (1, 1), tn.rng(0), padding=2)(dot)
    assert tn.ConvTranspose2D.create("t", (1, 1), tn.rng(0))(dot).shape == (1, 2, 2, 1)
