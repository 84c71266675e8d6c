"""The table of bad inputs: for each public name, what a hurried hand may give it. See test_bad_input.py.

A row is `name: [(kind, call), ...]`; a call takes the world that `test_bad_input` builds, and must be refused.
"""

import dataclasses
import importlib
import inspect

import numpy as np

import teachnn as tn
import teachnn_widgets as tw
from teachnn.graphs import CallGraph
from teachnn.models import classifier, face_study, faces, fractalnet, vae
from teachnn.models.convolutional_vae import ConvolutionalVAE

MODULES = ("parameters.init", "ops.loss", "ops", "functions.schedule", "images", "check", "data", *(
    f"models.{name}" for name in ("vae", "convolutional_vae", "classifier", "faces", "face_study", "fractalnet")
))  # fmt: skip
NAN, INF, HUGE = float("nan"), float("inf"), 10**14


def public_names():
    """Yield (name, value) of all that can be reached by public names, methods that take an input included."""
    found = [(name, getattr(tn, name)) for name in tn.__all__ if not inspect.ismodule(getattr(tn, name))]
    found += [(f"tw.{name}", getattr(tw, name)) for name in tw.__all__]
    for module in (importlib.import_module(f"teachnn.{name}") for name in MODULES):
        own = [k for k, v in vars(module).items() if k[0] != "_" and getattr(v, "__module__", "") == module.__name__]
        last = module.__name__.rpartition(".")[2]
        found += [(f"{last}.{name}", getattr(module, name)) for name in getattr(module, "__all__", own)]
    seen = set()
    for name, value in found:
        if id(value) in seen:
            continue
        seen.add(id(value))
        yield name, value
        bases = [value, CallGraph] if value is tn.Graph else [value]
        methods = [item for base in bases for item in vars(base).items()] if inspect.isclass(value) else []
        for method, function in methods:
            function = getattr(function, "__func__", function)
            public = (method[0] != "_" and method != "forward") or method in ("__call__", "__getitem__")
            if public and inspect.isfunction(function) and len(inspect.signature(function).parameters) > 1:
                yield f"{name}.{method}", function


_ON_PURPOSE = "what it is for: a class of plain data, which the library makes and checks where it is made"
_FORMULA = "the formula that TrainFunction calls with vectors of its own making"
_INSIDE = "called by the library with what it has checked before"
NOTHING_CAN_BE_WRONG = {
    **dict.fromkeys(("StepResult", "Graph", "data.MNIST", "check.Verdict", "CheckpointError"), _ON_PURPOSE),
    **dict.fromkeys(("InputError", "InputTypeError", "ModeError", "InputError.coming_from"), "they are what says no"),
    **dict.fromkeys(
        (f"{name}.update" for name in ("Optimizer", "SGD", "Adam", "AdamW", "Momentum", "RMSProp")), _FORMULA
    ),
    **dict.fromkeys(
        (
            "Optimizer.step",
            "AdamW.step",
            "Optimizer.rate",
            "TrainFunction.as_it_was",
            "TrainFunction.differentiate",
            "Average.write",
            "History.as_it_was",
            "Layer.expect",
        ),
        _INSIDE,
    ),
    "Mode": "a word of type checkers",
    "data.mnist": "takes nothing",
    **dict.fromkeys(("face_study.QUICK", "faces.CROP", "faces.SHIFTS"), "a constant"),
    "face_study.FULL": "a constant",
    "faces.LinearAttributes.objective": _INSIDE,
    "ops.column_sums": "a part of gradients, which are called with arrays of the library's own",
    **dict.fromkeys(("face_study.main", "face_study.of_seed"), "a command: argparse refuses"),
    "ops.identity": "hands on whatever it is given",
    "ops.stop_gradient": "hands on whatever it is given",
    **dict.fromkeys(
        (
            "data.Digits",
            "data.Faces",
            "data.Faces.__getitem__",
            "data.Pictures",
            "data.Pictures.__getitem__",
            "Sequential.__getitem__",
            "History.append",
            "History.report",
        ),
        "plain data, or Python's own indexing, whose IndexError says all",
    ),
    **dict.fromkeys(
        (
            "schedule.Constant.__call__",
            "schedule.Linear.__call__",
            "schedule.Cosine.__call__",
            "schedule.StepDecay.__call__",
        ),
        "called with the step's number by Optimizer, which checks the rate that comes back",
    ),
}

TABLE = {}


def row(name, kind, *calls):
    TABLE.setdefault(name, []).extend((kind, call) for call in calls)


def sweep(name, call, **values_by_kind):
    """Try call(world, value) with each value of each kind."""
    for kind, values in values_by_kind.items():
        row(name, kind, *(lambda w, value=value: call(w, value) for value in values))


NOT_A_COUNT = {"type": [None, "3", 2.5, [3], True], "size": [0], "negative": [-1], "nan": [NAN], "infinity": [INF]}
NOT_A_NUMBER = {"type": [None, "1", [1.0], {}], "nan": [NAN], "infinity": [INF]}
NOT_A_GENERATOR = {"type": [None, 0, "0", np.random]}
NOT_A_MODE = {"type": [None, 1, "TEST", "eval", ["test"]]}
NOT_FLOATS = {
    "type": [None, 3.0, "x", [[1.0, 2.0]], {}],
    "dtype": [np.ones((2, 4), int), np.ones((2, 4), bool), np.ones((2, 4), complex), np.array([["a"] * 4])],
}  # layers take arrays alone
NOT_SHAPES = {
    "type": [None, "3", 3.5, ("a", 2), (2.5, 2)],
    "negative": [(-1, 2)],
    "huge": [(HUGE, HUGE), (2**40, 2)],
    "nan": [(NAN, 2)],
    "contradiction": [(True, 2)],
}
NOT_NUMBERS = {
    "type": [None, "x", {}, object()],
    "rank": [[[1.0], [1.0, 2.0]]],
    "dtype": [np.ones(3, complex), np.array(["a"]), np.array([None]), np.ones(3, bool)],
    "nan": [[NAN], np.array([1.0, NAN])],
    "infinity": [[INF], np.array([1e300])],
}

# Parameters and first values
for kind in ("Parameter", "Statistic"):
    make = getattr(tn, kind)
    sweep(kind, lambda w, v, make=make: make("a", v), **NOT_NUMBERS)
    sweep(kind, lambda w, v, make=make: make(v, [1.0]), type=[None, 3, ["a"], b"a"], empty=["", "__metadata__"])
sweep(
    "Derived", lambda w, v: tn.Derived("W", np.ones(2), v), type=[None, 3, "W", np.ones(2), [np.ones(2)], [tn.ReLU()]]
)
sweep("Derived", lambda w, v: tn.Derived("W", v, []), nan=[[NAN]], infinity=[[INF]], type=[None, "x", 1j, True])
sweep("Parameter", lambda w, v: setattr(w.net[0].W, "value", v), rank=[np.ones(4)], size=[np.ones((4, 4))], **{
    k: v for k, v in NOT_NUMBERS.items() if k != "rank"
})  # fmt: skip
sweep(
    "Statistic.track",
    lambda w, v: w.train_of(lambda x: (w.net[1].mean.track(v, 0.1), (w.net(x) ** 2).mean())[1])(w.x),
    type=[None, "a"],
    size=[np.ones(3, np.float32)],
    rank=[np.ones((2, 5), np.float32)],
    nan=[np.full(5, NAN, np.float32)],
    infinity=[np.full(5, INF, np.float32)],
)
sweep(
    "Statistic.track",
    lambda w, v: w.train_of(lambda x: (w.net[1].mean.track(np.ones(5, np.float32), v), (w.net(x) ** 2).mean())[1])(w.x),
    type=[None, "a"],
    nan=[NAN],
    infinity=[INF],
    negative=[-0.5],
    contradiction=[2.0],
)
sweep("rng", lambda w, v: tn.rng(v), type=[None, "0", 1.5, [0], True], negative=[-1], nan=[NAN], infinity=[INF])
for f in (tn.init.zeros, tn.init.ones):
    sweep(f"init.{f.__name__}", lambda w, v, f=f: f(v), **NOT_SHAPES)
sweep("init.constant", lambda w, v: tn.init.constant(v, 1.0), **NOT_SHAPES)
sweep("init.constant", lambda w, v: tn.init.constant((2,), v), **NOT_A_NUMBER)
for name in ("normal", "uniform"):
    f = getattr(tn.init, name)
    sweep(f"init.{name}", lambda w, v, f=f: f(v, w.rng, 0.1), **NOT_SHAPES)
    sweep(f"init.{name}", lambda w, v, f=f: f((2, 2), v, 0.1), **NOT_A_GENERATOR)
    sweep(f"init.{name}", lambda w, v, f=f: f((2, 2), w.rng, v), negative=[-1.0], **NOT_A_NUMBER)
for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"):
    f = getattr(tn.init, name)
    sweep(f"init.{name}", lambda w, v, f=f: f(v, w.rng), rank=[(), (3,)], size=[(0, 2)], **NOT_SHAPES)
    sweep(f"init.{name}", lambda w, v, f=f: f((2, 2), v), **NOT_A_GENERATOR)
sweep("init.fans", lambda w, v: tn.init.fans(v), rank=[(), (3,)], size=[(0, 2)], **NOT_SHAPES)

