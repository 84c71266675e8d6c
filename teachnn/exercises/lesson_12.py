"""The answers to the exercises of notebook 12, recurrent nets, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.exercises.verdict import expect
from teachnn.functions import TestFunction
from teachnn.layers import GRU
from teachnn.models.recurrent import waves
from teachnn.parameters import init

KNOWN, COUNT = 8, 16


def exercise_1(numbers_of: Any) -> str:
    """Check numbers_of(inputs, units) -> a whole number."""
    for inputs, units in ((1, 32), (5, 3), (2, 1)):
        real = sum(p.size for p in GRU.create("cell", inputs, units, init.rng(0)).parameters)
        found = numbers_of(inputs, units)
        hint = f"for {inputs} inputs and {units} units it says {found}, and {real} are there: print(tn.GRU.create(...))"
        expect(found == real, hint)
    return (
        "Three times a dense layer of the input, and three times one of the state; the length of a series costs none."
    )


def exercise_2(free: Any) -> str:
    """Check free(next, y, h, count) -> (N, count, d)."""
    step = TestFunction(lambda x, h: (2 * x + h, h + 1), state=("h",))
    y, h = np.array([[1.0], [3.0]], np.float32), np.zeros((2, 1), np.float32)
    found = np.asarray(free(step, y, h, 4))
    expect(found.shape == (2, 4, 1), f"an array (N, count, d), here (2, 4, 1), is to come out, got {found.shape}")
    expect(np.array_equal(found[:, 0], y), "y is the first of the steps")
    expect(np.allclose(found[0, :3, 0], [1, 2, 5]), "each call is given what the last one said, and the state it gave")
    expect(np.allclose(found[:, 3, 0], [12, 28]), "the state goes on from call to call")
    expect(np.asarray(free(step, y, h, 1)).shape == (2, 1, 1), "a count of 1 is y alone: no call is needed")
    return "The loop is in your hands, and so is the state: the function has changed nothing."


def exercise_3(cho_step: Any) -> str:
    """Check cho_step(x, h, W, U, b) -> (N, units)."""
    rng, units = init.rng(0), 3
    x, h, W, U, b = (rng.standard_normal(shape) for shape in ((4, 2), (4, units), (2, 9), (units, 9), (9,)))
    sigmoid = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    r, z = (sigmoid((x @ W + b + h @ U)[:, part]) for part in (slice(0, 3), slice(3, 6)))
    wanted = z * h + (1 - z) * np.tanh((x @ W + b)[:, 6:] + (r * h) @ U[:, 6:])
    after = z * h + (1 - z) * np.tanh((x @ W + b)[:, 6:] + r * (h @ U[:, 6:]))
    found = np.asarray(cho_step(x, h, W, U, b))
    expect(found.shape == (4, units), f"a state of shape (4, {units}) is to come out, got {found.shape}")
    hint = "r is multiplied after the product here, as tn.GRU does it: Cho et al. multiply r by h first"
    expect(not np.allclose(found, after, atol=1e-4), hint)
    expect(not np.allclose(found, (1 - z) * h + z * (wanted - z * h) / (1 - z)), "z is the share of the old state")
    expect(np.allclose(found, wanted, atol=1e-4), "compare with the formula above: r, z and n stand in this order")
    return "The two agree where r is 1 for all units, and nowhere else: the parameters of one are no use to the other."


def exercise_4(own_share: Any) -> str:
    """Check own_share(i, k) -> 0 to 1."""
    with np.errstate(over="raise"):
        try:
            found = [float(own_share(i, 50.0)) for i in (0, 100, 200, 10**6)]
        except (FloatingPointError, OverflowError):
            expect(False, "it overflows for a large i: divide above and below by exp(i / k)")
            raise
    expect(not np.isclose(found[0], 50 / 51), "that is the share of the truth: its own is what is left")
    expect(np.isclose(found[0], 1 / 51), f"at the beginning it is 1 / (k + 1), here {1 / 51:.4f}; got {found[0]:.4f}")
    wanted = [np.exp(i / 50) / (50 + np.exp(i / 50)) for i in (100, 200)]
    expect(np.allclose(found[1:3], wanted), f"at i = 100 and k = 50 it is {wanted[0]:.3f}; got {found[1]:.3f}")
    expect(np.isclose(found[3], 1), f"after a million steps all is its own; got {found[3]}")
    return "It stays near 0 for a while, then rises, and ends at 1: first learn to take a step, then to walk."


def milestone_1(forecaster: Any) -> str:
    """Check forecaster(rng) -> go_on(series, count)."""
    go_on = forecaster(init.rng(0))
    expect(callable(go_on), "return a function go_on(series, count)")
    series = waves(init.rng(12), 500, KNOWN + COUNT)
    found = np.asarray(go_on(series[:, :KNOWN], COUNT))
    expect(
        found.shape == (500, COUNT, 1), f"{COUNT} steps of each wave, (500, {COUNT}, 1), are asked; got {found.shape}"
    )
    error = float(np.mean((found - series[:, KNOWN:]) ** 2))
    expect(error < 0.06, f"the mean square error over {COUNT} steps is {error:.3f}; below 0.06 is asked")
    return f"A mean square error of {error:.3f} over {COUNT} steps, on its own output."
