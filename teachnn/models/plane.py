"""Points in the plane, where a distribution can be seen whole; and how far two clouds are from each other.

Networks that generate are tried here first: what they make can be laid over what they were to make.
"""

from __future__ import annotations

import numpy as np

from teachnn.support import array, check_generator, whole

RADII = (0.6, 1.5)


def rings(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return points (count, 2) on two rings round the middle, of radius 0.6 (3 in 10) and 1.5, with noise of 0.08."""
    count, rng = whole("rings", "number of points", count), check_generator("rings", rng)
    radius = rng.choice(RADII, count, p=[0.3, 0.7]) + 0.08 * rng.standard_normal(count)
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)


def clusters(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return points (count, 2) in eight clusters on a circle of radius 1.4, with noise of 0.05."""
    count, rng = whole("clusters", "number of points", count), check_generator("clusters", rng)
    return (centres()[rng.integers(8, size=count)] + 0.05 * rng.standard_normal((count, 2))).astype(np.float32)


def centres() -> np.ndarray:
    """Return the middles (8, 2) of the eight clusters."""
    angle = np.arange(8) * np.pi / 4
    return 1.4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far it is from each point (n, d) to the nearest of the others (m, d): (n,).

    From what was made to the data: how true it is. From the data to what was made: how complete.
    """
    points = array("nearest", "points", points, "n", "d")
    others = array("nearest", "others", others, "m", points.shape[1])
    sizes = (others**2).sum(axis=1)
    found = [(sizes - 2 * some @ others.T).min(axis=1) for some in np.array_split(points, len(points) // 500 + 1)]
    return np.sqrt(np.maximum(np.concatenate(found) + (points**2).sum(axis=1), 0))
