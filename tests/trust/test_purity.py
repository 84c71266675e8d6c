"""A test function changes nothing, a training function what it says, a look nothing: every layer, every model."""

import numpy as np
import pytest
import zoo
from hypothesis import given, settings, strategies as st
from zoo import state

import teachnn as tn


def as_tuple(y) -> tuple:
    return y if isinstance(y, tuple) else (y,)


@pytest.mark.parametrize("name", zoo.LAYERS)
@given(data=st.data())
@settings(deadline=None, max_examples=10)
def test_a_layer_at_test_changes_nothing_and_answers_the_same_again(name, data):
    layer, inputs = data.draw(zoo.LAYERS[name][1])
    inputs = [x.astype(np.float32) for x in inputs]
    copies = [x.copy() for x in inputs]
    before = state([layer])
    f = tn.TestFunction(layer.at("test"), name="f")
    first, second = as_tuple(f(*inputs)), as_tuple(f(*inputs))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert state([layer]) == before
    assert all(np.array_equal(a, b) for a, b in zip(inputs, copies, strict=True))


@pytest.mark.parametrize("name", zoo.LAYERS)
@given(data=st.data())
@settings(deadline=None, max_examples=10)
def test_a_row_at_test_is_the_same_whatever_the_other_rows_are(name, data):
    """To the bit among batches of one size; alone, BLAS may sum it in another order."""
    layer, inputs = data.draw(zoo.LAYERS[name][1])
    inputs = [x.astype(np.float32) for x in inputs]
    others = [np.concatenate([x[:1], 3 - 7 * x[1:]]) for x in inputs]
    f = tn.TestFunction(layer.at("test"), name="f")
    among, elsewhere, alone = (as_tuple(f(*xs)) for xs in (inputs, others, [x[:1] for x in inputs]))
    for a, b, c in zip(among, elsewhere, alone, strict=True):
        assert np.array_equal(a[0], b[0])
        assert c[0] == pytest.approx(a[0], rel=1e-4, abs=1e-5)


def test_no_model_is_left_out():
    """Those whose names are not here have a training function under another model's: `Classifier` of three networks."""
    assert zoo.model_classes() == {"Classifier", "VAE", "LNet", "ANet", "GPT", "RecurrentNet", "Diffusion", "GAN"}
    others = {"convolutional vae", "lnet", "anet", "gpt", "recurrent", "student", "diffusion", "gan"}
    assert set(zoo.models()) == {"dense", "convolutional", "fractal", "vae", *others}


@pytest.mark.parametrize("name", zoo.models())
def test_a_models_test_functions_change_no_byte_and_answer_each_row_by_itself(name):
    trains, tests, layers = zoo.models()[name]
    for train, inputs in trains:
        train(*inputs)  # away from the start, with something to remember
    before = state(layers, [train for train, _ in trains])
    for f, x in tests:
        answer = as_tuple(f(x))
        assert all(np.array_equal(a, b) for a, b in zip(answer, as_tuple(f(x)), strict=True))
        others = 1 - x[1:] if x.dtype.kind == "f" else x[:0:-1]
        among_others = as_tuple(f(np.concatenate([x[:1], others])))
        assert all(np.array_equal(a[0], b[0]) for a, b in zip(answer, among_others, strict=True))
    assert state(layers, [train for train, _ in trains]) == before


@pytest.mark.parametrize("name", zoo.models())
def test_a_look_changes_nothing_and_the_run_goes_on_bit_for_bit(name):
    runs = []
    for look in (False, True):
        trains, tests, layers = zoo.models()[name]
        for _ in range(2):
            for train, inputs in trains:
                if look:
                    graph = train.graph(*inputs)
                    drawn = tn.draw(graph, *(f.graph(x) for f, x in tests))
                    assert str(graph) and graph.collapse(0) and str(drawn) and repr(train) and drawn.svg
                    train.gradients(*inputs)
                train(*inputs)
        runs.append(state(layers, [train for train, _ in trains]))
    assert runs[0] == runs[1]


@pytest.mark.parametrize("name", zoo.models())
def test_a_step_moves_exactly_the_parameters_that_it_was_given(name):
    for which in range(len(zoo.models()[name][0])):
        trains, _, layers = zoo.models()[name]
        train, inputs = trains[which]
        every = {v for layer in layers for v in (*layer.parameters, *layer.statistics)}
        before = {v: v.value.copy() for v in every}
        for _ in range(6):  # a path that was dropped rests for a step
            train(*inputs)
        moved = {v for v in every if not np.array_equal(v.value, before[v])}
        statistics = {s for layer in layers for s in layer.statistics}
        assert moved - statistics <= set(train.parameters)
        assert all(p in moved for p in train.parameters if p.size > 100)


@pytest.mark.parametrize("fault", ["parameter", "statistic", "generator"])
def test_a_layer_that_is_not_pure_would_be_noticed(fault, monkeypatch):
    """The guard on the guard."""
    layer = tn.Sequential(tn.BatchNorm.create("bn", 3, mode="train"), tn.Dropout(0.5, tn.rng(0), mode="train"))
    before, norm = state([layer]), layer[0]

    def impure(self, x):
        if fault == "generator":
            layer[1].rng.random()
        else:
            variable = norm.gamma if fault == "parameter" else norm.mean
            variable.stored = variable.stored + np.float32(1e-7) + variable.stored * np.float32(1e-6)
        return x

    monkeypatch.setattr(tn.Dropout, "forward", impure)
    tn.TestFunction(layer.at("test"), name="f")(np.ones((2, 3)))
    assert state([layer]) != before


@pytest.mark.parametrize("kind", zoo.layer_classes())
def test_a_layer_is_equal_to_itself_alone_and_cannot_be_changed(kind):
    """Graphs and caches know layers by identity; two of equal settings are two."""
    assert kind.__eq__ is object.__eq__ and kind.__hash__ is object.__hash__
    assert kind.__dataclass_params__.frozen
