"""Which digit is it? Two networks that answer: one of dense layers, one of convolutions. Notebooks 00 and 03."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn import ops
from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import (
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    ReLU,
    Reshape,
    Sequential,
    outline_of_model,
)
from teachnn.ops import loss
from teachnn.parameters import Parameter
from teachnn.support import Array, array, instance, whole


def dense_network(rng: np.random.Generator, hidden: int = 256, rate: float = 0.5) -> Sequential:
    """Return 784-hidden-10 with batch norm and dropout, in train mode: pictures (N, 28, 28) -> logits (N, 10)."""
    whole("dense_network", "number of hidden units", hidden)
    dropout = Dropout(rate, rng, mode="train")
    return Sequential(
        Flatten(),
        Dense.create("h", 28 * 28, hidden, rng),
        BatchNorm.create("bn", hidden, mode="train"),
        ReLU(),
        dropout,
        Dense.create("out", hidden, 10, rng),
        name="dense digit classifier",
    )


def convolutional_network(rng: np.random.Generator) -> Sequential:
    """Return two 3 x 3 convolutions, 1-16-32 channels, in train mode: pictures (N, 28, 28) -> logits (N, 10)."""
    return Sequential(
        Reshape((28, 28, 1)),
        Conv2D.create("conv1", (1, 16), rng, padding=1),
        BatchNorm.create("bn1", 16, mode="train"),
        ReLU(),
        MaxPool2D(2),
        Conv2D.create("conv2", (16, 32), rng, padding=1),
        BatchNorm.create("bn2", 32, mode="train"),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dense.create("out", 7 * 7 * 32, 10, rng),
        name="convolutional digit classifier",
    )


class Classifier:
    """A network in train mode, its sibling in test mode, and the functions of both.

    classify(x): pictures (N, 28, 28) between 0 and 1 -> probabilities (N, 10), a TestFunction.

    >>> from teachnn import rng
    >>> digits = Classifier(dense_network(rng(0)))
    >>> digits.classify(np.zeros((2, 28, 28))).shape
    (2, 10)
    """

    def __init__(self, net: Layer) -> None:
        instance("Classifier", "a network (a Layer)", net, Layer, "dense_network(rng) makes one")
        self.net: Layer = net.at("train")
        self.test_net: Layer = net.at("test")
        self.classify: TestFunction[Array] = TestFunction(self._classify, name="classify")

    def _classify(self, x: Array) -> Array:
        return ops.softmax(self.test_net(x))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The network's, the same in both modes."""
        return self.net.parameters

    def __repr__(self) -> str:
        return outline_of_model("Classifier", {"net": self.net})

    def train_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the parameters; call it with pictures x and labels y."""
        return TrainFunction(self.objective, self.parameters, optimizer)

    def objective(self, x: Array, y: Array) -> Any:
        """Return the cross-entropy in nats per picture."""
        return loss.cross_entropy(self.net(x), y)

    def accuracy(self, images: np.ndarray, labels: np.ndarray, size: int = 1000) -> float:
        """Return the share of pictures (N, 28, 28), floats, whose most probable class is the label (N,)."""
        images, size = array("accuracy", "images", images, "N", 28, 28), whole("accuracy", "size", size)
        found = np.concatenate([self.classify(images[i : i + size]) for i in range(0, len(images), size)])
        return float((found.argmax(axis=1) == ops.right_labels("accuracy", labels, found.shape)).mean())
