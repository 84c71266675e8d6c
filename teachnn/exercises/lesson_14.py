"""The answers to the exercises of notebook 14, diffusion, and its project's milestones."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from teachnn.exercises.verdict import expect
from teachnn.functions import TestFunction
from teachnn.models.diffusion import levels
from teachnn.models.plane import nearest, rings
from teachnn.parameters import init


def _points(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = init.rng(seed)
    return rng.standard_normal((5, 3)), rng.standard_normal((5, 3))


def exercise_1(noisy: Any) -> str:
    """Check noisy(x, t, e) -> (N, d)."""
    x, e = _points(0)
    for t in (0.0, 0.3, 1.0):
        signal, noise = levels(t)
        found = np.asarray(noisy(x, t, e))
        expect(found.shape == x.shape, f"points like x come out, of shape {x.shape}, got {found.shape}")
        expect(np.allclose(found, signal * x + noise * e), f"at t = {t} it is signal times x plus noise times e")
    return "At t = 0 it is x itself, at t = 1 almost e."


def exercise_2(guess: Any) -> str:
    """Check guess(x, t, e) -> (N, d)."""
    x, e = _points(1)
    for t in (0.2, 0.9):
        signal, noise = levels(t)
        found = np.asarray(guess(signal * x + noise * e, t, e))
        expect(np.allclose(found, x), "given the noise that is in it, the data themselves are to come out")
    return "If the net were always right, one step would be enough."


def exercise_3(along: Any) -> str:
    """Check along(net, x, times) -> (N, d)."""
    x, _ = _points(2)
    asked: list[float] = []

    def net(x: np.ndarray, t: Any) -> np.ndarray:
        asked.append(float(np.mean(t)))
        signal, noise = levels(float(np.mean(t)))
        return x * noise / (signal**2 * 0.25 + noise**2)  # right for data of N(0, 0.5^2)

    def right(x: np.ndarray, times: list[float]) -> np.ndarray:
        for t, s in pairwise(times):
            e, (signal, noise), (signal_s, noise_s) = net(x, t), levels(t), levels(s)
            x = signal_s * (x - noise * e) / signal + noise_s * e
        return x

    for times in ([1.0, 0.0], [1.0, 0.5, 0.0], [1.0, 0.8, 0.3, 0.1, 0.0]):
        asked.clear()
        found = np.asarray(along(net, x, times))
        calls = list(asked)
        expect(calls == times[:-1], f"the net is asked at {times[:-1]}, in this order; yours was asked at {calls}")
        same = np.allclose(found, right(x, times))
        expect(same, "each step guesses the data, and mixes them with e at the next time")
    return "The net was never told which times it would be asked for."


def _five(work: Any, calls: int, true: float, complete: float) -> str:
    expect(isinstance(work, TestFunction), "a test function is asked for: tn.TestFunction(f)")
    noise, data = init.rng(0).standard_normal((2000, 2), dtype=np.float32), rings(5000, init.rng(1))
    used = sum(node.type in ("NoiseNet", "Averaged") for node in work.graph(noise[:2]).nodes)
    expect(used > 0, "it calls no net; the one of Diffusion is called net(x, t), t of shape (1, 1)")
    expect(used <= calls, f"it calls the net {used} times; {calls} are allowed")
    points = np.asarray(work(noise))
    expect(points.shape == (2000, 2), f"points (N, 2) are expected, got {points.shape}")
    there, back = float(nearest(points, data).mean()), float(nearest(data, points).mean())
    expect(there < true, f"a point is {there:.3f} away from the data, on average; less than {true} is asked for")
    expect(back < complete, f"the data are {back:.3f} away from what was made; less than {complete} is asked for")
    return f"{used} calls: {there:.3f} to the data and {back:.3f} from them."


def milestone_1(work: Any) -> str:
    """Check a test function from noise (N, 2) to points on the rings, by at most five calls of a net."""
    return _five(work, 5, 0.06, 0.05)


def milestone_2(work: Any) -> str:
    """Check the same with at most three calls."""
    return _five(work, 3, 0.085, 0.085)
