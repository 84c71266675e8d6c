"""How a function is written down as operations: run it on boxes, and keep what was done to which.

It is the way a graph is drawn (graphs/recording.py), but everything is kept: which operation, with which settings, on
which arrays, in which order. Parameters and statistics keep their names. Noise is an operation too.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from teachnn.export.formulas import FORMULAS, STEPS
from teachnn.export.operations import OF_NUMBERS, OPERATIONS
from teachnn.layers import Layer, refuse_mode
from teachnn.ops import Node, box
from teachnn.parameters import Scope, Variable, distinct
from teachnn.support import InputError, Mode


@dataclass(frozen=True)
class Operation:
    """One step: `output` = OPERATIONS[type](*inputs, **settings), where all but the settings are names of arrays."""

    type: str
    inputs: tuple[str, ...]
    settings: dict[str, Any]
    output: str
    shape: tuple[int | None, ...]  # of the output; None stands for the batch's size
    dtype: str
    layer: str = ""  # the layer that it happened in, "" outside of any


class Recording(Scope):
    """Inside one recording: what is read, drawn and computed gets a name, and is written down."""

    def __init__(self, who: str, modes: Sequence[Mode]) -> None:
        self.who: str = who
        self.modes: Sequence[Mode] = modes
        self.operations: list[Operation] = []
        self.variables: dict[Variable, Any] = {}
        self.constants: dict[str, np.ndarray] = {}
        self.layer: str = ""

    def read(self, variable: Variable) -> Any:
        if variable not in self.variables:
            distinct((*self.variables, variable), self.who)  # arrays go by their names elsewhere
            self.variables[variable] = box(variable.stored, Recorded.new_root(self, variable.name))
        return self.variables[variable]

    def generator(self, rng: np.random.Generator) -> Any:
        return _Noise(self)

    def nested(self, who: str, modes: Sequence[Mode]) -> Scope:
        inner = Recording(who, modes)
        vars(inner).update(vars(self) | {"who": who, "modes": modes})
        return inner

    def call(self, layer: Layer, inputs: Sequence[Any]) -> Any:
        refuse_mode(self.who, layer, self.modes)
        outer, self.layer = self.layer, layer.name
        output = layer.forward(*inputs)
        self.layer = outer
        return output

    def note(self, type: str, inputs: Sequence[str], settings: dict[str, Any], value: Any) -> str:
        """Write down one operation; return the name of `value`, which it computes."""
        output = f"{self.layer or self.who.partition(' ')[0]}/{type} {len(self.operations) + 1}"
        step = Operation(
            type, tuple(inputs), settings, output, np.shape(value), np.asarray(value).dtype.name, self.layer
        )
        self.operations.append(step)
        return output

    def constant_of(self, value: Any, beside: Sequence[Any]) -> str:
        """Return the name of a constant; a single number takes the kind of the arrays beside it."""
        if not isinstance(value, np.ndarray | np.generic):
            value = np.asarray(value, np.result_type(value, *(np.asarray(x).dtype for x in beside)))
        value = np.asarray(value)
        for name, known in self.constants.items():
            if known.dtype == value.dtype and known.shape == value.shape and known.tobytes() == value.tobytes():
                return name
        name = f"constant {len(self.constants) + 1}"
        self.constants[name] = value
        return name


DECIDES = "do the same for every input and every draw; tn.ops and autograd.numpy's where choose between numbers"


class Recorded(Node):
    """A box's node: the name of the array in it."""

    __slots__ = ("name", "recording")

    def __init__(self, value: Any, function: Any, args: Any, kwargs: Any, argnums: Any, parents: Any) -> None:
        self.recording: Recording = parents[0].recording
        if isinstance(value, np.integer | np.bool_):  # one number: it cannot be traced, and is there to decide by
            raise InputError(self.recording.who, "a computation that no value decides", function.__name__, DECIDES)
        names, name = dict(zip(argnums, [parent.name for parent in parents], strict=True)), function.__name__
        if name in FORMULAS and function not in STEPS:
            boxed = list(args)
            for i, parent in zip(argnums, parents, strict=True):
                boxed[i] = box(args[i], parent)
            self.name: str = FORMULAS[name](*boxed, **kwargs)._node.name
        elif name in OPERATIONS:
            self.name = self._noted(name, value, args, kwargs, names)
        else:
            cure = "use operations of tn.ops and of autograd.numpy"
            raise InputError(self.recording.who, f"operations that can be carried elsewhere ({cure})", name)

    def initialize_root(self, recording: Recording, name: str) -> None:
        self.recording, self.name = recording, name

    def _noted(self, type: str, result: Any, args: Sequence[Any], kwargs: dict, names: dict[int, str]) -> str:
        recording = self.recording
        if type in OF_NUMBERS or type == "matmul":
            arrays = [x for x in args if isinstance(x, np.ndarray | np.generic)]
            inputs = [names[i] if i in names else recording.constant_of(x, arrays) for i, x in enumerate(args)]
            return recording.note(type, inputs, kwargs, result)
        inputs, settings = [], {}
        bound = inspect.signature(getattr(OPERATIONS[type], "fun", OPERATIONS[type])).bind(*args, **kwargs)
        bound.apply_defaults()
        place = 0
        for key, value in bound.arguments.items():
            values = value if bound.signature.parameters[key].kind is inspect.Parameter.VAR_POSITIONAL else (value,)
            for x in values:
                if place in names or isinstance(x, np.ndarray):
                    inputs.append(names[place] if place in names else recording.constant_of(x, ()))
                else:
                    settings[key] = x
                place += 1
        return recording.note(type, inputs, settings, result)


class _Noise:
    """A generator as layers use one, whose numbers are not drawn but written down as operations."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    def random(self, shape: Any = (), dtype: Any = np.float32) -> Any:
        return self._draw("uniform", shape, 0.5)

    def standard_normal(self, shape: Any = (), dtype: Any = np.float32) -> Any:
        return self._draw("normal", shape, 0.0)

    def integers(self, *_: Any, **settings: Any) -> Any:
        raise InputError(self.recording.who, "noise from random() or standard_normal()", "integers()", DECIDES)

    def _draw(self, type: str, shape: Any, value: float) -> Any:
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        numbers = np.full(shape, value, np.float32)
        name = self.recording.note(type, (), {"shape": shape}, numbers)
        return box(numbers, Recorded.new_root(self.recording, name))
