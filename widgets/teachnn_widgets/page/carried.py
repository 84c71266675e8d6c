"""A test function as plain data that a page can carry: its program, and its arrays in base64."""

from __future__ import annotations

import base64
import hashlib
import math
from typing import Any

import numpy as np

from teachnn.export import Program


class Store:
    """The arrays of a page, each once, however many functions share it. half: as float16, in half the bytes."""

    def __init__(self, half: bool = False) -> None:
        self.dtype: str = "<f2" if half else "<f4"
        self.arrays: dict[str, dict[str, Any]] = {}

    def put(self, array: np.ndarray) -> str:
        """Keep an array; return its key."""
        data = np.ascontiguousarray(array, self.dtype).tobytes()
        key = hashlib.sha256(str(array.shape).encode() + data).hexdigest()[:16]
        self.arrays[key] = {"shape": list(array.shape), "data": base64.b64encode(data).decode()}
        return key


def carried(program: Program, store: Store) -> dict[str, Any]:
    """Return a program as plain data, its arrays as keys of the store."""
    arrays = program.parameters | program.constants
    return {
        "name": program.name,
        "inputs": [{"name": x.name, "shape": x.shape} for x in program.inputs],
        "arrays": {name: store.put(array) for name, array in arrays.items()},
        "operations": [
            {
                "type": step.type,
                "inputs": step.inputs,
                "settings": {key: _plain(value) for key, value in step.settings.items()},
                "output": step.output,
            }
            for step in program.operations
        ],
        "outputs": program.outputs,
    }


def _plain(value: Any) -> Any:
    """Return a setting as JSON has it, where an infinite number is a text."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return str(value).replace("inf", "Infinity") if isinstance(value, float) and math.isinf(value) else value
