"""A function as plain data: what goes in, the calls it makes, what comes out; and the picture of it. Notebook 03.

Read inputs, graph, drawing/, svg, drawn, record, in this order.
"""

from teachnn.graphs.drawing.layout import arrange, ordered
from teachnn.graphs.drawing.picture import Picture
from teachnn.graphs.drawn import Drawing, Graph, draw
from teachnn.graphs.graph import CallGraph, Edge, Node, Use, shared_parameters
from teachnn.graphs.inputs import as_inputs, check_modes, name_of, names_of, refuse_nan, terms_of
from teachnn.graphs.record import graph_of
from teachnn.graphs.svg import DARK, LIGHT, as_svg, scoped, text

__all__ = [
    "DARK",
    "LIGHT",
    "CallGraph",
    "Drawing",
    "Edge",
    "Graph",
    "Node",
    "Picture",
    "Use",
    "arrange",
    "as_inputs",
    "as_svg",
    "check_modes",
    "draw",
    "graph_of",
    "name_of",
    "names_of",
    "ordered",
    "refuse_nan",
    "scoped",
    "shared_parameters",
    "terms_of",
    "text",
]
