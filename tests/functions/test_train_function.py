"""Steps that happen whole or not at all, whoever else is at work."""

import dis
import random
import signal
import sys
import threading
from contextlib import contextmanager

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from small import Small, X, Y, at_rest

import teachnn as tn
from teachnn.ops import tracing

# A step


def test_a_step_returns_the_loss_before_it_with_its_terms():
    small = Small()
    result = small.train(X, Y)
    assert result.step == 1 and set(result.terms) == {"error", "size"}
    assert float(result) == pytest.approx(sum(result.terms.values()), rel=1e-6)
    assert small.train(X, Y).step == small.train.steps == 2


def test_steps_make_the_loss_smaller_and_move_exactly_the_given_parameters():
    small = Small()
    head = tn.TrainFunction(small.objective, small.net[4].parameters, tn.Momentum(0.1))
    before = [p.value.copy() for p in small.net.parameters]
    first = float(head(X, Y))
    for _ in range(50):
        last = float(head(X, Y))
    assert last < first
    for parameter, old in zip(small.net.parameters, before, strict=True):
        assert (parameter.value.tobytes() != old.tobytes()) == (parameter in small.net[4].parameters)


def test_a_step_moves_the_parameters_by_the_optimizers_formula():
    W = tn.Parameter("W", [3.0, -1.0])
    train = tn.TrainFunction(lambda x: (x * W.value * W.value).sum(), [W], tn.SGD(0.25))
    train([1.0, 1.0])
    assert W.value.tolist() == [1.5, -0.5]


def test_each_step_has_the_learning_rate_of_its_number():
    W = tn.Parameter("W", [0.0])
    train = tn.TrainFunction(lambda x: -(W.value * x).sum(), [W], tn.SGD(tn.schedule.Linear(4.0, 1.0, 4)))
    rates = [train.optimizer.rate(t) for t in range(1, 4)]
    assert len(set(rates)) == 3
    values = [0.0]
    for _ in rates:
        train([1.0])
        values.append(float(W.value[0]))
    assert np.diff(values).tolist() == rates


def test_a_parameter_that_this_batch_does_not_use_gets_gradient_zero():
    a, b = tn.Parameter("a", [1.0]), tn.Parameter("b", [1.0])
    train = tn.TrainFunction(lambda x: (a.value * x).sum(), [a, b], tn.SGD(1.0))
    train([2.0])
    assert a.value.tolist() == [-1.0] and b.value.tolist() == [1.0]


def test_two_training_functions_move_one_shared_parameter_in_turn():
    W = tn.Parameter("W", [0.0])
    up = tn.TrainFunction(lambda x: -(W.value * x).sum(), [W], tn.SGD(1.0))
    down = tn.TrainFunction(lambda x: (W.value * x).sum(), [W], tn.SGD(1.0))
    up([5.0])
    down([2.0])
    up([1.0])
    assert W.value.tolist() == [4.0]


def test_a_value_set_by_hand_between_two_steps_is_where_the_next_one_starts():
    W = tn.Parameter("W", [0.0])
    train = tn.TrainFunction(lambda x: (W.value * x).sum(), [W], tn.SGD(1.0))
    train([1.0])
    W.value = [10.0]
    train([1.0])
    assert W.value.tolist() == [9.0]


def test_a_value_that_was_read_never_changes_afterwards():
    small = Small()
    kept = [[p.value for p in small.net.parameters]]
    copies = [[value.copy() for value in kept[0]]]
    for _ in range(12):
        small.train(X, Y)
        kept.append([p.value for p in small.net.parameters])
        copies.append([value.copy() for value in kept[-1]])
    for values, expected in zip(kept, copies, strict=True):
        for value, copy in zip(values, expected, strict=True):
            assert value.tobytes() == copy.tobytes()


