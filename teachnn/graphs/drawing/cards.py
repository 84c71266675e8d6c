"""What is written in a drawing, on its boxes and round them, and how much room that needs. Notebook 03."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Literal

from teachnn.graphs.drawing.picture import Box, Entry, Link, Pill, shorten, text_width
from teachnn.graphs.graph import CallGraph, Node, Use
from teachnn.parameters import Derived, Parameter, Statistic, Variable

MARGIN = 12.0  # round the picture
PAD = 12.0  # between a box's border and its text
NARROWEST = 126.0  # so that most boxes of a chain are equally wide
LINE_LIMIT = 196.0  # name and type stand on one line up to this width
CHIPS_LIMIT = 190.0  # a box's chips break into the next line at this width
BADGE = 40.0
CHIP_HEIGHT, PILL_HEIGHT = 18.0, 24.0

Heading = tuple[str, tuple[str, ...]]  # a title, and the lines below it


def shape_text(shape: tuple[int, ...], times: bool = False) -> str:
    """Return a shape as text: "(100, 784)" for an output, "784 × 256" for a variable."""
    if not shape:
        return "scalar"
    return " × ".join(map(str, shape)) if times else str(tuple(shape))


Kind = Literal["parameter", "statistic", "derived"]


def kind_of(variable: Variable) -> Kind:
    """Return how a variable is drawn."""
    if isinstance(variable, Derived):
        return "derived"
    return "statistic" if isinstance(variable, Statistic) else "parameter"


def describe(variables: Sequence[Variable]) -> str:
    """Return names, kinds and shapes in full, for a tooltip."""
    return ", ".join(f"{v.name} ({kind_of(v)}, {shape_text(v.shape, True)}{_made_from(v)})" for v in variables)


def _made_from(variable: Variable) -> str:
    names = [source.name for source in variable.made_from] if isinstance(variable, Derived) else []
    return f", made from {', '.join(names)}" if names else ""


def chip_of(use: Use, graph: CallGraph, key: str) -> Pill:
    """Return the small chip of a variable that only this graph uses."""
    variable = use.variable
    label = shorten(variable.name.rpartition(".")[2] or variable.name, 18)
    detail = shape_text(variable.shape, True)
    wide = text_width(label, 11, True) + text_width(detail, 11) + 5 + 14
    kind = kind_of(variable)
    fixed = graph.kind == "train" and use.how == "uses"
    return Pill(key, kind, label, detail, describe([variable]), (variable.name,), 0, 0, wide, CHIP_HEIGHT, False, fixed)


def pill_of(variables: Sequence[Variable], fixed: bool, key: str) -> Pill:
    """Return the pill of a shared variable, or one for all of a layer's, where each its own would crowd the picture."""
    kind = kind_of(variables[0])
    label, detail, names = variables[0].name, shape_text(variables[0].shape, True), tuple(v.name for v in variables)
    if len(variables) > 1:
        ways = zip(*(name.split(".")[:-1] for name in names), strict=False)
        layer = ".".join(parts[0] for parts in takewhile(lambda parts: len({*parts}) == 1, ways))
        short = ", ".join(v.name.rpartition(".")[2] for v in variables)
        label, detail = layer or label, f"{shorten(short, 20)} · {sum(v.size for v in variables):,}"
    label = shorten(label, 22)
    wide = text_width(label, 12, True) + text_width(detail, 11) + 12 + 2 * PAD
    return Pill(key, kind, label, detail, describe(variables), names, 0, 0, wide, PILL_HEIGHT, True, fixed)


def box_of(node: Node, graph: CallGraph, number: int, shared: Container[Variable]) -> Box:
    """Return the box of a node at the origin: as large as its text and the chips of its unshared variables."""
    key = f"g{number}n{node.index}"
    name, kind = node.name or node.type, node.type if node.name and node.type != node.name else ""
    shape = shape_text(node.shape)
    mode, variables = node.mode and f"mode {node.mode}", describe([use.variable for use in node.uses])
    about = " · ".join(filter(None, (name, kind, shape, mode, variables)))
    title, kind = shorten(name, 28), shorten(kind, 28)
    if node.kind in ("input", "output"):
        wide = text_width(title, 12.5, True) + text_width(shape, 12) + 8 + 2 * 18
        return Box(key, number, node.kind, title, kind, shape, None, about, 0, 0, max(wide, 96.0), 32.0)
    badge = BADGE + 10 if node.mode else 0.0
    line = text_width(title, 13, True) + badge
    if kind and line + text_width(kind, 13) + 6 <= LINE_LIMIT:
        line += text_width(kind, 13) + 6
    elif kind:
        kind, shape = "", f"{kind} · {shape}"
    line = max(line, text_width(shape, 11))
    uses = sorted(node.uses, key=lambda use: kind_of(use.variable) == "statistic")
    unique = {use.variable: use for use in uses if use.variable not in shared}
    chips = [chip_of(use, graph, f"{key}v{i}") for i, use in enumerate(unique.values())]
    chips, room = _flow(chips, max(line, CHIPS_LIMIT))
    high = chips[-1].y + CHIP_HEIGHT + 9 if chips else 42.0
    wide = max(line, room, NARROWEST) + 2 * PAD
    return Box(key, number, node.kind, title, kind, shape, node.mode, about, 0, 0, wide, high, chips)


