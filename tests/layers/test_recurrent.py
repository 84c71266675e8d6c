"""A GRU keeps nothing between two calls: its state goes in and comes out."""

import numpy as np
import pytest
from refusal import refused

import teachnn as tn

X = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
H = np.random.default_rng(1).standard_normal((4, 5)).astype(np.float32)


def cell():
    return tn.GRU.create("cell", 3, 5, tn.rng(0))


def test_its_parameters_hold_three_gates_side_by_side():
    gru = cell()
    assert [(p.name, p.shape) for p in gru.parameters] == [
        ("cell.W", (3, 15)), ("cell.U", (5, 15)), ("cell.b", (15,)), ("cell.c", (15,)),
    ]  # fmt: skip
    assert gru.units == 5 and not gru.statistics
    limit = np.sqrt(6 / (5 + 5))
    assert limit * 0.9 < np.abs(gru.U.value).max() <= limit, "each gate by Glorot's rule on its own size"


def test_with_the_gate_z_open_the_state_stays_and_with_it_closed_it_is_new():
    gru = cell()
    for bias, stays in ((40.0, True), (-40.0, False)):
        b = np.zeros(15, np.float32)
        b[5:10] = bias
        gru.b.value = b
        assert np.allclose(gru(X, H), H) is stays


def test_with_the_gate_r_closed_what_is_new_does_not_see_the_state_nor_its_bias():
    """r stands after the product: c_n is behind it too, as in PyTorch."""
    gru = cell()
    b, c = np.zeros(15, np.float32), np.zeros(15, np.float32)
    b[:10], c[10:] = -40, 7
    gru.b.value, gru.c.value = b, c
    np.testing.assert_allclose(gru(X, H), np.tanh(X @ gru.W.value[:, 10:]), atol=1e-6)


def test_a_call_changes_neither_its_inputs_nor_the_next_call():
    gru, before = cell(), (X.tobytes(), H.tobytes())
    first = gru(X, H)
    gru(2 * X, first)
    assert gru(X, H).tobytes() == first.tobytes() and (X.tobytes(), H.tobytes()) == before


def test_each_row_has_a_state_of_its_own():
    gru = cell()
    np.testing.assert_allclose(gru(X, H)[1:2], gru(X[1:2], H[1:2]), atol=1e-6)
    with refused("cell (GRU)"):
        gru(X, H[:1])


def test_without_a_state_the_series_begins_here():
    gru = cell()
    assert gru(X).tobytes() == gru(X, np.zeros((4, 5), np.float32)).tobytes()


def test_parameters_that_do_not_belong_together_are_refused():
    W, U, b, c = cell().parameters
    other = tn.Parameter("cell.U", np.zeros((5, 5), np.float32))
    with refused("cell (GRU)"):
        tn.GRU(W, other, b, c)
    with refused("cell (GRU)"):
        tn.GRU(W, U, b, U)


def test_called_t_times_in_training_it_is_t_boxes_that_use_one_w():
    gru = cell()

    def objective(x):
        h = np.zeros((len(x), 5), np.float32)
        for t in range(4):
            h = gru(x[:, t], h)
        return (h * h).mean()

    graph = tn.TrainFunction(objective, gru.parameters, tn.SGD(0.1)).graph(np.zeros((2, 4, 3)))
    boxes = [node for node in graph.nodes if node.type == "GRU"]
    assert len(boxes) == 4 and all(set(node.parameters) == set(gru.parameters) for node in boxes)
    assert set(graph.parameters) == set(gru.parameters)


@pytest.mark.parametrize("batch", [1, 3])
def test_its_state_has_the_shape_of_the_state_that_it_was_given(batch):
    assert cell()(X[:batch], H[:batch]).shape == (batch, 5)
