"""A picture that follows its sliders: any function of numbers that returns a figure. Notebooks 02 and maths."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import traitlets as t
from PIL import Image

from teachnn.parameters import Variable
from teachnn.support import InputError, InputTypeError, is_number, is_whole, items, number
from teachnn_widgets.base import Widget
from teachnn_widgets.watched import Watched

PERIOD = 0.2  # seconds: a figure takes about 0.05 to draw, and training goes on meanwhile
STEPS = 100  # of a slider that is not of whole numbers


class MovingPicture(Widget):
    """What `draw` returns, drawn again whenever a slider moves: `MovingPicture(draw, mean=(-3, 3, 0))`.

    draw: a function of the sliders' values, by keyword; it returns a figure (`tn.images.figure`) or a PIL image.
    sliders: by name, (lowest, highest, first value); of whole numbers where all three are.
    follows: parameters or statistics; when one of them has moved, the picture is drawn again, some 5 times a second.
    Raises InputError for sliders that do not fit, and whatever `draw` raises for the first values.
    """

    ranges = t.List(help="of each slider: its name, low and high end, step, and whether it has whole numbers").tag(
        sync=True
    )
    values = t.Dict(help="where each slider stands, by name").tag(sync=True)
    picture = t.Bytes(help="a PNG file").tag(sync=True)
    about = t.Unicode(help="what the picture shows, in words").tag(sync=True)

    def __init__(self, draw: Callable[..., Any], follows: Iterable[Variable] = (), **sliders: Sequence[float]):
        if not callable(draw):
            raise InputTypeError("MovingPicture", "a function that draws", type(draw).__name__)
        if not sliders:
            raise InputError("MovingPicture", "at least one slider", "none", "mean=(-3, 3, 0) is one")
        ranges = [_range(name, given) for name, given in sliders.items()]
        cure = "net.parameters has them"
        self._watched = Watched(items("MovingPicture", follows, Variable, "parameters or statistics to follow", cure))
        self._looked = time.monotonic()
        self.draw, values = draw, {name: given[2] for name, given in sliders.items()}
        picture, about = self._drawn(values)
        super().__init__(ranges=ranges, values=values, picture=picture, about=about)
        self.observe(lambda change: self._move(), "values")
        if self._watched.values:
            self.follow()

    def beat(self) -> None:
        """Draw anew if what it follows has moved."""
        super().beat()
        if time.monotonic() - self._looked > PERIOD and self._watched.look():
            self._move()
            self._looked = time.monotonic()

    def _move(self) -> None:
        with self.lock, self.alerting():
            picture, about = self._drawn(self.values)
            with self.hold_sync():
                self.picture, self.about = picture, about

    def _drawn(self, values: dict[str, float]) -> tuple[bytes, str]:
        """Return the file and the words of a picture; whole numbers come from the page as such."""
        drawn = self.draw(**values)
        if isinstance(drawn, Image.Image):
            buffer = io.BytesIO()
            drawn.save(buffer, format="png")
            return buffer.getvalue(), "A picture"
        if not callable(getattr(drawn, "_repr_png_", None)):
            cure = "end it with return figure, from tn.images.figure()"
            raise InputTypeError("MovingPicture", "a function that returns a figure", type(drawn).__name__, cure)
        return drawn._repr_png_(), repr(drawn)

    def still(self) -> Image.Image:
        """Return the picture as it stands."""
        return Image.open(io.BytesIO(self.picture))

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "image/png": base64.b64encode(self.picture).decode()}, metadata

    def __str__(self) -> str:
        return f"MovingPicture of {self.about} with {', '.join(self.values)}"


def _range(name: str, bounds: Sequence[float]) -> dict[str, Any]:
    who, what = "MovingPicture", f"(lowest, highest, first value) as {name}"
    given: tuple[Any, ...] = items(who, bounds, object, what)
    if len(given) != 3 or not all(map(is_number, given)):
        raise InputError(who, what, repr(given))
    low, high, first = given
    number(who, f"highest of {name}", high, f"> {low}")
    number(who, f"first value of {name}", first, f">= {low} and <= {high}")
    counted = all(map(is_whole, given))
    return {"name": name, "low": low, "high": high, "step": 1 if counted else (high - low) / STEPS, "whole": counted}
