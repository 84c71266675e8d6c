"""The answers to the exercises of notebook 02, layers and gradients, and how they are checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachnn import ops
from teachnn.exercises.verdict import expect
from teachnn.functions import Momentum, TestFunction, check_gradients
from teachnn.layers import Dense, Sequential, Tanh
from teachnn.parameters import init


class Note:
    """A number as in the notebook, made by the check itself."""

    def __init__(self, value: float, parents: tuple[tuple[Note, float], ...] = ()) -> None:
        self.value: float = value
        self.parents: tuple[tuple[Note, float], ...] = parents


def slopes_of(number: Any) -> dict[Any, float]:
    """Return the local slope by each parent, those of one parent added up."""
    found: dict[Any, float] = {}
    for parent, slope in number.parents:
        found[parent] = found.get(parent, 0.0) + float(slope)
    return found


def exercise_1(number: Any) -> str:
    """Check the class Number: what + and * note."""
    a, b = number(3.0), number(-2.0)
    total, product, square = a + b, a * b, a * a
    expect(total.value == 1.0 and product.value == -6.0, "3 + -2 is 1, and 3 * -2 is -6")
    hint = "a sum notes both numbers it was made from: parents=((self, slope), (other, slope))"
    expect(set(slopes_of(total)) == {a, b}, hint)
    expect(slopes_of(total) == {a: 1.0, b: 1.0}, "if one number of a sum grows by 1, the sum grows by 1")
    expect(set(slopes_of(product)) == {a, b}, "a product notes both numbers it was made from too")
    expect(slopes_of(product) == {a: -2.0, b: 3.0}, "if a grows by 1, how much does a * b grow?")
    expect(slopes_of(square) == {a: 6.0}, "a * a has the parent a twice; both slopes count")
    return "Each result carries the note that the way back will need."


def exercise_2(order: Any) -> str:
    """Check order(result) -> list."""
    x = Note(1.0)
    a = Note(2.0, ((x, 1.0),))
    b = Note(3.0, ((a, 1.0),))
    c = Note(4.0, ((a, 1.0), (b, 1.0)))
    name = {x: "x", a: "a", b: "b", c: "c"}
    found = list(order(c))
    hint = "c was made from a and b, b from a, and a from x: each of the four once"
    expect(len(found) == 4 and set(found) == set(name), f"{hint}; yours has {', '.join(name[n] for n in found)}")
    expect(found[0] is c, "the result comes first")
    said = f"b was made from a, so a comes after b as well as after c; yours is {', '.join(name[n] for n in found)}"
    expect([name[n] for n in found] == ["c", "b", "a", "x"], said)
    return "Nobody is asked before all who depend on it have been."


def exercise_3(slopes: Any) -> str:
    """Check slopes(result) -> {number: slope}."""
    x = Note(5.0)
    a, b = Note(2.0, ((x, 3.0),)), Note(1.0, ((x, 4.0),))
    one, chain = Note(0.0), Note(7.0, ((a, 10.0),))
    both = Note(7.0, ((a, 10.0), (b, 100.0)))
    expect(slopes(one).get(one) == 1.0, "the result changes by 1 if it changes by 1")
    hint = "along a chain the slopes are multiplied: 10 and then 3"
    expect(slopes(chain).get(a) == 10.0 and slopes(chain).get(x) == 30.0, hint)
    expect(slopes(both).get(x) == 430.0, "two ways lead from x to the result, 10 * 3 and 100 * 4: they are added up")
    return "The chain rule multiplies along a way and adds over the ways."


def exercise_4(pair: Any) -> str:
    """Check (tanh, power)."""
    tanh, power = pair
    x = Note(0.5)
    t, p = tanh(x), power(x, 3)
    expect(abs(t.value - math.tanh(0.5)) < 1e-12 and abs(p.value - 0.125) < 1e-12, "tanh(0.5) is 0.462, 0.5^3 is 0.125")
    expect(
        set(slopes_of(t)) == {x} and set(slopes_of(p)) == {x},
        "both note x and their slope there: parents=((x, slope),)",
    )
    expect(abs(slopes_of(t)[x] - (1 - math.tanh(0.5) ** 2)) < 1e-12, "the slope of tanh is 1 - tanh(x)^2")
    expect(abs(slopes_of(p)[x] - 0.75) < 1e-12, "the slope of x^3 is 3 x^2: at 0.5 it is 0.75")
    return "An operation more is a formula and its slope; the way back stays as it is."


def exercise_5(sigmoid_back: Any) -> str:
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


def exercise_6(residual: Any) -> str:
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


def exercise_7(slope: Any) -> str:
    """Check slope(f, w) -> derivative."""
    for f, w, wanted in ((math.sin, 0.5, math.cos(0.5)), (math.exp, 1.0, math.e), (lambda w: w**3, -1.0, 3.0)):
        found = slope(f, w)
        hint = f"an error below 1e-6 is expected, got {abs(found - wanted):.1g}: "
        expect(abs(found - wanted) < 1e-6, hint + "a large step is crude, a tiny one drowns in rounding")
    return "With a step to both sides the error shrinks with its square."


def exercise_8(momentum: Any) -> str:
    """Check momentum(w, g, v, rate, mu) -> the next (w, v)."""
    w, g, v = np.array([1.0, -2.0]), np.array([0.5, 4.0]), np.array([2.0, -1.0])
    given = [w.copy(), g.copy(), v.copy()]
    result = momentum(w, g, v, 0.1, 0.5)
    expect(isinstance(result, tuple | list) and len(result) == 2, "return the pair of the next w and the next v")
    expect(
        all(map(np.array_equal, (w, g, v), given)),
        "an array that was handed in has changed: write `v = ...`, not `v *= ...`",
    )
    found_w, found_v = map(np.asarray, result)
    expect(
        np.allclose(found_v, 0.5 * v + g),
        f"the next velocity is half the old one plus g: {0.5 * v + g}; yours is {found_v}",
    )
    expect(
        np.allclose(found_w, w - 0.1 * found_v), f"w follows the new velocity: {w - 0.1 * found_v}; yours is {found_w}"
    )
    optimizer, found = Momentum(0.03, momentum=0.9), (w, np.zeros(2))
    theirs = found[0], (found[1],)
    for t in (1, 2, 3):
        found = momentum(found[0], g, found[1], 0.03, 0.9)
        theirs = optimizer.update(theirs[0], g, theirs[1], 0.03, t)
    expect(np.allclose(found[0], theirs[0]), "after three steps tn.Momentum is somewhere else")
    return "With the same gradient each time, the steps grow towards 1 / (1 - mu) times the first."


def exercise_9(pool_back: Any) -> str:
    """Check pool_back(x, g) -> the gradient by four pixels."""
    alone, equal = np.array([0.5, -1.0, 3.0, 2.0]), np.array([1.0, 2.0, 0.0, 2.0])
    found = np.asarray(pool_back(alone, 10.0), float)
    expect(found.shape == (4,), f"one number for each of the four pixels is expected, got shape {found.shape}")
    expect(
        np.array_equal(found, [0, 0, 10, 0]), f"only the largest pixel, the third here, gets the 10; yours is {found}"
    )
    found = np.asarray(pool_back(equal, 1.0), float)
    expect(found.sum() == 1, f"of {equal} two are equally large, but there is only one g to hand on; yours is {found}")
    expect(np.array_equal(found, [0, 1, 0, 0]), f"the first of the largest takes it all; yours is {found}")
    return "One pixel of a window takes it all; the others could not have changed the result."


def spirals(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points (count, 2) of two spirals around each other, and which spiral each is of."""
    labels = np.arange(count) % 2
    turn = rng.uniform(0.5, 3.0, count) * np.pi
    radius, angle = turn / (3 * np.pi), turn + np.pi * labels
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return (points + 0.02 * rng.standard_normal((count, 2))).astype(np.float32), labels


def milestone_1(classify: Any) -> str:
    """Check a test function that tells two spirals apart."""
    expect(isinstance(classify, TestFunction), "give the tn.TestFunction that answers")
    points, labels = spirals(2000, init.rng(99))
    p = np.asarray(classify(points))
    expect(p.shape == (2000, 2), f"a row of two probabilities for each point is expected: (2000, 2), got {p.shape}")
    expect(np.allclose(p.sum(axis=1), 1, atol=1e-3), "each row is to sum to 1: softmax")
    right = float((p.argmax(axis=1) == labels).mean())
    expect(
        right > 0.95,
        f"{right:.1%} of 2,000 new points are right; 95 % are asked. More units, steps, another optimizer?",
    )
    return f"{right:.1%} of 2,000 points that you have never seen are right."
