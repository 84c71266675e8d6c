"""How the library says no: errors that name who, what was expected, what came and the cure; and what memory costs."""

from teachnn.support.errors import InputError, ModeError
from teachnn.support.memory import keep_freed
from teachnn.support.settings import (
    Mode,
    array,
    check_generator,
    check_mode,
    instance,
    is_number,
    is_whole,
    items,
    name_given,
    number,
    path_of,
    shape_of,
    whole,
)

__all__ = [
    "InputError",
    "Mode",
    "ModeError",
    "array",
    "check_generator",
    "check_mode",
    "instance",
    "is_number",
    "is_whole",
    "items",
    "keep_freed",
    "name_given",
    "number",
    "path_of",
    "shape_of",
    "whole",
]