# Layers: how they are made, and what they are called with
sweep("Dense.create", lambda w, v: tn.Dense.create("a", v, 3, w.rng), huge=[HUGE], **NOT_A_COUNT)
sweep("Dense.create", lambda w, v: tn.Dense.create("a", 3, v, w.rng), huge=[HUGE], **NOT_A_COUNT)
sweep("Dense.create", lambda w, v: tn.Dense.create(v, 3, 3, w.rng), type=[None, 3])
sweep("Dense.create", lambda w, v: tn.Dense.create("a", 3, 3, v), **NOT_A_GENERATOR)
sweep(
    "Dense.create",
    lambda w, v: tn.Dense.create("a", 3, 3, w.rng, init_W=v),
    type=[None, 3, lambda shape, rng: None],
    size=[lambda shape, rng: np.ones((3,))],
    nan=[lambda shape, rng: np.full(shape, NAN)],
)
VALUES = {"type": [None, np.ones((4, 5)), "W"], "rank": [tn.Parameter("a.W", [1.0])]}
sweep("Dense", lambda w, v: tn.Dense(v, w.net[0].b), **VALUES)
sweep("Dense", lambda w, v: tn.Dense(w.net[0].W, v), size=[tn.Parameter("a.b", np.ones(4))], **VALUES)
sweep("Conv2D", lambda w, v: tn.Conv2D(v, w.conv.b), **VALUES)
sweep("Conv2D", lambda w, v: tn.Conv2D(w.conv.W, v), size=[tn.Parameter("a.b", np.ones(9))], **VALUES)
sweep("ConvTranspose2D", lambda w, v: tn.ConvTranspose2D(v, w.conv.b), **VALUES)
for name in ("Conv2D", "ConvTranspose2D"):
    kind, key = getattr(tn, name), f"{name}.create"
    sweep(key, lambda w, v, k=kind: k.create("a", v, w.rng), type=[None, 3, "ab", (1,), (1, 2, 3)], negative=[(-1, 2)])
    sweep(key, lambda w, v, k=kind: k.create("a", v, w.rng), size=[(0, 2)], huge=[(HUGE, 2)], nan=[(NAN, 1)])
    sweep(key, lambda w, v, k=kind: k.create(v, (1, 2), w.rng), type=[None, 3])
    sweep(key, lambda w, v, k=kind: k.create("a", (1, 2), v), **NOT_A_GENERATOR)
    sweep(key, lambda w, v, k=kind: k.create("a", (1, 2), w.rng, size=v), huge=[HUGE], **NOT_A_COUNT)
    sweep(key, lambda w, v, k=kind: k.create("a", (1, 2), w.rng, stride=v), **NOT_A_COUNT)
    sweep(key, lambda w, v, k=kind: k.create("a", (1, 2), w.rng, padding=v), **NOT_A_COUNT | {"size": []})
    sweep(key, lambda w, v, k=kind: k.create("a", (1, 2), w.rng, init_W=v), type=[None, lambda shape, rng: "W"])
for kind in (tn.MaxPool2D, tn.AveragePool2D):
    sweep(kind.__name__, lambda w, v, k=kind: k(v), huge=[HUGE], **NOT_A_COUNT)
    sweep(kind.__name__, lambda w, v, k=kind: k(2, v), **NOT_A_COUNT | {"type": ["3", 2.5, [3], True]})
    sweep(kind.__name__, lambda w, v, k=kind: k(2, padding=v), huge=[HUGE], **NOT_A_COUNT | {"size": [2]})
sweep("BatchNorm.create", lambda w, v: tn.BatchNorm.create("a", v, mode="train"), huge=[HUGE], **NOT_A_COUNT)
sweep("BatchNorm.create", lambda w, v: tn.BatchNorm.create("a", 2, mode=v), **NOT_A_MODE)
sweep("BatchNorm.create", lambda w, v: tn.BatchNorm.create(v, 2, mode="train"), type=[None, 3])
POSITIVE = NOT_A_NUMBER | {"negative": [-0.1], "size": [0]}
sweep("BatchNorm.create", lambda w, v: tn.BatchNorm.create("a", 2, mode="train", rate=v), huge=[1.1], **POSITIVE)
sweep("BatchNorm.create", lambda w, v: tn.BatchNorm.create("a", 2, mode="train", eps=v), **POSITIVE)
sweep("LayerNorm.create", lambda w, v: tn.LayerNorm.create("a", v), huge=[HUGE], **NOT_A_COUNT)
sweep("LayerNorm.create", lambda w, v: tn.LayerNorm.create("a", 2, eps=v), **POSITIVE)
sweep("LayerNorm", lambda w, v: tn.LayerNorm(w.net[1].gamma, v), size=[tn.Parameter("a.b", np.ones(4))], **VALUES)
for i in range(4):
    sweep(
        "BatchNorm",
        lambda w, v, i=i: tn.BatchNorm(*(v if j == i else p for j, p in enumerate(w.bn_parts)), mode="test"),
        type=[None, np.ones(5), "gamma"],
        size=[(tn.Parameter if i < 2 else tn.Statistic)("a.b", np.ones(4))],
        contradiction=[(tn.Statistic if i < 2 else tn.Parameter)("a.b", np.ones(5))],
    )
for name in ("Dropout", "DropPath"):
    kind = getattr(tn, name)
    sweep(name, lambda w, v, k=kind: k(v, w.rng, mode="train"), huge=[1, 2.0], negative=[-0.1], **NOT_A_NUMBER)
    sweep(name, lambda w, v, k=kind: k(0.5, v, mode="train"), **NOT_A_GENERATOR)
    sweep(name, lambda w, v, k=kind: k(0.5, w.rng, mode=v), **NOT_A_MODE)
sweep("DropPath.alive", lambda w, v: tn.DropPath(0.5, w.rng, mode="train").alive(v), **NOT_A_COUNT)
sweep("GaussianSample", lambda w, v: tn.GaussianSample(v, mode="train"), **NOT_A_GENERATOR)
sweep("GaussianSample", lambda w, v: tn.GaussianSample(w.rng, mode=v), **NOT_A_MODE)
sweep("noise_from", lambda w, v: tn.noise_from(v), **NOT_A_GENERATOR)
sweep("LeakyReLU", lambda w, v: tn.LeakyReLU(v), **NOT_A_NUMBER)
sweep("Sequential", lambda w, v: tn.Sequential(v), type=[None, np.tanh, "Dense", [w_layer := tn.ReLU()]])
sweep("Sequential", lambda w, v: tn.Sequential(w.net[0], v), contradiction=[tn.Dense.create("h", 5, 4, tn.rng(0))])
sweep("Sequential", lambda w, v: w.test_net(v), rank=[np.ones(4, np.float32)], size=[np.ones((2, 9), np.float32)])
sweep("Layer.at", lambda w, v: w.net.at(v), **NOT_A_MODE)
sweep("Layer.at", lambda w, v: w.net[1].at(v), **NOT_A_MODE)
sweep("Layer", lambda w, v: tn.Layer(name=v), type=[3, None, b"a", ["a"]])
sweep("Layer.__call__", lambda w, v: w.net[0](v), **NOT_FLOATS)
row("Layer", "contradiction", lambda w: tn.Layer()(w.x), lambda w: setattr(w.net[0], "W", w.net[0].b))
row("ModeLayer", "type", lambda w: tn.ModeLayer(mode="x"), lambda w: setattr(w.net[1], "mode", "test"))
row("Detached", "type", *(lambda w, v=v: tn.Detached(v) for v in (None, "a", np.tanh)))
sweep("Reshape", lambda w, v: tn.Reshape(v), type=[None, 3, "28", (2.5,)], negative=[(-1, 2)], size=[(0,)])

for place in (1, 2):
    sweep(
        "Embedding.create",
        lambda w, v, i=place: tn.Embedding.create(*["a", 3, 3][:i], v, *["a", 3, 3][i + 1 :], w.rng),
        huge=[HUGE],
        **NOT_A_COUNT,
    )
sweep("Embedding.create", lambda w, v: tn.Embedding.create(v, 3, 3, w.rng), type=[None, 3])
sweep("Embedding.create", lambda w, v: tn.Embedding.create("a", 3, 3, v), **NOT_A_GENERATOR)
sweep("Embedding", lambda w, v: tn.Embedding(v), **VALUES)
sweep(
    "Embedding",
    lambda w, v: tn.Embedding.create("a", 3, 3, tn.rng(0))(v),
    type=["a", np.ones(2, np.float32)],
    size=[np.array([3])],
    negative=[np.array([-1])],
)
sweep("CausalSelfAttention.create", lambda w, v: tn.CausalSelfAttention.create("a", v, 2, w.rng), **NOT_A_COUNT)
sweep("CausalSelfAttention.create", lambda w, v: tn.CausalSelfAttention.create("a", 4, v, w.rng), **NOT_A_COUNT)
sweep("CausalSelfAttention.create", lambda w, v: tn.CausalSelfAttention.create(v, 4, 2, w.rng), type=[None, 3])
sweep("CausalSelfAttention.create", lambda w, v: tn.CausalSelfAttention.create("a", 4, 2, v), **NOT_A_GENERATOR)
row("CausalSelfAttention", "size", lambda w: tn.CausalSelfAttention.create("a", 4, 3, w.rng))
for method in ("__call__", "project", "weights"):
    sweep(
        f"CausalSelfAttention.{method}".removesuffix(".__call__"),
        lambda w, v, method=method: getattr(tn.CausalSelfAttention.create("a", 4, 2, tn.rng(0)), method)(v),
        rank=[np.ones((2, 4), np.float32)],
        size=[np.ones((2, 3, 5), np.float32)],
        **NOT_FLOATS,
    )

