"""Widgets in one file: no kernel, no network, no server.

    tw.save_page("explorer.html", explorer, pad, title="My VAE")

The widgets' JavaScript is the one of JupyterLab, where the kernel answers. Here the page does: it holds
the functions as programs (tn.export.program), and a small engine that runs them. A widget that can be asked only so
much takes all its answers along. What can do neither stands there as a picture.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import teachnn as tn
from teachnn.support import InputError, InputTypeError, instance, path_of, write_whole
from teachnn_widgets.base import Widget
from teachnn_widgets.page.carried import Store, carried

FOLDER = Path(__file__).parent
SCRIPTS = ("arrays", "pictures", "engine", "digit", "model")
POLICY = "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
OWN = ("comm", "keys", "layout", "tabbable", "tooltip")  # traits that are ipywidgets' own affair


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
    store, entries, sections, kinds = Store(half), [], [], dict[str, Widget]()
    for widget in widgets:
        shown = widget.for_page()
        try:
            entry = _entry(shown, store)
        except InputError as error:
            sections.append(_still(widget, str(error)))
            continue
        finally:
            if shown is not widget:
                shown.close()
        name = html.escape(str(widget))
        sections.append(f'<section id="widget-{len(entries)}"><h2>{name}</h2></section>')
        entries.append(entry)
        kinds[entry["kind"]] = widget
    data = json.dumps({"arrays": store.arrays, "half": half, "widgets": entries}, separators=(",", ":"))
    script, style = _script(kinds), "\n".join([_file("page.css"), *(widget._css for widget in kinds.values())])
    policy = POLICY.format(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode())
    texts = {
        "POLICY": policy,
        "TITLE": html.escape(title),
        "STYLE": style,
        "SECTIONS": "\n".join(sections),
        "DATA": data.replace("<", "\\u003c"),
        "SCRIPT": script,
    }
    page = re.sub("@([A-Z]+)@", lambda found: texts[found[1]], _file("page.html"))
    write_whole(path, page.encode())


def _entry(widget: Widget, store: Store) -> dict[str, Any]:
    """Return a widget as plain data; raises InputError, which says why, if it cannot live in a page."""
    functions, choices = widget.carried(), widget.choices()
    if not functions and not choices:
        raise InputError(type(widget).__name__, "something that a page can do", "a widget that needs Python")
    programs = {name: carried(_program(name, *both), store) for name, both in functions.items()}
    table = _table(widget, choices) if choices else None
    return {
        "kind": type(widget).__name__,
        "traits": _traits(widget),
        "constants": widget.constants,
        "programs": programs,
        "table": table,
    }


def _program(name: str, function: Callable, example: Any) -> Any:
    if isinstance(function, tn.TrainFunction):
        raise InputTypeError(name, "a test function", "a training function")
    test = function if isinstance(function, tn.TestFunction) else tn.TestFunction(function, name=name)
    program = tn.export.program(test, example)
    if program.noisy:
        raise InputError(name, "a function without noise", "one that draws noise")
    return program


def _traits(widget: Widget) -> dict[str, Any]:
    """Return what the page is told of a widget, bytes in base64."""
    state = widget.get_state([name for name in widget.keys if not name.startswith("_") and name not in OWN])
    return {name: _packed(value) for name, value in state.items()}


def _packed(value: Any) -> Any:
    binary = isinstance(value, bytes | bytearray | memoryview)
    return {"bytes": base64.b64encode(bytes(value)).decode()} if binary else value


def _table(widget: Widget, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all that a widget can be asked, and what its traits are then, each value once; it ends as it began."""
    asked, places, values = list(choices[0]), {}, dict[str, int]()
    before = {name: getattr(widget, name) for name in asked}
    with widget.lock, widget.hold_sync():
        for choice in [*choices, before]:
            for name in asked:
                setattr(widget, name, choice[name])
            told = {name: json.dumps(value) for name, value in _traits(widget).items() if name not in asked}
            place = {name: values.setdefault(value, len(values)) for name, value in told.items()}
            places[json.dumps([choice[name] for name in asked], separators=(",", ":"))] = place
    moving = {name for place in places.values() for name in place if place[name] != next(iter(places.values()))[name]}
    places = {key: {name: place[name] for name in moving} for key, place in places.items()}
    return {"asked": asked, "places": places, "values": [json.loads(text) for text in values]}


def _still(widget: Widget, why: str) -> str:
    bundle = widget._repr_mimebundle_()[0]
    if "image/svg+xml" in bundle:
        kind, data = "image/svg+xml", base64.b64encode(bundle["image/svg+xml"].encode()).decode()
    else:
        kind, data = "image/png", bundle["image/png"]
    said = html.escape(f"{widget}. A picture: {why}")
    picture = f'<img src="data:{kind};base64,{data}" alt="{html.escape(str(widget))}">'
    return f'<figure class="page-still">{picture}<figcaption>{said}</figcaption></figure>'


def _script(kinds: dict[str, Widget]) -> str:
    """Return the page's JavaScript: the engine, who answers, the widgets as they are, and what opens the page."""
    parts = ['"use strict";', "const WIDGETS = {};", *(_file(f"{name}.js") for name in SCRIPTS)]
    for name, widget in kinds.items():
        module = widget._esm.replace("export default { render };", "return { render };")
        parts.append(f"WIDGETS.{name} = (() => {{\n{module}\n}})();")
        answers = re.sub("(?<!^)([A-Z])", r"_\1", name).lower() + ".js"
        parts += [_file(answers)] if (FOLDER / answers).is_file() else []
    return "\n".join([*parts, _file("page.js")])


def _file(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
