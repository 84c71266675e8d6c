"""One input through the same layers in both modes: what differs, layer by layer, and what depends on the neighbours.

A train-mode batch norm answers for one row by what else is in the batch; the test-mode one does not. Notebooks 04, 05.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
import traitlets as t
from PIL import Image

import teachnn as tn
from teachnn.support import InputError, InputTypeError, array, whole
from teachnn_widgets.base import Widget
from teachnn_widgets.refreshed import refreshed
from teachnn_widgets.stills import mode_figure
from teachnn_widgets.watched import Watched

BINS, DRAWS, UNITS = 40, 16, 10
LOOK_PERIOD = 0.2  # seconds between two looks while training runs


class ModeLens(Widget):
    """Both modes side by side: `ModeLens(net, net.at("test"), x)`.

    train_layers, test_layers: a Sequential, or a sequence of layers, and its siblings. x (N, ...): the input; uint8
    of three or more dimensions are pictures, 0 to 255. batch: how many of its rows are used. rate: of every Dropout,
    once it is moved from where it starts, at the first one's. seed: of the noise.
    Nothing that is handed over changes: noise comes from generators of its own, statistics stay.
    Raises InputError for layers that are no siblings, or an input that they refuse.
    """

    constants: ClassVar = {"DRAWS": DRAWS}

    batch = t.Int(1).tag(sync=True)
    rows = t.Int(1).tag(sync=True)
    rate = t.Float(None, allow_none=True).tag(sync=True)
    seed = t.Int(0).tag(sync=True)
    layers = t.List(help="of each layer: name, both histograms, how far apart they are").tag(sync=True)
    neighbours = t.Dict(help="row 0 among other rows: each unit's answers in either mode").tag(sync=True)

    def __init__(self, train_layers: Sequence, test_layers: Sequence, x, batch: int | None = None):
        who = "ModeLens"
        for layers in (train_layers, test_layers):
            if not isinstance(layers, Iterable):
                raise InputTypeError(who, "layers", type(layers).__name__, 'ModeLens(net, net.at("test"), x)')
        self.train_layers, self.test_layers = tuple(train_layers), tuple(test_layers)
        for layer in (*self.train_layers, *self.test_layers):
            if not isinstance(layer, tn.Layer):
                raise InputTypeError(who, "layers", type(layer).__name__, 'ModeLens(net, net.at("test"), x)')
        pairs = list(zip(self.train_layers, self.test_layers, strict=False))
        same = all(a.parameters + a.statistics == b.parameters + b.statistics for a, b in pairs)
        right = all(layer.mode == "train" for layer in self.train_layers if isinstance(layer, tn.ModeLayer))
        right = right and all(layer.mode == "test" for layer in self.test_layers if isinstance(layer, tn.ModeLayer))
        if not pairs or len(self.train_layers) != len(self.test_layers) or not same or not right:
            wrong = [word for word, fine in (("parameters", same), ("modes", right)) if not fine]
            got = f"{len(self.train_layers)} and {len(self.test_layers)} layers"
            got += f" of other {' and '.join(wrong)}" if wrong else ""
            raise InputError(who, "the same layers in both modes", got, 'ModeLens(net, net.at("test"), x)')
        x = array(who, "x", x)
        self.x = tn.data.pixels(x) if x.dtype == np.uint8 and x.ndim >= 3 else x.astype(np.float32)
        if self.x.ndim < 2 or len(self.x) < 2:
            raise InputError(who, "an input of two rows or more", str(self.x.shape))
        if batch is not None:
            whole(who, "batch", batch)
        rates = [layer.rate for layer in self.train_layers if isinstance(layer, tn.Dropout)]
        variables = [v for layer in self.train_layers for v in (*layer.parameters, *layer.statistics)]
        self._watched, self._looked = Watched(variables), 0.0
        self._built = rates[0] if rates else None
        start = {"batch": min(batch or 32, len(self.x)), "rate": self._built, "seed": 0}
        layers, neighbours = self._look(**start)
        super().__init__(rows=len(self.x), layers=layers, neighbours=neighbours, **start)
        self.observe(lambda change: self._show(), ["batch", "rate", "seed"])
        self.follow()

    def beat(self) -> None:
        """Look again if parameters or statistics have moved."""
        if time.monotonic() - self._looked >= LOOK_PERIOD and self._watched.look():
            self._show()

    def _show(self) -> None:
        self._looked = time.monotonic()
        with self.lock, self.alerting():
            if not 1 <= self.batch <= len(self.x):
                raise InputError("ModeLens", f"a batch of 1 to {len(self.x)} rows", str(self.batch))
            layers, neighbours = self._look(self.batch, self.rate, self.seed)
            with self.hold_sync():
                self.layers, self.neighbours = layers, neighbours

    def _look(self, batch: int, rate: float | None, seed: int) -> tuple[list[dict], dict]:
        """Return what the page shows of both modes, all of it with the parameters of one instant."""
        modes: dict = {"train": self.train_layers, "test": self.test_layers}
        found: dict = {}  # a test function returns arrays; what it measures on the way is no array
        moved = None if rate == self._built else rate

        def measure(x):
            def run(mode, x):
                rng = tn.rng(seed)  # each layer's comes from it, so no two draw the same noise
                return outputs([refreshed(layer, lambda: rng.spawn(1)[0], moved) for layer in modes[mode]], x)

            both = zip(self.train_layers, run("train", x[:batch]), run("test", x[:batch]), strict=True)
            compared = [{"name": layer.who, **compare(a, b)} for layer, a, b in both]
            rng, among = np.random.default_rng(seed), {}
            draws = [x[[0, *rng.integers(1, len(x), batch - 1)]] for _ in range(DRAWS)]
            for mode in modes:
                answers = [run(mode, draw)[-1][0].ravel()[:UNITS] for draw in draws]
                values = np.round(np.stack(answers, axis=1), 4)  # (units, draws)
                among |= {mode: values.tolist(), f"{mode} spread": round(float(values.std(axis=1).max()), 4)}
            found.update(compared=compared, among=among)
            return x

        tn.TestFunction(measure, modes=("train", "test"), name="ModeLens")(self.x)
        return found["compared"], found["among"]

    def still(self) -> Image.Image:
        """Return the distributions after each layer as a figure."""
        return mode_figure(self.layers)

    def __str__(self) -> str:
        return f"ModeLens on {', '.join(layer.who for layer in self.train_layers)}"


def outputs(layers: Sequence[tn.Layer], x) -> tuple[np.ndarray, ...]:
    """Return what comes out of each layer, one after the other."""
    found = []
    for layer in layers:
        x = layer(x)
        found.append(x)
    return tuple(found)


def compare(train: np.ndarray, test: np.ndarray) -> dict:
    """Return both outputs' histograms over one range, and how far apart they are.

    apart: the root mean square of the differences, number by number, by the standard deviation of the test output.
    """
    low, high = float(min(train.min(), test.min())), float(max(train.max(), test.max()))
    low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
    counts = {
        name: np.histogram(y.astype(np.float64), BINS, (low, high))[0].tolist()
        for name, y in (("train", train), ("test", test))
    }
    apart = float(np.sqrt(np.mean((train - test) ** 2)) / max(float(test.std()), 1e-6))
    return {"low": float(low), "high": float(high), "apart": round(apart, 3), **counts}
