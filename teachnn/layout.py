"""How several functions become one picture: each in a panel, and what they share between them, level with its users. Notebook 03.

`rows` says how far down a call stands, `lanes` how far right, `cards` how large its box is, `routes` how lines go.
Here they come together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from teachnn.cards import box_of, pill_of
from teachnn.graph import Graph, Use
from teachnn.lanes import lanes
from teachnn.legend import heading, legend, shared_heading
from teachnn.parameter import Statistic, Variable
from teachnn.picture import Box, Link, Panel, Picture, Pill, text_width
from teachnn.routes import Band, arrow_head, edge_route, link_route, ports
from teachnn.rows import rows_of, shared_variables, variables_of

MARGIN, PADDING = 20.0, 24.0  # round the picture; inside a panel
GUTTER, NEXT = 52.0, 24.0  # between a panel and the pills; between two panels
GAP, MORE_GAP = 26.0, 26.0  # between two rows, and at most this much more where lines go far to the side
PILL_GAP, STACK_GAP = 6.0, 16.0
CROWD = 4  # more pills than this in one row, and those of one layer are merged


@dataclass(frozen=True)
class Plan:
    """One graph before it has a place on the page: boxes at the origin, and where they go."""

    graph: Graph
    boxes: list[Box]
    rows: list[int]
    x: list[float]  # the middle of each item; the leftmost border is 0
    ways: list[list[int]]
    width: float


@dataclass(frozen=True)
class Share:
    """A pill and its users: (graph, node's position, use)."""

    pill: Pill
    users: list[tuple[int, int, Use]]
    row: int
    nearer: int  # how many boxes of its first user's row stand nearer to the middle


def arrange(graphs: Sequence[Graph]) -> Picture:
    """Return the picture of one graph or several: a training function left, then what is shared, then the others.

    Raises ValueError for no graph, or for one whose edges run in a circle.
    """
    if not graphs:
        raise ValueError("arrange: expected one graph or more, got none; a function's .graph(x) makes one")
    first = next((g for g, graph in enumerate(graphs) if graph.kind == "train"), 0)
    graphs = [graphs[first], *graphs[:first], *graphs[first + 1 :]]
    shared, rows = shared_variables(graphs), rows_of(graphs)
    plans = [_plan(graph, g, rows[g], shared) for g, graph in enumerate(graphs)]
    shares = _shares(plans, shared)
    texts = [heading(graph, graphs) for graph in graphs] + [shared_heading(graphs, shared)] * (len(graphs) > 1)
    top = 40.0 + 16 * max(len(lines) for _, lines in texts)
    bands, shares, bottom = _levels(plans, shares, top)
    panels, shares = _columns(plans, shares, texts, top, bottom)
    boxes = [_placed(plan, panel, bands) for plan, panel in zip(plans, panels, strict=False)]
    links = [
        link
        for plan, mine, panel in zip(plans, boxes, panels, strict=False)
        for link in _edges(plan, mine, panel, bands)
    ]
    links += [link for share in shares for link in _links(share, plans, boxes, panels, bands)]
    pills = tuple(share.pill for share in shares)
    every = tuple(box for mine in boxes for box in mine)
    width = max(panel.x + panel.width for panel in panels) + MARGIN
    entries, height = legend(len(graphs), links, pills, every, width, bottom)
    return Picture(width, height, tuple(panels), tuple(links), pills, every, entries)


def _plan(graph: Graph, number: int, rows: list[int], shared: Sequence[Variable]) -> Plan:
    boxes = [box_of(node, graph, number, frozenset(shared)) for node in graph.nodes]
    position = {node.index: i for i, node in enumerate(graph.nodes)}
    edges = [(position[e.source], position[e.target], e.gradient) for e in graph.edges]
    x, ways = lanes([box.width for box in boxes], rows, edges, left=number == 0)
    halves = [box.width / 2 for box in boxes] + [0.0] * (len(x) - len(boxes))
    left = min(a - half for a, half in zip(x, halves, strict=True))
    right = max(a + half for a, half in zip(x, halves, strict=True))
    return Plan(graph, boxes, rows, [round(a - left, 1) for a in x], ways, right - left)


def _shares(plans: Sequence[Plan], shared: Sequence[Variable]) -> list[Share]:
    """Return a pill for each shared variable; where that would crowd a row, one for all that the same calls use."""
    users: dict[Variable, list[tuple[int, int, Use]]] = {variable: [] for variable in shared}
    for g, plan in enumerate(plans):
        for i, node in enumerate(plan.graph.nodes):
            for use in {use.variable: use for use in node.uses if use.variable in users}.values():
                users[use.variable].append((g, i, use))
    together: dict[tuple, list[Variable]] = {}
    for v in shared:
        together.setdefault((isinstance(v, Statistic), *((g, i) for g, i, _ in users[v])), []).append(v)
    rows = [plans[g].rows[i] for g, i, _ in (users[v][0] for v in shared)]
    crowded = any(rows.count(row) > CROWD for row in set(rows))
    groups = list(together.values()) if crowded else [[v] for v in shared]
    shares = []
    for number, group in enumerate(groups):
        uses = [u for u in users[group[0]] if plans[u[0]].graph.kind == "train"]
        fixed = any(use.how == "uses" for *_, use in uses) and not any(use.how == "trains" for *_, use in uses)
        g, i, _ = users[group[0]][0]
        nearer = [
            r for r, x in zip(plans[g].rows, plans[g].x, strict=False) if r == plans[g].rows[i] and x > plans[g].x[i]
        ]
        shares.append(Share(pill_of(group, fixed, f"v{number}"), users[group[0]], plans[g].rows[i], len(nearer)))
    return sorted(shares, key=lambda share: (share.row, share.nearer))


def _levels(plans: Sequence[Plan], shares: list[Share], top: float) -> tuple[list[Band], list[Share], float]:
    """Return each row's upper and lower y, the pills at their heights, and the panels' bottom."""
    count = 1 + max(row for plan in plans for row in plan.rows)
    high, reach, stacks = [0.0] * count, [0.0] * count, [0] * count
    for plan in plans:
        for box, row in zip(plan.boxes, plan.rows, strict=True):
            high[row] = max(high[row], box.height)
        for way in plan.ways:
            for step, (a, b) in enumerate(zip(way, way[1:], strict=False), plan.rows[way[0]] + 1):
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
        placed.append(replace(share, pill=replace(share.pill, y=starts[share.row])))
        starts[share.row] += share.pill.height + PILL_GAP
    return bands, placed, max(y, free - STACK_GAP) + PADDING


def _columns(plans, shares: list[Share], texts, top: float, bottom: float) -> tuple[list[Panel], list[Share]]:
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
            room = max(wide + 2 * GUTTER, _text_room(*texts[-1]) + 32)
            shelf = Panel("shared", *texts[-1], x, top, room, bottom - top)
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


def _edges(plan: Plan, boxes: list[Box], panel: Panel, bands: Sequence[Band]) -> list[Link]:
    left = panel.x + (panel.width - plan.width) / 2
    arrivals: dict[int, list[int]] = {}
    for e, way in enumerate(plan.ways):
        arrivals.setdefault(way[-1], []).append(e)
    port = {}
    for target, edges in arrivals.items():
        box = boxes[target]
        befores = [left + plan.x[plan.ways[e][-2]] for e in edges]
        port |= zip(edges, ports(befores, left + plan.x[target], box.width), strict=True)
    links = []
    for e, (edge, way) in enumerate(zip(plan.graph.edges, plan.ways, strict=True)):
        source, target = boxes[way[0]], boxes[way[-1]]
        lane = [left + plan.x[item] for item in way[1:-1]]
        points = edge_route(source, target, port[e], lane, plan.rows[way[0]] + 1, bands)
        links.append(Link("edge", source.key, target.key, edge.gradient, points, arrow_head((port[e], target.y), 0, 1)))
    return links


def _links(share: Share, plans, boxes, panels: Sequence[Panel], bands: Sequence[Band]) -> list[Link]:
    """Return the links from one pill to all its users, in every panel."""
    links, pill = [], share.pill
    for g, i, use in share.users:
        box, row = boxes[g][i], plans[g].rows[i]
        toward = -1 if g == 0 else 1
        others = [b for b, r in zip(boxes[g], plans[g].rows, strict=True) if r == row and (b.x - box.x) * toward < 0]
        both = len({isinstance(v, Statistic) for v in variables_of(plans[g].graph.nodes[i]) if v.name}) > 1
        y = box.y + box.height / 2 + (0 if not both else 7 if pill.kind == "statistic" else -7)
        passing = bands[share.row][0] - 6 - 3 * (int(pill.key[1:]) % 3)
        points = link_route(pill, box, y, panels, len(others), bands[row], passing).points
        solid = not (plans[g].graph.kind == "train" and use.how == "uses")
        ends, arrow = (pill.key, box.key), ()
        if use.how == "writes":
            ends, points, arrow = ends[::-1], points[::-1], arrow_head(points[0], -toward, 0)
        elif use.how == "reads":
            arrow = arrow_head(points[-1], toward, 0)
        links.append(Link(pill.kind, *ends, solid, tuple(points), arrow))
    return links
