"""What parameters looked like while training went on: small pictures of them, in bounded memory. Notebook 01."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from teachnn.parameter import Variable, values_of
from teachnn_widgets.numbers import histogram, thumbnail

CAPACITY = 120  # looks that are kept, at most
LEVELS = 127  # of a thumbnail, on either side of 0


@dataclass(frozen=True)
class Look:
    """One variable at one instant: a thumbnail in whole levels of `limit`, a histogram, three numbers.

    levels: (H, W) int8, at most 64 x 64; LEVELS stands for `limit`. counts: of 40 equal parts from low to high.
    change: the norm of the difference to the look taken before.
    """

    levels: np.ndarray
    limit: float
    low: float
    high: float
    counts: np.ndarray
    mean: float
    spread: float
    change: float

    @classmethod
    def at(cls, value: np.ndarray, change: float = 0.0) -> Look:
        """Take a look at an array."""
        small, bars = thumbnail(value), histogram(value)
        limit = float(np.abs(small).max())
        levels = np.round(small * (LEVELS / (limit or 1.0))).astype(np.int8)
        counts = np.array(bars["counts"], np.int32)
        return cls(levels, limit, bars["low"], bars["high"], counts, float(value.mean()), float(value.std()), change)

    @property
    def picture(self) -> np.ndarray:
        """The thumbnail, (H, W) float32."""
        return self.levels * np.float32(self.limit / LEVELS)


class ParameterHistory:
    """The looks at some variables, each a dict by variable; all values of one look are those of one instant.

    Its memory is bounded: when it holds `capacity` looks, every second one is dropped, and from then on one in twice
    as many is kept. `latest` is the last look, kept or not.
    """

    def __init__(self, variables: Iterable[Variable], capacity: int = CAPACITY):
        self.capacity, self.stride = capacity, 1
        self._values = values_of(variables)
        self.latest = {variable: Look.at(value) for variable, value in self._values.items()}
        self.kept = [self.latest]
        self._since = 0  # looks taken after the last one that was kept

    def look(self) -> bool:
        """Take a look, if any array was replaced since the last one; return whether it was."""
        values = values_of(self._values)
        if all(values[variable] is value for variable, value in self._values.items()):
            return False
        self.latest = {
            variable: replace(self.latest[variable], change=0.0)
            if value is self._values[variable]
            else Look.at(value, float(np.linalg.norm(value - self._values[variable])))
            for variable, value in values.items()
        }
        self._values = values
        self._since += 1
        if self._since == self.stride:
            self.kept, self._since = [*self.kept, self.latest], 0
        return True

    def thin(self) -> bool:
        """Drop every second look, if there are too many; return whether it did."""
        if len(self.kept) <= self.capacity:
            return False
        self.kept, self.stride = self.kept[::2], 2 * self.stride
        return True
