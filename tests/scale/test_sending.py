"""A function in bytes: with a copy of all it uses, or with numbers for its variables and generators."""

import threading

import cloudpickle
import numpy as np
import pytest

import teachnn as tn
from teachnn.models.vae import VAE
from teachnn.scale.sending import copied, received, sent


def test_a_copy_brings_all_that_the_function_uses():
    W = tn.Parameter("W", [1.0, 2.0])
    assert cloudpickle.loads(copied("f", lambda x: W.value * x))(np.float32(2)).tolist() == [2, 4]


def test_what_is_sent_holds_no_numbers_of_variables_and_both_sides_count_them_alike():
    vae = VAE(2, tn.rng(0), hidden=64)
    out = sent("f", vae.objective)
    assert len(out.function) < 20_000 < sum(p.size for p in vae.parameters)
    assert set(out.variables) == set(vae.parameters) and out.generators == (vae.rng,)
    _, variables, generators = received(out.function)
    assert [(v.name, v.shape) for v in variables] == [(v.name, v.shape) for v in out.variables]
    assert len(generators) == 1 and generators[0] is not vae.rng


def test_a_variable_that_is_used_twice_is_one_on_the_other_side_too():
    W = tn.Parameter("W", [1.0])
    function, (one,), _ = received(sent("f", lambda: (W, W)).function)
    assert function() == (one, one)


@pytest.mark.parametrize("send", [copied, sent])
def test_what_cannot_travel_is_refused_by_name(send):
    lock = threading.Lock()
    with pytest.raises(tn.InputTypeError, match="uses lock, a lock"):
        send("f", lambda x: (lock, x))
    with pytest.raises(tn.InputTypeError, match="a function"):
        send("f", 3)
