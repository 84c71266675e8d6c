"""Arrays in PyTorch's names and shapes, there and back; tests/oracles runs them in PyTorch."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.classifier import convolutional_network
from teachnn.models.fractalnet import FractalNet


def test_a_chain_of_layers_has_the_names_of_nn_sequential():
    names = {name: array.shape for name, array in tn.export.torch_state(convolutional_network(tn.rng(0))).items()}
    assert names["1.weight"] == (16, 1, 3, 3) and names["2.running_var"] == (16,) and names["10.weight"] == (10, 1568)
    assert len(names) == 2 * 2 + 2 * 4 + 2


def test_layers_with_fields_have_the_fields_names():
    class Head(tn.Layer):
        first: tn.Dense
        others: tuple[tn.Dense, ...]
        scale: tn.Parameter

    rng = tn.rng(0)
    a, b, c = (tn.Dense.create(name, 2, 2, rng) for name in "abc")
    state = tn.export.torch_state(Head(a, (b, c), tn.Parameter("s", np.ones(2))))
    assert list(state) == [
        *("first.weight", "first.bias", "others.0.weight", "others.0.bias"),
        *("others.1.weight", "others.1.bias", "scale"),
    ]


@pytest.mark.parametrize("make", [convolutional_network, FractalNet.create])
def test_there_and_back_is_the_same_to_the_bit(make):
    net, other = make(tn.rng(0)), make(tn.rng(1))
    tn.export.from_torch(other, tn.export.torch_state(net))
    for one, twin in zip(net.parameters + net.statistics, other.parameters + other.statistics, strict=True):
        assert one.value.tobytes() == twin.value.tobytes() and not twin.value.flags.writeable


def test_what_does_not_fit_is_refused_whole_and_changes_nothing():
    net = tn.Sequential(tn.Dense.create("h", 3, 2, tn.rng(0)))
    before = net[0].W.value
    with pytest.raises(tn.CheckpointError) as error:
        tn.export.from_torch(net, {"0.weight": np.zeros((3, 2)), "1.bias": np.zeros(2)})
    for part in ("0.weight: shape (3, 2) for shape (2, 3)", "0.bias: missing", "1.bias: unexpected"):
        assert part in str(error.value)
    assert net[0].W.value is before
    with pytest.raises(tn.CheckpointError, match="NaN"):
        tn.export.from_torch(net, {"0.weight": np.full((2, 3), np.nan), "0.bias": np.zeros(2)})
    with pytest.raises(tn.InputTypeError):
        tn.export.torch_state([net])
