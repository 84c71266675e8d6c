"""The answers to the exercises of notebook 04, dropout, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import TestFunction
from teachnn.layers import Dense, Dropout, ReLU, Sequential
from teachnn.ops import softmax
from teachnn.ops.loss import cross_entropy
from teachnn.parameters import init


def exercise_1(noise_of: Any) -> str:
    """Check noise_of(x, rate) -> standard deviation."""
    expect(np.isclose(noise_of(2.0, 0.5), 2), "at rate 0.5 a 2 becomes 0 or 4, equally often: how far is each from 2?")
    expect(np.isclose(noise_of(-3.0, 0.5), 3), "a standard deviation is never negative")
    hint = "the variance is the mean of the square minus the square of the mean; the square of {} is kept how often?"
    expect(np.isclose(noise_of(1.0, 0.2), 0.5), hint.format("1 / 0.8"))
    expect(noise_of(5.0, 0.0) == 0, "where nothing is dropped there is no noise")
    return "At rate 0.5 the noise is as large as the number itself; only sums over many numbers average it out."


def exercise_2(translate: Any) -> str:
    """Check translate(W, keep) -> W."""
    rng, keep = init.rng(0), 0.75
    W, x = rng.standard_normal((5, 2)), rng.standard_normal((3, 5))
    found = np.asarray(translate(W.copy(), keep))
    expect(found.shape == W.shape, f"weights of the same shape are to come out, got {found.shape}")
    hint = "at test the paper multiplies the weights by keep, and here dropout returns its input"
    expect(np.allclose(x @ found, x @ (keep * W)), hint)
    return "In training too: the mask divided by keep, times the weights times keep, is the paper's mask times W."


def exercise_3(one_mask: Any) -> str:
    """Check one_mask(dropout, steps) -> list."""
    rng = init.rng(0)
    steps = [rng.standard_normal((40, 5)).astype(np.float32) for _ in range(3)]
    dropout = Dropout(0.5, rng, mode="train")
    found = [np.asarray(x) for x in one_mask(dropout, steps)]
    expect([x.shape for x in found] == [x.shape for x in steps], "as many arrays, of the same shapes, are to come out")
    kept = [x != 0 for x in found]
    expect(all(np.array_equal(kept[0], each) for each in kept), "each call draws a mask: how many calls may there be?")
    expect(0.3 < kept[0].mean() < 0.7, "half of the numbers are to be dropped, in each row at other places")
    expect(len(np.unique(kept[0], axis=0)) > 1, "each row of the batch is to have a mask of its own")
    right = all(np.allclose(y, 2 * x * kept[0]) for x, y in zip(steps, found, strict=True))
    expect(right, "what is kept is to be divided by 1 - rate, as the layer does it")
    again = one_mask(dropout, steps)[0] != 0
    expect(not np.array_equal(again, kept[0]), "the next sequence is to have another mask")
    same = all(np.array_equal(x, y) for x, y in zip(steps, one_mask(dropout.at("test"), steps), strict=True))
    expect(same, "given the test sibling, the steps are to come out as they went in")
    return "What the layer does to ones is its mask; the function around it says how long a mask lives."


def exercise_4(with_doubt: Any) -> str:
    """Check with_doubt(net, count) -> TestFunction."""
    x = init.rng(1).standard_normal((6, 4)).astype(np.float32)

    def network(rate):
        rng = init.rng(0)
        noisy = Dropout(rate, rng, mode="train")
        return Sequential(Dense.create("h", 4, 50, rng), ReLU(), noisy, Dense.create("out", 50, 10, rng))

    function = with_doubt(network(0.5), 30)
    expect(isinstance(function, TestFunction), "return a tn.TestFunction")
    found = function(x)
    expect(isinstance(found, tuple | list) and len(found) == 2, "return two arrays: the mean and the deviation")
    mean, deviation = map(np.asarray, found)
    expect(mean.shape == deviation.shape == (6, 10), f"both have one row for each picture: got {mean.shape}")
    expect(np.allclose(mean.sum(axis=1), 1, atol=1e-4), "each row of the mean is a set of probabilities: softmax first")
    expect((deviation > 0.001).all(), "the draws do not differ: which sibling is called?")
    hint = "with dropout of rate 0 all draws are the same, and there is no doubt"
    expect(np.allclose(with_doubt(network(0.0), 5)(x)[1], 0, atol=1e-5), hint)
    sharp = network(0.5)
    sharp[-1].W.value = 4 * sharp[-1].W.value
    logits = TestFunction(lambda x: np.stack([sharp(x) for _ in range(300)]), modes=("test", "train"))(x)
    wanted = softmax(logits.reshape(-1, 10)).reshape(logits.shape)
    close = [
        np.abs(a - b).max() < 0.15
        for a, b in zip(with_doubt(sharp, 300)(x), (wanted.mean(0), wanted.std(0)), strict=True)
    ]
    expect(all(close), "take each draw's probabilities first, and then their mean and deviation: softmax is not linear")
    one = np.asarray(with_doubt(network(0.5), 1)(x)[1])
    expect(np.allclose(one, 0), "over a single draw nothing deviates: is count the number of draws?")
    return "A function may call a network as often as it likes; only the modes it wants have to be named."


def milestone_1(reader: Any) -> str:
    """Check reader(images, labels) -> TestFunction: trained on a thousand digits."""
    digits = mnist()
    function = reader(pixels(digits.train.images[:1000]), digits.train.labels[:1000])
    expect(isinstance(function, TestFunction), "return a tn.TestFunction")
    logits = np.asarray(function(pixels(digits.test.images)))
    expect(logits.shape == (10_000, 10), f"ten logits for each picture are expected, got shape {logits.shape}")
    nats = float(cross_entropy(logits, digits.test.labels))
    expect(nats < 0.36, f"the loss on the test digits is {nats:.3f} nats; below 0.36 is asked")
    return f"{nats:.3f} nats on the test digits, after a thousand to learn from."
