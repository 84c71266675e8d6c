"""A function as a program: a list of operations and constants, that numpy alone can run.

    decode = tn.export.program(vae.decode, z)       print(decode)       decode(z)

It needs no layers, no modes and no parameters that could change: that is all that a test function is, and so it can
travel. The batch may be of any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from teachnn.export.operations import NOISE, OPERATIONS
from teachnn.export.recording import Operation
from teachnn.graphs import owned
from teachnn.support import InputError, InputTypeError, as_array, check_generator


@dataclass(frozen=True)
class Input:
    """An input of a program: its name, its shape, where None stands for the batch's size, and its kind of number."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class Program:
    """Operations in the order in which they are computed; every array has a name.

    parameters: those of the function (and statistics), by their names. constants: other fixed arrays.
    outputs: (label, the array's name); "output" is the only one, "output 1" one of a tuple, others are a dict's.
    state: names of inputs and of the last outputs: what comes out goes into the next call.
    Call it with arrays, and with `rng=` where it draws noise.
    """

    name: str
    kind: str  # "train" or "test"
    inputs: tuple[Input, ...]
    parameters: dict[str, np.ndarray] = field(repr=False)
    constants: dict[str, np.ndarray] = field(repr=False)
    operations: tuple[Operation, ...] = field(repr=False)
    outputs: tuple[tuple[str, str], ...]
    state: tuple[str, ...] = ()

    @property
    def noisy(self) -> bool:
        """Whether it draws noise."""
        return any(operation.type in NOISE for operation in self.operations)

    def __call__(self, *inputs: Any, rng: np.random.Generator | None = None) -> Any:
        """Return what the function returns; of a training function its terms and their sum, as a dict."""
        if len(inputs) != len(self.inputs):
            names = ", ".join(x.name for x in self.inputs)
            raise InputTypeError(self.name, f"{len(self.inputs)} inputs ({names})", str(len(inputs)))
        arrays = {**self.parameters, **self.constants}
        for told, x in zip(self.inputs, inputs, strict=True):
            x = as_array(self.name, told.name, x).astype(told.dtype, copy=False)
            fits = x.ndim == len(told.shape) and all(n in (None, m) for n, m in zip(told.shape, x.shape, strict=True))
            if not fits:
                raise InputError(self.name, f"{told.name} of shape {_text(told.shape)}", str(x.shape))
            arrays[told.name] = x
        size = next((len(arrays[x.name]) for x in self.inputs if x.shape[:1] == (None,)), 0)
        if self.noisy:
            rng = check_generator(self.name, rng)
        for step in self.operations:
            settings = (
                {"shape": _sized(step.settings["shape"], size), "rng": rng} if step.type in NOISE else step.settings
            )
            arrays[step.output] = OPERATIONS[step.type](*(arrays[name] for name in step.inputs), **settings)
        given = [arrays[x.name] for x in self.inputs]
        values = owned({label: arrays[name] for label, name in self.outputs}, given)
        if list(values) == ["output"]:
            return values["output"]
        return tuple(values.values()) if "output 1" in values or self.state else values

    def __str__(self) -> str:
        lines = [f"{self.name}({', '.join(f'{x.name} {_text(x.shape)}' for x in self.inputs)})"]
        for step in self.operations:
            settings = [f"{key}={_text(value)}" for key, value in step.settings.items()]
            lines.append(f"  {step.output} {_text(step.shape)} = {step.type}({', '.join([*step.inputs, *settings])})")
        return "\n".join([*lines, f"  return {', '.join(f'{label}: {name}' for label, name in self.outputs)}"])


def _sized(shape: Sequence[int | None], size: int) -> tuple[int, ...]:
    return tuple(size if n is None else n for n in shape)


def _text(value: Any) -> str:
    return (
        "(" + ", ".join("N" if n is None else str(n) for n in value) + ")" if isinstance(value, tuple) else str(value)
    )
