"""How large a box or a pill must be for its text, and what the text says. Notebook 03."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from teachnn.graph import Graph, Node, Use
from teachnn.parameter import Statistic, Variable
from teachnn.picture import Box, Pill, shorten, text_width

PAD = 12.0  # between a box's border and its text
NARROWEST = 126.0  # so that most boxes of a chain are equally wide
LINE_LIMIT = 196.0  # name and type stand on one line up to this width
CHIPS_LIMIT = 190.0  # a box's chips break into the next line at this width
BADGE = 38.0
CHIP_HEIGHT, PILL_HEIGHT = 18.0, 24.0


def shape_text(shape: tuple[int, ...], times: bool = False) -> str:
    """Return a shape as text: "(100, 784)" for an output, "784 × 256" for a variable."""
    if not shape:
        return "scalar"
    return " × ".join(map(str, shape)) if times else str(tuple(shape))


def describe(variables: Sequence[Variable]) -> str:
    """Return names, kinds and shapes in full, for a tooltip."""
    return ", ".join(f"{v.name} ({type(v).__name__.lower()}, {shape_text(v.shape, True)})" for v in variables)


def chip_of(use: Use, graph: Graph, key: str) -> Pill:
    """Return the small chip of a variable that only this graph uses."""
    variable = use.variable
    label = shorten(variable.name.rpartition(".")[2] or variable.name, 18)
    detail = shape_text(variable.shape, True)
    wide = text_width(label, 10.5, True) + text_width(detail, 10) + 5 + 14
    kind = "statistic" if isinstance(variable, Statistic) else "parameter"
    fixed = graph.kind == "train" and use.how == "uses"
    return Pill(key, kind, label, detail, describe([variable]), 0, 0, wide, CHIP_HEIGHT, False, fixed)


def pill_of(variables: Sequence[Variable], fixed: bool, key: str) -> Pill:
    """Return the pill of a shared variable, or one for all of a layer's, where each its own would crowd the picture."""
    kind = "statistic" if isinstance(variables[0], Statistic) else "parameter"
    label, detail = variables[0].name, shape_text(variables[0].shape, True)
    if len(variables) > 1:
        layer = label.rpartition(".")[0]
        names = ", ".join(v.name.rpartition(".")[2] for v in variables)
        label, detail = layer or label, f"{shorten(names, 20)} · {sum(v.size for v in variables):,}"
    label = shorten(label, 22)
    wide = text_width(label, 12, True) + text_width(detail, 11) + 12 + 2 * PAD
    return Pill(key, kind, label, detail, describe(variables), 0, 0, wide, PILL_HEIGHT, True, fixed)


def box_of(node: Node, graph: Graph, number: int, shared: Container[Variable]) -> Box:
    """Return the box of a node at the origin: as large as its text and the chips of its unshared variables."""
    key = f"g{number}n{node.index}"
    name, kind = node.name or node.type, node.type if node.name and node.type != node.name else ""
    shape = shape_text(node.shape)
    about = " · ".join(
        filter(None, (name, kind, shape, node.mode and f"mode {node.mode}", describe([u.variable for u in node.uses])))
    )
    title, kind = shorten(name, 28), shorten(kind, 28)
    if node.kind in ("input", "output"):
        wide = text_width(title, 12.5, True) + text_width(shape, 12) + 8 + 2 * 18
        return Box(key, number, node.kind, title, "", shape, None, about, 0, 0, max(wide, 96.0), 32.0)
    badge = BADGE + 10 if node.mode else 0.0
    line = text_width(title, 13, True) + badge
    if kind and line + text_width(kind, 13) + 6 <= LINE_LIMIT:
        line += text_width(kind, 13) + 6
    elif kind:
        kind, shape = "", f"{kind} · {shape}"
    line = max(line, text_width(shape, 11))
    unique = {use.variable: use for use in node.uses if use.variable not in shared}
    chips, room = _flow(
        [chip_of(use, graph, f"{key}v{i}") for i, use in enumerate(unique.values())], max(line, CHIPS_LIMIT)
    )
    high = 42.0 + (chips[-1].y + CHIP_HEIGHT - 40 + 7 if chips else 0)
    return Box(
        key,
        number,
        node.kind,
        title,
        kind,
        shape,
        node.mode,
        about,
        0,
        0,
        max(line, room, NARROWEST) + 2 * PAD,
        high,
        chips,
    )


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
