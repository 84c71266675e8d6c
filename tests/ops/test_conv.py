import numpy as np
import pytest
from autograd.test_util import check_grads
from hypothesis import given, settings
from slow import convolutions, touches

import teachnn as tn
from teachnn.ops.conv import convolve, convolve_transposed, correlate

examples = settings(max_examples=25, deadline=None)


@given(convolutions())
@examples
def test_each_side_of_a_convolution_is_the_plain_sum_over_the_other_two(case):
    x, W, y, stride, padding = case
    sums = [np.zeros_like(array) for array in (x, W, y)]
    for at_x, at_W, at_y in touches(*case):
        sums[0][at_x] += W[at_W] * y[at_y]
        sums[1][at_W] += x[at_x] * y[at_y]
        sums[2][at_y] += x[at_x] * W[at_W]
    results = [
        convolve_transposed(y, W, x.shape[1:3], stride, padding),
        correlate(x, y, W.shape[:2], stride, padding),
        convolve(x, W, stride, padding),
    ]
    for result, expected in zip(results, sums, strict=True):
        assert result.shape == expected.shape
        assert result == pytest.approx(expected, abs=1e-12)


@given(convolutions())
@examples
def test_gradients_of_convolve_paint_and_correlate_are_right_to_second_order(case):
    x, W, y, stride, padding = case
    for f, arrays in [
        (lambda x, W: convolve(x, W, stride, padding), (x, W)),
        (lambda y, W: convolve_transposed(y, W, x.shape[1:3], stride, padding), (y, W)),
        (lambda x, y: correlate(x, y, W.shape[:2], stride, padding), (x, y)),
    ]:
        check_grads(f, (0, 1), modes=["rev"], order=2)(*arrays)
        assert tn.check_gradients(f, *arrays, limit=20) < 1e-6


@pytest.mark.parametrize("flip", [np.s_[:, ::-1], np.s_[:, ::2, ::2], np.s_[..., :2], np.s_[::-1, :, ::-1]])
def test_a_view_of_a_picture_serves_as_the_picture(flip):
    x = np.random.default_rng(0).standard_normal((2, 8, 8, 3))[flip]
    W = np.random.default_rng(1).standard_normal((3, 3, x.shape[3], 2))
    assert np.array_equal(convolve(x, W, 1, 0), convolve(x.copy(), W, 1, 0))


def test_nothing_is_changed_in_place():
    rng = tn.rng(0)
    x, W, y = (rng.standard_normal(shape) for shape in [(2, 5, 5, 1), (3, 3, 1, 2), (2, 3, 3, 2)])
    before = [a.tobytes() for a in (x, W, y)]
    convolve(x, W), convolve_transposed(y, W, (5, 5)), correlate(x, y, (3, 3))
    assert [a.tobytes() for a in (x, W, y)] == before