for place in (1, 2):
    sweep(
        "GRU.create",
        lambda w, v, i=place: tn.GRU.create(*["a", 3, 3][:i], v, *["a", 3, 3][i + 1 :], w.rng),
        huge=[HUGE],
        **NOT_A_COUNT,
    )
sweep("GRU.create", lambda w, v: tn.GRU.create(v, 3, 3, w.rng), type=[None, 3])
sweep("GRU.create", lambda w, v: tn.GRU.create("a", 3, 3, v), **NOT_A_GENERATOR)
STEP = {"rank": [np.ones(3, np.float32)], "size": [np.ones((2, 4), np.float32)], **NOT_FLOATS}
sweep("GRU", lambda w, v: tn.GRU.create("a", 3, 5, tn.rng(0))(v, np.zeros((2, 5), np.float32)), **STEP)
STATE = STEP | {"type": [value for value in STEP["type"] if value is not None]}  # without one a series begins
sweep("GRU", lambda w, v: tn.GRU.create("a", 3, 5, tn.rng(0))(np.zeros((2, 3), np.float32), v), **STATE)
row("Residual", "type", *(lambda w, v=v: tn.Residual(v) for v in (None, "a", np.tanh)))
row("Residual", "size", lambda w: tn.Residual(tn.Dense.create("a", 4, 3, tn.rng(0)))(w.x))

FIELDS = {  # one of each class whose fields are given by hand
    "Dense": (tn.Dense, lambda w: w.net[0]),
    "Conv2D": (tn.Conv2D, lambda w: w.conv),
    "BatchNorm": (tn.BatchNorm, lambda w: w.net[1]),
    "Dropout": (tn.Dropout, lambda w: w.net[3]),
    "LayerNorm": (tn.LayerNorm, lambda w: tn.LayerNorm(*w.bn_parts[:2])),
    "DropPath": (tn.DropPath, lambda w: w.fractal.blocks[0].drop),
    "GaussianSample": (tn.GaussianSample, lambda w: w.vae.sample_z),
    "MaxPool2D": (tn.MaxPool2D, lambda w: tn.MaxPool2D(2)),
    "AveragePool2D": (tn.AveragePool2D, lambda w: tn.AveragePool2D(2)),
    "LeakyReLU": (tn.LeakyReLU, lambda w: tn.LeakyReLU()),
    "Reshape": (tn.Reshape, lambda w: tn.Reshape((2,))),
    "Detached": (tn.Detached, lambda w: w.net[0].detached()),
    "Averaged": (tn.Averaged, lambda w: tn.Average(w.net.parameters).of(w.net[0])),
    "fractalnet.Unit": (fractalnet.Unit, lambda w: w.fractal.blocks[0].unit),
    "fractalnet.Fractal": (fractalnet.Fractal, lambda w: w.fractal.blocks[0]),
    "fractalnet.FractalNet": (fractalnet.FractalNet, lambda w: w.fractal),
    **{k.__name__: (k, lambda w, k=k: k()) for k in (tn.SGD, tn.Momentum, tn.RMSProp, tn.Adam, tn.AdamW)},
}
for name, (kind, one) in FIELDS.items():
    for field in dataclasses.fields(kind):
        sweep(
            name,
            lambda w, v, one=one, field=field: dataclasses.replace(one(w), **{field.name: v}),
            type=[object(), np.ones(2), [None], b"a"],
        )

CALLED = {  # how a layer is made, and an array of the wrong rank, and of the wrong size
    "Dense": (lambda w: w.net[0], (4,), (2, 9)),
    "BatchNorm": (lambda w: w.net[1], (5,), (2, 9)),
    "LayerNorm": (lambda w: tn.LayerNorm.create("ln", 5), (), (2, 9)),
    "Conv2D": (lambda w: w.conv, (8, 8), (2, 8, 8, 9)),
    "ConvTranspose2D": (lambda w: tn.ConvTranspose2D.create("up", (1, 2), tn.rng(0)), (8, 8), (2, 8, 8, 9)),
    "MaxPool2D": (lambda w: tn.MaxPool2D(2), (8, 8), (2, 1, 1, 3)),
    "AveragePool2D": (lambda w: tn.AveragePool2D(2), (8, 8), (2, 1, 1, 3)),
    "GlobalAveragePool2D": (lambda w: tn.GlobalAveragePool2D(), (8, 8), (2, 0, 0, 3)),
    "Flatten": (lambda w: tn.Flatten(), (), None),
    "Reshape": (lambda w: tn.Reshape((2, 2)), (), (2, 9)),
    "Dropout": (lambda w: w.net[3], None, None),
    "DropPath": (lambda w: tn.DropPath(0.5, w.rng, mode="train"), None, None),
    "Join": (lambda w: tn.Join(), None, None),
    **{k.__name__: (lambda w, k=k: k(), None, None) for k in (tn.ReLU, tn.LeakyReLU, tn.Sigmoid, tn.Tanh, tn.Softplus)},
    "Softmax": (lambda w: tn.Softmax(), (), (2, 0)),
    "Detached": (lambda w: w.net[0].detached(), (4,), (2, 9)),
    "Averaged": (lambda w: tn.Average(w.net.parameters).of(w.net[0]), (4,), (2, 9)),
}  # fmt: skip
for name, (make, rank, size) in CALLED.items():
    sweep(name, lambda w, v, make=make: make(w)(v), **NOT_FLOATS)
    if rank is not None:
        row(name, "rank", lambda w, make=make, shape=rank: make(w)(np.ones(shape, np.float32)))
    if size is not None:
        row(name, "size", lambda w, make=make, shape=size: make(w)(np.ones(shape, np.float32)))
for name in ("Dense", "BatchNorm", "Conv2D", "LayerNorm"):
    row(name, "dtype", lambda w, c=CALLED[name]: c[0](w)(np.ones(w.fits[c[0](w).name])))
row("Join", "empty", lambda w: tn.Join()())
row("Join", "size", lambda w: tn.Join()(w.x, w.x[:1]))
row("DropPath", "empty", lambda w: tn.DropPath(0.5, w.rng, mode="train")())
for v in (None, 3.0, "x", np.ones((2, 3), np.float32), np.ones(2, np.float32)):
    row("GaussianSample", "type", lambda w, v=v: tn.GaussianSample(w.rng, mode="train")(np.ones((2, 2), np.float32), v))
    row("GaussianSample", "type", lambda w, v=v: tn.GaussianSample(w.rng, mode="test")(v, np.ones((2, 2), np.float32)))
row("BatchNorm", "empty", lambda w: w.net[1](np.ones((0, 5), np.float32)))

# Operations and losses
for name in ("relu", "leaky_relu", "sigmoid", "tanh", "softplus", "softmax", "log_softmax"):
    f = getattr(tn.ops, name)
    sweep(
        f"ops.{name}", lambda w, v, f=f: f(v), type=[None, "x", {}, object()], dtype=[np.array(["a"]), np.array([None])]
    )
for name in ("softmax", "log_softmax"):
    f = getattr(tn.ops, name)
    sweep(f"ops.{name}", lambda w, v, f=f: f(v), rank=[np.float32(3)], empty=[np.ones((2, 0), np.float32)])
ones = lambda *shape: np.ones(shape, np.float32)  # noqa: E731
for x, W, b in (
    (ones(2, 4), ones(5, 3), ones(3)),
    (ones(2, 4), ones(4, 3), ones(2)),
    (ones(2, 4), ones(4, 3), ones(1)),
    (ones(4), ones(4, 3), ones(3)),
    (ones(2, 2, 4), ones(4, 3), ones(3)),
    (ones(2, 4), ones(4), ones(3)),
    (None, ones(4, 3), ones(3)),
    (ones(2, 4), "W", ones(3)),
    (ones(2, 4), ones(4, 3), None),
):
    row("ops.dense", "size", lambda w, x=x, W=W, b=b: tn.ops.dense(x, W, b))
for x, b in (
    (ones(2, 4), ones(3)),
    (ones(2, 4), ones(2)),
    (None, ones(3)),
    (ones(2, 4), None),
    (ones(2, 4), ones(2, 4)),
):
    row("ops.shift", "size", lambda w, x=x, b=b: tn.ops.shift(x, b))
    row("ops.affine", "size", lambda w, x=x, b=b: tn.ops.affine(x, b, b))
    row("ops.affine", "size", lambda w, x=x, b=b: tn.ops.affine(x, ones(4), b))
sweep("ops.leaky_relu", lambda w, v: tn.ops.leaky_relu(w.x, v), type=[None, "a", {}])
for labels, classes in ((None, 3), ([0, 1], 3), (np.zeros((2, 2), int), 3), (np.array([0.5]), 3), (np.array([3]), 3),
                        (np.array([-1]), 3), (np.array([0]), 0), (np.array([0]), -3), (np.array([0]), 2.5),
                        (np.array([0]), None), (np.array([NAN]), 3), (np.array(["a"]), 3)):  # fmt: skip
    row("ops.one_hot", "contradiction", lambda w, a=labels, b=classes: tn.ops.one_hot(a, b))
