"""Attention: what it computes, and its gradients to second order."""

import numpy as np
import pytest
from autograd.test_util import check_grads

from teachnn.ops import attention, attention_weights

RNG = np.random.default_rng(0)


def qkv(T=3, S=3):
    return [RNG.standard_normal((2, 2, n, 4)) for n in (T, S, S)]


def test_each_place_takes_a_mean_of_itself_and_those_before_it():
    q, k, v = qkv()
    weights = attention_weights(q, k)
    assert weights.sum(axis=-1) == pytest.approx(1) and not np.triu(weights, 1).any()
    for t in range(3):
        scores = q[0, 0, t] @ k[0, 0, : t + 1].T / 2
        share = np.exp(scores) / np.exp(scores).sum()
        assert attention(q, k, v)[0, 0, t] == pytest.approx(share @ v[0, 0, : t + 1])


def test_queries_stand_at_the_end_of_what_was_read_before():
    q, k, v = qkv(5, 5)
    assert attention(q[:, :, 3:], k, v) == pytest.approx(attention(q, k, v)[:, :, 3:])


@pytest.mark.parametrize("T, S", [(3, 3), (1, 4), (2, 5)])
def test_the_gradients_of_attention_are_right_to_second_order(T, S):
    check_grads(attention, modes=["rev"], order=2)(*qkv(T, S))


def test_it_keeps_float32():
    q, k, v = (x.astype(np.float32) for x in qkv())
    assert attention(q, k, v).dtype == np.float32
