"""The model of a step's time: what shrinks with more workers, and what does not."""

import pytest
from hypothesis import given, strategies as st
from refusal import refused

import teachnn as tn

COST = tn.scale.StepCost(compute=8.0, update=1.0, size=100.0, bandwidth=1000.0, latency=0.5)


def test_by_one_the_parameters_go_out_to_each_worker_and_gradients_come_back():
    assert COST.alone() == 9
    assert COST.by_one(4) == pytest.approx(8 / 4 + 2 * 4 * 0.1 + 1 + 1)


def test_in_a_ring_each_sends_nearly_all_twice_however_many_they_are():
    assert COST.by_ring(1) == 9
    assert COST.by_ring(4) == pytest.approx(8 / 4 + 2 * 3 * (0.1 / 4 + 0.5) + 1)


@given(st.integers(2, 1000))
def test_without_latency_a_ring_is_never_slower_than_one_machine_that_sends_to_all(n):
    free = tn.scale.StepCost(8.0, 1.0, 100.0, 1000.0, 0.0)
    assert free.by_ring(n) < free.by_one(n) and free.by_ring(n) - free.compute / n < free.update + 2 * 0.1


def test_numbers_that_cannot_be_are_refused():
    with refused("StepCost"):
        tn.scale.StepCost(-1.0, 0, 1, 1, 0)
    with refused("StepCost"):
        tn.scale.StepCost(1.0, 0, 1, 0, 0)
    with refused("by_one"):
        COST.by_one(0)
