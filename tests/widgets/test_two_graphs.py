"""The model of TwoGraphs: what it draws, says, inspects, and how what moves begins to glow."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.recurrent import RecurrentNet, waves
from teachnn.models.vae import VAE
from teachnn_widgets import TwoGraphs, two_graphs


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.setattr(two_graphs, "GLOW_PERIOD", 0.0)
    vae = VAE(2, tn.rng(0), hidden=8)
    x = tn.rng(1).random((4, 28, 28), np.float32)
    train = vae.train_function(tn.Adam(1e-2))
    widget = TwoGraphs(train.graph(x), vae.decode.graph(np.zeros((3, 2))), train=train, inputs=[x])
    yield vae, x, train, widget
    widget.close()


def key_of(widget, start):
    return next(key for key, detail in widget.details.items() if detail["title"].startswith(start))


def test_the_drawing_is_that_of_the_library(parts):
    *_, widget = parts
    assert widget.drawing == tn.draw(*widget.graphs).svg == widget.still()
    assert str(widget).startswith("TwoGraphs: objective and decode share 4 of 10 parameters")


def test_depth_goes_from_layers_to_primitives_and_takes_the_choice_away(parts):
    *_, widget = parts
    layers = widget.drawing
    widget.set_state({"selected": key_of(widget, "dec.h.W")})
    widget.set_state({"depth": 0})
    assert widget.drawing != layers and "dense" in widget.drawing
    assert widget.selected == "" and widget.inspection == []
    widget.set_state({"depth": 1})
    assert widget.drawing == layers


def test_a_layer_tells_shapes_mode_formula_and_number_of_parameters(parts):
    *_, widget = parts
    said = widget.details[key_of(widget, "enc.h · Dense")]["lines"]
    assert said[0] == "(4, 784) → (4, 8)" and "6,280 numbers in parameters" in said
    assert said[-1].startswith("y = x W + b")
    assert "mode train" in widget.details[key_of(widget, "GaussianSample")]["lines"]


def test_a_shared_parameter_tells_each_use_in_both_graphs(parts):
    *_, widget = parts
    assert widget.details[key_of(widget, "dec.h.W")]["lines"] == [
        "trains in dec.h of objective",
        "uses in dec.h of decode",
    ]


def test_the_inspector_shows_a_parameter_its_gradient_and_its_picture(parts):
    vae, x, train, widget = parts
    widget.set_state({"selected": key_of(widget, "dec.out.W")})
    (card,) = widget.inspection
    said = dict(card["numbers"])
    W = next(p for p in vae.parameters if p.name == "dec.out.W")
    assert said["numbers"] == "6,272" and said["gradient (norm)"] == f"{np.linalg.norm(train.gradients(x)[W]):.3g}"
    assert len(widget.heatmaps) == card["size"][0] * card["size"][1] * 3
    assert sum(card["histogram"]["counts"]) == W.size
    widget.set_state({"selected": ""})
    assert widget.inspection == []


def test_without_a_training_function_the_inspector_shows_no_gradient(parts):
    vae, *_ = parts
    widget = TwoGraphs(vae.decode.graph(np.zeros((3, 2))))
    widget.set_state({"selected": key_of(widget, "dec.h · Dense")})
    assert [card["name"] for card in widget.inspection] == ["dec.h.W", "dec.h.b"]
    assert "gradient (norm)" not in dict(widget.inspection[0]["numbers"])
    widget.close()


def test_parameters_glow_while_they_move_and_not_when_they_rest(parts):
    _, x, train, widget = parts
    widget.close()  # the pulse is this test
    widget.beat()
    assert widget.glow == {}
    train(x)
    widget.beat()
    assert set(widget.glow) == {key for key in widget.details if "v" in key}
    assert all(0 < strength <= 1 for strength in widget.glow.values())
    widget.beat()
    assert widget.glow == {}


def test_statistics_glow_by_their_drift():
    layer = tn.BatchNorm.create("bn", 3, mode="train")
    train = tn.TrainFunction(lambda x: tn.loss.mean_squared_error(layer(x), 0 * x + 1), layer.parameters, tn.SGD(1e-9))
    test = tn.TestFunction(layer.at("test"), name="normalise")
    x = tn.rng(0).random((5, 3), np.float32)
    widget = TwoGraphs(train.graph(x), test.graph(x))
    widget.close()
    train(x)
    widget._looked = 0.0
    widget.beat()
    assert widget.glow[key_of(widget, "bn.mean (statistic")] > 0.5


@pytest.fixture
def four(parts):
    vae, x, train, _ = parts
    z = np.zeros((3, 2))
    widget = TwoGraphs(vae.encode.graph(x), train.graph(x), vae.decode.graph(z), vae.reconstruct.graph(x))
    yield widget
    widget.close()


def test_of_four_functions_one_at_a_time_stands_beside_the_training_function(four):
    encode, train, decode, _ = four.graphs
    assert four.functions == ["encode", "decode", "reconstruct", "all"]
    assert four.drawing == tn.draw(train, encode).svg
    four.set_state({"function": 1})
    assert four.drawing == tn.draw(train, decode).svg
    four.set_state({"function": 3})
    assert all(f"Test function: {name}" in four.drawing for name in ("encode", "decode", "reconstruct"))
    four.set_state({"function": 4})
    assert "expected a function below 4, got 4" in four.alert


def test_the_still_of_four_functions_shows_every_pair(four):
    assert four.still() == tn.draw(*four.graphs).svg


def test_every_element_has_a_name_of_its_own_which_it_keeps_beside_another_function(four):
    seen = []
    for function in range(3):
        four.set_state({"function": function})
        same = [detail["same"] for detail in four.details.values()]
        assert len(set(same)) == len(same)
        seen.append(set(same))
    assert {name for name in seen[0] if name.startswith("left")} == {name for name in seen[1] if name[:4] == "left"}
    assert "right: dec.h · Dense 1" in seen[1] & seen[2] and "enc.h.W" in seen[0] & seen[1] & seen[2]


def test_it_says_in_a_sentence_how_much_the_functions_share(four):
    assert "; encode uses 6 of them, " in four.said
    four.set_state({"function": 3})
    assert four.said.endswith("How many of them the others use: encode 6, decode 4, reconstruct 8.")


def test_looking_changes_nothing(parts, state_of):
    vae, _, train, widget = parts
    before = state_of(vae.parameters, train, [vae.rng])
    for key in widget.details:
        widget.set_state({"selected": key})
        widget.beat()
    assert state_of(vae.parameters, train, [vae.rng]) == before


@pytest.mark.parametrize(
    ("graphs", "said"),
    [((), "expected one graph or more, got none"), (([1, 2],), "expected graphs, got list; a function's .graph")],
)
def test_what_is_no_graph_is_refused(graphs, said):
    with pytest.raises(tn.InputError, match=said):
        TwoGraphs(*graphs)


def test_inputs_that_do_not_fit_the_training_function_are_refused(parts):
    vae, x, train, _ = parts
    with pytest.raises(tn.InputError, match=r"enc\.h"):
        TwoGraphs(train.graph(x), train=train, inputs=[x[:, :5]])
    with pytest.raises(tn.InputError, match="training function as train"):
        TwoGraphs(train.graph(x), train=vae)


def test_a_name_that_looks_like_markup_stays_text():
    W = tn.Parameter("<script>alert(1)</script>.W", np.ones((2, 2)))
    f = tn.TestFunction(lambda x: tn.Dense(W, tn.Parameter("b", [0, 0]))(x), name="f")
    widget = TwoGraphs(f.graph(np.ones((1, 2))))
    assert "<script" not in widget.drawing and "&lt;script" in widget.drawing
    widget.close()


def test_a_state_is_said_to_be_one_and_shows_no_numbers():
    net, x = RecurrentNet(1, 4, tn.rng(0)), waves(tn.rng(1), 2, 3)
    two = TwoGraphs(net.train_function(tn.Adam()).graph(x), net.next.graph(*net.read(x)))
    states = {key: said for key, said in two.details.items() if said["title"] == "h · state"}
    assert len(states) == 2 and all("neither saved nor trained" in said["lines"][-1] for said in states.values())
    two.selected = next(iter(states))
    assert two.inspection == []
    two.close()
