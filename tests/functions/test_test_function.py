"""Test functions change nothing, and see the parameters of one whole step."""

import threading
import time

import autograd.numpy as anp
import numpy as np
import pytest
from refusal import refused
from small import Small, X, Y, at_rest

import teachnn as tn


def test_a_test_function_changes_no_byte_and_gives_the_same_bits_again(bits):
    small = Small()
    small.train(X, Y)
    before = bits(small)
    first = small.classify(X)
    assert small.classify(X).tobytes() == first.tobytes() and bits(small) == before
    assert type(first) is np.ndarray and first.dtype == np.float32


def test_a_row_of_a_test_functions_output_does_not_depend_on_the_others():
    small = Small()
    for _ in range(5):
        small.train(X, Y)
    together = small.classify(X)
    alone = np.concatenate([small.classify(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(together, alone, rtol=2e-6)


def test_a_train_mode_layer_is_refused_by_name_and_cure():
    small = Small()
    words = r"^bn \(BatchNorm\): expected .*'test' inside Sequential.*got mode 'train'; use its sibling, \.at\('test'\)"
    with pytest.raises(tn.ModeError, match=words):
        tn.TestFunction(small.net, name="Sequential")(X)


def test_train_mode_layers_can_be_asked_for_by_name_and_still_move_no_statistic(state_of):
    small = Small()
    monte_carlo = tn.TestFunction(small.net, modes=("test", "train"))
    before = state_of(small.net.statistics, small.train)
    assert monte_carlo(X).tobytes() != monte_carlo(X).tobytes()
    assert state_of(small.net.statistics, small.train) == before


def test_a_test_function_never_enters_autograds_trace(monkeypatch):
    small = Small()

    def entered(*_):
        raise AssertionError("a trace was opened")

    monkeypatch.setattr("teachnn.ops.trace.new_box", entered)
    monkeypatch.setattr("autograd.tracer.new_box", entered)
    assert small.classify(X).shape == (16, 3)


def test_a_test_function_inside_another_sees_the_same_parameters_and_keeps_its_own_modes():
    small = Small()
    inner = tn.TestFunction(lambda x: small.net(x), modes=("train",), name="inner")
    outer = tn.TestFunction(lambda x: inner(x) + small.test_net(x))
    assert outer(X).shape == (16, 3)
    with pytest.raises(tn.ModeError, match="inside outer"):
        tn.TestFunction(lambda x: inner(x) + small.net(x), name="outer")(X)


def test_a_test_function_in_an_objective_passes_plain_numbers_and_refuses_traced_ones():
    small, teacher = Small(), Small(seed=9)
    distil = tn.TrainFunction(
        lambda x: tn.loss.mean_squared_error(tn.ops.softmax(small.net(x)), teacher.classify(x)),
        small.net.parameters,
        tn.Adam(1e-2),
    )
    assert float(distil(X)) > 0
    wrong = tn.TrainFunction(lambda x: small.classify(small.net(x)).sum(), small.net.parameters, tn.SGD(0.1))
    with pytest.raises(tn.InputError, match="an array under differentiation; call the layers themselves"):
        wrong(X)


def test_a_function_that_reads_other_parameters_at_times_is_still_right():
    a, b = tn.Parameter("a", [1.0]), tn.Parameter("b", [2.0])
    pick = tn.TestFunction(lambda which: (a if which == 0 else b).value * 1)
    assert [float(pick(i)[0]) for i in (0, 1, 0, 1)] == [1, 2, 1, 2]
    b.value = [5.0]
    assert float(pick(1)[0]) == 5


def test_the_first_call_of_a_test_function_runs_its_function_once():
    W, calls = tn.Parameter("W", [1.0]), []

    def f(x):
        calls.append(x)
        return x * W.value

    function = tn.TestFunction(f)
    for n in (1, 2, 3):
        function([1.0])
        assert len(calls) == n


class CountUp(tn.Optimizer):
    """Adds 1 to every number, whatever the gradient."""

    def update(self, w, g, memory, rate, t):
        return w + 1, ()


def test_a_test_call_sees_the_parameters_of_one_whole_step():
    parameters = [tn.Parameter(f"p{i}", [0.0]) for i in range(20)]
    train = tn.TrainFunction(lambda x: sum((p.value * x).sum() for p in parameters), parameters, CountUp(1.0))

    def slow_look(x):
        seen = []
        for p in parameters:
            seen.append(float(p.value[0]))
            time.sleep(2e-4)  # long enough for steps to end in between
        return np.array(seen)

    look, stop, torn, looks, overtaken = tn.TestFunction(slow_look), threading.Event(), [], [], []

    def watch():
        try:
            while not stop.is_set():
                before = train.steps
                seen = look([0.0])
                overtaken.extend([True] * (train.steps > before + 1))  # steps ended during the look
                looks.append(seen[0])
                if len(set(seen)) > 1:
                    torn.append(seen)
        finally:
            stop.set()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        while (len(looks) < 30 or len(set(looks)) <= 10 or not overtaken) and thread.is_alive():
            train([1.0])
    finally:
        stop.set()
        thread.join()
    assert not torn


def test_steps_need_not_wait_for_a_test_function_but_for_its_first_call():
    W, free = tn.Parameter("W", [1.0]), []

    def look(x):
        y = W.value * x
        free.append(at_rest())
        return y

    function = tn.TestFunction(look)
    function([1.0]), function([1.0])
    assert free == [False, True]


def test_an_unknown_mode_is_refused():
    with pytest.raises(tn.InputError, match=r"^tanh \(TestFunction\): expected mode "):
        tn.TestFunction(np.tanh, modes=("eval",))


def test_a_test_function_that_returns_nothing_is_refused():
    with pytest.raises(tn.InputError, match="expected a function that returns arrays, got None; end it with return"):
        tn.TestFunction(lambda x: None)([1.0])


def counted(x, seen):
    """Return the mean of a series so far, and how its sum and length go on: a state."""
    seen = seen + anp.stack([x, anp.ones(x.shape, x.dtype)], axis=1)
    return seen[:, 0] / seen[:, 1], seen


def test_a_state_goes_in_and_comes_out_and_the_function_stays_pure():
    mean = tn.TestFunction(counted, state=("seen",))
    nothing, x = np.zeros((2, 2), np.float32), np.array([4.0, 8.0], np.float32)
    (first, seen), (again, _) = mean(x, nothing), mean(x, nothing)
    assert first.tobytes() == again.tobytes() and not nothing.any()
    assert mean(x + 2, seen)[0].tolist() == [5, 9]
    graph = mean.graph(x, seen)
    assert [node.name for node in graph.nodes if node.type == "state"] == ["seen", "seen"]
    assert [node.name for node in graph.nodes if node.kind == "output"] == ["output", "seen"]
    assert not graph.parameters and not graph.statistics and "seen (state)" in str(graph)


def test_a_state_need_not_go_in_to_come_out():
    read = tn.TestFunction(lambda x: (x.mean(), x.max(), x), state=("cache",))
    assert [node.name for node in read.graph(X).nodes if node.kind == "output"] == ["output 1", "output 2", "cache"]
    assert [node.name for node in read.graph(X).nodes if node.type == "state"] == ["cache"]


@pytest.mark.parametrize("state", ["cache", ("a", "a"), ("",), (1,), None])
def test_a_state_is_a_tuple_of_different_names(state):
    with pytest.raises(tn.InputError, match=r"^f \(TestFunction\): expected .*; state="):
        tn.TestFunction(counted, state=state, name="f")


@pytest.mark.parametrize("function, got", [(lambda x: x, "1 output"), (lambda x: (x,), "1 output")])
def test_a_function_that_returns_less_than_its_state_is_refused(function, got):
    with refused("f (TestFunction)", cure="return output, cache") as caught:
        tn.TestFunction(function, state=("cache",), name="f")(X)
    assert f"got {got};" in str(caught.value)
