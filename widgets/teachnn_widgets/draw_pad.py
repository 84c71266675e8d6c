"""Draw a digit, and watch what any test function makes of it: classify, encode, reconstruct. Notebooks 00 and 10."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import traitlets as t
from PIL import Image

from teachnn.support import InputError, InputTypeError, array
from teachnn_widgets.ink import DIGIT, InkWidget, pixels_of
from teachnn_widgets.stills import answers_figure
from teachnn_widgets.watched import Watched


class DrawPad(InkWidget):
    """A pad whose drawing goes to test functions as it is drawn: `DrawPad(classify=classify, encode=vae.encode)`.

    functions: by name; each is called with a picture (1, 28, 28), float32 from 0 to 1, centred and scaled as MNIST's
    are. Rows (1, K) are shown as bars, pictures (1, H, W) as pictures, tuples one after the other.
    carry: whether it takes its functions along, and so answers in a saved notebook whose kernel is gone.
    image: the picture (28, 28) as they get it. Raises InputError for anything but a function,
    and for one that raises an error on an empty pad.
    """

    constants: ClassVar = {**InkWidget.constants, "DIGIT": DIGIT}

    digit = t.Bytes(bytes(DIGIT * DIGIT), help="what the functions get").tag(sync=True)
    answers = t.List(help="of each function: its name, and rows of numbers or sizes of pictures").tag(sync=True)
    pictures = t.Bytes(help="the pictures among the answers, one after the other").tag(sync=True)

    def __init__(self, *, carry: bool = False, **functions: Callable):
        if not functions:
            raise InputError("DrawPad", "at least one function", "none", "DrawPad(classify=classify)")
        for name, function in functions.items():
            if not callable(function):
                raise InputTypeError("DrawPad", f"a function as {name}", type(function).__name__)
        self.functions, self.image = functions, np.zeros((DIGIT, DIGIT), np.float32)
        answers, pictures = self._ask()
        self._watched = Watched.by(functions.values(), self.image[None])
        super().__init__(carry, answers=answers, pictures=pictures)
        self.observe(lambda change: self._drawn(), "ink")
        if carry:
            self.take_along()
        self.follow()

    def beat(self) -> None:
        """Ask again if the parameters have moved."""
        super().beat()
        if self._watched.look():
            self._answer()

    def _drawn(self) -> None:
        self.image = self.drawn
        self._answer()

    def _answer(self) -> None:
        with self.lock, self.alerting():
            answers, pictures = self._ask()
            with self.hold_sync():
                self.digit = pixels_of(self.image).tobytes()
                self.answers, self.pictures = answers, pictures

    def _ask(self) -> tuple[list[dict], bytes]:
        """Return what the functions answer: plain data, and the bytes of their pictures."""
        answers, pictures = [], []
        for name, function in self.functions.items():
            try:
                output = function(self.image[None])
            except Exception as error:
                raise InputError("DrawPad", f"an answer of {name}", f"{type(error).__name__}: {error}") from error
            for i, value in enumerate(output if isinstance(output, tuple) else (output,)):
                value = array("DrawPad", f"the answer of {name}", value, finite=False)
                if not np.isfinite(value).all():
                    raise InputError("DrawPad", f"finite numbers of {name}", "NaN or infinity")
                title = f"{name} {i + 1}" if isinstance(output, tuple) else name
                if value.ndim in (3, 4) and len(value) == 1 and value.shape[3:] in ((), (3,)):
                    pictures.append(pixels_of(value[0]).tobytes())
                    answers.append({"name": title, "size": [*value.shape[1:3], *(value.shape[3:] or (1,))]})
                elif value.ndim == 2 and len(value) == 1:
                    answers.append({"name": title, "row": [round(float(v), 4) for v in value[0]]})
                else:
                    raise InputError("DrawPad", f"{name}(x) of shape (1, K) or (1, H, W)", str(value.shape))
        return answers, b"".join(pictures)

    def carried(self) -> dict[str, tuple[Callable, np.ndarray]]:
        """Return the functions that the drawing goes to."""
        return {name: (function, self.image[None]) for name, function in self.functions.items()}

    def still(self) -> Image.Image:
        """Return the drawing as the functions get it, and their answers beside it."""
        shown, rest = [], np.frombuffer(self.pictures, np.uint8)
        for answer in self.answers:
            if "row" in answer:
                shown.append((answer["name"], np.array(answer["row"])))
            else:
                height, width, channels = answer["size"]
                count = height * width * channels
                shape = (height, width, channels) if channels == 3 else (height, width)
                shown.append((answer["name"], rest[:count].reshape(shape)))
                rest = rest[count:]
        return answers_figure(self.image, shown)

    def __str__(self) -> str:
        return f"DrawPad for {', '.join(self.functions)}"
