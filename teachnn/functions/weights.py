"""All parameters as one long vector, which an optimizer's formula goes over block by block. Notebook 01."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from teachnn.parameters import Parameter


def _references(vectors: list[np.ndarray]) -> list[int]:
    return [sys.getrefcount(vector) for vector in vectors]


UNHELD = _references([np.empty(1)])[0]  # how many references are counted if only the list holds a vector


class Spares:
    """Vectors that are used again once nobody holds them, or a view of them: fresh memory is slow at first touch."""

    def __init__(self):
        self.vectors: list[np.ndarray] = []

    def take(self, size: int) -> np.ndarray:
        """Return a vector of `size` numbers, whatever they are."""
        for vector, count in zip(self.vectors, _references(self.vectors), strict=True):
            if count == UNHELD and len(vector) == size:
                vector.flags.writeable = True
                return vector
        self.vectors = [*self.vectors[-7:], np.empty(size, np.float32)]
        return self.vectors[-1]


class Joined:
    """Arrays one after the other, as a vector that is only put together for the slice that is asked for."""

    def __init__(self, arrays: Sequence[np.ndarray], slices: Sequence[slice]):
        self.arrays, self.slices = [array.ravel() for array in arrays], slices

    def __getitem__(self, block: slice) -> np.ndarray:
        i, place, parts = bisect_right(self.slices, block.start, key=lambda s: s.stop), block.start, []
        while i < len(self.slices) and place < block.stop:
            begin = self.slices[i].start
            parts.append(self.arrays[i][place - begin : block.stop - begin])
            i, place = i + 1, self.slices[i].stop
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


class Weights:
    """All parameters as one long vector, and the way back."""

    def __init__(self, parameters: Sequence[Parameter]):
        ends = np.cumsum([p.size for p in parameters])
        self.parameters, self.size, self.spares = parameters, int(ends[-1]), Spares()
        self.slices = [slice(end - p.size, end) for p, end in zip(parameters, ends, strict=True)]

    def zeros(self, count: int) -> tuple[np.ndarray, ...]:
        """Return so many vectors of zeros."""
        return tuple(np.zeros(self.size, np.float32) for _ in range(count))

    def join(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """Return one vector of arrays that have the parameters' shapes."""
        return np.concatenate([array.ravel() for array in arrays], out=self.spares.take(self.size))

    def joined(self, arrays: Sequence[np.ndarray]) -> Joined:
        """Return the same for one look at each block, without copying it all."""
        return Joined(arrays, self.slices)

    def split(self, vector: np.ndarray) -> list[np.ndarray]:
        """Return the views of a vector that have the parameters' shapes."""
        return [vector[s].reshape(p.shape) for p, s in zip(self.parameters, self.slices, strict=True)]

    def vector(self, latest: np.ndarray) -> np.ndarray:
        """Return the parameters' values: `latest` itself, if they still are views of it."""
        arrays = [p.stored for p in self.parameters]
        return latest if all(array.base is latest for array in arrays) else self.join(arrays)


class Progress(NamedTuple):
    """What a training function remembers from step to step, besides the parameters themselves."""

    steps: int
    memory: tuple[np.ndarray, ...]  # the optimizer's vectors
    w: np.ndarray  # all parameters in one vector, of which their values are views
