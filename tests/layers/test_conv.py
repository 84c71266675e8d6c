import itertools

import numpy as np
import pytest
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.ops import convolve, correlate, paint

examples = settings(max_examples=25, deadline=None)


@st.composite
def cases(draw):
    """A picture x, a kernel W, an output y that fit each other, the stride and the padding, in float64."""
    N, C, D, h, w = (draw(st.integers(1, n)) for n in (2, 3, 3, 3, 3))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    H = draw(st.integers(max(1, h - 2 * padding), h + 4))
    V = draw(st.integers(max(1, w - 2 * padding), w + 4))
    rows, columns = (H + 2 * padding - h) // stride + 1, (V + 2 * padding - w) // stride + 1
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = [(N, H, V, C), (h, w, C, D), (N, rows, columns, D)]
    return *(rng.standard_normal(shape) for shape in shapes), stride, padding


def touches(x, W, y, stride, padding):
    """Yield all (places in x, in W, in y) whose product is part of sum(y * convolve(x, W)), one by one."""
    (N, H, V, C), (h, w, _, D), (_, rows, columns, _) = x.shape, W.shape, y.shape
    for n, i, j, a, b in itertools.product(range(N), range(rows), range(columns), range(h), range(w)):
        u, v = i * stride + a - padding, j * stride + b - padding
        if 0 <= u < H and 0 <= v < V:
            for c, d in itertools.product(range(C), range(D)):
                yield (n, u, v, c), (a, b, c, d), (n, i, j, d)


@given(cases())
@examples
def test_each_side_of_a_convolution_is_the_plain_sum_over_the_other_two(case):
    x, W, y, stride, padding = case
    sums = [np.zeros_like(array) for array in (x, W, y)]
    for at_x, at_W, at_y in touches(*case):
        sums[0][at_x] += W[at_W] * y[at_y]
        sums[1][at_W] += x[at_x] * y[at_y]
        sums[2][at_y] += x[at_x] * W[at_W]
    results = [
        paint(y, W, x.shape[1:3], stride, padding),
        correlate(x, y, W.shape[:2], stride, padding),
        convolve(x, W, stride, padding),
    ]
    for result, expected in zip(results, sums, strict=True):
        assert result.shape == expected.shape
        assert result == pytest.approx(expected, abs=1e-12)


@given(cases())
@examples
def test_gradients_of_convolve_paint_and_correlate_are_right_to_second_order(case):
    x, W, y, stride, padding = case
    for f, arrays in [
        (lambda x, W: convolve(x, W, stride, padding), (x, W)),
        (lambda y, W: paint(y, W, x.shape[1:3], stride, padding), (y, W)),
        (lambda x, y: correlate(x, y, W.shape[:2], stride, padding), (x, y)),
    ]:
        check_grads(f, (0, 1), modes=["rev"], order=2)(*arrays)
        assert tn.check_gradients(f, *arrays, most=20) < 1e-6


def layer_of(kind, W, stride, padding, b=None) -> tn.Conv2D:
    units = W.shape[3] if kind is tn.Conv2D else W.shape[2]
    bias = np.arange(units) - 0.5 if b is None else b
    return kind(tn.Parameter("c.W", W), tn.Parameter("c.b", bias), stride, padding)


@given(cases())
@examples
def test_a_convolution_layer_is_the_convolution_and_the_bias(case):
    x, W, y, stride, padding = case
    layer, x = layer_of(tn.Conv2D, W, stride, padding), x.astype(np.float32)
    result = layer(x)
    expected = convolve(x.astype(float), layer.W.value.astype(float), stride, padding) + layer.b.value
    assert result.dtype == np.float32 and result.shape == y.shape
    assert result == pytest.approx(expected, abs=1e-4)
    assert tn.check_gradients(layer, x, parameters=layer.parameters, most=20) < 1e-6


@given(cases())
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
    assert tn.check_gradients(layer, y, parameters=layer.parameters, most=20) < 1e-6


def test_a_convolution_and_its_mirror_image_are_adjoint():
    """sum(y * conv(x)) = sum(x * paint(y)), where the two layers hold the very same kernel."""
    rng = tn.rng(0)
    W = tn.Parameter("W", rng.standard_normal((4, 4, 2, 3)))
    conv = tn.Conv2D(W, tn.Parameter("b", np.zeros(3)), 2, 1)
    mirror = tn.ConvTranspose2D(W, tn.Parameter("c", np.zeros(2)), 2, 1)
    x, y = rng.standard_normal((2, 8, 6, 2), np.float32), rng.standard_normal((2, 4, 3, 3), np.float32)
    assert (y * conv(x)).sum() == pytest.approx((x * mirror(y)).sum(), rel=1e-4)


