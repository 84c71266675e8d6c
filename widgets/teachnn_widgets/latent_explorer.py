"""Walk through the latent space of any decoder of pictures, with sliders or a pointer, even while it still learns.

Each move calls `decode` on one point: a test function, so nothing that was learnt changes. Notebooks 08 and 09.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import traitlets as t
from PIL import Image

import teachnn as tn
from teachnn.errors import InputError
from teachnn.parameter import values_of
from teachnn_widgets.base import Widget
from teachnn_widgets.ink import DIGIT, SIDE, as_digit, as_ink, ink_trait, pixels_of

REACH = 3.0  # the sliders and the pad go from -REACH to REACH
PAINT_PERIOD = 0.25  # seconds between two paintings of the plane
PLANE = 448  # pixels of its side, at most


class LatentExplorer(Widget):
    """One slider a latent dimension, a pad over any two, and the picture: `LatentExplorer(vae.decode, vae.encode)`.

    decode: points (N, dimensions) -> pictures (N, H, W) or (N, H, W, 3), 0 to 1. encode: pictures -> means (N,
    dimensions), or (means, log variances); with it a digit can be picked from `images` or drawn, and is shown where
    it lies. dimensions: 1 to 32. rng: draws the random samples. z: the point, a list of numbers.
    Raises InputError for a decoder that raises or returns another shape. With a tn.TestFunction the picture follows
    its parameters while another thread trains them.
    """

    parts = ("ink",)

    dimensions = t.Int(2).tag(sync=True)
    z = t.List(t.Float()).tag(sync=True)
    axes = t.List(t.Int(), [0, 1], help="the pad's two dimensions").tag(sync=True)
    shape = t.List(t.Int(), help="height, width, channels of a picture").tag(sync=True)
    image = t.Bytes().tag(sync=True)
    side = t.Int(1, help="pictures along a side of the plane").tag(sync=True)
    plane = t.Bytes(help="the manifold over the pad").tag(sync=True)
    gallery = t.Bytes(help="the pictures to pick from").tag(sync=True)
    picked = t.Int(-1, help="which of them is encoded").tag(sync=True)
    ink = ink_trait()
    can_draw = t.Bool(False).tag(sync=True)
    spread = t.List(t.Float(), help="the standard deviations of what was encoded, if any").tag(sync=True)
    mean = t.List(t.Float(), help="and its mean").tag(sync=True)

    def __init__(
        self,
        decode: Callable,
        encode: Callable | None = None,
        images: np.ndarray | None = None,
        dimensions: int = 2,
        rng: np.random.Generator | None = None,
    ):
        if not isinstance(dimensions, int) or not 1 <= dimensions <= 32:
            raise InputError("LatentExplorer", "1 to 32 dimensions", repr(dimensions))
        for name, function in (("decode", decode), ("encode", encode)):
            if not callable(function) and (function is not None or name == "decode"):
                raise InputError("LatentExplorer", f"a function as {name}", type(function).__name__)
        self.decode, self.encode, self.rng = decode, encode, rng or tn.rng(0)
        points = np.zeros((2, dimensions), np.float32)
        try:
            decoded = np.asarray(decode(points))
        except Exception as error:
            got = f"{type(error).__name__}: {error}"
            raise InputError(
                "LatentExplorer", f"a decoder of points (N, {dimensions})", got, "set dimensions="
            ) from error
        if decoded.ndim not in (3, 4) or len(decoded) != 2 or decoded.shape[3:] not in ((), (3,)):
            raise InputError("LatentExplorer", "decode(z) of shape (N, H, W) or (N, H, W, 3)", str(decoded.shape))
        self.image_shape = decoded.shape[1:]
        self.images = None if images is None or encode is None else np.asarray(images)[:12]
        if self.images is not None and self.images.shape[1:] != self.image_shape:
            expected = f"images of shape (N, {', '.join(map(str, self.image_shape))})"
            raise InputError("LatentExplorer", expected, str(self.images.shape))
        graph = decode.graph(points) if isinstance(decode, tn.TestFunction) else None
        self._seen = values_of((*graph.parameters, *graph.statistics) if graph else ())
        self._due, self._painted = True, 0.0
        side = int(np.clip(PLANE // max(self.image_shape[:2]), 3, 15))
        shape = [*self.image_shape[:2], *(self.image_shape[2:] or [1])]
        gallery = b"" if self.images is None else np.stack([self._pixels(x) for x in self.images]).tobytes()
        draws = encode is not None and self.image_shape == (DIGIT, DIGIT)
        axes = [0, 1] if dimensions > 1 else [0, 0]
        start = {"shape": shape, "side": side, "gallery": gallery, "can_draw": draws, "axes": axes}
        super().__init__(dimensions=dimensions, z=[0.0] * dimensions, **start)
        self._decode()
        self._paint()
        self.observe(lambda change: self._decode(), "z")
        self.observe(lambda change: self._paint(), "axes")
        self.observe(lambda change: self._pick(change.new), "picked")
        self.observe(lambda change: self._encode(as_digit(self._drawing())), "ink")
        self.on_msg(self._obey)
        self.follow()

    def sample(self) -> None:
        """Go to a random point of the prior N(0, 1)."""
        self.move(self.rng.standard_normal(self.dimensions))

    def reset(self) -> None:
        """Go back to the middle."""
        self.move(np.zeros(self.dimensions))

    def move(self, z, mean=(), spread=()) -> None:
        """Go to the point z; mean and spread say where a picture was encoded, if one was."""
        with self.lock, self.hold_sync():
            self.mean, self.spread = [float(v) for v in mean], [float(v) for v in spread]
            self.z = [float(v) for v in np.round(np.clip(z, -REACH, REACH), 3)]

    def draw(self, digit: np.ndarray) -> None:
        """Put a picture (28, 28), 0 to 1, on the pad, and encode it."""
        with self.lock:
            self.ink = as_ink(digit).tobytes()

    def beat(self) -> None:
        """Decode anew if the parameters have moved."""
        values = values_of(self._seen)
        if any(values[v] is not array for v, array in self._seen.items()):
            self._seen, self._due = values, True
            with self.lock:
                self._decode()
        if self._due and time.monotonic() - self._painted > PAINT_PERIOD:
            self._paint()

    def _obey(self, widget, content, buffers) -> None:
        with self.alerting():
            {"sample": self.sample, "reset": self.reset}[content]()

    def _pixels(self, image: np.ndarray) -> np.ndarray:
        return image if image.dtype == np.uint8 else pixels_of(image)

    def _decode(self) -> None:
        """Show the picture at z."""
        with self.lock, self.alerting():
            if len(self.z) != self.dimensions:
                raise InputError("LatentExplorer", f"z of {self.dimensions} numbers", str(len(self.z)))
            self.image = self._pictures(np.array([self.z], np.float32)).tobytes()
        self._due = self._due or self.dimensions > 2

    def _paint(self) -> None:
        """Decode the plane of the pad, a grid of points with the other dimensions as the sliders say."""
        self._due, self._painted = False, time.monotonic()
        with self.alerting():
            x, y = self.axes
            centres = (np.arange(self.side) + 0.5) / self.side * 2 * REACH - REACH
            points = np.tile(np.array(self.z, np.float32), (self.side**2, 1))
            points[:, y] = np.repeat(-centres, self.side)  # y grows upwards
            points[:, x] = np.tile(centres, self.side)
            plane = np.asarray(tn.images.grid(self._pictures(points), columns=self.side)).tobytes()
            with self.lock:
                self.plane = plane

    def _pictures(self, points: np.ndarray) -> np.ndarray:
        pictures = np.asarray(self.decode(points))
        if pictures.shape != (len(points), *self.image_shape):
            raise InputError("decode", f"shape {(len(points), *self.image_shape)}", str(pictures.shape))
        return self._pixels(pictures)

    def _drawing(self) -> np.ndarray:
        return np.frombuffer(self.ink, np.uint8).reshape(SIDE, SIDE)

    def _pick(self, index: int) -> None:
        if self.images is not None and 0 <= index < len(self.images):
            image = self.images[index]
            self._encode(tn.data.pixels(image) if image.dtype == np.uint8 else image)

    def _encode(self, image: np.ndarray) -> None:
        """Go to where a picture is encoded."""
        if self.encode is None or not image.any():
            return
        with self.lock, self.alerting():
            code = self.encode(image[None].astype(np.float32))
            mean, log_variance = code if isinstance(code, tuple) else (code, None)
            spread = () if log_variance is None else np.exp(0.5 * np.asarray(log_variance)[0])
            self.move(mean[0], mean[0], spread)

    def still(self) -> Image.Image:
        """Return the manifold, and the picture at z beside it."""
        height, width, channels = self.shape
        shape = (self.side * height, self.side * width, channels)
        plane = Image.fromarray(np.frombuffer(self.plane, np.uint8).reshape(shape).squeeze())
        picture = Image.fromarray(np.frombuffer(self.image, np.uint8).reshape(self.shape).squeeze())
        both = Image.new("RGB", (plane.width + 12 + plane.height // 2, plane.height), "white")
        both.paste(plane, (0, 0))
        both.paste(
            picture.resize((plane.height // 2, plane.height // 2), Image.Resampling.NEAREST), (plane.width + 12, 0)
        )
        return both

    def __str__(self) -> str:
        height, width, channels = self.shape
        kind = "grey" if channels == 1 else "colour"
        return f"LatentExplorer: {self.dimensions} dimensions, {kind} pictures of {height} x {width}"
