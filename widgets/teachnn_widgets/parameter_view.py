"""Parameters and statistics as pictures and numbers, now and through the history of their training. Notebook 01.

Each look keeps a thumbnail, a histogram and a few numbers of each variable; when there are many looks, every other one
goes. So the memory is bounded however long training takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import traitlets as t
from PIL import Image

import teachnn as tn
from teachnn.parameters import Variable, distinct
from teachnn.support import InputError, InputTypeError, items
from teachnn_widgets.carrying import CarryingWidget
from teachnn_widgets.numbers import colours, histogram, thumbnail
from teachnn_widgets.stills import heatmap_figure
from teachnn_widgets.watched import Watched

LOOKS = 120  # kept at most
PAGE_LOOKS = 10  # kept at most where there is no kernel
PERIOD = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Look:
    """What is kept of one variable at one instant."""

    small: np.ndarray
    bars: dict
    mean: float
    spread: float
    change: float | None  # the norm of the difference to the look before

    @classmethod
    def at(cls, value: np.ndarray, before: np.ndarray | None) -> Look:
        """Return a look at a value; `before` is the value at the look before."""
        change = None if before is None else float(np.linalg.norm(value - before))
        return cls(thumbnail(value), histogram(value), float(value.mean()), float(value.std()), change)


class ParameterView(CarryingWidget):
    """Heatmaps, histograms and a table of variables: `ParameterView(net.parameters + net.statistics)`.

    functions: graphs (`train.graph(x)`, `classify.graph(x)`), which say which function uses what.
    selected: the number of the variable shown large. place: the look shown, from 0; -1 follows the latest.
    Raises InputError for no variables, or what is none.
    """

    rows = t.List(help="the table: what stays the same").tag(sync=True)
    numbers = t.List(help="and what moves: mean, spread, size of the last change").tag(sync=True)
    selected = t.Int(0).tag(sync=True)
    place = t.Int(-1).tag(sync=True)
    count = t.Int(0, help="looks kept").tag(sync=True)
    heatmap = t.Bytes().tag(sync=True)
    size = t.List(t.Int(), help="its height and width").tag(sync=True)
    limit = t.Float(help="the number at the end of its colours").tag(sync=True)
    bars = t.Dict(help="the histogram").tag(sync=True)

    def __init__(self, variables: Iterable[Variable], functions: Iterable[tn.Graph] = (), carry: bool = False):
        cure = "ParameterView(net.parameters)"
        if not isinstance(variables, Iterable):
            raise InputTypeError("ParameterView", "parameters", type(variables).__name__, cure)
        variables = items("ParameterView", variables, Variable, "parameters or statistics", cure)
        functions = items("ParameterView", functions, tn.Graph, "graphs", cure)
        if any(v.size == 0 for v in variables):
            raise InputError("ParameterView", "variables with numbers in them", "an empty one")
        if not variables:
            raise InputError("ParameterView", "at least one variable", "none", "net.parameters has them")
        self.variables = distinct(variables, "ParameterView")
        self._watched = Watched(self.variables)
        self._looks = [[Look.at(value, None) for value in self._watched.values.values()]]
        self._stride, self._taken, self._looked = 1, 0, time.monotonic()  # every stride-th look is kept
        rows = [
            {
                "name": v.name,
                "kind": type(v).__name__.lower(),
                "shape": " × ".join(map(str, v.shape)) or "scalar",
                "count": v.size,
                "users": ", ".join(g.name for g in functions if v in (*g.parameters, *g.statistics)),
            }
            for v in self.variables
        ]
        super().__init__(carry, rows=rows)
        self._show()
        self.observe(lambda change: self._show(), ["selected", "place"])
        if carry:
            self.take_along()
        self.follow()

    def beat(self) -> None:
        """Take a look if anything has moved, and show it unless an older one is looked at."""
        super().beat()
        before = self._watched.values
        if time.monotonic() - self._looked < PERIOD or not self._watched.look():
            return
        looks = [Look.at(value, before[v]) for v, value in self._watched.values.items()]
        with self.lock:
            self._looked = time.monotonic()
            if self._taken % self._stride:  # the latest is always there, in the last place
                self._looks.pop()
            self._looks.append(looks)
            self._taken += 1
            if len(self._looks) > LOOKS:
                self._looks, self._stride = self._looks[::2], 2 * self._stride
                self.place = self.place // 2 if self.place >= 0 else -1
        self._show()

    def _show(self) -> None:
        with self.lock, self.alerting():
            if not 0 <= self.selected < len(self.variables) or not -1 <= self.place < len(self._looks):
                got = f"{self.selected} and {self.place}"
                raise InputError(
                    "ParameterView", f"selected below {len(self.variables)}, place below {len(self._looks)}", got
                )
            looks = self._looks[self.place]
            look = looks[self.selected]
            with self.hold_sync():
                self.count, self.size = len(self._looks), list(look.small.shape)
                self.limit = float(np.abs(look.small).max())
                self.heatmap, self.bars = colours(look.small).tobytes(), look.bars
                self.numbers = [[look.mean, look.spread, look.change] for look in looks]

    def for_page(self) -> ParameterView:
        """Return a view of the same variables that keeps few looks, so that a page can take all of them along."""
        page = ParameterView(self.variables)
        with self.lock:
            every = range(0, len(self._looks) - 1, -(-len(self._looks) // PAGE_LOOKS))
            page._looks, page.rows, page.selected = [*(self._looks[i] for i in every), self._looks[-1]], self.rows, 0
        page._show()
        return page

    def choices(self) -> list[dict]:
        """Return every variable and every look."""
        places = range(-1, len(self._looks) - 1)
        return [{"selected": i, "place": place} for i in range(len(self.variables)) for place in places]

    def still(self) -> Image.Image:
        """Return what is shown large, with its name: the heatmap and the histogram."""
        picture = np.frombuffer(self.heatmap, np.uint8).reshape(*self.size, 3)
        row = self.rows[self.selected]
        return heatmap_figure(row["name"], row["shape"], picture, self.bars)

    def __str__(self) -> str:
        numbers = sum(v.size for v in self.variables)
        return f"ParameterView of {len(self.variables)} variables, {numbers:,} numbers: {self.variables[0].name}, ..."
