"""A kernel that is left running for days: as many objects and as much memory after a long time as after a short one."""

import gc
import re
import threading
import weakref
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import teachnn as tn
import teachnn_widgets as tw

X = np.random.default_rng(0).standard_normal((8, 4)).astype(np.float32)


def small(rng):
    """Return a net with all that a step moves, and its training function."""
    net = tn.Sequential(
        tn.Dense.create("h", 4, 4, rng), tn.BatchNorm.create("bn", 4, mode="train"), tn.Dropout(0.1, rng, mode="train")
    )
    return net, tn.TrainFunction(lambda x: (net(x) ** 2).mean(), net.parameters, tn.Adam(1e-3))


def resident() -> float:
    """Return the memory in use in MB, on Linux; 0 elsewhere."""
    status = Path("/proc/self/status")
    return int(re.findall(r"VmRSS:\s*(\d+)", status.read_text())[0]) / 1024 if status.exists() else 0


def objects() -> Counter:
    gc.collect()
    return Counter(type(o).__name__ for o in gc.get_objects())


def more(before: Counter) -> dict[str, int]:
    """Return the kinds of object of which there are many more now than there were."""
    return {kind: count - before[kind] for kind, count in objects().items() if count - before[kind] > 30}


@pytest.mark.parametrize("steps", [3_000, pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_memory_is_flat_over_many_steps_and_the_history_bounded(steps):
    net, train = small(tn.rng(0))
    predict = tn.TestFunction(net.at("test"), name="predict")

    def go(steps):
        for i in range(steps):
            train.history.append(train(X))
            if i % 10 == 0:
                predict(X)

    go(2_000)
    before, memory, entries = objects(), resident(), len(train.history.steps)
    go(steps)
    assert more(before) == {}
    assert resident() - memory < 8
    assert train.steps == 2_000 + steps and len(train.history.steps) < max(2 * entries, 2_001)


@pytest.mark.parametrize("fits", [40, pytest.param(1_000, marks=pytest.mark.long)])
def test_memory_is_flat_over_many_fits_of_new_networks(fits):
    def fit(seed):
        rng = tn.rng(seed)
        net, train = small(rng)
        train.fit(tn.data.batches(X, size=4, rng=rng), epochs=3, progress=False)
        print(train.graph(X), tn.draw(train.graph(X)).svg[:4])
        return weakref.ref(net), weakref.ref(train)

    for seed in range(20):
        fit(seed)
    before, memory = objects(), resident()
    gone = [fit(seed) for seed in range(fits)]
    assert all(ref() is None for pair in gone for ref in pair)
    del gone
    assert more(before) == {}
    assert resident() - memory < 8


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.long)])
def test_widgets_that_were_closed_leave_no_thread_no_member_of_the_pulse_and_no_object(rounds):
    threads = threading.active_count()

    def a_round(seed):
        rng = tn.rng(seed)
        net, train = small(rng)
        decode = tn.TestFunction(lambda z: tn.ops.sigmoid(z[:, :1]).reshape(-1, 1, 1), name="decode")
        made = [
            tw.TwoGraphs(train.graph(X), train=train, inputs=[X]),
            tw.TrainingCockpit(train, tn.data.batches(X, size=4, rng=rng)),
            tw.LatentExplorer(decode),
            tw.ModeLens(net, net.at("test"), X),
            tw.ParameterView(net.parameters),
        ]
        made[1].step()
        made[1].pause()
        for widget in made:
            widget.close()
        return [weakref.ref(widget) for widget in made]

    for seed in range(3):
        a_round(seed)
    before = objects()
    gone = [ref for seed in range(rounds) for ref in a_round(seed)]
    gc.collect()
    assert [ref() for ref in gone if ref() is not None] == []
    del gone
    assert more(before) == {}
    assert threading.active_count() <= threads + 1  # the pulse's own, which ends by itself


def test_a_view_and_a_cockpit_keep_bounded_histories(monkeypatch):
    monkeypatch.setattr("teachnn_widgets.parameter_view.PERIOD", 0)
    net, train = small(tn.rng(0))
    view = tw.ParameterView(net.parameters)
    cockpit = tw.TrainingCockpit(train, [(X,)])
    sizes = []
    try:
        for i in range(2_000):
            train.history.append(train(X))
            view.beat()
            if i % 500 == 499:
                cockpit._tell()
                sizes.append((view.count, len(cockpit.curves["steps"])))
    finally:
        view.close()
        cockpit.close()
    assert all(60 < looks <= 120 and points <= 1_000 for looks, points in sizes)


def test_a_leak_would_be_noticed():
    """The guard on the guard."""
    kept, before = [], objects()
    for seed in range(40):
        kept.append(small(tn.rng(seed)))
    assert more(before)["Dense"] == 40
