"""The reference: every public name with its formula, its arguments and its errors, made from the docstrings by pdoc."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pdoc
from pdoc import render

PACKAGES = "teachnn", "teachnn_widgets"
NAME = "reference"  # of its folder
# Code in backticks, and lines of code or of an example, as they are; other stars are products, and brackets no links.
STAR = re.compile(r"(`[^`]*`|^(?:    |>>>).*$)|([*_\\\[\]])", re.M)

# A heading of the fifth level has none of the second to fourth above it: screen readers count them.
TITLE = "<h5>Inherited Members</h5>", "<p><b>Inherited Members</b></p>"


def write_reference(out: Path) -> list[Path]:
    """Write the pages of the reference into the folder `reference` of the site; return them."""
    render.configure(
        docformat="markdown",
        search=False,
        show_source=False,
        favicon="data:,",
        template_directory=Path(__file__).parent / "templates" / "reference",
    )
    render.env.filters["written"] = written
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an annotation that stands for type checkers alone
        pdoc.pdoc(*PACKAGES, output_directory=out / NAME)
    pages = sorted((out / NAME).rglob("*.html"))
    for path in pages:
        html = path.read_text("utf-8").replace(*TITLE)
        path.write_text(without_dead_ends(html), "utf-8")
    return pages


def without_dead_ends(html: str) -> str:
    """Return a page without links to places that it has not: to a field that comes from a class with no page, say."""
    places = set(re.findall(r'id="([^"]+)"', html))
    return re.sub(r'<a href="#([^"]+)">(.*?)</a>', lambda found: found[0] if found[1] in places else found[2], html)


def written(docstring: str) -> str:
    """Return a docstring as Markdown that shows its signs as they stand there: y = gamma * xhat + beta."""
    return STAR.sub(lambda found: found[1] or f"\\{found[2]}", docstring)
