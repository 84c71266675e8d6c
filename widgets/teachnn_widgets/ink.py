"""From a drawing to a digit as MNIST has them: 20 x 20 pixels of 28 x 28, the centre of mass on pixel (14, 14).

LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition". Notebook 00.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import traitlets as t
from PIL import Image

from teachnn.support import InputError
from teachnn_widgets.carrying import CarryingWidget

SIDE = 112  # pixels of the pad; four times those of a digit
DIGIT, BOX = 28, 20


class InkWidget(CarryingWidget):
    """A widget with a pad: its `ink` is SIDE x SIDE bytes, which come from the page as a view of memory."""

    parts = ("ink",)
    constants: ClassVar = {"SIDE": SIDE}

    ink = t.Bytes(bytes(SIDE * SIDE)).tag(sync=True, from_json=lambda value, widget: bytes(value))

    def draw(self, digit: np.ndarray) -> None:
        """Put a picture (28, 28), floats from 0 to 1 or uint8, on the pad."""
        with self.lock:
            self.ink = as_ink(digit).tobytes()

    @property
    def drawn(self) -> np.ndarray:
        """What is on the pad, as a digit (28, 28), float32 from 0 to 1."""
        return as_digit(np.frombuffer(self.ink, np.uint8).reshape(SIDE, SIDE))


def as_digit(ink: np.ndarray) -> np.ndarray:
    """Return ink (H, W), uint8, 0 where there is none, as a picture (28, 28), float32 from 0 to 1; no ink as zeros."""
    rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    digit = np.zeros((DIGIT, DIGIT), np.float32)
    if not len(rows):
        return digit
    drawn = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(drawn.shape)
    height, width = (max(1, round(side * scale)) for side in drawn.shape)
    small = np.asarray(Image.fromarray(drawn).resize((width, height), Image.Resampling.BOX), np.float32) / 255
    y, x = np.average(np.indices(small.shape).reshape(2, -1), axis=1, weights=small.ravel() + 1e-9)
    top, left = (int(np.clip(round(DIGIT / 2 - centre), 0, DIGIT - side)) for centre, side in ((y, height), (x, width)))
    digit[top : top + height, left : left + width] = small
    return digit


def as_ink(digit: np.ndarray) -> np.ndarray:
    """Return a picture (28, 28), floats from 0 to 1 or uint8, as ink for the pad, (112, 112) uint8."""
    digit = np.asarray(digit)
    if digit.shape != (DIGIT, DIGIT):
        raise InputError("draw", f"a picture of shape ({DIGIT}, {DIGIT})", str(digit.shape))
    digit = pixels_of(digit)
    return digit.repeat(SIDE // DIGIT, axis=0).repeat(SIDE // DIGIT, axis=1)


def picture_of(pixels: bytes, height: int, width: int, channels: int) -> Image.Image:
    """Return bytes, row by row, as a picture: grey for one channel, colours for three."""
    image = np.frombuffer(pixels, np.uint8).reshape(height, width, channels)
    return Image.fromarray(image if channels == 3 else image[..., 0])


def pixels_of(image: np.ndarray) -> np.ndarray:
    """Return pictures, floats from 0 to 1 or uint8 already, as uint8 of the same shape."""
    if image.dtype == np.uint8:
        return image
    return np.round(np.clip(np.nan_to_num(image), 0, 1) * 255).astype(np.uint8)
