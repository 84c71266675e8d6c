"""What every notebook of the course must be: whole, run, honest about what it needs, with exercises that check."""

import itertools
import os.path
import re

import nbformat
import numpy as np
import pytest
from course import CHECK, FOLDER, PATHS, exercises

import teachnn as tn
from teachnn.models.diffusion import levels

NOTEBOOKS = {path.stem: nbformat.read(path, 4) for path in PATHS}
EXERCISES = [exercise for notebook in NOTEBOOKS.values() for exercise in exercises(notebook)]

LESSONS = [path for path in PATHS if path.name[0].isdigit()]  # in the order in which they are read
FOLDED = {"source_hidden": True, "outputs_hidden": True}

each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.number)


def number(name):
    """Return what an exercise's number begins with: 03 of 03_two_functions, maths of maths."""
    return name.partition("_")[0]


def texts(name):
    return [cell.source for cell in NOTEBOOKS[name].cells if cell.cell_type == "markdown"]


def codes(name):
    return [cell for cell in NOTEBOOKS[name].cells if cell.cell_type == "code"]


@each_notebook
def test_every_cell_was_run_in_order_without_an_error(name):
    assert [cell.execution_count for cell in codes(name)] == list(range(1, len(codes(name)) + 1))
    outputs = [output for cell in codes(name) for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


@each_notebook
def test_nothing_in_it_belongs_to_one_machine(name):
    said = [cell.source for cell in NOTEBOOKS[name].cells]
    for output in (output for cell in codes(name) for output in cell.outputs):
        said += [output.get("text", ""), *(v for k, v in output.get("data", {}).items() if k != "image/png")]
    assert re.findall(r"(?:/home/|/tmp|/root|/Users/|site-packages|C:\\\\).*", "\n".join(said)) == []
    assert str(FOLDER.parent) not in "\n".join(said)
    assert "widgets" not in NOTEBOOKS[name].metadata


@each_notebook
def test_its_first_cell_says_what_is_learnt_how_long_it_takes_and_what_it_needs(name):
    top = texts(name)[0]
    assert top.startswith(f"# {number(name).capitalize()} · ")
    for word in ("**You will learn**", "**Time**", "**You need**"):
        assert word in top


@each_notebook
def test_it_ends_in_a_summary(name):
    assert any("\n## In short\n" in f"\n{text}" for text in texts(name))


@pytest.mark.parametrize(("path", "following"), list(itertools.pairwise(LESSONS)), ids=lambda path: path.stem)
def test_a_lesson_ends_in_a_link_to_the_next(path, following):
    assert f"]({os.path.relpath(following, path.parent)})" in texts(path.stem)[-1]


@each_notebook
def test_a_cell_that_serves_the_tests_alone_is_tagged_and_folded_and_one_that_is_folded_is_compared(name):
    for cell in codes(name):
        lines = "".join(output.get("text", "") for output in cell.outputs).splitlines()
        only_true = bool(lines) and all(line.endswith(": True") for line in lines)
        tags, folded = cell.metadata.get("tags", []), cell.metadata.get("jupyter") == FOLDED
        assert ("check" in tags) == folded, cell.source
        if folded:
            assert only_true and "nbval-ignore-output" not in tags, cell.source


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_links_lead_to_files_that_are_there(path):
    for text in texts(path.stem):
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith(("https://", "data:", "attachment:")) or (path.parent / target).is_file(), target


@each_notebook
def test_its_cells_are_short(name):
    for cell in codes(name):
        assert len(cell.source.splitlines()) <= 40, cell.source
        assert all(len(line) <= 88 for line in cell.source.splitlines()), cell.source


@each_notebook
def test_it_has_three_exercises_or_more_in_order(name):
    numbers = [exercise.number for exercise in exercises(NOTEBOOKS[name])]
    assert numbers == [f"{number(name)}.{i}" for i in range(1, len(numbers) + 1)] and len(numbers) >= 3
    assert len(numbers) == sum(bool(CHECK.search(cell.source)) for cell in codes(name))


NOT_MET = {
    "tn.CheckpointError": "an error: shown in notebook 01 by what it says",
    "tn.Averaged": "made by average.of(layer)",
    "tn.Detached": "made by layer.detached()",
    "tn.Drawing": "made by tn.draw",
    "tn.Graph": "made by a function's graph(x)",
    "tn.History": "made by a training function's fit",
    "tn.InputTypeError": "an error: shown in notebook 08 by what it says",
    "tn.Mode": 'a type: "train" or "test"',
    "tn.Optimizer": "what SGD and the others have in common",
    "tn.models": "the notebooks import a model from its file",
    "tn.Snapshot": "for whoever builds a widget: all that a step may change, put back",
    "tn.StepResult": "made by a training function's step",
}


def met(name):
    """Return whether a lesson writes the name: as code does, tn.loss.hinge, or in a text, `hinge` or `hinge(...)`."""
    last = re.escape(name.rpartition(".")[2])
    pattern = re.compile(rf"\b{re.escape(name)}\b|`{last}[`(]")
    return any(pattern.search(cell.source) for notebook in NOTEBOOKS.values() for cell in notebook.cells)


def test_every_public_name_is_met_in_a_lesson():
    rooms = {"tn": tn, "tn.init": tn.init, "tn.schedule": tn.schedule, "tn.loss": tn.loss, "tn.ops": tn.ops}
    names = {f"{room}.{name}" for room, module in rooms.items() for name in module.__all__}
    assert {name for name in names if not met(name)} == set(NOT_MET)


@each_exercise
def test_the_check_gives_a_hint_on_the_stub_and_passes_the_solution(exercise):
    space = {}
    exec(exercise.before, space)
    exec(exercise.stub, space)
    stub = tn.check.exercise(exercise.number, eval(exercise.answer, space))
    assert not stub and f"Exercise {exercise.number}, not yet: " in repr(stub) and "raised" not in repr(stub)
    exec(exercise.solution, space)
    solution = tn.check.exercise(exercise.number, eval(exercise.answer, space))
    assert solution and repr(solution).startswith(f"Exercise {exercise.number} is right. "), repr(solution)


def in_place(layer, x, times):
    for _ in range(times):
        x += layer(x)
    return x


def of_mean_logits(net, count):
    def answer(x):
        logits = np.stack([net(x) for _ in range(count)])
        draws = tn.ops.softmax(logits.reshape(-1, 10)).reshape(logits.shape)
        return tn.ops.softmax(logits.mean(axis=0)), draws.std(axis=0)

    return tn.TestFunction(answer, modes=("test", "train"))


def residual(layer, x, times):
    return x if times == 0 else residual(layer, x + layer(x), times - 1)


def gain(bn):
    return bn.gamma.value / np.sqrt(bn.variance.value + bn.eps)


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("01.2", lambda shape, rng: rng.uniform(-1, 1, shape) * np.sqrt(6 / shape[0]), "normal"),
        ("01.3", lambda net, f: tn.TrainFunction(f, net[-1].parameters, tn.SGD(1.0)), r"tn\.SGD\(0\.1\)"),
        ("02.5", lambda y, g: g**2 * y * (1 - y), "twice the g"),
        ("02.6", in_place, "x has changed"),
        ("02.8", lambda w, g, v, rate, mu: (w - rate * v, mu * v + g), "the new velocity"),
        ("02.8", lambda w, g, v, rate, mu: (w - rate * g, mu * v + (1 - mu) * g), "plus g"),
        ("02.9", lambda x, g: np.where(np.arange(4)[::-1] == x[::-1].argmax(), g, 0.0), "the first"),
        ("04.4", of_mean_logits, "softmax is not linear"),
        ("14.2", lambda x, t, e: x - levels(t)[1] * e, "the data themselves"),
        ("15.1", lambda d, m: -np.log(np.concatenate([d, 1 - m])).mean(), "each averaged"),
        ("15.3", lambda x: np.concatenate(np.split(x, 2), axis=1), "one after the other"),
        ("16.2", lambda bn, dense: (gain(bn)[:, None] * dense.W.value, dense.b.value), "goes through W too"),
        ("17.1", lambda gradients, rows: sum(gradients), "not that of the whole batch"),
    ],
)
def test_an_answer_that_is_nearly_right_gets_a_hint(number, answer, hint):
    verdict = tn.check.exercise(number, answer)
    assert not verdict and re.search(hint, repr(verdict)), repr(verdict)


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("00.1", lambda p, labels: float(np.sum(np.argsort(p)[:, -1] == labels)) / len(labels)),
        ("00.2", lambda p: min(range(len(p)), key=lambda i: max(p[i]))),
        ("00.3", lambda net: int(sum(np.prod(p.shape) for p in net.parameters))),
        ("01.1", lambda a, b: tuple(p.name for p in a.parameters if p in b.parameters)),
        ("01.2", lambda shape, rng: rng.normal(0, (2 / shape[0]) ** 0.5, shape)),
        ("01.3", lambda net, f: tn.TrainFunction(f, [net[-1].W, net[-1].b], tn.SGD(learning_rate=0.1))),
        ("02.5", lambda y, g: (y - y**2) * g),
        ("02.6", residual),
        ("02.7", lambda f, w: (8 * (f(w + 1e-4) - f(w - 1e-4)) - f(w + 2e-4) + f(w - 2e-4)) / 12e-4),
        ("02.8", lambda w, g, v, rate, mu: [w - rate * mu * v - rate * g, mu * v + g]),
        ("02.9", lambda x, g: g * np.eye(4)[max(range(4), key=lambda i: x[i])]),
        ("03.1", lambda a, b: [p.name for p in a.parameters if not any(p is q for q in b.parameters)]),
        ("03.2", lambda net: tn.TestFunction(lambda x: net.at("test")[:-1](x))),
        ("04.1", lambda x, rate: (x**2 / (1 - rate) - x**2) ** 0.5),
        ("04.2", lambda W, keep: np.multiply(W, keep)),
        ("12.1", lambda inputs, units: sum(3 * n * units for n in (inputs, units, 1, 1))),
        ("12.4", lambda i, k: 1 - k / (k + np.exp(min(i / k, 600)))),
        ("14.1", lambda x, t, e: np.tensordot(np.array(levels(t)), np.stack([x, e]), 1)),
        ("15.1", lambda d, m: float(np.log1p(1 / d - 1).mean() + np.log1p(m / (1 - m)).mean())),
        ("15.3", lambda x: np.concatenate([x[::2], x[1::2]], axis=1)),
        ("16.1", lambda logits, T: (e := np.exp(logits / T)) / e.sum(axis=1, keepdims=True)),
        ("17.1", lambda gradients, rows: np.average(gradients, axis=0, weights=rows)),
        ("17.2", lambda compute, send: 1 + int(np.argmin([compute / n + n * send for n in range(1, 101)]))),
        ("05.1", lambda system, m: {"PyTorch": m, "Lasagne": m}.get(system, 1 - m)),
        ("05.2", lambda share, rate: next(k for k in range(10_000) if (1 - rate) ** k <= share)),
        ("05.4", lambda dense, bn: (dense.W.value * gain(bn), bn.at("test")(dense.b.value[None])[0])),
    ],
)
def test_a_right_answer_that_is_written_in_another_way_is_right(number, answer):
    verdict = tn.check.exercise(number, answer)
    assert verdict, repr(verdict)
