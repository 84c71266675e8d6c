"""Checked settings, errors of one form (who: expected, got; cure), and memory that is kept for the next step."""

from teachnn.support.allocation import keep_freed
from teachnn.support.errors import InputError, InputTypeError, ModeError, named
from teachnn.support.files import path_of, write_whole
from teachnn.support.settings import (
    Array,
    Mode,
    array,
    check_generator,
    check_mode,
    fits,
    instance,
    is_number,
    is_whole,
    items,
    name_given,
    number,
    plain,
    shape_of,
    shape_text,
    whole,
)

__all__ = [
    "Array",
    "InputError",
    "InputTypeError",
    "Mode",
    "ModeError",
    "array",
    "check_generator",
    "check_mode",
    "fits",
    "instance",
    "is_number",
    "is_whole",
    "items",
    "keep_freed",
    "name_given",
    "named",
    "number",
    "path_of",
    "plain",
    "shape_of",
    "shape_text",
    "whole",
    "write_whole",
]
