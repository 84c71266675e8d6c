import numpy as np
from autograd.test_util import check_grads
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.ops.noise import gaussian_sample

sizes, seeds = st.integers(1, 5), st.integers(0, 2**32 - 1)


@given(n=sizes, d=sizes, seed=seeds)
@settings(max_examples=20, deadline=None)
def test_the_gradients_of_a_sample_are_right_to_second_order(n, d, seed):
    mean, log_variance, noise = np.random.default_rng(seed).standard_normal((3, n, d))
    check_grads(lambda m, v: gaussian_sample(m, v, noise), (0, 1), modes=["rev"], order=2)(mean, log_variance)
    assert tn.check_gradients(lambda m, v: gaussian_sample(m, v, noise), mean, log_variance) < 1e-6
