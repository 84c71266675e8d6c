"""What is written down while a function is drawn: each layer call, each operation, and what they were made from.

It is the way a gradient is found (trace.py) with another kind of node. Inputs and parameters are the roots.
Notebook 03.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from teachnn.graphs.graph import Node, Use
from teachnn.graphs.inputs import names_of, refuse_traced
from teachnn.layers import Layer, refuse_mode
from teachnn.ops import Node as TraceNode, box, getval, identity, isbox, skip_what_gradients_skip, stop_gradient
from teachnn.parameters import Parameter, Scope, Variable
from teachnn.support import Array, Mode

SAID = {  # what autograd calls otherwise than we do
    "__getitem__": "slice",
    "concatenate_args": "concatenate",
    "array_from_args": "stack",
    "_array_from_scalar_or_array": "array",
}
Kind = Literal["input", "call", "primitive", "output"]
Source = int | Parameter  # what a node is made from: another node, by its number, or a parameter


class Recorded(TraceNode):
    """A box's node: the number of the graph's node that made it, or the parameter that it stands for."""

    __slots__ = ("made_by", "recording")

    def __init__(self, value: Any, function: Callable, args: Any, kwargs: Any, argnums: Any, parents: Any) -> None:
        self.recording = parents[0].recording
        sources = [parent.made_by for parent in parents]
        sources += [index for index, x in self.recording.labels if any(_looks_into(a, x) for a in args)]
        name = SAID.get(function.__name__, function.__name__.strip("_"))
        self.made_by = self.recording.note(name, np.shape(value), sources)

    def initialize_root(self, recording: Recording, made_by: Source) -> None:
        self.recording: Recording = recording
        self.made_by: Source = made_by


skip_what_gradients_skip(Recorded)


class Recording(Scope):
    """Inside one recording: parameters are boxes, and every layer call and primitive is written down."""

    def __init__(self, who: str, modes: Sequence[Mode], kind: Mode, trained: Collection[Variable]) -> None:
        self.who: str = who
        self.modes: Sequence[Mode] = modes
        self.kind: Mode = kind
        self.trained: Collection[Variable] = trained
        self.inside_step = False  # a test function inside a training function: no gradient comes back out of it
        self.nodes: list[Node] = []
        self.sources: list[list[Source]] = []  # what each node is made from
        self.depends: list[bool] = []  # for each node: on a parameter that is trained?
        self.calls: list[Node] = []
        self.stack: list[int] = []
        self.pending: list[Use] = []  # statistics that the next primitive uses
        self.labels: list[tuple[int, np.ndarray]] = []  # inputs of whole numbers: no boxes, known by their memory
        self.roots: dict[Variable, Any] = {}
        self.copies: dict[np.random.Generator, np.random.Generator] = {}

    def note(
        self, primitive: str, shape: tuple[int, ...], sources: list[Source], kind: Kind = "primitive", name: str = ""
    ) -> int:
        """Write down one node, and return its number."""
        node = Node(len(self.nodes), kind, name, primitive, shape, None, tuple(self.pending), tuple(self.stack))
        self.pending.clear()
        self.nodes.append(node)
        self.sources.append(sources)
        self.depends.append(primitive != stop_gradient.__name__ and any(map(self._depends, sources)))
        return node.index

    def _depends(self, source: Source) -> bool:
        return source in self.trained if isinstance(source, Parameter) else self.depends[source]

    def read(self, variable: Variable) -> Array:
        if not isinstance(variable, Parameter):
            self.pending.append(Use(variable, "reads"))
            return variable.stored
        if variable not in self.roots:
            self.roots[variable] = box(variable.stored, Recorded.new_root(self, variable))
        return self.roots[variable]

    def track(self, statistic: Variable, new: Array, rate: float) -> None:
        self.pending.append(Use(statistic, "writes"))

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        if rng not in self.copies:
            self.copies[rng] = copy.deepcopy(rng)
        return self.copies[rng]

    def nested(self, who: str, modes: Sequence[Mode]) -> Recording:
        inner = copy.copy(self)
        inner.who, inner.modes, inner.inside_step = who, modes, self.kind == "train"
        return inner

    def run(self, function: Callable, *args: Any) -> Any:
        if not self.inside_step:
            return super().run(function, *args)
        for name, x in zip(names_of(function, args), args, strict=True):
            if isbox(x) and self._depends(made_by(x)):
                refuse_traced(self.who, name)  # as in a step, which would pass a gradient
        output = super().run(function, *args)
        return tuple(map(stop_gradient, output)) if isinstance(output, tuple) else stop_gradient(output)

    def call(self, layer: Layer, inputs: Any) -> Any:
        if self.kind == "test":
            refuse_mode(self.who, layer, self.modes)
        if layer.transparent:
            return layer.forward(*inputs)
        index, first = len(self.calls), len(self.nodes)
        mode, outer = getattr(layer, "mode", None), tuple(self.stack)
        call = Node(index, "call", layer.name, type(layer).__name__, (), mode, (), outer, layer.formula)
        self.calls.append(call)
        self.stack.append(index)
        output = layer.forward(*inputs)
        if isbox(output) and not isinstance(output._node.made_by, Parameter) and output._node.made_by < first:
            output = identity(output)  # a layer that hands on its input is a step of the computation too
        self.stack.pop()
        self.calls[index] = replace(self.calls[index], shape=_shape(output))
        return output


def _looks_into(value: Any, x: Any) -> bool:
    """Return whether a value is x, or a part of it: a slice, another shape."""
    arrays = isinstance(value, np.ndarray) and isinstance(x, np.ndarray)
    return value is x or (arrays and np.may_share_memory(value, x))


def made_by(value: Any) -> Any:
    """Return the node or the parameter that a traced array stands for; None for any other value."""
    return value._node.made_by if isbox(value) and isinstance(value._node, Recorded) else None


def _shape(output: Any) -> tuple[int, ...]:
    output = output[0] if isinstance(output, tuple | list) and output else output
    return tuple(np.shape(getval(output)))
