"""How a graph is recorded: run the function once on boxes that write down each operation. Notebook 03.

It is the way a gradient is found (trace.py) with another kind of node. Inputs and parameters are the roots. While it
runs, noise comes from copies of the generators and statistics stay as they are: to draw a function changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from teachnn.graphs.drawn import Graph
from teachnn.graphs.graph import Edge, Node, Use
from teachnn.graphs.inputs import names_of, outputs_of, refuse_traced, terms_of
from teachnn.layers import Layer, refuse_mode
from teachnn.ops import (
    Node as TraceNode,
    box,
    getval,
    identity,
    isbox,
    run_boxed,
    skip_what_gradients_skip,
    stop_gradient,
    tracing,
)
from teachnn.parameters import Parameter, Scope, Variable
from teachnn.support import Mode, named


class _Recorded(TraceNode):
    """A box's node: the number of the graph's node that made it, or the parameter that it stands for."""

    __slots__ = ("made_by", "recording")

    def __init__(self, value: Any, function: Callable, args: Any, kwargs: Any, argnums: Any, parents: Any) -> None:
        self.recording = parents[0].recording
        sources = [parent.made_by for parent in parents]
        sources += [index for index, x in self.recording.labels if any(argument is x for argument in args)]
        self.made_by = self.recording.note(function.__name__.lstrip("_"), np.shape(value), sources)

    def initialize_root(self, recording: Any, made_by: Any) -> None:
        self.recording, self.made_by = recording, made_by


skip_what_gradients_skip(_Recorded)


class Recording(Scope):
    """Inside one recording: parameters are boxes, and every layer call and primitive is written down."""

    def __init__(self, who: str, modes: Sequence[Mode], kind: Mode, trained: Collection[Variable]) -> None:
        self.who: str = who
        self.modes: Sequence[Mode] = modes
        self.kind: Mode = kind
        self.trained: Collection[Variable] = trained
        self.constant = False  # a test function inside a training function: no gradient comes back out of it
        self.nodes: list[Node] = []
        self.sources: list[list] = []  # for each node the numbers of nodes and the parameters that it was made from
        self.depends: list[bool] = []  # for each node: on a parameter that is trained?
        self.calls: list[Node] = []
        self.stack: list[int] = []
        self.pending: list[Use] = []  # statistics that the next primitive uses
        self.labels: list[tuple[int, np.ndarray]] = []  # inputs of whole numbers: no boxes, known by identity
        self.roots: dict[Variable, Any] = {}
        self.copies: dict[np.random.Generator, np.random.Generator] = {}

    def note(
        self, primitive: str, shape: tuple[int, ...], sources: list, kind: Any = "primitive", name: str = ""
    ) -> int:
        """Write down one node, and return its number."""
        node = Node(len(self.nodes), kind, name, primitive, shape, None, tuple(self.pending), tuple(self.stack))
        self.pending.clear()
        self.nodes.append(node)
        self.sources.append(sources)
        self.depends.append(primitive != stop_gradient.__name__ and any(map(self._depends, sources)))
        return node.index

    def _depends(self, source: int | Parameter) -> bool:
        return source in self.trained if isinstance(source, Parameter) else self.depends[source]

    def read(self, variable: Variable) -> Any:
        if not isinstance(variable, Parameter):
            self.pending.append(Use(variable, "reads"))
            return variable.stored
        if variable not in self.roots:
            self.roots[variable] = box(variable.stored, _Recorded.new_root(self, variable))
        return self.roots[variable]

    def track(self, statistic: Variable, new: Any, rate: float) -> None:
        self.pending.append(Use(statistic, "writes"))

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        if rng not in self.copies:
            self.copies[rng] = copy.deepcopy(rng)
        return self.copies[rng]

    def nested(self, who: str, modes: Sequence[Mode]) -> Any:
        inner = copy.copy(self)
        inner.who, inner.modes, inner.constant = who, modes, self.kind == "train"
        return inner

    def run(self, function: Callable, *args: Any) -> Any:
        if not self.constant:
            return super().run(function, *args)
        for name, x in zip(names_of(function, args), args, strict=True):
            if isbox(x) and self._depends(_made_by(x)):
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


def graph_of(
    owner: Any,
    function: Callable,
    inputs: Sequence[Any],
    kind: Mode,
    modes: Sequence[Mode] = (),
    trained: Sequence[Parameter] = (),
) -> Graph:
    """Return the graph of function(*inputs), with the layers as its nodes. `owner` has the `name` and `who`."""
    recording = Recording(owner.who, modes, kind, frozenset(trained))
    given, boxed = list(inputs), []
    for i, (x, name) in enumerate(zip(inputs, names_of(function, inputs), strict=True)):
        recording.note("", np.shape(x), [], "input", name)
        if isinstance(x, np.ndarray) and x.dtype.kind == "f":
            boxed.append(i)
        else:
            recording.labels.append((i, x))

    def run(boxes: list) -> Any:
        for i, x in zip(boxed, boxes, strict=True):
            given[i] = x
        with named(owner):
            _outputs(recording, owner.who, recording.run(function, *given))

    with tracing:
        run_boxed(run, [inputs[i] for i in boxed], [_Recorded.new_root(recording, i) for i in boxed])
    return _graph(recording, owner.name).collapse(1)


def _outputs(recording: Recording, who: str, result: Any) -> None:
    """Write down where the function ends: named terms and their sum, or what it returns."""
    if recording.kind == "train":
        terms = terms_of(who, result)
        for name, value in terms.items():
            index = _made_by(value)
            if isinstance(result, dict) and index is not None and recording.nodes[index].kind == "primitive":
                recording.nodes[index] = replace(recording.nodes[index], name=name)
        name = " + ".join(terms) if isinstance(result, dict) else "loss"
        recording.note("", (), [i for i in map(_made_by, terms.values()) if i is not None], "output", name)
        return
    for label, value in outputs_of(who, result).items():
        index = _made_by(value)
        recording.note("", np.shape(getval(value)), [] if index is None else [index], "output", label)


def _made_by(value: Any) -> Any:
    return value._node.made_by if isbox(value) and isinstance(value._node, _Recorded) else None


def _graph(recording: Recording, name: str) -> Graph:
    """Return the recording as plain data: a gradient comes back where the loss depends on what is trained."""
    nodes, sources, kind = recording.nodes, recording.sources, recording.kind
    reaches = [node.kind == "output" and kind == "train" for node in nodes]
    for node in reversed(nodes):  # does the loss depend on it?
        if reaches[node.index] and node.type == stop_gradient.__name__:
            reaches[node.index] = False
        for s in sources[node.index]:
            if not isinstance(s, Parameter):
                reaches[s] = reaches[s] or reaches[node.index]
    edges, finished = [], []
    for node in nodes:
        uses = list(node.uses)
        for s in dict.fromkeys(sources[node.index]):
            if isinstance(s, Parameter):
                uses.append(Use(s, "trains" if s in recording.trained and reaches[node.index] else "uses"))
            else:
                edges.append(Edge(s, node.index, recording.depends[s] and reaches[node.index]))
        finished.append(replace(node, uses=tuple(uses)))
    return Graph(name, kind, tuple(finished), tuple(edges), tuple(recording.calls), None, tuple(recording.copies))


def _shape(output: Any) -> tuple[int, ...]:
    output = output[0] if isinstance(output, tuple) and output else output
    return tuple(np.shape(getval(output)))
