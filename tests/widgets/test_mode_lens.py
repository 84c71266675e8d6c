"""Both modes of the same layers, and that looking leaves them as they were."""

import numpy as np
import pytest

import teachnn as tn
from teachnn_widgets import ModeLens, mode_lens


@pytest.fixture
def net():
    rng = tn.rng(0)
    return tn.Sequential(
        tn.Flatten(),
        tn.Dense.create("h", 784, 12, rng),
        tn.BatchNorm.create("bn", 12, mode="train"),
        tn.ReLU(),
        tn.Dropout(0.5, rng, mode="train"),
        tn.Dense.create("out", 12, 4, rng),
    )


X = tn.rng(1).random((50, 28, 28), np.float32)


def test_layers_without_a_mode_agree_and_the_others_do_not(net):
    lens = ModeLens(net, net.at("test"), X)
    apart = {layer["name"]: layer["apart"] for layer in lens.layers}
    assert list(apart) == [layer.who for layer in net]
    assert apart["Flatten"] == apart["h (Dense)"] == 0 < min(apart["bn (BatchNorm)"], apart["Dropout"])
    assert all(sum(layer["train"]) == sum(layer["test"]) for layer in lens.layers)
    lens.close()


def test_a_train_mode_answer_depends_on_its_neighbours_and_a_test_mode_one_does_not(net):
    lens = ModeLens(net, net.at("test"), X)
    assert lens.neighbours["train spread"] > 0.01 and lens.neighbours["test spread"] == 0
    assert np.shape(lens.neighbours["train"]) == np.shape(lens.neighbours["test"]) == (4, 16)
    lens.close()


def test_dropout_alone_does_not_depend_on_the_neighbours():
    layers = tn.Sequential(tn.Dropout(0.5, tn.rng(0), mode="train"))
    lens = ModeLens(layers, layers.at("test"), X)
    assert lens.neighbours["train spread"] == lens.neighbours["test spread"] == 0 < lens.layers[0]["apart"]
    lens.close()


def test_the_sliders_change_the_batch_the_dropout_rate_and_the_noise(net):
    lens = ModeLens(net, net.at("test"), X, batch=8)
    assert sum(lens.layers[1]["train"]) == 8 * 12
    before = lens.layers
    lens.set_state({"seed": 1})
    assert lens.layers[4] != before[4] and lens.layers[3] == before[3]
    lens.set_state({"rate": 0.0})
    assert lens.layers[4]["apart"] == lens.layers[3]["apart"]
    lens.set_state({"batch": 20})
    assert sum(lens.layers[1]["train"]) == 20 * 12
    lens.close()


def test_looking_changes_no_parameter_no_statistic_and_no_generator(net, state_of):
    rng = net[4].rng
    before = state_of(net.parameters + net.statistics, None, [rng])
    lens = ModeLens(net, net.at("test"), X)
    lens.set_state({"seed": 3, "rate": 0.2, "batch": 5})
    assert state_of(net.parameters + net.statistics, None, [rng]) == before
    lens.close()


def test_a_generator_inside_of_another_layer_is_left_alone_too(state_of):
    rng = tn.rng(0)
    inner = tn.Sequential(tn.Flatten(), tn.Dropout(0.5, rng, mode="train").detached())
    before = state_of((), None, [rng])
    ModeLens([inner], [inner.at("test")], X).close()
    assert state_of((), None, [rng]) == before


def test_the_neighbours_matter_when_the_whole_input_is_the_batch(net):
    lens = ModeLens(net, net.at("test"), X[:20], batch=20)
    assert lens.neighbours["train spread"] > 0.01 and lens.neighbours["test spread"] == 0
    lens.set_state({"batch": 0})
    assert "a batch of 1 to 20 rows, got 0" in lens.alert
    lens.close()


def test_it_looks_again_when_training_has_moved_the_parameters(net, monkeypatch):
    monkeypatch.setattr(mode_lens, "LOOK_PERIOD", 0.0)
    lens = ModeLens(net, net.at("test"), X)
    lens.close()
    before = lens.layers
    lens.beat()
    assert lens.layers is before
    net[1].W.value = net[1].W.value * 2
    lens.beat()
    assert lens.layers != before


def test_the_still_picture_and_the_line(net):
    lens = ModeLens(net, net.at("test"), X)
    assert lens.still().size[0] > 600
    assert str(lens) == "ModeLens on Flatten, h (Dense), bn (BatchNorm), ReLU, Dropout, out (Dense)"
    lens.close()


def test_what_does_not_fit_is_refused(net):
    other = tn.Sequential(tn.Flatten(), tn.Dense.create("h", 784, 12, tn.rng(3)))
    for train, test, x, said in [
        (net, net.at("test")[:3], X, "the same layers in both modes, got 6 and 3"),
        (net, net, X, "layers of other modes"),
        (5, net, X, "expected layers, got int"),
        (net[:2], other, X, "layers of other parameters"),
        ([], [], X, "the same layers"),
        ([np.tanh], [np.tanh], X, "expected layers, got ufunc"),
        (net, net.at("test"), X[:1], "two rows or more"),
        (net, net.at("test"), X[:, :5], "h .Dense"),
    ]:
        with pytest.raises(tn.InputError, match=said):
            ModeLens(train, test, x)


def test_two_layers_of_one_generator_draw_noise_of_their_own_the_same_in_each_look():
    rng = tn.rng(0)
    first, second = (tn.Dropout(0.5, rng, mode="train") for _ in range(2))
    x = np.ones((8, 16), np.float32)

    def look(seed):
        rng = tn.rng(seed)
        return [mode_lens.refreshed(layer, lambda: rng.spawn(1)[0])(x) for layer in (first, second)]

    a, b = look(3)
    assert (a != b).any()
    np.testing.assert_array_equal([a, b], look(3))
