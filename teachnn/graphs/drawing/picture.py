"""What a drawing of functions is made of: plain data that a still SVG and a live widget paint alike. Notebook 03.

Every number is in pixels, y grows downwards, and every text is as it is to be shown. `dataclasses.asdict(picture)`
is ready for JSON.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]


@dataclass(frozen=True)
class Pill:
    """One variable (or, where many would crowd the picture, those of one layer): a chip in a box, or a shared pill."""

    key: str
    kind: Literal["parameter", "statistic", "derived"]
    label: str
    detail: str  # its shape
    about: str  # the whole story: full names and shapes
    names: tuple[str, ...]  # of its variables
    x: float  # of the left upper corner: in the picture, or in its box for a chip
    y: float
    width: float
    height: float
    shared: bool = False
    fixed: bool = False  # a training function uses it, but sends no gradient to it


@dataclass(frozen=True)
class Box:
    """One node of one graph, with chips for the variables that no other graph uses."""

    key: str
    graph: int
    kind: Literal["input", "call", "primitive", "output"]
    title: str
    type: str  # of an input or output "state" or ""
    detail: str  # the shape of what it gives
    mode: str | None
    about: str
    x: float
    y: float
    width: float
    height: float
    chips: tuple[Pill, ...] = ()


@dataclass(frozen=True)
class Link:
    """A smooth line: a start, then three points for each cubic Bezier curve."""

    kind: Literal["edge", "parameter", "statistic", "derived", "state"]  # state: from a call's end to the next's start
    source: str  # the key of a box or a pill
    target: str
    solid: bool  # a gradient comes back along it; test functions' parameters and statistics are solid too
    points: tuple[Point, ...]
    arrow: tuple[Point, ...] = ()  # a triangle, its tip first


@dataclass(frozen=True)
class Panel:
    """The ground on which one function is drawn, or (kind "shared") the column between two."""

    kind: Literal["train", "test", "shared"]
    title: str
    lines: tuple[str, ...]  # below the title, in grey
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Entry:
    """One entry of the legend."""

    key: str
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """All that is to be painted, in this order: panels, links, pills, boxes, legend."""

    width: float
    height: float
    panels: tuple[Panel, ...]
    links: tuple[Link, ...]
    pills: tuple[Pill, ...]
    boxes: tuple[Box, ...]
    legend: tuple[Entry, ...]


# Widths in em of DejaVu Sans Bold, the widest font that is likely to be met, so that text never leaves its box.
WIDTHS = {
    **dict.fromkeys("ijlIJ'|.,:;/\\ ", 0.37),
    **dict.fromkeys('frt()[]!"*_`-·', 0.49),
    **dict.fromkeys("szcavxykeL?FY", 0.66),
    **dict.fromkeys("DGHNOQU&#+<>=~×", 0.85),
    **dict.fromkeys("mwMW%@…", 1.05),
}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return a width in pixels that the text will not exceed in any usual font."""
    return size * (1.0 if bold else 0.91) * sum(WIDTHS.get(c) or _em(c) for c in text)


def _em(character: str) -> float:
    if character.isascii():
        return 0.75
    if unicodedata.combining(character):
        return 0.0
    return 1.1 if unicodedata.east_asian_width(character) in "WF" else 0.85


def shorten(text: str, limit: int) -> str:
    """Return the text, or its beginning and its end with an ellipsis between them if it is too long.

    >>> shorten("encoder.block3.attention.query.W", 18)
    'encoder.b….query.W'
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"
