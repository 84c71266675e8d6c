"""The answers to the exercises of notebook 05, batch normalisation, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import batches, mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import SGD, Adam, TestFunction, TrainFunction
from teachnn.layers import BatchNorm, Dense, Dropout, Flatten, ReLU, Sequential
from teachnn.ops import loss
from teachnn.parameters import init


def exercise_1(rate_of: Any) -> str:
    """Check rate_of(system, momentum) -> rate."""
    for system, default, rate in (("PyTorch", 0.1, 0.1), ("Keras 3", 0.99, 0.01), ("ONNX", 0.9, 0.1)):
        for momentum, expected in ((default, rate), (0.75, 0.75 if system == "PyTorch" else 0.25)):
            hint = f"is {system}'s momentum of {momentum} the weight of the old or of the new?"
            expect(np.isclose(rate_of(system, momentum), expected), hint)
    expect(np.isclose(rate_of("Lasagne", 0.2), 0.2), "which one does Lasagne's alpha weigh?")
    return "One word for two opposite things: that is why it is called rate here."


def exercise_2(steps_until: Any) -> str:
    """Check steps_until(share, rate) -> count."""
    expect(steps_until(0.5, 0.5) == 1, "at rate 0.5 the start's weight is a half after one step, a quarter after two")
    expect(steps_until(0.1, 0.5) == 4, "at rate 0.5 it is 1/8 after three steps and 1/16 after four")
    for rate in (0.1, 0.03, 0.01):
        found = steps_until(0.05, rate)
        enough, needed = (1 - rate) ** found <= 0.05, (1 - rate) ** (found - 1) > 0.05
        expect(enough, f"at rate {rate} the start still weighs more than 0.05 after {found} steps")
        expect(needed, f"at rate {rate} fewer than {found} steps are enough for 0.05")
    return "At rate 0.1 a share of 0.05 takes 29 steps, at rate 0.01 it takes 299: some test before that, and wonder."


def exercise_3(frozen: Any) -> str:
    """Check frozen(net) -> Sequential."""
    rng = init.rng(0)
    net = Sequential(
        Dense.create("h", 4, 6, rng),
        BatchNorm.create("bn", 6, mode="train"),
        ReLU(),
        Dropout(0.5, rng, mode="train"),
        Dense.create("out", 6, 2, rng),
    )
    made = frozen(net)
    expect(isinstance(made, Sequential) and len(made) == len(net), "return a Sequential of as many layers")
    hint = "the layers are to share their parameters with the network's: make siblings, no copies"
    expect(set(made.parameters) == set(net.parameters), hint)
    expect(made[3] is net[3], "dropout is to go on as before, in train mode")
    variables = net.parameters + net.statistics
    before = {v: v.value for v in variables}
    train = TrainFunction(lambda x, y: loss.cross_entropy(made(x), y), net.parameters, SGD(0.5))
    for _ in range(3):
        train(rng.standard_normal((8, 4)), np.arange(8) % 2)
    moved = [v.name for v in variables if not np.array_equal(v.value, before[v])]
    expect("bn.mean" not in moved and "bn.variance" not in moved, "the statistics are still written: in which mode?")
    expect("bn.gamma" not in moved and "bn.beta" not in moved, "gamma and beta still get a gradient, and move")
    expect(moved == ["h.W", "h.b", "out.W", "out.b"], "the dense layers are to go on learning, and not all do")
    return "Both questions are answered: no gradient to gamma and beta, and statistics that are only read."


def exercise_4(folded: Any) -> str:
    """Check folded(dense, bn) -> W, b."""
    rng = init.rng(0)
    dense, bn = Dense.create("h", 4, 3, rng), BatchNorm.create("bn", 3, mode="train")
    for v, low in ((dense.b, -1), (bn.gamma, 0.5), (bn.beta, -1), (bn.mean, -1), (bn.variance, 0.5)):
        v.value = rng.uniform(low, 2, 3)
    x = rng.standard_normal((5, 4)).astype(np.float32)
    found = folded(dense, bn)
    expect(isinstance(found, tuple | list) and len(found) == 2, "return two arrays, W and b")
    W, b = map(np.asarray, found)
    expect(W.shape == (4, 3) and b.shape == (3,), f"W (4, 3) and b (3,) are expected here, got {W.shape} and {b.shape}")
    right = TestFunction(Sequential(dense, bn.at("test")))(x)
    both = "write bn's formula out for z = x @ W + b: what multiplies x?"
    expect(np.allclose(x @ W - x[:1] @ W, right - right[:1], atol=1e-4), both)
    expect(np.allclose(x @ W + b, right, atol=1e-4), "W is right; what does a row of zeros give?")
    return "The test function of a trained network needs no batch normalisation: two graphs, one set of numbers."


def milestone_1(adapted: Any) -> str:
    """Check adapted(net, images) -> TestFunction for foggy pictures."""
    digits, rng = mnist(), init.rng(0)
    net = Sequential(
        Flatten(),
        Dense.create("h", 784, 64, rng),
        BatchNorm.create("bn", 64, mode="train"),
        ReLU(),
        Dense.create("out", 64, 10, rng),
    )
    train = TrainFunction(lambda x, y: loss.cross_entropy(net(x), y), net.parameters, Adam(2e-3))
    clear = digits.train.images[:6000], digits.train.labels[:6000]
    train.fit(batches(*clear, size=100, rng=rng), epochs=2, progress=False)
    before = {p: p.value for p in net.parameters}
    function = adapted(net, 0.3 * pixels(digits.train.images[6000:9000]) + 0.4)
    expect(isinstance(function, TestFunction), "return a tn.TestFunction")
    hint = "a parameter has moved: only the statistics may, so the gradient has to be 0"
    expect(all(np.array_equal(p.value, old) for p, old in before.items()), hint)
    logits = np.asarray(function(0.3 * pixels(digits.test.images) + 0.4))
    expect(logits.shape == (10_000, 10), f"logits (N, 10) are expected, got {logits.shape}")
    wrong = float((logits.argmax(axis=1) != digits.test.labels).mean())
    hint = (
        f"{wrong:.0%} of 10,000 foggy pictures are wrong: were the statistics written often enough, by foggy batches?"
    )
    expect(wrong < 0.15, hint)
    return f"{wrong:.1%} of 10,000 foggy pictures are wrong, and no label was needed."
