"""Where in its row each box of one graph stands, and which lane a long edge takes between the boxes. Notebook 03.

An edge that passes a row gets a place of its own there, as if it were a very thin box; so no line ever runs through a
box. Then two questions are left: the order in each row (few crossings), and the distances (straight lines).
Sugiyama, Tagawa and Toda 1981; the distances are the isotonic regression of Barlow et al. 1972, with medians.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from teachnn.graphs.drawing.isotonic import median, separated

BOX_GAP, LANE_GAP, LANES_GAP = 26.0, 22.0, 12.0  # between two boxes, a box and a lane, two lanes
SWEEPS = 12


@dataclass
class Ranks:
    """Boxes and lanes in rows. Items 0, 1, ... are boxes, the rest are lanes' places, one for each row they pass."""

    widths: list[float]  # 0 for a lane
    rows: list[list[int]]
    up: list[list[int]]  # each item's neighbours one row above
    down: list[list[int]]
    boxes: int
    ways: list[list[int]]  # the items each edge goes through, its ends included
    light: set[int]  # what stands beside the main way: inputs, and lanes that skip boxes


def lanes(
    widths: Sequence[float], rows: Sequence[int], edges: Sequence[tuple[int, int, bool]], left: bool = False
) -> tuple[list[float], list[list[int]]]:
    """Return the middle x of every item (boxes, then lanes), and for each edge the items it goes through.

    widths, rows: one for each box. edges: source, target, and a flag; edges with the same source and flag carry the
    same array and so share a lane. left: lanes prefer the left side of the boxes.
    """
    ranks = _ranks(widths, rows, edges, left)
    _order(ranks)
    return _distances(ranks), ranks.ways


def _ranks(widths: Sequence[float], rows: Sequence[int], edges: Sequence[tuple[int, int, bool]], left: bool) -> Ranks:
    wide, row_of, lane = list(widths), list(rows), {}
    ways, links = [], {}
    leaving = Counter(source for source, *_ in edges)
    light = set(range(len(rows))).difference(target for _, target, _ in edges)
    for source, target, flag in edges:
        way = [source]
        for row in range(rows[source] + 1, rows[target]):
            if (source, flag, row) not in lane:
                lane[source, flag, row] = len(wide)
                wide.append(0.0)
                row_of.append(row)
                light.update([lane[source, flag, row]] if leaving[source] > 1 else [])
            way.append(lane[source, flag, row])
        ways.append([*way, target])
        links.update(dict.fromkeys(pairwise(ways[-1])))
    ranks = Ranks(
        wide, [[] for _ in range(max(row_of) + 1)], [[] for _ in wide], [[] for _ in wide], len(widths), ways, light
    )
    for a, b in links:
        ranks.down[a].append(b)
        ranks.up[b].append(a)
    first = range(len(widths), len(wide)) if left else range(0)
    for item in (*first, *range(len(widths) if left else len(wide))):
        ranks.rows[row_of[item]].append(item)
    return ranks


def _order(ranks: Ranks) -> None:
    """Put each item near the mean place of its neighbours, down and up again, and keep the order that crosses least."""
    best, fewest = ranks.rows, _crossings(ranks.rows, ranks.down)
    rows = [list(row) for row in ranks.rows]
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        near, walk = (ranks.down, range(len(rows) - 2, -1, -1)) if sweep % 2 else (ranks.up, range(1, len(rows)))
        for r in walk:
            place = {item: i for i, item in enumerate(rows[r + 1] if sweep % 2 else rows[r - 1])}
            means = {
                item: sum(place[n] for n in near[item]) / len(near[item]) if near[item] else float(i)
                for i, item in enumerate(rows[r])
            }
            rows[r].sort(key=means.__getitem__)
        crossings = _crossings(rows, ranks.down)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    ranks.rows = best


def _crossings(rows: list[list[int]], down: list[list[int]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {item: i for i, item in enumerate(lower)}
        seen: list[int] = []
        for item in upper:
            ends = sorted(place[target] for target in down[item])
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _distances(ranks: Ranks) -> list[float]:
    """Pull each item over the middle of its neighbours, down and up again; rows keep their order and their gaps."""
    x = [0.0] * len(ranks.widths)
    gaps = [[_gap(ranks, a, b) for a, b in pairwise(row)] for row in ranks.rows]
    for walk in ("down", "up", "down", "up", "down"):
        for r in reversed(range(len(ranks.rows))) if walk == "up" else range(len(ranks.rows)):
            row, wanted, weights = ranks.rows[r], [], []
            for item in row:
                pulls = [] if walk == "up" else [(x[n], _pull(ranks, item, n)) for n in ranks.up[item]]
                if walk != "down" or not pulls:
                    pulls += [(x[n], _pull(ranks, item, n)) for n in ranks.down[item]]
                wanted.append(median(pulls or [(x[item], 1)]))
                weights.append(sum(weight for _, weight in pulls))
            for item, new in zip(row, separated(wanted, weights, gaps[r]), strict=True):
                x[item] = new
    straight = _straight(ranks, x)
    for row, gap in zip(ranks.rows, gaps, strict=True):
        weights = [400 if item in straight else 20 for item in row]
        for item, new in zip(row, separated([straight.get(item, x[item]) for item in row], weights, gap), strict=True):
            x[item] = new
    return x


def _straight(ranks: Ranks, x: list[float]) -> dict[int, float]:
    """Return one x for all places of a lane: as far out as its widest row asks, or the median among boxes."""
    outer: dict[int, tuple[bool, bool]] = {}
    for row in ranks.rows:
        boxes = [i for i, item in enumerate(row) if item < ranks.boxes]
        for i, item in enumerate(row):
            if item >= ranks.boxes:
                outer[item] = not boxes or i < boxes[0], not boxes or i > boxes[-1]
    straight: dict[int, float] = {}
    for way in sorted((way[1:-1] for way in ranks.ways if len(way) > 2), key=len, reverse=True):
        if way[0] in straight:
            continue  # a shorter way along the same lane
        places = sorted(x[item] for item in way)
        first, last = (all(outer[item][side] for item in way) for side in (0, 1))
        one = places[0] if first else places[-1] if last else places[len(places) // 2]
        straight |= dict.fromkeys(way, one)
    return straight


def _gap(ranks: Ranks, a: int, b: int) -> float:
    thin = (a >= ranks.boxes) + (b >= ranks.boxes)
    return (ranks.widths[a] + ranks.widths[b]) / 2 + (BOX_GAP, LANE_GAP, LANES_GAP)[thin]


def _pull(ranks: Ranks, a: int, b: int) -> int:
    """Return how much a straight line between two items matters: most along a lane, least beside the main way."""
    if a in ranks.light or b in ranks.light:
        return 0 if max(a, b) >= ranks.boxes else 4
    return 400 if min(a, b) >= ranks.boxes else 20
