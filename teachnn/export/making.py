"""How a program is made: record the function with two batches of different sizes, and keep what both have in common.

What differs between the two recordings is the batch's size, and it is left free. If anything else differs, a value has
decided what was computed: such a function cannot be carried elsewhere, and is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from teachnn.export.operations import NOISE
from teachnn.export.program import Input, Program
from teachnn.export.recording import Operation, Recorded, Recording
from teachnn.functions import TestFunction, TrainFunction
from teachnn.graphs import as_inputs, names_of, outputs_of, terms_of
from teachnn.ops import isbox, run_boxed, tracing
from teachnn.support import InputError, InputTypeError

BATCHES = 5, 7  # examples in the two recordings


def program(function: TestFunction[Any] | TrainFunction, *inputs: Any) -> Program:
    """Return the function as a program, for inputs like these; nothing is computed or changed.

    Of a training function it is the objective: its terms, and their sum as "loss". Raises InputError, naming what is in
    the way: an operation that has no place in teachnn.export.operations, or a value that decided what was computed.
    """
    if not isinstance(function, TestFunction | TrainFunction):
        cure = "tn.TestFunction(f) makes one of a Python function or a network"
        raise InputTypeError("program", "a TestFunction or TrainFunction", type(function).__name__, cure)
    python = function.objective if isinstance(function, TrainFunction) else function.function
    given = [np.asarray(x) for x in as_inputs(function.who, python, inputs)]
    given = [x.astype(np.float32) if x.dtype.kind == "f" else x for x in given]
    one, other = (_recorded(function, python, _batch(given, size)) for size in BATCHES)
    return _free(function.who, one, other)


def _batch(inputs: Sequence[np.ndarray], size: int) -> list[np.ndarray]:
    """Return the inputs as a batch of so many examples, other ones for every size."""
    batch = {len(x) for x in inputs[:1] if x.ndim}
    return [
        np.ascontiguousarray(np.resize(x[:: 1 if size == BATCHES[0] else -1], (size, *x.shape[1:])))
        if x.ndim and len(x) in batch
        else x
        for x in inputs
    ]


def _recorded(function: TestFunction[Any] | TrainFunction, python: Callable, inputs: Sequence[np.ndarray]) -> Program:
    """Return the program for inputs of just these shapes."""
    train = isinstance(function, TrainFunction)
    recording = Recording(function.who, ("train", "test") if train else function.modes)
    names = names_of(python, inputs)
    outputs: dict[str, str] = {}

    def run(boxes: list) -> None:
        result = recording.run(python, *boxes)
        named = terms_of(function.who, result) if train else outputs_of(function.who, result, function.state)
        if train and "loss" not in named:
            named = {**named, "loss": reduce(operator.add, named.values())}
        for label, value in named.items():
            outputs[label] = (
                value._node.name if isbox(value) else recording.constant_of(np.asarray(value, np.float32), ())
            )

    try:
        with tracing:
            run_boxed(run, inputs, [Recorded.new_root(recording, name) for name in names])
    except (ValueError, TypeError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        got = f"{type(error).__name__} for other inputs of the same kind: {error}"
        raise InputError(function.who, "a function of batches of any size", got) from error
    told = tuple(Input(name, x.shape, x.dtype.name) for name, x in zip(names, inputs, strict=True))
    parameters = {variable.name: variable.stored for variable in recording.variables}
    made = Program(
        function.name,
        "train" if train else "test",
        told,
        parameters,
        recording.constants,
        tuple(recording.operations),
        tuple(outputs.items()),
        () if train else function.state,
    )
    return _pruned(made)


def _pruned(whole: Program) -> Program:
    """Return the program without what its outputs do not depend on."""
    needed, steps = {name for _, name in whole.outputs}, []
    for step in reversed(whole.operations):
        if step.output in needed:
            needed.update(step.inputs)
            steps.append(step)
    keep = lambda arrays: {name: array for name, array in arrays.items() if name in needed}  # noqa: E731
    return replace(
        whole,
        operations=tuple(reversed(steps)),
        parameters=keep(whole.parameters),
        constants=keep(whole.constants),
    )


def _free(who: str, one: Program, other: Program) -> Program:
    """Return what two recordings have in common, the batch's size left free."""
    steps = []
    alike = [(s.type, s.inputs, s.output) for s in one.operations] == [
        (s.type, s.inputs, s.output) for s in other.operations
    ]
    if not alike:
        raise InputError(
            who, "the same operations for every input", "others for another", "values decided between them"
        )
    for a, b in zip(one.operations, other.operations, strict=True):
        settings = {key: _common(who, a, key, b.settings[key]) for key in a.settings}
        steps.append(replace(a, settings=settings, shape=_open(a.shape, b.shape)))
    for name, constant in one.constants.items():
        twin = other.constants.get(name)
        if twin is None or twin.shape != constant.shape or twin.tobytes() != constant.tobytes():
            user = next(s for s in one.operations if name in s.inputs)
            cure = "compute it from the input by tn.ops and autograd.numpy; a mean over the batch by .mean()"
            raise InputError(
                who, f"a constant for {user.type} in {user.layer or who}", "one that the input decides", cure
            )
    inputs = tuple(replace(x, shape=_open(x.shape, y.shape)) for x, y in zip(one.inputs, other.inputs, strict=True))
    return replace(one, inputs=inputs, operations=tuple(steps))


def _common(who: str, step: Operation, key: str, twin: Any) -> Any:
    """Return a setting with the batch's size left free: -1 in a shape, None in the shape of noise."""
    value, free = step.settings[key], None if step.type in NOISE else -1
    if value == twin:
        return value
    if key == "shape" and len(value) == len(twin):
        differ = [i for i, (m, n) in enumerate(zip(value, twin, strict=True)) if m != n]
        scaled = all(value[i] * BATCHES[1] == twin[i] * BATCHES[0] for i in differ)
        if scaled and len(differ) == 1 and (free or value[differ[0]] == BATCHES[0]):
            return tuple(free if i in differ else n for i, n in enumerate(value))
    raise InputError(
        who, f"{step.type} in {step.layer or who} for a batch of any size", f"{key}={value} for {BATCHES[0]}"
    )


def _open(one: Sequence[int | None], other: Sequence[int | None]) -> tuple[int | None, ...]:
    """Return a shape with None where the two differ."""
    return tuple(None if m != n else m for m, n in zip(one, other, strict=True))
