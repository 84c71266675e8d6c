"""The answers to the exercises of notebook 01, parameters, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import batches, mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import Adam, TestFunction, TrainFunction
from teachnn.layers import Dense, Flatten, ReLU, Sequential, Tanh
from teachnn.ops import loss
from teachnn.parameters import Parameter, init


def exercise_1(shared: Any) -> str:
    """Check shared(a, b) -> names."""
    rng = init.rng(0)
    a, twin = Dense.create("h", 3, 3, rng), Dense.create("h", 3, 3, rng)
    b = Dense(a.W, Parameter("b", init.zeros((3,))))
    expect(list(shared(a, b)) == ["h.W"], "these two layers hold one W, and a bias each")
    hint = "these two layers have parameters of the same names, but they are other objects: nothing is shared"
    expect(list(shared(a, twin)) == [], hint)
    expect(list(shared(a, Dense(a.W, a.b))) == ["h.W", "h.b"], "two layers may share everything")
    return "A name is for people; the object is what is shared."


def exercise_2(he: Any) -> str:
    """Check he(shape, rng) -> array."""
    for inputs in (50, 200):
        W = np.asarray(he((inputs, 300), init.rng(0)))
        expect(W.shape == (inputs, 300), f"an array of the given shape is expected, got {W.shape}")
        expect(abs(W.mean()) < 0.05, "the mean is to be 0")
        found, wanted = W.var(), 2 / inputs
        hint = f"with {inputs} inputs the variance is to be {wanted:.3g}; yours is {found:.3g}. Mind the square root"
        expect(0.9 < found / wanted < 1.1, hint)
        bell = np.mean((W - W.mean()) ** 4) / found**2
        expect(2.7 < bell < 3.3, "the numbers are to be normal: rng.standard_normal draws such, with variance 1")
    expect(np.array_equal(he((4, 4), init.rng(1)), he((4, 4), init.rng(1))), "draw from rng, so that a seed repeats it")
    return "Each unit sums as many numbers as there are inputs, and a ReLU keeps half of them."


def exercise_3(last_layer: Any) -> str:
    """Check last_layer(net, objective) -> TrainFunction."""
    rng = init.rng(0)
    net = Sequential(Dense.create("h", 3, 4, rng), Tanh(), Dense.create("out", 4, 2, rng))
    x, y = rng.standard_normal((5, 3)).astype(np.float32), np.array([0, 1, 0, 1, 1])
    train = last_layer(net, lambda x, y: loss.cross_entropy(net(x), y))
    expect(isinstance(train, TrainFunction), "return a tn.TrainFunction")
    before, slopes = {p.name: p.value for p in net.parameters}, train.gradients(x, y)
    train(x, y)
    moved = [p.name for p in net.parameters if not np.array_equal(p.value, before[p.name])]
    expect(moved == ["out.W", "out.b"], f"only out.W and out.b are to move in a step; yours moves {', '.join(moved)}")
    b = net[-1].b
    expect(np.allclose(b.value, before["out.b"] - 0.1 * slopes[b], atol=1e-6), "take the step by tn.SGD(0.1)")
    return "The objective computes with all of them; which ones move is another question."


def milestone_1(second_task: Any) -> str:
    """Check second_task(body) -> (train, classify): a new last layer for the digits 5 to 9."""
    rng, digits = init.rng(0), mnist()
    images, labels = digits.train.images[:10_000], digits.train.labels[:10_000]
    body = Sequential(Flatten(), Dense.create("h", 784, 128, rng), ReLU())
    last = Dense.create("first", 128, 5, rng)
    parameters = body.parameters + last.parameters
    first = TrainFunction(lambda x, y: loss.cross_entropy(last(body(x)), y), parameters, Adam(3e-3))
    small = labels < 5
    first.fit(batches(images[small], labels[small], size=100, rng=rng), epochs=2, progress=False)
    train, classify = second_task(body)
    expect(
        isinstance(train, TrainFunction) and isinstance(classify, TestFunction), "return a training and a test function"
    )
    kept = {p: p.value for p in body.parameters}
    moved = [p.name for p in train.parameters if p in kept]
    expect(not moved, f"only the new layer may move; yours is to move {', '.join(moved)} too")
    train.fit(batches(images[~small], labels[~small] - 5, size=100, rng=rng), epochs=8, progress=False)
    large = digits.test.labels >= 5
    x, y = pixels(digits.test.images[large]), digits.test.labels[large] - 5
    logits = np.asarray(classify(x))
    expect(logits.shape == (len(x), 5), f"five logits for each picture are expected, got shape {logits.shape}")
    before = body.parameters[0].value
    body.parameters[0].value = before * 0
    same = np.array_equal(np.asarray(classify(x)), logits)
    body.parameters[0].value = before
    expect(not same, "classify is to share the body: it answers the same when the body's weights change")
    share = float((logits.argmax(axis=1) == y).mean())
    expect(share >= 0.85, f"{share:.1%} of the digits 5 to 9 are right; 85 % are asked")
    return f"{share:.1%} of the digits 5 to 9 are right, with a body that has learnt 0 to 4 alone."
