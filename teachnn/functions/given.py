"""What a loop and a step may be given: Parameters to move, and batches; arrays for these, or in one piece, are refused.

Other libraries have fit(x, y), and loaders whose batches are lists; here a batch is a tuple of arrays. Notebook 03.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from teachnn.layers import Layer
from teachnn.parameters import Parameter, distinct
from teachnn.support import InputError, InputTypeError, instance, items


def parameters_given(who: str, parameters: Iterable[Parameter], purpose: str) -> tuple[Parameter, ...]:
    """Return Parameters, each once; raises InputError if there are none, or for anything else, a layer say."""
    cure = "net.parameters has them"
    if isinstance(parameters, Layer):
        raise InputTypeError(who, f"Parameters {purpose}", parameters.who, "take its .parameters")
    each = items(who, parameters, Parameter, f"Parameters {purpose}", cure)
    if not each:
        raise InputError(who, f"at least one Parameter {purpose}", "none", cure)
    return distinct(each, who)


def refuse_arrays(batches: Any, epochs: Any) -> None:
    """Raise InputError for examples in the place of batches, as in fit(x, y) or fit((x, y))."""
    arrays = isinstance(batches, tuple) and any(isinstance(x, np.ndarray) for x in batches)
    if arrays or isinstance(batches, np.ndarray) or isinstance(epochs, np.ndarray | list | tuple):
        got = (
            "arrays of examples" if arrays or isinstance(epochs, np.ndarray | list | tuple) else "an array of examples"
        )
        raise InputTypeError("fit", "batches", got, "train.fit(tn.data.batches(x, y, size=128, rng=rng)) cuts them")


def test_values(said: Any) -> dict[str, float] | None:
    """Return what each_epoch returned as named numbers; None where it returned nothing."""
    if said is None:
        return None
    cure = 'return {"accuracy": value}'
    instance("fit", "named test values of each_epoch, a dict, or None", said, Mapping, cure)
    for name, value in said.items():
        if not isinstance(value, int | float | np.number | np.ndarray) or np.shape(value) != ():
            raise InputTypeError("fit", f"a number as {name} of each_epoch", type(value).__name__, cure)
    return {str(name): float(value) for name, value in said.items()}


def one_by_one(batch: Any) -> tuple[Any, ...]:
    """Return a batch as a tuple: of the arrays in a list, as other loaders give them, too, and of a single array."""
    several = isinstance(batch, list) and all(isinstance(x, np.ndarray) for x in batch)
    return tuple(batch) if several or isinstance(batch, tuple) else (batch,)


def refuse_one_piece(who: str, inputs: Sequence[Any]) -> None:
    """Raise InputTypeError for a batch in one piece, as in train((x, y))."""
    batch = inputs[0] if len(inputs) == 1 else ()
    arrays = isinstance(batch, tuple | list) and any(isinstance(x, np.ndarray) for x in batch)
    if arrays and (isinstance(batch, tuple) or len({np.shape(x) for x in batch}) > 1):  # else rows of one array
        got = f"a {type(batch).__name__} of {len(batch)}"
        raise InputTypeError(who, "the arrays of a batch one by one", got, "train(*batch)")
