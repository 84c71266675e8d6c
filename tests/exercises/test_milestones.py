"""Each milestone of a project: the stub in the notebook gets a hint, and work that does what is asked reaches it."""

import itertools
import re
import tempfile
from pathlib import Path

import autograd.numpy as anp
import nbformat
import numpy as np
import pytest
from course import PATHS

import teachnn as tn
import teachnn_widgets as tw
from teachnn.exercises.lesson_02 import spirals
from teachnn.models.classifier import Classifier
from teachnn.models.diffusion import Diffusion, levels
from teachnn.models.faces import ANet
from teachnn.models.plane import rings
from teachnn.models.recurrent import RecurrentNet, waves
from teachnn.models.shipped import folded, quantised

CALL = re.compile(r'tn\.check\.milestone\("(.+?)", ')


def maths_1():
    mean, log_deviation = tn.Parameter("mean", 0.0), tn.Parameter("log_deviation", 0.0)

    def log_density(x):
        away = (x - mean.value) / np.exp(log_deviation.value)
        return -(away**2) / 2 - log_deviation.value - np.log(2 * np.pi) / 2

    def surprise(x):
        return -log_density(x).mean()

    train = tn.TrainFunction(surprise, [mean, log_deviation], tn.SGD(0.1))
    for _ in range(300):
        train(tn.rng(5).normal(3, 0.5, (400, 1)))
    return train, tn.TestFunction(log_density, name="log_density")


def spirals_told_apart():
    rng = tn.rng(0)
    first, inner = tn.Dense.create("a", 2, 32, rng), tn.Dense.create("b", 32, 32, rng)
    last, curve = tn.Dense.create("c", 32, 2, rng), tn.Tanh()

    def net(x):
        h = curve(first(4 * x))
        return last(h + curve(inner(h)))

    parameters = first.parameters + inner.parameters + last.parameters
    train = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), parameters, tn.Adam(0.01))
    points, labels = spirals(400, rng)
    for _ in range(400):
        train(points, labels)
    return tn.TestFunction(lambda x: tn.ops.softmax(net(x)))


def adapted_to_fog(net, images):
    see = tn.TrainFunction(lambda x: 0 * net(x).sum(), net.parameters, tn.SGD(0.1))
    for x in np.split(images, len(images) // 100):
        see(x)
    return tn.TestFunction(net.at("test"))


def digits_asked_for():
    """Return a generator that draws the mean picture of the digit that is asked for."""
    digits = tn.data.mnist().train
    means = np.stack([tn.data.pixels(digits.images[digits.labels == digit]).mean(axis=0) for digit in range(10)])
    return lambda z, y: means[y.argmax(axis=1)], 2


def two_heads():
    rng, digits = tn.rng(0), tn.data.mnist().train
    body = tn.Sequential(tn.Flatten(), tn.Dense.create("body", 784, 128, rng), tn.ReLU())
    head, helper = tn.Dense.create("head", 128, 10, rng), tn.Dense.create("large", 128, 2, rng)

    def objective(x, y):
        h = body(x)
        large = (y >= 5).astype(int)
        return {"digit": tn.loss.cross_entropy(head(h), y), "helper": tn.loss.cross_entropy(helper(h), large)}

    train = tn.TrainFunction(objective, body.parameters + head.parameters + helper.parameters, tn.Adam(2e-3))
    train.fit(tn.data.batches(digits.images[:10_000], digits.labels[:10_000], size=100, rng=rng), 4, progress=False)
    classify = tn.TestFunction(lambda x: head(body(x)), name="classify")
    drawing = """
    objective: x -> Flatten -> body -> ReLU -> head -> digit -> digit + helper
    objective: ReLU -> large -> helper -> digit + helper
    objective: y -> digit
    classify: x -> Flatten -> body -> ReLU -> head -> output
    shared: body.*, head.*
    """
    x, y = digits.images[:4] / 255, digits.labels[:4]
    verdict = tn.check.graphs(drawing, train.graph(x, y), classify.graph(x))
    assert verdict, repr(verdict)
    return train, classify


def second_task(body):
    new = tn.Dense.create("new", 128, 5, tn.rng(7))
    net = tn.Sequential(body, new)
    train = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), new.parameters, tn.Adam(3e-3))
    return train, tn.TestFunction(net, name="classify")


