"""The answers to the exercises of notebook 03, the two functions, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import SGD, TestFunction, TrainFunction
from teachnn.layers import BatchNorm, Dense, Dropout, ModeLayer, ReLU, Sequential
from teachnn.ops import loss
from teachnn.parameters import init

X, Y = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3), np.array([0, 1, 1, 0])


def network() -> Sequential:
    """Return a small network in train mode, (N, 3) -> (N, 2)."""
    rng = init.rng(0)
    return Sequential(
        Dense.create("h", 3, 5, rng),
        BatchNorm.create("bn", 5, mode="train"),
        ReLU(),
        Dropout(0.5, rng, mode="train"),
        Dense.create("out", 5, 2, rng),
    )


def exercise_1(left_behind: Any) -> str:
    """Check left_behind(train_graph, test_graph) -> names."""
    net = network()
    test_net = net.at("test")
    train = TrainFunction(lambda x, y: loss.cross_entropy(net(x), y), net.parameters, SGD(0.1)).graph(X, Y)
    whole, part = TestFunction(test_net).graph(X), TestFunction(test_net[:3]).graph(X)
    expect(list(left_behind(train, part)) == ["out.W", "out.b"], "one test function here stops before the layer `out`")
    expect(list(left_behind(train, whole)) == [], "where the test function uses everything, nothing is left behind")
    other = TestFunction(network().at("test")).graph(X)
    names = [p.name for p in train.parameters]
    hint = "another network with the same names shares nothing with this one: compare objects, not names"
    expect(list(left_behind(train, other)) == names, hint)
    return "A loss's own layers are often thrown away after training: notebooks 06 and 10."


def exercise_2(features: Any) -> str:
    """Check features(net) -> TestFunction."""
    net = network()
    function = features(net)
    expect(isinstance(function, TestFunction), "return a tn.TestFunction")
    found = function(X)
    expect(
        np.shape(found) == (4, 5), f"the last layer gets 5 numbers for each row; yours gives shape {np.shape(found)}"
    )
    expect(
        np.allclose(found, TestFunction(net[:-1].at("test"))(X)), "it is to compute what the layers before do at test"
    )
    moved = net[0].parameters[0]
    moved.value = moved.value + 1
    hint = "when training moves a parameter the answer is to move with it: share it, copy nothing"
    expect(not np.allclose(function(X), found), hint)
    modes = [layer.mode for layer in net if isinstance(layer, ModeLayer)]
    expect(modes == ["train", "train"], "the network that you were given is to stay in train mode")
    return "One search, and as many test functions of its parameters as you like."


class Flagged:
    """A module as in the notebook: what it answers depends on a flag."""

    training: bool

    def __init__(self, training: bool):
        self.training = training

    def train(self) -> None:
        """Set the flag."""
        self.training = True

    def eval(self) -> None:
        """Take it away."""
        self.training = False

    def __call__(self, x: Any) -> Any:
        """Return x + 1 or x."""
        if x is None:
            raise ValueError("no picture")
        return x + 1 if self.training else x


def exercise_3(evaluate: Any) -> str:
    """Check evaluate(model, x) -> answer."""
    for training in (True, False):
        model = Flagged(training)
        expect(evaluate(model, 3) == 3, "the answer is to be the one in test mode, whatever the flag says")
        expect(model.training is training, "the flag is to be as it was before the call")
        try:
            evaluate(model, None)
        except ValueError:
            pass
        else:
            expect(False, "an error of the model is to reach the caller")
        expect(
            model.training is training, "the flag is to be as it was also when the model raises an error: try, finally"
        )
    return "Seven lines where one call should do; and another thread may still see the flag in between."


def exercise_4(changed: Any) -> str:
    """Check changed(call, variables) -> names."""
    net = network()
    variables = net.parameters + net.statistics
    train = TrainFunction(lambda x, y: loss.cross_entropy(net(x), y), net.parameters[4:], SGD(0.1))
    classify, calls = TestFunction(net.at("test")), []
    expect(list(changed(lambda: calls.append(classify(X)), variables)) == [], "a test function changes nothing")
    expect(len(calls) == 1, "make the call exactly once")
    found = list(changed(lambda: train(X, Y), variables))
    hint = "this step moves only what it was given; and a layer in train mode keeps its statistics"
    expect(found == ["out.W", "out.b", "bn.mean", "bn.variance"], hint)
    return "A step changes the parameters it was given, and the statistics of its train-mode layers."


def milestone_1(pair: Any) -> str:
    """Check (train, classify): two heads in training, one of them at test."""
    train, classify = pair
    expect(isinstance(train, TrainFunction), "the first of the two is to be a tn.TrainFunction")
    expect(isinstance(classify, TestFunction), "the second of the two is to be a tn.TestFunction")
    digits = mnist().test
    x = pixels(digits.images)
    left, right = train.graph(x[:8], digits.labels[:8]), classify.graph(x[:8])
    behind = [p.name for p in left.parameters if p not in right.parameters]
    expect(behind, "classify uses all parameters of the training function: the helper's head is to stay behind")
    alone = [p.name for p in right.parameters if p not in left.parameters]
    expect(not alone, f"classify uses parameters that are never trained: {', '.join(alone)}")
    moved = [p for p in left.parameters if any(p is q for q in train.parameters)]
    expect(len(moved) == len(left.parameters), "hand all parameters of both heads to the training function")
    share = float((np.asarray(classify(x)).argmax(axis=1) == digits.labels).mean())
    expect(share >= 0.93, f"{share:.1%} of the test digits are right; 93 % are asked")
    return f"{share:.1%} of the test digits are right, and {', '.join(behind)} stay behind."
