"""How several functions become one picture, with what they share between them, level with its users. Notebook 03.

`rows` says how far down a call stands, `lanes` how far right, `cards` how large its box is, `routes` how lines go.
Here they come together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from teachnn.graphs.drawing.cards import MARGIN, Heading, heading, kind_of, legend, shared_heading
from teachnn.graphs.drawing.picture import Box, Link, Panel, Picture, text_width
from teachnn.graphs.drawing.plan import Plan, Share, plan_of, shares_of
from teachnn.graphs.drawing.routes import (
    BEND,
    CHANNEL,
    TRACK,
    Band,
    arrow_head,
    edge_route,
    knot,
    link_route,
    loop_route,
    ports,
)
from teachnn.graphs.drawing.rows import rows_of, shared_variables, variables_of
from teachnn.graphs.graph import CallGraph, G
from teachnn.support import InputError

PADDING = 16.0  # inside a panel
GUTTER, NEXT = 32.0, 24.0  # between a panel and the pills; between two panels
GAP, MORE_GAP = 26.0, 26.0  # between two rows, and at most this much more where lines go far to the side
PILL_GAP, STACK_GAP = 6.0, 16.0


def arrange(graphs: Sequence[CallGraph]) -> Picture:
    """Return the picture of one graph or several: a training function left, then what is shared, then the others.

    Raises InputError if no graph is given, or if one has edges that run in a circle.
    """
    if not graphs:
        raise InputError("arrange", "one graph or more", "none", "a function's .graph(x) makes one")
    graphs = ordered(graphs)
    shared, rows = shared_variables(graphs), rows_of(graphs)
    plans = [plan_of(graph, g, rows[g], frozenset(shared)) for g, graph in enumerate(graphs)]
    shares = shares_of(plans, shared)
    texts = [heading(graph, graphs) for graph in graphs] + [shared_heading(graphs, shared)] * (len(graphs) > 1)
    top = 40.0 + 16 * max(len(lines) for _, lines in texts)
    bands, shares, bottom = _levels(plans, shares, top)
    panels, shares = _columns(plans, shares, texts, top, bottom)
    boxes = [_placed(plan, panel, bands) for plan, panel in zip(plans, panels, strict=False)]
    drawn = list(zip(plans, boxes, panels, strict=False))
    links = [link for plan, mine, _ in drawn for link in _edges(plan, mine, bands)]
    links += [link for plan, mine, panel in drawn for link in _loops(plan, mine, panel, bands)]
    stacks = Counter(share.row for share in shares)
    links += [link for share in shares for link in _links(share, stacks[share.row], plans, boxes, panels, bands)]
    pills = tuple(share.pill for share in shares)
    every = tuple(box for mine in boxes for box in mine)
    width = max(panel.x + panel.width for panel in panels) + MARGIN
    entries, height = legend(len(graphs), links, pills, every, width, bottom)
    return Picture(width, height, tuple(panels), tuple(links), pills, every, entries)


def ordered(graphs: Sequence[G]) -> list[G]:
    """Return the graphs in the order in which they are drawn: the first training function, then the others."""
    first = next((g for g, graph in enumerate(graphs) if graph.kind == "train"), 0)
    return [graphs[first], *graphs[:first], *graphs[first + 1 :]]


def _levels(plans: Sequence[Plan], shares: list[Share], top: float) -> tuple[list[Band], list[Share], float]:
    """Return each row's upper and lower y, the pills at their heights, and the panels' bottom."""
    count = 1 + max(row for plan in plans for row in plan.rows)
    high, reach, stacks = [0.0] * count, [0.0] * count, [0] * count
    for plan in plans:
        for box, row in zip(plan.boxes, plan.rows, strict=True):
            high[row] = max(high[row], box.height)
        for way in plan.ways:
            for step, (a, b) in enumerate(pairwise(way), plan.rows[way[0]] + 1):
                reach[step] = max(reach[step], abs(plan.x[a] - plan.x[b]))
    for share in shares:
        stacks[share.row] += 1
    bands, y, free = [], top + PADDING, top + PADDING  # free: where the next stack of pills may begin
    starts = [0.0] * count
    for row in range(count):
        stack = stacks[row] * (shares[0].pill.height + PILL_GAP) - PILL_GAP if stacks[row] else 0.0
        y += GAP + min(MORE_GAP, 0.05 * reach[row]) if row else 0.0
        middle = max(y + high[row] / 2, free + stack / 2 if stack else 0.0)
        bands.append((middle - high[row] / 2, middle + high[row] / 2))
        y, starts[row] = bands[-1][1], middle - stack / 2
        free = middle + stack / 2 + STACK_GAP if stack else free
    placed = []
    for share in shares:
        stacks[share.row] -= 1
        placed.append(replace(share, pill=replace(share.pill, y=starts[share.row]), below=stacks[share.row]))
        starts[share.row] += share.pill.height + PILL_GAP
    return bands, placed, max(y, free - STACK_GAP) + PADDING


def _columns(
    plans: Sequence[Plan], shares: list[Share], texts: Sequence[Heading], top: float, bottom: float
) -> tuple[list[Panel], list[Share]]:
    """Return the panels side by side (the shared column last), and the pills in their column."""
    wide = max((share.pill.width for share in shares), default=0.0)
    far = any(g > 1 for share in shares for g, *_ in share.users)
    panels, x, shelf = [], MARGIN, None
    for g, plan in enumerate(plans):
        title, lines = texts[g]
        width = max(plan.width + 2 * PADDING, _text_room(title, lines) + 8)
        panels.append(Panel(plan.graph.kind, title, lines, x, top, width, bottom - top))
        x += width + (GUTTER if far else NEXT)
        if g == 0 and len(plans) > 1:
            x = panels[0].x + width
            common, lines = texts[-1]
            room = max(wide + 2 * GUTTER, _text_room(common, lines) + 20)
            shelf = Panel("shared", common, lines, x, top, room, bottom - top)
            shares = [replace(s, pill=replace(s.pill, x=x + (room - wide) / 2, width=wide)) for s in shares]
            x += room
    return panels + [shelf] * (shelf is not None), shares


def _text_room(title: str, lines: Sequence[str]) -> float:
    return max(text_width(title, 17, True), *(text_width(line, 12.5) for line in lines))


def _placed(plan: Plan, panel: Panel, bands: Sequence[Band]) -> list[Box]:
    left = panel.x + (panel.width - plan.width) / 2
    return [
        replace(box, x=round(left + x - box.width / 2, 1), y=(bands[row][0] + bands[row][1] - box.height) / 2)
        for box, x, row in zip(plan.boxes, plan.x, plan.rows, strict=False)
    ]


def _edges(plan: Plan, boxes: list[Box], bands: Sequence[Band]) -> list[Link]:
    left = boxes[0].x + boxes[0].width / 2 - plan.x[0]
    arrivals: dict[int, list[int]] = {}
    for edge, way in enumerate(plan.ways):
        arrivals.setdefault(way[-1], []).append(edge)
    port: dict[int, float] = {}
    for target, edges in arrivals.items():
        above = [left + plan.x[plan.ways[edge][-2]] for edge in edges]
        port |= zip(edges, ports(above, left + plan.x[target], boxes[target].width), strict=True)
    links = []
    for i, (edge, way) in enumerate(zip(plan.graph.edges, plan.ways, strict=True)):
        source, target = boxes[way[0]], boxes[way[-1]]
        lane = [left + plan.x[item] for item in way[1:-1]]
        points = edge_route(source, target, port[i], lane, plan.rows[way[0]] + 1, bands)
        head = arrow_head((port[i], target.y), 0, 1)
        links.append(Link("edge", source.key, target.key, edge.gradient, points, head))
    return links


def _loops(plan: Plan, boxes: list[Box], panel: Panel, bands: Sequence[Band]) -> list[Link]:
    """Return the way of each state from where it comes out to where it goes in, in the panel's outer margin."""
    ends = {(box.kind, box.title): i for i, box in enumerate(boxes) if box.type == "state"}
    links = []
    for (kind, title), i in ends.items():
        if kind == "output" and ("input", title) in ends:
            source, j, aside = boxes[i], ends["input", title], 6 + TRACK * (len(links) % 3)
            side = panel.x + aside if source.graph == 0 else panel.x + panel.width - aside
            below, above = bands[plan.rows[i]][1] + CHANNEL, bands[plan.rows[j]][0] - CHANNEL - BEND
            points = loop_route(source, boxes[j], side, below, above)
            head = arrow_head((points[-1][0], boxes[j].y), 0, 1)
            links.append(Link("state", source.key, boxes[j].key, True, points, head))
    return links


