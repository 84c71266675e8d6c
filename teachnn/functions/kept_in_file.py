"""The best whole step that early stopping keeps, in a checkpoint: not lost when a run goes on. Notebook 04.

Its arrays are called `best.h.W`, and `best.optimizer.sum.h.W` where the optimizer remembers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from teachnn.functions.history import Best
from teachnn.functions.stopping import Kept
from teachnn.functions.train_function import TrainFunction
from teachnn.parameters import Change, Variable

PREFIX = "best."


def to_file(
    train: TrainFunction, variables: Iterable[Variable], generators: Mapping[str, np.random.Generator]
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the arrays of the best step by their names in a file, and what else there is to say of it."""
    kept = train.kept
    if kept is None:
        return {}, {}
    value_of: dict[Any, Any] = {item: value for item, (_, _, value) in kept.changes.items()}
    steps, began, memory = value_of["_progress"]
    names = [f"{PREFIX}optimizer.{name}" for name in train.memory]
    arrays = dict(zip(names, (array for slots in memory for array in slots), strict=True))
    arrays |= {f"{PREFIX}{variable.name}": value_of[variable] for variable in variables if variable in value_of}
    states = {name: value_of[rng] for name, rng in generators.items() if rng in value_of}
    best = {"best": kept.best, "looked": kept.looked, "steps": steps, "began": began, "generators": states}
    return arrays, best | {"position": value_of["position"]}


def from_file(
    train: TrainFunction,
    variables: Iterable[Variable],
    generators: Mapping[str, np.random.Generator],
    arrays: Mapping[str, np.ndarray],
    said: Mapping[str, Any],
) -> list[Change]:
    """Return the changes that take up the best step of a file, or, without one that fits, forget what was kept."""
    found = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
    memory: dict[str, Any] = {name: found.get(f"optimizer.{name}") for name in train.memory}
    here: list[tuple[Any, np.ndarray]] = [(memory[name], array) for name, array in train.memory.items()]
    here += [(found.get(variable.name), variable.stored) for variable in variables]
    if not said or any(a is None or (a.shape, a.dtype) != (b.shape, b.dtype) for a, b in here):
        return [(train, "kept", None), (train.history, "best", None)]
    as_it_was = train.as_it_was(said["steps"], said["began"], memory, said["position"])
    changes: dict[Any, Change] = {
        name: (target, name, value) for target, name, value in (*train.as_it_is(), *as_it_was)
    }
    changes |= {variable: (variable, "stored", found[variable.name]) for variable in variables}
    for name, state in said["generators"].items():
        if name in generators:
            changes[generators[name]] = (generators[name].bit_generator, "state", state)
    kept = Kept(Best(*said["best"]), changes, said["looked"])
    return [(train, "kept", kept), (train.history, "best", kept.best)]
