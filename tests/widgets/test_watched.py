"""Whether what a widget follows has moved."""

import numpy as np

import teachnn as tn
from teachnn_widgets.watched import Watched

W, b, mean = tn.Parameter("W", np.ones((2, 2))), tn.Parameter("b", [0, 0]), tn.Statistic("mean", [0.0])


def test_it_has_moved_when_any_value_was_replaced_and_only_since_the_last_look():
    watched = Watched([W, mean])
    assert not watched.look()
    for variable in (W, mean):
        variable.value = variable.value + 1
        assert watched.look()
        assert not watched.look()
    b.value = [1, 1]  # not watched
    assert not watched.look()


def test_the_values_are_those_of_the_last_look():
    watched = Watched([W])
    old = W.value
    W.value = old * 2
    assert watched.values[W] is old
    watched.look()
    assert watched.values[W] is W.value


def test_it_finds_what_test_functions_read_and_leaves_plain_functions_alone():
    layer = tn.Dense(W, b)
    assert list(Watched.by([tn.TestFunction(layer), np.tanh], np.ones((1, 2))).values) == [W, b]
    assert Watched.by([np.tanh], np.ones((1, 2))).values == {}
