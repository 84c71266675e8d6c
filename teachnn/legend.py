"""The words round the drawing: what each function is called, how much is shared, and what the signs mean. Notebook 03."""

from __future__ import annotations

from collections.abc import Sequence

from teachnn.graph import Graph
from teachnn.parameter import Parameter, Variable
from teachnn.picture import Box, Entry, Link, Pill, shorten, text_width

Heading = tuple[str, tuple[str, ...]]


def heading(graph: Graph, graphs: Sequence[Graph]) -> Heading:
    """Return a function's title and the line below it."""
    if graph.kind == "train":
        title, line = "Training function", "searches for the parameters"
    else:
        title, line = "Test function", "uses the parameters · no gradient"
    alone = graph.kind == "train" and sum(g.kind == "train" for g in graphs) == 1
    named = graph.name and graph.name != "<lambda>" and not alone
    return (f"{title}: {shorten(graph.name, 24)}" if named else title), (line,)


def shared_heading(graphs: Sequence[Graph], shared: Sequence[Variable]) -> Heading:
    """Return how many parameters, and how many numbers, at least two of the functions use."""
    every = dict.fromkeys(p for graph in graphs for p in graph.parameters)
    common = [v for v in shared if isinstance(v, Parameter)]
    kept = len(shared) - len(common)
    more = (f"{kept} statistic{'s' * (kept > 1)}",) if kept else ()
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
        "gradient": ("gradient comes back", any(link.kind == "edge" and link.solid for link in links)),
        "no-gradient": ("no gradient", any(link.kind == "edge" and not link.solid for link in links)),
    }
    entries, x, y = [], 20.0, bottom + 28
    for key, (text, occurs) in texts.items():
        room = 30 + text_width(text, 12)
        if occurs and x > 20 and x + room > width - 20:
            x, y = 20.0, y + 22
        if occurs:
            entries.append(Entry(key, text, x, y))
            x += room + 20
    return tuple(entries), (y if entries else bottom) + 22
