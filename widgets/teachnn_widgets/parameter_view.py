"""Parameters and statistics as pictures and numbers, and how they became what they are. Notebook 01.

A parameter is nothing but a named array. Here it is to be seen: each number a spot of colour, all of them as a
histogram; and the slider goes back to how it looked while training went on.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np
import traitlets as t
from PIL import Image, ImageDraw

import teachnn as tn
from teachnn.errors import InputError
from teachnn.parameter import Variable, distinct
from teachnn_widgets.base import Widget
from teachnn_widgets.numbers import colours
from teachnn_widgets.parameter_history import ParameterHistory

PERIOD = 0.2  # seconds between two looks, at least
LIVE = -1
WHO = "ParameterView"


class ParameterView(Widget):
    """Heatmap, histogram and history of each variable: `ParameterView(net.parameters + net.statistics, [graph])`.

    variables: Parameters and Statistics. functions: graphs, or pairs (name, graph), that tell who uses them.
    chosen: the row of the variable that is shown large. look: which of the kept looks is shown, from 0; -1: live.
    A variable that training replaces is looked at some five times a second, of which 120 looks are kept at most.
    Raises InputError or ValueError for what are no variables, for none, and for two of one name.
    """

    table = t.List(help="what never changes of each variable: name, kind, shape, count, users, axes").tag(sync=True)
    numbers = t.List(help="mean, spread and last change of each, as text").tag(sync=True)
    chosen = t.Int(0).tag(sync=True)
    look = t.Int(LIVE).tag(sync=True)
    kept = t.Int(1, help="how many looks can be gone back to").tag(sync=True)
    size = t.List(help="height and width of the heatmap").tag(sync=True)
    heatmap = t.Bytes(help="its colours").tag(sync=True)
    limit = t.Float(help="the number of the strongest colours").tag(sync=True)
    histogram = t.Dict(help="low, high, counts; left and right ends of an axis for all looks").tag(sync=True)

    def __init__(self, variables: Iterable[Variable], functions: Iterable = ()):
        self.variables: tuple[Variable, ...] = _checked(variables)
        graphs = _named(functions)
        self.history = ParameterHistory(self.variables)
        self._looked = time.monotonic()
        super().__init__(table=[_row(variable, graphs) for variable in self.variables])
        self._show()
        self.observe(lambda change: self._show(), ["chosen", "look"])
        self.follow()

    @t.validate("chosen", "look")
    def _within(self, proposal) -> int:
        """Take the nearest row or look that there is."""
        low, count = (0, len(self.variables)) if proposal.trait.name == "chosen" else (LIVE, len(self.history.kept))
        return int(np.clip(proposal.value, low, count - 1))

    def beat(self) -> None:
        """Take a look, if something moved, and show it."""
        now = time.monotonic()
        if now - self._looked < PERIOD:
            return
        self._looked = now
        with self.lock:
            if self.history.look():
                self._show()

    def _show(self) -> None:
        """Show the chosen variable at the chosen look."""
        history = self.history
        with self.lock, self.hold_sync():
            if history.thin() and self.look != LIVE:
                self.look //= 2
            shown = history.latest if self.look == LIVE else history.kept[self.look]
            self.kept = len(history.kept)
            self.numbers = [[_short(n) for n in (one.mean, one.spread, one.change)] for one in shown.values()]
            variable = self.variables[self.chosen]
            one, every = shown[variable], [looks[variable] for looks in (*history.kept, history.latest)]
            self.limit = max(look.limit for look in every)  # one scale, that looks can be compared
            self.size, self.heatmap = list(one.levels.shape), colours(one.picture, self.limit).tobytes()
            self.histogram = {
                "low": one.low,
                "high": one.high,
                "counts": one.counts.tolist(),
                "left": min(look.low for look in every),
                "right": max(look.high for look in every),
            }

    def still(self) -> Image.Image:
        """Return the heatmap, and the histogram below it."""
        with self.lock:
            (height, width), bars = self.size, self.histogram
            pixels = np.frombuffer(self.heatmap, np.uint8).reshape(height, width, 3)
        scale = max(1, 320 // max(height, width))
        heatmap = Image.fromarray(pixels).resize((width * scale, height * scale), Image.Resampling.NEAREST)
        picture = Image.new("RGB", (320, heatmap.height + 90), "white")
        picture.paste(heatmap)
        draw, bottom = ImageDraw.Draw(picture), picture.height - 1
        for i, count in enumerate(bars["counts"]):
            draw.rectangle((8 * i, bottom - round(76 * count / max(bars["counts"])), 8 * i + 6, bottom), "#5c6670")
        return picture

    def __str__(self) -> str:
        count = sum(variable.size for variable in self.variables)
        shown = self.table[self.chosen]
        return f"ParameterView of {len(self.variables)} variables, {count:,} numbers: {shown['name']}, {shown['shape']}"


def _checked(variables: Iterable[Variable]) -> tuple[Variable, ...]:
    cure = "net.parameters + net.statistics are all of a network"
    if isinstance(variables, tn.Layer) or not isinstance(variables, Iterable):
        raise InputError(WHO, "Parameters and Statistics", type(variables).__name__, cure)
    variables = tuple(variables)
    for variable in variables:
        if not isinstance(variable, Variable):
            raise InputError(WHO, "Parameters and Statistics", type(variable).__name__, cure)
    if not variables:
        raise InputError(WHO, "one variable or more", "none", cure)
    for variable in variables:
        if not variable.size:
            raise InputError(WHO, "variables that hold numbers", f"{variable.name} of shape {variable.shape}")
    return distinct(variables, WHO)


def _named(functions: Iterable) -> list[tuple[str, tn.Graph]]:
    """Return (name, graph) of each function."""
    cure = "a function's .graph(x) makes one; several go into a list"
    if not isinstance(functions, Iterable):
        raise InputError(WHO, "graphs, or pairs (name, graph), as functions", type(functions).__name__, cure)
    pairs = [(one.name, one) if isinstance(one, tn.Graph) else one for one in functions]
    for pair in pairs:
        match pair:
            case (str(), tn.Graph()):
                pass
            case _:
                raise InputError(WHO, "graphs, or pairs (name, graph), as functions", type(pair).__name__, cure)
    return pairs


def _row(variable: Variable, graphs: Sequence[tuple[str, tn.Graph]]) -> dict:
    return {
        "name": variable.name,
        "kind": type(variable).__name__.lower(),
        "shape": " × ".join(map(str, variable.shape)) or "scalar",
        "count": f"{variable.size:,}",
        "users": [[name, graph.kind] for name, graph in graphs if variable in (*graph.parameters, *graph.statistics)],
        "axes": _axes(variable.shape),
    }


def _axes(shape: tuple[int, ...]) -> str:
    """Say what stands where in the heatmap."""
    match shape:
        case () | (_,):
            said = "one row of numbers"
        case (_, _):
            said = "first axis (inputs) downwards, second (outputs) across"
        case (h, w, _, _):
            said = f"kernels of {h} × {w}, side by side: input channels downwards, output channels across"
        case _:
            said = "last axis across, all others downwards"
    matrix = (int(np.prod(shape[:-1])), shape[-1]) if shape else (1, 1)
    if len(shape) == 4:
        matrix = (shape[0] * shape[2], shape[1] * shape[3])
    return said + ("; each spot is the mean of its neighbours" if max(matrix) > 64 else "")


def _short(number: float) -> str:
    return "0" if number == 0 else f"{number:.3g}"
