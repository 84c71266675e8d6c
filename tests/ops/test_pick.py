"""Rows of a table, arrays put together, parts of an array: what they are, and their gradients to second order."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.test_util import check_grads

from teachnn.ops import rows, stack

RNG = np.random.default_rng(0)


def test_the_gradient_of_rows_goes_to_the_rows_that_were_taken():
    table, which = RNG.standard_normal((5, 3)), np.array([[0, 4], [4, 1]])
    assert rows(table, which).shape == (2, 2, 3) and (rows(table, which)[1, 0] == table[4]).all()
    check_grads(lambda table: anp.sin(rows(table, which)), modes=["rev"], order=2)(table)


def test_arrays_are_put_one_behind_the_other():
    arrays = [RNG.standard_normal((2, 3)) for _ in range(3)]
    np.testing.assert_array_equal(stack(*arrays), np.stack(arrays))
    check_grads(lambda *arrays: anp.sin(stack(*arrays)), modes=["rev"], order=2)(*arrays)


INDICES = {
    "a number": 1,
    "a number of numpy's": np.int64(-1),
    "a slice": slice(0, 2),
    "numbers and slices": (slice(None), -1, slice(None, None, 2)),
    "dots and a new axis": (..., None, 0),
    "the same rows twice": [0, 1, 0],
    "an array, rows twice": np.array([[2, 2], [0, 2]]),
    "an array and a slice": (slice(None), np.array([1, 1])),
    "a mask": np.array([True, False, True]),
    "true": True,
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_the_gradient_of_a_part_goes_to_its_place(index):
    check_grads(lambda x: anp.sin(x[index]), modes=["rev"], order=2)(RNG.standard_normal((3, 4, 5)))


def test_parts_of_one_array_share_its_gradient():
    def parts(x):
        first, second, third = x
        return anp.sin(first) * second + third[:2] @ third[2:] + x[0]

    check_grads(parts, modes=["rev"], order=2)(RNG.standard_normal((3, 4)))


def test_all_keep_float32():
    x = RNG.standard_normal((2, 3)).astype(np.float32)
    assert rows(x, np.array([1])).dtype == stack(x, x).dtype == np.float32
