"""The full wording of each question about a setting, once; where it is asked, tests look for who and what alone."""

import math

import numpy as np
import pytest

from teachnn.support import InputError, InputTypeError, settings

UNEQUAL = "got rows of unequal length; cut or pad them"

MAKE = "; make one with tn.rng(0)"


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: settings.whole("w", "size", 0), InputError, "a whole size >= 1, got 0"),
        (lambda: settings.whole("w", "size", -1, 0), InputError, "a whole size >= 0, got -1"),
        (lambda: settings.whole("w", "size", 12, 1, 11), InputError, "a whole size from 1 to 11, got 12"),
        (lambda: settings.whole("w", "size", 0, 1, 10**6), InputError, "a whole size from 1 to 1,000,000, got 0"),
        (lambda: settings.whole("w", "size", 2.0), InputTypeError, "a whole size >= 1, got 2.0"),
        (lambda: settings.whole("w", "size", True), InputTypeError, "a whole size >= 1, got True"),
        (lambda: settings.whole("w", "size", "2"), InputTypeError, "a whole size >= 1, got '2'"),
        (lambda: settings.number("w", "rate", math.nan), InputError, "a finite number as rate, got nan"),
        (
            lambda: settings.number("w", "rate", np.float32(np.inf)),
            InputError,
            "a finite number as rate, got np.float32(inf)",
        ),
        (
            lambda: settings.number("w", "rate", -1, ">= 0"),
            InputError,
            "a finite number as rate, >= 0, got -1",
        ),
        (lambda: settings.number("w", "rate", None), InputTypeError, "a finite number as rate, got None"),
        (lambda: settings.number("w", "rate", False), InputTypeError, "a finite number as rate, got False"),
        (lambda: settings.number("w", "rate", "0.1"), InputTypeError, "a finite number as rate, got '0.1'"),
        (lambda: settings.number("w", "rate", 1j), InputTypeError, "a finite number as rate, got 1j"),
        (lambda: settings.shape_of("w", 3), InputTypeError, "a tuple of whole sizes >= 1, got 3"),
        (lambda: settings.shape_of("w", (2, 0)), InputError, "a tuple of whole sizes >= 1, got (2, 0)"),
        (lambda: settings.shape_of("w", (2, 3), 3), InputError, "3 whole sizes >= 1, got (2, 3)"),
        (lambda: settings.shape_of("w", (2.0,), said="a shape"), InputError, "a shape, got (2.0,)"),
        (
            lambda: settings.shape_of("w", (2**16, 2**16)),
            InputError,
            "at most 2,147,483,648 numbers in one array, got shape (65536, 65536); is a size mistyped?",
        ),
        (lambda: settings.name_given("w", ""), InputError, "a name (non-empty text), got ''"),
        (lambda: settings.name_given("w", 3), InputTypeError, "a name (non-empty text), got 3"),
        (lambda: settings.check_generator("w", 0), InputTypeError, f"a generator to draw noise from, got 0{MAKE}"),
        (
            lambda: settings.check_generator("w", None),
            InputTypeError,
            f"a generator to draw noise from, got None{MAKE}",
        ),
        (
            lambda: settings.instance("w", "a text", 3, str, "write it so"),
            InputTypeError,
            "a text, got int; write it so",
        ),
        (lambda: settings.items("w", 3, str, "texts", "write so"), InputTypeError, "texts, got 3; write so"),
        (lambda: settings.items("w", ["a", 3], str, "texts"), InputTypeError, "texts, got int"),
        (lambda: settings.array("w", "x", [[1], [1, 2]]), InputError, f"an array as x, {UNEQUAL}"),
        (lambda: settings.array("w", "x", "ab"), InputTypeError, "real numbers as x, got <U2 of shape ()"),
        (
            lambda: settings.array("w", "x", None, "N"),
            InputTypeError,
            "real numbers of shape (N,) as x, got object of shape ()",
        ),
        (
            lambda: settings.array("w", "x", np.ones(3), "N", ..., 2),
            InputError,
            "real numbers of shape (N, ..., 2) as x, got float64 of shape (3,)",
        ),
        (
            lambda: settings.array("w", "x", np.ones((0, 2)), "N", 2),
            InputError,
            "real numbers of shape (N, 2) as x, got float64 of shape (0, 2)",
        ),
        (lambda: settings.array("w", "x", [1.0, math.nan]), InputError, "finite numbers as x, got NaN or infinity"),
        (lambda: settings.check_mode("w", "eval"), InputError, "mode 'train' or 'test', got 'eval'"),
        (lambda: settings.check_mode("w", True), InputTypeError, "mode 'train' or 'test', got True"),
    ],
)
def test_each_question_is_asked_in_these_words(ask, error, words):
    with pytest.raises(error) as caught:
        ask()
    assert caught.type is error and str(caught.value) == f"w: expected {words}"


def test_what_fits_is_returned_as_plain_python():
    for value, plain in [
        (settings.whole("w", "size", np.int8(2)), 2),
        (settings.number("w", "rate", np.float32(0.5)), 0.5),
        (settings.number("w", "rate", np.int64(1)), 1.0),
        (settings.shape_of("w", [np.int8(100), np.uint8(200)]), (100, 200)),
        (settings.name_given("w", "h"), "h"),
        (settings.items("w", iter("ab"), str, "texts"), ("a", "b")),
        (settings.plain(np.float64(0.1)), 0.1),
        (settings.plain("a"), "a"),
    ]:
        assert value == plain and type(value) is type(plain)
    assert all(type(n) is int for n in settings.shape_of("w", (np.int8(2), 3)))


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ("> 0", (1e-9, 3), (0, -1)),
        (">= 0", (0, 3), (-1e-9,)),
        (">= 0 and < 1", (0, 0.999), (-0.1, 1)),
        ("> 0 and <= 1", (1e-9, 1), (0, 1.1)),
        (">= -2.5 and <= 7", (-2.5, 7), (-2.6, 7.1)),
        ("", (-1e30, 1e30), (math.inf,)),
    ],
)
def test_a_number_lies_within_its_bounds(bounds, inside, outside):
    for value in inside:
        assert settings.number("w", "rate", value, bounds) == value
    for value in outside:
        with pytest.raises(InputError):
            settings.number("w", "rate", value, bounds)


def test_a_whole_number_beyond_all_floats_is_no_finite_number():
    assert not settings.is_number(10**400)
    with pytest.raises(InputError, match=r"^w: expected a finite number as rate, got 1000") as caught:
        settings.number("w", "rate", 10**400)
    assert caught.type is InputError


def test_an_array_of_any_shape_may_be_empty_and_nan_may_be_allowed():
    assert settings.array("w", "x", []).shape == (0,)
    assert np.isnan(settings.array("w", "x", [math.nan], finite=False)).all()


@pytest.mark.parametrize(
    ("actual", "shape", "fit"),
    [
        ((2, 3), ("N", 3), True),
        ((2, 3), ("N", 4), False),
        ((2,), ("N", 3), False),
        ((2, 3), ("N", ..., 3), True),
        ((2, 5, 6, 3), ("N", ..., 3), True),
        ((3,), ("N", ..., 3), False),
    ],
)
def test_texts_stand_for_any_size_and_dots_for_any_number_of_sizes(actual, shape, fit):
    assert settings.fits(actual, shape) is fit


def test_a_shape_is_written_as_python_writes_a_tuple():
    assert [settings.shape_text(s) for s in [(), ("N",), ("N", ..., 3)]] == ["()", "(N,)", "(N, ..., 3)"]
