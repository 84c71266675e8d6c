"""Parameters through their history, with bounded memory."""

import numpy as np
import pytest

import teachnn as tn
from teachnn_widgets import ParameterView, parameter_view


@pytest.fixture
def net(monkeypatch):
    monkeypatch.setattr(parameter_view, "PERIOD", 0.0)
    rng = tn.rng(0)
    return tn.Sequential(tn.Dense.create("h", 70, 5, rng), tn.BatchNorm.create("bn", 5, mode="train"))


@pytest.fixture
def view(net):
    function = tn.TestFunction(net.at("test"), name="classify")
    view = ParameterView(net.parameters + net.statistics, [function.graph(np.ones((2, 70)))])
    view.close()  # the pulse is the test
    return view


def test_the_table_says_name_kind_shape_count_and_users(view):
    assert view.rows[0] == {"name": "h.W", "kind": "parameter", "shape": "70 × 5", "count": 350, "users": "classify"}
    assert [row["kind"] for row in view.rows].count("statistic") == 2


def test_numbers_picture_and_histogram_are_those_of_the_chosen_variable(view, net):
    W = net[0].W.value
    assert view.numbers[0] == [float(W.mean()), float(W.std()), None]
    assert view.size == [64, 5] and len(view.heatmap) == 64 * 5 * 3 and sum(view.bars["counts"]) == 350
    view.set_state({"selected": 2})
    assert view.size == [1, 5] and view.bars["low"] == 0.5  # gamma, all ones


def test_a_look_is_kept_when_something_moved_and_only_then(view, net):
    view.beat()
    assert view.count == 1
    before = net[0].W.value
    net[0].W.value = before + 1
    view.beat()
    assert view.count == 2
    assert view.numbers[0][2] == pytest.approx(np.sqrt(350), rel=1e-5) and view.numbers[1][2] == 0


def test_the_scrubber_goes_back_and_the_latest_is_followed(view, net):
    first = view.heatmap
    net[0].W.value = -net[0].W.value
    view.beat()
    latest = view.heatmap
    assert latest != first
    view.set_state({"place": 0})
    assert view.heatmap == first
    view.set_state({"place": -1})
    assert view.heatmap == latest


def test_memory_is_bounded_and_the_first_look_stays(view, net):
    first = view.heatmap
    for i in range(3 * parameter_view.LOOKS):
        net[0].W.value = np.full((70, 5), i)
        view.beat()
        assert view.count <= parameter_view.LOOKS and view.numbers[0][0] == i  # the latest is shown
    view.set_state({"place": 0})
    assert view.heatmap == first


def test_a_place_that_is_none_is_shown_as_an_alert(view):
    view.set_state({"place": 99})
    assert "expected selected below 6, place below 1" in view.alert
    view.set_state({"place": -1})
    assert view.alert == ""


def test_the_still_picture_and_the_line(view):
    first = view.still()
    assert first.size == (800, 320)
    view.selected = 1
    assert view.still() != first
    assert str(view) == "ParameterView of 6 variables, 375 numbers: h.W, ..."


def test_what_does_not_fit_is_refused(net):
    for variables, functions, said in [
        (5, (), "expected parameters, got int"),
        ((), (), "at least one variable, got none"),
        ([1.0], (), "expected parameters or statistics, got float"),
        (net.parameters, [net], "expected graphs, got Sequential"),
    ]:
        with pytest.raises(tn.InputError, match=said):
            ParameterView(variables, functions)
    with pytest.raises(ValueError, match="two different variables"):
        ParameterView([net[0].W, tn.Parameter("h.W", [1.0])])
