"""A network written down: an indented tree of layers, with shapes and counts."""

import dataclasses
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import zoo

import teachnn as tn
from teachnn.layers import outline_of_model
from teachnn.models.classifier import Classifier
from teachnn.models.vae import VAE


def small():
    rng = tn.rng(0)
    return tn.Sequential(
        tn.Reshape((4, 4, 1)),
        tn.Conv2D.create("c", (1, 2), rng, padding=1),
        tn.BatchNorm.create("bn", 2, mode="train", rate=0.2),
        tn.MaxPool2D(2),
        tn.Sequential(
            tn.Flatten(), tn.Dropout(0.5, rng, mode="train"), tn.Dense.create("out", 8, 10, rng), name="head"
        ),
        name="net",
    )


TREE = """\
net (Sequential): 6 parameters, 114 numbers
    Reshape: shape=(4, 4, 1)
    c (Conv2D): W (3, 3, 1, 2), b (2,), padding=1; 20 numbers
    bn (BatchNorm): gamma (2,), beta (2,), mean (2,), variance (2,), mode='train', rate=0.2; 4 numbers
    MaxPool2D: size=2, stride=2, padding=0
    head (Sequential): 2 parameters, 90 numbers
        Flatten
        Dropout: mode='train', rate=0.5
        out (Dense): W (8, 10), b (10,); 90 numbers"""


def test_a_network_is_a_tree_of_its_layers_with_shapes_and_counts():
    assert repr(small()) == TREE == repr(pickle.loads(pickle.dumps(small())))
    assert repr(small().at("test")) == TREE.replace("train", "test")


def test_a_layer_alone_is_one_line():
    assert repr(tn.ReLU()) == "ReLU" and repr(tn.ReLU(name="r")) == "r (ReLU)"
    assert repr(tn.Dense.create("h", 3, 4, tn.rng(0))) == "h (Dense): W (3, 4), b (4,); 16 numbers"
    assert repr(tn.AveragePool2D(3, 2)) == "AveragePool2D: size=3, stride=2, padding=0, count_include_pad=True"


def test_a_shared_parameter_is_named_where_it_is_used_and_counted_once():
    first = tn.Dense.create("a", 3, 3, tn.rng(0))
    both = tn.Sequential(first, tn.Dense(first.W, tn.Parameter("own.b", np.zeros(3)), name="b"))
    assert repr(both).splitlines() == [
        "Sequential: 3 parameters, 15 numbers",
        "    a (Dense): W (3, 3), b (3,); 12 numbers",
        "    b (Dense): W = a.W (3, 3), b = own.b (3,); 12 numbers",
    ]


def test_a_layer_of_ones_own_shows_what_can_be_written_down():
    class Mixed(tn.Layer):
        inner: dict
        weights: tuple
        f: Callable
        rng: np.random.Generator
        table: np.ndarray
        ways: tuple = ("up", "down")
        nothing: object = None

        def forward(self, x):
            return x

    weights = (tn.Parameter("m.one", 1.0), tn.Statistic("m.two", [1.0, 2.0]))
    mixed = Mixed({"curve": tn.Tanh(), "more": [tn.ReLU()]}, weights, abs, tn.rng(0), np.eye(2), name="m")
    assert repr(mixed).splitlines() == [
        "m (Mixed): weights = m.one (), weights = m.two (2,), table (2, 2); 1 parameter, 1 number",
        "    Tanh",
        "    ReLU",
    ]


def test_a_class_may_write_itself_down_in_another_way_and_a_decorator_changes_nothing():
    class Own(tn.Layer):
        def __repr__(self):
            return "mine"

    class Heir(Own):
        size: int = 3

    @dataclasses.dataclass(frozen=True, eq=False)
    class Decorated(tn.Layer):
        size: int = 3

    assert repr(Own()) == repr(Heir()) == "mine" and repr(Decorated()) == "Decorated: size=3"


@pytest.mark.parametrize("name", zoo.models())
def test_every_models_layers_can_be_written_down_without_an_address(name):
    first, again = ([repr(layer) for layer in zoo.models()[name][2]] for _ in range(2))
    assert first == again and not any(" at 0x" in text or "array(" in text for text in first)


def test_a_model_is_a_tree_of_its_parts():
    vae = VAE(2, tn.rng(0), hidden=16)
    lines = repr(vae).splitlines()
    total = sum(p.size for p in vae.parameters)
    assert lines[0] == f"VAE of 2 latent dimensions: 10 parameters, {total:,} numbers"
    assert lines[1:4] == [
        "    encoder = Sequential: 2 parameters, 12,560 numbers",
        "        Flatten",
        "        enc.h (Dense): W (784, 16), b (16,); 12,560 numbers",
    ]
    assert repr(Classifier(small())) == "Classifier: 6 parameters, 114 numbers\n    net = " + TREE.replace(
        "\n", "\n    "
    )
    both = {"shape": (3, 4), "rows": (tn.ReLU(), tn.Tanh()), "head": tn.Dense.create("h", 1, 2, tn.rng(0))}
    assert outline_of_model("Several", both).splitlines() == [
        "Several: 2 parameters, 4 numbers",
        "    rows[0] = ReLU",
        "    rows[1] = Tanh",
        "    head = h (Dense): W (1, 2), b (2,); 4 numbers",
    ]
    assert outline_of_model("Nothing", {"a": 1}) == "Nothing: 0 parameters, 0 numbers"
