"""A layer has parameters, inputs and an output; stack them, and a network is a plain Python function. Notebook 02.

A layer is a class of fields and a `forward`, frozen once it is made: its parameters and settings are the fields,
`forward` is its formula. Some layers compute differently for training and for test (batch normalisation, dropout). They
say so by a `mode` that is fixed at birth; `at("test")` gives the sibling in the other mode, which holds the very same
parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from functools import cached_property
from types import EllipsisType
from typing import Any, ClassVar, TypeVar

import numpy as np

from teachnn.layers.fields import Frozen
from teachnn.layers.outline import outline
from teachnn.ops import getval
from teachnn.parameters import Around, Derived, Parameter, Statistic, Variable, current_scope, distinct
from teachnn.support import (
    Array,
    InputError,
    InputTypeError,
    Mode,
    ModeError,
    as_array,
    check_mode,
    fits,
    named,
    reshaping,
    shape_text,
)

L = TypeVar("L", bound="Layer")


class Layer(Frozen):
    """What all layers have: a name, parameters, statistics, siblings in the other mode.

    name: given, or else the first part of its parameters' names, or else the class's name.
    To write one, declare fields and `forward`; notebook 08 shows how.
    """

    name: str = field(default="", kw_only=True)
    transparent: ClassVar[bool] = False  # True: a graph shows the layers in it, and not the layer itself

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.name:
            own = next((f for f in self._fields().values() if isinstance(f, Variable)), None)
            object.__setattr__(self, "name", (own.name.rpartition(".")[0] if own else "") or type(self).__name__)

    def forward(self, *inputs: Any) -> Any:
        """Return the layer's output: the formula of the class."""
        raise NotImplementedError(f"{self.who}: expected a method forward(self, x), got none; define it in the class")

    def __call__(self, *inputs: Any) -> Any:
        """Return forward(*inputs), run as the function around it wants: a training step, a test, a recording."""
        with named(self):
            output = current_scope().call(self, inputs)
        if isinstance(output, list):
            raise InputTypeError(self.who, "an array or a tuple of them as its output", "a list", "return tuple(...)")
        return output

    @property
    def who(self) -> str:
        """The layer as error messages call it: `hidden (Dense)`."""
        kind = type(self).__name__
        return kind if self.name == kind else f"{self.name} ({kind})"

    @property
    def formula(self) -> str:
        """What it computes: the first line of its class's docstring, "" where there is none."""
        kind = type(self)
        first = (kind.__doc__ or "").strip().partition("\n")[0]
        return "" if first.startswith(f"{kind.__name__}(") else first  # such a one was written by dataclass

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters and those of the layers in it, in order, each object once."""
        return distinct(self._parts(Parameter), self.who)

    @cached_property
    def statistics(self) -> tuple[Statistic, ...]:
        """Its statistics and those of the layers in it, in order, each object once."""
        return distinct(self._parts(Statistic), self.who)

    @cached_property
    def derived(self) -> tuple[Derived, ...]:
        """Its derived arrays, which stand in the place of parameters, and those of the layers in it."""
        return distinct(self._parts(Derived), self.who)

    def __repr__(self) -> str:
        return outline(self)

    def at(self: L, mode: Mode) -> L:
        """Return the sibling in `mode`, which holds the same Parameters; itself where nothing differs."""
        check_mode(self.who, mode)
        own = {"mode": mode} if isinstance(self, ModeLayer) else {}
        return self.mapped(lambda item: item.at(mode) if isinstance(item, Layer) else item, **own)

    def detached(self) -> Detached:
        """Return a layer that uses these parameters and passes no gradient to them (to its input it does)."""
        return Detached(self, name=self.name)

    def expect(self, x: Array, *shape: int | str | EllipsisType, like: Variable | None = None) -> Array:
        """Return x, a float array of `shape` and the dtype of `like`; texts stand for any size, ... for any more sizes.

        Raises InputError that names this layer, what was expected, what came, and the cure.
        """
        try:
            plain = getval(x)  # which knows its shape at once; a traced array has to ask
            kind, actual = plain.dtype, plain.shape
        except AttributeError:
            raise InputTypeError(self.who, "an array", type(x).__name__, "np.asarray makes one") from None
        if kind.kind != "f":
            raise InputError(
                self.who, "floats", f"{kind} of shape {actual}", "x.astype(np.float32) or tn.data.pixels(x)"
            )
        if isinstance(x, np.ndarray) and type(x) is not np.ndarray:  # a matrix, a masked array
            x = as_array(self.who, "x", x)
        if shape and not fits(actual, shape):
            raise InputError(self.who, f"x of shape {shape_text(shape)}", str(tuple(actual)), reshaping(actual, shape))
        if like is not None and kind != like.value.dtype:
            wanted = str(like.value.dtype)
            raise InputError(self.who, f"{wanted} like {like.name}", str(kind), f"x.astype(np.{wanted})")
        return x


class ModeLayer(Layer):
    """A layer that is one thing in training and another at test; mode: "train" or "test", fixed at birth."""

    mode: Mode = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_mode(self.who, self.mode)


class Detached(Layer):
    """`layer` with its parameters taken as constants: "or else", neither training nor test."""

    layer: Layer
    transparent: ClassVar[bool] = True

    def forward(self, *inputs: Any) -> Any:
        """Return layer(*inputs)."""
        return _Constant(current_scope()).run(self.layer, *inputs)


class _Constant(Around):
    """The outer scope, but parameters come without their gradient."""

    __slots__ = ()

    def read(self, variable: Variable) -> Array:
        return self.outer.constant(variable)


def refuse_mode(who: str, layer: Layer, modes: Sequence[Mode]) -> None:
    """Raise ModeError if the layer has a mode that is not one of `modes`."""
    mode = getattr(layer, "mode", None)
    if mode is not None and mode not in modes:
        raise ModeError(
            f"{layer.who}: expected a layer in mode {' or '.join(map(repr, modes))} inside {who}, got mode {mode!r}; "
            f'use its sibling, .at({modes[0]!r}), or ask for it: TestFunction(f, modes=("test", "train"))'
        )
