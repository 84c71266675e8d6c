"""The second case of the course: each training step takes a random part of the net; at test, the whole or a column."""

import dataclasses

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.classifier import Classifier
from teachnn.models.fractalnet import Fractal, FractalNet, Unit, multiply_adds

DIGITS = tn.data.mnist().train
PICTURES, LABELS = tn.data.pixels(DIGITS.images[:100]), DIGITS.labels[:100]


def make(columns=3, channels=(3, 4), seed=0, **rates):
    return FractalNet.create(tn.rng(seed), columns, channels, **rates)


def always(net, alone):
    return dataclasses.replace(net, alone=alone)


def live_units(net, x=PICTURES[:2]):
    """Return the names of the units whose output the net's next output depends on."""
    graph = tn.TestFunction(net, modes=("train", "test")).graph(x)
    live = {graph.nodes[-1].index}
    for edge in reversed(sorted(graph.edges, key=lambda edge: edge.target)):
        if edge.target in live:
            live.add(edge.source)
    return [node.name for node in graph.nodes if node.type == "Unit" and node.index in live]


def names(net, c):
    return [layer.name for layer in net.column(c) if isinstance(layer, Unit)]


# Training: drop-path


def test_globally_a_step_trains_one_column_of_every_block_and_each_has_its_turn():
    net = always(make(), 1.0)
    seen = []
    for _ in range(40):
        live = live_units(net)
        seen.append([names(net, c) for c in (1, 2, 3)].index(live) + 1)
        net(PICTURES[:1])  # draws
    assert set(seen) == {1, 2, 3}


def test_locally_inputs_of_joins_die_and_one_at_least_lives():
    net = always(make(rate=0.5), 0.0)
    sizes = set()
    for _ in range(40):
        live = live_units(net)
        assert {name[:6] for name in live} == {"block1", "block2"}
        sizes.add(len(live))
        net(PICTURES[:1])
    assert len(sizes) > 4 and max(sizes) <= 14


def test_without_drop_path_every_unit_lives():
    net = make(rate=0.0, alone=0.0)
    assert len(live_units(net)) == 14


def test_half_of_the_batches_are_global_unless_another_share_is_asked_for():
    for alone in (0.5, 0.2):
        net, count = make(channels=(1,), rate=0.0, alone=alone), 0
        for _ in range(120):
            count += len(live_units(net)) < 7
            net(PICTURES[:1])
        assert abs(count / 120 - alone) < 5 * (alone * (1 - alone) / 120) ** 0.5


def test_a_gradient_reaches_what_lives_and_nothing_else():
    net = always(make(), 1.0)
    train = Classifier(net).train_function(tn.Adam())
    live = live_units(net)
    moving = {p.name for p, g in train.gradients(PICTURES, LABELS).items() if p.name.endswith("conv.W") and g.any()}
    assert moving == {f"{name}.conv.W" for name in live}


def test_a_step_moves_the_statistics_of_the_columns_that_live_alone():
    net = always(make(), 1.0)
    train, live = Classifier(net).train_function(tn.Adam()), live_units(net)
    before = {s: s.value for s in net.statistics}
    train(PICTURES, LABELS)
    assert {s.name.rpartition(".bn")[0] for s in net.statistics if s.value is not before[s]} == set(live)


def test_the_same_seed_gives_the_same_run_bit_for_bit():
    def run():
        net = make(seed=3)
        train = Classifier(net).train_function(tn.Adam())
        return [float(train(PICTURES, LABELS)) for _ in range(4)], [p.value.tobytes() for p in net.parameters]

    assert run() == run()


# Test: the whole net, and each column


def test_every_test_function_holds_the_very_same_parameters_and_statistics():
    net = make()
    test = net.at("test")
    every = test.parameters + test.statistics
    assert all(a is b for a, b in zip(every, net.parameters + net.statistics, strict=True))
    for c in (1, 2, 3):
        for mode in (net, test):
            column = mode.column(c)
            mine = column.parameters + column.statistics
            assert mine and all(any(v is w for w in every) for v in mine)
    assert set(test.parameters) == {p for c in (1, 2, 3) for p in test.column(c).parameters}


