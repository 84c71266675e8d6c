"""What a function did, as plain data: its calls, what they used, and where a gradient comes back. Notebook 03."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar, cast

import numpy as np

from teachnn.parameters import Derived, Parameter, Statistic, Variable
from teachnn.support import InputError, items, whole

G = TypeVar("G", bound="CallGraph")


@dataclass(frozen=True)
class Use:
    """One variable at one node: a parameter that `trains` (a gradient comes back) or is just `uses`d (none does),
    a statistic that the node `reads` or `writes`, a derived array that it `reads`.
    """

    variable: Variable
    how: Literal["trains", "uses", "reads", "writes"]


@dataclass(frozen=True)
class Node:
    """One call of a layer, a primitive outside of any, an input or the output. A layer called twice is two nodes."""

    index: int  # in the order of creation, from 0; an edge goes from a lower index to a higher one
    kind: Literal["input", "call", "primitive", "output"]
    name: str  # the layer's, the input's or the loss term's; "" where there is none
    type: str  # the layer's class or the primitive's function; of an input or output "state" or ""
    shape: tuple[int, ...]
    mode: Literal["train", "test"] | None = None  # None: the layer is the same in both
    uses: tuple[Use, ...] = ()
    calls: tuple[int, ...] = ()  # the layer calls it happened in, outermost first
    formula: str = ""  # what the layer computes, in one line

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it used, each once."""
        return tuple(use.variable for use in self.uses if isinstance(use.variable, Parameter))

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """The statistics it read or wrote."""
        return tuple(use.variable for use in self.uses if isinstance(use.variable, Statistic))

    @property
    def derived(self) -> tuple[Derived, ...]:
        """The derived arrays it read."""
        return tuple(use.variable for use in self.uses if isinstance(use.variable, Derived))


@dataclass(frozen=True)
class Edge:
    """An array that goes from one node to another, and whether a gradient comes back along it."""

    source: int
    target: int
    gradient: bool


@dataclass(frozen=True)
class CallGraph:
    """What one function computed in one call, as plain data; `print` gives a table. drawn.py adds the picture."""

    name: str
    kind: Literal["train", "test"]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    calls: tuple[Node, ...] = field(default=(), repr=False)  # every layer call, as a node; its index is its number
    primitives: CallGraph | None = field(default=None, repr=False)  # the same at depth 0
    generators: tuple[np.random.Generator, ...] = field(default=(), repr=False)  # those it draws noise from

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it uses, in order, each once."""
        return tuple(dict.fromkeys(p for node in self.nodes for p in node.parameters))

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """The statistics it reads or writes, in order, each once."""
        return tuple(dict.fromkeys(s for node in self.nodes for s in node.statistics))

    @property
    def derived(self) -> tuple[Derived, ...]:
        """The derived arrays it reads, in order, each once."""
        return tuple(dict.fromkeys(d for node in self.nodes for d in node.derived))

    def collapse(self: G, depth: int) -> G:
        """Return the same graph at another depth: 0 shows primitives, 1 layers, 2 the layers inside of layers."""
        depth = whole(f"{self.name} (Graph)", "depth", depth, 0)
        full = cast(G, self.primitives or self)
        if depth == 0:
            return full
        # What a layer does between the layers in it would close a circle if it were one box: there each does it alone.
        opened = {(), *(node.calls[:i] for node in full.nodes for i in range(1, min(depth, len(node.calls))))}
        groups: dict[tuple, list[Node]] = {}
        for node in full.nodes:
            call = node.calls[:depth]
            groups.setdefault(("alone", node.index) if call in opened else call, []).append(node)
        place = {node.index: i for i, group in enumerate(groups.values()) for node in group}
        nodes = tuple(
            replace(group[0], index=i) if call[0] == "alone" else _merge(i, group, full.calls[call[-1]])
            for i, (call, group) in enumerate(groups.items())
        )
        joined: dict[tuple[int, int], bool] = {}
        for edge in full.edges:
            ends = place[edge.source], place[edge.target]
            if ends[0] != ends[1]:
                joined[ends] = joined.get(ends, False) or edge.gradient
        edges = tuple(Edge(*ends, gradient) for ends, gradient in sorted(joined.items()))
        return replace(self, nodes=nodes, edges=edges, primitives=full)

    def __str__(self) -> str:
        rows = [("layer", "output shape", "mode", "parameters", "numbers"), *map(_row, self.nodes)]
        *widths, last = [max(map(len, column)) for column in zip(*rows, strict=True)]
        line = "  ".join([*(f"{{:{width}}}" for width in widths), f"{{:>{last}}}"])
        kind = "Training" if self.kind == "train" else "Test"
        numbers = f"{len(self.parameters)} parameters, {sum(p.size for p in self.parameters):,} numbers"
        if self.statistics:
            numbers += f"; {len(self.statistics)} statistics"
        if self.derived:
            numbers += f"; {len(self.derived)} derived arrays, {sum(d.size for d in self.derived):,} numbers"
        return "\n".join([f"{kind} function {self.name}", *(line.format(*row).rstrip() for row in rows), numbers])


def shared_parameters(*graphs: CallGraph) -> tuple[Parameter, ...]:
    """Return the parameters that all the graphs use, the very same objects, in the first graph's order."""
    cure = "a function's .graph(x) makes one"
    graphs = items("shared_parameters", graphs, CallGraph, "graphs", cure)
    if not graphs:
        raise InputError("shared_parameters", "one graph or more", "none", cure)
    others = [set(graph.parameters) for graph in graphs[1:]]
    return tuple(p for p in graphs[0].parameters if all(p in other for other in others))


def _row(node: Node) -> tuple[str, ...]:
    """Return a node's line of the table."""
    both = node.name and node.type and node.name != node.type
    names = ", ".join(v.name.rpartition(".")[2] for v in (*node.parameters, *node.statistics, *node.derived))
    numbers = f"{sum(p.size for p in node.parameters):,}" if node.parameters else ""
    label = f"{node.name} ({node.type})" if both else node.name or node.type
    return label, str(node.shape), node.mode or "", names, numbers


def _merge(index: int, group: list[Node], call: Node) -> Node:
    """Return one node for all that happened in one call."""
    uses: dict[Variable, Use] = {}
    for use in (use for node in group for use in node.uses):
        if use.variable not in uses or use.how in ("trains", "writes"):
            uses[use.variable] = use
    return replace(call, index=index, uses=tuple(uses.values()))
