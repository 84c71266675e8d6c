"""Heatmaps and histograms of arrays of any shape."""

import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from teachnn_widgets.numbers import COLD, HOT, MIDDLE, SIDE, as_matrix, colours, histogram, thumbnail

any_array = arrays(
    np.float32,
    st.lists(st.integers(1, 9), max_size=4).map(tuple),
    elements=st.floats(-5, 5, width=32),
)


@given(any_array)
def test_any_array_has_a_matrix_a_heatmap_and_a_histogram(value):
    assert sorted(as_matrix(value).ravel()) == sorted(value.ravel())
    picture = colours(thumbnail(value))
    assert picture.dtype == np.uint8 and picture.ndim == 3 and max(picture.shape[:2]) <= SIDE
    assert sum(histogram(value)["counts"]) == value.size


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 70))
def test_a_thumbnail_keeps_the_mean_of_its_parts_and_its_bounds(rows, columns, side):
    value = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
    small = thumbnail(value, side)
    assert small.shape == (min(rows, side), min(columns, side))
    assert value.min() <= small.min() and small.max() <= value.max()
    if rows <= side and columns <= side:
        np.testing.assert_array_equal(small, value)


def test_a_thumbnail_is_made_of_means():
    value = np.array([[1, 3, 5, 7], [1, 3, 5, 7]], np.float32)
    np.testing.assert_array_equal(thumbnail(value, 2), [[2, 6], [2, 6]])


def test_the_kernels_of_a_convolution_stand_side_by_side():
    W = np.zeros((3, 3, 2, 4), np.float32)
    W[:, :, 1, 2] = 1
    matrix = as_matrix(W)
    assert matrix.shape == (6, 12)
    assert matrix[3:6, 6:9].all() and matrix.sum() == 9


def test_blue_is_below_zero_orange_above_and_grey_zero():
    shown = colours(np.array([[-2.0, 0.0, 2.0]]))
    np.testing.assert_array_equal(shown[0], np.stack([COLD, MIDDLE, HOT]).astype(np.uint8))
    np.testing.assert_array_equal(colours(np.zeros((1, 1)))[0, 0], MIDDLE.astype(np.uint8))


def test_equal_numbers_have_a_histogram_too():
    assert histogram(np.full(3, 2.0))["low"] == 1.5


def test_numbers_that_hardly_differ_have_a_histogram_too():
    for value in ([1e-45, 0], [1, np.nextafter(np.float32(1), np.float32(2))]):
        assert sum(histogram(np.array(value, np.float32))["counts"]) == 2