def test_gradients_are_returned_and_nothing_changes(bits):
    small = Small()
    before = bits(small)
    gradients = small.train.gradients(X, Y)
    assert list(gradients) == list(small.net.parameters) and bits(small) == before
    assert all(g.shape == p.shape and g.dtype == np.float32 for p, g in gradients.items())


# Exact reproducibility


def test_the_same_seed_gives_the_same_run_bit_for_bit(bits):
    a, b = Small(), Small()
    for _ in range(20):
        assert a.train(X, Y) == b.train(X, Y)
    assert bits(a) == bits(b) != bits(Small(seed=1))


def test_looking_on_does_not_change_the_run(bits):
    a, b = Small(), Small()
    for _ in range(10):
        a.train(X, Y)
        b.train(X, Y)
        b.classify(X)
        print(b.train.graph(X, Y), b.classify.graph(X))
        b.train.gradients(X, Y)
    assert bits(a) == bits(b)


# Atomic


# Python looks for a Ctrl-C at the end of a call, at a jump back (3.13 does before it jumps, others after), at any other
# jump (3.10), and where a function starts or a generator goes on. sys.monitoring does not show these two's RESUME.
JUMPS = ("JUMP_BACKWARD", "JUMP_ABSOLUTE")
CHECKS = ("CALL", "RESUME", "YIELD", "POP_JUMP", *JUMPS)


def _ours(frame) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] in ("teachnn", "autograd")


@contextmanager
def _before_each_instruction(look):
    """Call look(frame) before each instruction of teachnn and autograd; an error of look is raised in that place."""
    if hasattr(sys, "monitoring"):  # from Python 3.12 on, where settrace misses instructions
        monitoring, instruction = sys.monitoring, sys.monitoring.events.INSTRUCTION

        def monitor(code, offset):
            frame = sys._getframe(1)
            return look(frame) if _ours(frame) else monitoring.DISABLE

        monitoring.use_tool_id(monitoring.DEBUGGER_ID, "interrupts")
        monitoring.register_callback(monitoring.DEBUGGER_ID, instruction, monitor)
        monitoring.set_events(monitoring.DEBUGGER_ID, instruction)
        try:
            yield
        finally:
            monitoring.set_events(monitoring.DEBUGGER_ID, 0)
            monitoring.register_callback(monitoring.DEBUGGER_ID, instruction, None)
            monitoring.free_tool_id(monitoring.DEBUGGER_ID)
    else:

        def trace(frame, event, _):
            if not _ours(frame):
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                look(frame)
            return trace

        old = sys.gettrace()
        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(old)


def _interrupt_at(k, function):
    """Call the function, with a KeyboardInterrupt at the k-th place where a Ctrl-C can strike; return the count."""
    seen, last = 0, {}

    def look(frame):
        nonlocal seen
        code, before, now = frame.f_code.co_code, last.get(frame), frame.f_lasti
        last[frame] = now
        if before is None or dis.opname[code[before]].startswith(CHECKS) or dis.opname[code[now]].startswith(JUMPS):
            seen += 1
            if seen == k:
                raise KeyboardInterrupt

    with _before_each_instruction(look):
        function()
    return seen


