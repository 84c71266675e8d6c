"""The wall of units shows what the net's own graph says, and looking leaves the net as it was."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.fractalnet import FractalNet
from teachnn_widgets import LivePaths

X = tn.rng(1).random((5, 28, 28), np.float32)


def make(columns=3, **rates):
    return FractalNet.create(tn.rng(0), columns, (2, 3), **rates)


def live(widget):
    return set(re.findall(r'<g class="live" data-unit="(.+?)"', widget.drawing))


def column(net, c):
    return {unit.name for block in net.blocks for unit in block.column(c)}


def test_at_test_the_whole_net_lives_or_exactly_the_column_that_is_asked_for():
    net = make()
    widget = LivePaths(net, X)
    every = set().union(*(column(net, c) for c in (1, 2, 3)))
    for function, units in [("whole net", every), *((f"column {c}", column(net, c)) for c in (1, 2, 3))]:
        widget.set_state({"function": function})
        assert live(widget) == units and f"{len(units)} of 14 units live" in widget.said
    widget.close()


def test_in_training_single_columns_and_thinned_nets_have_their_turns():
    net = make()
    widget, said = LivePaths(net, X), set()
    for batch in range(1, 41):
        widget.set_state({"batch": batch})
        said.add(widget.said.partition(": ")[2].partition(".")[0])
        for c in (1, 2, 3):
            assert (f"column {c} alone" in widget.said) == (live(widget) == column(net, c))
    alone = {f"column {c} alone" for c in (1, 2, 3)}
    assert said == {*alone, "all columns", "all columns, some inputs of joins dropped"}
    widget.close()


def test_what_is_shown_live_is_what_a_step_with_the_same_noise_moves():
    net = make()
    widget = LivePaths(net, X, seed=4)
    labels = np.zeros(5, int)
    for batch in range(1, 9):
        widget.set_state({"batch": batch})
        net.rng.bit_generator.state = np.random.default_rng((4, batch)).bit_generator.state
        train = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), net.parameters, tn.SGD(0.1))
        moving = {p.name for p, g in train.gradients(X, labels).items() if p.name.endswith("conv.W") and g.any()}
        assert moving == {f"{name}.conv.W" for name in live(widget)}
    widget.close()


def test_the_percentages_are_shares_of_the_batches_up_to_now():
    widget, counts = LivePaths(make(), X), {}
    for batch in range(1, 8):
        widget.set_state({"batch": batch})
        for name in live(widget):
            counts[name] = counts.get(name, 0) + 1
    shown = re.findall(r'data-unit="(.+?)">.*?(\d+%)', widget.drawing, re.DOTALL)
    assert len(shown) == 14 and all(share == f"{counts.get(name, 0) / 7:.0%}" for name, share in shown)
    widget.close()


def test_without_drop_path_everything_lives():
    widget = LivePaths(make(rate=0.0, alone=0.0), X)
    assert "Batch 1: all columns. 14 of 14 units live" in widget.said
    widget.close()


def test_there_is_a_join_wherever_columns_meet():
    widget = LivePaths(make(columns=4), X)
    drawing = ET.fromstring(widget.drawing)
    joins = [node for node in drawing.iter() if "join" in node.get("class", "").split()]
    assert len(joins) == 2 * 4  # in each block: after rows 2, 4, 6 and 8
    widget.close()


def test_looking_changes_nothing(state_of):
    net = make()
    before = state_of(net.parameters + net.statistics, None, [net.rng])
    widget = LivePaths(net, X)
    for function in widget.functions:
        widget.set_state({"function": function, "batch": 9})
    assert state_of(net.parameters + net.statistics, None, [net.rng]) == before
    widget.close()


def test_the_still_picture_and_the_line_are_the_same_in_each_run():
    one, two = (LivePaths(make(), X) for _ in range(2))
    assert one.still() == two.still() and ET.fromstring(one.still()).get("aria-label") == one.said
    assert str(one) == str(two) and str(one).startswith("LivePaths: 2 blocks of 3 columns. Batch 1: ")
    other = LivePaths(make(), X, seed=7)
    assert other.still() != one.still()
    for widget in (one, two, other):
        widget.close()


def test_what_does_not_fit_is_refused_or_shown_as_an_alert():
    net = make()
    for given, x, said in [
        (net.at("test"), X, "a FractalNet in train mode, got one in mode 'test'"),
        (net.column(1), X, "a FractalNet in train mode, got Sequential"),
        (net, X[:, :5], "Reshape"),
    ]:
        with pytest.raises(tn.InputError, match=said):
            LivePaths(given, x)
    widget = LivePaths(net, X)
    widget.set_state({"batch": 99})
    assert "a batch of 1 to 40" in widget.alert
    widget.set_state({"batch": 2})
    assert widget.alert == ""
    widget.close()
