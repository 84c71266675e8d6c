"""Every layer of the library, small, with an input for it; and every model, with its functions."""

import dataclasses
import importlib
import inspect
import json
import pkgutil

import numpy as np
from hypothesis import strategies as st

import teachnn as tn
import teachnn.models
from teachnn.models.classifier import Classifier, convolutional_network, dense_network
from teachnn.models.convolutional_vae import ConvolutionalVAE
from teachnn.models.diffusion import Diffusion, NoiseNet
from teachnn.models.faces import ANet, LNet
from teachnn.models.fractalnet import Fractal, FractalNet, Unit
from teachnn.models.gan import GAN, Spread
from teachnn.models.gpt import GPT, Block
from teachnn.models.recurrent import RecurrentNet, Step, waves
from teachnn.models.shipped import FakeQuantised, Int8Dense, Student, quantised
from teachnn.models.vae import VAE

sizes = st.integers(1, 4)


@st.composite
def rows(draw, d=None, least=1):
    """Return numbers (n, d), and the generator for more of them."""
    rng = tn.rng(draw(st.integers(0, 2**32 - 1)))
    return rng.standard_normal((draw(st.integers(least, 4)), d or draw(sizes))), rng


@st.composite
def pictures(draw, least=1, examples=1):
    """Return numbers (n, h, w, c), and the generator for more of them."""
    rng = tn.rng(draw(st.integers(0, 2**32 - 1)))
    side = st.integers(least, least + 3)
    return rng.standard_normal((draw(st.integers(examples, 4)), draw(side), draw(side), draw(sizes))), rng


def of_rows(make, least=1):
    """Return a strategy for (layer, inputs), where make(d, rng) is the layer."""
    return rows(least=least).map(lambda drawn: (make(drawn[0].shape[1], drawn[1]), (drawn[0],)))


def of_pictures(make, least=1, examples=1):
    """Return a strategy for (layer, inputs), where make(c, rng) is the layer."""
    return pictures(least, examples).map(lambda drawn: (make(drawn[0].shape[3], drawn[1]), (drawn[0],)))


def filled(layer, rng):
    """Return the layer with parameters and statistics away from their zeros and ones."""
    for parameter in layer.parameters:
        parameter.value = parameter.value + 0.3 * rng.standard_normal(parameter.shape)
    for statistic in layer.statistics:
        statistic.value = statistic.value + rng.uniform(0.1, 0.5, statistic.shape)
    return layer


def averaged(layer):
    """Return the layer, reading means of its parameters."""
    return tn.Average(layer.parameters).of(layer)


def dense(d, rng):
    """Return a dense layer of 3 units."""
    return filled(tn.Dense.create("h", d, 3, rng), rng)