@pytest.mark.parametrize("flip", [np.s_[:, ::-1], np.s_[:, ::2, ::2], np.s_[..., :2], np.s_[::-1, :, ::-1]])
def test_a_view_of_a_picture_serves_as_the_picture(flip):
    x = np.random.default_rng(0).standard_normal((2, 8, 8, 3))[flip]
    W = np.random.default_rng(1).standard_normal((3, 3, x.shape[3], 2))
    assert np.array_equal(convolve(x, W, 1, 0), convolve(x.copy(), W, 1, 0))


def test_nothing_is_changed_in_place():
    rng = tn.rng(0)
    x, W, y = (rng.standard_normal(shape) for shape in [(2, 5, 5, 1), (3, 3, 1, 2), (2, 3, 3, 2)])
    before = [a.tobytes() for a in (x, W, y)]
    convolve(x, W), paint(y, W, (5, 5)), correlate(x, y, (3, 3))
    assert [a.tobytes() for a in (x, W, y)] == before


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
    with pytest.raises(tn.InputError) as caught:
        kind(tn.Parameter("c.W", np.zeros(W)), tn.Parameter("c.b", np.zeros(b)))
    assert str(caught.value) == (
        f"c ({kind.__name__}): expected W of four sizes and b of as many numbers as output channels, got {W} and {b}"
    )


@pytest.mark.parametrize(("kind", "right", "wrong"), [(tn.Conv2D, 4, 2), (tn.ConvTranspose2D, 2, 4)])
def test_the_bias_has_the_output_channels(kind, right, wrong):
    W = np.zeros((3, 3, 2, 4))
    assert layer_of(kind, W, 1, 0, np.zeros(right)).b.shape == (right,)
    with pytest.raises(tn.InputError, match=rf"got \(3, 3, 2, 4\) and \({wrong},\)"):
        layer_of(kind, W, 1, 0, np.zeros(wrong))


@KINDS
@pytest.mark.parametrize(("stride", "padding"), [(0, 0), (-1, 0), (1, -1), (1.0, 0), (1, 0.5), ("2", 0), (1, None)])
def test_settings_that_are_no_counts_are_refused(kind, stride, padding):
    with pytest.raises(tn.InputError) as caught:
        kind.create("c", (1, 2), tn.rng(0), stride=stride, padding=padding)
    expected = f"a whole stride >= 1 and a whole padding >= 0, got {stride!r} and {padding!r}"
    assert str(caught.value) == f"c ({kind.__name__}): expected {expected}"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((1, 5, 5, 3), np.float32), "x of shape (N, {0}, {1}, 2), got (1, 5, 5, 3)"),
        (np.zeros((5, 5, 2), np.float32), "x of shape (N, {0}, {1}, 2), got (5, 5, 2)"),
        (np.zeros((1, 50), np.float32), "x of shape (N, {0}, {1}, 2), got (1, 50)"),
        (np.zeros((1, 5, 5, 2)), "float32 like c.W, got float64; x.astype(np.float32)"),
        (
            np.zeros((1, 5, 5, 2), np.uint8),
            "floats, got uint8 of shape (1, 5, 5, 2); x.astype(np.float32) or tn.data.pixels(x)",
        ),
        ("picture", "an array, got str; np.asarray makes one"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("kind", "sides"), [(tn.Conv2D, "HW"), (tn.ConvTranspose2D, "IJ")])
def test_an_input_that_does_not_fit_is_refused(kind, sides, x, text):
    with pytest.raises(tn.InputError) as caught:
        kind.create("c", (2, 3), tn.rng(0))(x)
    assert str(caught.value) == f"c ({kind.__name__}): expected {text.format(*sides)}"


def test_pictures_smaller_than_the_kernel_are_refused_and_padding_is_the_cure():
    small = np.zeros((1, 4, 2, 1), np.float32)
    with pytest.raises(tn.InputError) as caught:
        tn.Conv2D.create("c", (1, 1), tn.rng(0))(small)
    assert str(caught.value) == "c (Conv2D): expected pictures of at least (3, 3), got (1, 4, 2, 1); more padding"
    assert tn.Conv2D.create("c", (1, 1), tn.rng(0), padding=1)(small).shape == (1, 4, 2, 1)


def test_pictures_of_which_nothing_is_left_are_refused_and_less_padding_is_the_cure():
    dot = np.zeros((1, 1, 1, 1), np.float32)
    with pytest.raises(tn.InputError) as caught:
        tn.ConvTranspose2D.create("t", (1, 1), tn.rng(0), padding=2)(dot)
    assert str(caught.value) == (
        "t (ConvTranspose2D): expected pictures that leave at least one pixel, got (1, 1, 1, 1); less padding"
    )
    assert tn.ConvTranspose2D.create("t", (1, 1), tn.rng(0))(dot).shape == (1, 2, 2, 1)