for name in ("cross_entropy", "hinge"):
    f = getattr(tn.loss, name)
    sweep(
        f"loss.{name}",
        lambda w, v, f=f: f(ones(2, 3), v),
        type=[None, "01", {}, 1],
        rank=[np.zeros((2, 3), int), np.array(0)],
        size=[np.array([0, 1, 2])],
        dtype=[np.array([0.0, 1.0]), np.array([True, False]), np.array(["a", "b"])],
        nan=[np.array([NAN, 0])],
        negative=[np.array([-1, 0])],
        huge=[np.array([3, 0]), np.array([2**62, 0])],
    )
    sweep(
        f"loss.{name}",
        lambda w, v, f=f: f(v, np.array([0, 1])),
        type=[None, "x", {}, 3.0, [[1.0, 2.0], [1.0, 2.0]]],
        rank=[ones(2), ones(2, 3, 1)],
        size=[ones(3, 3)],
        dtype=[np.ones((2, 3), int), np.ones((2, 3), bool), np.ones((2, 3), complex)],
        empty=[ones(2, 0)],
    )
    row(f"loss.{name}", "empty", lambda w, f=f: f(ones(0, 3), np.zeros(0, int)))
for name in ("binary_cross_entropy", "mean_squared_error", "gaussian_kl"):
    f = getattr(tn.loss, name)
    bad = {
        "type": [None, "x", {}, 3.0],
        "rank": [ones(3)],
        "size": [ones(2, 1), ones(3, 3)],
        "dtype": [np.ones((2, 3), int), np.ones((2, 3)), np.ones((2, 3), complex)],
    }
    sweep(f"loss.{name}", lambda w, v, f=f: f(ones(2, 3), v), **bad)
    sweep(f"loss.{name}", lambda w, v, f=f: f(v, ones(2, 3)), **bad)
    row(
        f"loss.{name}",
        "empty",
        lambda w, f=f: f(ones(0, 3), ones(0, 3)),
    )
weighted = lambda w, v: tn.loss.cross_entropy(ones(2, 3), np.array([0, 1]), class_weights=v)  # noqa: E731
sweep(
    "loss.cross_entropy", weighted, type=["balanced", {0: 1}], size=[[1, 2]], negative=[[1, -1, 1]], nan=[[1, NAN, 1]]
)
ignoring = lambda w, v: tn.loss.cross_entropy(ones(2, 3), np.array([1, 1]), ignore_label=v)  # noqa: E731
sweep("loss.cross_entropy", ignoring, type=[1.0, "1", True], contradiction=[1])
for f in (tn.loss.binary_cross_entropy, tn.loss.gaussian_kl):
    row(f"loss.{f.__name__}", "rank", lambda w, f=f: f(np.float32(1), np.float32(1)))
bce = lambda w, v: tn.loss.binary_cross_entropy(ones(2, 3), v * ones(2, 3))  # noqa: E731
sweep("loss.binary_cross_entropy", bce, negative=[np.float32(-0.1)], huge=[np.float32(255)])
sweep("loss.negative_elbo", lambda w, v: tn.loss.negative_elbo(ones(2, 3), v, ones(2, 2), ones(2, 2)), type=[None, "x"])
sweep(
    "loss.negative_elbo", lambda w, v: tn.loss.negative_elbo(ones(2, 3), ones(2, 3), ones(2, 2), v), size=[ones(2, 3)]
)
row(
    "loss.negative_elbo",
    "contradiction",
    lambda w: tn.loss.negative_elbo(ones(2, 3), ones(2, 3), ones(4, 2), ones(4, 2)),
)

# Optimizers and schedules
NUMBER_SETTINGS = {
    "SGD": (), "Momentum": ("momentum",), "RMSProp": ("decay", "eps"), "Adam": ("beta1", "beta2", "eps"),
    "AdamW": ("beta1", "beta2", "eps", "weight_decay"),
}  # fmt: skip
for name, settings in NUMBER_SETTINGS.items():
    kind = getattr(tn, name)
    sweep(name, lambda w, v, k=kind: k(v), size=[0], negative=[-1e-3], **NOT_A_NUMBER)
    row(name, "type", lambda w, k=kind: k(True))
    for setting in settings:
        call = lambda w, v, k=kind, s=setting: k(**{s: v})  # noqa: E731
        sweep(name, call, negative=[-0.1], **NOT_A_NUMBER)
        if setting[0] in "bdm":
            sweep(name, call, huge=[1.0, 2])
    for rate in (None, "1", NAN, INF, -1.0, [0.1], 1j):
        row(name, "contradiction", lambda w, k=kind, r=rate: w.train_with(k(lambda t: r))(w.x, w.y))
    row(name, "huge", lambda w, k=kind: w.train_with(k(1e39))(w.x, w.y))
sweep("Momentum", lambda w, v: tn.Momentum(nesterov=v), type=[None, 1, "yes"])
row("Optimizer", "type", lambda w: tn.Optimizer("a"), lambda w: w.train_with(tn.Optimizer(0.1))(w.x, w.y))
RATES = NOT_A_NUMBER | {"negative": [-1e-3]}
sweep("schedule.Constant", lambda w, v: tn.schedule.Constant(v), **RATES)
for name in ("Linear", "Cosine", "StepDecay"):
    kind = getattr(tn.schedule, name)
    sweep(f"schedule.{name}", lambda w, v, k=kind: k(v, 0.1, 10), **RATES)
    sweep(f"schedule.{name}", lambda w, v, k=kind: k(0.1, v, 10), **RATES)
    sweep(f"schedule.{name}", lambda w, v, k=kind: k(0.1, 0.1, v), **NOT_A_COUNT)

# The two kinds of function
clipping = lambda w, v: tn.TrainFunction(w.objective, w.net.parameters, tn.SGD(), clip=v)  # noqa: E731
sweep("TrainFunction", clipping, type=["1", True, [1.0]], negative=[-1.0], size=[0], nan=[NAN])
averaging = lambda w, v: tn.TrainFunction(w.objective, w.net.parameters, tn.SGD(), average=v)  # noqa: E731
sweep("TrainFunction", averaging, type=[0.999, True, "mean", tn.Average])
row(
    "TrainFunction",
    "contradiction",
    lambda w: averaging(w, tn.Average(tn.Dense.create("h", 4, 5, tn.rng(0)).parameters)),
)
sweep(
    "Average",
    lambda w, v: tn.Average(v),
    type=[None, 3, "W", [None], np.ones(3), tn.ReLU()],
    empty=[()],
    contradiction=[[tn.Statistic("a", [1.0])], [tn.Parameter("a", [1.0]), tn.Parameter("a", [1.0])]],
)
sweep("Average", lambda w, v: tn.Average(w.net.parameters, rate=v), huge=[1], size=[0.001], **NOT_A_NUMBER)
sweep("Average.of", lambda w, v: tn.Average(w.net.parameters).of(v), type=[None, np.tanh, "h"])
row("Average.of", "contradiction", lambda w: tn.Average(w.net.parameters).of(tn.Dense.create("h", 4, 5, tn.rng(0))))
sweep("TrainFunction", lambda w, v: tn.TrainFunction(v, w.net.parameters, tn.SGD()), type=[None, 3, "f"])
sweep(
    "TrainFunction",
    lambda w, v: tn.TrainFunction(w.objective, v, tn.SGD()),
    type=[None, 3, "W", [None], np.ones(3), [np.ones(3)], tn.ReLU()],
    empty=[()],
    contradiction=[[tn.Statistic("a", [1.0])], [tn.Parameter("a", [1.0]), tn.Parameter("a", [1.0])]],
)
sweep(
    "TrainFunction", lambda w, v: tn.TrainFunction(w.objective, w.net.parameters, v), type=[None, "adam", 0.1, tn.Adam]
)
X = {
    "type": [None, "x", {}, object(), [None]],
    "rank": [ones(4), ones(2, 4, 1), [[1.0], [1.0, 2.0]]],
    "size": [ones(6, 9)],
    "dtype": [np.ones((6, 4), complex), np.array([["a"] * 4] * 6), np.ones((6, 4), int)],
    "nan": [np.full((6, 4), NAN)],
    "infinity": [np.full((6, 4), INF), np.full((6, 4), 1e300)],
    "empty": [ones(0, 4), []],
    "huge": [np.full((6, 4), 1e37, np.float32)],
}
Y = {
    "type": [None, "y", {}, 3],
    "rank": [np.zeros((6, 3), int)],
    "size": [np.zeros(5, int)],
    "dtype": [np.zeros(6), np.zeros(6, bool)],
    "empty": [[]],
    "negative": [np.full(6, -1)],
    "huge": [np.full(6, 3)],
}
for method in ("__call__", "gradients", "graph"):
    call = getattr(tn.TrainFunction, method)
    bad = {k: v for k, v in X.items() if method == "__call__" or k not in ("nan", "infinity", "huge")}
    sweep(f"TrainFunction.{method}", lambda w, v, call=call: call(w.train, v, w.y), **bad)
    sweep(f"TrainFunction.{method}", lambda w, v, call=call: call(w.train, w.x, v), **Y)
    row(f"TrainFunction.{method}", "contradiction", lambda w, call=call: call(w.train, w.x))
