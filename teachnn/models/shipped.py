"""What is shipped: a student that a teacher taught, batch norm folded away, weights of 8 bits. Notebook 16.

Each step is another test function, and the last ones have arrays of their own: made from the parameters that training
found, neither trained nor shared. Hinton, Vinyals & Dean 2015, arXiv:1503.02531; Jacob et al. 2017, arXiv:1712.05877.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TypeVar

import autograd.numpy as anp
import numpy as np

from teachnn import ops
from teachnn.layers import BatchNorm, Conv2D, Dense, Layer, Sequential
from teachnn.models.classifier import Classifier
from teachnn.ops import loss
from teachnn.parameters import Derived, Parameter, Variable
from teachnn.support import Array, InputError, instance, number, whole

L = TypeVar("L", bound=Layer)


class Student(Classifier):
    """A classifier that learns from labels and from what a larger network, its teacher, says of the same pictures.

    The teacher is in the training function alone, in test mode and detached: its parameters are used, not trained.
    temperature: both sets of logits are divided by it, so that the teacher's small probabilities count too.
    share: of the teacher in the objective; the rest is that of the labels.
    """

    def __init__(self, net: Layer, teacher: Layer, *, temperature: float = 3.0, share: float = 0.9) -> None:
        super().__init__(net)
        taught_by = instance("Student", "a network (a Layer) as teacher", teacher, Layer)
        self.teacher: Layer = taught_by.at("test").detached()
        self.temperature: float = number("Student", "temperature", temperature, "> 0")
        self.share: float = number("Student", "share", share, ">= 0 and <= 1")

    def objective(self, x: Array, y: Array) -> dict[str, Array]:
        """Return two cross-entropies in nats per picture, weighed: beside the labels, and beside the teacher.

        The teacher's is multiplied by temperature^2, for its gradient shrinks by that.
        """
        T, logits = self.temperature, self.net(x)
        soft = ops.softmax(self.teacher(x) / T)
        taught = -(soft * ops.log_softmax(logits / T)).sum(axis=-1).mean()
        return {"labels": (1 - self.share) * loss.cross_entropy(logits, y), "teacher": self.share * T * T * taught}


def with_arrays(layer: L, arrays: Mapping[Variable, Variable]) -> L:
    """Return the layer with other arrays in the place of some of its own."""
    return layer.mapped(lambda item: arrays.get(item, item) if isinstance(item, Variable) else item)


def folded(net: Sequential) -> Sequential:
    """Return the network of the test function with each batch norm folded into the layer before it.

    y = gamma (x W + b - mean) / std + beta = x W' + b', where W' = W gamma / std, b' = (b - mean) gamma / std + beta.
    All its arrays are derived, those of other layers as they are: a network of which one half followed training, and
    the other did not, would be neither the old one nor the new.
    Raises InputError if a batch norm stands behind anything but a dense or a convolutional layer.
    """
    layers: list[Layer] = []
    for layer in instance("folded", "a Sequential", net, Sequential).at("test"):
        if not isinstance(layer, BatchNorm):
            layers.append(layer)
            continue
        before = layers.pop() if layers else None
        if not isinstance(before, Dense | Conv2D):
            expected, got = "a dense or a convolutional layer before it", before.who if before else "none"
            raise InputError(layer.who, expected, got, "it can only be folded into a layer of sums")
        gain = layer.gamma.value / np.sqrt(layer.variance.value + layer.eps)
        W = Derived(before.W.name, before.W.value * gain, [before.W, layer.gamma, layer.variance])
        b = (before.b.value - layer.mean.value) * gain + layer.beta.value
        sources = [before.b, layer.gamma, layer.beta, layer.mean, layer.variance]
        layers.append(with_arrays(before, {before.W: W, before.b: Derived(before.b.name, b, sources)}))
    kept: dict[Variable, Variable] = {}
    kept |= {v: Derived(v.name, v.value, [v]) for layer in layers for v in (*layer.parameters, *layer.statistics)}
    return Sequential(*(with_arrays(layer, kept) for layer in layers), name=net.name)


def rounded(W: Array, bits: int = 8) -> tuple[Array, Array]:
    """Return whole numbers q and a scale for each unit so that W is nearly scale * q: (..., units) -> same, (units,).

    q lies between -m and m, m = 2^(bits - 1) - 1; the largest weight of a unit is m or -m.
    """
    most = 2 ** (bits - 1) - 1
    scale = anp.maximum(anp.abs(W).max(axis=tuple(range(W.ndim - 1))), 1e-12) / most
    return anp.rint(W / scale), scale


class Int8Dense(Layer):
    """y = scale * (x q) + b, with weights q of 8 bits. The same in both modes.

    x (N, inputs), q (inputs, units) int8, scale and b (units,) -> y (N, units). The products are computed in float32:
    here the 8 bits save memory, and no time.
    """

    q: Derived
    scale: Derived
    b: Derived

    def __post_init__(self) -> None:
        super().__post_init__()
        q, *others = shapes = [v.shape for v in (self.q, self.scale, self.b)]
        if len(q) != 2 or others != [q[1:]] * 2:
            raise InputError(self.who, "q of shape (inputs, units), scale and b of shape (units,)", str(shapes))

    def forward(self, x: Array) -> Array:
        """Return scale * (x q) + b; raises InputError if x is not (N, inputs)."""
        x = self.expect(x, "N", self.q.shape[0])
        q, scale, b = self.q.value, self.scale.value, self.b.value
        return ops.affine(x @ q.astype(x.dtype), scale, b)


def quantised(net: Sequential, bits: int = 8) -> Sequential:
    """Return the network of the test function with each dense layer's weights as whole numbers of 2 to 8 bits.

    They are derived arrays, stored as int8, beside a scale for each unit in float32; biases are copied.
    Raises InputError for a layer with other weights than a dense one's: fold batch norm first.
    """
    whole("quantised", "number of bits", bits, 2, 8)
    layers: list[Layer] = []
    for layer in instance("quantised", "a Sequential", net, Sequential).at("test"):
        if isinstance(layer, Dense):
            q, scale = rounded(layer.W.value, bits)
            made = {"q": (q.astype(np.int8), layer.W), "scale": (scale, layer.W), "b": (layer.b.value, layer.b)}
            arrays = [Derived(f"{layer.name}.{part}", value, [source]) for part, (value, source) in made.items()]
            layers.append(Int8Dense(*arrays, name=layer.name))
        elif layer.parameters or layer.derived:
            raise InputError("quantised", "dense layers, and layers without weights", layer.who, "folded(net) first")
        else:
            layers.append(layer)
    return Sequential(*layers, name=net.name)


class FakeQuantised(Dense):
    """y = x W' + b, W' = W rounded to so many bits; to the gradient, W' is W: straight through the rounding.

    So training knows what will be rounded, and still moves W. Bengio, Léonard & Courville 2013, arXiv:1308.3432.
    """

    bits: int = field(default=8, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        whole(self.who, "number of bits", self.bits, 2, 8)

    def forward(self, x: Array) -> Array:
        """Return x W' + b; raises InputError if x is not (N, inputs)."""
        x, W = self.expect(x, "N", self.W.shape[0], like=self.W), self.W.value
        q, scale = rounded(W, self.bits)
        return ops.dense(x, W + ops.stop_gradient(q * scale - W), self.b.value)


def aware(net: Sequential, bits: int = 8) -> Sequential:
    """Return a network to go on training with, whose dense layers round their weights.

    Its parameters are new ones, which begin as the arrays of `net`, folded ones too.
    """
    layers: list[Layer] = []
    for layer in instance("aware", "a Sequential", net, Sequential):
        if isinstance(layer, Dense):
            W, b = (Parameter(f"{layer.name}.{part}", v.value) for part, v in (("W", layer.W), ("b", layer.b)))
            layer = FakeQuantised(W, b, bits=bits, name=layer.name)
        layers.append(layer)
    return Sequential(*layers, name=net.name)


def bytes_of(net: Layer) -> int:
    """Return how many bytes the arrays of a network have: parameters, statistics and derived ones."""
    return sum(v.stored.nbytes for v in (*net.parameters, *net.statistics, *net.derived))
