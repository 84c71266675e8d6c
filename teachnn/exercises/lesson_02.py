"""The answers to the exercises of notebook 02, layers and gradients, and how they are checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachnn import ops
from teachnn.exercises.verdict import expect
from teachnn.functions import check_gradients
from teachnn.layers import Dense, Sequential, Tanh
from teachnn.parameters import init


def exercise_1(sigmoid_back: Any) -> str:
    """Check sigmoid_back(y, g) -> the gradient by x."""
    x = np.linspace(-4, 4, 9)
    y, step = ops.sigmoid(x), 1e-6
    slopes = (ops.sigmoid(x + step) - ops.sigmoid(x - step)) / (2 * step)
    twice = np.allclose(sigmoid_back(y, 2 * np.ones(9)), 2 * np.asarray(sigmoid_back(y, np.ones(9))))
    expect(twice, "twice the g is to give twice the gradient: the chain rule")
    found = np.asarray(sigmoid_back(y, np.ones(9)))
    hint = f"at x = 0, where y = 0.5, the slope is {slopes[4]:.3g}; yours is {found[4] if found.shape else found:.3g}"
    expect(found.shape == (9,) and abs(found[4] - slopes[4]) < 1e-6, hint)
    expect(np.allclose(found, slopes, atol=1e-6), "far from 0 the curve is flat: y (1 - y) is small there")
    return "It needs the output alone, so the input need not be kept."


def exercise_2(residual: Any) -> str:
    """Check residual(layer, x, times) -> array."""
    layer = Sequential(Dense.create("h", 3, 3, init.rng(0)), Tanh())
    x = init.rng(1).standard_normal((2, 3)).astype(np.float32)
    wanted, given = x, x.copy()
    for times in range(4):
        found = np.asarray(residual(layer, x, times))
        expect(np.array_equal(x, given), "the caller's x has changed: write `x = x + ...`, not `x += ...`")
        hint = f"after {times} times another result is expected: 0 times is x itself, and each time adds layer(x) to x"
        expect(np.allclose(found, wanted, atol=1e-5), hint)
        wanted = wanted + layer(wanted)
    check_gradients(lambda x: residual(layer, x, 3), x, parameters=layer.parameters)
    return (
        "Three calls, one set of parameters: its gradient is the sum over the calls (He et al. 2015, arXiv:1512.03385)."
    )


def exercise_3(slope: Any) -> str:
    """Check slope(f, w) -> derivative."""
    for f, w, wanted in ((math.sin, 0.5, math.cos(0.5)), (math.exp, 1.0, math.e), (lambda w: w**3, -1.0, 3.0)):
        found = slope(f, w)
        hint = f"an error below 1e-6 is expected, got {abs(found - wanted):.1g}: "
        expect(abs(found - wanted) < 1e-6, hint + "a large step is crude, a tiny one drowns in rounding")
    return "With a step to both sides the error shrinks with its square."