OBJECTIVES = {
    "type": [lambda x: None, lambda x: "a", lambda x: {}, lambda x: [1.0], lambda x: {"a": None}, lambda x: {3: 1.0}],
    "rank": [lambda x: x],
    "empty": [lambda x: {}],
    "nan": [lambda x: NAN],
    "infinity": [lambda x: INF],
    "contradiction": [lambda x: 1.0, lambda x: x.sum(), lambda: 1.0],
}  # fmt: skip
sweep("TrainFunction.__call__", lambda w, v: w.train_of(v)(w.x), **OBJECTIVES)
sweep(
    "TrainFunction.fit",
    lambda w, v: w.train.fit(v, progress=False),
    type=[None, 3, "xy", [3], [None]],
    empty=[[], iter(())],
)
sweep("TrainFunction.fit", lambda w, v: w.train.fit(w.batches, v, progress=False), **NOT_A_COUNT)
sweep("TrainFunction.fit", lambda w, v: w.train.fit([(v, w.y)], progress=False), **X)
sweep("TrainFunction.fit", lambda w, v: w.train.fit([(w.x, v)], progress=False), **Y)
sweep("TrainFunction.fit", lambda w, v: w.train.fit(w.batches, each_step=v, progress=False), type=[3, "f"])
patient = lambda w, **o: w.train.fit(w.batches, progress=False, **{"each_epoch": lambda e: {"a": 1.0}} | o)  # noqa: E731
sweep("TrainFunction.fit", lambda w, v: patient(w, patience=v), **NOT_A_COUNT | {"type": ["3", 2.5, [3], True]})
sweep("TrainFunction.fit", lambda w, v: patient(w, patience=1, watch=v), type=[3, ["a"]])
row(
    "TrainFunction.fit",
    "contradiction",
    lambda w: patient(w, watch="a"),
    lambda w: patient(w, patience=1, each_epoch=None),
)
sweep("TrainFunction.fit", lambda w, v: w.train.fit(w.batches, each_epoch=v, progress=False), type=[3, "f"])
sweep("TestFunction", lambda w, v: tn.TestFunction(v), type=[None, 3, "f"])
sweep("TestFunction", lambda w, v: tn.TestFunction(w.net, v), type=[None, 3, "test", ["x"], [None]], empty=[()])
sweep("TestFunction", lambda w, v: tn.TestFunction(w.net, name=v), type=[3, ["a"]])
for method in ("__call__", "graph"):
    call = getattr(tn.TestFunction, method)
    bad = X | {"huge": []}
    sweep(f"TestFunction.{method}", lambda w, v, call=call: call(w.classify, v), **bad)
    row(
        f"TestFunction.{method}",
        "contradiction",
        lambda w, call=call: call(w.classify),
        lambda w, call=call: call(w.classify, w.x, w.y),
    )
    row(f"TestFunction.{method}", "contradiction", lambda w, call=call: call(tn.TestFunction(lambda x: w.net(x)), w.x))
    row(f"TestFunction.{method}", "type", lambda w, call=call: call(tn.TestFunction(lambda x: None), w.x))
sweep("History", lambda w, v: tn.History(v), **NOT_A_COUNT)
sweep("History.plot", lambda w, v: tn.History().plot(v), type=[3, None])
sweep("Snapshot", lambda w, v: tn.Snapshot(v), type=[None, 3, "W", [np.ones(3)], w_layer])
sweep("Snapshot", lambda w, v: tn.Snapshot(w.net.parameters, v), type=[3, "train", tn.ReLU()])
sweep("Snapshot", lambda w, v: tn.Snapshot(w.net.parameters, generators=v), type=[None, 3, [3], ["rng"]])
sweep(
    "check_gradients",
    lambda w, v: tn.check_gradients(lambda x: x, v),
    type=[None, "x", {}],
    dtype=[np.ones(3, int), np.ones(3, complex)],
    nan=[[NAN]],
    infinity=[[INF]],
)
sweep("check_gradients", lambda w, v: tn.check_gradients(v, [1.0]), type=[None, 3, "f", lambda x: None, lambda x: "a"])
sweep("check_gradients", lambda w, v: tn.check_gradients(np.tanh, [1.0], parameters=v), type=[None, 3, [3], w_layer])
sweep("check_gradients", lambda w, v: tn.check_gradients(np.tanh, [1.0], tolerance=v), **POSITIVE)
sweep("check_gradients", lambda w, v: tn.check_gradients(np.tanh, [1.0], limit=v), **NOT_A_COUNT)
sweep(
    "check.exercise",
    lambda w, v: tn.check.exercise(v, 0),
    type=[None, 3, "3", [1], "lesson"],
    negative=["-1.2"],
    size=["99.1", "03.99"],
)
row("check.exercise", "type", lambda w: tn.check.exercise("../../os.1", 0))
sweep("check.milestone", lambda w, v: tn.check.milestone(v, 0), type=[None, 3, "3", [1]], size=["99.1", "03.99"])
sweep("check.graphs", lambda w, v: tn.check.graphs(v, w.graph), type=[None, 3, ["x"]], size=["x -> y", "3: x"])
sweep("check.graphs", lambda w, v: tn.check.graphs("", v), type=[None, 3, "g", tn.ReLU()])
row("check.graphs", "empty", lambda w: tn.check.graphs(""))

# Graphs, drawings, files
for name, call in (
    ("draw", tn.draw),
    ("shared_parameters", tn.shared_parameters),
    ("Drawing", lambda *g: tn.Drawing(g).svg),
):
    row(name, "empty", lambda w, call=call: call())
    sweep(name, lambda w, v, call=call: call(v), type=[None, "g", 3, [], tn.ReLU()])
sweep("Drawing.save", lambda w, v: tn.draw(w.graph).save(v), type=[None, 3, b"a"])
row(
    "Drawing.save",
    "contradiction",
    lambda w: tn.draw(w.graph).save(w.folder),
    lambda w: tn.draw(w.graph).save(w.folder / "no" / "a.svg"),
)
sweep(
    "Graph.collapse",
    lambda w, v: w.graph.collapse(v),
    type=[None, "1", 1.5, True],
    negative=[-1],
    nan=[NAN],
    infinity=[INF],
)
for name, call in (("save", tn.save), ("load", tn.load)):
    sweep(name, lambda w, v, call=call: call(v, w.net.parameters), type=[None, 3, [], 1.5])
    row(
        name,
        "contradiction",
        lambda w, call=call: call(w.folder, w.net.parameters),
        lambda w, call=call: call(w.folder / "a" / "b", w.net.parameters),
    )
    sweep(
        name,
        lambda w, v, call=call: call(w.folder / "new" if call is tn.save else w.saved, v),
        type=[None, 3, "W", [None], [np.ones(3)], w_layer],
        contradiction=[[tn.Parameter("h.W", [1.0]), tn.Parameter("h.W", [1.0])]],
    )
    sweep(
        name,
        lambda w, v, call=call: call(w.folder / "new" if call is tn.save else w.saved, w.variables, v),
        type=[3, "train", tn.ReLU()],
    )
    sweep(
        name,
        lambda w, v, call=call: call(w.folder / "new" if call is tn.save else w.saved, w.variables, None, v),
        type=[3, "rng", [tn.rng(0)], {"noise": 3}, {3: tn.rng(0)}],
    )
row(
    "load",
    "contradiction",
    lambda w: tn.load(w.saved, w.net.parameters[:1]),
    lambda w: tn.load(w.saved, (*w.variables, tn.Parameter("q", [1.0]))),
)
row("load", "empty", lambda w: tn.load(w.file(b""), w.net.parameters))
row("load", "type", *(lambda w, b=b: tn.load(w.file(b), w.net.parameters) for b in (b"\0" * 99, b"\xff" * 99, b"{}")))
row("load", "nan", lambda w: tn.load(w.saved_with(NAN), w.variables))

