"""What a page with widgets is made of: a section for each, and the data, the style and the script of them all."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

from teachnn.support import InputError
from teachnn_widgets.base import Widget
from teachnn_widgets.page.carried import Store
from teachnn_widgets.page.entry import entry

FOLDER = Path(__file__).parent
ENGINE = ("arrays", "pictures", "engine", "digit", "model")
POLICY = "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


class Parts:
    """The parts of one page: `add` its widgets, then ask for its texts. half: parameters as float16."""

    def __init__(self, half: bool = False) -> None:
        self.half, self._store = half, Store(half)
        self._entries: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}  # by the id of a widget's model: its entry
        self._kinds: dict[str, Widget] = {}

    def add(self, widget: Widget, title: bool = False) -> str:
        """Return the section for a widget, or its picture, with a sentence, if it cannot live in a page.

        One that is added again has a second view of the same model: both show the same, as in JupyterLab.
        """
        heading = f"<h2>{html.escape(str(widget))}</h2>" if title else ""
        if (place := self._places.get(widget.model_id)) is not None:
            return _section(place, heading)
        shown = widget.for_page()
        try:
            told = entry(shown, self._store)
        except InputError as error:
            return _still(widget, str(error))
        finally:
            if shown is not widget:
                shown.close()
        self._places[widget.model_id] = len(self._entries)
        self._entries.append(told)
        self._kinds[told["kind"]] = widget
        return _section(len(self._entries) - 1, heading)

    def texts(self) -> dict[str, str]:
        """Return the page's DATA, STYLE, SCRIPT, and the POLICY that allows this script and no other."""
        told = {"arrays": self._store.arrays, "half": self.half, "widgets": self._entries}
        script = self._script()
        return {
            "DATA": json.dumps(told, separators=(",", ":")).replace("<", "\\u003c"),
            "STYLE": "\n".join(widget._css for widget in self._kinds.values()),
            "SCRIPT": script,
            "POLICY": POLICY.format(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()),
        }

    def _script(self) -> str:
        """Return the engine, who answers, the widgets as they are, and what opens the page."""
        parts = ['"use strict";', "const WIDGETS = {};", *(text(f"{name}.js") for name in ENGINE)]
        for name, widget in self._kinds.items():
            module = widget._esm.replace("export default { render };", "return { render };")
            parts += [f"WIDGETS.{name} = (() => {{\n{module}\n}})();", answering(name)]
        return "\n".join([*parts, text("page.js")])


def standing_in(widget: Widget) -> str:
    """Return the JavaScript by which a widget of JupyterLab answers itself, after its own."""
    kind, constants = type(widget).__name__, json.dumps(widget.constants)
    made = f'return (model) => standingIn(model, "{kind}", {constants});'
    return "\n".join(
        [
            "standIn = (() => {",
            *(text(f"{name}.js") for name in ENGINE),
            answering(kind),
            text("carry.js"),
            made,
            "})();",
        ]
    )


def answering(kind: str) -> str:
    """Return the JavaScript that answers a class of widgets, if there is one."""
    name = re.sub("(?<!^)([A-Z])", r"_\1", kind).lower() + ".js"
    return text(name) if (FOLDER / name).is_file() else ""


def text(name: str) -> str:
    """Return a file of this folder."""
    return (FOLDER / name).read_text("utf-8")


def _section(place: int, heading: str) -> str:
    return f'<section data-widget="{place}">{heading}</section>'


def _still(widget: Widget, why: str) -> str:
    bundle = widget._repr_mimebundle_()[0]
    if "image/svg+xml" in bundle:
        kind, data = "image/svg+xml", base64.b64encode(bundle["image/svg+xml"].encode()).decode()
    else:
        kind, data = "image/png", bundle["image/png"]
    said = html.escape(f"{widget}. A picture: {why}")
    picture = f'<img src="data:{kind};base64,{data}" alt="{html.escape(str(widget))}">'
    return f'<figure class="page-still">{picture}<figcaption>{said}</figcaption></figure>'
