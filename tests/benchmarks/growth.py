"""How the cost of a step grows with batch, width and depth: per example, and per multiply-add."""

import multiprocessing
import time
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import numpy as np

from tests.benchmarks.machine import peak


def step(widths: list[int], batch: int) -> tuple[float, float]:
    """Return the seconds of a training step of dense layers with a ReLU after each, and the peak memory."""
    import teachnn as tn

    rng = tn.rng(0)
    layers = [
        layer for i, (a, b) in enumerate(pairwise(widths)) for layer in (tn.Dense.create(f"h{i}", a, b, rng), tn.ReLU())
    ]
    net, x = tn.Sequential(*layers), rng.standard_normal((batch, widths[0]), dtype=np.float32)
    train = tn.TrainFunction(lambda x: (net(x) ** 2).mean(), net.parameters, tn.Adam(1e-4))
    times, start = [], time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - start < 1 and len(times) < 200):
        before = time.perf_counter()
        train(x)
        times.append(time.perf_counter() - before)
    return median(times[2:]), peak()


def slope(xs: Iterable[float], ys: Iterable[float]) -> float:
    """Return the slope of log y by log x: 1 means twice the work takes twice the time."""
    return float(np.polyfit(np.log(list(xs)), np.log(list(ys)), 1)[0])


def main() -> None:
    print("\n| growth | step, ms | per example, microseconds | per 1,000 multiply-adds, ns | peak memory, MB |")
    print("| --- | --- | --- | --- | --- |")
    sweeps = {
        "batch": [(n, [256, 256, 256], n) for n in (1, 8, 64, 512, 4096, 8192)],
        "width": [(n, [n, n, n], 128) for n in (64, 256, 1024, 4096)],
        "depth": [(n, [64] * (n + 1), 128) for n in (2, 8, 32, 128, 256)],
    }
    for what, cases in sweeps.items():
        found = []
        for size, widths, batch in cases:
            with multiprocessing.get_context("spawn").Pool(1) as alone:  # a process of its own has a peak of its own
                took, memory = alone.apply(step, (widths, batch))
            work = 3 * batch * sum(a * b for a, b in pairwise(widths))
            found.append((size, took))
            numbers = f"{1e3 * took:.3g} | {1e6 * took / batch:.3g} | {1e12 * took / work:.3g} | {memory:.0f}"
            print(f"| {what} {size:,} | {numbers} |", flush=True)
        print(f"| {what}, slope of log time | {slope(*zip(*found, strict=True)):.2f} | | | |", flush=True)
