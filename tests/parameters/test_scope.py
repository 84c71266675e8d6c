import threading

import numpy as np
import pytest

import teachnn as tn
from teachnn.functions.scopes import Reading, Step, put_back
from teachnn.parameters.scope import Scope, current_scope


def test_a_scope_is_in_force_inside_its_call_alone_and_in_its_thread_alone():
    step, seen = Step(), []

    def look():
        seen.append(current_scope())
        thread = threading.Thread(target=lambda: seen.append(current_scope()))
        thread.start()
        thread.join()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step.run(look)
    assert seen[0] is step and type(seen[1]) is Scope and type(current_scope()) is Scope


def test_a_step_can_be_undrawn():
    rng = tn.rng(0)
    first, step = tn.rng(0).random(3), Step()
    assert step.run(lambda: tn.generator(rng).random(3)).tolist() == first.tolist()
    assert step.run(lambda: tn.generator(rng).random(3)).tolist() != first.tolist()
    step.undraw()
    assert rng.random(3).tolist() == first.tolist() and not step.drawn


def test_a_ctrl_c_while_generators_are_put_back_waits_until_all_are():
    generators = [tn.rng(seed) for seed in range(5)]
    states = {rng: rng.bit_generator.state for rng in generators}

    class Interrupted(dict):
        strikes = 1

        def __delitem__(self, key):
            super().__delitem__(key)
            if self.strikes:
                self.strikes -= 1
                raise KeyboardInterrupt

    for rng in generators:
        rng.random(7)
    with pytest.raises(KeyboardInterrupt):
        put_back(Interrupted(states))
    assert [rng.bit_generator.state for rng in generators] == list(states.values())


def test_a_test_functions_scope_draws_from_the_generator_itself():
    rng = tn.rng(0)
    assert Reading("f", ("test",), {}).run(lambda: tn.generator(rng)) is rng


def test_outside_of_any_function_a_layer_is_just_called():
    layer = tn.Dense.create("d", 2, 2, tn.rng(0))
    assert isinstance(layer(np.ones((1, 2), np.float32)), np.ndarray)


def test_a_state_that_a_generator_refuses_is_an_error_and_no_endless_loop():
    with pytest.raises((TypeError, ValueError)):
        put_back({tn.rng(0): {"bit_generator": "MT19937"}})
