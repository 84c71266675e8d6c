"""Whatever a hurried hand gives to whatever public name: an error in the library's own words, and nothing has changed.

The table is in bad_inputs.py. Each input is tried in one world, whose every bit is compared before and after.
"""

import dataclasses
import hashlib
import json
import re
import threading
from types import SimpleNamespace

import bad_inputs
import numpy as np
import pytest
import traitlets
from autograd.tracer import trace_stack

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models import classifier, faces, fractalnet, gpt, vae
from teachnn.parameters import change

FORM = re.compile(r"\S.*: expected .+, got ", re.DOTALL)  # who, what was expected, what came; then a cure
OURS = (ValueError, TypeError, RuntimeError, FloatingPointError, AssertionError, OSError)
# Python's own words that say all: a wrong number of arguments, a frozen object, a trait of a widget.
PLAIN = re.compile(
    r"(missing|takes|got an unexpected|got multiple) .*argument|cannot assign to field|argument after \*"
)


def the_world(folder):
    """Return one of everything, small, and `bits()`, the hash of all that may not change."""
    rng = tn.rng(0)
    net = tn.Sequential(
        tn.Dense.create("h", 4, 5, rng),
        tn.BatchNorm.create("bn", 5, mode="train"),
        tn.ReLU(),
        tn.Dropout(0.5, rng, mode="train"),
        tn.Dense.create("out", 5, 3, rng),
    )
    test_net = net.at("test")
    w = SimpleNamespace(rng=rng, net=net, test_net=test_net, folder=folder, variables=net.parameters + net.statistics)
    w.x, w.y = rng.standard_normal((6, 4), dtype=np.float32), np.array([0, 1, 2, 0, 1, 2])
    w.objective = lambda x, y: tn.loss.cross_entropy(net(x), y)
    w.train_with = lambda optimizer: tn.TrainFunction(w.objective, net.parameters, optimizer)
    w.train_of = lambda objective: tn.TrainFunction(objective, net.parameters, tn.SGD())
    w.make = w.train_with
    w.train, w.classify = w.train_with(tn.Adam()), tn.TestFunction(test_net, name="classify")
    w.train(w.x, w.y)
    w.batches = tn.data.batches(w.x, w.y, size=2, rng=rng)
    w.batches_state = rng.bit_generator.state
    w.graph = w.train.graph(w.x, w.y)
    w.conv = tn.Conv2D.create("conv", (1, 2), rng)
    w.bn_parts = (net[1].gamma, net[1].beta, net[1].mean, net[1].variance)
    w.fits = {"h": (2, 4), "bn": (2, 5), "conv": (2, 8, 8, 1), "ln": (2, 5)}
    w.vae, w.digits = vae.VAE(2, rng, hidden=8), classifier.Classifier(classifier.dense_network(rng, 8))
    w.faces, w.lnet, w.anet = tn.data.drawn_faces(2, 2, rng), faces.LNet(3, rng), faces.ANet(2, 3, rng)
    w.fractal = fractalnet.FractalNet.create(rng, 2, (2, 3))
    w.linear = faces.LinearAttributes(rng.random((2, 2, 4)), np.array([[True], [False]]))
    w.gpt = gpt.GPT(4, 6, rng, width=8, heads=2, blocks=1)
    w.explorer = tw.LatentExplorer(w.vae.decode)
    w.saved = folder / "saved.safetensors"
    tn.save(w.saved, w.variables, w.train, {"noise": rng})

    def file(content):
        (folder / "given").write_bytes(content)
        return folder / "given"

    def saved_with(value):
        gone = tn.Parameter("h.b", np.zeros(5))
        change([(gone, "stored", np.full(5, value, np.float32))])  # past the door
        path = folder / "given"
        tn.save(path, [gone if v.name == "h.b" else v for v in w.variables])
        return path

    everything = (w.vae, w.digits.net, w.lnet.convolutions, w.lnet.head, w.anet.convolutions, w.fractal)
    variables = [*w.variables, *(p for part in everything for p in part.parameters), *w.fractal.statistics]

    def bits():
        digest = hashlib.sha256()
        for array in (*(v.stored for v in variables), *w.train.memory.values(), w.x, w.faces.images):
            digest.update(array.tobytes())
        seen = [w.train.steps, rng.bit_generator.state, len(w.train.history.steps), w.explorer.z, trace_stack.top]
        seen += [w.saved.read_bytes().hex(), sorted(p.name for p in folder.iterdir() if p.name != "given")]
        digest.update(json.dumps(seen, default=str).encode())
        return digest.hexdigest()

    w.file, w.saved_with, w.bits = file, saved_with, bits
    return w


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = the_world(tmp_path_factory.mktemp("world"))
    yield w
    w.explorer.close()


def complaint(world, call) -> str:
    """Return what is wrong with how a bad input was met; "" if it was refused as it should be."""
    before = world.bits()
    try:
        call(world)
        said = "it was taken"
    except OURS as error:
        said = str(error)
        said = "" if FORM.match(said) or PLAIN.search(said) else f"{type(error).__name__}: {said}"
    except (traitlets.TraitError, dataclasses.FrozenInstanceError):  # they name the trait or the field
        said = ""
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    if world.bits() != before:
        said += " (and something has changed)"
    return said


@pytest.mark.parametrize("name", bad_inputs.TABLE)
def test_a_bad_input_is_refused_in_our_words_and_changes_nothing(name, world):
    with np.errstate(all="ignore"):
        found = {f"{i} {kind}": complaint(world, call) for i, (kind, call) in enumerate(bad_inputs.TABLE[name])}
    assert {place: said for place, said in found.items() if said} == {}


def test_every_public_name_stands_in_the_table_or_nothing_can_be_wrong_with_it():
    names, listed = {name for name, _ in bad_inputs.public_names()}, set(bad_inputs.TABLE)
    assert names - listed - set(bad_inputs.NOTHING_CAN_BE_WRONG) == set()
    assert listed - names == set(), "a row of a name that is gone"
    assert not listed & set(bad_inputs.NOTHING_CAN_BE_WRONG)


def test_no_bad_input_left_a_thread_behind(world):
    assert {t.name for t in threading.enumerate() if "teachnn" in t.name} <= {"teachnn pulse"}


def test_the_check_notices_what_is_taken_what_is_foreign_and_what_changed(world):
    assert complaint(world, lambda w: None) == "it was taken"
    assert complaint(world, lambda w: 1 / 0).startswith("ZeroDivisionError")
    assert complaint(world, lambda w: np.ones(3) @ np.ones(4)).startswith("ValueError")

    def drawn(w):
        w.rng.random()
        raise tn.InputError("who", "this", "that")

    assert complaint(world, drawn) == " (and something has changed)"