def test_columns_share_the_head_and_nothing_else():
    net = make().at("test")
    one, three = set(net.column(1).parameters), set(net.column(3).parameters)
    assert one & three == set(net.head.parameters)


def test_at_test_nothing_is_drawn_and_every_unit_lives():
    net = make(rate=0.9).at("test")
    before = net.rng.bit_generator.state
    assert len(live_units(net)) == 14 and net.rng.bit_generator.state == before
    assert [live_units(net.column(c)) for c in (1, 2, 3)] == [names(net, c) for c in (1, 2, 3)]


def test_a_net_of_one_column_is_that_column():
    net = make(columns=1).at("test")
    assert np.array_equal(tn.TestFunction(net)(PICTURES), tn.TestFunction(net.column(1))(PICTURES))


def test_a_function_of_a_column_moves_when_the_whole_net_is_trained():
    net = always(make(), 0.0)
    answer = tn.TestFunction(net.at("test").column(2))
    before = answer(PICTURES)
    Classifier(net).train_function(tn.Adam())(PICTURES, LABELS)
    assert not np.allclose(answer(PICTURES), before)


def test_a_tiny_set_is_learnt_by_heart_by_the_whole_and_by_each_column():
    net = make(channels=(8, 8), seed=1)
    batches = tn.data.batches(PICTURES, LABELS, size=25, rng=tn.rng(1))
    Classifier(net).train_function(tn.Adam(1e-2)).fit(batches, epochs=40, progress=False)
    assert Classifier(net).accuracy(PICTURES, LABELS) >= 0.9
    assert all(Classifier(net.column(c)).accuracy(PICTURES, LABELS) >= 0.8 for c in (1, 2, 3))


# Gradients, costs, complaints


def test_the_gradient_is_right_with_paths_dropped():
    net = make(columns=2, channels=(2,), rate=0.5, seed=5)
    objective = lambda: tn.loss.cross_entropy(net(PICTURES[:2].astype(float)), LABELS[:2])  # noqa: E731
    assert tn.check_gradients(objective, parameters=net.parameters, limit=12, tolerance=1e-5) < 1e-5


def test_the_cost_is_the_number_of_products_added_up_for_one_example():
    net = make(channels=(3, 4)).at("test")
    first = 14 * 14 * 9 * 1 * 3 + 7 * 7 * 9 * 3 * 4 + 36 * 10
    second = first + 14 * 14 * 9 * 3 * 3 + 7 * 7 * 9 * 4 * 4
    cost = [multiply_adds(tn.TestFunction(net.column(c)).graph(PICTURES[:n])) for c, n in ((1, 1), (2, 1), (2, 5))]
    assert cost == [first, second, second]
    whole = multiply_adds(tn.TestFunction(net).graph(PICTURES[:1]))
    assert whole == sum(multiply_adds(tn.TestFunction(net.column(c)).graph(PICTURES[:1])) for c in (1, 2, 3)) - 720


@pytest.mark.parametrize("c", [0, 4, "2", 1.5])
def test_a_column_that_is_not_there_is_refused(c):
    with pytest.raises(tn.InputError, match="from 1 to 3, got "):
        make().column(c)


def test_a_share_that_is_none_and_what_is_no_generator_are_refused():
    with pytest.raises(tn.InputError, match=r"alone \(a probability\), >= 0 and <= 1, got 1\.5"):
        make(alone=1.5)
    with pytest.raises(tn.InputError, match="a drop probability"):
        make(rate=1.0)
    with pytest.raises(tn.InputError, match=r"^FractalNet: expected a generator "):
        dataclasses.replace(make(), rng=3)


def test_a_net_in_train_mode_is_refused_inside_a_test_function():
    with pytest.raises(tn.ModeError, match=r"FractalNet.*\.at\('test'\)"):
        tn.TestFunction(make())(PICTURES)
    assert isinstance(make().blocks[0], Fractal)
