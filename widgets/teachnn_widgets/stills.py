"""The still figures that a saved notebook keeps of widgets whose live picture is drawn by the page."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

import teachnn as tn

FEW_NAMES = 24  # of tokens, below a picture


def as_image(figure: Figure) -> Image.Image:
    """Return a matplotlib figure as a picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return Image.open(buffer)


def mode_figure(layers: Sequence[dict]) -> Image.Image:
    """Return the histograms of each layer in both modes, side by side."""
    figure, every = tn.images.figure(max(3.0, 2.1 * len(layers)), 2.2, columns=len(layers))
    for axes, layer in zip(np.ravel(every), layers, strict=True):
        edges = np.linspace(layer["low"], layer["high"], len(layer["train"]) + 1)
        axes.stairs(layer["train"], edges, fill=True, color=tn.images.TRAIN, alpha=0.55, label="train")
        axes.stairs(layer["test"], edges, color=tn.images.TEST, linestyle="--", linewidth=1.6, label="test")
        axes.set_title(layer["name"])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return as_image(figure)


def plane_figure(plane: Image.Image, picture: Image.Image, axes: list[int], z: list[float], reach: float):
    """Return the pictures of a latent plane, between -reach and reach, with the point z on it, and z's own beside."""
    figure, (left, right) = tn.images.figure(7.2, 3.9, columns=2)
    x, y = axes
    shape = plane.height / plane.width
    left.imshow(plane, cmap="gray", extent=(-reach, reach, -reach, reach), vmin=0, vmax=255, aspect=shape)
    left.plot(z[x], z[y], "o", color=tn.images.PARAMETER, markeredgecolor="white", clip_on=False)
    left.set(xlabel=f"z{x + 1}", ylabel=f"z{y + 1}", title="decode, all over the plane")
    right.imshow(picture, cmap="gray", vmin=0, vmax=255)
    point = ", ".join(f"{value:.1f}" for value in z[:4]) + (", ..." if len(z) > 4 else "")
    right.set(xticks=[], yticks=[], title=f"decode at z = ({point})")
    for each in (left, right):
        each.grid(visible=False)
    return as_image(figure)


def heatmap_figure(name: str, shape: str, heatmap: np.ndarray, bars: dict) -> Image.Image:
    """Return a variable's heatmap (H, W, 3) and the histogram of its numbers, side by side."""
    figure, (left, right) = tn.images.figure(8, 3.2, columns=2)
    left.imshow(heatmap, aspect="auto", interpolation="nearest")
    left.grid(False)
    left.set(title=f"{name} ({shape})", xlabel="last axis", ylabel="other axes", xticks=[], yticks=[])
    edges = np.linspace(bars["low"], bars["high"], len(bars["counts"]) + 1)
    right.stairs(bars["counts"], edges, fill=True, color=tn.images.PARAMETER)
    right.set(title="its numbers", xlabel="value", ylabel="how many")
    return as_image(figure)


def answers_figure(digit: np.ndarray, answers: Sequence[tuple[str, np.ndarray]]) -> Image.Image:
    """Return a drawing (28, 28), and beside it answers: rows of numbers (K,), pictures (H, W) or (H, W, 3)."""
    figure, every = tn.images.figure(2.6 * (1 + len(answers)), 2.6, columns=1 + len(answers))
    for axes, (title, value) in zip(every, [("drawn", digit), *answers], strict=True):
        axes.set_title(title)
        axes.grid(False)
        if value.ndim == 1:
            axes.barh(np.arange(len(value)), value, color=tn.images.TEST)
            axes.set(yticks=np.arange(len(value)), ylim=(len(value) - 0.4, -0.6))
        else:
            axes.imshow(value, cmap="gray", vmin=0, vmax=1 if value.dtype.kind == "f" else 255)
            axes.set(xticks=[], yticks=[])
    return as_image(figure)


def text_figure(names: Sequence[str], likely: Sequence[list], weights: np.ndarray, cache: np.ndarray) -> Image.Image:
    """Return what comes next, what each head (blocks, heads, T) looks at, and the cache (H, T, 3), side by side."""
    figure, (left, middle, right) = tn.images.figure(10, 3.6, columns=3)
    left.barh(np.arange(len(likely)), [chance for _, _, chance, _ in likely], color=tn.images.TEST)
    left.set(title="next token", xlabel="probability", xlim=(0, 1), ylim=(len(likely) - 0.4, -0.6))
    left.set_yticks(np.arange(len(likely)), [name for _, name, _, _ in likely], parse_math=False)
    looks = weights.reshape(-1, weights.shape[-1])
    middle.imshow(looks, cmap="Greens", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    heads = [f"{block + 1}.{head + 1}" for block in range(len(weights)) for head in range(weights.shape[1])]
    middle.set_yticks(np.arange(len(heads)), heads)
    middle.set(title="attention", ylabel="block.head")
    right.imshow(cache, aspect="auto", interpolation="nearest")
    right.set(title="cache", ylabel="keys and values by block", yticks=[])
    for axes in (middle, right):
        axes.grid(visible=False)
        axes.set_xlabel("token")
        if len(names) <= FEW_NAMES:
            axes.set_xticks(np.arange(len(names)), names, parse_math=False)
    return as_image(figure)
