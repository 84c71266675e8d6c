"""A function as plain data: what goes in, the calls it makes, what comes out; and the picture of it. Notebook 03.

Read inputs, graph, recording, record, drawn, in this order. The way to a picture has three faces of its own, loaded
where something is drawn: `teachnn.graphs.drawing` (where each box stands), `teachnn.graphs.svg` (the picture as text)
and `teachnn.graphs.style` (its colours).
"""

from teachnn.graphs.drawn import Drawing, Graph, draw
from teachnn.graphs.graph import CallGraph, Edge, Node, Use, shared_parameters
from teachnn.graphs.inputs import (
    as_inputs,
    check_modes,
    check_state,
    name_of,
    names_of,
    outputs_of,
    owned,
    refuse_nan,
    terms_of,
)
from teachnn.graphs.record import graph_of

__all__ = [
    "CallGraph",
    "Drawing",
    "Edge",
    "Graph",
    "Node",
    "Use",
    "as_inputs",
    "check_modes",
    "check_state",
    "draw",
    "graph_of",
    "name_of",
    "names_of",
    "outputs_of",
    "owned",
    "refuse_nan",
    "shared_parameters",
    "terms_of",
]
