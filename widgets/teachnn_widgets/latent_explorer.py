"""Walk through the latent space of any decoder of pictures, with sliders or a pointer, even while it still learns.

Each move calls `decode` on one point: a test function, so nothing that was learnt changes. Notebooks 09 and 10.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

import numpy as np
import traitlets as t
from PIL import Image

import teachnn as tn
from teachnn.support import InputError, array, check_generator, instance, whole
from teachnn_widgets.explored import code_of, image_shape, to_pick
from teachnn_widgets.ink import DIGIT, InkWidget, picture_of, pixels_of
from teachnn_widgets.pulse import PERIOD
from teachnn_widgets.stills import plane_figure
from teachnn_widgets.watched import Watched

REACH = 3.0  # the sliders and the pad go from -REACH to REACH
PAINT_PERIOD = 0.25  # seconds between two paintings of the plane
PAINT_SHARE = 0.25  # of the time that all widgets share, however slow the decoder is
PLANE = 448  # pixels of its side, at most


class LatentExplorer(InkWidget):
    """One slider a latent dimension, a pad over any two, and the picture: `LatentExplorer(vae.decode, vae.encode)`.

    decode: points (N, dimensions) -> pictures (N, H, W), (N, H, W, 1) or (N, H, W, 3), 0 to 1. encode: pictures ->
    means (N, dimensions), or (means, log variances); with it a digit can be picked from `images` or drawn, and is shown
    where it lies. classify: pictures -> probabilities (N, K); with it a sentence says what the picture is like.
    dimensions: 1 to 32. rng: draws the random samples. z: the point, a list of numbers.
    carry: whether it takes its functions along, and so answers in a saved notebook whose kernel is gone.
    Raises InputError for a decoder that raises or returns another shape. With a tn.TestFunction the picture follows
    its parameters while another thread trains them.
    """

    constants: ClassVar = {**InkWidget.constants, "REACH": REACH}
    computed = ("plane",)

    dimensions = t.Int(2).tag(sync=True)
    z = t.List(t.Float()).tag(sync=True)
    axes = t.List(t.Int(), [0, 1], help="the pad's two dimensions").tag(sync=True)
    shape = t.List(t.Int(), help="height, width, channels of a picture").tag(sync=True)
    image = t.Bytes().tag(sync=True)
    likely = t.List(t.Float(), help="how likely each class is, if there is a classifier").tag(sync=True)
    side = t.Int(1, help="pictures along a side of the plane").tag(sync=True)
    plane = t.Bytes(help="the manifold over the pad").tag(sync=True)
    gallery = t.Bytes(help="the pictures to pick from").tag(sync=True)
    samples = t.Int(0, help="random points that the page asked for").tag(sync=True)
    picked = t.Int(-1, help="which of them is encoded").tag(sync=True)
    can_draw = t.Bool(False).tag(sync=True)
    spread = t.List(t.Float(), help="the standard deviations of what was encoded, if any").tag(sync=True)
    mean = t.List(t.Float(), help="and its mean").tag(sync=True)

    def __init__(
        self,
        decode: Callable,
        encode: Callable | None = None,
        images=None,
        dimensions: int = 2,
        rng=None,
        classify: Callable | None = None,
        carry: bool = False,
    ):
        who, dimensions = "LatentExplorer", whole("LatentExplorer", "number of dimensions", dimensions, 1, 32)
        self.decode = instance(who, "a function as decode", decode, Callable, "vae.decode is one")
        self.encode = instance(who, "a function as encode", encode, Callable | None, "vae.encode is one")
        self.classify = instance(who, "a function as classify", classify, Callable | None)
        self.rng = tn.rng(0) if rng is None else check_generator(who, rng)
        self.image_shape = image_shape(decode, dimensions)
        self.images = to_pick(images, encode, self.image_shape)
        self._watched = Watched.by([decode], np.zeros((2, dimensions), np.float32))
        self._stale, self._slid = False, 0.0
        self._placed, self._rest_until, self._wrong = None, 0.0, {"encode": "", "decode": "", "plane": ""}
        side = int(np.clip(PLANE // max(self.image_shape[:2]), 3, 15))
        start = {"shape": [*self.image_shape[:2], *(self.image_shape[2:] or [1])], "side": side}
        start |= {"axes": [0, 1] if dimensions > 1 else [0, 0], "gallery": pixels_of(self.images).tobytes()}
        start |= {"can_draw": encode is not None and self.image_shape in ((DIGIT, DIGIT), (DIGIT, DIGIT, 1))}
        super().__init__(carry, dimensions=dimensions, z=[0.0] * dimensions, **start)
        self._decode()
        self._paint()
        self.observe(lambda change: self._slide(), "z")
        self.observe(lambda change: self.sample(), "samples")
        self.observe(lambda change: self._pick(change.new), "picked")
        self.observe(lambda change: self._encode(self.drawn), "ink")
        if carry:
            self.take_along()
        self.follow()

    def sample(self) -> None:
        """Go to a random point of the prior N(0, 1)."""
        self.move(self.rng.standard_normal(self.dimensions))

    def reset(self) -> None:
        """Go back to the middle."""
        self.move(np.zeros(self.dimensions))

    def move(self, z, mean=(), spread=()) -> None:
        """Go to the point z, which may lie beyond the pad; mean and spread: where a picture was encoded, if one was."""
        z = array("LatentExplorer", "z", z, self.dimensions)
        with self.lock, self.hold_sync():
            self.mean, self.spread = [float(v) for v in mean], [float(v) for v in spread]
            self.z = [float(v) for v in np.round(z, 3)]

    def beat(self) -> None:
        """Decode anew if the parameters have moved; the plane also if the sliders around it have."""
        super().beat()
        if self._watched.look():
            self._placed, self._stale = None, True
        if self._stale and time.monotonic() >= self._slid + PERIOD:  # a slider on its way decodes often enough
            self._stale = False
            self._decode()
        if self._place() != self._placed and time.monotonic() >= self._rest_until:
            self._paint()

    @contextmanager
    def _trying(self, part: str) -> Iterator[None]:
        """Show what goes wrong in one part until the same part goes well, whatever the others do meanwhile."""
        said = ""
        try:
            yield
        except Exception as error:
            said = str(error) or type(error).__name__
        with self.lock:
            self._wrong[part] = said
            self.alert = "\n".join(dict.fromkeys(filter(None, self._wrong.values())))

    def _place(self) -> tuple[list[int], list[float]]:
        """Return where the plane lies: its two dimensions, and the sliders of the others."""
        with self.lock:
            return self.axes, [v for d, v in enumerate(self.z) if d not in self.axes]

    def _slide(self) -> None:
        """Show the picture where the sliders stand now; the alert about the encoder goes: it was read."""
        self._wrong.update(encode="")
        self._slid = time.monotonic()
        self._decode()

    def _decode(self) -> None:
        """Show the picture at z."""
        with self.lock, self._trying("decode"):
            if len(self.z) != self.dimensions:
                raise InputError("LatentExplorer", f"z of {self.dimensions} numbers", str(len(self.z)))
            picture = self._pictures(np.array([self.z], np.float32))
            likely = [] if self.classify is None else np.ravel(self.classify(picture.astype(np.float32) / 255))
            with self.hold_sync():
                self.image, self.likely = picture.tobytes(), [round(float(p), 3) for p in likely]

    def _paint(self) -> None:
        """Decode the plane: the pulse's work alone, so that no older painting comes after a newer one."""
        self._placed, began = self._place(), time.monotonic()
        with self._trying("plane"):
            x, y = self._placed[0]
            centres = (np.arange(self.side) + 0.5) / self.side * 2 * REACH - REACH
            points = np.tile(np.array(self.z, np.float32), (self.side**2, 1))
            points[:, y], points[:, x] = np.repeat(-centres, self.side), np.tile(centres, self.side)  # y grows upwards
            plane = tn.images.grid(self._pictures(points), columns=self.side)
            with self.lock:
                self.plane = plane.tobytes()
        self._rest_until = began + max(PAINT_PERIOD, (time.monotonic() - began) / PAINT_SHARE)

    def _pictures(self, points: np.ndarray) -> np.ndarray:
        pictures = np.asarray(self.decode(points))
        if pictures.shape != (len(points), *self.image_shape):
            raise InputError("decode", f"shape {(len(points), *self.image_shape)}", str(pictures.shape))
        return pixels_of(pictures)

    def _pick(self, index: int) -> None:
        if 0 <= index < len(self.images):
            image = self.images[index]
            self._encode(image if image.dtype.kind == "f" else tn.data.pixels(image))

    def _encode(self, image: np.ndarray) -> None:
        """Go to where a picture is encoded."""
        with self.lock, self._trying("encode"):
            if self.encode is None or not image.any():
                return
            x = image.reshape(1, *self.image_shape).astype(np.float32)
            mean, *spread = code_of(self.encode, x, self.dimensions)
            self.move(mean, mean, *spread)

    def carried(self) -> dict[str, tuple[Callable, np.ndarray]]:
        """Return the decoder, and the encoder and the classifier if there are."""
        z, x = np.zeros((1, self.dimensions), np.float32), np.zeros((1, *self.image_shape), np.float32)
        given = {"decode": (self.decode, z), "encode": (self.encode, x), "classify": (self.classify, x)}
        return {name: (function, example) for name, (function, example) in given.items() if function is not None}

    def still(self) -> Image.Image:
        """Return the plane with its axes, and the picture at z beside it."""
        height, width, channels = self.shape
        plane = picture_of(self.plane, self.side * height, self.side * width, channels)
        return plane_figure(plane, picture_of(self.image, *self.shape), self.axes, self.z, REACH)

    def __str__(self) -> str:
        height, width, channels = self.shape
        kind = f"{'grey' if channels == 1 else 'colour'} pictures of {height} x {width}"
        return f"LatentExplorer: {self.dimensions} dimensions, {kind}"