def _links(
    share: Share,
    stack: int,
    plans: Sequence[Plan],
    boxes: list[list[Box]],
    panels: Sequence[Panel],
    bands: Sequence[Band],
) -> list[Link]:
    """Return the links from one pill, of a stack of so many, to all its users, in every panel."""
    links, pill = [], share.pill
    passing = bands[share.row][0] - CHANNEL - TRACK * (share.below % 4)
    for g, i, use in share.users:
        plan, box, toward = plans[g], boxes[g][i], -1 if g == 0 else 1
        kinds = {kind_of(v) for v in variables_of(plan.graph.nodes[i])}
        aside = 0 if len(kinds) == 1 else 7 if pill.kind == "statistic" else -7  # two colours never cover each other
        level = len(plans) > 2 and plan.rows[i] == share.row
        if level:  # each line of a row at a height of its own, the same in all functions
            aside = min(7.0, 28 / stack) * ((stack - 1) / 2 - share.below)
        y = box.y + box.height / 2 + aside
        way = None if level else passing
        points = link_route(pill, box, y, panels, plan.between(i), bands[plan.rows[i]], way)
        solid = use is not None and (plan.graph.kind == "test" or use.how != "uses")
        if use is None or use.how == "writes":
            arrow = arrow_head(points[0], -toward, 0)
            links.append(Link(pill.kind, box.key, pill.key, solid, points[::-1], arrow))
        else:
            arrow = arrow_head(points[-1], toward, 0) if use.how == "reads" else knot(*points[-1]) if level else ()
            links.append(Link(pill.kind, pill.key, box.key, solid, points, arrow))
    return links
