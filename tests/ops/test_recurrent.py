"""One step of a gated recurrent unit: what it computes, and its gradients to second order."""

import numpy as np
import pytest
from autograd.test_util import check_grads

from teachnn.ops import gru_gates, gru_state

RNG = np.random.default_rng(0)
GIVEN, KEPT, H = RNG.standard_normal((4, 9)), RNG.standard_normal((4, 9)), RNG.standard_normal((4, 3))


def test_the_state_is_a_mean_of_the_old_one_and_what_is_new():
    sigmoid = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    r, z = sigmoid(GIVEN[:, :3] + KEPT[:, :3]), sigmoid(GIVEN[:, 3:6] + KEPT[:, 3:6])
    n = np.tanh(GIVEN[:, 6:] + r * KEPT[:, 6:])
    assert gru_state(GIVEN, KEPT, H) == pytest.approx(z * H + (1 - z) * n)
    for found, expected in zip(gru_gates(GIVEN, KEPT), (r, z, n), strict=True):
        assert found == pytest.approx(expected)


def test_its_gradients_are_right_to_second_order():
    check_grads(gru_state, modes=["rev"], order=2)(GIVEN, KEPT, H)


def test_it_keeps_float32():
    assert gru_state(*(x.astype(np.float32) for x in (GIVEN, KEPT, H))).dtype == np.float32
