import numpy as np
import pytest

import teachnn as tn
from teachnn import ops


def zeros(*shapes) -> list[np.ndarray]:
    return [np.zeros(shape, np.float32) for shape in shapes]


@pytest.mark.parametrize(
    ("f", "inputs", "got"),
    [
        (ops.dense, zeros((2, 3), (3, 2), (1,)), "(2, 3), (3, 2), (1,); a b of another size would be stretched"),
        (ops.dense, zeros((3,), (3, 2), (2,)), "(3,), (3, 2), (2,); a b of another size would be stretched"),
        (ops.dense, zeros((2, 3), (4, 2), (2,)), "(2, 3), (4, 2), (2,); matmul: "),
        (ops.shift, zeros((2, 3), (1,)), "(2, 3), (1,); b has a number for each column"),
        (ops.softmax, zeros(()), "(); one number has no last axis"),
        (ops.log_softmax, zeros(()), "(); one number has no last axis"),
        (ops.relu, ["a"], "str; ufunc"),
        (ops.one_hot, [np.array([0, 3]), 3], "(2,), int; labels are whole numbers from 0 to 3 - 1"),
        (ops.one_hot, [np.array([-1, 2]), 3], "(2,), int; labels are whole numbers from 0 to 3 - 1"),
        (ops.one_hot, [np.array([0, 1]), 3.0], "(2,), float; classes is how many there are, a whole number"),
        (ops.one_hot, [np.array([0.0, 1.0]), 3], "(2,), int; labels are whole numbers from 0 to 3 - 1"),
    ],
)
def test_inputs_that_an_operation_cannot_take_are_refused_beside_what_it_takes(f, inputs, got):
    with pytest.raises(tn.InputError) as caught:
        f(*inputs)
    takes = f.__doc__.splitlines()[0].rstrip(".")
    assert str(caught.value).startswith(f"{f.__name__}: expected {takes}, got {got}")
