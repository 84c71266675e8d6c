"""In which row a call is drawn: one set of rows for all functions, so that what they share is level. Notebook 03.

Two calls that use the same variables, one in each function, are united to one point. In the union of all graphs
a point's row is the length of the longest way to it, so every edge goes down. This is the first step of every drawing
in layers (Sugiyama, Tagawa and Toda, 1981); the uniting is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from teachnn.graphs.graph import CallGraph, Node
from teachnn.parameters import Derived, Variable
from teachnn.support import InputError

Call = tuple[int, int]  # a graph's number, and a node's index in it
Arrows = dict[Call, list[Call]]


def variables_of(node: Node) -> tuple[Variable, ...]:
    """Return the variables a node uses, in order, each once."""
    return tuple(dict.fromkeys(use.variable for use in node.uses))


def roots_of(variable: Variable) -> tuple[Variable, ...]:
    """Return what a derived array was made from; any other variable itself."""
    return variable.made_from if isinstance(variable, Derived) else (variable,)


def shared_variables(graphs: Sequence[CallGraph]) -> tuple[Variable, ...]:
    """Return the variables that at least two of the graphs use, the very same objects, in order.

    With them stand the derived arrays of one graph that are made from what another uses.
    """
    users: dict[Variable, set[int]] = {}
    for g, graph in enumerate(graphs):
        for variable in dict.fromkeys(v for node in graph.nodes for v in variables_of(node)):
            users.setdefault(variable, set()).add(g)
    made = {v: set[int]().union(*(users.get(root, ()) for root in roots_of(v))) for v in users}
    return tuple(variable for variable, its in users.items() if len(its | made[variable]) > 1)


def rows_of(graphs: Sequence[CallGraph]) -> list[list[int]]:
    """Return the row of each node of each graph, from 0 at the top; united calls have the same one.

    Raises ValueError if a graph's edges run in a circle.
    """
    groups = _matches(graphs)
    while True:
        leader = {(g, node.index): (g, node.index) for g, graph in enumerate(graphs) for node in graph.nodes}
        leader |= {call: group[0] for group in groups for call in group}
        after = _arrows(graphs, leader)
        order = _sorted(after)
        if len(order) == len(after):
            break
        # Two functions that call the same layers in opposite orders: the last pair in the circle stands apart.
        stuck = _stuck(after, order)
        apart = next((group for group in reversed(groups) if group[0] in stuck), None)
        if apart is None:
            raise InputError("arrange", "edges that go from a node to a later one", "a circle", "turn one round")
        groups.remove(apart)
    row = _longest_ways(after, order)
    return [[row[leader[g, node.index]] for node in graph.nodes] for g, graph in enumerate(graphs)]


def _matches(graphs: Sequence[CallGraph]) -> list[list[Call]]:
    """Return groups of calls that are the same but for the function: same shared variables, same occurrence."""
    shared = frozenset(roots_of(v)[0] for v in shared_variables(graphs))
    groups: dict[tuple, list[Call]] = {}
    for g, graph in enumerate(graphs):
        seen: dict[frozenset, int] = {}
        for node in graph.nodes:  # what is derived stands where the first is that it was made from
            key = shared.intersection(roots_of(v)[0] for v in variables_of(node))  # read in any order
            if key:
                seen[key] = seen.get(key, 0) + 1
                groups.setdefault((key, seen[key]), []).append((g, node.index))
    return [group for group in groups.values() if len(group) > 1]


def _arrows(graphs: Sequence[CallGraph], leader: dict[Call, Call]) -> Arrows:
    after: Arrows = {call: [] for call in leader.values()}
    for g, graph in enumerate(graphs):
        for edge in graph.edges:
            after[leader[g, edge.source]].append(leader[g, edge.target])
    return {call: list(dict.fromkeys(targets)) for call, targets in after.items()}


def _sorted(after: Arrows) -> list[Call]:
    """Return the calls so that each comes after all before it (Kahn 1962); those in a circle are missing."""
    waiting = dict.fromkeys(after, 0)
    for targets in after.values():
        for target in targets:
            waiting[target] += 1
    order = [call for call, count in waiting.items() if count == 0]
    for call in order:  # grows while it is walked
        for target in after[call]:
            waiting[target] -= 1
            if waiting[target] == 0:
                order.append(target)
    return order


def _stuck(after: Arrows, order: list[Call]) -> set[Call]:
    """Return the calls in a circle or between two: what neither a walk from the top nor one from the bottom reaches."""
    left = set(after).difference(order)
    before: Arrows = {call: [] for call in after if call in left}
    for call in before:
        for target in after[call]:
            before[target].append(call)
    return left.difference(_sorted(before))


def _longest_ways(after: Arrows, order: list[Call]) -> dict[Call, int]:
    """Return each call's row. What comes from an input of its own is then let down to where it is needed."""
    row = dict.fromkeys(order, 0)
    before: Arrows = {call: [] for call in order}
    for call in order:
        for target in after[call]:
            row[target] = max(row[target], row[call] + 1)
            before[target].append(call)
    loose: set[Call] = set()
    for call in order:
        if after[call] and all(source in loose and len(after[source]) == 1 for source in before[call]):
            loose.add(call)
    for call in reversed(order):
        if call in loose:
            row[call] = min(row[target] for target in after[call]) - 1
    return row
