"""A day in a classroom: a hundred thousand steps, a thousand fits, widget after widget, and nothing grows.

Memory is counted after a warm-up: the blocks that Python holds, each small array one or two, and the bytes of the
process. What may pile up is counted too: means of a History, looks of a view, threads, observers, widgets.
"""

import gc
import sys
import threading
import weakref
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.gpt import GPT
from teachnn_widgets.interrupts import interrupts
from teachnn_widgets.parameter_view import LOOKS
from teachnn_widgets.pulse import pulse
from teachnn_widgets.training_cockpit import POINTS

BLOCKS = 500  # of memory (an array is one or two) that may be added after the warm-up, however many steps there are
BYTES = 16 << 20  # that the process may take beside them: what the allocator keeps in hand


def long(short, full):
    return [short, pytest.param(full, marks=[pytest.mark.long, pytest.mark.timeout(600)])]


def tiny(seed=0):
    """Return a training function with dropout and batch norm, its test function and its batches, as small as can be."""
    rng = tn.rng(seed)
    net = tn.Sequential(
        tn.Dense.create("h", 4, 5, rng),
        tn.BatchNorm.create("bn", 5, mode="train"),
        tn.ReLU(),
        tn.Dropout(0.2, rng, mode="train"),
        tn.Dense.create("out", 5, 3, rng),
    )
    x, y = rng.standard_normal((16, 4), dtype=np.float32), rng.integers(0, 3, 16)

    def objective(x, y):
        return {"cross-entropy": tn.loss.cross_entropy(net(x), y), "size": 1e-3 * (net[0].W.value ** 2).sum()}

    train = tn.TrainFunction(objective, net.parameters, tn.Adam(1e-3))
    return train, tn.TestFunction(net.at("test"), name="classify"), tn.data.batches(x, y, size=8, rng=rng), x


def held() -> tuple[int, int]:
    """Return how many blocks of memory Python holds, and how many bytes the process does."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if sys.platform == "linux" else 0
    return sys.getallocatedblocks(), pages * 4096


def grown(work, warm_up: int, count: int) -> tuple[int, int]:
    """Return by how many blocks and bytes `count` calls of work(i) grow what is held after `warm_up` calls."""
    for i in range(warm_up):
        work(i)
    before = held()
    for i in range(warm_up, warm_up + count):
        work(i)
    after = held()
    return after[0] - before[0], after[1] - before[1]


def calls_of(work) -> int:
    """Return how many functions work() calls; what grew would call more. Its time is for tests/benchmarks/runs.py."""
    calls = 0

    def note(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def kinds() -> Counter:
    """Return how many objects of the library's own are alive, by their class."""
    gc.collect()
    kinds = (type(o) for o in gc.get_objects())
    return Counter(kind.__name__ for kind in kinds if str(kind.__module__).startswith("teachnn"))


# The way memory is watched


def test_the_watch_notices_what_is_kept_of_each_step():
    kept = []
    blocks, _ = grown(lambda i: kept.append([np.zeros(100)]), 10, 1_000)
    assert blocks > BLOCKS


def test_work_that_grows_would_be_noticed_by_its_calls():
    kept = [0]
    few = calls_of(lambda: [abs(number) for number in kept])
    kept *= 10_000
    assert calls_of(lambda: [abs(number) for number in kept]) == few + 9_999


# Steps and fits


@pytest.mark.parametrize("steps", long(1_500, 100_000))
def test_memory_and_work_are_flat_however_many_steps_are_taken(steps):
    train, classify, batches, x = tiny()
    train.history = tn.History(capacity=64)
    rows = [next(iter(batches)) for _ in range(4)]

    def work(i):
        train.history.append(train(*rows[i % 4]))
        if i % 50 == 0:
            classify(x)

    def both():
        train(*rows[0]), classify(x)

    both(), both()  # the first do more
    calls, taken = calls_of(both), train.steps
    blocks, size = grown(work, 500, steps)
    assert blocks < BLOCKS and size < BYTES and train.steps == taken + steps + 500
    assert calls_of(both) == calls and len(train.history.steps) < 64
    assert len(classify._reads) == 8


@pytest.mark.parametrize("fits", long(60, 1_000))
def test_memory_is_flat_however_many_fits_there_are(fits):
    train, _, batches, _ = tiny()
    train.history = tn.History(capacity=32)

    def work(i):
        train.fit(batches, epochs=1, progress=False)

    blocks, size = grown(work, 40, fits)
    assert blocks < BLOCKS and size < BYTES and len(train.history.steps) < 32


@pytest.mark.parametrize("nets", long(40, 200))
def test_a_net_its_functions_and_its_graphs_are_gone_when_nobody_holds_them(nets):
    def work(i):
        train, classify, batches, x = tiny(i)
        train.fit(batches, epochs=1, progress=False)
        tn.draw(train.graph(*next(iter(batches))), classify.graph(x))

    blocks, size = grown(work, 10, nets)
    assert blocks < BLOCKS and size < BYTES


def test_a_step_that_fails_leaves_nothing_behind():
    train, _, _, x = tiny()

    def work(i):
        with pytest.raises((tn.InputError, FloatingPointError)):
            train(x * np.nan if i % 2 else x[:, :2], np.zeros(16, int))

    blocks, size = grown(work, 20, 300)
    assert blocks < BLOCKS and size < BYTES


