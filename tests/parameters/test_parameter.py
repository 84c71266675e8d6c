import threading

import autograd.numpy as anp
import numpy as np
import pytest
from refusal import refused

import teachnn as tn
from teachnn.parameters.parameter import change, distinct, values_of
from teachnn.support import InputTypeError


def test_a_parameter_is_a_read_only_float32_copy_of_what_it_was_given():
    given = np.arange(6).reshape(2, 3)
    W = tn.Parameter("h.W", given)
    given[0, 0] = 99
    assert W.value.dtype == np.float32 and W.value[0, 0] == 0 and W.shape == (2, 3) and W.size == 6
    with pytest.raises(ValueError, match="read-only"):
        W.value[0, 0] = 1


def test_a_new_value_replaces_the_old_one_whole():
    W = tn.Parameter("h.W", [1, 2])
    before = W.value
    W.value = [3, 4]
    assert W.value.tolist() == [3, 4] and before.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ([[1, 2], [3, np.nan]], tn.InputError),
        (np.inf, tn.InputError),
        (1e39, tn.InputError),  # beyond float32
        (["a", "b"], InputTypeError),
        (1j, InputTypeError),
        (None, InputTypeError),
        (True, InputTypeError),
    ],
)
def test_what_is_not_finite_real_numbers_is_refused_by_name(value, error):
    with refused("h.W (Parameter)", error=error):
        tn.Parameter("h.W", value)
    W = tn.Parameter("h.W", np.zeros(np.shape(value)))
    with refused("h.W (Parameter)", error=error):
        W.value = value
    assert not W.value.any()


def test_a_value_of_another_shape_is_refused_and_changes_nothing():
    W = tn.Parameter("h.W", [1, 2])
    with pytest.raises(ValueError, match=r"h.W \(Parameter\): expected a value of shape \(2,\), got \(3,\)"):
        W.value = [1, 2, 3]
    assert W.value.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("name", "error"), [("", tn.InputError), (None, InputTypeError), (3, InputTypeError)], ids=repr
)
def test_a_name_is_non_empty_text(name, error):
    with pytest.raises(error, match=r"^Parameter: expected a name ") as caught:
        tn.Parameter(name, 0)
    assert caught.type is error


def test_a_name_is_no_word_of_the_file_that_keeps_it():
    with pytest.raises(tn.InputError, match=r"^Statistic: expected another name, got __metadata__; .* safetensors'"):
        tn.Statistic("__metadata__", 0)


def test_no_value_can_be_set_from_inside_a_function():
    W = tn.Parameter("W", [1.0])

    def meddle(x):
        W.value = [2.0]
        return x * W.value

    with pytest.raises(RuntimeError, match="expected to be read inside a function"):
        tn.TestFunction(meddle)([1.0])
    with pytest.raises(RuntimeError, match="expected to be read inside a function"):
        tn.TrainFunction(lambda x: meddle(x).sum(), [W], tn.SGD(0.1))([1.0])
    assert W.value.tolist() == [1.0]


def test_a_statistic_does_not_move_outside_a_training_step():
    mean = tn.Statistic("bn.mean", [0.0])
    mean.track(np.float32([1.0]), 0.5)
    tn.TestFunction(lambda x: mean.track(x, 0.5) or x)([1.0])
    assert mean.value.tolist() == [0.0]


def test_a_statistic_tracked_twice_in_a_step_moves_twice():
    mean, W = tn.Statistic("bn.mean", [0.0]), tn.Parameter("W", [1.0])

    def objective(x):
        mean.track(x, 0.5)
        mean.track(x, 0.5)
        return (x * W.value).sum()

    tn.TrainFunction(objective, [W], tn.SGD(0.1))([8.0])
    assert mean.value.tolist() == [6.0]  # 0 -> 4 -> 6


def test_two_different_variables_of_one_name_are_an_error_with_both_shapes():
    a, b = tn.Parameter("W", [1.0]), tn.Parameter("W", [1.0, 2.0])
    with pytest.raises(ValueError, match=r"net: .*'W', of shapes \(1,\) and \(2,\); rename one"):
        distinct([a, b], "net")
    assert distinct([a, a], "net") == (a,)