# Data and pictures
N = {"type": [None, 3.5, "3", [3]], "negative": [-1], "size": [0], "nan": [NAN], "infinity": [INF]}
sweep(
    "data.batches",
    lambda w, v: tn.data.batches(v, size=2, rng=None),
    type=[None, 3, object()],
    empty=[[], ones(0, 3)],
    rank=[[[1], [1, 2]]],
)
sweep("data.batches", lambda w, v: tn.data.batches(w.x, size=v, rng=None), **N)
sweep("data.batches", lambda w, v: tn.data.batches(w.x, size=2, rng=v), type=[0, "0", np.random])
sweep("data.batches", lambda w, v: tn.data.batches(w.x, v, size=2, rng=None), size=[ones(5)], type=[None])
row(
    "data.batches",
    "contradiction",
    lambda w: tn.data.batches(w.x, size=99, rng=None, keep_last=False),
    lambda w: tn.data.batches(size=2, rng=None),
)
sweep("data.Batches", lambda w, v: tn.data.Batches(v, 2, None, True), type=[None, 3, (None,)], empty=[()])
sweep("data.Batches.replay", lambda w, v: w.batches.replay(w.batches_state, v), **N | {"size": [99]})
sweep(
    "data.Batches.replay",
    lambda w, v: w.batches.replay(v, 0),
    type=[None, 3, "s"],
    contradiction=[{}, {"bit_generator": "MT19937"}],
)
sweep(
    "data.pixels",
    lambda w, v: tn.data.pixels(v),
    type=[None, "x", {}],
    dtype=[ones(2), np.ones(2, int), np.ones(2, bool)],
    rank=[[[1], [1, 2]]],
)
sweep("data.idx", lambda w, v: tn.data.idx(v), type=[None, 3, []])
row("data.idx", "contradiction", lambda w: tn.data.idx(w.folder), lambda w: tn.data.idx(w.folder / "none"))
row(
    "data.idx",
    "type",
    *(lambda w, b=b: tn.data.idx(w.file(b)) for b in (b"", b"\0\0\x08\x01\xff\xff\xff\xff", b"\x1f\x8bxx")),
)
sweep("data.celeba", lambda w, v: tn.data.celeba(v), type=[None, 3, []])
row("data.celeba", "contradiction", lambda w: tn.data.celeba(w.folder), lambda w: tn.data.celeba(w.saved))
sweep("data.celeba", lambda w, v: tn.data.celeba(w.folder, limit=v), type=["3", 2.5], negative=[-1], size=[0])
sweep("data.pictures", lambda w, v: tn.data.pictures(v), type=[None, 3, []])
row("data.pictures", "contradiction", lambda w: tn.data.pictures(w.folder / "none"))
sweep("data.pictures", lambda w, v: tn.data.pictures(w.folder, v), type=["3", 2.5], negative=[-1], size=[0, (1,)])
sweep("data.pictures", lambda w, v: tn.data.pictures(w.folder, grey=v), type=["yes", 1])
sweep("data.drawn_faces", lambda w, v: tn.data.drawn_faces(v, 1, w.rng), huge=[HUGE], **NOT_A_COUNT)
sweep("data.drawn_faces", lambda w, v: tn.data.drawn_faces(1, v, w.rng), huge=[HUGE], **NOT_A_COUNT)
sweep("data.drawn_faces", lambda w, v: tn.data.drawn_faces(1, 1, v), **NOT_A_GENERATOR)
row(
    "data.Faces.split",
    "contradiction",
    *(lambda w, s=s: w.faces.split(*s) for s in ((), (0.5,), (2.0, -1.0), (NAN, 1), ("a", "b"), (None,), (0.0, 1.0))),
)
GRID = {
    "type": [None, "x", {}],
    "rank": [ones(3), ones(2, 3), ones(1, 2, 3, 4, 5)],
    "size": [ones(2, 3, 3, 2)],
    "dtype": [np.ones((2, 3, 3), int), np.ones((2, 3, 3), complex)],
    "empty": [ones(0, 3, 3), []],
}
sweep("images.grid", lambda w, v: tn.images.grid(v, 2), **GRID)
sweep("images.grid", lambda w, v: tn.images.grid([ones(2, 2), v], 2), rank=[ones(3)])
sweep("images.grid", lambda w, v: tn.images.grid(ones(2, 3, 3), v), **NOT_A_COUNT)
sweep("images.grid", lambda w, v: tn.images.grid(ones(2, 3, 3), 2, v), **NOT_A_COUNT)
sweep("images.latent_plane", lambda w, v: tn.images.latent_plane(v), **NOT_A_COUNT)
EDGES = NOT_A_NUMBER | {"negative": [-0.1], "huge": [1.5], "size": [0, 1]}
sweep("images.latent_plane", lambda w, v: tn.images.latent_plane(3, v), **EDGES)
sweep("images.latent_plane", lambda w, v: tn.images.latent_plane(3, 0.1, v), **EDGES)
sweep(
    "images.manifold",
    lambda w, v: tn.images.manifold(v),
    type=[None, 3, lambda z: None, lambda z: "a"],
    rank=[lambda z: z],
)
sweep("images.manifold", lambda w, v: tn.images.manifold(w.vae.decode, v), **NOT_A_COUNT)
sweep("images.manifold", lambda w, v: tn.images.manifold(w.vae.decode, 3, v), **NOT_A_COUNT)
for place in range(2):
    sweep(
        "images.figure", lambda w, v, i=place: tn.images.figure(*[3.0] * i, v), negative=[-1], size=[0], **NOT_A_NUMBER
    )
sweep("images.figure", lambda w, v: tn.images.figure(columns=v), **NOT_A_COUNT)

# Models
IMAGES = {
    "type": [None, "x", {}],
    "rank": [ones(28)],
    "size": [ones(2, 9, 9)],
    "dtype": [np.ones((2, 28, 28), int)],
    "nan": [np.full((2, 28, 28), NAN)],
    "infinity": [np.full((2, 28, 28), INF)],
    "empty": [ones(0, 28, 28)],
}
sweep("vae.VAE", lambda w, v: vae.VAE(v, w.rng), **NOT_A_COUNT)
sweep("vae.VAE", lambda w, v: vae.VAE(2, v), **NOT_A_GENERATOR)
sweep("vae.VAE", lambda w, v: vae.VAE(2, w.rng, hidden=v), **NOT_A_COUNT)
sweep(
    "vae.VAE",
    lambda w, v: vae.VAE(2, w.rng, hidden=4, shape=v),
    type=[None, 3, (3,), ("a", 2), (2.5, 2)],
    negative=[(-2, -2)],
    size=[(0, 2)],
)
for name in ("SHORT", "FIRST", "MOST"):
    NOTHING_CAN_BE_WRONG[f"convolutional_vae.{name}"] = "a constant"
conv_vae = lambda w, v=2, **o: ConvolutionalVAE(v, w.rng, **{"hidden": 4} | o)  # noqa: E731
sweep("convolutional_vae.ConvolutionalVAE", conv_vae, **NOT_A_COUNT)
sweep("convolutional_vae.ConvolutionalVAE", lambda w, v: conv_vae(w, hidden=v), **NOT_A_COUNT)
sweep("convolutional_vae.ConvolutionalVAE", lambda w, v: conv_vae(w, shape=v), type=[None, 3, (3,)], size=[(0, 2)])
sweep("vae.VAE.train_function", lambda w, v: w.vae.train_function(v), type=[None, 3, tn.Adam])
sweep("vae.VAE.objective", lambda w, v: w.vae.train_function(tn.SGD())(v), **IMAGES)
row("vae.VAE.objective", "huge", lambda w: w.vae.train_function(tn.SGD())(255 * ones(2, 28, 28)))
sweep("vae.VAE.sample", lambda w, v: w.vae.sample(v, w.rng), **NOT_A_COUNT)
sweep("vae.VAE.sample", lambda w, v: w.vae.sample(2, v), **NOT_A_GENERATOR)
sweep("vae.VAE.test_bound", lambda w, v: w.vae.test_bound(v), **IMAGES)
sweep("vae.VAE.test_bound", lambda w, v: w.vae.test_bound(ones(2, 28, 28), seed=v), type=[None, "0"], negative=[-1])
sweep("vae.VAE.test_bound", lambda w, v: w.vae.test_bound(ones(2, 28, 28), size=v), **NOT_A_COUNT)
sweep("classifier.dense_network", lambda w, v: classifier.dense_network(v), **NOT_A_GENERATOR)
sweep("classifier.dense_network", lambda w, v: classifier.dense_network(w.rng, v), **NOT_A_COUNT)
sweep("classifier.dense_network", lambda w, v: classifier.dense_network(w.rng, 4, v), huge=[1.0], **NOT_A_NUMBER)
sweep("classifier.convolutional_network", lambda w, v: classifier.convolutional_network(v), **NOT_A_GENERATOR)
sweep("classifier.Classifier", lambda w, v: classifier.Classifier(v), type=[None, 3, np.tanh])
sweep("classifier.Classifier.train_function", lambda w, v: w.digits.train_function(v), type=[None, 3, tn.Adam])
sweep("classifier.Classifier.objective", lambda w, v: w.digits.train_function(tn.SGD())(v, np.zeros(2, int)), **IMAGES)
sweep("classifier.Classifier.accuracy", lambda w, v: w.digits.accuracy(v, np.zeros(2, int)), **IMAGES)
sweep(
    "classifier.Classifier.accuracy",
    lambda w, v: w.digits.accuracy(ones(2, 28, 28), v),
    type=[None, "x", {}],
    size=[np.zeros(3, int)],
    rank=[np.zeros((2, 2), int), 0],
    empty=[[]],
)
sweep(
    "classifier.Classifier.accuracy",
    lambda w, v: w.digits.accuracy(ones(2, 28, 28), np.zeros(2, int), v),
    **NOT_A_COUNT,
)
SCENES = {
    "type": [None, "x", {}],
    "rank": [ones(64)],
    "size": [ones(2, 64, 64, 3), ones(2, 4, 4, 1)],
    "dtype": [np.ones((2, 64, 64, 1), complex)],
    "nan": [np.full((2, 64, 64, 1), NAN)],
    "infinity": [np.full((2, 64, 64, 1), INF)],
    "empty": [ones(0, 64, 64, 1)],
}
sweep("faces.LNet", lambda w, v: faces.LNet(v, w.rng), **NOT_A_COUNT)
sweep("faces.LNet", lambda w, v: faces.LNet(2, v), **NOT_A_GENERATOR)
sweep("faces.LNet.train_function", lambda w, v: w.lnet.train_function(v), type=[None, 3])
sweep("faces.LNet.objective", lambda w, v: w.lnet.train_function(tn.SGD())(v, ones(2, 3)), **SCENES)
sweep("faces.LNet.locate", lambda w, v: w.lnet.locate(v), **SCENES)
sweep(
    "faces.LNet.locate", lambda w, v: w.lnet.locate(ones(1, 64, 64, 1), v), huge=[1.5], negative=[-0.5], **NOT_A_NUMBER
)
sweep("faces.ANet", lambda w, v: faces.ANet(v, 2, w.rng), **NOT_A_COUNT)
sweep("faces.ANet", lambda w, v: faces.ANet(2, v, w.rng), **NOT_A_COUNT)
sweep("faces.ANet", lambda w, v: faces.ANet(2, 2, v), **NOT_A_GENERATOR)
for method in ("identity_function", "attribute_function"):
    sweep(f"faces.ANet.{method}", lambda w, v, m=method: getattr(w.anet, m)(v), type=[None, 3])
    objective = f"{method.partition('_')[0]}_objective"
    y = np.zeros(2, int) if "identity" in method else ones(2, 3)
    sweep(
        f"faces.ANet.{objective}",
        lambda w, v, m=method, y=y: getattr(w.anet, m)(tn.SGD())(v, y),
        **SCENES | {"size": [ones(2, 32, 32, 3)]},
    )
