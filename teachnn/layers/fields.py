"""The fields of a layer: its class declares them, an object keeps them as they were given, a walk finds all they hold.

A learner's layer is a class of annotations and a `forward`; what makes it a frozen dataclass stands here. Notebook 08.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from reprlib import repr as brief
from types import SimpleNamespace, UnionType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

import numpy as np

from teachnn.parameters import Derived, Variable
from teachnn.support import InputError, InputTypeError, plain

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**options: Any):
        """Do nothing: it tells type checkers what `Frozen.__init_subclass__` does."""
        return lambda cls: cls


F = TypeVar("F", bound="Frozen")
T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
class Frozen:
    """A class of fields: what a class declares are its fields, and an object stays as it was made."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls, **options: Any) -> None:
        """Make the class a frozen dataclass."""
        super().__init_subclass__(**options)
        held = {k: v for k, v in vars(cls).items() if isinstance(v, Variable | Frozen | dataclasses.Field)}
        loose = [k for k in held if k not in hints(cls)]
        if loose:
            cure = f"declare a field, {loose[0]}: tn.{type(held[loose[0]]).__name__}, and give it to each layer"
            raise InputTypeError(cls.__name__, "what it holds in fields", f"{', '.join(loose)} outside", cure)
        type.__setattr__(cls, "__repr__", cls.__repr__)  # dataclass writes none where there is one
        dataclass(frozen=True, eq=False)(cls)
        del cls.__setattr__, cls.__delattr__  # those of this class say more
        for name, value in held.items():  # as they were, so that @dataclass above the class does no harm
            setattr(cls, name, value)

    def __post_init__(self) -> None:
        for key, value in self._fields().items():
            if isinstance(value, np.generic | tuple):
                object.__setattr__(self, key, mapped(value, plain))
        for key, kind in declared(type(self), Variable | Frozen | str).items():
            value = getattr(self, key)
            in_its_place = isinstance(value, Derived) and issubclass(kind, Variable)
            if not is_one(value, kind) and not in_its_place:
                raise InputTypeError(type(self).__name__, f"a {kind.__name__} as {key}", brief(value), self._making())

    def __setattr__(self, name: str, value: object) -> None:
        self._refuse(name)

    def __delattr__(self, name: str) -> None:
        self._refuse(name)

    def _refuse(self, name: str) -> NoReturn:
        known = name in self.__dataclass_fields__
        cure = "make another layer" if known else f"declare it as a field of the class, {name}: tn.Parameter say"
        raise dataclasses.FrozenInstanceError(
            f"{type(self).__name__}: expected a layer that stays as it was made, got a new {name}; {cure}"
        )

    def mapped(self: F, function: Callable[[Any], Any], **settings: Any) -> F:
        """Return this layer with function(item) for each item of its fields, and with other settings, if any.

        An item is any value but a tuple, list or dict; it may be a layer. Returns itself where nothing differs.
        """
        fields = self._fields()
        changes = {key: mapped(value, function) for key, value in fields.items()} | settings
        same = all(changes[key] is value or changes[key] == value for key, value in fields.items())
        return self if same else self._remade(**changes)

    def _fields(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    def _remade(self: F, **fields: Any) -> F:
        return dataclasses.replace(self, **fields)

    def _parts(self, kind: type[T]) -> list[T]:
        """Return what it holds of a kind, in order; raises InputError for what it holds outside of its fields."""
        found, fields = [], self._fields()

        def look(item: Any) -> None:
            if isinstance(item, Frozen):
                found.extend(item._parts(kind))
            elif isinstance(item, kind):
                found.append(item)

        for key, value in vars(self).items():
            kept = isinstance(getattr(type(self), key, None), cached_property)  # made of the fields
            outside: list[Any] = []
            if key not in fields and not kept:
                mapped(value, outside.append)
            if any(isinstance(item, Variable | Frozen) for item in outside):
                of = type(value).__name__
                cure = f"declare it: {key}: {of if isinstance(value, tuple | list | dict) else f'tn.{of}'}"
                raise InputError(self.who, "what it holds in fields of the class", f"{key} outside of them", cure)
        mapped(tuple(fields.values()), look)
        return found

    @property
    def who(self) -> str:
        """What error messages call it."""
        return type(self).__name__

    @classmethod
    def _making(cls) -> str:
        """Return how the layer is made together with its parameters, if there is a way; "" else."""
        create = getattr(cls, "create", None)
        if create is None:
            return ""
        needed = [p.name for p in inspect.signature(create).parameters.values() if p.default is p.empty]
        return f"{cls.__name__}.create({', '.join(needed)}) makes its parameters too"


def hints(cls: type) -> dict[str, Any]:
    """Return what a class itself declares. A name that is not defined (yet) raises no error."""
    if sys.version_info >= (3, 14):  # annotations are evaluated when they are asked for
        from annotationlib import Format

        return inspect.get_annotations(cls, format=Format.FORWARDREF)
    return inspect.get_annotations(cls)


@cache
def declared(layer: type, kinds: UnionType) -> dict[str, type]:
    """Return of which class each field is declared to be, as far as that is one of `kinds`."""
    found = {}
    for base in reversed(layer.__mro__):
        for key, hint in hints(base).items():
            one = SimpleNamespace(__annotations__={key: hint})
            try:
                kind = typing.get_type_hints(one, vars(sys.modules[base.__module__]))[key]
                if issubclass(kind, kinds):
                    found[key] = kind
            except (NameError, TypeError, AttributeError):  # a name for type checkers alone, or no class
                pass
    return found


def is_one(value: Any, kind: type) -> bool:
    """Whether it is of the class, or of one by the same name: a notebook's cell that is run again makes a new class."""
    return any((k.__module__, k.__qualname__) == (kind.__module__, kind.__qualname__) for k in type(value).__mro__)


def mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    """Return function(item) for each item of nested tuples (named ones too), lists and dicts, in the same places."""
    if isinstance(value, dict):
        return {key: mapped(item, function) for key, item in value.items()}
    if isinstance(value, tuple | list):
        items = [mapped(item, function) for item in value]
        return type(value)(items) if type(value) in (tuple, list) else type(value)(*items)  # else a named tuple
    return function(value)
