"""Every layer's gradients, in each mode, are those of its formula: to second order, at any size down to 1."""

import autograd.numpy as anp
import numpy as np
import pytest
import zoo
from autograd import grad
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn import ops
from teachnn.models.shipped import FakeQuantised  # its gradient goes straight through a rounding, on purpose


def one(layer):
    """Return the layer as a function of one output, curved, so that it has a second derivative."""

    def f(*inputs):
        y = layer(*inputs)
        return anp.sin(sum(y) if isinstance(y, tuple) else y)

    return f


def test_no_layer_is_left_out():
    assert {kind for kind, _ in zoo.LAYERS.values()} == set(zoo.layer_classes()) - zoo.SPECIAL
    modes = [name for name in zoo.LAYERS if name.endswith((", train", ", test"))]
    assert len(modes) == 2 * len({kind for kind, _ in zoo.LAYERS.values() if issubclass(kind, tn.ModeLayer)}) + 4


NETS = [name for name in zoo.LAYERS if "Fractal" in name or name == "Block"]  # of many layers each


@pytest.mark.parametrize("name", [name for name in zoo.LAYERS if name not in NETS])
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_gradients_are_right_to_second_order(name, data):
    check(*data.draw(zoo.LAYERS[name][1]))


@pytest.mark.parametrize("name", NETS)
@given(data=st.data())
@settings(deadline=None, max_examples=3)
def test_gradients_of_whole_nets_are_right_to_second_order(name, data):
    check(*data.draw(zoo.LAYERS[name][1]), limit=3)


def check(layer, inputs, limit=12):
    """Compare with differences, at `limit` numbers of each array."""
    f = one(layer)
    few = {"parameters": () if isinstance(layer, tn.Detached | FakeQuantised) else layer.parameters, "limit": limit}
    tn.check_gradients(f, *inputs, **few)
    for i in range(len(inputs)):
        slope = grad(lambda *xs: anp.sum(f(*xs)) + 0 * sum(map(anp.sum, xs)), i)  # an input may have been dropped
        tn.check_gradients(slope, *inputs, **few, tolerance=1e-5)


@pytest.mark.parametrize("name", zoo.LAYERS)
@given(data=st.data())
@settings(deadline=None, max_examples=10)
def test_float32_comes_out_as_float32_forward_and_back(name, data):
    layer, inputs = data.draw(zoo.LAYERS[name][1])
    inputs = [x.astype(np.float32) for x in inputs]
    y = layer(*inputs)
    assert {part.dtype for part in (y if isinstance(y, tuple) else (y,))} == {np.dtype(np.float32)}
    slope = grad(lambda x, *rest: anp.sum(one(layer)(x, *rest)) + anp.sum(x) * np.float32(0))
    assert slope(*inputs).dtype == np.float32


def test_a_variance_divided_by_n_minus_1_would_be_noticed(monkeypatch):
    """The guard on the guard: at n = 4 the factor is 4 / 3."""
    x = tn.rng(0).standard_normal((4, 3))
    layer = tn.BatchNorm.create("bn", 3, mode="train")
    right = ops.moments
    monkeypatch.setattr(ops, "moments", lambda x: (right(x)[0], right(x)[1] * len(x) / (len(x) - 1)))
    with pytest.raises(AssertionError, match="by finite differences"):
        tn.check_gradients(layer, x)
