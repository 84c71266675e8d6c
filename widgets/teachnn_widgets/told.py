"""What is said of a drawing of functions: what it shows in a sentence, and what each element is. Notebook 03."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import teachnn as tn
from teachnn.graphs.drawing import Picture, kind_of
from teachnn.parameters import Variable


def sentence(graphs: Sequence[tn.Graph]) -> str:
    """Return what the functions share, in a sentence."""
    first, *others = graphs
    uses = f"{len(first.parameters)} parameters, {sum(p.size for p in first.parameters):,} numbers"
    if not others:
        return f"{first.name} uses {uses}."
    shared = [tn.shared_parameters(first, other) for other in others]
    if len(others) > 1:
        of_these = ", ".join(f"{other.name} {len(common)}" for other, common in zip(others, shared, strict=True))
        return f"{first.name} uses {uses}. How many of them the others use: {of_these}."
    numbers, made = sum(p.size for p in shared[0]), len(others[0].derived)
    made_too = f", and {made} arrays that are made from parameters" if made else ""
    return f"{first.name} uses {uses}; {others[0].name} uses {len(shared[0])} of them, {numbers:,} numbers{made_too}."


def variables_of(picture: Picture, graphs: Sequence[tn.Graph]) -> dict[str, tuple[Variable, ...]]:
    """Return the variables behind each pill, chip and box, by its key."""
    used = [use.variable for graph in reversed(graphs) for node in graph.nodes for use in node.uses]
    every = {(kind_of(v), v.name): v for v in used}
    found: dict[str, tuple[Variable, ...]] = {
        pill.key: tuple(every[pill.kind, name] for name in pill.names) for pill in picture.pills
    }
    for box, node in zip(picture.boxes, (node for graph in graphs for node in graph.nodes), strict=True):
        found[box.key] = node.parameters + node.statistics + node.derived
        for chip in box.chips:
            found[chip.key] = tuple(v for v in found[box.key] if v.name in chip.names)
    return found


def details_of(picture: Picture, graphs: Sequence[tn.Graph]) -> dict[str, dict]:
    """Return what is said of each element when it is pointed at: a title, and lines below it.

    same: names it in every drawing of these functions, so that the page can see what stays when another is drawn.
    """
    variables = [*picture.pills, *(chip for box in picture.boxes for chip in box.chips)]
    nodes = [(graph, node) for graph in graphs for node in graph.nodes]
    said = {}
    for pill in variables:
        users = [
            f"{use.how} in {node.name or node.type} of {graph.name}"
            for graph, node in nodes
            for use in node.uses
            if use.variable.name in pill.names and kind_of(use.variable) == pill.kind
        ]
        said[pill.key] = {"title": pill.about, "lines": list(dict.fromkeys(users)), "same": " ".join(pill.names)}
    calls: Counter[str] = Counter()
    for box, (graph, node) in zip(picture.boxes, nodes, strict=True):
        given = [str(graph.nodes[edge.source].shape) for edge in graph.edges if edge.target == node.index]
        shapes = f"{', '.join(given)} → {node.shape}" if given else str(node.shape)
        count = sum(p.size for p in node.parameters)
        lines = [shapes, node.mode and f"mode {node.mode}", count and f"{count:,} numbers in parameters", node.formula]
        title = " · ".join(dict.fromkeys(filter(None, (node.name, node.type))))
        if node.type == "state":
            lines.append("it comes out and goes into the next call; neither saved nor trained")
        same = f"{'right' if box.graph else 'left'}: {title}"
        calls[same] += 1
        said[box.key] = {"title": title, "lines": [line for line in lines if line], "same": f"{same} {calls[same]}"}
    return said
