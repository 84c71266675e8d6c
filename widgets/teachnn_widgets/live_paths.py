"""Which paths of a FractalNet live in this batch: a wall of units, in which those that are dropped fade. Notebook 07.

The graph of each function is recorded, and a unit lives if the output depends on it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import numpy as np
import traitlets as t

import teachnn as tn
from teachnn.graphs.svg import text
from teachnn.images import LIGHT
from teachnn.models.fractalnet import FractalNet, Unit
from teachnn.support import InputError, array, whole
from teachnn_widgets.carrying import CarryingWidget
from teachnn_widgets.refreshed import refreshed

BATCHES = 40
WIDE, HIGH, GAP, TOP = 96, 52, 14, 34  # pixels: of a unit's place, between places, above a block

RULES = """
.paths text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--tn-ink);text-anchor:middle}
.paths .ground{fill:var(--tn-ground,#fff)} .paths .block{fill:var(--tn-panel)}
.paths .grey{fill:var(--tn-grey)} .paths .title{font-weight:600}
.paths .unit{fill:var(--tn-ground,#fff);stroke:var(--tn-grey);stroke-width:1;stroke-dasharray:3 3}
.paths path{fill:none;stroke:var(--tn-line);stroke-width:1.5;stroke-dasharray:3 3}
.paths .join{stroke-width:5;stroke-dasharray:none}
.paths .live .unit{stroke-width:2.5;stroke-dasharray:none} .paths path.live{stroke-dasharray:none;stroke-width:2.5}
.paths path.joined{stroke-width:6}
.paths.train .live .unit,.paths.train path.live{stroke:var(--tn-train)}
.paths.test .live .unit,.paths.test path.live{stroke:var(--tn-test)}
.paths .live .unit{fill-opacity:1} .paths .live text{font-weight:600}
"""
# The colours are the page's, or those of a light page where the picture stands alone.
STYLE = re.sub(r"var\(--tn-(\w+)\)", lambda found: f"{found[0][:-1]},{LIGHT[found[1]].lower()})", RULES)


class LivePaths(CarryingWidget):
    """The units of a FractalNet, block by block, and those that live: `LivePaths(net, x)`.

    net: a FractalNet in train mode. x (N, ...): its input; the first example is used, for paths depend on no pixel.
    function: "training", "whole net" or "column 1", ...: whose paths are shown. batch: of training, from 1.
    seed: of the paths shown; the net's own generator is left alone. Raises InputError for what does not fit.
    """

    function = t.Unicode("training").tag(sync=True)
    functions = t.List(t.Unicode()).tag(sync=True)
    batch = t.Int(1).tag(sync=True)
    batches = t.Int(BATCHES).tag(sync=True)
    drawing = t.Unicode(help="the SVG").tag(sync=True)
    said = t.Unicode(help="what it shows, in a sentence").tag(sync=True)

    def __init__(self, net: FractalNet, x, seed: int = 0, carry: bool = False):
        if not isinstance(net, FractalNet) or net.mode != "train":
            got = f"one in mode {net.mode!r}" if isinstance(net, FractalNet) else type(net).__name__
            raise InputError("LivePaths", "a FractalNet in train mode", got, "LivePaths(net, x)")
        if not np.ndim(x):
            raise InputError("LivePaths", "x of shape (N, ...)", type(x).__name__, "LivePaths(net, x)")
        self.net, self.seed, self.x = net, whole("LivePaths", "seed", seed, 0), array("LivePaths", "x", x)[:1]
        self.units = [unit for block in net.blocks for c in range(net.columns) for unit in block.column(c + 1)]
        columns = [f"column {c}" for c in range(1, net.columns + 1)]
        self._live = cache(self._look)
        self._live("whole net", 0)  # complains now about an input that does not fit
        super().__init__(carry, functions=["training", "whole net", *columns])
        self._show()
        self.observe(lambda change: self._show(), ["function", "batch"])
        if carry:
            self.take_along()

    def _look(self, function: str, batch: int) -> frozenset[tn.Parameter]:
        """Return the parameters that the output of the function depends on; `batch` counts in training only."""
        rng = np.random.default_rng((self.seed, batch))
        net = refreshed(self.net, lambda: rng) if function == "training" else self.net.at("test")
        if function.startswith("column "):
            net = net.column(int(function.removeprefix("column ")))
        graph = tn.TestFunction(net, modes=("test", "train"), name=function).graph(self.x)
        reached = {graph.nodes[-1].index}
        for edge in sorted(graph.edges, key=lambda edge: -edge.target):
            if edge.target in reached:
                reached.add(edge.source)
        return frozenset(p for index in reached for p in graph.nodes[index].parameters)

    def _show(self) -> None:
        with self.lock, self.alerting():
            if self.function not in self.functions or not 1 <= self.batch <= self.batches:
                expected = f"one of {', '.join(self.functions)}, and a batch of 1 to {self.batches}"
                raise InputError("LivePaths", expected, f"{self.function!r} and {self.batch}")
            training = self.function == "training"
            numbers = self._live(self.function, self.batch if training else 0)
            live = [unit for unit in self.units if unit.conv.W in numbers]
            said = f"{len(live)} of {len(self.units)} units live"
            if training:
                every = sum(p.size for p in self.net.parameters)
                said = f"Batch {self.batch}: {self._kind(live)}. {said}; "
                said += f"{sum(p.size for p in numbers):,} of {every:,} numbers get a gradient."
            else:
                said = f"At test, {self.function.replace('whole', 'the whole')}: {said}."
            with self.hold_sync():
                self.said, self.drawing = said, self._draw(set(live), said)

    def _kind(self, live: list[Unit]) -> str:
        for c in range(1, self.net.columns + 1):
            if set(live) == {unit for block in self.net.blocks for unit in block.column(c)}:
                return f"column {c} alone"
        return "all columns, some inputs of joins dropped" if len(live) < len(self.units) else "all columns"

    def _draw(self, live: set[Unit], said: str) -> str:
        """Return the picture: each block a panel, each column a pile of units, a join a bar below those it joins."""
        training, rows = self.function == "training", 2 ** (self.net.columns - 1)
        lived = Counter(p for b in range(1, self.batch + 1) if training for p in self._live("training", b))
        across, parts = self.net.columns * (WIDE + GAP) + GAP, []
        for b, block in enumerate(self.net.blocks):
            left = b * (across + GAP)
            parts.append(f'<rect class="block" x="{left}" width="{across}" height="{TOP + rows * HIGH + GAP}" rx="8"/>')
            parts.append(f'<text class="title" x="{left + across // 2}" y="20">block {b + 1}</text>')
            columns = [block.column(c + 1) for c in range(self.net.columns)]
            for c, column in enumerate(columns):
                x, high = left + GAP + c * (WIDE + GAP), rows * HIGH // len(column)
                for i, unit in enumerate(column):
                    y, kind = TOP + i * high, ' class="live"' if unit in live else ""
                    share = f"{lived[unit.conv.W] / self.batch:.0%}"
                    middle = x + WIDE // 2
                    parts.append(
                        f'<path{kind} d="M{middle} {y - 2}V{y + high}"/><g{kind} data-unit="{text(unit.name)}">'
                    )
                    parts.append(f'<rect class="unit" x="{x}" y="{y + 8}" width="{WIDE}" height="{high - 18}" rx="5"/>')
                    name, place = unit.name.rpartition(".")[2], f"{y + high // 2 + 4}"
                    parts.append(f'<text x="{middle - 18 if training else middle}" y="{place}">{text(name)}</text>')
                    if training:
                        parts.append(f'<text class="grey" x="{middle + 20}" y="{place}">{share}</text>')
                    parts.append("</g>")
            for row in range(1, rows + 1):
                ending = [c for c, column in enumerate(columns) if row * len(column) % rows == 0]
                inputs = [columns[c][row * len(columns[c]) // rows - 1] for c in ending]
                if len(inputs) > 1:
                    joined = [c for c, unit in zip(ending, inputs, strict=True) if unit in live]
                    for kind, ends in (("join", ending), ("joined live", joined)):
                        if len(ends) > 1:  # one input alone is handed on as it is
                            start, end = (left + GAP + c * (WIDE + GAP) for c in (ends[0], ends[-1]))
                            parts.append(f'<path class="{kind}" d="M{start} {TOP + row * HIGH}H{end + WIDE}"/>')
        wide, high = len(self.net.blocks) * (across + GAP) - GAP, TOP + rows * HIGH + GAP
        mode = "train" if training else "test"
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="paths {mode}" viewBox="0 0 {wide} {high}" role="img"'
        ground = f'<rect class="ground" width="{wide}" height="{high}"/>'
        return (
            "\n".join([f'{head} aria-label="{text(said)}">', f"<style>{STYLE}</style>{ground}", *parts, "</svg>"])
            + "\n"
        )

    def choices(self) -> list[dict]:
        """Return every function and batch that can be looked at."""
        batches = range(1, self.batches + 1)
        return [{"function": function, "batch": batch} for function in self.functions for batch in batches]

    def still(self) -> str:
        """Return the drawing, an SVG."""
        return self.drawing

    def __str__(self) -> str:
        return f"LivePaths: {len(self.net.blocks)} blocks of {self.net.columns} columns. {self.said}"
