"""Linear classifiers on features that networks computed: one for each attribute, a support vector machine. Notebook 06.

They are trained on other people than the networks were, and their scores are averaged over the crops of a face.
Cortes & Vapnik 1995.
"""

from __future__ import annotations

import numpy as np

from teachnn.functions import Adam, TestFunction, TrainFunction, schedule
from teachnn.ops import dense, relu
from teachnn.parameters import Parameter, init
from teachnn.support import Array, InputError, array, number

FITTING = 300  # steps that fit the linear classifiers


class LinearAttributes:
    """One linear classifier an attribute, whose scores are averaged over the crops of a face.

    features (N, crops, d), attributes (N, k) bool: of people that no network was trained on.
    scores(features) -> (N, k), above 0 where the attribute is there. Each is a linear support vector machine; C is the
    price of a face on the wrong side. Cortes & Vapnik 1995.
    """

    def __init__(self, features: np.ndarray, attributes: np.ndarray, C: float = 0.01) -> None:
        who = "LinearAttributes"
        features = array(who, "features", features, "N", "crops", "d")
        attributes = _attributes(who, attributes, len(features))
        self.C: float = number(who, "C", C, "> 0")
        (_, crops, d), k = features.shape, attributes.shape[1]
        rows = features.reshape(-1, d)
        self.mean: np.ndarray = rows.mean(axis=0, dtype=np.float64).astype(rows.dtype)
        self.std: np.ndarray = rows.std(axis=0, dtype=np.float64).astype(rows.dtype) + 1e-6
        self.W: Parameter = Parameter("linear.W", init.zeros((d, k)))
        self.b: Parameter = Parameter("linear.b", init.zeros((k,)))
        self.score: TestFunction[Array] = TestFunction(self._score, name="score")
        signs = np.where(attributes, np.float32(1), np.float32(-1)).repeat(crops, axis=0)
        search = TrainFunction(self.objective, (self.W, self.b), Adam(schedule.Linear(0.03, 0, FITTING)))
        for _ in range(FITTING):
            search(self._rows(features), signs)

    def _score(self, x: Array) -> Array:
        return dense(x, self.W.value, self.b.value)

    def objective(self, x: Array, signs: Array) -> dict[str, Array]:
        """Return (|W|^2 + |b|^2) / 2 + C * sum of max(0, 1 - sign * score)^2, a squared hinge, as its two terms.

        x (N, d); signs (N, k): 1 where the attribute is there, -1 where not. Squared it is smooth: few steps suffice.
        """
        W, b = self.W.value, self.b.value
        short = relu(1 - signs * self._score(x))
        return {"weights": ((W**2).sum() + (b**2).sum()) / 2, "hinge": self.C * (short**2).sum()}

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Return the mean over the crops of each attribute's score."""
        features = array("scores", "features", features, "N", "crops", len(self.mean))
        return self.score(self._rows(features)).reshape(*features.shape[:2], -1).mean(axis=1)

    def _rows(self, features: np.ndarray) -> np.ndarray:
        """Return a row a crop, each column with the mean 0 and the standard deviation 1 that it had in the fit."""
        return (features.reshape(-1, len(self.mean)) - self.mean) / self.std

    def accuracy(self, features: np.ndarray, attributes: np.ndarray) -> np.ndarray:
        """Return the share (k,) of pictures for which each attribute is told right."""
        scores = self.scores(features)
        return ((scores > 0) == _attributes("accuracy", attributes, *scores.shape)).mean(axis=0)


def _attributes(who: str, attributes: Array, *shape: int) -> np.ndarray:
    attributes = array(who, "attributes", attributes, *shape, *("k" * (2 - len(shape))))
    if attributes.dtype != bool:
        raise InputError(who, "attributes that are True or False", str(attributes.dtype), "attributes > 0, say")
    return attributes
