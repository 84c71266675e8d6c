"""A layer has parameters, inputs and an output; stack them, and a network is a plain Python function. Notebook 02.

A layer is a frozen dataclass: its parameters and settings are fields, `forward` is its formula. Some layers compute
differently for training and for test (batch normalisation, dropout). They say so by a `mode` that is fixed at birth;
`at("test")` gives the sibling in the other mode, which holds the very same parameters.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from reprlib import repr as brief
from typing import ClassVar, TypeVar

from teachnn import ops
from teachnn.parameters import Parameter, Scope, Statistic, Variable, current_scope, distinct
from teachnn.support import InputError, Mode, ModeError, check_mode

L = TypeVar("L", bound="Layer")


@dataclass(frozen=True, eq=False)
class Layer:
    """What all layers have: a name, parameters, statistics, siblings in the other mode.

    name: given, or else the first part of its parameters' names, or else the class's name.
    To write one, declare fields and `forward`; notebook 10 shows how.
    """

    name: str = field(default="", kw_only=True)
    transparent: ClassVar[bool] = False  # True: a graph shows the layers in it, and not the layer itself

    def __new__(cls, *args, **kwargs):
        """Complain about a class that declares fields and is no dataclass: nothing would read them."""
        if "__dataclass_fields__" not in vars(cls) and inspect.get_annotations(cls):
            cure = "put @dataclass(frozen=True, eq=False) above it"
            raise TypeError(f"{cls.__name__}: expected a dataclass, got a plain class with fields; {cure}")
        return super().__new__(cls)

    def __post_init__(self):
        for key, kind in _declared(type(self)).items():
            if not isinstance(getattr(self, key), kind):
                raise InputError(type(self).__name__, f"a {kind.__name__} as {key}", brief(getattr(self, key)))
        if not self.name:
            own = next((f for f in self._fields() if isinstance(f, Variable)), None)
            object.__setattr__(self, "name", (own.name.rpartition(".")[0] if own else "") or type(self).__name__)

    def forward(self, *inputs):
        """Return the layer's output: the formula of the class."""
        raise NotImplementedError(f"{self.who}: expected a method forward(self, x), got none; define it in the class")

    def __call__(self, *inputs):
        """Return forward(*inputs), as the function that it is called in wants it run."""
        return current_scope().call(self, inputs)

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
        return distinct(_parts(self, Parameter), self.who)

    @cached_property
    def statistics(self) -> tuple[Statistic, ...]:
        """Its statistics and those of the layers in it, in order, each object once."""
        return distinct(_parts(self, Statistic), self.who)

    def at(self: L, mode: Mode) -> L:
        """Return the sibling in `mode`, which holds the same Parameters; itself where nothing differs."""
        check_mode(self.who, mode)
        changes = {f.name: siblings(getattr(self, f.name), mode) for f in dataclasses.fields(self)}
        if isinstance(self, ModeLayer):
            changes["mode"] = mode
        if all(getattr(self, key) is value or getattr(self, key) == value for key, value in changes.items()):
            return self
        return dataclasses.replace(self, **changes)

    def detached(self) -> Detached:
        """Return a layer that uses these parameters and passes no gradient to them (to its input it does)."""
        return Detached(self, name=self.name)

    def expect(self, x, *shape: int | str, like: Variable | None = None):
        """Return x, a float array of `shape` (texts stand for any size, no shape at all for any) and `like`'s dtype.

        Raises InputError that names this layer, what was expected, what came, and the cure.
        """
        try:
            kind, actual = x.dtype, x.shape
        except AttributeError:
            raise InputError(self.who, "an array", type(x).__name__, "np.asarray makes one") from None
        if kind.kind != "f":
            raise InputError(
                self.who, "floats", f"{kind} of shape {actual}", "x.astype(np.float32) or tn.data.pixels(x)"
            )
        if shape and (
            len(actual) != len(shape)
            or any(a != s for a, s in zip(actual, shape, strict=True) if not isinstance(s, str))
        ):
            cure = "put tn.Flatten() before it" if len(shape) == 2 and len(actual) > 2 else ""
            wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
            raise InputError(self.who, f"x of shape ({wanted})", str(tuple(actual)), cure)
        if like is not None and kind != like.value.dtype:
            wanted = str(like.value.dtype)
            raise InputError(self.who, f"{wanted} like {like.name}", str(kind), f"x.astype(np.{wanted})")
        return x

    def _fields(self) -> Iterator:
        return (getattr(self, f.name) for f in dataclasses.fields(self))


@dataclass(frozen=True, eq=False)
class ModeLayer(Layer):
    """A layer that is one thing in training and another at test; mode: "train" or "test", fixed at birth."""

    mode: Mode = field(kw_only=True)

    def __post_init__(self):
        super().__post_init__()
        check_mode(self.who, self.mode)


@dataclass(frozen=True, eq=False)
class Detached(Layer):
    """`layer` with its parameters taken as constants: "or else", neither training nor test."""

    layer: Layer
    transparent: ClassVar[bool] = True

    def forward(self, *inputs):
        """Return layer(*inputs)."""
        return _Constant(current_scope()).run(self.layer, *inputs)


class _Constant(Scope):
    """The outer scope, but parameters come without their gradient."""

    def __init__(self, outer: Scope):
        self.outer = outer
        self.track, self.generator, self.call = outer.track, outer.generator, outer.call

    def read(self, variable):
        return ops.stop_gradient(self.outer.read(variable))


@cache
def _declared(layer: type) -> dict[str, type]:
    """Return of which class each field is declared to be, as far as that is text, a variable or a layer."""
    found = {}
    for base in layer.__mro__[::-1]:
        texts = vars(base).get("__annotations__", {})
        kinds = {key: {**vars(sys.modules[base.__module__]), "str": str}.get(text) for key, text in texts.items()}
        found |= {k: v for k, v in kinds.items() if isinstance(v, type) and issubclass(v, Variable | Layer | str)}
    return found


def refuse_mode(who: str, layer: Layer, modes: Sequence[Mode]) -> None:
    """Raise ModeError if the layer has a mode that is not one of `modes`."""
    mode = getattr(layer, "mode", None)
    if mode is not None and mode not in modes:
        raise ModeError(
            f"{layer.who}: expected a layer in mode {' or '.join(map(repr, modes))} inside {who}, got mode {mode!r}; "
            f'use its sibling, .at({modes[0]!r}), or ask for it: TestFunction(f, modes=("test", "train"))'
        )


def _parts(value, kind: type) -> Iterator:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, Layer):
        yield from _parts(tuple(value._fields()), kind)
    elif isinstance(value, tuple | list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item, kind)


def siblings(value, mode: Mode):
    """Return a layer's sibling in `mode`, those of the layers in a tuple or list, or else the value itself."""
    if isinstance(value, Layer):
        return value.at(mode)
    if isinstance(value, dict):
        return {key: siblings(item, mode) for key, item in value.items()}
    if isinstance(value, tuple | list):
        items = [siblings(item, mode) for item in value]
        return type(value)(items) if type(value) in (tuple, list) else type(value)(*items)  # else a named tuple
    return value