sweep(
    "faces.LinearAttributes",
    lambda w, v: faces.LinearAttributes(v, np.array([[True], [False]])),
    type=[None, "x"],
    rank=[ones(2, 4)],
    size=[ones(3, 2, 4)],
    nan=[np.full((2, 2, 4), NAN)],
    infinity=[np.full((2, 2, 4), INF)],
    empty=[ones(0, 2, 4)],
)
sweep(
    "faces.LinearAttributes",
    lambda w, v: faces.LinearAttributes(ones(2, 2, 4), v),
    type=[None, "x"],
    rank=[np.array([True, False])],
    size=[np.ones((3, 1), bool)],
    dtype=[ones(2, 1)],
)
sweep(
    "faces.LinearAttributes",
    lambda w, v: faces.LinearAttributes(ones(2, 2, 4), np.array([[True], [False]]), v),
    **POSITIVE,
)
sweep(
    "faces.LinearAttributes.scores",
    lambda w, v: w.linear.scores(v),
    type=[None, "x"],
    rank=[ones(4)],
    size=[ones(2, 2, 3)],
    nan=[np.full((2, 2, 4), NAN)],
)
sweep(
    "faces.LinearAttributes.accuracy",
    lambda w, v: w.linear.accuracy(ones(2, 2, 4), v),
    type=[None, "x"],
    rank=[np.array([True, False])],
    size=[np.ones((3, 1), bool), np.ones((2, 2), bool)],
)
sweep("faces.standardize", lambda w, v: faces.standardize(v), **SCENES | {"size": []})
sweep(
    "faces.crops",
    lambda w, v: faces.crops(v, np.array([[1, 1, 9, 9.0]] * 2)),
    **SCENES | {"size": [ones(2, 64, 64, 3), ones(2, 1, 1, 1), ones(3, 64, 64, 1)]},
)
sweep(
    "faces.crops",
    lambda w, v: faces.crops(ones(2, 64, 64, 1), v),
    type=[None, "x", {}],
    rank=[ones(4)],
    size=[ones(3, 4)],
    nan=[np.full((2, 4), NAN)],
    negative=[-ones(2, 4)],
)
sweep(
    "faces.crops",
    lambda w, v: faces.crops(ones(2, 64, 64, 1), ones(2, 4), v),
    type=[None, "x", {}],
    rank=[ones(2)],
    size=[ones(2, 3)],
    nan=[np.full((2, 2), NAN)],
    empty=[ones(0, 2)],
)
for flip in (False, True):
    order = (lambda a, b: (b, a)) if flip else (lambda a, b: (a, b))
    sweep(
        "faces.intersection_over_union",
        lambda w, v, order=order: faces.intersection_over_union(*order(ones(2, 4), v)),
        type=[None, "x", {}],
        rank=[ones(4)],
        size=[ones(3, 4), ones(2, 3)],
        negative=[-ones(2, 4)],
    )
sweep("faces.in_parts", lambda w, v: faces.in_parts(v, ones(2, 4)), type=[None, 3, "f"])
sweep("faces.in_parts", lambda w, v: faces.in_parts(w.classify, v), **X | {"huge": []})
sweep("faces.in_parts", lambda w, v: faces.in_parts(w.classify, w.x, v), **NOT_A_COUNT)
for place in ("people", "pictures", "scenes", "attributes"):
    sweep("face_study.Setting", lambda w, v, p=place: face_study.Setting(**{p: v}), **NOT_A_COUNT)
sweep("face_study.Setting", lambda w, v: face_study.Setting(identities=v), **NOT_A_COUNT | {"size": []})
sweep("face_study.train", lambda w, v: face_study.train(v, w.x, w.y, 1, 2, 0.1, None), type=[None, 3])
sweep(
    "face_study.train",
    lambda w, v: face_study.train(w.make, v, w.y, 1, 2, 0.1, None, progress=False),
    **X | {"huge": []},
)
sweep(
    "face_study.train", lambda w, v: face_study.train(w.make, w.x, w.y, v, 2, 0.1, None, progress=False), **NOT_A_COUNT
)
sweep("face_study.train", lambda w, v: face_study.train(w.make, w.x, w.y, 1, v, 0.1, None, progress=False), **N)
sweep("face_study.train", lambda w, v: face_study.train(w.make, w.x, w.y, 1, 2, v, None, progress=False), **RATES)
for name in ("trained_lnet", "study"):
    f = getattr(face_study, name)
    sweep(f"face_study.{name}", lambda w, v, f=f: f(v, face_study.QUICK, w.rng), type=[None, 3, ones(2, 64, 64, 1)])
    sweep(f"face_study.{name}", lambda w, v, f=f: f(w.faces, v, w.rng), type=[None, 3])
    sweep(f"face_study.{name}", lambda w, v, f=f: f(w.faces, face_study.QUICK, v), **NOT_A_GENERATOR)
f = face_study.trained_anet
sweep("face_study.trained_anet", lambda w, v: f(v, ones(4, 5, 32, 32, 1), face_study.QUICK, w.rng), type=[None, 3])
sweep(
    "face_study.trained_anet",
    lambda w, v: f(w.faces, v, face_study.QUICK, w.rng, progress=False),
    type=[None, "x"],
    rank=[ones(4)],
    size=[ones(3, 5, 32, 32, 1), ones(4, 5, 9, 9, 1)],
)
sweep("face_study.trained_anet", lambda w, v: f(w.faces, ones(4, 5, 32, 32, 1), face_study.QUICK, v), **NOT_A_GENERATOR)
sweep("face_study.features", lambda w, v: face_study.features(v, ones(1, 1, 32, 32, 1)), type=[None, 3])
sweep(
    "face_study.features",
    lambda w, v: face_study.features(w.anet, v),
    type=[None, "x", {}],
    rank=[ones(4)],
    size=[ones(1, 1, 9, 9, 1)],
)
sweep(
    "face_study.pixels",
    lambda w, v: face_study.pixels(v),
    type=[None, "x", {}],
    rank=[ones(4)],
    size=[ones(1, 1, 9, 9, 1)],
)
sweep("face_study.pixels", lambda w, v: face_study.pixels(ones(1, 1, 32, 32, 1), v), huge=[64], **NOT_A_COUNT)
sweep(
    "face_study.accuracy",
    lambda w, v: face_study.accuracy(w.faces, w.faces, v),
    type=[None, 3, [None, None]],
    size=[[ones(1, 1, 2)] * 2],
    empty=[[]],
)
sweep(
    "face_study.compare",
    lambda w, v: face_study.compare(w.faces, w.faces, v, w.anet, w.anet, w.rng),
    type=[None, 3, [None, None]],
    empty=[[]],
)
sweep(
    "fractalnet.Unit.create",
    lambda w, v: fractalnet.Unit.create("u", v, w.rng, mode="train"),
    type=[None, 3, "ab", (1,)],
    negative=[(-1, 2)],
)
sweep("fractalnet.Unit.create", lambda w, v: fractalnet.Unit.create("u", (1, 2), v, mode="train"), **NOT_A_GENERATOR)
sweep("fractalnet.Unit.create", lambda w, v: fractalnet.Unit.create("u", (1, 2), w.rng, mode=v), **NOT_A_MODE)
sweep("fractalnet.Unit", lambda w, v: fractalnet.Unit(w.conv, v, tn.ReLU()), type=[None, 3, np.tanh])
sweep("fractalnet.Unit", lambda w, v: fractalnet.Unit(v, w.net[1], tn.ReLU()), type=[None, 3, np.tanh])
drop = lambda w: tn.DropPath(0.1, w.rng, mode="train")  # noqa: E731
sweep(
    "fractalnet.Fractal.create", lambda w, v: fractalnet.Fractal.create("f", v, (1, 2), w.rng, drop(w)), **NOT_A_COUNT
)
sweep(
    "fractalnet.Fractal.create", lambda w, v: fractalnet.Fractal.create("f", 2, v, w.rng, drop(w)), type=[None, 3, (1,)]
)
sweep(
    "fractalnet.Fractal.create", lambda w, v: fractalnet.Fractal.create("f", 2, (1, 2), v, drop(w)), **NOT_A_GENERATOR
)
sweep(
    "fractalnet.Fractal.create",
    lambda w, v: fractalnet.Fractal.create("f", 2, (1, 2), w.rng, v),
    type=[None, 3, tn.ReLU()],
)
block = lambda w: w.fractal.blocks[0]  # noqa: E731
sweep("fractalnet.Fractal", lambda w, v: fractalnet.Fractal(v, (), drop(w), tn.Join()), type=[None, 3])
sweep(
    "fractalnet.Fractal",
    lambda w, v: fractalnet.Fractal(block(w).unit, v, drop(w), tn.Join()),
    type=[None, 3, (tn.ReLU(),)],
)
sweep(
    "fractalnet.Fractal.paths",
    lambda w, v: block(w).paths(v),
    type=[None, "x"],
    rank=[ones(4)],
    size=[ones(1, 8, 8, 9)],
)
sweep(
    "fractalnet.Fractal.column",
    lambda w, v: block(w).column(v),
    size=[0, 9],
    negative=[-1],
    type=[None, "1", 1.5],
    nan=[NAN],
)
sweep("fractalnet.FractalNet.create", lambda w, v: fractalnet.FractalNet.create(v), **NOT_A_GENERATOR)
sweep("fractalnet.FractalNet.create", lambda w, v: fractalnet.FractalNet.create(w.rng, v), **NOT_A_COUNT)
sweep(
    "fractalnet.FractalNet.create",
    lambda w, v: fractalnet.FractalNet.create(w.rng, 1, v),
    type=[None, 3, "ab", (2.5,)],
    negative=[(-1,)],
    empty=[()],
    size=[(2, 2, 2, 2, 2)],
)
sweep(
    "fractalnet.FractalNet.create",
    lambda w, v: fractalnet.FractalNet.create(w.rng, 1, (2,), v),
    huge=[1.0],
    negative=[-1],
    **NOT_A_NUMBER,
)
sweep(
    "fractalnet.FractalNet.create",
    lambda w, v: fractalnet.FractalNet.create(w.rng, 1, (2,), 0.1, v),
    huge=[1.1],
    negative=[-1],
    **NOT_A_NUMBER,
)
sweep(
    "fractalnet.FractalNet",
    lambda w, v: tn.TrainFunction(lambda x: w.fractal(x).sum(), w.fractal.parameters, tn.SGD())(v),
    type=[None, "x"],
    size=[ones(2, 9, 9)],
    rank=[ones(28)],
)
sweep(
    "fractalnet.FractalNet.column",
    lambda w, v: w.fractal.column(v),
    size=[0, 9],
    negative=[-1],
    type=[None, "1", 1.5],
    nan=[NAN],
)
sweep("fractalnet.multiply_adds", lambda w, v: fractalnet.multiply_adds(v), type=[None, 3, "g"])