def better_reader():
    labels = tn.data.mnist().test.labels  # as if it had learnt them all
    return tn.TestFunction(lambda x: np.eye(10, dtype=np.float32)[labels[: len(x)]])


def reader_with_dropout(images, labels):
    rng = tn.rng(0)
    first, last = tn.Dense.create("h", 784, 256, rng), tn.Dense.create("out", 256, 10, rng)
    inner = tn.Dense.create("inner", 256, 256, rng)
    drop = [tn.Dropout(rate, rng, mode="train") for rate in (0.2, 0.5, 0.5)]
    hidden = first, tn.ReLU(), drop[1], inner, tn.ReLU(), drop[2]
    net = tn.Sequential(tn.Flatten(), drop[0], *hidden, last)
    schedule = tn.schedule.Cosine(2e-3, 1e-5, steps=300)
    train = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), net.parameters, tn.Adam(schedule))
    train.fit(tn.data.batches(images, labels, size=100, rng=rng), 30, progress=False)
    return tn.TestFunction(net.at("test"))


def both_at_once():
    anet = ANet(5, 10, tn.rng(0))

    def objective(x, people, tags):
        return {"who": anet.identity_objective(x, people), "tags": anet.attribute_objective(x, tags)}

    return tn.TrainFunction(
        objective, (*anet.convolutions.parameters, *anet.who.parameters, *anet.what.parameters), tn.Adam()
    )


def features_that_say_it():
    faces = tn.data.drawn_faces(20, 4, tn.rng(0))
    known, unknown = faces.split(0.5, 0.5)
    crops = [part.attributes[:, None, :, None, None].astype(np.float32) for part in (known, unknown)]
    return tn.TestFunction(lambda x: x.reshape((len(x), -1))), (crops[0], known), (crops[1], unknown)


def goes_on_by_itself(rng):
    net, steps = RecurrentNet(1, 24, rng, given=8), 500
    train = net.scheduled_function(tn.Adam(tn.schedule.Cosine(5e-3, 1e-4, steps)))
    for i in range(steps):
        train(waves(rng, 32, 25), min(1.0, 1.5 * i / steps))
    return net.go_on


def quick_reader():
    labels = tn.data.mnist().test.labels  # as if it had learnt them all
    return lambda x: (labels[: len(x)], np.full(len(x), 1)), 1000


class Shift2D(tn.ModeLayer):
    reach: int
    rng: np.random.Generator

    def forward(self, x):
        x = self.expect(x, "N", "H", "W")
        if self.mode == "test":
            return tn.ops.identity(x)
        (N, H, W), r = x.shape, self.reach
        wide = anp.pad(x, ((0, 0), (r, r), (r, r)), "constant")
        steps = tn.noise_from(self.rng).integers(0, 2 * r + 1, (N, 2))
        return anp.stack([picture[i : i + H, j : j + W] for picture, (i, j) in zip(wide, steps, strict=True)])


def distance_to_known_digits():
    """Return how far a picture is from the nearest of 5,000 that show no 2, and a threshold for that."""
    digits = tn.data.mnist().train
    known = tn.data.pixels(digits.images[digits.labels != 2]).reshape(-1, 784)
    seen, held_out = known[:5000], known[5000:6000]

    def strangeness(x):
        x = x.reshape(len(x), -1)
        return ((x**2).sum(axis=1)[:, None] - 2 * x @ seen.T + (seen**2).sum(axis=1)).min(axis=1)

    return strangeness, np.quantile(strangeness(held_out), 0.95)


def reader_of_few_bytes(images, labels):
    """Return a network of 3,504 bytes: pictures of 14 x 14 pixels, weights of 8 bits."""
    rng = tn.rng(0)
    net = tn.Sequential(
        *(tn.Reshape((28, 28, 1)), tn.AveragePool2D(2), tn.Flatten()),
        *(tn.Dense.create("h", 196, 16, rng), tn.BatchNorm.create("bn", 16, mode="train"), tn.ReLU()),
        tn.Dense.create("out", 16, 10, rng),
    )
    train = Classifier(net).train_function(tn.Adam(3e-3))
    train.fit(tn.data.batches(images, labels, size=50, rng=tn.rng(1)), epochs=10, progress=False)
    return quantised(folded(net))


