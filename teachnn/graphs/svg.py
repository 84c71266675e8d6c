"""A picture of functions as the text of an SVG file that stands alone on light pages and on dark ones. Notebook 03."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from teachnn.graphs.drawing import Box, Entry, Link, Panel, Picture, Pill, Point
from teachnn.graphs.style import DARK_RULES, RULES, scoped

# What XML forbids, and what turns the direction of the text that follows.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def as_svg(*pictures: Picture) -> str:
    """Return one picture, or several one below another, as the text of an SVG file."""
    wide, high = max(p.width for p in pictures), sum(p.height for p in pictures)
    view = _number(max(wide, 900))  # it has no width of its own: a notebook fits it into its cell
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="teachnn" viewBox="0 0 {view} {_number(high)}" '
    head += f'style="max-width:{view}px" role="img">'
    parts = [
        head,
        *_words(pictures),
        f"<style>{scoped(RULES)}\n@media (prefers-color-scheme:dark){{{scoped(DARK_RULES)}}}</style>",
        f'<rect class="ground" width="{_number(wide)}" height="{_number(high)}"/>',
    ]
    y = 0.0
    for picture in pictures:
        painted = _painted(picture)
        parts += [f'<g transform="translate(0 {_number(y)})">', *painted, "</g>"] if y else painted
        y += picture.height
    return "\n".join([*parts, "</svg>"]) + "\n"


def begun_with(words: str, svg: str) -> str:
    """Return an SVG whose first line is words: JupyterLab shows the first line of an output that is collapsed."""
    first = FORBIDDEN.sub("\ufffd", words.partition("\n")[0]).replace("--", "–")  # an XML comment has no two hyphens
    return f"<!-- {first} -->\n{svg}"


def _painted(picture: Picture) -> list[str]:
    """Return all that a picture is made of, what lies behind first."""
    kinds = [panel.kind for panel in picture.panels]
    return [
        *map(_panel, picture.panels),
        *map(_link, (link for link in picture.links if link.kind != "edge")),
        *map(_link, (link for link in picture.links if link.kind == "edge")),
        *map(_pill, picture.pills),
        *(_end(box) if box.kind in ("input", "output") else _box(box, kinds[box.graph]) for box in picture.boxes),
        *map(_entry, picture.legend),
    ]


def _words(pictures: Sequence[Picture]) -> list[str]:
    """Return pictures in words, for those who do not see them."""
    names = " and ".join(dict.fromkeys(p.title for picture in pictures for p in picture.panels if p.kind != "shared"))
    described = " ".join(map(_description, pictures))
    return [f"<title>{text(names)}</title>", f"<desc>{text(described)}</desc>"]


def _description(picture: Picture) -> str:
    functions = [panel for panel in picture.panels if panel.kind != "shared"]
    said = []
    for g, panel in enumerate(functions):
        steps = [" ".join(filter(None, (box.title, box.type))) for box in picture.boxes if box.graph == g]
        said.append(f"{panel.title}: {', '.join(steps)}.")
    if picture.pills:
        derived = any(pill.kind == "derived" for pill in picture.pills)
        said.append(f"{'Between them' if derived else 'Shared'}: {', '.join(pill.about for pill in picture.pills)}.")
    elif len(functions) > 1:
        said.append("They share no parameters.")
    return " ".join(said)


def _panel(panel: Panel) -> str:
    middle = panel.kind == "shared"
    x, anchor = (panel.x + panel.width / 2, ' text-anchor="middle"') if middle else (panel.x + 2, "")
    lines = [f'<text class="bold title" x="{_number(x)}" y="30"{anchor}>{text(panel.title)}</text>']
    for i, line in enumerate(panel.lines):
        lines.append(f'<text class="grey" x="{_number(x)}" y="{49 + 16 * i}"{anchor}>{text(line)}</text>')
    if not middle:
        lines.append(_rect("panel", panel.x, panel.y, panel.width, panel.height, 8))
        lines.append(_rect(f"bar {panel.kind}", panel.x, panel.y, panel.width, 4, 2))
    return "\n".join(lines)


def _box(box: Box, kind: str) -> str:
    name = f'<tspan class="bold">{text(box.title)}</tspan>'
    if box.type:
        name += f'<tspan dx="6">{text(box.type)}</tspan>'
    parts = [
        f'<g transform="translate({_number(box.x)} {_number(box.y)})" {_told(box)}',
        _rect(f"box {kind}", 0, 0, box.width, box.height, 8),
        f'<text class="name" x="12" y="18">{name}</text>',
        f'<text class="grey small" x="12" y="33">{text(box.detail)}</text>',
    ]
    if box.mode:
        x = box.width - 48
        parts.append(_rect(f"badge {box.mode}", x, 6, 40, 16, 8))
        parts.append(f'<text class="badge-text" x="{_number(x + 20)}" y="17.6" text-anchor="middle">{box.mode}</text>')
    return "".join([*parts, *map(_chip, box.chips), "</g>"])


def _end(box: Box) -> str:
    x, y = box.x + box.width / 2, box.y + box.height / 2 + 4.5
    shape, ink, grey = _rect("end", box.x, box.y, box.width, box.height, box.height / 2), "end-text", "end-grey"
    if box.type == "state":
        shape, ink, grey = _hexagon(box.x, box.y, box.width, box.height), "ink", "ink"
    words = f'<tspan class="bold">{text(box.title)}</tspan><tspan class="{grey}" dx="6">{text(box.detail)}</tspan>'
    return (
        f"<g {_told(box)}{shape}"
        f'<text class="{ink}" x="{_number(x)}" y="{_number(y)}" text-anchor="middle">{words}</text></g>'
    )


def _hexagon(x: float, y: float, width: float, height: float) -> str:
    a, b, middle, low = x + height / 2, x + width - height / 2, y + height / 2, y + height
    corners = [(a, y), (b, y), (x + width, middle), (b, low), (a, low), (x, middle)]
    return f'<path class="end state" d="M{"L".join(map(_point, corners))}Z"/>'


def _chip(chip: Pill) -> str:
    x, y = _number(chip.x + 7), _number(chip.y + 12.6)
    shape = _rect(
        f"chip {chip.kind}{' fixed' if chip.fixed else ''}", chip.x, chip.y, chip.width, chip.height, _round(chip)
    )
    name = f'<tspan class="bold">{text(chip.label)}</tspan><tspan class="grey" dx="5">{text(chip.detail)}</tspan>'
    return f'<g {_told(chip)}{shape}<text class="small" x="{x}" y="{y}">{name}</text></g>'


def _pill(pill: Pill) -> str:
    y, end = _number(pill.y + pill.height / 2 + 4.2), _number(pill.x + pill.width - 12)
    ink = "fixed-ink" if pill.fixed or pill.kind == "derived" else "ink"
    shape = _rect(
        f"pill {pill.kind}{' fixed' if pill.fixed else ''}", pill.x, pill.y, pill.width, pill.height, _round(pill)
    )
    return (
        f"<g {_told(pill)}{shape}"
        f'<text class="bold {ink}" x="{_number(pill.x + 12)}" y="{y}">{text(pill.label)}</text>'
        f'<text class="small {ink}" x="{end}" y="{y}" text-anchor="end">{text(pill.detail)}</text></g>'
    )


def _told(item: Box | Pill) -> str:
    return f'data-key="{text(item.key)}"><title>{text(item.about)}</title>'


def _round(pill: Pill) -> float:
    return {"parameter": pill.height / 2, "statistic": 3.0, "derived": 0.0}[pill.kind]


def _link(link: Link) -> str:
    kind, tip = ("edge", "head") if link.kind == "edge" else (f"link {link.kind}", f"tip {link.kind}")
    start, *rest = map(_point, link.points)
    head = f'<path class="{tip}" d="M{"L".join(map(_point, link.arrow))}Z"/>' if link.arrow else ""
    curve = f'<path class="{kind}{"" if link.solid else " dashed"}" d="M{start}C{" ".join(rest)}"/>{head}'
    return f'<g data-ends="{link.source} {link.target}">{curve}</g>'


def _entry(entry: Entry) -> str:
    x, y = entry.x, entry.y
    signs = {
        "shared": _rect("pill parameter", x, y - 10, 22, 12, 6),
        "own": _rect("chip parameter", x, y - 10, 22, 12, 6),
        "fixed": _rect("chip parameter fixed", x, y - 10, 22, 12, 6),
        "statistic": _rect("pill statistic", x, y - 10, 22, 12, 3),
        "own-statistic": _rect("chip statistic", x, y - 10, 22, 12, 3),
        "derived": _rect("pill derived", x + 1, y - 9, 20, 10, 0),
        "own-derived": _rect("chip derived", x, y - 10, 22, 12, 0),
        "state": _hexagon(x, y - 10, 22, 12),
        "gradient": f'<path class="edge" d="M{_point((x, y - 4))}h22"/>',
        "no-gradient": f'<path class="edge dashed" d="M{_point((x, y - 4))}h22"/>',
    }
    return f'{signs[entry.key]}<text class="grey" x="{_number(x + 30)}" y="{_number(y)}">{text(entry.text)}</text>'


def _rect(kind: str, x: float, y: float, width: float, height: float, radius: float) -> str:
    sizes = zip(("x", "y", "width", "height", "rx"), (x, y, width, height, radius), strict=True)
    return f'<rect class="{kind}" {" ".join(f"{key}={chr(34)}{_number(value)}{chr(34)}" for key, value in sizes)}/>'


def _point(point: Point) -> str:
    return " ".join(map(_number, point))


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def text(shown: str) -> str:
    """Return any text as it may stand between tags, or in an attribute's quotes."""
    return escape(FORBIDDEN.sub("", shown), {'"': "&quot;"})
