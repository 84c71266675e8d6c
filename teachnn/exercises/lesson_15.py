"""The answers to the exercises of notebook 15, a GAN in the plane, and its project's milestones."""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np

from teachnn.exercises.verdict import expect
from teachnn.functions import Adam, TrainFunction
from teachnn.models.plane import nearest, rings
from teachnn.parameters import Parameter, init


def exercise_1(cost: Any) -> str:
    """Check cost(of_data, of_made) -> nats."""
    of_data, of_made = np.array([0.9, 0.5, 0.8]), np.array([0.2, 0.6])
    found, right = cost(of_data, of_made), -np.log(of_data).mean() - np.log(1 - of_made).mean()
    expect(np.shape(found) == (), f"one number is expected, got shape {np.shape(found)}")
    expect(np.isclose(found, right), "-log D of data, and -log (1 - D) of what was made, each averaged, and their sum")
    expect(np.isclose(cost(of_data, of_made[:1]), -np.log(of_data).mean() - np.log(0.8)), "each has a mean of its own")
    return "A critic that says 1/2 to all of them pays 2 log 2 = 1.39 nats."


def exercise_2(only: Any) -> str:
    """Check only(f, parameters) -> TrainFunction."""
    a, b = Parameter("a", [1.0]), Parameter("b", [2.0])

    def f(x: Any) -> Any:
        return anp.sum((a.value * b.value * x) ** 2)

    train = only(f, [a])
    expect(isinstance(train, TrainFunction), "a training function is to be returned: tn.TrainFunction(...)")
    expect(train.optimizer == Adam(1e-3, beta1=0.5), "the optimizer is tn.Adam(1e-3, beta1=0.5)")
    train([1.0])
    moved = [float(a.value[0]) != 1, float(b.value[0]) != 2]
    expect(moved == [True, False], "exactly the parameters that were handed over are to move")
    return "f uses both parameters; whose step it is decides which one moves."


def exercise_3(pairs: Any) -> str:
    """Check pairs(x) -> (N / 2, 2 d)."""
    for d in (2, 3):
        x = np.arange(6.0 * d).reshape(6, d)
        found = np.asarray(pairs(x))
        expect(found.shape == (3, 2 * d), f"six points of {d} numbers are three rows of {2 * d}, got {found.shape}")
        expect(np.array_equal(found[0], [*x[0], *x[1]]), "a row is two whole points, one after the other")
    return "Two points that are always alike give the forger away."


def _rings(generate: Any, limit: float) -> str:
    data = rings(5000, init.rng(1))
    points = np.asarray(generate(init.rng(0).standard_normal((2000, 2), dtype=np.float32)))
    expect(points.shape == (2000, 2), f"points (N, 2) are expected of noise (N, 2), got {points.shape}")
    there, back = float(nearest(points, data).mean()), float(nearest(data, points).mean())
    expect(there < limit, f"a point is {there:.3f} away from the rings, on average; less than {limit} is asked for")
    expect(back < limit, f"the rings are {back:.3f} away from what was made; less than {limit} is asked for: torn?")
    return f"{there:.3f} to the rings and {back:.3f} from them."


def milestone_1(generate: Any) -> str:
    """Check a test function from noise (N, 2) to points on the rings."""
    return _rings(generate, 0.12)


def milestone_2(generate: Any) -> str:
    """Check one that is closer."""
    return _rings(generate, 0.08)
