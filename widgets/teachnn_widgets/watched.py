"""What a widget follows while another thread trains: variables, and whether any of them has moved since the last look.

A training step puts a new array in the place of each that it moves, so looking is comparing identities: it costs
nothing while all is still.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

import teachnn as tn
from teachnn.parameters import Variable, values_of


class Watched:
    """Variables and their values, all of one instant: that of the last call of `look`."""

    def __init__(self, variables: Iterable[Variable]):
        self.values: dict[Variable, np.ndarray] = values_of(variables)

    @classmethod
    def of(cls, *graphs: tn.Graph) -> Watched:
        """Return the parameters, statistics and derived arrays of graphs."""
        return cls(dict.fromkeys(use.variable for graph in graphs for node in graph.nodes for use in node.uses))

    @classmethod
    def by(cls, functions: Iterable, *inputs) -> Watched:
        """Return what those of the functions that are TestFunctions read for these inputs."""
        return cls.of(*(f.graph(*inputs) for f in functions if isinstance(f, tn.TestFunction)))

    def look(self) -> bool:
        """Take the values anew; return whether any has moved."""
        before, self.values = self.values, values_of(self.values)
        return any(self.values[v] is not array for v, array in before.items())
