"""MNIST, seventy thousand handwritten digits, inside the package. Notebook 03.

LeCun, Cortes & Burges, The MNIST database of handwritten digits; licence and source in mnist/LICENSE.md.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from teachnn.data.idx_files import read_idx
from teachnn.support import InputError, as_array


@dataclass(frozen=True, eq=False)
class Digits:
    """Pictures and what they show: images (N, 28, 28) uint8, 0 paper to 255 ink; labels (N,) int64, 0 to 9."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Digits({len(self):,} images of {' x '.join(map(str, self.images.shape[1:]))})"


@dataclass(frozen=True, eq=False)
class MNIST:
    """60,000 digits to train with and 10,000, by other writers, to test with."""

    train: Digits
    test: Digits


@functools.cache
def mnist() -> MNIST:
    """Return the MNIST digits. They are read once; the arrays are read-only, because every caller gets the same ones.

    >>> mnist()
    MNIST(train=Digits(60,000 images of 28 x 28), test=Digits(10,000 images of 28 x 28))
    >>> mnist().test.labels[:5]
    array([7, 2, 1, 0, 4])
    """
    return MNIST(_digits("train"), _digits("t10k"))


def _digits(prefix: str) -> Digits:
    images = _packaged(f"{prefix}-images-idx3-ubyte.gz")
    labels = _packaged(f"{prefix}-labels-idx1-ubyte.gz").astype(np.int64)
    images.flags.writeable = labels.flags.writeable = False
    return Digits(images, labels)


def _packaged(name: str) -> np.ndarray:
    with (Path(__file__).parent / "mnist" / name).open("rb") as file:
        return read_idx(file, f"{name} (mnist)")


def pixels(images: np.ndarray) -> np.ndarray:
    """Return images / 255: uint8 of any shape -> float32 in [0, 1] of the same shape, 255 to exactly 1.

    Raises InputError for any other kind of number, so that what is scaled already is not scaled again.

    >>> pixels(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    images = as_array("pixels", "images", images)
    if images.dtype != np.uint8:
        cure = "floats need no pixels(); whole numbers from 0 to 255: images.astype(np.uint8)"
        raise InputError("pixels", "images of dtype uint8", str(images.dtype), cure)
    return np.divide(images, np.float32(255), dtype=np.float32)
