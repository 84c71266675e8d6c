"""Widgets in one file: no kernel, no network, no server.

    tw.save_page("explorer.html", explorer, pad, title="My VAE")

The widgets' JavaScript is the one of JupyterLab, where the kernel answers. Here the page does: it holds
the functions as programs (tn.export.program), and a small engine that runs them. A widget that can be asked only so
much takes all its answers along. What can do neither stands there as a picture.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ipywidgets.widgets.widget import _instances

from teachnn.support import InputError, instance, path_of, write_whole
from teachnn_widgets.base import Widget
from teachnn_widgets.page.parts import Parts, text


def save_page(path: str | Path, *widgets: Widget, title: str = "teachnn", half: bool = False) -> None:
    """Write a page that shows the widgets as they stand, alive as far as their functions can be carried.

    half: parameters as float16, in half the bytes. Raises InputError if there is no widget; a widget that cannot live
    in a page becomes a picture, with a sentence that says why.
    """
    path = path_of("save_page", path)
    for widget in widgets:
        instance("save_page", "widgets", widget, Widget, "save_page(path, explorer, pad)")
    if not widgets:
        raise InputError("save_page", "one widget or more", "none", "save_page(path, explorer)")
    parts = Parts(half)
    sections = "\n".join(parts.add(widget, title=True) for widget in widgets)
    texts = {**parts.texts(), "TITLE": html.escape(title), "SECTIONS": sections}
    texts["STYLE"] = text("page.css") + "\n" + texts["STYLE"]
    page = re.sub("@([A-Z]+)@", lambda found: texts[found[1]], text("page.html"))
    write_whole(path, page.encode())


def save_parts(path: str | Path, models: Sequence[str]) -> None:
    """Write what a page of one's own needs to show widgets of this kernel, by the ids of their models, as JSON.

    "sections": for each id the HTML that stands in its place; and the texts of `Parts`. A box of ipywidgets
    stands for the widgets in it; other widgets have no section.
    """
    parts, sections = Parts(half=True), {}
    for model in models:
        sections[model] = "\n".join(parts.add(widget) for widget in _ours(_instances.get(model)))
    write_whole(Path(path), json.dumps({"sections": sections, **parts.texts()}).encode())


def _ours(widget: Any) -> Iterator[Widget]:
    """Yield the widgets of this library in a widget: itself, or those in a box."""
    if isinstance(widget, Widget):
        yield widget
    elif widget is not None and widget.has_trait("children"):
        for child in widget.children:
            yield from _ours(child)
