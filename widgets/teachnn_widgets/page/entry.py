"""A widget as plain data: its traits, and what answers in place of a kernel.

That is either its functions as programs, or, of a widget that can be asked only so much, a table of all its answers.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import teachnn as tn
from teachnn.support import InputError, InputTypeError
from teachnn_widgets.base import Widget
from teachnn_widgets.page.carried import Store, carried

OWN = ("comm", "keys", "layout", "tabbable", "tooltip", "carriage")  # traits that are no affair of the page's


def entry(widget: Widget, store: Store) -> dict[str, Any]:
    """Return a widget as plain data, its arrays in the store.

    Raises InputError, which says why, if it cannot live without a kernel.
    """
    return {
        "kind": type(widget).__name__,
        "traits": _traits(widget),
        "constants": widget.constants,
        **answers(widget, store),
    }


def answers(widget: Widget, store: Store) -> dict[str, Any]:
    """Return what answers for a widget, {"programs": ..., "table": ...}, one of which is empty."""
    functions, choices = widget.carried(), widget.choices()
    if not functions and not choices:
        raise InputError(type(widget).__name__, "something that a page can do", "a widget that needs Python")
    programs = {name: carried(_program(name, *both), store) for name, both in functions.items()}
    return {"programs": programs, "table": _table(widget, choices) if choices else None}


def carriage(widget: Widget) -> dict[str, Any]:
    """Return what a widget takes along to answer without a kernel; "traits" are those that differ there."""
    store, shown = Store(half=True), widget.for_page()
    try:
        told = answers(shown, store)
        return {**told, "traits": {} if shown is widget else _traits(shown), "arrays": store.arrays, "half": True}
    finally:
        if shown is not widget:
            shown.close()


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
    return {name: _packed(b"" if name in widget.computed else value) for name, value in state.items()}


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
