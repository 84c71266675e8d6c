"""Checks of the exercises of notebook 16: softer logits, folding the other way, bits, a gradient straight through."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import SGD, TestFunction, TrainFunction
from teachnn.layers import BatchNorm, Dense, Layer
from teachnn.models.shipped import bytes_of, rounded
from teachnn.ops import softmax
from teachnn.parameters import Parameter, init


def exercise_1(soften: Any) -> str:
    """Check soften(logits, temperature) -> probabilities."""
    logits = init.rng(0).standard_normal((5, 10)) * 4
    found = np.asarray(soften(logits, 3.0))
    expect(found.shape == (5, 10), f"as many probabilities as logits are expected; yours have shape {found.shape}")
    expect(np.allclose(found.sum(axis=1), 1), "each row is to sum to 1: divide before the softmax, not after it")
    expect(np.allclose(soften(logits, 1.0), softmax(logits)), "at temperature 1 it is the softmax itself")
    expect(found.max() < softmax(logits).max(), "a higher temperature is to make it less sure, not more")
    expect(np.allclose(found, softmax(logits / 3.0)), "the logits are divided by the temperature")
    return "The order of the classes stays; only how sure it is of them changes."


def exercise_2(fold_behind: Any) -> str:
    """Check fold_behind(bn, dense) -> (W, b)."""
    rng = init.rng(0)
    bn, dense = BatchNorm.create("bn", 6, mode="train"), Dense.create("h", 6, 4, rng)
    for variable in (*bn.parameters, *bn.statistics, dense.b):
        variable.value = variable.value + rng.uniform(0.2, 1.0, variable.shape)
    W, b = (np.asarray(array, np.float32) for array in fold_behind(bn, dense))
    expect(W.shape == (6, 4) and b.shape == (4,), f"W (6, 4) and b (4,) are expected, got {W.shape} and {b.shape}")
    x = rng.standard_normal((20, 6)).astype(np.float32)
    wanted, found = dense(bn.at("test")(x)), x @ W + b
    slopes = np.allclose(found - found[:1], wanted - wanted[:1], atol=1e-4)
    expect(slopes, "W is not right yet: batch norm multiplies each input of the dense layer, so each row of W")
    expect(np.allclose(found, wanted, atol=1e-4), "W is right; b is not: what batch norm adds goes through W too")
    return "What is linear and stands still can be folded into a linear neighbour, on either side."


def exercise_3(bits_for: Any) -> str:
    """Check bits_for(W, tolerance) -> a number of bits, or None."""
    for seed in range(4):
        W = init.rng(seed).standard_normal((50, 8)).astype(np.float32)
        off = {bits: float(np.abs(np.multiply(*rounded(W, bits)) - W).max()) for bits in range(2, 9)}
        for wanted in (2, 3, 5, 8):
            found = bits_for(W, off[wanted] * 1.001)
            hint = f"{wanted} bits are enough, as the largest error is then {off[wanted]:.3f}; yours: {found}"
            expect(found == wanted, hint)
        expect(bits_for(W, off[8] / 2) is None, "where 8 bits are not enough, return None")
    return "Each bit more halves the largest error."


def exercise_4(straight_through: Any) -> str:
    """Check straight_through(x, step) -> rounded x."""
    W = Parameter("W", [0.26, -0.74, 1.1, 3.0])
    found = TestFunction(lambda: np.asarray(straight_through(W.value, 0.5)))()
    right = np.allclose(found, [0.5, -0.5, 1.0, 3.0])
    expect(right, f"0.26, -0.74, 1.1, 3 in steps of 0.5 are 0.5, -0.5, 1, 3; yours: {found}")
    train = TrainFunction(lambda: (straight_through(W.value, 0.5) * [1.0, 2.0, 3.0, 4.0]).sum(), [W], SGD())
    try:
        gradient = train.gradients()[W]
    except ValueError:
        gradient = np.zeros(4)
    expect(bool(np.any(gradient)), "no gradient reaches x: the slope of a rounding is 0 everywhere")
    expect(np.allclose(gradient, [1, 2, 3, 4]), f"the gradient by x is to be that of x itself; yours is {gradient}")
    return "Forward it is a staircase, backward a straight line. That is wrong, and works."


def milestone_1(small_reader: Any) -> str:
    """Check small_reader(images, labels) -> a network: 4,096 bytes, no parameters, right on 90 %."""
    digits = mnist()
    net = small_reader(pixels(digits.train.images[:5000]), digits.train.labels[:5000])
    expect(isinstance(net, Layer), "return the network that is shipped, a layer")
    size = bytes_of(net)
    expect(size <= 4096, f"its arrays have {size:,} bytes; 4,096 are allowed")
    expect(not net.parameters, "what is shipped holds no parameters, only what is made from them")
    found = np.asarray(TestFunction(lambda x: net.at("test")(x))(pixels(digits.test.images)))
    right = float((found.argmax(axis=1) == digits.test.labels).mean())
    expect(right >= 0.9, f"it is right on {right:.1%} of the test digits; 90% are asked for")
    return f"{right:.1%} of the test digits, in {size:,} bytes."
