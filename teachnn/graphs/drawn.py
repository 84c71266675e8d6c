"""A graph that draws itself in a notebook, and several of them side by side. Notebook 03.

The way from plain data to a picture: `drawing` says where each box and line is, `svg` writes that down.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from teachnn.graphs.graph import CallGraph, shared_parameters
from teachnn.support import path_of


class Graph(CallGraph):
    """What one function computed in one call. In a notebook it draws itself; `print` gives a table."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return Drawing((self,))._repr_mimebundle_() | {"text/plain": str(self)}


@dataclass(frozen=True)
class Drawing:
    """Functions side by side, with what they share between them, in pairs where there are more than two; see `draw`."""

    graphs: tuple[CallGraph, ...]

    def __post_init__(self) -> None:
        shared_parameters(*self.graphs)  # rejects anything but graphs

    @property
    def svg(self) -> str:
        """The picture, a whole SVG document."""
        from teachnn.graphs import drawing, svg  # here: few runs draw, and each would wait for it at import

        return svg.as_svg(*map(drawing.arrange, self.pairs))

    @property
    def pairs(self) -> list[tuple[CallGraph, ...]]:
        """The training function beside each of the others; one or two functions are one picture."""
        from teachnn.graphs import drawing

        first, *others = drawing.ordered(self.graphs)
        return [(first, other) for other in others] or [(first,)]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file."""
        path, svg = path_of("draw", path), self.svg
        try:
            path.write_text(svg, encoding="utf-8")
        except OSError as error:
            raise OSError(f"draw: expected a file that can be written, got {path}: {error.strerror}") from None

    def __str__(self) -> str:
        if len(self.graphs) > 2:
            return "\n".join(str(Drawing(pair)) for pair in self.pairs)
        shared, every = shared_parameters(*self.graphs), dict.fromkeys(p for g in self.graphs for p in g.parameters)
        numbers = f"{sum(p.size for p in shared):,} of {sum(p.size for p in every):,} numbers"
        names = ", ".join(p.name for p in shared) or "none"
        who = " and ".join(graph.name for graph in self.graphs)
        if len(self.graphs) == 1:
            return f"{who} uses {len(every)} parameters, {sum(p.size for p in every):,} numbers: {names}"
        derived = dict.fromkeys(d for g in self.graphs for d in g.derived)
        made = f"; {len(derived)} arrays are made from parameters and statistics" if derived else ""
        return f"{who} share {len(shared)} of {len(every)} parameters, {numbers}: {names}{made}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from teachnn.graphs.svg import begun_with

        return {"image/svg+xml": begun_with(str(self), self.svg), "text/plain": str(self)}


def draw(*graphs: CallGraph) -> Drawing:
    """Return a drawing of one function or of two: the training function left, the other right.

    What they share stands between them. Of more functions, the training function stands beside each of the others, one
    such pair below another.
    It shows itself in a notebook; `.save("functions.svg")` writes it, and `print` says what is shared.
    Raises ValueError if no graph is given, TypeError for anything but graphs.
    """
    return Drawing(graphs)