@pytest.mark.parametrize("most", [60, pytest.param(10**6, marks=pytest.mark.long)])
def test_ctrl_c_at_any_place_of_a_step_leaves_it_undone_or_done(most, bits):
    reference = Small()
    reference.train(X, Y)
    whole = [None, bits(reference)]
    places = _interrupt_at(0, lambda: reference.train(X, Y))
    whole.append(bits(reference))
    assert places > 500
    undone = done = 0
    for k in [*random.Random(0).sample(range(1, places - 20), min(most, places - 21)), *range(places - 20, places + 1)]:
        small = Small()
        small.train(X, Y)
        with pytest.raises(KeyboardInterrupt):
            _interrupt_at(k, lambda small=small: small.train(X, Y))
        now = bits(small)
        assert now in (whole[1], whole[2]) and at_rest()
        undone, done = undone + (now == whole[1]), done + (now == whole[2])
        if now == whole[1]:
            small.train(X, Y)
        assert bits(small) == whole[2]
    assert undone and done


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
@pytest.mark.usefixtures("no_callbacks_of_gc")
@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.long)])
def test_signals_at_random_times_never_leave_part_of_a_step(count, bits):
    reference, wholes = Small(), []

    def whole(steps):
        while len(wholes) <= steps:
            wholes.append(bits(reference))
            reference.train(X, Y)
        return wholes[steps]

    small, chance, struck, longest = Small(), random.Random(1), 0, 5e-3
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        while small.train.steps < count or struck <= count / 20:
            before = small.train.steps
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-4, longest))
                while signal.getitimer(signal.ITIMER_REAL)[0]:  # not `True`: Python may drop it
                    small.train(X, Y)
            except KeyboardInterrupt:
                struck += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert bits(small) == whole(small.train.steps) and at_rest()
            if small.train.steps == before:  # on a busy machine a step may take longer
                longest *= 1.1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


@pytest.mark.parametrize("place", ["layer", "statistics", "loss", "optimizer", "schedule"])
def test_an_exception_anywhere_in_a_step_changes_nothing_and_the_next_call_works(place, bits, monkeypatch):
    class Broken(Exception):
        pass

    def broken(*_):
        raise Broken

    small, reference = Small(), Small()
    for _ in range(3):
        small.train(X, Y), reference.train(X, Y)
    before = bits(small)
    with monkeypatch.context() as patch:
        if place == "layer":
            patch.setattr(tn.Dropout, "forward", broken)
        elif place == "statistics":
            patch.setattr(tn.Statistic, "track", broken)
        elif place == "loss":
            patch.setattr(tn.loss, "cross_entropy", broken)
        elif place == "optimizer":
            patch.setattr(tn.Adam, "update", broken)
        else:
            patch.setattr(tn.Adam, "rate", broken)
        with pytest.raises(Broken):
            small.train(X, Y)
    assert bits(small) == before and at_rest()
    assert small.train(X, Y) == reference.train(X, Y) and bits(small) == bits(reference)


def test_a_commit_that_a_signal_can_split_would_be_noticed(monkeypatch):
    """The guard on the guard: a commit that ends where it is interrupted is found by the interrupts."""
    source = "def naive(changes):\n for target, name, value in changes:\n  setattr(target, name, value)\n"
    place: dict = {"__name__": "teachnn.naive"}
    exec(source, place)
    monkeypatch.setattr("teachnn.functions.train_function.change", place["naive"])
    first = [p.stored for p in Small().net.parameters]
    places = _interrupt_at(0, lambda: Small().train(X, Y)) - _interrupt_at(0, Small)
    for k in range(places - 60, places):  # the commit is the last thing that a step does
        small = Small()
        with pytest.raises(KeyboardInterrupt):
            _interrupt_at(k, lambda small=small: small.train(X, Y))
            raise KeyboardInterrupt
        moved = [not np.array_equal(p.stored, a) for p, a in zip(small.net.parameters, first, strict=True)]
        if any(moved) and not all(moved):
            return
    pytest.fail("no step was split")


# Threads


def test_while_one_thread_differentiates_another_reads_plain_arrays():
    small, seen = Small(), []
    inside, looked = threading.Event(), threading.Event()

    def objective(x):
        value = small.net[0].W.value
        inside.set()
        assert looked.wait(10)
        return (value * value).sum()

    def look():
        assert inside.wait(10)
        seen.append((type(small.net[0].W.value), small.classify(X).shape))
        looked.set()

    thread = threading.Thread(target=look)
    thread.start()
    tn.TrainFunction(objective, [small.net[0].W], tn.SGD(0.1))(X)
    thread.join()
    assert seen == [(np.ndarray, (16, 3))]


