"""Parameters in a file: written whole or not at all, loaded whole or not at all. Notebook 08.

The format is safetensors: named arrays and a little text, nothing that can run. A checksum of all of it stands in the
text, so a file with a flipped bit is refused.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from teachnn.functions.kept_in_file import PREFIX, from_file, to_file
from teachnn.functions.train_function import TrainFunction
from teachnn.ops import tracing
from teachnn.parameters import Change, Variable, change, changing, distinct, values_of
from teachnn.support import check_generator, instance, items, name_given, path_of, write_whole

Generators = Mapping[str, np.random.Generator]


class CheckpointError(ValueError):
    """A file that cannot be loaded into what it was to be loaded into; nothing has changed."""


def save(
    path: str | os.PathLike[str],
    variables: Iterable[Variable],
    train: TrainFunction | None = None,
    generators: Generators | None = None,
) -> None:
    """Write parameters and statistics to a safetensors file.

    To go on training later as if nothing had happened, hand over the training function and the generators (by name)
    too: its step count, history, averages and the optimizer's memory and the generators' states are written as well.
    Raises OSError if it cannot be written; a file that was there is then still what it was.
    """
    path, variables = _checked("save", path, variables, train, generators)
    with tracing, changing:  # everything of one instant, between two steps
        arrays = {variable.name: array for variable, array in values_of(variables).items()}
        state: dict = {"generators": {name: rng.bit_generator.state for name, rng in (generators or {}).items()}}
        if train is not None:
            state |= {
                "optimizer": type(train.optimizer).__name__,
                "steps": train.steps,
                "began": train.began,
                "position": train.position,
                "history": train.history.as_it_is(),
            }
            arrays |= {f"optimizer.{name}": array for name, array in train.memory.items()}
            best, state["kept"] = to_file(train, variables, generators or {})
            arrays |= best
    text = json.dumps(state, default=lambda array: array.tolist())
    metadata = {"teachnn": f"{_checksum(arrays, text)} {text}"}  # one entry: the order of two is by chance
    write_whole(path, to_bytes({name: np.asarray(array, order="C") for name, array in arrays.items()}, metadata))


def load(
    path: str | os.PathLike[str],
    variables: Iterable[Variable],
    train: TrainFunction | None = None,
    generators: Generators | None = None,
    *,
    strict: bool = True,
) -> list[str]:
    """Read a file that `save` wrote into the same variables (and training function, and generators).

    A training function goes on as it would have; so it wants all generators that are in the file, and its averages.
    Returns the names that were skipped: none, unless `strict` is False, which takes what fits by name and shape.
    Raises CheckpointError that lists all that does not fit, or says how the file is damaged; nothing has changed then.
    """
    path, variables = _checked("load", path, variables, train, generators)
    arrays, state = _read(path)
    here = {variable.name: variable for variable in variables}
    saved = {
        name: array for name, array in arrays.items() if name in here or not name.startswith(("optimizer.", PREFIX))
    }
    fits = {name: array for name, array in saved.items() if name in here and not _misfit(array, here[name].stored)}
    if strict and not len(fits) == len(here) == len(saved):
        wrong = [
            f"{name}: {_misfit(saved[name], here[name].stored)}" for name in here if name in saved and name not in fits
        ]
        wrong += [f"{name}: missing" for name in here if name not in saved]
        wrong += [f"{name}: unexpected" for name in saved if name not in here]
        got = "; ".join(wrong)
        raise CheckpointError(f"{path}: expected the same names and shapes, got {got}; strict=False takes what fits")
    others = [name for name in state.get("generators", {}) if name not in (generators or {})]
    if train is not None and strict and others:
        cure = f'hand over {{"{others[0]}": rng}} too, or it goes on with other noise; strict=False lets it'
        raise CheckpointError(f"{path}: expected the generators {', '.join(others)}, got none of that name; {cure}")
    changes: list[Change] = [(here[name], "stored", array) for name, array in fits.items()]
    for name, rng in (generators or {}).items():
        if name not in state.get("generators", {}):
            raise CheckpointError(f"{path}: expected the state of the generator {name}, got none of that name")
        try:
            copy.deepcopy(rng).bit_generator.state = state["generators"][name]
        except (TypeError, ValueError, KeyError):
            kind = type(rng.bit_generator).__name__
            raise CheckpointError(f"{path}: expected a {kind} state for the generator {name}, got another") from None
        changes.append((rng.bit_generator, "state", state["generators"][name]))
    if train is not None:
        changes += _resumed(path, train, arrays, state)
        changes += from_file(train, variables, generators or {}, arrays, state.get("kept", {}))
    with tracing:  # between two steps
        change(changes)
    return [name for name in {**here, **saved} if name not in fits]


def _checked(
    who: str, path: str | os.PathLike[str], variables: Any, train: Any, generators: Any
) -> tuple[Path, tuple[Variable, ...]]:
    """Return the path and the variables; raises an error for anything that `save` and `load` do not take."""
    path = path_of(who, path)
    if who == "save" and (path.is_dir() or not path.parent.is_dir()):
        raise FileNotFoundError(f"save: expected a file in a folder that is there, got {path}; make its folder first")
    variables = items(who, variables, Variable, "parameters or statistics", "net.parameters + net.statistics")
    instance(who, "a TrainFunction as train", train, TrainFunction | None)
    instance(who, "generators by name, a dict", generators, Mapping | None, '{"noise": rng}, say')
    for name, rng in (generators or {}).items():
        check_generator(who, rng)
        name_given(who, name)
    averages = train.averages if train else ()
    return path, distinct((*variables, *averages), f"{who} {path}")


def _resumed(path: Path, train: TrainFunction, arrays: Mapping[str, np.ndarray], state: Mapping) -> list[Change]:
    kind = type(train.optimizer).__name__
    memory = {f"optimizer.{name}": array for name, array in train.memory.items()}
    if state.get("optimizer") != kind:
        raise CheckpointError(f"{path}: expected the training state of {kind}, got {state.get('optimizer', 'none')}")
    wrong = [name for name, here in memory.items() if name not in arrays or _misfit(arrays[name], here)]
    if wrong:
        raise CheckpointError(
            f"{path}: expected the optimizer's memory for each parameter, got none of {', '.join(wrong)}"
        )
    remembered = {name: arrays[f"optimizer.{name}"] for name in train.memory}
    history = train.history.as_it_was(state["history"]) if "history" in state else []  # before 0.2 there was none
    return history + train.as_it_was(state["steps"], state["began"], remembered, state["position"])


def _misfit(array: np.ndarray, here: np.ndarray) -> str:
    if array.dtype != here.dtype or array.shape != here.shape:
        return f"shape {array.shape} and dtype {array.dtype} for shape {here.shape} and dtype {here.dtype}"
    return "" if np.isfinite(array).all() else "NaN or infinity"


def _checksum(arrays: Mapping[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape} ".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    if not path.is_file():
        raise CheckpointError(f"{path}: expected a file, got {'a folder' if path.is_dir() else 'nothing there'}")
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}
        checksum, _, text = metadata.get("teachnn", " {}").partition(" ")
        state = json.loads(text)
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{path}: expected a whole safetensors file, got a damaged or foreign one ({error})"
        ) from None
    if "teachnn" in metadata and checksum != _checksum(arrays, text):
        raise CheckpointError(f"{path}: expected the checksum that was saved, got another; the file is damaged")
    for array in arrays.values():
        array.flags.writeable = False
    return arrays, state
