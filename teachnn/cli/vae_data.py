"""What `teachnn vae` learns from: the digits, or pictures of your own, of which some are kept to test with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from teachnn import data
from teachnn.cli.settings import Settings
from teachnn.parameters import rng
from teachnn.support import InputError

SIDE = 64  # of the pictures of a folder, unless --size says another
MOST_TESTS = 1000


def pictures_of(settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures to train with, (N, height, width) or (N, height, width, 3) uint8, and floats to test with.

    Of one's own, every tenth on average is kept to test with, the same ones for the same seed. Raises InputError for a
    file that holds no pictures, OSError if it cannot be read.
    """
    if settings.data is None:
        digits = data.mnist()
        return digits.train.images, data.pixels(digits.test.images)
    path = Path(settings.data)
    if path.is_dir():
        images = data.pictures(path, settings.size or SIDE).images
    else:
        images = data.idx(path)
        if settings.size is not None:
            raise InputError("--size", "a folder as --data", f"the file {path}", "leave out --size")
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3):
        got = f"{images.dtype} of shape {images.shape}"
        raise InputError(str(path), "pictures: bytes of shape (N, height, width) or (N, height, width, 3)", got)
    if len(images) < 2 or images.size == 0:
        raise InputError(str(path), "at least two pictures, one to train with and one to test with", f"{len(images)}")
    order = rng(settings.seed).permutation(len(images))
    tests = min(max(1, len(images) // 10), MOST_TESTS)
    return images[np.sort(order[tests:])], data.pixels(images[order[:tests]])
