"""A layer that draws from another generator than the learner's own, so that looking at it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

import teachnn as tn

L = TypeVar("L", bound=tn.Layer)


def refreshed(layer: L, generator: Callable[[], np.random.Generator], rate: float | None = None) -> L:
    """Return a layer with what `generator` returns wherever it has one, and with another rate where it is a Dropout."""

    def fresh(item):
        if isinstance(item, np.random.Generator):
            return generator()
        return refreshed(item, generator, rate) if isinstance(item, tn.Layer) else item

    settings = {"rate": rate} if isinstance(layer, tn.Dropout) and rate is not None else {}
    return layer.mapped(fresh, **settings)