def test_values_of_takes_all_values_at_one_instant():
    variables = [tn.Parameter(f"p{i}", [0.0]) for i in range(50)]
    torn, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            seen = {float(v[0]) for v in values_of(variables).values()}
            if len(seen) > 1:
                torn.append(seen)

    thread = threading.Thread(target=look)
    thread.start()
    for n in range(2000):
        change([(v, "stored", np.float32([n])) for v in variables])
    stop.set()
    thread.join()
    assert not torn


def test_a_ctrl_c_in_the_middle_of_a_change_waits_until_all_is_done():
    class Interrupting:
        strikes = 1

        def __setattr__(self, name, value):
            object.__setattr__(self, name, value)
            if Interrupting.strikes:
                Interrupting.strikes -= 1
                raise KeyboardInterrupt

    rng, W, strange = tn.rng(0), tn.Parameter("W", [1.0]), Interrupting()
    state, new = tn.rng(9).bit_generator.state, np.float32([2.0])
    with pytest.raises(KeyboardInterrupt):
        change([(W, "stored", new), (rng.bit_generator, "state", state), (strange, "x", 3)])
    assert W.stored is new and rng.bit_generator.state == state and strange.x == 3


def test_a_change_that_fails_is_an_error_and_no_endless_loop():
    with pytest.raises((TypeError, ValueError)):
        change([(tn.rng(0).bit_generator, "state", {"bit_generator": "MT19937"})])


def test_a_variable_says_what_it_is():
    assert repr(tn.Statistic("bn.mean", np.zeros(3))) == "Statistic('bn.mean', shape=(3,))"


FORGOTTEN = {
    "np.sum(W)": lambda W, x: np.sum(W),
    "np.asarray(W)": lambda W, x: np.asarray(W),
    "W * x": lambda W, x: W * x,
    "x * W": lambda W, x: x * W,
    "x @ W": lambda W, x: x @ W,
    "np.multiply(x, W)": lambda W, x: np.multiply(x, W),
    "W[0]": lambda W, x: W[0],
    "W + 1": lambda W, x: W + 1,
    "1 - W": lambda W, x: 1 - W,
    "-W": lambda W, x: -W,
    "list(W)": lambda W, x: list(W),
    "float(W)": lambda W, x: float(W),
    "W > 0": lambda W, x: W > 0,
    "anp.sum(W)": lambda W, x: anp.sum(W),
    "anp.dot(x, W)": lambda W, x: anp.dot(x, W),
}


@pytest.mark.parametrize("kind", [tn.Parameter, tn.Statistic])
@pytest.mark.parametrize("formula", FORGOTTEN)
def test_a_forgotten_value_is_an_error_that_says_so(formula, kind):
    W, calculate = kind("h.W", np.ones((2, 2))), FORGOTTEN[formula]
    said = rf"^h\.W \({kind.__name__}\): expected an array to calculate with, got .*; write its \.value$"
    with pytest.raises(InputTypeError, match=said):
        calculate(W, np.ones((2, 2), np.float32))
    other = tn.Parameter("V", np.ones((2, 2)))
    train = tn.TrainFunction(lambda x: anp.sum(calculate(W, x * other.value)), [other], tn.SGD(0.1))
    with pytest.raises(InputTypeError, match=said):  # x * V is a box of autograd's here
        train(np.ones((2, 2)))
    assert train.steps == 0 and (other.value == 1).all()
    with pytest.raises(InputTypeError, match=said):
        tn.TestFunction(lambda x: calculate(W, x))(np.ones((2, 2)))


def test_a_value_lies_row_by_row_however_it_was_given():
    turned = np.arange(6.0).reshape(2, 3).T
    W = tn.Parameter("W", turned)
    assert np.array_equal(W.value, turned) and W.value.flags.c_contiguous
    W.value = np.asfortranarray(W.value)
    assert np.array_equal(W.value, turned) and W.value.flags.c_contiguous
