"""How a line finds its way: it swings only in the gap between two rows, so it never runs through a box. Notebook 03."""

from __future__ import annotations

from collections.abc import Sequence

from teachnn.graphs.drawing.picture import Box, Panel, Pill, Point

HEAD = 7.0  # an arrow head's length
PORT = 18.0  # between two arrow heads on one box
CHANNEL, TRACK = 9.0, 3.0  # a link that must pass a box keeps this far from its row, the next one this much further
BEND = 6.0  # the radius of a loop's corners
Band = tuple[float, float]  # a row's upper and lower y


class Pen:
    """Draws a smooth line piece by piece, in cubic Bezier curves."""

    def __init__(self, x: float, y: float) -> None:
        self.points: list[Point] = [(x, y)]

    def line(self, x: float, y: float) -> Pen:
        """Go straight to (x, y)."""
        x0, y0 = self.points[-1]
        if (x0, y0) != (x, y):
            third = (x - x0) / 3, (y - y0) / 3
            self.points += [(x0 + third[0], y0 + third[1]), (x - third[0], y - third[1]), (x, y)]
        return self

    def down(self, x: float, y: float) -> Pen:
        """Swing to (x, y), upright at both ends."""
        x0, y0 = self.points[-1]
        self.points += [(x0, (y0 + y) / 2), (x, (y0 + y) / 2), (x, y)]
        return self

    def across(self, x: float, y: float) -> Pen:
        """Swing to (x, y), level at both ends."""
        x0, y0 = self.points[-1]
        if y0 == y:
            return self.line(x, y)
        self.points += [((x0 + x) / 2, y0), ((x0 + x) / 2, y), (x, y)]
        return self


def ports(xs: Sequence[float], center: float, width: float) -> list[float]:
    """Return where the lines that come from the places `xs` above end on a box: in order, a straight one straight."""
    step = min(PORT, (width - 28) / max(len(xs) - 1, 1))
    order = sorted(range(len(xs)), key=xs.__getitem__)
    straight = next((i for i, k in enumerate(order) if abs(xs[k] - center) < 1), None)
    middle = (len(xs) - 1) / 2
    if straight is not None and max(straight, len(xs) - 1 - straight) * step <= width / 2 - 14:
        middle = float(straight)
    places = [0.0] * len(xs)
    for i, k in enumerate(order):
        places[k] = center + (i - middle) * step
    return places


def edge_route(
    source: Box, target: Box, port: float, lane: Sequence[float], first: int, bands: Sequence[Band]
) -> tuple[Point, ...]:
    """Return the way from a box down to a port of another; `lane` has its x in each row between, from `first` on."""
    pen = Pen(source.x + source.width / 2, source.y + source.height)
    end = target.y - HEAD + 1
    for row, x in enumerate([*lane, port], first):
        if x != pen.points[-1][0]:
            pen.line(pen.points[-1][0], bands[row - 1][1]).down(x, min(bands[row][0], end))
    return tuple(pen.line(port, end).points)


def loop_route(source: Box, target: Box, side: float, below: float, above: float) -> tuple[Point, ...]:
    """Return the way of a state back to its input: under the output's row, up at the panel's side, over the input's."""
    x, end = source.x + source.width / 2, target.x + target.width / 2
    corners = [(x, below), (side, below), (side, above), (end, above)]
    pen = Pen(x, source.y + source.height)
    for (x, y), (after_x, after_y) in zip(corners, [*corners[1:], (end, target.y - HEAD + 1)], strict=True):
        x0, y0 = pen.points[-1]
        near = [
            (x + BEND * ((to_x > x) - (to_x < x)), y + BEND * ((to_y > y) - (to_y < y)))
            for to_x, to_y in ((x0, y0), (after_x, after_y))
        ]
        pen.line(*near[0])
        pen.points += [(x, y), (x, y), near[1]]
    return tuple(pen.line(end, target.y - HEAD + 1).points)


def arrow_head(tip: Point, dx: float, dy: float) -> tuple[Point, ...]:
    """Return a triangle with its tip at a point, that looks along (dx, dy)."""
    x, y = tip[0] - HEAD * dx, tip[1] - HEAD * dy
    return (tip, (x - 3.5 * dy, y + 3.5 * dx), (x + 3.5 * dy, y - 3.5 * dx))


def knot(x: float, y: float) -> tuple[Point, ...]:
    """Return a small rhombus at a point: here a line that also runs behind other boxes ends."""
    return ((x - 4, y), (x, y - 4), (x + 4, y), (x, y + 4))


def link_route(
    pill: Pill, box: Box, y: float, panels: Sequence[Panel], between: int, band: Band, passing: float | None
) -> tuple[Point, ...]:
    """Return the way from a shared pill to the side of a box at height `y`.

    panels: the functions' panels, left to right. passing: the height at which it crosses those before the box's own;
    None: it runs level, behind the boxes in its way, as in an overview of many functions.
    between: how many boxes of the same row stand in the way; the link then keeps out of the row (its `band`), and
    comes from below in the left panel, from above in the others: so links cross least.
    """
    sign, home = (1 if box.graph == 0 else -1), panels[box.graph]
    side, edge, start = (
        (box.x + box.width, home.x + home.width, pill.x) if sign > 0 else (box.x, home.x, pill.x + pill.width)
    )
    pen = Pen(start, pill.y + pill.height / 2)
    if passing is None:
        return tuple(pen.across(panels[min(box.graph, 1)].x + (home.width if sign > 0 else 0), y).line(side, y).points)
    if box.graph > 1:
        last = panels[box.graph - 1]
        pen.across(panels[1].x, passing).line(last.x + last.width, passing)
    if between:
        away = CHANNEL + TRACK * ((between - 1) % 4)
        aside = band[1] + away if sign > 0 else band[0] - away
        pen.across(edge, aside).line(side + sign * 24, aside).across(side, y)
    else:
        pen.across(edge, y).line(side, y)
    return tuple(pen.points)
