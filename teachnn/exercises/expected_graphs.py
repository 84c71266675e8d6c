"""The graphs that you expect, as a text, beside those that the functions have: what differs, in words.

    expected = '''
    objective: x -> Flatten -> h -> bn (train) -> ReLU -> out -> cross_entropy -> loss
    objective: y -> cross_entropy
    classify: x -> Flatten -> h -> bn (test) -> ReLU -> out -> softmax -> output
    shared: h.W, h.b, bn.*, out.W, out.b
    '''
    tn.check.graphs(expected, train.graph(x, y), classify.graph(x))

A line begins with a function's name; arrows lead from box to box. A box has the name that the drawing shows: that of a
layer, an input, a loss term, or an operation. A layer that computes something else in the other mode has its mode in
brackets. A path never returns to a box, so the second `ReLU` of one line is the second box of that name; in another
line write `ReLU#2`. `shared` lists the parameters and statistics that all the functions use. A star stands for any rest
of a name, `none` for no shared variable. Notebook 02.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import chain

from teachnn.exercises.verdict import Verdict
from teachnn.graphs import CallGraph
from teachnn.support import InputError, InputTypeError, items

WHO = "graphs"
BOX = re.compile(r"(?P<name>[^()#]+?)\s*(?:#(?P<place>[1-9]\d*))?\s*(?:\((?P<mode>train|test)\))?")
FEW = 3  # differences of one function that are named
Edges = dict[tuple[str, str], None]  # a dict keeps their order


@dataclass
class Sketch:
    """One function's boxes, each with its mode, and the arrows between them."""

    modes: dict[str, str | None] = field(default_factory=dict)
    edges: Edges = field(default_factory=dict)


def graphs(expected: str, *graphs: CallGraph) -> Verdict:
    """Compare a text of the graphs that are expected with `graphs`: boxes, modes, arrows, and what all of them share.

    Returns a Verdict, which names the first three differences of each function. Raises InputError for a line that
    cannot be read, for a function that is not among the graphs, and for two graphs of one name; InputTypeError for
    anything but a text and graphs.
    """
    given = items(WHO, graphs, CallGraph, "graphs", "a function's .graph(x) makes one")
    names = [graph.name for graph in given]
    if not given or len(set(names)) < len(names):
        got = " and ".join(names) or "none"
        raise InputError(
            WHO, "one graph or more, of different names", got, 'TestFunction(f, name="classify") gives one'
        )
    sketches, shared = _read(expected, names)
    differences = [_first(_compare(graph.name, sketches[graph.name], _sketch_of(graph))) for graph in given]
    differences = [*chain(*differences, _first(_compare_shared(shared, given)))]
    if differences:
        return Verdict(False, "\n".join(["Not yet as you expect:", *(f"- {d}" for d in differences)]))
    return Verdict(True, f"As you expected: {' and '.join(names)}, box by box, and what they share.")


def _first(differences: Iterable[str]) -> list[str]:
    """Return a few of the differences: the rest is for the learner to find."""
    differences = list(differences)
    more = len(differences) - FEW
    return [*differences[:FEW], f"{differences[FEW].partition(':')[0]}: and {more} more"] if more > 0 else differences


def _read(expected: str, names: list[str]) -> tuple[dict[str, Sketch], list[str]]:
    """Return a sketch for each function, and the names or patterns of what is shared."""
    if not isinstance(expected, str):
        raise InputTypeError(WHO, "a text with a line for each path", type(expected).__name__)
    sketches, shared = {name: Sketch() for name in names}, []
    for line in filter(None, map(str.strip, expected.splitlines())):
        name, colon, rest = (part.strip() for part in line.partition(":"))
        if colon and name == "shared":
            shared += [word for word in re.split(r"[,\s]+", rest) if word not in ("", "none")]
        elif colon and name in names:
            _read_path(sketches[name], line, rest)
        else:
            raise InputError(WHO, f"a line that begins with {' or '.join(f'{n}:' for n in (*names, 'shared'))}", line)
    return sketches, shared


def _read_path(sketch: Sketch, line: str, path: str) -> None:
    seen: Counter[str] = Counter()
    before = None
    for word in path.split("->"):
        box = BOX.fullmatch(word.strip())
        if not box:
            raise InputError(WHO, "boxes with arrows between them, x -> bn (train) -> loss say", line)
        seen[box["name"]] += 1
        here = _numbered(box["name"], int(box["place"] or seen[box["name"]]))
        sketch.modes[here] = box["mode"] or sketch.modes.get(here)
        if before:
            sketch.edges[before, here] = None
        before = here


def _numbered(name: str, place: int) -> str:
    return name if place == 1 else f"{name}#{place}"


def _sketch_of(graph: CallGraph) -> Sketch:
    seen: Counter[str] = Counter()
    labels, sketch = [], Sketch()
    for node in graph.nodes:
        name = node.name or node.type
        seen[name] += 1
        labels.append(_numbered(name, seen[name]))
        sketch.modes[labels[-1]] = node.mode
    sketch.edges = {(labels[edge.source], labels[edge.target]): None for edge in graph.edges}
    return sketch


def _compare(name: str, mine: Sketch, real: Sketch) -> Iterable[str]:
    if not mine.modes:
        yield f"{name}: nothing is drawn of it"
        return
    for box in real.modes:
        if box not in mine.modes:
            yield f"{name}: the function has a box {box}, your drawing has none"
    for box, mode in mine.modes.items():
        if box not in real.modes:
            yield f"{name}: your drawing has a box {box}, the function has none"
        elif mode != real.modes[box]:
            here = f"in mode {real.modes[box]}" if real.modes[box] else "the same in both modes"
            yield f"{name}: {box} is {here}; your drawing says {mode or 'no mode'}"
    both = mine.modes.keys() & real.modes.keys()
    for edges, others, said in ((real.edges, mine.edges, "is missing"), (mine.edges, real.edges, "is not there")):
        for a, b in edges:
            if a in both and b in both and (a, b) not in others:
                owner = "from your drawing" if said == "is missing" else "in the function"
                yield f"{name}: the arrow {a} -> {b} {said} {owner}"


def _compare_shared(patterns: list[str], given: tuple[CallGraph, ...]) -> Iterable[str]:
    if len(given) == 1 and not patterns:
        return
    used = [dict.fromkeys((*graph.parameters, *graph.statistics)) for graph in given]
    every = dict.fromkeys(v for each in used for v in each)
    mine = {v for v in every for pattern in patterns if fnmatchcase(v.name, pattern)}
    for pattern in patterns:
        if not any(fnmatchcase(v.name, pattern) for v in every):
            yield f"shared: no function uses {pattern}"
    for v in every:
        owners = " and ".join(graph.name for graph, each in zip(given, used, strict=True) if v in each)
        everywhere = all(v in each for each in used)
        if everywhere and v not in mine:
            yield f"shared: {v.name} is used by {owners}; your list leaves it out"
        elif v in mine and not everywhere:
            yield f"shared: {v.name} is used by {owners} alone"
