"""The answers to the exercises of notebook 11, on functions that leave, and its project's milestone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from teachnn import export
from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.export import Input, Operation, Program
from teachnn.functions import SGD, Adam, TestFunction, TrainFunction
from teachnn.layers import Dense, ReLU, Reshape, Sequential
from teachnn.ops import sigmoid
from teachnn.parameters import Parameter, init

DATA = re.compile('<script type="application/json" id="page">(.*?)</script>', re.S)


def dense(name: str, inputs: int, units: int, rng: np.random.Generator) -> Dense:
    """Return a layer whose bias is not zero."""
    W, b = (rng.standard_normal(shape).astype(np.float32) for shape in ((inputs, units), (units,)))
    return Dense(Parameter(f"{name}.W", W), Parameter(f"{name}.b", b))


def decoder(name: str, latent: int, hidden: Sequence[int], side: int) -> TestFunction[Any]:
    """Return a function from points to pictures: dense layers, a ReLU after each but the last, a sigmoid."""
    rng, layers = init.rng(0), []
    for i, (inputs, units) in enumerate(zip([latent, *hidden], [*hidden, side * side], strict=True)):
        layers += [dense(f"{name}{i}", inputs, units, rng), ReLU()]
    net = Sequential(*layers[:-1], Reshape((side, side)))
    return TestFunction(lambda z: sigmoid(net(z)), name="decode")


def exercise_1(run: Any) -> str:
    """Check run(program, x) -> what the program answers."""
    for function, latent in ((decoder("a", 2, [8], 4), 2), (decoder("b", 3, [6, 5], 3), 3)):
        told = export.program(function, np.zeros((2, latent)))
        x = init.rng(1).standard_normal((7, latent)).astype(np.float32)
        right, before = function(x), set(told.parameters)
        found = run(told, x)
        expect(not isinstance(found, dict), "return the one array that the program's output names, not all of them")
        shape = np.shape(found)
        expect(shape == right.shape, f"pictures of shape {right.shape} are to come out for 7 points, got shape {shape}")
        expect(
            np.allclose(found, right, atol=1e-5),
            "the shape is right, the numbers differ: all operations, in their order",
        )
        expect(set(told.parameters) == before, "the program has changed: put the arrays into a dictionary of your own")
    return "You have written what a page, ONNX Runtime and PyTorch do: an interpreter of a list."


def exercise_2(as_torch: Any) -> str:
    """Check as_torch(dense) -> {"weight": (units, inputs), "bias": (units,)}."""
    layer = dense("d", 3, 3, init.rng(0))  # square: its shape tells nothing
    found = as_torch(layer)
    expect(set(found) == {"weight", "bias"}, "two names are expected, weight and bias")
    weight, bias = (np.asarray(found[name]) for name in ("weight", "bias"))
    expect(np.array_equal(bias, layer.b.value), "the bias is the same there")
    expect(not np.array_equal(weight, layer.W.value), "here x @ W, there x @ weight.T: one of them has to be turned")
    expect(np.array_equal(weight, layer.W.value.T), "the weight is to hold the numbers of W, each in its new place")
    return "For a square weight no error would ever tell you: the pictures would just be wrong."


def exercise_3(luggage: Any) -> str:
    """Check luggage(train) -> how many numbers."""
    layer = dense("d", 4, 3, init.rng(0))  # 15 numbers
    for optimizer, right, hint in (
        (SGD(0.1), 15, "SGD remembers nothing: only its parameters' numbers have to go"),
        (Adam(0.1), 45, "Adam remembers two numbers for each that it moves: they are in train.memory"),
    ):
        found = luggage(TrainFunction(lambda x: (layer(x) ** 2).sum(), layer.parameters, optimizer))
        expect(found == right, f"{hint}; {right} are expected, got {found!r}")
    return "Three times its parameters with Adam; a test function takes along only those that it reads."


def milestone_1(page: Any) -> str:
    """Check the path of a page: a function in it reads test digits."""
    path = Path(page)
    expect(path.is_file(), f"there is no file {path.name}: tw.save_page writes it")
    found = DATA.search(path.read_text("utf-8"))
    expect(found is not None, "this file is no page of tw.save_page")
    readers = [f for f in _programs(json.loads(found[1] if found else "")) if f.inputs[0].shape == (None, 28, 28)]
    digits = mnist().test
    answers = [np.asarray(f(pixels(digits.images[:1000]))) for f in readers]
    answers = [y for y in answers if y.shape == (1000, 10)]
    expect(answers, "no function in the page makes ten numbers of a picture: tw.DrawPad(classify=classify)")
    right = max(np.mean(y.argmax(axis=1) == digits.labels[:1000]) for y in answers)
    expect(right >= 0.95, f"the page reads {right:.0%} of the test digits; 95% are asked for")
    megabytes = path.stat().st_size / 1e6
    expect(megabytes <= 1.5, f"the page has {megabytes:.1f} MB; 1.5 are allowed: half=True, or fewer units")
    return f"The page reads {right:.0%} of the test digits, and has {megabytes:.1f} MB."


def _programs(page: dict[str, Any]) -> list[Program]:
    """Return the functions that a page holds, as programs of numpy."""
    dtype = "<f2" if page["half"] else "<f4"
    arrays = {
        key: np.frombuffer(base64.b64decode(a["data"]), dtype).reshape(a["shape"]).astype(np.float32)
        for key, a in page["arrays"].items()
    }
    return [
        Program(
            name=name,
            kind="test",
            inputs=tuple(Input(x["name"], tuple(x["shape"]), "float32") for x in told["inputs"]),
            parameters={own: arrays[key] for own, key in told["arrays"].items()},
            constants={},
            operations=tuple(
                Operation(
                    step["type"],
                    tuple(step["inputs"]),
                    {setting: _plain(value) for setting, value in step["settings"].items()},
                    step["output"],
                    shape=(),
                    dtype="float32",
                )
                for step in told["operations"]
            ),
            outputs=tuple((label, output) for label, output in told["outputs"]),
        )
        for widget in page["widgets"]
        for name, told in widget["programs"].items()
    ]


def _plain(value: Any) -> Any:
    """Return a setting as Python has it: JSON knows neither tuples nor infinity."""
    if isinstance(value, list):
        return tuple(value)
    return float(value) if value in ("Infinity", "-Infinity") else value
