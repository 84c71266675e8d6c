import math

import numpy as np
import pytest
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st

from teachnn import ops


@pytest.mark.parametrize(
    ("shape", "longer"),
    [
        ((1024, 1), (2, 512)),
        ((96, 8), (3, 256)),
        ((4, 127), (1, 508)),
        ((4, 128), (4, 128)),
        ((4, 257), (4, 257)),
        ((4, 600), (4, 600)),
    ],
)
def test_by_columns_short_rows_of_fewer_than_128_numbers_are_laid_end_to_end_up_to_512(shape, longer):
    x, vector, seen = np.arange(math.prod(shape)).reshape(shape), np.arange(shape[1]), []
    y = ops.by_columns(lambda rows, repeated: seen.append(rows.shape) or rows * repeated, x, vector)
    assert seen == [longer] and np.array_equal(y, x * vector)


@pytest.mark.parametrize("rows", [1, 4_095, 4_096, 4_097, 12_345, 1_000_000])
def test_column_sums_are_right_to_six_digits_for_any_number_of_rows(rows):
    x = (0.1 + 0.001 * np.random.default_rng(0).standard_normal((rows, 3))).astype(np.float32)
    y = ops.column_sums(x)
    assert y.dtype == np.float32 and y == pytest.approx(x.sum(axis=0, dtype=np.float64), rel=1e-6)


def test_the_gradient_of_column_sums_is_right_to_second_order():
    x = np.random.default_rng(0).standard_normal((5, 3))
    check_grads(ops.column_sums, modes=["rev"], order=2)(x)


@given(n=st.integers(1, 5), d=st.integers(1, 4), k=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_row_products_are_sums_over_rows_and_right_to_second_order(n, d, k, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, d)), rng.standard_normal((n, k))
    W = ops.row_products(x, y)
    for i in range(d):
        for j in range(k):
            assert W[i, j] == pytest.approx(math.fsum(x[:, i] * y[:, j]), abs=1e-13)
    check_grads(ops.row_products, (0, 1), modes=["rev"], order=2)(x, y)


def test_sums_along_rows_are_those_of_numpy_and_their_gradients_are_right_to_second_order():
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    np.testing.assert_allclose(ops.row_sums(x), x.sum(axis=-1, keepdims=True))
    assert ops.row_sums(x.astype(np.float32)).dtype == np.float32
    check_grads(lambda x: ops.tanh(ops.row_sums(x)), modes=["rev"], order=2)(x)
