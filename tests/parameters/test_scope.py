import threading

import numpy as np
import pytest

import teachnn as tn
from teachnn.functions.scopes import TestScope, TrainScope
from teachnn.parameters.scope import Scope, current_scope


def test_a_scope_is_in_force_inside_its_call_alone_and_in_its_thread_alone():
    step, seen = TrainScope(), []

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
    first, step = tn.rng(0).random(3), TrainScope()
    assert step.run(lambda: tn.noise_from(rng).random(3)).tolist() == first.tolist()
    assert step.run(lambda: tn.noise_from(rng).random(3)).tolist() != first.tolist()
    step.undraw()
    assert rng.random(3).tolist() == first.tolist()


def test_a_test_functions_scope_draws_from_the_generator_itself():
    rng = tn.rng(0)
    assert TestScope("f", ("test",), {}).run(lambda: tn.noise_from(rng)) is rng


def test_outside_of_any_function_a_layer_is_just_called():
    layer = tn.Dense.create("d", 2, 2, tn.rng(0))
    assert isinstance(layer(np.ones((1, 2), np.float32)), np.ndarray)
