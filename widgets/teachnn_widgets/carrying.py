"""A widget that takes its functions along: `carry=True`. Where its kernel is gone, it computes by itself.

What a page of its own holds (`save_page`) is then a part of the widget's state, which JupyterLab saves with the
notebook: the functions as programs, their parameters as float16, and the engine that runs them.
"""

from __future__ import annotations

import time

import numpy as np
import traitlets as t

from teachnn.support import InputError, instance
from teachnn_widgets.base import Widget
from teachnn_widgets.page import carriage, standing_in
from teachnn_widgets.watched import Watched

REST = 1.0  # seconds that parameters must have been still before they are taken along again


class CarryingWidget(Widget):
    """A widget that can do without a kernel. carry: whether it is to; a notebook that holds it is larger for that."""

    carriage = t.Dict(help="what answers where there is no kernel; empty without carry=True").tag(sync=True)
    _watched = Watched(())  # what it follows; nothing, for those whose answers hang on no parameter's value

    def __init__(self, carry: bool = False, **traits):
        self.carry = instance(type(self).__name__, "True or False as carry", carry, bool)
        self._along, self._seen, self._since = [], self._values(), time.monotonic()
        if carry:
            self._esm = f"{self._esm}\n{standing_in(self)}"
        super().__init__(**traits)

    def take_along(self) -> None:
        """Take the functions along as they are now; raises InputError if one cannot be carried."""
        with self.lock:
            self._along, self.carriage = self._values(), carriage(self)

    def beat(self) -> None:
        """Take moved parameters along once they are still: while a network trains, they would fill the connection."""
        values = self._values()
        if not _same(values, self._seen):
            self._seen, self._since = values, time.monotonic()
        elif self.carry and not _same(values, self._along) and time.monotonic() - self._since >= REST:
            try:
                self.take_along()
            except InputError as error:
                self.alert = str(error)

    def _values(self) -> list[np.ndarray]:
        return list(self._watched.values.values())


def _same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return len(some) == len(others) and all(a is b for a, b in zip(some, others, strict=True))