@pytest.mark.parametrize("steps", long(20_000, 300_000))
def test_a_history_is_bounded_and_still_the_mean_of_all_steps(steps):
    history, total = tn.History(), 0.0
    for step in range(1, steps + 1):
        history.append(tn.StepResult(step % 7, {"loss": step % 7}, step))
        total += step % 7
    assert len(history.steps) <= history.capacity == 2048 and history.steps[-1] == steps
    rows = history.as_it_is()["rows"]
    assert sum(row[2] for row in rows) == total and sum(row[1] for row in rows) == steps


def test_a_history_that_keeps_every_step_would_be_noticed(monkeypatch):
    train, _, batches, _ = tiny()
    batch = next(iter(batches))
    train.history = tn.History(capacity=10**9)
    blocks, _ = grown(lambda i: train.history.append(train(*batch)), 10, 1_000)
    assert blocks > BLOCKS


# Widgets


@pytest.mark.parametrize("looks", long(400, 5_000))
def test_a_view_of_parameters_keeps_so_many_looks_and_no_more(looks, monkeypatch):
    monkeypatch.setattr("teachnn_widgets.parameter_view.PERIOD", 0)
    W = tn.Parameter("W", np.zeros((3, 3)))
    view = tw.ParameterView([W])
    pulse.remove(view)  # the beats are ours
    for i in range(looks):
        W.value = np.full((3, 3), i)
        view.beat()
        assert len(view._looks) <= LOOKS
    assert view.count == len(view._looks) > LOOKS // 3 and view.numbers[0][0] == looks - 1
    view.close()


@pytest.mark.parametrize("steps", long(3_000, 30_000))
def test_the_curves_of_a_cockpit_are_bounded(steps):
    train, _, batches, _ = tiny()
    cockpit = tw.TrainingCockpit(train, batches, test=lambda: {"cross-entropy": 1.0})
    cockpit.trainer.run(cockpit.feed, steps)
    cockpit.trainer._thread.join()
    cockpit.tell()
    curves = cockpit.curves
    assert cockpit.status["step"] == steps and len(curves["steps"]) <= POINTS
    assert all(len(values) == len(curves["steps"]) for values in curves["training"].values())
    assert len(curves["test"]) <= POINTS
    assert len(train.history.tests) <= 2 * train.history.capacity
    cockpit.close()


def widgets():
    """Yield one widget of each kind, made anew."""
    train, classify, batches, x = tiny()
    net = train.objective.__closure__[0].cell_contents
    yield tw.ParameterView(train.parameters)
    yield tw.TwoGraphs(train.graph(*next(iter(batches))), classify.graph(x))
    yield tw.TrainingCockpit(train, batches)
    yield tw.ModeLens(net, net.at("test"), x)
    yield tw.LatentExplorer(tn.TestFunction(lambda z: z[:, :1, None] + np.zeros((1, 3, 3), np.float32), name="decode"))
    yield tw.TextStepper(GPT(4, 6, tn.rng(0), width=8, heads=2, blocks=1), "abcd")
    yield tw.DrawPad(classify=tn.TestFunction(lambda x: x.reshape((1, -1))[:, :3], name="classify"))


@pytest.mark.parametrize("rounds", long(2, 30))
def test_a_widget_that_is_closed_leaves_no_thread_no_observer_and_no_object(rounds):
    for widget in widgets():  # what is made once for all
        widget.close()
    del widget
    before, made = kinds(), []
    for _ in range(rounds):
        for widget in widgets():
            made.append(weakref.ref(widget))
            if isinstance(widget, tw.TrainingCockpit):
                widget.trainer.run(widget.feed, 3)
                widget.trainer._thread.join()
            str(widget), widget.still()
            widget.close()
    del widget
    gc.collect()
    assert len(made) == 7 * rounds and [ref for ref in made if ref() is not None] == []
    assert kinds() - before == Counter()
    assert pulse._members == () and interrupts._members == () and pulse._thread is None
    pulse_ends = [thread for thread in threading.enumerate() if "teachnn" in thread.name]
    for thread in pulse_ends:
        thread.join(10)
    assert not any("teachnn" in thread.name for thread in threading.enumerate())


def test_a_widget_that_stays_behind_is_noticed():
    before = kinds()
    kept = next(widgets())
    assert (kinds() - before)["ParameterView"] == 1
    kept.close()


@pytest.mark.parametrize("drawings", long(20, 60))
def test_memory_is_flat_however_often_a_widget_is_made_and_closed(drawings):
    def work(i):
        for widget in widgets():
            widget.close()

    blocks, size = grown(work, 5, drawings)
    assert blocks < BLOCKS and size < BYTES


def test_a_layout_that_outlives_its_widget_would_be_noticed(monkeypatch):
    monkeypatch.setattr("ipywidgets.Layout.close", lambda self: None)
    W = tn.Parameter("W", [1.0])
    blocks, _ = grown(lambda i: tw.ParameterView([W]).close(), 5, 50)
    assert blocks > BLOCKS
