"""Arrays as small pictures of themselves: heatmaps and histograms of any parameter. Notebook 01."""

from __future__ import annotations

import numpy as np

from teachnn.images import LIGHT

SIDE = 64  # pixels of a heatmap, at most
BINS = 40
COLD, MIDDLE, HOT = (np.array([*bytes.fromhex(LIGHT[name][1:])], np.float32) for name in ("cold", "zero", "hot"))


def as_matrix(value: np.ndarray) -> np.ndarray:
    """Return any array as a matrix: the last axis across, all others down; one dimension is one row.

    The kernels of a convolution (h, w, C, D) stand side by side, each h x w, C down and D across.
    """
    if value.ndim == 4:
        h, w, C, D = value.shape
        return value.transpose(2, 0, 3, 1).reshape(C * h, D * w)
    return value.reshape(-1, value.shape[-1]) if value.ndim > 1 else value.reshape(1, -1)


def thumbnail(value: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Return a matrix of at most side x side means over the array's matrix; no mean is of no number."""
    matrix = as_matrix(value)
    for axis in (0, 1):
        starts = np.unique(np.linspace(0, matrix.shape[axis], min(side, matrix.shape[axis]), False).astype(int))
        counts = np.diff([*starts, matrix.shape[axis]])
        matrix = np.add.reduceat(matrix, starts, axis) / np.expand_dims(counts, 1 - axis)
    return matrix.astype(np.float32)


def colours(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix (H, W) as colours (H, W, 3) uint8: blue below 0, orange above, full for the largest number."""
    share = (matrix / (np.abs(matrix).max() or 1.0))[..., None]
    return np.round(MIDDLE + np.abs(share) * (np.where(share < 0, COLD, HOT) - MIDDLE)).astype(np.uint8)


def histogram(value: np.ndarray, bins: int = BINS) -> dict:
    """Return {low, high, counts}: how many numbers of the array lie in each of so many equal parts of its range."""
    low, high = float(value.min()), float(value.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(value.astype(np.float64), bins, (low, high))  # neighbours in float32 have room for bins
    return {"low": low, "high": high, "counts": counts.tolist()}