def in_one_byte(gradient):
    """Return a gradient's numbers as multiples of a hundredth and a bit of the largest, and that."""
    scale = np.float32(np.abs(gradient).max() / 127 or 1)
    return [np.rint(gradient / scale).astype(np.int8), scale]


def in_floats(arrays):
    return arrays[0].astype(np.float32) * arrays[1]


def page_that_reads():
    rng, digits = tn.rng(0), tn.data.mnist().train
    net = tn.Sequential(
        tn.Flatten(), tn.Dense.create("h", 784, 100, rng), tn.ReLU(), tn.Dense.create("out", 100, 10, rng)
    )
    train = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), net.parameters, tn.Adam(2e-3))
    train.fit(tn.data.batches(digits.images[:30_000], digits.labels[:30_000], size=100, rng=rng), 3, progress=False)
    path = Path(tempfile.mkdtemp()) / "reader.html"
    tw.save_page(path, tw.DrawPad(classify=tn.TestFunction(lambda x: tn.ops.softmax(net(x)))), half=True)
    return path


def rings_in(calls):
    """Return a way from noise to rings of so many calls, closer together at the end, where the shape is decided."""
    rng, diffusion = tn.rng(0), Diffusion(2, tn.rng(0))
    train = diffusion.train_function(tn.Adam(5e-3))
    train.fit(tn.data.batches(rings(20_000, rng), size=250, rng=rng), 35, progress=False)
    times = np.linspace(1, 0, calls + 1) ** 1.5

    def way(x):
        for t, s in itertools.pairwise(times):
            (signal, noise), (signal_s, noise_s) = (map(float, levels(at)) for at in (t, s))
            e = diffusion.averaged(x, np.full((1, 1), t, np.float32))
            x = (x - noise * e) * (signal_s / signal) + noise_s * e
        return x

    return tn.TestFunction(way)


def onto_rings(z):
    """Return noise where its radius has been mapped to that of a ring: as if a GAN had learnt it."""
    radius = np.linalg.norm(z, axis=1, keepdims=True)
    share = 1 - np.exp(-(radius**2) / 2)  # from 0 to 1, all equally often
    return z / radius * (np.where(share < 0.3, 0.6, 1.5) + 0.2 * (share * 50 % 1 - 0.5))


SOLUTIONS = {
    "00.1": better_reader,
    "01.1": lambda: second_task,
    "02.1": spirals_told_apart,
    "03.1": two_heads,
    "04.1": lambda: reader_with_dropout,
    "05.1": lambda: adapted_to_fog,
    "06.1": both_at_once,
    "06.2": features_that_say_it,
    "07.1": quick_reader,
    "08.1": lambda: Shift2D,
    "09.1": lambda: distance_to_known_digits()[0],
    "09.2": distance_to_known_digits,
    "10.1": digits_asked_for,
    "10.2": lambda: {"reconstruction": 142.6, "KL": 4.1},
    "11.1": page_that_reads,
    "12.1": lambda: goes_on_by_itself,
    "13.1": lambda: lambda a, b: a - b,
    "14.1": lambda: rings_in(5),
    "14.2": lambda: rings_in(3),
    "15.1": lambda: tn.TestFunction(onto_rings),
    "15.2": lambda: tn.TestFunction(onto_rings),
    "16.1": lambda: reader_of_few_bytes,
    "17.1": lambda: (in_one_byte, in_floats),
    "maths.1": maths_1,
}


def asked():
    """Return each milestone that a notebook asks for, with what its cell printed when it was run."""
    found = {}
    for path in PATHS:
        for cell in nbformat.read(path, 4).cells:
            for number in CALL.findall(cell.source) if cell.cell_type == "code" else ():
                found[number] = cell.outputs[0]["data"]["text/plain"]
    return found


@pytest.mark.parametrize(("number", "said"), asked().items())
def test_the_stub_of_a_project_gets_a_hint_and_no_error(number, said):
    assert said.startswith(f"Milestone {number}, not yet: ") and "it raised" not in said


@pytest.mark.parametrize("number", SOLUTIONS)
def test_work_that_does_what_is_asked_reaches_the_milestone(number):
    verdict = tn.check.milestone(number, SOLUTIONS[number]())
    assert verdict, repr(verdict)


def test_each_milestone_of_the_course_has_a_solution_here():
    assert set(SOLUTIONS) == set(asked())
