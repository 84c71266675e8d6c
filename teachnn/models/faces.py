"""Face attributes: two networks are trained, their losses are thrown away, and what they computed on the way is used.

LNet learns which attributes a scene shows; where it responds is where the face is. ANet learns to tell people apart,
then to tell attributes; its last hidden layer is what a linear classifier for each attribute gets.
Training functions and test functions share the convolutions' parameters and nothing else. Notebook 06.
Liu, Luo, Wang & Tang 2015, "Deep Learning Face Attributes in the Wild", arXiv:1411.7766.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import (
    AveragePool2D,
    Conv2D,
    Dense,
    Flatten,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sequential,
    outline_of_model,
)
from teachnn.models.cropping import CROP, SHIFTS, crops, intersection_over_union, standardize
from teachnn.models.linear_attributes import LinearAttributes
from teachnn.ops import loss
from teachnn.support import Array, InputError, array, instance, number, whole

__all__ = [
    "CROP",
    "SHIFTS",
    "ANet",
    "LNet",
    "LinearAttributes",
    "crops",
    "in_parts",
    "intersection_over_union",
    "standardize",
]

STRIDE, WINDOW = 4, 5  # scene pixels from one response to the next; responses that are averaged, along one side


class LNet:
    """Finds the face in a scene. In training it is told the scene's attributes, but no place of a face.

    respond(x): scenes (N, 64, 64, 1), standardized -> the responses (N, 12, 12), a TestFunction: the mean
    of all channels over windows of 20 x 20 pixels, every 4 pixels.
    """

    def __init__(self, attributes: int, rng: np.random.Generator) -> None:
        whole("LNet", "number of attributes", attributes)
        self.convolutions: Sequential = Sequential(
            Conv2D.create("lnet.conv1", (1, 8), rng, size=5, stride=2, padding=2),
            ReLU(),
            Conv2D.create("lnet.conv2", (8, 16), rng, stride=2, padding=1),
            ReLU(),
            Conv2D.create("lnet.conv3", (16, 24), rng, padding=1),
            ReLU(),
            Conv2D.create("lnet.conv4", (24, 32), rng, padding=1),
            ReLU(),
            name="LNet",
        )
        # the mean over a region as large as a part of a face, then the best of the regions (Oquab et al. 2015)
        self.head: Sequential = Sequential(
            AveragePool2D(4), MaxPool2D(4), Flatten(), Dense.create("lnet.tags", 32, attributes, rng), name="tags"
        )
        self.windows: AveragePool2D = AveragePool2D(WINDOW, 1)
        self.respond: TestFunction[Array] = TestFunction(self._respond, name="respond")

    def _respond(self, x: Array) -> Array:
        return self.windows(self.convolutions(x)).mean(axis=3)

    def __repr__(self) -> str:
        return outline_of_model("LNet", vars(self))

    def train_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the parameters; call it with scenes x and tags (N, k) floats."""
        return TrainFunction(self.objective, self.convolutions.parameters + self.head.parameters, optimizer)

    def objective(self, x: Array, tags: Array) -> Array:
        """Return the cross-entropy of all attributes of a scene, in nats per scene."""
        return loss.binary_cross_entropy(self.head(self.convolutions(x)), tags)

    def locate(self, x: Array, threshold: float = 0.4) -> np.ndarray:
        """Return the boxes (N, 4) of the faces in scenes x: left, top, width and height in pixels.

        Responses below `threshold` of the scene's largest are dropped. The box is the one that has the mean and the
        variance of what is left: a box of width w has the variance w^2 / 12.
        """
        number("locate", "threshold", threshold, ">= 0 and <= 1")
        responses = in_parts(self.respond, x)
        responses = np.where(responses < threshold * responses.max(axis=(1, 2), keepdims=True), 0, responses)
        responses = responses / responses.sum(axis=(1, 2), keepdims=True)
        at = STRIDE * (np.arange(responses.shape[1]) + WINDOW / 2)
        sides = np.stack([responses.sum(axis=1), responses.sum(axis=2)], axis=1)  # (N, 2, 12): by x, by y
        middle = sides @ at
        size = np.sqrt(12 * ((sides @ at**2 - middle**2) + STRIDE**2 / 12))  # each response is STRIDE wide
        return np.concatenate([middle - size / 2, size], axis=1).astype(np.float32)


class ANet:
    """Learns to tell people apart, then attributes; it is used for the features that it computes on the way.

    features(x): crops (N, 32, 32, 1), standardized -> (N, 64), the last hidden layer, a TestFunction. It
    has LeakyReLUs: while it slowly begins to tell people apart, all the ReLUs of a layer may come to give only zeros.
    """

    def __init__(self, people: int, attributes: int, rng: np.random.Generator) -> None:
        for n in (people, attributes):
            whole("ANet", "number of people and of attributes", n)
        self.convolutions: Sequential = Sequential(
            Conv2D.create("anet.conv1", (1, 12), rng, size=5, stride=2, padding=2),
            LeakyReLU(),
            Conv2D.create("anet.conv2", (12, 24), rng, padding=1),
            LeakyReLU(),
            MaxPool2D(2),
            Conv2D.create("anet.conv3", (24, 32), rng, padding=1),
            LeakyReLU(),
            MaxPool2D(2),
            Conv2D.create("anet.conv4", (32, 64), rng, size=4),
            LeakyReLU(),
            Flatten(),
            name="ANet",
        )
        self.who: Dense = Dense.create("anet.who", 64, people, rng)
        self.what: Dense = Dense.create("anet.what", 64, attributes, rng)
        self.features: TestFunction[Array] = TestFunction(self.convolutions, name="features")

    def __repr__(self) -> str:
        return outline_of_model("ANet", vars(self))

    def identity_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the first training function; call it with crops x and people (N,), numbered from 0."""
        return TrainFunction(self.identity_objective, self.convolutions.parameters + self.who.parameters, optimizer)

    def attribute_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the second training function; call it with crops x and tags (N, k) floats."""
        return TrainFunction(self.attribute_objective, self.convolutions.parameters + self.what.parameters, optimizer)

    def identity_objective(self, x: Array, people: Array) -> Array:
        """Return the cross-entropy of who it is, in nats per crop."""
        return loss.cross_entropy(self.who(self.convolutions(x)), people)

    def attribute_objective(self, x: Array, tags: Array) -> Array:
        """Return the cross-entropy of all attributes, in nats per crop."""
        return loss.binary_cross_entropy(self.what(self.convolutions(x)), tags)


def in_parts(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray, size: int = 500) -> np.ndarray:
    """Return function(x), computed for `size` examples at a time."""
    instance("in_parts", "a function", function, Callable, "a TestFunction is one")
    x, size = array("in_parts", "x", x), whole("in_parts", "size", size)
    if not x.size:
        raise InputError("in_parts", "at least one example", f"shape {x.shape}")
    return np.concatenate([function(x[start : start + size]) for start in range(0, len(x), size)])
