"""Graphs made by hand, to be laid out and drawn in the tests."""

import numpy as np

from teachnn.graphs import Edge, Graph, Node, Use
from teachnn.parameters import Derived, Parameter, Statistic

HOW: dict = {"train": ("trains", "writes"), "test": ("uses", "reads")}


def parameter(name, *shape):
    return Parameter(name, np.zeros(shape, np.float32))


def statistic(name, *shape):
    return Statistic(name, np.zeros(shape, np.float32))


def dense(name, *shape):
    return parameter(f"{name}.W", *shape), parameter(f"{name}.b", shape[-1])


class Sketch:
    """Builds a graph node by node; each method returns the new node's index."""

    def __init__(self, name, kind):
        self.name, self.kind, self.nodes, self.edges = name, kind, [], []

    def add(self, kind, name, type_, shape, *sources, variables=(), mode=None, how=None, cut=()):
        train, stat = HOW[self.kind]
        uses = tuple(Use(v, (how or train) if isinstance(v, Parameter) else stat) for v in variables)
        index = len(self.nodes)
        self.nodes.append(Node(index, kind, name, type_, shape, mode, uses))
        for source in sources:
            flows = self.kind == "train" and self.nodes[source].kind != "input" and source not in cut
            self.edges.append(Edge(source, index, flows))
        return index

    def input(self, name, *shape):
        return self.add("input", name, "", shape)

    def layer(self, type_, source, shape, name=None, variables=(), **more):
        sources = source if isinstance(source, tuple) else (source,)
        return self.add("call", name or type_, type_, shape, *sources, variables=variables, **more)

    def output(self, name, source, *shape):
        sources = source if isinstance(source, tuple) else (source,)
        return self.add("output", name, "", shape, *sources)

    def graph(self):
        return Graph(self.name, self.kind, tuple(self.nodes), tuple(self.edges))


def vae():
    names = {"enc.h": (784, 256), "mean": (256, 2), "log_variance": (256, 2), "dec.h": (2, 256), "dec.out": (256, 784)}
    v = {name: dense(name, *shape) for name, shape in names.items()}
    s = Sketch("objective", "train")
    x = s.input("x", 100, 784)
    h = s.layer("ReLU", s.layer("Dense", x, (100, 256), "enc.h", v["enc.h"]), (100, 256))
    mean = s.layer("Dense", h, (100, 2), "mean", v["mean"])
    log_variance = s.layer("Dense", h, (100, 2), "log_variance", v["log_variance"])
    z = s.layer("GaussianSample", (mean, log_variance), (100, 2), mode="train")
    h = s.layer("ReLU", s.layer("Dense", z, (100, 256), "dec.h", v["dec.h"]), (100, 256))
    logits = s.layer("Dense", h, (100, 784), "dec.out", v["dec.out"])
    bce = s.add("primitive", "reconstruction", "binary_cross_entropy", (), logits, x)
    kl = s.add("primitive", "KL", "gaussian_kl", (), mean, log_variance)
    s.output("objective", (bce, kl))
    t = Sketch("decode", "test")
    z = t.input("z", 225, 2)
    h = t.layer("ReLU", t.layer("Dense", z, (225, 256), "dec.h", v["dec.h"]), (225, 256))
    logits = t.layer("Dense", h, (225, 784), "dec.out", v["dec.out"])
    t.output("image", t.layer("Sigmoid", logits, (225, 784)), 225, 784)
    e = Sketch("embed", "test")
    x = e.input("x", 1000, 784)
    h = e.layer("ReLU", e.layer("Dense", x, (1000, 256), "enc.h", v["enc.h"]), (1000, 256))
    e.output("mean", e.layer("Dense", h, (1000, 2), "mean", v["mean"]), 1000, 2)
    r = Sketch("reconstruct", "test")
    x = r.input("x", 8, 784)
    h = r.layer("ReLU", r.layer("Dense", x, (8, 256), "enc.h", v["enc.h"]), (8, 256))
    mean = r.layer("Dense", h, (8, 2), "mean", v["mean"])
    h = r.layer("ReLU", r.layer("Dense", mean, (8, 256), "dec.h", v["dec.h"]), (8, 256))
    logits = r.layer("Dense", h, (8, 784), "dec.out", v["dec.out"])
    r.output("image", r.layer("Sigmoid", logits, (8, 784)), 8, 784)
    return s.graph(), t.graph(), e.graph(), r.graph()


