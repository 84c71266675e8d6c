"""What is shipped need not be what was trained: arrays made from parameters, in whose place they stand. Notebook 16.

A network that is only used may hold other arrays than the one that was trained: batch normalisation folded into the
layer before it, weights of 8 bits. They are made from parameters once, and nothing connects them afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from teachnn.parameters.parameter import Variable
from teachnn.parameters.scope import current_scope
from teachnn.support import array, items

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Derived(Variable):
    """What is made from other variables and stands in their place in a layer: neither trained nor shared. Notebook 16.

    made_from: the parameters and statistics that it was made from (those of a derived one, where it was made from one).
    value: as a Parameter's, but whole numbers stay what they are, int8 say. It is made once: it does not follow what it
    was made from, and a new value is refused.

    >>> from teachnn import Parameter
    >>> W = Parameter("h.W", [[0.5, -1.0]])
    >>> Derived("h.W", np.int8(127 * W.value), [W])
    Derived('h.W', shape=(1, 2))
    """

    made_from: tuple[Variable, ...]
    __slots__ = ("made_from",)

    def __init__(self, name: str, value: ArrayLike, made_from: Iterable[Variable]) -> None:
        super().__init__(name, value)
        given = items(self.who, made_from, Variable, "parameters or statistics that it is made from")
        roots = [root for v in given for root in (v.made_from if isinstance(v, Derived) else (v,))]
        self.made_from = tuple(dict.fromkeys(roots))

    @property
    def value(self) -> np.ndarray:
        """The array, read-only."""
        return current_scope().read(self)

    @value.setter
    def value(self, value: ArrayLike) -> NoReturn:
        raise RuntimeError(f"{self.who}: expected to stay as it was made, got a new value; make another one")

    def _checked(self, value: ArrayLike) -> np.ndarray:
        given = array(self.who, "value", value)
        if given.dtype.kind not in "iu":
            return super()._checked(value)
        new = np.array(given)
        new.flags.writeable = False
        return new

    def __reduce__(self) -> tuple[type[Variable], tuple[Any, ...]]:
        return type(self), (self.name, self.stored, self.made_from)
