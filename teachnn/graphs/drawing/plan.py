"""What is known of each function before it has a place on the page: its boxes, their rows, its shares. Notebook 03."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from teachnn.graphs.drawing.cards import box_of, kind_of, pill_of
from teachnn.graphs.drawing.lanes import lanes
from teachnn.graphs.drawing.picture import Box, Pill
from teachnn.graphs.graph import CallGraph, Use
from teachnn.parameters import Derived, Variable

CROWD = 4  # more pills than this in one row, or a third function, and those of one layer are merged


User = tuple[int, int, Use | None]


@dataclass(frozen=True)
class Plan:
    """One graph, its boxes still at the origin."""

    graph: CallGraph
    boxes: list[Box]
    rows: list[int]
    levels: dict[int, list[int]]  # the boxes of each row
    x: list[float]  # the middle of each item, boxes first, then lanes; the leftmost border is 0
    ways: list[list[int]]  # the items each edge goes through
    width: float

    def between(self, box: int) -> int:
        """Return how many boxes stand in the same row, between this one and the column of shared variables."""
        sign = 1 if self.boxes[box].graph == 0 else -1
        return sum((self.x[other] - self.x[box]) * sign > 0 for other in self.levels[self.rows[box]])


@dataclass(frozen=True)
class Share:
    """A pill and its users: (graph, node's position, use); None for one that a derived array is made from."""

    pill: Pill
    users: list[User]
    row: int
    below: int = 0  # how many pills stand below it in its stack


def plan_of(graph: CallGraph, number: int, rows: list[int], shared: frozenset[Variable]) -> Plan:
    """Return the plan of one graph, the `number`th from the left."""
    boxes = [box_of(node, graph, number, shared) for node in graph.nodes]
    position = {node.index: i for i, node in enumerate(graph.nodes)}
    edges = [(position[e.source], position[e.target], e.gradient) for e in graph.edges]
    x, ways = lanes([box.width for box in boxes], rows, edges, left=number == 0)
    halves = [box.width / 2 for box in boxes] + [0.0] * (len(x) - len(boxes))
    left = min(a - half for a, half in zip(x, halves, strict=True))
    right = max(a + half for a, half in zip(x, halves, strict=True))
    levels: dict[int, list[int]] = {}
    for i, row in enumerate(rows):
        levels.setdefault(row, []).append(i)
    return Plan(graph, boxes, rows, levels, [round(a - left, 1) for a in x], ways, right - left)


def shares_of(plans: Sequence[Plan], shared: Sequence[Variable]) -> list[Share]:
    """Return a pill for each shared variable, in the row of its first user.

    Where that would crowd a row, the variables that the same calls use have one pill.
    """
    users: dict[Variable, list[User]] = {variable: [] for variable in shared}
    for g, plan in enumerate(plans):
        for i, node in enumerate(plan.graph.nodes):
            for use in {use.variable: use for use in node.uses if use.variable in users}.values():
                users[use.variable].append((g, i, use))
    for variable in (v for v in shared if isinstance(v, Derived)):
        users[variable] += [
            (g, i, None)
            for g, plan in enumerate(plans)
            for i, node in enumerate(plan.graph.nodes)
            if any(use.variable in variable.made_from for use in node.uses)
        ]
    first = {v: users[v][0][:2] for v in shared}
    per_row = Counter(plans[g].rows[i] for g, i in first.values())
    together: dict[tuple, list[Variable]] = {}
    for v in shared:
        same = kind_of(v), *((g, i, use and use.how) for g, i, use in users[v])
        together.setdefault(same if len(plans) > 2 or max(per_row.values()) > CROWD else (v,), []).append(v)
    shares = []
    for number, group in enumerate(together.values()):
        g, i = first[group[0]]
        hows = {use.how for a, _, use in users[group[0]] if use and plans[a].graph.kind == "train"}
        pill = pill_of(group, "uses" in hows and "trains" not in hows, f"v{number}")
        place = plans[g].rows[i], plans[g].between(i), g, i, pill.kind
        shares.append((place, Share(pill, users[group[0]], plans[g].rows[i])))
    # In a stack the pills of the nearest box stand highest, as the links of the others come from below; and a box's
    # parameters stand above its statistics, as their links leave it there.
    return [share for _, share in sorted(shares, key=lambda entry: entry[0])]
