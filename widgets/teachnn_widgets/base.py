"""What all widgets have in common: their files, an alert, a still picture, and an end that leaves nothing behind.

A widget `thing.py` has its page in `thing.js` and `thing.css`, after the parts that all share: `common.js`,
`common.css` and `kernel.js`. What both sides must know stands in Python: the colours come to the page as CSS
variables, the widget's `constants` as JavaScript's. Only the kernel computes; the page paints what it is sent.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets as t
from PIL import Image

from teachnn.graphs.svg import begun_with
from teachnn.images import DARK, LIGHT
from teachnn_widgets.cells import cells
from teachnn_widgets.pulse import pulse

FOLDER = Path(__file__).parent
SHARED = ("common", "kernel")  # what every page has of files
VIEWS = 8  # of a widget that are remembered, at most


def colours(selector: str, palette: dict[str, str]) -> str:
    """Return a rule that gives a page the colours as variables: `train_text` as --tn-train-text, say."""
    variables = (f"--tn-{name.replace('_', '-')}: {colour};" for name, colour in palette.items())
    return f"{selector} {{ {' '.join(variables)} }}"


COLOURS = colours(".tn-widget", LIGHT) + "\n" + colours('[data-jp-theme-light="false"] .tn-widget', DARK)


class Widget(anywidget.AnyWidget):
    """A widget of the course.

    parts: further .js and .css files, by name, that several widgets share. rules: further CSS, as text.
    constants: what the page's JavaScript is to know by the same name.
    computed: bytes that a page without a kernel computes itself when it is opened, and so need not hold.
    Callbacks may come on any thread (a kernel's subshell, a training thread), so code that changes traits holds `lock`.
    """

    parts: tuple[str, ...] = ()
    rules: str = ""
    constants: ClassVar[dict[str, float]] = {}
    computed: tuple[str, ...] = ()
    alert = t.Unicode(help="What went wrong, shown above the widget; empty while all is well.").tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        """Put the page together from its files; a subclass made elsewhere keeps its parent's page."""
        package, _, module = cls.__module__.rpartition(".")
        # Added traits make a subclass of the same name, which is not a new widget.
        if package == __package__ and cls.__name__ not in [base.__name__ for base in cls.__bases__]:
            names = (*SHARED, *cls.parts, module)
            script, style = (
                "\n".join(path.read_text("utf-8") for name in names if (path := FOLDER / f"{name}.{kind}").is_file())
                for kind in ("js", "css")
            )
            known = (f"const {name} = {json.dumps(value)};" for name, value in cls.constants.items())
            cls._esm, cls._css = "\n".join((*known, script)), "\n".join((COLOURS, style, cls.rules))
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits):
        self.lock = threading.RLock()
        self._sights: dict[str, bool] = {}  # of each view that told: whether it is in sight
        super().__init__(**traits)
        cells.made(self)

    def set_state(self, sync_data):
        """Take what the page sent, one message at a time."""
        with self.lock:
            super().set_state(sync_data)

    def _handle_custom_msg(self, content, buffers) -> None:
        """Answer a page that asks whether anybody is there, note which views are seen; all else is for listeners."""
        if content == {"ask": True}:
            self.send({"answer": True})
        elif isinstance(content, dict) and content.keys() == {"view", "sight"}:
            self._note_sight(str(content["view"]), content["sight"])
        else:
            super()._handle_custom_msg(content, buffers)

    def _note_sight(self, view: str, sight: bool | None) -> None:
        """Note whether a view is in sight; None: it has ended. Of views that end without a word the oldest are lost."""
        with self.lock:
            others = {other: seen for other, seen in self._sights.items() if other != view}
            newest = list(others.items())[1 - VIEWS :]
            self._sights = others if sight is None else dict([*newest, (view, bool(sight))])

    @property
    def in_sight(self) -> bool:
        """Whether a page shows it where somebody can look; True as long as no page says otherwise."""
        return not self._sights or any(self._sights.values())

    def follow(self) -> None:
        """Have `beat` called some 20 times a second, seldom out of sight, on another thread, until it is closed."""
        pulse.add(self)

    def beat(self) -> None:
        """Look whether anything moved, and show it."""

    def close(self) -> None:
        """End the widget: its views go, and nothing of it goes on."""
        pulse.remove(self)
        super().close()
        if "layout" in self._trait_values:  # a widget of its own, which ipywidgets would leave behind
            self.layout.close()

    @contextmanager
    def alerting(self) -> Iterator[None]:
        """Show an error on the page in place of raising it, and take it away when all goes well again."""
        try:
            yield
        except Exception as error:
            said = str(error) or type(error).__name__
        else:
            said = ""
        with self.lock:
            self.alert = said

    def for_page(self) -> Widget:
        """Return the widget that a page without a kernel is to show: this one, or a smaller one of the same."""
        return self

    def carried(self) -> dict[str, tuple[Callable, np.ndarray]]:
        """Return the functions that a page without a kernel has to run, by name, each with an input for it."""
        return {}

    def choices(self) -> list[dict[str, Any]]:
        """Return all that can be asked, as values of traits, where a page can take all the answers along."""
        return []

    def still(self) -> Image.Image | str:
        """Return the widget as it stands: a picture, or the text of an SVG file."""
        raise NotImplementedError

    def __str__(self) -> str:
        """Return one line that says what the widget shows; the same in each run."""
        return type(self).__name__

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        said, still = str(self), {}
        try:
            with self.lock:  # all that the picture shows is of one instant
                picture = self.still()
            if isinstance(picture, str):
                still = {"image/svg+xml": begun_with(said, picture)}
            else:
                buffer = io.BytesIO()
                picture.save(buffer, format="png")
                still = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
        except Exception as error:  # the live view needs no picture
            said = f"{said} (no still picture: {error})"
        return {**data, **still, "text/plain": said}, metadata
