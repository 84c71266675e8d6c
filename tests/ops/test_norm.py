import math

import numpy as np
import pytest
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st
from slow import spread_out

import teachnn as tn
from teachnn.ops import getval
from teachnn.ops.norm import batch_norm, moments

sizes, seeds = st.integers(1, 6), st.integers(0, 2**32 - 1)
examples = settings(max_examples=20, deadline=None)


@given(n=sizes, d=sizes, seed=seeds)
@examples
def test_moments_are_the_mean_and_the_variance_divided_by_n(n, d, seed):
    x = spread_out(seed, n, d)
    mean, variance = moments(x)
    for j in range(d):
        expected = math.fsum(x[:, j]) / n
        assert mean[j] == pytest.approx(expected, abs=1e-13)
        assert variance[j] == pytest.approx(math.fsum((v - expected) ** 2 for v in x[:, j]) / n, abs=1e-13)


@given(n=sizes, d=sizes, seed=seeds, eps=st.sampled_from([1e-5, 1e-3, 1.0]))
@examples
def test_the_gradients_of_batch_norm_are_right_to_second_order(n, d, seed, eps):
    rng = np.random.default_rng(seed)
    arrays = spread_out(seed, n, d), rng.uniform(0.5, 2, d), rng.standard_normal(d)

    def f(x, gamma, beta):
        return batch_norm(x, gamma, beta, *moments(getval(x)), eps)

    check_grads(f, (0, 1, 2), modes=["rev"], order=2)(*arrays)
    assert tn.check_gradients(f, *arrays) < 1e-6


@pytest.mark.parametrize(
    ("shape", "centre", "spread"), [((524_288, 3), 0.1, 1e-3), ((1_600_000, 1), 3.0, 1.0), ((128, 3), 2024.3, 0.0)]
)
def test_moments_lose_no_digits_however_many_rows_there_are(shape, centre, spread):
    """To 1e-5 of a standard deviation, beside float64; a constant column has the constant as its mean, exactly."""
    x = (centre + spread * np.random.default_rng(0).standard_normal(shape)).astype(np.float32)
    mean, variance = moments(x)
    exact = x.astype(np.float64)
    assert np.abs(mean - exact.mean(axis=0)).max() <= 1e-5 * spread
    assert variance == pytest.approx(exact.var(axis=0), rel=1e-5, abs=1e-12)
    if not spread:
        assert (batch_norm(x, np.ones(3, np.float32), np.full(3, 0.5, np.float32), mean, variance, 1e-5) == 0.5).all()
