"""The fields of a layer: what its class declares, and a walk through what they hold. Notebook 08."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace, UnionType
from typing import Any


def hints(cls: type) -> dict[str, Any]:
    """Return what a class itself declares. A name that is not defined, or not yet, is no error."""
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