def _flow(chips: list[Pill], limit: float) -> tuple[tuple[Pill, ...], float]:
    """Return the chips in lines, as text flows, and the width they need."""
    placed, x, y, room = [], 0.0, 40.0, 0.0
    for chip in chips:
        if x and x + chip.width > limit:
            x, y = 0.0, y + CHIP_HEIGHT + 4
        placed.append(replace(chip, x=PAD + x, y=y))
        room = max(room, x + chip.width)
        x += chip.width + 5
    return tuple(placed), room


def heading(graph: CallGraph, graphs: Sequence[CallGraph]) -> Heading:
    """Return a function's title and the line below it."""
    if graph.kind == "train":
        title, line = "Training function", "searches for the parameters"
    else:
        what = "uses arrays made from parameters" if graph.derived and not graph.parameters else "uses the parameters"
        title, line = "Test function", f"{what} · no gradient"
    alone = graph.kind == "train" and sum(g.kind == "train" for g in graphs) == 1
    named = graph.name not in ("", "<lambda>", title.lower()) and not alone
    return (f"{title}: {shorten(graph.name, 24)}" if named else title), (line,)


def shared_heading(graphs: Sequence[CallGraph], shared: Sequence[Variable]) -> Heading:
    """Return how many parameters, and how many numbers, at least two of the functions use."""
    every = dict.fromkeys(p for graph in graphs for p in graph.parameters)
    common = [v for v in shared if isinstance(v, Parameter)]
    kept, made = ([v for v in shared if kind_of(v) == kind] for kind in ("statistic", "derived"))
    more = (f"{len(kept)} statistic{'s' * (len(kept) > 1)}",) if kept else ()
    if made:
        numbers = f"{sum(v.size for v in made):,} numbers"
        sources = len(dict.fromkeys(source for v in made for source in v.made_from))  # type: ignore[attr-defined]
        more = (*more, f"{len(made)} made from {sources} arrays · {numbers}")
    if made and not common:
        return "Made from parameters", ("and from statistics; no parameter is shared", *more)
    if not common:
        return "No shared parameters", (f"none of {len(every)} is in two functions", *more)
    numbers = f"{sum(p.size for p in common):,} of {sum(p.size for p in every):,} numbers"
    return "Shared parameters", (f"{len(common)} of {len(every)} · {numbers}", *more)


def legend(
    graphs: int, links: Sequence[Link], pills: Sequence[Pill], boxes: Sequence[Box], width: float, bottom: float
) -> tuple[tuple[Entry, ...], float]:
    """Return the entries for the signs that occur in this picture, in lines below it, and the picture's height."""
    chips = [chip for box in boxes for chip in box.chips]
    only = ", one function only" if graphs > 1 else ""
    texts = {
        "shared": ("parameter, shared", any(p.kind == "parameter" and not p.fixed for p in pills)),
        "own": ("parameter" + only, any(c.kind == "parameter" and not c.fixed for c in chips)),
        "fixed": ("parameter that is used, not trained", any(p.fixed for p in [*pills, *chips])),
        "statistic": ("statistic, shared", any(p.kind == "statistic" for p in pills)),
        "own-statistic": ("statistic" + only, any(c.kind == "statistic" for c in chips)),
        "derived": ("made from parameters and statistics", any(p.kind == "derived" for p in pills)),
        "own-derived": ("derived array" + only, any(c.kind == "derived" for c in chips)),
        "state": ("state: comes out, goes into the next call", any(box.type == "state" for box in boxes)),
        "gradient": ("gradient comes back", any(link.kind == "edge" and link.solid for link in links)),
        "no-gradient": ("no gradient", any(link.kind == "edge" and not link.solid for link in links)),
    }
    entries, x, y = [], MARGIN, bottom + 28
    for key, (text, occurs) in texts.items():
        room = 30 + text_width(text, 12)
        if occurs and x > MARGIN and x + room > width - MARGIN:
            x, y = MARGIN, y + 22
        if occurs:
            entries.append(Entry(key, text, x, y))
            x += room + 20
    return tuple(entries), (y if entries else bottom) + 22