@st.composite
def convolutions(draw, kind):
    x, rng = draw(pictures(least=2))
    size, stride, padding = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 1))
    if kind is tn.ConvTranspose2D:
        padding = 0 if min(x.shape[1:3]) * stride + size <= stride + 2 * padding + 1 else padding
        padding = min(padding, (size - 1) // 2)
    else:
        padding = max(padding, (size - min(x.shape[1:3]) + 1) // 2)
    layer = kind.create("c", (x.shape[3], draw(sizes)), rng, size=size, stride=stride, padding=padding)
    return filled(layer, rng), (x,)


@st.composite
def several(draw, make):
    """Return a layer of several inputs of one shape."""
    x, rng = draw(rows())
    return make(rng), tuple(rng.standard_normal(x.shape) for _ in range(draw(sizes)))


@st.composite
def noisy_points(draw):
    """Return a net that tells noise, and points with their times."""
    x, rng = draw(rows())
    net = NoiseNet.create("net", x.shape[1], rng, width=5, blocks=1)
    return filled(net, rng), (x, rng.random((len(x), 1)))


@st.composite
def texts(draw, make):
    """Return a layer of texts, make(rng), and numbers (n, t, 4) for it."""
    rng = tn.rng(draw(st.integers(0, 2**32 - 1)))
    return filled(make(rng), rng), (rng.standard_normal((draw(sizes), draw(sizes), 4)),)


@st.composite
def steps(draw):
    """Return a GRU, and an input and a state for it."""
    x, rng = draw(rows())
    units = draw(sizes)
    layer = filled(tn.GRU.create("g", x.shape[1], units, rng), rng)
    return layer, (x, rng.standard_normal((len(x), units)))


def at(kind, make):
    """Return both modes of a layer."""
    return {f"{kind.__name__}, {mode}": (kind, make(mode)) for mode in ("train", "test")}


# name: (class, strategy for (layer, inputs))
LAYERS = {
    "Dense": (tn.Dense, of_rows(dense)),
    **{kind.__name__: (kind, of_pictures(lambda c, rng, kind=kind: kind()))
       for kind in (tn.ReLU, tn.LeakyReLU, tn.Sigmoid, tn.Softmax, tn.Softplus, tn.Tanh, tn.Flatten,
                    tn.GlobalAveragePool2D)},
    "Reshape": (tn.Reshape, of_rows(lambda d, rng: tn.Reshape((d, 1)))),
    "Conv2D": (tn.Conv2D, convolutions(tn.Conv2D)),
    "ConvTranspose2D": (tn.ConvTranspose2D, convolutions(tn.ConvTranspose2D)),
    **{kind.__name__: (kind, of_pictures(lambda c, rng, kind=kind: kind(
        2, int(rng.integers(1, 4)), padding=int(rng.integers(0, 2))), least=2))
       for kind in (tn.MaxPool2D, tn.AveragePool2D)},
    "LayerNorm": (tn.LayerNorm, of_pictures(lambda c, rng: filled(tn.LayerNorm.create("ln", c), rng))),
    "CausalSelfAttention": (tn.CausalSelfAttention, texts(lambda rng: tn.CausalSelfAttention.create("a", 4, 2, rng))),
    "Block": (Block, texts(lambda rng: Block.create("b", 4, 2, rng))),
    "FakeQuantised": (FakeQuantised, of_rows(lambda d, rng: FakeQuantised(*dense(d, rng).parameters, bits=4))),
    "Int8Dense": (Int8Dense, of_rows(lambda d, rng: quantised(tn.Sequential(dense(d, rng)))[0])),
    "GRU": (tn.GRU, steps()),
    "Step": (Step, steps().map(lambda drawn: (
        Step(drawn[0], tn.Dense.create("o", *[drawn[0].units] * 2, tn.rng(0)), name="s"), drawn[1]))),
    "Residual": (tn.Residual, of_rows(
        lambda d, rng: filled(tn.Residual(tn.Sequential(tn.Dense.create("h", d, d, rng), tn.Tanh())), rng))),
    "Join": (tn.Join, several(lambda rng: tn.Join())),
    **at(tn.BatchNorm, lambda mode: of_rows(
        lambda d, rng: filled(tn.BatchNorm.create("bn", d, mode=mode), rng), least=2)),
    **at(tn.Dropout, lambda mode: of_rows(lambda d, rng: tn.Dropout(0.4, rng, mode=mode))),
    **at(tn.DropPath, lambda mode: several(lambda rng: tn.DropPath(0.4, rng, mode=mode))),
    **at(tn.GaussianSample, lambda mode: rows().map(
        lambda drawn: (tn.GaussianSample(drawn[1], mode=mode), (drawn[0], drawn[1].standard_normal(drawn[0].shape))))),
    "Sequential": (tn.Sequential, of_rows(
        lambda d, rng: filled(tn.Sequential(tn.Dense.create("h", d, 3, rng), tn.Tanh()), rng))),
    "Detached": (tn.Detached, of_rows(lambda d, rng: dense(d, rng).detached())),
    "Averaged": (tn.Averaged, of_rows(lambda d, rng: averaged(filled(tn.Dense.create("h", d, 3, rng), rng)))),
    "NoiseNet": (NoiseNet, noisy_points()),
    **at(Unit, lambda mode: of_pictures(
        lambda c, rng: filled(Unit.create("u", (c, 2), rng, mode=mode), rng), examples=2)),
    **at(Fractal, lambda mode: of_pictures(
        lambda c, rng: filled(Fractal.create("f", 2, (c, 2), rng, tn.DropPath(0.3, rng, mode=mode)), rng), examples=2)),
    **at(FractalNet, lambda mode: rows(d=784).map(lambda drawn: (
        filled(FractalNet.create(drawn[1], 2, (2, 2)), drawn[1]).at(mode), (drawn[0].reshape(-1, 28, 28),)))),
}  # fmt: skip


SPECIAL = {tn.Embedding, Spread}  # of whole numbers; a row by its neighbours: their own tests have them

MODULES = [importlib.import_module(m.name) for m in pkgutil.iter_modules(teachnn.models.__path__, "teachnn.models.")]


def layer_classes() -> list[type]:
    """Return every class of layer that the library has, found by looking, by name."""
    found = {kind for module in (tn, *MODULES) for kind in vars(module).values() if inspect.isclass(kind)}
    layers = {kind for kind in found if issubclass(kind, tn.Layer)} - {tn.Layer, tn.ModeLayer}
    return sorted(layers, key=lambda kind: kind.__qualname__)


def model_classes() -> set[str]:
    """Return the classes of the library that have a training function of their own, found by looking."""
    kinds = [
        kind for m in MODULES for kind in vars(m).values() if inspect.isclass(kind) and kind.__module__ == m.__name__
    ]
    return {kind.__name__ for kind in kinds if any(name.endswith("_function") for name in vars(kind))}


def models(seed: int = 0) -> dict[str, tuple]:
    """Return {name: (training functions with their inputs, test functions with theirs, all layers)}, newly made."""
    rng = tn.rng(seed)
    digits, labels = rng.random((6, 28, 28), dtype=np.float32), rng.integers(0, 10, 6)
    scenes, faces = (rng.random((4, side, side, 1), dtype=np.float32) for side in (64, 32))
    tags, z = (rng.random((4, 3)) < 0.5).astype(np.float32), rng.standard_normal((6, 2), dtype=np.float32)

    def layers(model):
        return [value for value in vars(model).values() if isinstance(value, tn.Layer)]

    found = {}
    for name, make in (
        ("dense", dense_network),
        ("convolutional", convolutional_network),
        ("fractal", FractalNet.create),
    ):
        model = Classifier(make(rng))
        found[name] = [(model.train_function(tn.Adam()), (digits, labels))], [(model.classify, digits)], [model.net]
    large = tn.Sequential(tn.Flatten(), tn.Dense.create("teacher", 784, 10, rng))
    student = Student(dense_network(rng, 8), large)
    found["student"] = (
        [(student.train_function(tn.Adam()), (digits, labels))],
        [(student.classify, digits)],
        [student.net],
    )
    vae, lnet, anet = VAE(2, rng, hidden=16), LNet(3, rng), ANet(5, 3, rng)
    tests = [(vae.encode, digits), (vae.decode, z), (vae.reconstruct, digits)]
    small, colours = ConvolutionalVAE(2, rng, hidden=8, shape=(12, 9, 3)), rng.random((6, 12, 9, 3), dtype=np.float32)
    found["convolutional vae"] = (
        [(small.train_function(tn.Adam()), (colours,))],
        [(small.encode, colours), (small.decode, z)],
        layers(small),
    )
    found["vae"] = [(vae.train_function(tn.RMSProp()), (digits,))], tests, layers(vae)
    found["lnet"] = [(lnet.train_function(tn.Momentum()), (scenes, tags))], [(lnet.respond, scenes)], layers(lnet)
    who, what = anet.identity_function(tn.AdamW()), anet.attribute_function(tn.SGD())
    found["anet"] = [(who, (faces, np.arange(4))), (what, (faces, tags))], [(anet.features, faces)], layers(anet)
    gpt, tokens = GPT(7, 8, rng, width=8, heads=2, blocks=1), rng.integers(0, 7, (4, 6))
    texts = [gpt.tokens, gpt.places, *gpt.blocks, gpt.norm]
    tests = [(f, tokens) for f in (gpt.logits, gpt.attention)]
    found["gpt"] = [(gpt.train_function(tn.Adam()), (tokens,))], tests, texts
    diffusion, gan = Diffusion(2, rng, width=8), GAN(rng, width=16)
    tests = [(diffusion.sampler(3), z), (diffusion.sampler(2, averaged=False, path=True), z)]
    points = rng.standard_normal((60, 2), dtype=np.float32)  # many: their loss is a mean over noise
    trains = [(diffusion.train_function(tn.Adam()), (points,))]
    found["diffusion"] = trains, tests, [diffusion.net, diffusion.averaged]
    trains = [(gan.critic_function(tn.Adam()), (z, z[::-1].copy())), (gan.generator_function(tn.Adam()), (z,))]
    found["gan"] = trains, [(gan.generate, z), (gan.believe, z)], layers(gan)
    net, series = RecurrentNet(1, 6, rng, given=2), waves(rng, 4, 5)
    taught, scheduled = net.train_function(tn.Adam()), net.scheduled_function(tn.RMSProp())
    pair = [(taught, (series,)), (scheduled, (series, np.array(0.5, np.float32)))]
    found["recurrent"] = pair, [(net.follow, series), (net.read, series)], [net.step]
    return found


def state(layers, trains=()) -> list:
    """Return all bits of layers and training functions: variables, generators, what the optimizers remember."""
    found = [v.value.tobytes() for layer in layers for v in (*layer.parameters, *layer.statistics)]
    for train in trains:
        found += [train.steps, *(array.tobytes() for array in train.memory.values())]
    return found + [json.dumps(rng.bit_generator.state, default=str) for rng in generators(layers)]


def generators(value) -> list[np.random.Generator]:
    """Return every generator in layers, however deep inside."""
    if isinstance(value, np.random.Generator):
        return [value]
    fields = [] if isinstance(value, list | tuple) else [getattr(value, f.name) for f in dataclasses.fields(value)]
    parts = value if isinstance(value, list | tuple) else fields
    deep = (list, tuple, tn.Layer, np.random.Generator)
    return [rng for part in parts if isinstance(part, deep) for rng in generators(part)]
