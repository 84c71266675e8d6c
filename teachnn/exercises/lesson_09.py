"""The answers to the exercises of notebook 09, the autoencoder, and its project's milestones."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import check_gradients
from teachnn.parameters import Parameter, init


def exercise_1(errors: Any) -> str:
    """Check errors(reconstruct, x) -> (N,)."""
    x = np.stack([np.full((28, 28), level) for level in (0.0, 0.5, 1.0)])
    found = np.asarray(errors(np.zeros_like, x))
    expect(found.shape == (3,), f"one number for each of the 3 pictures is expected, got shape {found.shape}")
    expect(np.allclose(found, [0, 0.25, 1]), "the mean is over a picture's pixels, of the squared differences")
    return "It tells which pictures the code has no room for."


def exercise_2(odd_one: Any) -> str:
    """Check odd_one(reconstruct, x) -> row."""
    x = init.rng(0).random((6, 28, 28))
    for odd, change in ((4, 2), (1, -2)):  # the brightest is not always the odd one
        strange = x.copy()
        strange[odd] += change
        found = odd_one(lambda y: np.clip(y, 0, 1), strange)
        expect(found == odd, "the picture with the largest error is asked for, by its number in x")
    return "No label said what odd is: the training pictures did."


def exercise_3(tied: Any) -> str:
    """Check tied(W, b, c) -> function of x."""
    rng = init.rng(0)
    W, b, c = (Parameter(n, rng.standard_normal(s)) for n, s in (("W", (784, 2)), ("b", (2,)), ("c", (784,))))
    x = rng.standard_normal((3, 784)).astype(np.float32)
    function = tied(W, b, c)

    def right():
        return (x @ W.value + b.value) @ W.value.T + c.value

    found = np.asarray(function(x))
    expect(found.shape == (3, 784), f"pictures of 784 numbers are to come out, got shape {found.shape}")
    expect(np.allclose(found, right(), atol=1e-3), "encode by x @ W + b; decode by code @ (W transposed) + c")
    W.value = W.value / 2
    expect(np.allclose(function(x), right(), atol=1e-3), "when W moves, both uses are to move: read W.value inside")
    check_gradients(function, x[:1], parameters=(W,), tolerance=1e-4, limit=20)
    return "Its gradient is the sum of what both uses ask for."


def _strange(strangeness: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return how strange test pictures of a 2 are, and those of other digits."""
    digits = mnist().test
    found = np.asarray(strangeness(pixels(digits.images[:2000])))
    expect(found.shape == (2000,), f"one number for each of 2,000 pictures is expected, got shape {found.shape}")
    two = digits.labels[:2000] == 2
    return found[two], found[~two]


def milestone_1(strangeness: Any) -> str:
    """Check strangeness(x) -> (N,): how often is a 2 stranger than another digit?"""
    two, other = _strange(strangeness)
    right = np.mean(two[:, None] > other)
    expect(right >= 0.85, f"the 2 is the stranger one in {100 * right:.0f} of 100 pairs; 85 are asked for")
    return f"The 2 is the stranger one in {100 * right:.0f} of 100 pairs."


def milestone_2(work: Any) -> str:
    """Check (strangeness, threshold): the share of known digits, and of 2s, above it."""
    strangeness, threshold = work
    two, other = _strange(strangeness)
    false, found = np.mean(other > threshold), np.mean(two > threshold)
    expect(0.03 <= false <= 0.08, f"{false:.1%} of the known digits are above the threshold; 3 to 8% are asked for")
    expect(found > 0.4, f"{found:.0%} of the 2s are above the threshold; more than 40% are asked for")
    return f"{false:.1%} of the known digits are called unknown, and {found:.0%} of the 2s."
