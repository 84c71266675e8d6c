"""From a drawing to a digit."""

import numpy as np
from hypothesis import given, strategies as st

import teachnn as tn
from teachnn_widgets.ink import BOX, SIDE, as_digit, as_ink, pixels_of


def test_no_ink_is_an_empty_picture():
    np.testing.assert_array_equal(as_digit(np.zeros((SIDE, SIDE), np.uint8)), np.zeros((28, 28)))


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 112), st.integers(1, 112))
def test_any_box_fits_into_twenty_pixels_with_its_centre_in_the_middle(top, left, height, width):
    ink = np.zeros((SIDE, SIDE), np.uint8)
    ink[top : top + height, left : left + width] = 255
    digit = as_digit(ink)
    rows, columns = np.nonzero(digit.any(axis=1))[0], np.nonzero(digit.any(axis=0))[0]
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == BOX
    assert abs(rows.mean() - 14) <= 0.5 and abs(columns.mean() - 14) <= 0.5
    assert digit.dtype == np.float32 and 0 <= digit.min() and digit.max() == 1


def test_a_drawing_keeps_its_aspect():
    ink = np.zeros((SIDE, SIDE), np.uint8)
    ink[10:90, 30:50] = 255
    digit = as_digit(ink)
    assert (digit.any(axis=1).sum(), digit.any(axis=0).sum()) == (20, 5)


def test_digits_of_mnist_come_back_as_they_were():
    digits = tn.data.pixels(tn.data.mnist().test.images[:300])
    errors = [np.abs(as_digit(as_ink(digit)) - digit).max() for digit in digits]
    assert np.median(errors) == 0  # they were centred and scaled in just this way


def test_bytes_and_floats_are_the_same_ink():
    image = tn.data.mnist().test.images[0]
    np.testing.assert_array_equal(as_ink(image), as_ink(tn.data.pixels(image)))


def test_pixels_are_bytes_whatever_the_numbers():
    np.testing.assert_array_equal(pixels_of(np.array([[-1, 0.5, 2, np.nan]])), [[0, 128, 255, 0]])
