"""How a graph is made: run the function once on boxes that write down each operation, then follow the gradients back.

To draw a function changes nothing: noise comes from copies of the generators, and statistics stay as they are.
Notebook 03.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from teachnn.graphs.drawn import Graph
from teachnn.graphs.graph import Edge, Use
from teachnn.graphs.inputs import names_of, outputs_of, terms_of
from teachnn.graphs.recording import Recorded, Recording, made_by
from teachnn.ops import getval, run_boxed, stop_gradient, tracing
from teachnn.parameters import Parameter, Statistic
from teachnn.support import Mode, named


def graph_of(
    owner: Any,
    function: Callable,
    inputs: Sequence[Any],
    kind: Mode,
    modes: Sequence[Mode] = (),
    trained: Sequence[Parameter] = (),
    state: Sequence[str] = (),
    averages: Mapping[Any, Statistic] = MappingProxyType({}),
) -> Graph:
    """Return the graph of function(*inputs), with the layers as its nodes. `owner` has the `name` and `who`.

    state: the names of what goes in and comes out: inputs and last outputs that are drawn as such.
    averages: the running means that are written where a parameter is trained.
    """
    recording = Recording(owner.who, modes, kind, frozenset(trained))
    given, boxed = list(inputs), []
    for i, (x, name) in enumerate(zip(inputs, names_of(function, inputs), strict=True)):
        recording.note("state" if name in state else "", np.shape(x), [], "input", name)
        if isinstance(x, np.ndarray) and x.dtype.kind == "f":
            boxed.append(i)
        else:
            recording.labels.append((i, x))

    def run(boxes: list) -> Any:
        for i, x in zip(boxed, boxes, strict=True):
            given[i] = x
        with named(owner):
            _outputs(recording, owner.who, recording.run(function, *given), state)

    with tracing:
        run_boxed(run, [inputs[i] for i in boxed], [Recorded.new_root(recording, i) for i in boxed])
    return _graph(recording, owner.name, averages).collapse(1)


def _outputs(recording: Recording, who: str, result: Any, state: Sequence[str]) -> None:
    """Write down where the function ends: named terms and their sum, or what it returns."""
    if recording.kind == "train":
        terms = terms_of(who, result)
        for name, value in terms.items():
            index = made_by(value)
            if isinstance(result, dict) and index is not None and recording.nodes[index].kind == "primitive":
                recording.nodes[index] = replace(recording.nodes[index], name=name)
        name = " + ".join(terms) if isinstance(result, dict) else "loss"
        recording.note("", (), [i for i in map(made_by, terms.values()) if i is not None], "output", name)
        return
    for label, value in outputs_of(who, result, state).items():
        index, type = made_by(value), "state" if label in state else ""
        recording.note(type, np.shape(getval(value)), [] if index is None else [index], "output", label)


def _graph(recording: Recording, name: str, averages: Mapping[Any, Statistic]) -> Graph:
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
                trains = s in recording.trained and reaches[node.index]
                uses.append(Use(s, "trains" if trains else "uses"))
                if trains and s in averages:
                    uses.append(Use(averages[s], "writes"))
            else:
                edges.append(Edge(s, node.index, recording.depends[s] and reaches[node.index]))
        finished.append(replace(node, uses=tuple(uses)))
    return Graph(name, kind, tuple(finished), tuple(edges), tuple(recording.calls), None, tuple(recording.copies))
