"""The two graphs side by side, live: what they share stands once between them, and glows as training moves it.

The drawing is that of `tn.draw`, the very same. On the page it can be searched with the pointer or the keyboard, moved
and enlarged; a click on a layer or a parameter shows its numbers. Of many functions one at a time stands beside the
training function, and what they have in common moves to its new place when another is chosen. Notebook 03.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import traitlets as t

import teachnn as tn
from teachnn.graphs.drawing import arrange, ordered
from teachnn.graphs.style import DARK_RULES, RULES, scoped
from teachnn.graphs.svg import as_svg
from teachnn.parameters import Variable, values_of
from teachnn.support import InputError, InputTypeError
from teachnn_widgets.carrying import CarryingWidget
from teachnn_widgets.numbers import colours, histogram, thumbnail
from teachnn_widgets.told import details_of, sentence, variables_of
from teachnn_widgets.watched import Watched

GLOW_PERIOD = 0.2  # seconds between two looks at how far everything moved
FAINTEST, BRIGHTEST = -5.0, -1.0  # log10 of the relative change: no glow, full glow


class TwoGraphs(CarryingWidget):
    """Functions' graphs side by side, with what they share between them: `TwoGraphs(g_train, g_test)`.

    graphs: tn.Graphs, one or more; a training function stands left. Of three or more, tabs choose which of the others
    stands right of it; the last tab shows all. train, inputs: the training function and a batch on which the inspector
    is to show the gradient; without them it shows none. function: the number of the tab.
    depth: 0 shows primitives, 1 layers, 2 the layers inside of layers. selected: the key of what is inspected.
    Raises InputError for anything but graphs.
    """

    parts = ("tabs", "stage", "sides", "inspector")
    rules = scoped(RULES, ".tn-two-graphs .teachnn")
    rules += scoped(DARK_RULES, ':where([data-jp-theme-light="false"]) .tn-two-graphs .teachnn')

    depth = t.Int(1, min=0).tag(sync=True)
    deepest = t.Int(1).tag(sync=True)
    functions = t.List(t.Unicode(), help="the tabs: of three functions or more, all but the left one").tag(sync=True)
    function = t.Int(0, min=0).tag(sync=True)
    drawing = t.Unicode(help="the SVG").tag(sync=True)
    said = t.Unicode(help="what it shows, in a sentence").tag(sync=True)
    details = t.Dict(help="key of a box or a variable -> what is to be said of it").tag(sync=True)
    glow = t.Dict(help="key of a variable -> how strongly it moves, 0 to 1").tag(sync=True)
    selected = t.Unicode().tag(sync=True)
    inspection = t.List(help="what the inspector shows of each chosen variable").tag(sync=True)
    heatmaps = t.Bytes(help="their colours, one after the other").tag(sync=True)

    def __init__(
        self,
        *graphs: tn.Graph,
        train: tn.TrainFunction | None = None,
        inputs: Sequence = (),
        depth: int = 1,
        carry: bool = False,
    ):
        for graph in graphs:
            if not isinstance(graph, tn.Graph):
                raise InputTypeError("TwoGraphs", "graphs", type(graph).__name__, "a function's .graph(x) makes one")
        if not graphs:
            raise InputError("TwoGraphs", "one graph or more", "none", "a function's .graph(x) makes one")
        if train is not None and not isinstance(train, tn.TrainFunction):
            raise InputTypeError("TwoGraphs", "a training function as train", type(train).__name__)
        if train is not None:
            train.gradients(*inputs)  # complains now about inputs that do not fit
        self.graphs, self.train, self.inputs = graphs, train, tuple(inputs)
        whole = [graph.collapse(0) for graph in graphs]
        self._variables: dict[str, tuple[Variable, ...]] = {}  # by the key of their pill, chip or box
        self._watched = Watched.of(*graphs)
        self._moved: dict[Variable, float] = dict.fromkeys(self._watched.values, 0.0)
        self._looked = time.monotonic()
        names = [graph.name or f"function {i}" for i, graph in enumerate(ordered(graphs)[1:], 2)]
        deepest = max(1, *(len(node.calls) for graph in whole for node in graph.nodes))
        super().__init__(carry, depth=depth, deepest=deepest, functions=[*names, "all"] if len(names) > 1 else [])
        self._draw()
        self.observe(lambda change: self._draw(), ["depth", "function"])
        self.observe(lambda change: self._inspect(), "selected")
        if carry:
            self.take_along()
        self.follow()

    def _draw(self) -> None:
        with self.lock, self.alerting():
            graphs = self._shown()
            picture = arrange(graphs)
            variables, details = variables_of(picture, graphs), details_of(picture, graphs)
            with self.hold_sync():
                self._variables, self.details, self.said, self.glow = variables, details, sentence(graphs), {}
                self.drawing, self.selected = as_svg(picture), ""

    def _shown(self) -> list[tn.Graph]:
        """Return the graphs that are drawn now, at their depth."""
        first, *others = ordered([graph.collapse(self.depth) for graph in self.graphs])
        if self.functions and self.function >= len(self.functions):
            raise InputError("TwoGraphs", f"a function below {len(self.functions)}", str(self.function))
        if self.function < len(self.functions) - 1:  # the last is all of them
            others = [others[self.function]]
        return [first, *others]

    def beat(self) -> None:
        """Let what moved since the last look glow, and the inspector follow."""
        super().beat()
        now = time.monotonic()
        if now - self._looked < GLOW_PERIOD:
            return
        before = self._watched.values
        still, self._looked = not self._watched.look(), now
        moved = {v: _change(before[v], array) for v, array in self._watched.values.items()}
        with self.lock:
            if not still:
                self._moved = moved
            glow = {
                key: round(g, 2)
                for key, variables in self._variables.items()
                if "v" in key  # a pill or a chip, no box
                if (g := _brightness(max(moved[v] for v in variables)))
            }
            if glow != self.glow:
                self.glow = glow
            if self.selected and not still:
                self._inspect()

    def _inspect(self) -> None:
        """Show the numbers of the chosen variables."""
        with self.lock, self.alerting():
            variables = self._variables.get(self.selected, ())[:4]
            gradients = self.train.gradients(*self.inputs) if self.train and variables else {}
            values = values_of(variables)
            small = [thumbnail(values[v]) for v in variables]
            with self.hold_sync():
                self.inspection = [
                    {
                        "name": v.name,
                        "kind": type(v).__name__.lower(),
                        "shape": " × ".join(map(str, v.shape)) or "scalar",
                        "numbers": _numbers(
                            values[v], self._moved[v], gradients.get(v) if isinstance(v, tn.Parameter) else None
                        ),
                        "limit": float(np.abs(picture).max()),
                        "size": list(picture.shape),
                        "histogram": histogram(values[v]),
                    }
                    for v, picture in zip(variables, small, strict=True)
                ]
                self.heatmaps = b"".join(colours(picture).tobytes() for picture in small)

    def choices(self) -> list[dict]:
        """Return every drawing, and everything in it that can be chosen."""
        found, before = [], (self.depth, self.function)
        with self.lock, self.hold_sync():
            for depth in range(self.deepest + 1):
                for function in range(max(1, len(self.functions))):
                    self.depth, self.function = depth, function
                    keys = ["", *self._variables]
                    found += [{"depth": depth, "function": function, "selected": key} for key in keys]
            self.depth, self.function = before
        return found

    def still(self) -> str:
        """Return the drawing, an SVG; of three functions or more, that of each tab, one below another."""
        if not self.functions:
            return self.drawing
        return tn.draw(*(graph.collapse(self.depth) for graph in self.graphs)).svg

    def __str__(self) -> str:
        return f"TwoGraphs: {tn.draw(*self.graphs)}"


def _change(before: np.ndarray, after: np.ndarray) -> float:
    """Return the size of a change relative to the size of what changed."""
    if before is after:
        return 0.0
    return float(np.linalg.norm(after - before) / max(np.linalg.norm(after), 1e-12))


def _brightness(change: float) -> float:
    return float(np.clip((np.log10(change) - FAINTEST) / (BRIGHTEST - FAINTEST), 0, 1)) if change > 0 else 0.0


def _numbers(value: np.ndarray, moved: float, gradient: np.ndarray | None) -> list[tuple[str, str]]:
    said = [
        ("numbers", f"{value.size:,}"),
        ("mean", f"{value.mean():.3g}"),
        ("spread", f"{value.std():.3g}"),
        ("size (norm)", f"{np.linalg.norm(value):.3g}"),
        ("last change", f"{moved:.2%} of its size"),
    ]
    return said + ([] if gradient is None else [("gradient (norm)", f"{np.linalg.norm(gradient):.3g}")])
