"""From graphs to a picture as plain data. Read picture, plan, rows, lanes, cards, routes, layout, in this order."""

from teachnn.graphs.drawing.cards import kind_of
from teachnn.graphs.drawing.layout import arrange, ordered
from teachnn.graphs.drawing.picture import Box, Entry, Link, Panel, Picture, Pill, Point

__all__ = ["Box", "Entry", "Link", "Panel", "Picture", "Pill", "Point", "arrange", "kind_of", "ordered"]
