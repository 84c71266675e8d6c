"""The site's first page: the idea, the picture of the two functions, an explorer to move, the list of the lessons."""

from __future__ import annotations

from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode

IDEA = """\
# A network is two kinds of function

A **training function** searches for parameters: it improves an objective through an optimizer. A **test function**
uses parameters: it computes an output from an input. Their graphs may differ as much as they like. The only thing
that connects them is the **parameters** they share.

Here is a variational autoencoder, drawn by the library from the two functions themselves. Left stands what trains it,
right what makes pictures. Between them are the four arrays that both use, and nothing else."""
PICTURE = """\
import numpy as np

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.vae import VAE

rng = tn.rng(0)
digits = tn.data.mnist()
vae = VAE(latent=2, rng=rng, hidden=256)
train = vae.train_function(tn.Adam(1e-3))
batches = tn.data.batches(digits.train.images, size=100, rng=rng)
train.fit(batches, epochs=EPOCHS, progress=False)
x, z = tn.data.pixels(digits.train.images[:100]), np.zeros((225, 2))
tn.draw(train.graph(x), vae.decode.graph(z))"""
MOVE = """\
## Move it

This needs no training function, no Python and no server. The page holds the arrays of the decoder and the encoder, and
a small engine that computes with them. Move the sliders, or the point on the plane. Draw a digit, and see where it
lies."""
EXPLORER = "tw.LatentExplorer(vae.decode, vae.encode, images=digits.test.images[:8])"
LESSONS = """\
## The course

Each lesson is a notebook: text, code, what came out, and exercises that check your answer. On these pages you can
read it and move its widgets. To run it yourself, with Python 3.10 or newer, in a copy of this project:

```sh
python3 -m venv .venv && . .venv/bin/activate && pip install '.[lab]' && teachnn lab
```
"""


def first_page(lessons: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]], epochs: int) -> NotebookNode:
    """Return the first page as a notebook to be run; lessons, others: titles and addresses."""
    cells = [
        nbformat.v4.new_markdown_cell(IDEA),
        _folded(PICTURE.replace("EPOCHS", str(epochs))),
        nbformat.v4.new_markdown_cell(MOVE),
        _folded(EXPLORER),
        nbformat.v4.new_markdown_cell("\n".join([LESSONS, *_items(lessons), "\n## Beside it\n", *_items(others)])),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def _folded(code: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(code, metadata={"tags": ["folded"]})


def _items(pages: Sequence[tuple[str, str]]) -> list[str]:
    return [f"- [{title}]({address})" for title, address in pages]
