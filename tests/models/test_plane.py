"""Clouds of points, and how far they are from each other."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.models.plane import RADII, centres, clusters, nearest, rings


def test_points_lie_on_two_rings():
    radius = np.linalg.norm(rings(5000, tn.rng(0)), axis=1)
    off = np.abs(radius[:, None] - RADII).min(axis=1)
    assert off.mean() < 0.08 and np.mean(radius < 1) == pytest.approx(0.3, abs=0.03)


def test_points_lie_in_eight_clusters_equally_often():
    away = np.linalg.norm(clusters(4000, tn.rng(0))[:, None] - centres(), axis=2)
    assert away.min(axis=1).max() < 0.35
    assert np.bincount(away.argmin(axis=1), minlength=8).min() > 400


@given(st.integers(1, 700), st.integers(1, 9), st.integers(1, 5), st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_the_nearest_is_the_least_of_all_distances(n, m, d, seed):
    rng = tn.rng(seed)
    points, others = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    expected = np.linalg.norm(points[:, None] - others, axis=2).min(axis=1)
    np.testing.assert_allclose(nearest(points, others), expected, atol=1e-6)


@pytest.mark.parametrize("make", [rings, clusters])
def test_the_same_seed_gives_the_same_points_in_float32(make):
    one, other = make(9, tn.rng(3)), make(9, tn.rng(3))
    assert one.dtype == np.float32 and one.shape == (9, 2) and np.array_equal(one, other)
    with pytest.raises(tn.InputError):
        make(0, tn.rng(0))
    with pytest.raises(tn.InputError):
        make(3, 0)
