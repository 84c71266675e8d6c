"""The answers to the exercises of notebook 07, FractalNet, and its project's milestone."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import SGD, TestFunction
from teachnn.models.classifier import Classifier
from teachnn.models.fractalnet import FractalNet, multiply_adds
from teachnn.parameters import init

X, Y = np.zeros((2, 28, 28), np.float32), np.array([3, 1])


def network(**rates: float) -> FractalNet:
    """Return a small net of three columns in train mode."""
    return FractalNet.create(init.rng(0), 3, (2, 3), **rates)


def exercise_1(units: Any) -> str:
    """Check units(columns) -> count."""
    expect(units(1) == 1, "a fractal of one column is one unit")
    expect(units(2) == 3, f"a fractal of two columns is a unit beside two of one column: 3, got {units(2)}")
    expect(
        units(3) == 7 and units(6) == 63, "use your own function for the two smaller fractals, whatever `columns` is"
    )
    return "Each new column doubles the depth, and about doubles the cost."


def exercise_2(join: Any) -> str:
    """Check join(outputs, alive) -> array."""
    outputs = [np.full((2, 3), float(v)) for v in (1, 2, 6)]
    everything = np.asarray(join(outputs, [True, True, True]))
    expect(everything.shape == (2, 3), f"an array like one of the outputs is expected, got shape {everything.shape}")
    expect(np.allclose(everything, 3), "when all live it is the plain mean")
    found = np.asarray(join(outputs, [True, False, True]))
    expect(
        np.allclose(found, 3.5), f"of 1, a dropped 2, and 6 the mean is 3.5, got {found.flat[0]:.3g}: divided by what?"
    )
    expect(np.allclose(join(outputs, [False, True, False]), 2), "when one lives alone, the join hands it on as it is")
    return "So what comes out has the same size whichever paths live, and nothing is to be rescaled at test."


def exercise_3(trained: Any) -> str:
    """Check trained(graph) -> set of names."""
    for alone, live in ((0.0, range(1, 4)), (1.0, None)):
        net = network(rate=0.0, alone=alone)
        train = Classifier(net).train_function(SGD(0.1))
        graph, gradients = train.graph(X, Y), train.gradients(X + 0.5, Y)
        found = set(trained(graph))
        expect(all(isinstance(name, str) for name in found), "names are asked for: the .name of each parameter")
        used = {p.name for p in graph.parameters}
        expect(found <= used, "a parameter that is not in the graph gets no gradient")
        if live is not None:
            expect(found == used, "when no path is dropped, every parameter of the graph gets a gradient")
        expect({p.name for p, g in gradients.items() if g.any()} <= found, "some that get a gradient are missing")
    net = FractalNet.create(init.rng(4), 3, (2, 3), rate=0.6, alone=0.0)
    graph = Classifier(net).train_function(SGD(0.1)).graph(X, Y)
    right = {u.variable.name for node in graph.nodes for u in node.uses if u.how == "trains"}
    hint = "dropped units are in the graph too: what does `how` say of their parameters?"
    expect(set(trained(graph)) == right, hint)
    return "A path that is dropped is computed, and learns nothing from this batch."


def exercise_4(within: Any) -> str:
    """Check within(net, x, budget) -> TestFunction."""
    net = network()
    columns = [TestFunction(net.at("test").column(c)) for c in (1, 2, 3)]
    cost = [multiply_adds(f.graph(X)) for f in columns]
    for place, budget in ((0, cost[0]), (1, cost[2] - 1), (2, 10 * cost[2])):
        function = within(net, X, budget)
        expect(isinstance(function, TestFunction), "return a tn.TestFunction")
        found = multiply_adds(function.graph(X))
        expect(found <= budget, f"for a budget of {budget:,} yours costs {found:,}")
        hint = f"for a budget of {budget:,} there is a deeper column than yours, which costs {found:,}"
        expect(found >= cost[place], hint)
        expect(np.allclose(function(X + 0.5), columns[place](X + 0.5)), "it is to be a column of this net, at test")
    expect(net.mode == "train", "the net that you were given is to stay in train mode")
    return "An answer for any budget, and no second training: that is what anytime means."


def milestone_1(work: Any) -> str:
    """Check (answer, whole): answer(x) -> digits (N,) and multiply-adds (N,); whole: what the whole network costs."""
    answer, whole = work
    digits = mnist().test
    found, cost = (np.asarray(part) for part in answer(pixels(digits.images[:2000])))
    expect(found.shape == cost.shape == (2000,), f"(N,) digits and (N,) costs are expected, got {found.shape}")
    wrong, share = np.mean(found != digits.labels[:2000]), cost.mean() / whole
    expect(share < 0.5, f"an answer costs {share:.0%} of what the whole network costs; less than half is asked for")
    expect(wrong <= 0.05, f"{wrong:.1%} of the digits are wrong; 5% are allowed")
    return f"{wrong:.1%} of the digits are wrong, for {share:.0%} of what the whole network costs."
