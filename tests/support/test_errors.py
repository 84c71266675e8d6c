import pickle

import pytest

from teachnn import InputError, ModeError
from teachnn.support import InputTypeError


@pytest.mark.parametrize(
    ("cure", "origin", "end"),
    [
        ("", "", ""),
        ("x.T may help", "", "; x.T may help"),
        ("", "h (Dense)", ", from h (Dense)"),
        ("x.T may help", "h (Dense)", ", from h (Dense); x.T may help"),
    ],
)
def test_an_error_says_who_what_was_expected_what_came_and_where_from_and_the_cure(cure, origin, end):
    assert str(InputError("out (Dense)", "this", "that", cure, origin)) == "out (Dense): expected this, got that" + end


def test_an_origin_is_added_once_and_the_first_one_stays():
    error = InputError("out (Dense)", "this", "that", "do so")
    known = error.coming_from("h (Dense)")
    assert str(known) == "out (Dense): expected this, got that, from h (Dense); do so"
    assert str(known.coming_from("net (Sequential)")) == str(known)
    assert str(error) == "out (Dense): expected this, got that; do so"


@pytest.mark.parametrize("kind", [InputError, ModeError])
def test_both_kinds_are_value_errors(kind):
    assert issubclass(kind, ValueError)


@pytest.mark.parametrize("kind", [InputError, InputTypeError])
def test_an_error_survives_a_process_pool(kind):
    error = kind("h (Dense)", "x of shape (N, 3)", "(2, 4)", "look again", "Flatten")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == str(error) and again.parts == error.parts


def test_an_input_of_the_wrong_type_is_an_input_error_and_a_type_error():
    assert issubclass(InputTypeError, InputError) and issubclass(InputTypeError, TypeError)
    for caught_as in (ValueError, TypeError, InputError):
        with pytest.raises(caught_as, match=r"^who: expected this, got that; do so$"):
            raise InputTypeError("who", "this", "that", "do so")


def test_the_origin_is_added_to_an_error_of_its_own_class():
    assert type(InputTypeError("who", "this", "that").coming_from("h (Dense)")) is InputTypeError
