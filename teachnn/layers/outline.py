"""What is in a network? Its layers, one a line, each with its parameters, their shapes, its settings. Notebook 02."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from teachnn.layers.fields import Frozen, mapped
from teachnn.parameters import Parameter, Variable

INDENT = "    "


def outline(layer: Frozen) -> str:
    """Return a layer, and below it those that it holds, as an indented tree with shapes and counts of parameters."""
    return "\n".join(_tree(layer)[0])


def outline_of_model(title: str, attributes: Mapping[str, Any]) -> str:
    """Return a title with the count of all parameters, and below it the trees of the layers among the attributes."""
    held = {name: [item for item in _items(value) if isinstance(item, Frozen)] for name, value in attributes.items()}
    trees = [
        _tree(layer, f"{name}{f'[{i}]' if isinstance(attributes[name], tuple) else ''} = ")
        for name, layers in held.items()
        for i, layer in enumerate(layers)
    ]
    lines = [f"{INDENT}{line}" for lines, _ in trees for line in lines]
    return "\n".join([f"{title}: {_count(p for _, parameters in trees for p in parameters)}", *lines])


def _tree(layer: Frozen, before: str = "") -> tuple[list[str], list[Parameter]]:
    """Return the lines of a layer and of those in it, and all their parameters."""
    fields = {key: _items(value) for key, value in layer._fields().items()}
    variables = [(key, item) for key, items in fields.items() for item in items if isinstance(item, Variable)]
    inner = [_tree(item) for items in fields.values() for item in items if isinstance(item, Frozen)]
    shown = [_variable(layer, key, variable) for key, variable in variables]
    shown += [_setting(key, value) for key, value in _settings(layer, all_of_them=not variables)]
    parameters = [variable for _, variable in variables if isinstance(variable, Parameter)]
    parameters += [parameter for _, found in inner for parameter in found]
    count = [_count(parameters) if inner else _numbers(parameters)] if parameters else []
    said = "; ".join([*([", ".join(shown)] if shown else []), *count])
    below = [f"{INDENT}{line}" for lines, _ in inner for line in lines]
    return [f"{before}{layer.who}{said and ': '}{said}", *below], parameters


def _items(value: Any) -> list[Any]:
    found: list[Any] = []
    mapped(value, found.append)
    return found


def _variable(layer: Any, key: str, variable: Variable) -> str:
    """Return a variable's place and shape, and its name where it is another than one expects: it is shared, perhaps."""
    return f"{key if variable.name == f'{layer.name}.{key}' else f'{key} = {variable.name}'} {variable.shape}"


def _settings(layer: Frozen, all_of_them: bool) -> list[tuple[str, Any]]:
    """Return the settings that can be written down, by name; of a layer with variables those that are no defaults."""
    found = []
    for key, value in layer._fields().items():
        items, default = _items(value), layer.__dataclass_fields__[key].default
        plain = items and all(isinstance(item, int | float | str) for item in items)
        usual = key == "name" or (not all_of_them and type(value) is type(default) and value == default)
        if isinstance(value, np.ndarray) or (plain and not usual):
            found.append((key, value))
    return found


def _setting(key: str, value: Any) -> str:
    return f"{key} {value.shape}" if isinstance(value, np.ndarray) else f"{key}={value!r}"


def _numbers(parameters: Iterable[Parameter]) -> str:
    return _many(sum(p.size for p in dict.fromkeys(parameters)), "number")


def _count(parameters: Iterable[Parameter]) -> str:
    each = tuple(dict.fromkeys(parameters))
    return f"{_many(len(each), 'parameter')}, {_numbers(each)}"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
