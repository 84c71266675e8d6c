"""A face is cut out of its scene where its box says, and seen without the light that fell on it. Notebook 06.

Boxes are left, top, width and height in pixels of the scene.
"""

from __future__ import annotations

import numpy as np

from teachnn.support import Array, InputError, array

CROP = 32  # pixels of a crop's side
MARGIN = 1.4  # a crop's side in the scene, in means of its box's width and height
SHIFTS = np.array([(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)], np.float32) / 10  # of the crops, in their sides


def standardize(images: Array) -> np.ndarray:
    """Return pictures (N, H, W, C) with mean 0 and standard deviation 1 each, float32: the light is taken away."""
    images = array("standardize", "images", images, "N", "H", "W", "C").astype(np.float32, copy=False)
    images = images - images.mean(axis=(1, 2, 3), keepdims=True)
    return images / (images.std(axis=(1, 2, 3), keepdims=True) + np.float32(1e-3))


def crops(images: np.ndarray, boxes: np.ndarray, shifts: np.ndarray = SHIFTS) -> np.ndarray:
    """Return each scene's crops around its box, one a shift, standardized.

    images (N, H, W, 1), boxes (N, 4), shifts (S, 2) -> crops (N, S, 32, 32, 1). They are squares, MARGIN times as large
    as the box, read between pixels by bilinear interpolation; beyond the scene, its edge goes on. Raises InputError
    unless there is one known box a scene.
    """
    images, shifts = array("crops", "images", images, "N", "H", "W", 1), array("crops", "shifts", shifts, "S", 2)
    if min(images.shape[1:3]) < 2:
        raise InputError("crops", "pictures of 2 x 2 pixels or more", str(images.shape))
    if np.shape(boxes) != (len(images), 4):
        raise InputError("crops", f"boxes of shape ({len(images)}, 4)", str(np.shape(boxes)), "one box a scene")
    boxes = _boxes("crops", boxes, len(images))
    if not np.isfinite(boxes).all():
        raise InputError("crops", "boxes that are known", "NaN", "let LNet locate the faces")
    N, H, W, _ = images.shape
    side = MARGIN * boxes[:, 2:].mean(axis=1)
    middle = boxes[:, None, :2] + boxes[:, None, 2:] / 2 + shifts * side[:, None, None]
    steps = (np.arange(CROP) + 0.5) / CROP - 0.5
    at = middle[..., None] + steps * side[:, None, None, None] - 0.5  # (N, S, 2, CROP): x, y in pixels
    at = np.clip(at, 0, [[W - 1], [H - 1]]).astype(np.float32)
    low = np.minimum(at.astype(int), [[W - 2], [H - 2]])
    (x, y), (u, v) = low.transpose(2, 0, 1, 3), (at - low).transpose(2, 0, 1, 3)
    n, x, y, u, v = np.arange(N)[:, None, None, None], x[..., None, :], y[..., None], u[..., None, :], v[..., None]
    scene = images[..., 0]
    upper = scene[n, y, x] * (1 - u) + scene[n, y, x + 1] * u
    lower = scene[n, y + 1, x] * (1 - u) + scene[n, y + 1, x + 1] * u
    cut = (upper * (1 - v) + lower * v).astype(np.float32)
    return standardize(cut.reshape(-1, CROP, CROP, 1)).reshape(N, len(shifts), CROP, CROP, 1)


def intersection_over_union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the area that boxes a and b (N, 4) have in common, as a share of the area they cover together: (N,)."""
    a = _boxes("intersection_over_union", a, "N")
    b = _boxes("intersection_over_union", b, len(a))
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    return common / (np.prod(a[:, 2:], axis=1) + np.prod(b[:, 2:], axis=1) - common)


def _boxes(who: str, boxes: Array, N: int | str) -> np.ndarray:
    """Return boxes (N, 4), whose sides are not negative; those of unknown faces are NaN."""
    boxes = array(who, "boxes", boxes, N, 4, finite=False)
    if (boxes[:, 2:] < 0).any():
        raise InputError(who, "boxes of a width and a height >= 0", f"{boxes[:, 2:].min():g}")
    return boxes