def recurrent(steps=3, states=1):
    """A recurrent net: in training `steps` calls of one cell, at test one, whose state goes in and comes out."""
    cell, out = dense("cell", 4, 8), dense("out", 8, 2)
    s = Sketch("objective", "train")
    h, losses = s.input("x", 5, steps, 4), []
    for _ in range(steps):
        h = s.layer("GRU", h, (5, 8), "cell", cell)
        losses.append(s.layer("Dense", h, (5, 2), "out", out))
    s.output("loss", tuple(losses))
    t = Sketch("next", "test")
    x, names = t.input("x", 5, 4), [f"state {i}" for i in range(states)]
    befores = [t.add("input", name, "state", (5, 8)) for name in names]
    h = t.layer("GRU", (x, *befores), (5, 8), "cell", cell)
    t.output("output", t.layer("Dense", h, (5, 2), "out", out), 5, 2)
    for name in names:
        t.add("output", name, "state", (5, 8), h)
    return s.graph(), t.graph()


def classifier():
    h, out = dense("h", 784, 256), dense("out", 256, 10)
    norm = (
        parameter("bn.gamma", 256),
        parameter("bn.beta", 256),
        statistic("bn.mean", 256),
        statistic("bn.variance", 256),
    )
    graphs = []
    for kind, n in (("train", 128), ("test", 1000)):
        s = Sketch("objective" if kind == "train" else "classify", kind)
        x = s.input("x", n, 784)
        y = s.input("y", n) if kind == "train" else None
        a = s.layer("Dense", x, (n, 256), "h", h)
        a = s.layer("BatchNorm", a, (n, 256), "bn", norm, mode=kind)
        a = s.layer("ReLU", a, (n, 256))
        a = s.layer("Dropout", a, (n, 256), mode=kind)
        a = s.layer("Dense", a, (n, 10), "out", out)
        if kind == "train":
            s.output("objective", s.add("primitive", "cross_entropy", "cross_entropy", (), a, y))
        else:
            s.output("p", s.layer("Softmax", a, (n, 10)), n, 10)
        graphs.append(s.graph())
    return tuple(graphs)


def folded():
    """A classifier's training function, and one whose first layer has arrays made from its first two layers'."""
    train, _ = classifier()
    used = {use.variable.name: use.variable for node in train.nodes for use in node.uses}
    W = Derived("h.W", np.zeros(used["h.W"].shape), [used["h.W"], used["bn.gamma"], used["bn.variance"]])
    b = Derived("h.b", np.zeros(used["h.b"].shape), [used["h.b"], used["bn.beta"], used["bn.mean"]])
    s = Sketch("folded", "test")
    h = s.layer("Dense", s.input("x", 5, 784), (5, 256), "h", [W, b])
    out = [used["out.W"], used["out.b"]]
    s.output("output", s.layer("Dense", s.layer("ReLU", h, (5, 256)), (5, 10), "out", out), 5, 10)
    return train, s.graph()


def fractal(columns=4, blocks=2):
    """A FractalNet: f_1 = a convolution; f_n = join(convolution, f_(n-1) after f_(n-1))."""
    made = {}

    def unit(s, x, name):
        w = made.setdefault(name, dense(name, 3, 3, 16, 16))
        return s.layer("ReLU", s.layer("Conv2D", x, (64, 14, 14, 16), name, w), (64, 14, 14, 16))

    def branch(s, x, depth, name):
        outs = [unit(s, x, f"{name}.c{depth}")]
        if depth > 1:
            outs += branch(s, join(s, branch(s, x, depth - 1, f"{name}.a")), depth - 1, f"{name}.b")
        return outs

    def join(s, outs):
        return outs[0] if len(outs) == 1 else s.layer("Join", tuple(outs), (64, 14, 14, 16), mode=s.kind)

    graphs = []
    for kind in ("train", "test"):
        s = Sketch("objective" if kind == "train" else "whole", kind)
        x = s.input("images", 64, 14, 14, 16)
        for b in range(blocks):
            x = s.layer("MaxPool2D", join(s, branch(s, x, columns, f"block{b}")), (64, 7, 7, 16))
        if kind == "train":
            x = s.add("primitive", "cross_entropy", "cross_entropy", (), x, s.input("labels", 64))
        s.output("objective" if kind == "train" else "scores", x, *(() if kind == "train" else (64, 10)))
        graphs.append(s.graph())
    return tuple(graphs)


def residual(blocks):
    """A chain with a skip over every two layers: 4 nodes a block."""
    s, t = Sketch("objective", "train"), Sketch("test", "test")
    variables = [dense(f"block{b}", 8, 8) for b in range(blocks)]
    for g in (s, t):
        x = g.input("x", 32, 8)
        for b in range(blocks):
            y = g.layer("Dense", x, (32, 8), f"block{b}", variables[b])
            y = g.layer("ReLU", y, (32, 8))
            y = g.layer("Dropout", y, (32, 8), mode=g.kind)
            x = g.add("primitive", "", "add", (32, 8), y, x)
        g.output("y", x, 32, 8)
    return s.graph(), t.graph()
