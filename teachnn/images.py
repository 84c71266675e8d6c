"""Pictures of numbers: grids of images, the map of a latent plane, figures of one style. Notebooks 09 and 10."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from teachnn.support import InputError, as_array, instance, number, reshaping, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike
    from PIL import Image

# One colour a concept, in every drawing, figure and widget (Okabe and Ito's palette).
TRAIN, TEST, PARAMETER, STATISTIC, STATE = "#0072B2", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"
DERIVED = "#D55E00"
# The colours of drawings and widgets by name, on a light page; and those that a dark page has in their place.
LIGHT = {
    "train": TRAIN,
    "train_text": TRAIN,
    "test": TEST,
    "test_text": "#007A59",
    "parameter": PARAMETER,
    "statistic": STATISTIC,
    "state": STATE,
    "derived": DERIVED,
    "cold": TRAIN,  # a heatmap's numbers below 0, at 0, above 0
    "zero": "#F7F7F7",
    "hot": "#D55E00",
    "ink": "#1b1f24",
    "grey": "#5c6670",
    "line": "#d0d7de",
    "panel": "#f4f6f8",
    "alert": "#b3261e",
    "pressed": TRAIN,  # the ground of a button, below white letters
    "faint": "#9aa4af",  # letters on black, where a digit is to be drawn
}
DARK = {
    "train": "#3d9ad6",
    "train_text": "#58aee3",
    "test": "#1fb88b",
    "test_text": "#2fc79a",
    "ink": "#e6edf3",
    "grey": "#9aa4af",
    "line": "#3d444d",
    "panel": "#1d232b",
    "alert": "#ff8a80",
}
INK = "#7a7a7a"  # letters and axes of a figure: no grey has more contrast to both white and JupyterLab's dark ground


def grid(images: ArrayLike, columns: int, scale: int = 1) -> Image.Image:
    """Return one picture of many, in rows of `columns`, each pixel enlarged to scale x scale.

    images: (N, H, W) or (N, H, W, 1) grey, or (N, H, W, 3) colours, floats from 0 (black) to 1, or
    uint8. It shows itself in a notebook; `.save("digits.png")` writes it.

    >>> grid(np.zeros((6, 28, 28)), columns=3).size
    (84, 56)
    """
    from PIL import Image  # here: the import of teachnn would wait for it

    images = as_array("grid", "images", images)
    images = images[..., 0] if images.ndim == 4 and images.shape[3] == 1 else images
    if images.ndim not in (3, 4) or images.size == 0 or (images.ndim == 4 and images.shape[3] != 3):
        cure = reshaping(images.shape, ("N", "H", "W", 3)) or "(N, H, W, 1) is grey too"
        raise InputError("grid", "images of shape (N, H, W) or (N, H, W, 3)", str(images.shape), cure)
    columns, scale = whole("grid", "number of columns", columns), whole("grid", "scale", scale)
    if images.dtype.kind != "f" and images.dtype != np.uint8:
        cure = "images.astype(np.uint8) for grey levels 0 to 255"
        raise InputError("grid", "floats between 0 and 1, or uint8", str(images.dtype), cure)
    if images.dtype != np.uint8:
        images = np.round(np.clip(np.nan_to_num(images), 0, 1) * 255).astype(np.uint8)
    N, H, W, *colours = images.shape
    rows = -(-N // columns)
    cells = np.zeros((rows * columns, H, W, *colours), np.uint8)
    cells[:N] = images
    cells = cells.reshape(rows, columns, H, W, *colours).swapaxes(1, 2).reshape(rows * H, columns * W, *colours)
    return Image.fromarray(cells.repeat(scale, axis=0).repeat(scale, axis=1))


def latent_plane(side: int = 15, low: float = 0.04, high: float = 0.96) -> np.ndarray:
    """Return the points of a side x side grid over the plane, (side * side, 2), in the order that `grid` shows.

    They are the normal quantiles of `side` evenly spaced probabilities, so the prior puts equal weight between
    neighbours; x grows to the right, y grows upwards.
    """
    from statistics import NormalDist  # here for the same reason as PIL in `grid`

    side = whole("latent_plane", "side", side)
    for edge in (low, high):
        number("latent_plane", "probability", edge, "> 0 and < 1")
    quantiles = [NormalDist().inv_cdf(p) for p in np.linspace(low, high, side)]
    x, y = np.meshgrid(quantiles, quantiles[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def manifold(decode: Callable, side: int = 15, dimensions: int = 2, scale: int = 1) -> Image.Image:
    """Return what `decode` makes of a grid over the first two of so many latent dimensions, the others being 0.

    decode: a function from points (N, dimensions) to images that `grid` takes, between 0 and 1.
    """
    instance("manifold", "a function as decode", decode, Callable, "vae.decode is one")
    side, dimensions = whole("manifold", "side", side), whole("manifold", "number of dimensions", dimensions)
    points = np.zeros((side * side, dimensions), np.float32)
    points[:, :2] = latent_plane(side)[:, :dimensions]
    return grid(decode(points), columns=side, scale=scale)


def figure(width: float = 6.4, height: float = 3.6, columns: int = 1) -> tuple[Figure, Any]:
    """Return an empty figure of the house style and its axes (an array of them for several columns); sizes in inches.

    It shows itself in a notebook, and has no ground of its own, so that it stands on light pages and on dark ones. It
    does not touch pyplot, so it is safe in a widget's callback on any thread. Needs matplotlib
    (`pip install teachnn[lab]`).
    """
    for name, size in (("width", width), ("height", height)):
        number("figure", f"{name} in inches", size, "> 0")
    whole("figure", "number of columns", columns)
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.patheffects import withStroke

    class HouseFigure(Figure):
        def draw(self, renderer: Any) -> None:
            for legend in self.findobj(Legend):
                legend.get_frame().set_visible(False)
                for text in legend.get_texts():
                    text.set(color=INK, fontsize=11)
            for text in (text for each in self.axes for text in each.texts):
                text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])  # over lines and dots
            super().draw(renderer)

        def _repr_png_(self) -> bytes:
            buffer = io.BytesIO()
            self.savefig(buffer, format="png", dpi=144)
            return buffer.getvalue()

        def __repr__(self) -> str:
            return "; ".join(f"{a.get_ylabel()} by {a.get_xlabel()}" for a in self.axes if a.get_xlabel()) or "a figure"

    drawing = HouseFigure(figsize=(width, height), layout="constrained", facecolor="none")
    axes = drawing.subplots(1, columns, squeeze=False, subplot_kw={"facecolor": "none"})[0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.spines[:].set_color(INK)
        each.tick_params(which="both", colors=INK, labelsize=11)
        for text in (each.title, each.xaxis.label, each.yaxis.label):
            text.set(color=INK, fontsize=11)
        each.grid(color=INK, alpha=0.25)
    return drawing, axes if columns > 1 else axes[0]
