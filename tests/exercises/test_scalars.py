"""The finished version of what the learner writes in notebook 02: its slopes are those of autograd."""

import autograd.numpy as anp
import numpy as np
from autograd import grad
from hypothesis import given, strategies as st

from teachnn.exercises.scalars import Number, order, power, slopes, tanh

small = st.floats(-2, 2)


@given(small, small, st.integers(1, 4))
def test_the_slopes_of_a_formula_are_those_of_autograd(a, b, n):
    def formula(a, b, tanh, power):
        return power(a * b + a, n) * tanh(b + a * a) + b

    x, y = Number(a), Number(b)
    found = slopes(formula(x, y, tanh, power))
    for i, number in enumerate((x, y)):
        wanted = grad(lambda *w: formula(*w, anp.tanh, lambda v, n: v**n), i)(a, b)
        assert np.isclose(found[number], wanted, rtol=1e-9, atol=1e-9)


def test_each_number_comes_once_and_before_its_parents():
    x = Number(2.0)
    square = x * x
    result = square + x
    assert order(result) == [result, square, x]
    assert repr(result) == "Number(6)"