def test_no_other_thread_can_trace_while_one_differentiates():
    W, free = tn.Parameter("W", [1.0]), []

    def look():
        free.append(tracing.acquire(blocking=False))
        if free[-1]:
            tracing.release()

    def objective(x):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return (W.value * x).sum()

    train = tn.TrainFunction(objective, [W], tn.SGD(0.1))
    train([1.0]), train.gradients([1.0])
    assert free == [False, False]


def test_a_run_is_the_same_bit_for_bit_whatever_other_threads_do(bits):
    alone, watched, stop, errors = Small(), Small(), threading.Event(), []

    def disturb(work):
        try:
            while not stop.is_set():
                work()
        except BaseException as error:
            errors.append(error)

    def other_training():
        other = Small(seed=5)
        for _ in range(20):
            other.train(X, Y)

    works = [
        lambda: watched.classify(X),
        lambda: print(watched.train.graph(X, Y), watched.classify.graph(X)),
        other_training,
    ]
    threads = [threading.Thread(target=disturb, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    traces = [[float(small.train(X, Y)) for _ in range(200)] for small in (alone, watched)]
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors and traces[0] == traces[1] and bits(alone) == bits(watched) and at_rest()


# What a function refuses


def test_only_parameters_can_be_trained():
    small = Small()
    with pytest.raises(TypeError, match=r"got Statistic; net\.parameters has them$"):
        tn.TrainFunction(small.objective, small.net.statistics, tn.Adam())
    with pytest.raises(TypeError, match=r"expected Parameters to move, got ndarray; net.parameters has them$"):
        tn.TrainFunction(small.objective, [np.zeros(3)], tn.Adam())
    with pytest.raises(TypeError, match=r"expected Parameters to move, got h \(Dense\); take its \.parameters"):
        tn.TrainFunction(small.objective, small.net[0], tn.Adam())
    with pytest.raises(ValueError, match="expected at least one Parameter to move, got none"):
        tn.TrainFunction(small.objective, [], tn.Adam())
    with pytest.raises(TypeError, match="expected an optimizer, got float"):
        tn.TrainFunction(small.objective, small.net.parameters, 1e-3)
    with pytest.raises(ValueError, match=r"two different variables called 'h\.W'"):
        tn.TrainFunction(small.objective, [*small.net.parameters, tn.Parameter("h.W", [1.0])], tn.Adam())
    with pytest.raises(TypeError, match="objective: expected a function, got int"):
        tn.TrainFunction(3, small.net.parameters, tn.Adam())


def test_a_parameter_named_twice_moves_once():
    W = tn.Parameter("W", [1.0])
    tn.TrainFunction(lambda x: (W.value * x).sum(), [W, W], tn.SGD(1.0))([1.0])
    assert W.value.tolist() == [0.0]


def test_the_parameters_may_come_one_by_one():
    W = tn.Parameter("W", [1.0])
    train = tn.TrainFunction(lambda x: (W.value * x).sum(), (p for p in [W]), tn.SGD(1.0))
    train([1.0])
    assert train.parameters == (W,) and W.value.tolist() == [0.0]


def test_a_step_inside_another_function_is_refused(bits):
    small = Small()
    before = bits(small)
    with pytest.raises(RuntimeError, match="outside of any other function"):
        tn.TestFunction(lambda x: small.train(x, Y).loss)(X)
    with pytest.raises(RuntimeError, match="outside of any other function"):
        tn.TrainFunction(lambda x: float(small.train(x, Y)), small.net.parameters, tn.SGD(0.1))(X)
    assert bits(small) == before and at_rest()


# Gradients that stop, and gradients of gradients


def test_a_detached_layer_trains_what_is_before_it_and_not_itself():
    small = Small()
    h, out = small.net[0], small.net[4]
    frozen = out.detached()

    def objective(x, y):
        return tn.loss.cross_entropy(frozen(tn.ops.tanh(h(x))), y)

    train = tn.TrainFunction(objective, small.net.parameters, tn.SGD(0.1))
    gradients = train.gradients(X, Y)
    assert gradients[h.W].any() and not gradients[out.W].any() and not gradients[out.b].any()


def test_stop_gradient_makes_a_constant_of_what_it_is_given():
    W = tn.Parameter("W", [3.0])
    train = tn.TrainFunction(lambda x: (tn.ops.stop_gradient(W.value) * W.value).sum(), [W], tn.SGD(1.0))
    assert train.gradients([0.0])[W].tolist() == [3.0]


def test_autograds_own_gradient_works_inside_an_objective():
    W = tn.Parameter("W", [2.0])

    def objective(x):
        slope = autograd.grad(lambda x: (W.value * x**2).sum())(x)  # 2 W x
        return (slope**2).sum()

    assert tn.TrainFunction(objective, [W], tn.SGD(1.0)).gradients([3.0])[W].tolist() == [8 * 9 * 2.0]


def test_both_kinds_of_function_say_what_they_are():
    small = Small()
    assert repr(small.train).startswith("TrainFunction(objective, 6 parameters, Adam(learning_rate=0.01")
    assert repr(small.classify) == "TestFunction(classify, modes=('test',))"


def test_what_a_step_leaves_behind_cannot_be_edited_in_place():
    small = Small()
    small.train(X, Y)
    for variable in small.net.parameters + small.net.statistics:
        with pytest.raises(ValueError, match="read-only"):
            variable.value[0] = 7


# Another optimizer

OPTIMIZERS = [tn.SGD(0.1), tn.Momentum(0.02), tn.RMSProp(1e-3), tn.Adam(1e-2), tn.AdamW(1e-2)]
KINDS = [type(optimizer).__name__ for optimizer in OPTIMIZERS]


def quadratic(start, optimizer):
    W = tn.Parameter("W", start)
    return W, tn.TrainFunction(lambda x: anp.sum(x * W.value**2), [W], optimizer)


@pytest.mark.parametrize("second", OPTIMIZERS, ids=KINDS)
@pytest.mark.parametrize("first", OPTIMIZERS, ids=KINDS)
def test_another_optimizer_goes_on_with_the_same_memory_and_begins_anew_with_another(first, second):
    x = np.float32([1.0, 2.0, 3.0])
    W, train = quadratic([1.0, -2.0, 0.5], first)
    for _ in range(3):
        train(x)
    memory = {name: array.copy() for name, array in train.memory.items()}
    train.optimizer = second
    assert train.optimizer is second and train.steps == 3
    goes_on = first.memory == second.memory
    if goes_on:
        assert train.began == 0 and all(np.array_equal(train.memory[name], memory[name]) for name in memory)
    else:
        assert train.began == 3 and not any(array.any() for array in train.memory.values())
    assert list(train.memory) == [f"{name}.W" for name in second.memory]
    w = W.value
    state = tuple(train.memory.values())  # step by step by the formula itself
    fresh_W, fresh = quadratic(w, second)
    for t in range(1, 4):
        train(x)
        if goes_on:
            w, state = second.step(w, 2 * x * w, state, second.rate(3 + t), 3 + t)
        else:
            fresh(x)
            w = fresh_W.value
            state = tuple(fresh.memory.values())
        assert np.array_equal(W.value, w) and all(map(np.array_equal, train.memory.values(), state))


@pytest.mark.parametrize("wrong", [None, 0.1, "Adam", tn.Adam, lambda w, g: w])
def test_what_is_no_optimizer_is_refused_and_nothing_has_changed(wrong, bits):
    small = Small()
    small.train(X, Y)
    before, optimizer = bits(small), small.train.optimizer
    with pytest.raises(TypeError, match=r"^objective \(TrainFunction\): expected an optimizer, got "):
        small.train.optimizer = wrong
    assert bits(small) == before and small.train.optimizer is optimizer and at_rest()
