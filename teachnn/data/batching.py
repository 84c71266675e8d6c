"""Batches: a network sees a few of its examples at a time, in a new order each pass. Notebook 03."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from teachnn.data.digits import pixels
from teachnn.support import Array, InputError, InputTypeError, as_array, instance, whole


class Batches:
    """Arrays of N examples, cut into batches; see `batches`. Each `iter()` is a new pass over all of them.

    size, examples: of a batch, and N. len(): batches a pass.
    pass_state: the generator's state just before it drew the order of the latest pass begun with `iter()`; None before
    the first, and without a generator. `replay` takes up such a pass again.
    """

    def __init__(self, arrays: tuple[Any, ...], size: int, rng: np.random.Generator | None, keep_last: bool) -> None:
        if not isinstance(arrays, tuple):
            raise InputTypeError(
                "batches", "a tuple of arrays", type(arrays).__name__, "tn.data.batches(x, y, size=2, rng=rng)"
            )
        self.arrays: tuple[np.ndarray, ...] = tuple(_as_examples(array, i) for i, array in enumerate(arrays, 1))
        self.examples: int = _common_length(self.arrays)
        instance("batches", "a generator or None as rng", rng, np.random.Generator | None, "make one with tn.rng(0)")
        self.size: int = whole("batches", "size", size)
        self.rng: np.random.Generator | None = rng
        self.keep_last: bool = bool(instance("batches", "True or False as keep_last", keep_last, bool | np.bool_))
        if len(self) < 1:
            cure = "take a smaller size, or keep_last=True"
            raise InputError("batches", f"size <= {self.examples:,} without the last batch", str(size), cure)
        self.pass_state: dict[str, Any] | None = None

    @property
    def identity(self) -> tuple[int, int, bool, int]:
        """What tells these batches from others: how many examples, the size, keep_last, a checksum of the examples.

        The checksum is of a thousand examples at most, spread evenly; where they are no numbers, of their shape.
        """
        checksum = 0
        for array in self.arrays:
            some = array[:: -(-len(array) // 1000)]
            numbers = b"" if some.dtype.hasobject else np.ascontiguousarray(some).tobytes()
            checksum = zlib.crc32(numbers, zlib.crc32(f"{array.dtype} {array.shape}".encode(), checksum))
        return self.examples, self.size, self.keep_last, checksum

    def __len__(self) -> int:
        whole, left = divmod(self.examples, self.size)
        return whole + (self.keep_last and left > 0)

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        self.pass_state = None if self.rng is None else self.rng.bit_generator.state
        return self._cut(self._order(self.rng), 0)

    def replay(self, state: Mapping[str, Any] | None, done: int) -> Iterator[tuple[np.ndarray, ...]]:
        """Return the rest of the pass that began in `state` (a `pass_state`), without its first `done` batches.

        Neither `rng` nor `pass_state` changes. Raises InputError if the state is not one of this kind
        of generator (None without a generator), or unless 0 <= done <= len(self).
        """
        done = whole("batches", "number of batches done", done, 0, len(self))
        if (state is None) != (self.rng is None):
            raise InputError(
                "batches",
                "no state to replay" if self.rng is None else "the state of a generator to replay",
                "None" if state is None else "one",
                "make the batches with the same rng as in the first run",
            )
        past = copy.deepcopy(self.rng)
        if past is not None:
            try:
                past.bit_generator.state = state
            except (TypeError, ValueError, KeyError) as error:
                kind, cure = type(past.bit_generator).__name__, "hand over a pass_state as it was"
                raise InputError("batches", f"the state of a {kind} generator", f"another ({error})", cure) from error
        return self._cut(self._order(past), done)

    def _order(self, rng: np.random.Generator | None) -> np.ndarray:
        return np.arange(self.examples) if rng is None else rng.permutation(self.examples)

    def _cut(self, order: np.ndarray, done: int) -> Iterator[tuple[np.ndarray, ...]]:
        for i in range(done, len(self)):
            chosen = order[i * self.size : (i + 1) * self.size]
            yield tuple(_gather(array, chosen) for array in self.arrays)

    def __repr__(self) -> str:
        arrays = ", ".join(f"{array.dtype} {array.shape}" for array in self.arrays)
        return f"Batches({len(self):,} of size {self.size} from {arrays})"


def batches(*arrays: Array, size: int, rng: np.random.Generator | None, keep_last: bool = True) -> Batches:
    """Return batches of `size` examples; each pass shuffles them again; row i of all arrays stays together.

    arrays: one or more of shape (N, ...), example i in row i of each. A batch is a tuple of as many arrays, of shape
    (size, ...): copies, free to change.
    uint8 arrays of three or more dimensions are pictures: their batches are float32 in [0, 1], through `pixels`. (Kept
    as uint8, 60,000 images of 28 x 28 take 47 MB; as float32, 188 MB.) Other arrays come as they are.
    rng: draws one permutation a pass, when the pass begins; None: the examples in the order given, each pass.
    keep_last: whether the last batch of a pass is kept if it is smaller than `size`.
    Raises InputError if no array is given, if their numbers of examples are 0 or differ, or if no batch has that size.

    >>> pairs = batches(np.arange(5), np.arange(5) ** 2, size=2, rng=None)
    >>> len(pairs), [y.tolist() for x, y in pairs]
    (3, [[0, 1], [4, 9], [16]])
    """
    return Batches(arrays, size, rng, keep_last)


def _gather(array: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    part = array[chosen]
    return pixels(part) if part.dtype == np.uint8 and part.ndim >= 3 else part


def _as_examples(array: Array, i: int) -> np.ndarray:
    array = as_array("batches", f"input {i}", array)
    if array.ndim == 0:
        cure = "an array has one row an example"
        raise InputError("batches", f"an array of shape (N, ...) as input {i}", "one value", cure)
    return array


def _common_length(arrays: tuple[np.ndarray, ...]) -> int:
    lengths = [len(array) for array in arrays]
    if not lengths:
        raise InputError("batches", "at least one array", "none", "write batches(images, labels, size=128, rng=rng)")
    if len(set(lengths)) > 1:
        got = " and ".join(f"{length:,}" for length in lengths)
        raise InputError("batches", "as many examples in each array", got, "row i of each belongs to example i")
    if lengths[0] == 0:
        raise InputError("batches", "at least one example", "0", "look at how the arrays were chosen")
    return lengths[0]
