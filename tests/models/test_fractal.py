import numpy as np
import pytest

import teachnn as tn
from teachnn.models.fractal import Fractal, Unit


def fractal(columns):
    rng = tn.rng(0)
    return Fractal.create("block", columns, (1, 2), rng, tn.DropPath(0.15, rng, mode="train"))


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_column_c_of_a_block_has_two_to_the_c_minus_one_units_and_every_unit_is_in_one_column(columns):
    block = fractal(columns)
    units = [block.column(c) for c in range(1, columns + 1)]
    assert [len(column) for column in units] == [2**c for c in range(columns)]
    every = sum((unit.parameters for column in units for unit in column), ())
    assert len(every) == len(set(every)) and set(every) == set(block.parameters)


def test_a_fractal_is_a_unit_beside_two_smaller_fractals_one_after_the_other():
    block = fractal(3)
    x = np.random.default_rng(0).random((2, 5, 4, 1), np.float32)
    test = block.at("test")
    first, second = test.halves
    a, (b, c) = test.column(1)[0], test.column(2)
    d, e, f, g = test.column(3)
    middle = (b(x) + e(d(x))) / 2
    expected = (a(x) + c(middle) + g(f(middle))) / 3
    np.testing.assert_allclose(tn.TestFunction(test)(x), expected, rtol=1e-5)
    np.testing.assert_allclose(tn.TestFunction(first)(x), middle, rtol=1e-5)
    assert first.column(1) == (b,) and second.column(2) == (f, g)


def test_units_are_called_by_column_and_place():
    block = fractal(3)
    assert [unit.name for unit in block.column(1)] == ["block.1a"]
    assert [unit.name for unit in block.column(3)] == [f"block.3{place}" for place in "abcd"]


def test_a_unit_is_a_rectified_normalised_convolution():
    unit = Unit.create("u", (2, 3), tn.rng(0), mode="train")
    x = np.random.default_rng(0).standard_normal((4, 5, 6, 2)).astype(np.float32)
    y = unit(x)
    inner = unit.norm(unit.conv(x))
    assert y.shape == (4, 5, 6, 3) and np.array_equal(y, np.maximum(inner, 0)) and inner.min() < 0


@pytest.mark.parametrize("c", [0, 4, "2", 1.5])
def test_a_column_that_is_not_there_is_refused(c):
    with pytest.raises(tn.InputError, match=r"^block\..a\.fractal \(Fractal\): expected a whole column's number"):
        fractal(3).column(c)
