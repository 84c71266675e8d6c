"""The still figures that a saved notebook keeps of widgets whose live picture is drawn by the page."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

TRAIN, TEST = "#0072B2", "#009E73"


def as_image(figure: Figure) -> Image.Image:
    """Return a matplotlib figure as a picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return Image.open(buffer)


def mode_figure(layers: Sequence[dict]) -> Image.Image:
    """Return the histograms of each layer in both modes, side by side."""
    figure = Figure(figsize=(max(3.0, 2.1 * len(layers)), 2.2), layout="constrained", facecolor="white")
    for axes, layer in zip(np.ravel(figure.subplots(1, len(layers))), layers, strict=True):
        edges = np.linspace(layer["low"], layer["high"], len(layer["train"]) + 1)
        axes.stairs(layer["train"], edges, fill=True, color=TRAIN, alpha=0.55, label="train")
        axes.stairs(layer["test"], edges, color=TEST, linestyle="--", linewidth=1.6, label="test")
        axes.set_title(layer["name"], fontsize=9)
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=8)
    return as_image(figure)
