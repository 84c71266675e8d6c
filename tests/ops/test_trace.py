import autograd.numpy as anp
import numpy as np
import pytest
from autograd.tracer import trace_stack

from teachnn.ops.trace import differentiate, isbox, stop_gradient


def test_gradients_are_found_for_each_array_and_none_where_there_is_no_dependence():
    a, b, c = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0])
    value, extra, (da, db, dc) = differentiate(lambda boxes: (anp.sum(boxes[0] ** 2 * boxes[1]), "extra"), [a, b, c])
    assert value == 1 * 3 + 4 * 4 and extra == "extra"
    assert da.tolist() == [6.0, 16.0] and db.tolist() == [1.0, 4.0] and dc is None


def test_an_array_that_is_the_scalar_itself_has_gradient_one():
    assert differentiate(lambda boxes: (boxes[0], None), [np.float64(3.0)])[2] == [1.0]


def test_a_constant_has_no_gradients():
    assert differentiate(lambda boxes: (1.0, None), [np.ones(2)]) == (1.0, None, [None])


def test_what_is_stopped_is_a_plain_array_under_differentiation():
    seen = []

    def function(boxes):
        seen.append(stop_gradient(boxes[0]))
        return anp.sum(boxes[0] * seen[0]), None

    _, _, (gradient,) = differentiate(function, [np.array([3.0])])
    assert gradient.tolist() == [3.0] and not isbox(seen[0])


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_the_stack_of_traces_is_left_as_it_was(error):
    def function(boxes):
        raise error

    with pytest.raises(error):
        differentiate(function, [np.ones(1)])
    assert trace_stack.top == -1


@pytest.mark.parametrize("place", [0, slice(1), np.array([True])], ids=["number", "slice", "mask"])
def test_an_array_that_is_changed_in_place_is_an_error_with_its_cure(place):
    def function(boxes):
        boxes[0][place] = 1.0

    with pytest.raises(TypeError, match=r"one changed in place, .* build a new array with"):
        differentiate(function, [np.ones(1)])


def test_another_type_error_comes_through_as_it_is():
    with pytest.raises(TypeError, match="not callable"):
        differentiate(lambda boxes: (boxes[0](1), None), [np.ones(1)])