# Widgets
sweep(
    "tw.DrawPad",
    lambda w, v: tw.DrawPad(classify=v),
    type=[None, 3, "f", lambda x: None, lambda x: "a"],
    rank=[lambda x: x[0]],
    nan=[lambda x: np.full((1, 3), NAN)],
    contradiction=[lambda x: 1 / 0],
    size=[lambda x: ones(2, 3)],
)
sweep(
    "tw.MovingPicture", lambda w, v: tw.MovingPicture(v, a=(0, 1, 0)), type=[None, 3, "f", lambda a: None, lambda a: a]
)
sweep(
    "tw.MovingPicture",
    lambda w, v: tw.MovingPicture(lambda a: tn.images.grid(np.zeros((1, 2, 2)), 1), a=v),
    type=[None, 3, "abc", ["0", "1", "0"]],
    size=[(), (0, 1), (1, 0, 0), (0, 1, 2)],
    nan=[(0, NAN, 0), (0, 1, NAN)],
)
row("tw.MovingPicture", "empty", lambda w: tw.MovingPicture(lambda: None))
row("tw.DrawPad", "empty", lambda w: tw.DrawPad())
row("tw.save_page", "empty", lambda w: tw.save_page("page.html"))
sweep("tw.save_page", lambda w, v: tw.save_page("page.html", v), type=[None, 3, "explorer"])
sweep("tw.save_page", lambda w, v: tw.save_page(v, tw.ParameterView(w.net.parameters)), type=[None, 3, b"page.html"])
sweep(
    "tw.LatentExplorer",
    lambda w, v: tw.LatentExplorer(v),
    type=[None, 3, "f", lambda z: None, lambda z: "a"],
    rank=[lambda z: z],
    contradiction=[lambda z: 1 / 0],
    size=[lambda z: ones(1, 3, 3)],
    nan=[lambda z: np.full((len(z), 3, 3), NAN)],
)
sweep("tw.LatentExplorer", lambda w, v: tw.LatentExplorer(w.vae.decode, v), type=[3, "f"])
sweep(
    "tw.LatentExplorer",
    lambda w, v: tw.LatentExplorer(w.vae.decode, w.vae.encode, v),
    type=["x", 3],
    rank=[ones(28)],
    size=[ones(2, 9, 9)],
    dtype=[np.ones((2, 28, 28), int)],
    nan=[np.full((2, 28, 28), NAN)],
)
sweep("tw.LatentExplorer", lambda w, v: tw.LatentExplorer(w.vae.decode, dimensions=v), huge=[33], **NOT_A_COUNT)
sweep("tw.LatentExplorer", lambda w, v: tw.LatentExplorer(w.vae.decode, rng=v), type=[3, "0"])
sweep(
    "tw.LatentExplorer.move",
    lambda w, v: w.explorer.move(v),
    type=[None, "x", {}],
    rank=[ones(2, 2)],
    size=[ones(3)],
    nan=[[NAN, 0]],
    empty=[[]],
)
sweep("tw.LivePaths", lambda w, v: tw.LivePaths(v, ones(1, 28, 28)), type=[None, 3, tn.ReLU()])
row("tw.LivePaths", "contradiction", lambda w: tw.LivePaths(w.fractal.at("test"), ones(1, 28, 28)))
sweep("tw.LivePaths", lambda w, v: tw.LivePaths(w.fractal, v), **IMAGES)
sweep(
    "tw.LivePaths",
    lambda w, v: tw.LivePaths(w.fractal, ones(1, 28, 28), v),
    type=[None, "0", 1.5],
    negative=[-1],
    nan=[NAN],
)
sweep(
    "tw.ModeLens",
    lambda w, v: tw.ModeLens(v, w.test_net, w.x),
    type=[None, 3, [3], np.tanh],
    empty=[()],
    contradiction=[(tn.ReLU(),)],
)
sweep(
    "tw.ModeLens",
    lambda w, v: tw.ModeLens(w.net, v, w.x),
    type=[None, 3, [3], np.tanh],
    empty=[()],
    contradiction=[(tn.ReLU(),)],
)
row("tw.ModeLens", "contradiction", lambda w: tw.ModeLens(w.test_net, w.net, w.x))
sweep("tw.ModeLens", lambda w, v: tw.ModeLens(w.net, w.test_net, v), **X | {"dtype": X["dtype"][:2], "huge": []})
sweep(
    "tw.ModeLens", lambda w, v: tw.ModeLens(w.net, w.test_net, w.x, v), **NOT_A_COUNT | {"type": ["3", 2.5, [3], True]}
)
sweep("tw.TextStepper", lambda w, v: tw.TextStepper(v, "abcd"), type=[None, 3, "gpt", w_layer])
sweep(
    "tw.TextStepper",
    lambda w, v: tw.TextStepper(w.gpt, v),
    type=[None, 3, [1, 2, 3, 4]],
    size=["abc", "abcde", ["a", "b"]],
    contradiction=["abca", str],
)
sweep("tw.TextStepper", lambda w, v: tw.TextStepper(w.gpt, "abcd", v), type=[3, "f"])
sweep(
    "tw.TextStepper",
    lambda w, v: tw.TextStepper(w.gpt, "abcd", prompt=v),
    type=[None, 3, ["a"]],
    size=["abcdabcd"],
    contradiction=["xyz"],
)
sweep(
    "tw.TextStepper",
    lambda w, v: tw.TextStepper(w.gpt, "abcd", temperature=v),
    negative=[-1],
    **NOT_A_NUMBER,
)
sweep("tw.TextStepper", lambda w, v: tw.TextStepper(w.gpt, "abcd", rng=v), type=[3, "0"])
sweep(
    "tw.TextStepper.read",
    lambda w, v: tw.TextStepper(w.gpt, "abcd").read(v),
    type=[None, 3, ["a"]],
    size=["abcdabcd"],
    contradiction=["xyz"],
)
sweep(
    "tw.TextStepper.take",
    lambda w, v: tw.TextStepper(w.gpt, "abcd").take(v),
    type=[None, "a", 1.5, [1]],
    negative=[-1],
    huge=[4],
)
sweep(
    "tw.ParameterView",
    lambda w, v: tw.ParameterView(v),
    type=[None, 3, "W", [None], w_layer],
    empty=[()],
    contradiction=[[tn.Parameter("a", [1.0]), tn.Parameter("a", [1.0])], [tn.Parameter("e", np.ones((0, 3)))]],
)
sweep("tw.ParameterView", lambda w, v: tw.ParameterView(w.net.parameters, v), type=[None, 3, "g", [None]])
sweep("tw.TrainingCockpit", lambda w, v: tw.TrainingCockpit(v, w.batches), type=[None, 3, lambda x: x])
sweep(
    "tw.TrainingCockpit",
    lambda w, v: tw.TrainingCockpit(w.train, v),
    type=[None, 3, "xy", [3], [None]],
    empty=[[], iter(())],
)
sweep(
    "tw.TrainingCockpit",
    lambda w, v: tw.TrainingCockpit(w.train, [(v, w.y)]),
    **{k: v for k, v in X.items() if k not in ("nan", "infinity", "huge")},
)
sweep("tw.TrainingCockpit", lambda w, v: tw.TrainingCockpit(w.train, w.batches, v), type=[3, "f"])
sweep("tw.TrainingCockpit", lambda w, v: tw.TrainingCockpit(w.train, w.batches, unit=v), type=[3, None])
sweep("tw.TwoGraphs", lambda w, v: tw.TwoGraphs(v), type=[None, 3, "g", []])
row("tw.TwoGraphs", "empty", lambda w: tw.TwoGraphs())
sweep("tw.TwoGraphs", lambda w, v: tw.TwoGraphs(w.graph, train=v), type=[3, "train", w_layer])
sweep(
    "tw.TwoGraphs",
    lambda w, v: tw.TwoGraphs(w.graph, train=w.train, inputs=v),
    type=[3, None],
    empty=[()],
    size=[(ones(6, 9), np.zeros(6, int))],
)
sweep("tw.TwoGraphs", lambda w, v: tw.TwoGraphs(w.graph, depth=v), type=["1", 1.5, None], negative=[-1], nan=[NAN])
