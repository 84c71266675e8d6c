"""Checks of the exercises of notebook 17: a mean over machines, how many of them pay, gradients that come late."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

import numpy as np

from teachnn.data import batches, mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import SGD, TestFunction, TrainFunction
from teachnn.layers import Dense, Flatten, ReLU, Sequential
from teachnn.ops import loss
from teachnn.parameters import init


def exercise_1(mean_of_shards: Any) -> str:
    """Check mean_of_shards(gradients, rows) -> the gradient of the whole batch."""
    rng = init.rng(0)
    net = Sequential(Dense.create("h", 4, 3, rng), ReLU(), Dense.create("out", 3, 2, rng))
    train = TrainFunction(lambda x, y: loss.cross_entropy(net(x), y), net.parameters, SGD())
    x, y = rng.standard_normal((12, 4)).astype(np.float32), np.arange(12) % 2
    whole = train.gradients(x, y)[net[0].W]
    for cuts in ([0, 6, 12], [0, 3, 12], [0, 1, 4, 12]):
        parts = [slice(a, b) for a, b in pairwise(cuts)]
        sizes = [p.stop - p.start for p in parts]
        found = mean_of_shards([train.gradients(x[p], y[p])[net[0].W] for p in parts], sizes)
        expect(np.shape(found) == whole.shape, f"a gradient of shape {whole.shape} is expected, got {np.shape(found)}")
        rows = ", ".join(map(str, sizes))
        hint = f"for shards of {rows} rows it is not that of the whole batch: a row is to count the same in any shard"
        expect(np.allclose(found, whole, atol=1e-6), hint)
    return "The mean over examples can be taken in parts, if each part weighs what it holds."


def exercise_2(workers_that_pay: Any) -> str:
    """Check workers_that_pay(compute, send) -> the number of workers with the least time."""
    for compute, send in ((100.0, 1.0), (8.0, 2.0), (1.0, 5.0), (90.0, 2.5), (64.0, 1.0)):
        times = {n: compute / n + n * send for n in range(1, 101)}
        best = min(times, key=times.__getitem__)
        found = workers_that_pay(compute, send)
        said = f"computing {compute:g} and sending {send:g}: {best} workers take {times[best]:.3g}; yours: {found}"
        expect(found in times and times[found] <= times[best] * (1 + 1e-9), said)
    return "Near the square root of compute / send: four times the bandwidth pays for twice the workers."


def exercise_3(late_steps: Any) -> str:
    """Check late_steps(gradient, w, rate, delay, steps) -> w after so many steps."""
    slope = lambda w: 2 * w  # noqa: E731
    for delay, rate, steps in ((0, 0.1, 5), (1, 0.1, 6), (3, 0.2, 20)):
        seen, w = deque([1.0] * (delay + 1)), 1.0
        for _ in range(steps):
            w -= rate * slope(seen[0])
            seen.append(w)
            seen.popleft()
        found = float(late_steps(slope, 1.0, rate, delay, steps))
        expect(
            np.isclose(found, w), f"delay {delay}, rate {rate}, {steps} steps: w = {w:.5f} is expected, got {found:.5f}"
        )
    return "With the same rate, a late gradient leads further than it should; late enough, it never settles."


def milestone_1(work: Any) -> str:
    """Check (compress, expand): compress(g) -> a list of arrays, expand(them) -> a gradient like g."""
    compress, expand = work
    digits, rng = mnist().train, init.rng(0)
    x, y = pixels(digits.images[:2000]), digits.labels[:2000]
    net = Sequential(Flatten(), Dense.create("h", 784, 32, rng), ReLU(), Dense.create("out", 32, 10, rng))
    train = TrainFunction(lambda x, y: loss.cross_entropy(net(x), y), net.parameters, SGD())
    sent = whole = 0
    data = batches(x, y, size=50, rng=rng)
    for _ in range(4):
        for x_, y_ in data:
            for part in (slice(0, 25), slice(25, 50)):  # two workers, one step each after the other
                for p, g in train.gradients(x_[part], y_[part]).items():
                    arrays = [np.asarray(a) for a in compress(g)]
                    sent, whole = sent + sum(a.nbytes for a in arrays), whole + g.nbytes
                    back = np.asarray(expand(arrays))
                    expect(back.shape == g.shape, f"a gradient of shape {g.shape} came back as {back.shape}")
                    p.value = p.value - 0.05 * back
    part = sent / whole
    expect(part <= 0.3, f"{part:.0%} of the bytes were sent; 30% are allowed")
    held_back = pixels(digits.images[-2000:]), digits.labels[-2000:]
    found = TestFunction(lambda x: net(x))(held_back[0]).argmax(axis=1)
    right = float((found == held_back[1]).mean())
    expect(right >= 0.84, f"it is right on {right:.1%} of the held-back digits; 84% are asked for")
    return f"{right:.1%} of the held-back digits, with {part:.0%} of the bytes."
