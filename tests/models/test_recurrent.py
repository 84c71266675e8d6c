"""A recurrent net: T boxes in training, one in a loop at test, and what its own output does to it."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.models.recurrent import RecurrentNet, waves

NET = RecurrentNet(1, 8, tn.rng(0), given=3)
X = waves(tn.rng(1), 5, 9)


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_one_step_at_a_time_is_the_whole_series_at_once(count, length, cut):
    series, cut = X[:count, :length], min(cut, length)
    whole = NET.follow(series)
    y, h = NET.read(series[:, :cut])
    np.testing.assert_allclose(y, whole[:, cut - 1], atol=1e-6)
    for t in range(cut, length):
        y, h = NET.next(series[:, t], h)
        np.testing.assert_allclose(y, whole[:, t], atol=1e-6)


def test_next_changes_none_of_its_inputs_and_a_state_can_be_gone_on_from_twice():
    y, h = NET.read(X)
    before = y.tobytes(), h.tobytes()
    one, same = NET.next(y, h), NET.next(y, h)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, same, strict=True))
    assert (y.tobytes(), h.tobytes()) == before and not np.shares_memory(one[1], h)


def test_what_it_goes_on_with_is_its_own_output():
    found = NET.go_on(X[:, :4], 5)
    assert found.shape == (5, 5, 1)
    again = NET.follow(np.concatenate([X[:, :4], found[:, :4]], axis=1))
    np.testing.assert_allclose(found, again[:, 3:], atol=1e-6)


def test_training_is_t_boxes_on_one_w_and_test_is_one_box_with_its_state():
    train = NET.train_function(tn.Adam()).graph(X)
    boxes = [node for node in train.nodes if node.type == "Step"]
    assert len(boxes) == 8 and all(set(node.parameters) == set(NET.parameters) for node in boxes)
    y, h = NET.read(X)
    test = NET.next.graph(y, h)
    assert [node.type for node in test.nodes if node.kind == "call"] == ["Step"]
    assert [(node.name, node.kind) for node in test.nodes if node.type == "state"] == [("h", "input"), ("h", "output")]
    assert set(tn.shared_parameters(train, test)) == set(NET.parameters)
    assert not NET.step.statistics


def test_with_no_share_of_its_own_scheduled_sampling_is_teacher_forcing():
    net = RecurrentNet(1, 8, tn.rng(0), given=3)
    taught, scheduled = net.train_function(tn.Adam()), net.scheduled_function(tn.Adam())
    for p, g in taught.gradients(X).items():
        np.testing.assert_allclose(g, scheduled.gradients(X, 0.0)[p], atol=1e-6)
        assert not np.allclose(g, scheduled.gradients(X, 1.0)[p], atol=1e-4)


def test_with_all_of_its_own_it_is_trained_as_it_is_used():
    net = RecurrentNet(1, 8, tn.rng(0), given=3)
    free = np.concatenate([net.follow(X[:, :2]), net.go_on(X[:, :3], 6)], axis=1)
    loss = net.scheduled_function(tn.SGD(1e-3))(X, 1.0).loss
    assert loss == pytest.approx(np.mean((free - X[:, 1:]) ** 2), rel=1e-3)


def test_what_is_drawn_belongs_to_the_step_and_a_look_draws_nothing():
    net = RecurrentNet(1, 8, tn.rng(0), given=3)
    scheduled = net.scheduled_function(tn.SGD(1e-3))
    before = net.noise.bit_generator.state
    scheduled.gradients(X, 0.5), scheduled.graph(X, 0.5)
    with pytest.raises(FloatingPointError), np.errstate(over="ignore"):
        scheduled(np.full_like(X, 1e30), 0.5)
    assert net.noise.bit_generator.state == before
    scheduled(X, 0.5)
    assert net.noise.bit_generator.state != before


def test_a_run_that_is_stopped_goes_on_to_the_same_bits(tmp_path):
    def run(seed, first, last, path=None, load=None):
        net = RecurrentNet(1, 6, tn.rng(seed), given=2)
        train = net.scheduled_function(tn.Adam(1e-2))
        if load:
            tn.load(load, net.parameters, train, {"noise": net.noise})
        for i in range(first, last):
            train(waves(tn.rng(i), 4, 7), 0.5)
        if path:
            tn.save(path, net.parameters, train, {"noise": net.noise})
        return [p.value.tobytes() for p in net.parameters], net.noise.bit_generator.state

    run(0, 0, 3, path=tmp_path / "half")
    assert run(9, 3, 6, load=tmp_path / "half") == run(0, 0, 6)


def test_a_test_function_on_another_thread_sees_one_whole_step():
    net, answers = RecurrentNet(1, 6, tn.rng(0)), []
    train, x = net.train_function(tn.SGD(0.1)), X[:1, :4]
    allowed = {net.follow(x).tobytes()}
    thread = threading.Thread(target=lambda: answers.extend(net.follow(x).tobytes() for _ in range(300)))
    thread.start()
    while thread.is_alive():
        train(X)
        allowed.add(net.follow(x).tobytes())
    thread.join()
    assert set(answers) <= allowed and len(answers) == 300


def test_trained_on_its_own_output_it_goes_on_better_and_is_taught_as_well():
    errors = {}
    for name in ("taught", "scheduled"):
        net, rng, steps = RecurrentNet(1, 16, tn.rng(0)), tn.rng(1), 250
        optimizer = tn.Adam(tn.schedule.Cosine(1e-2, 1e-4, steps))
        taught, scheduled = net.train_function(optimizer), net.scheduled_function(optimizer)
        for i in range(steps):
            x = waves(rng, 32, 21)
            taught(x) if name == "taught" else scheduled(x, min(1.0, 1.5 * i / steps))
        x = waves(tn.rng(2), 300, 21)
        follow = np.mean((net.follow(x[:, :-1]) - x[:, 1:]) ** 2)
        errors[name] = follow, np.mean((net.go_on(x[:, :8], 13)[:, -5:] - x[:, 16:]) ** 2)
    assert errors["scheduled"][1] < 0.75 * errors["taught"][1], errors
    assert errors["taught"][0] < 0.1 * errors["taught"][1], errors


def test_waves_are_one_number_a_step_and_come_from_their_generator():
    x = waves(tn.rng(0), 3, 7)
    assert x.shape == (3, 7, 1) and x.dtype == np.float32
    assert (x == waves(tn.rng(0), 3, 7)).all() and not (x == waves(tn.rng(1), 3, 7)).all()
    calm = waves(tn.rng(0), 200, 40, noise=0)[..., 0]
    assert np.abs(calm).max() <= 1.2
    turns = (np.diff(np.sign(calm), axis=1) != 0).sum(axis=1)
    assert turns.min() >= 4 and turns.max() <= 10, "40 steps are 2.5 to 5 periods of 8 to 16"


def test_what_does_not_fit_is_refused_by_name():
    with pytest.raises(tn.InputError, match="series"):
        NET.follow(X[:, :, 0])
    with pytest.raises(tn.InputError, match="go_on"):
        NET.go_on(X, 0)
    with pytest.raises(tn.InputError, match="RecurrentNet"):
        RecurrentNet(1, 8, tn.rng(0), given=0)
    with pytest.raises(tn.InputError, match="waves"):
        waves(tn.rng(0), 0, 5)


def test_it_travels_as_a_program():
    y, h = NET.read(X)
    np.testing.assert_allclose(tn.export.program(NET.follow, X)(X[:2]), NET.follow(X[:2]), atol=1e-6)
    program = tn.export.program(NET.next, y, h)
    for one, other in zip(program(y[:1], h[:1]), NET.next(y[:1], h[:1]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert program.state == ("h",)
