"""A layer that draws from another generator than the learner's own, so that looking at it changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

import teachnn as tn


def refreshed(value, generator: Callable[[], np.random.Generator], rate: float | None = None) -> Any:
    """Return a layer with what `generator` returns wherever it has one, and with another rate where it is a Dropout.

    It looks into the layers inside, also those in a tuple or a list.
    """
    if isinstance(value, np.random.Generator):
        return generator()
    if isinstance(value, tuple | list):
        return type(value)(refreshed(item, generator, rate) for item in value)
    if not isinstance(value, tn.Layer):
        return value
    if isinstance(value, tn.Sequential):
        return tn.Sequential(*(refreshed(part, generator, rate) for part in value))
    changes: dict = {f.name: refreshed(getattr(value, f.name), generator, rate) for f in dataclasses.fields(value)}
    if isinstance(value, tn.Dropout) and rate is not None:
        changes["rate"] = rate
    return dataclasses.replace(value, **changes)
