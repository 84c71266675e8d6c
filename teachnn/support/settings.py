"""What a setting may be: a whole number, a number within bounds, a shape, a generator, an array. Notebook 08.

Settings are checked where they are given, before anything is drawn or made, so that an error names the wrong one.
Each function here raises InputTypeError for a value of the wrong type, and InputError for any other that does not fit.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from reprlib import repr as brief
from types import EllipsisType
from typing import Any, Literal, TypeVar

import numpy as np

from teachnn.support.errors import InputError, InputTypeError

Array = np.ndarray  # plain, or traced while a function is differentiated or recorded
Mode = Literal["train", "test"]
T = TypeVar("T")
Shape = Sequence[int | str | EllipsisType]  # as asked for: a text stands for any size, ... for any number of sizes
SIGNS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
MOST = 2**31  # numbers in one array: 8 GB of float32


def is_whole(value: Any) -> bool:
    """Whether it is a whole number of Python or numpy; True and False do not count."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether it is a finite real number; True and False do not count."""
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    try:
        return real and math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def whole(who: str, name: str, value: Any, least: int = 1, most: float = math.inf) -> int:
    """Return a whole number from `least` to `most`, as a plain int."""
    if not is_whole(value) or not least <= value <= most:
        bounds = f">= {least}" if most == math.inf else f"from {least} to {most:,}"
        raise _error(is_whole(value))(who, f"a whole {name} {bounds}", brief(value))
    return int(value)


def number(who: str, name: str, value: Any, bounds: str = "") -> float:
    """Return a finite number within its bounds, "> 0" or ">= 0 and < 1" say, as a plain float."""
    limits = [bound.split() for bound in bounds.split(" and ") if bound]
    if not is_number(value) or not all(SIGNS[sign](value, float(limit)) for sign, limit in limits):
        real = isinstance(value, float | np.floating) or is_whole(value)  # NaN is a number of a wrong value
        raise _error(real)(who, f"a finite number as {name}{bounds and ', '}{bounds}", brief(value))
    return float(value)


def plain(value: Any) -> Any:
    """Return a number of numpy's as one of Python's: it leaves the dtype of what it is multiplied by alone."""
    return value.item() if isinstance(value, np.generic) else value


def _error(right_type: bool) -> type[InputError]:
    return InputError if right_type else InputTypeError


def shape_of(
    who: str, shape: Any, sizes: int | None = None, said: str = "a tuple of whole sizes >= 1"
) -> tuple[int, ...]:
    """Return a shape: a tuple (or list) of whole sizes >= 1, so many of them if `sizes` says so."""
    if not isinstance(shape, tuple | list) or not all(is_whole(n) and n > 0 for n in shape):
        raise _error(isinstance(shape, tuple | list))(who, said, brief(shape))
    if sizes is not None and len(shape) != sizes:
        raise InputError(who, f"{sizes} whole sizes >= 1", brief(shape))
    if math.prod(map(int, shape)) > MOST:
        raise InputError(who, f"at most {MOST:,} numbers in one array", f"shape {tuple(shape)}", "is a size mistyped?")
    return tuple(int(n) for n in shape)


def name_given(who: str, name: Any) -> str:
    """Return a name: text that is not empty."""
    if not isinstance(name, str) or not name:
        raise _error(isinstance(name, str))(who, "a name (non-empty text)", brief(name))
    return name


def check_generator(who: str, rng: Any) -> np.random.Generator:
    """Return rng; raises InputError unless it is a numpy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise InputTypeError(who, "a generator to draw noise from", brief(rng), "make one with tn.rng(0)")
    return rng


def instance(who: str, what: str, value: T, kind: Any, cure: str = "") -> T:
    """Return the value; raises InputTypeError unless it is an instance of `kind`, which `what` says in words."""
    if not isinstance(value, kind):
        raise InputTypeError(who, what, type(value).__name__, cure)
    return value


def items(who: str, values: Iterable[Any], kind: type[T], word: str, cure: str = "") -> tuple[T, ...]:
    """Return the values as a tuple; raises InputError unless they are some of `kind`, as `word` calls them."""
    try:
        values = tuple(values)
    except TypeError:
        raise InputTypeError(who, word, brief(values), cure) from None
    for value in values:
        instance(who, word, value, kind, cure)
    return values


def fits(actual: Sequence[int], shape: Shape) -> bool:
    """Whether an actual shape is one of `shape`: texts in it stand for any size, and ... for any number of sizes."""
    if ... in shape:
        i, more = shape.index(...), len(actual) - len(shape) + 1
        shape = (*shape[:i], *[""] * more, *shape[i + 1 :])
    if len(actual) != len(shape):
        return False
    for n, wanted in zip(actual, shape, strict=True):  # not all(...): every call of a layer asks
        if n != wanted and not isinstance(wanted, str):
            return False
    return True


def shape_text(shape: Shape) -> str:
    """Return a shape as an error writes it: (N, ..., 3)."""
    return f"({', '.join('...' if s is ... else str(s) for s in shape)}{',' * (len(shape) == 1)})"


def reshaping(actual: Sequence[int], shape: Shape) -> str:
    """Return how an array of an actual shape becomes one of `shape`, where that is plain; "" elsewhere."""
    channels = shape[-1]
    if len(actual) > 2 and (len(shape) == 2 or math.prod(actual[1:]) == channels):
        return "put tn.Flatten() before it"
    if len(actual) == 4 and actual[1] == channels:
        return "images are NHWC, channels last: x.transpose(0, 2, 3, 1)"
    if len(shape) == 4 and len(actual) == 3 and actual[2] == channels:
        return "images are NHWC: x[None] is a batch of one"
    if len(shape) == 4 and len(actual) == 3 and channels in (1, "C"):
        return f"images are NHWC: put tn.Reshape({(*actual[1:], 1)}) before it"
    return ""


def as_array(who: str, name: str, x: Any) -> np.ndarray:
    """Return x as a plain array: a matrix of numpy's, a masked array, a table, a list of rows.

    Raises InputError for masked numbers, which would lose their mask, and for rows of unequal length.
    """
    if type(x) is np.ndarray:
        return x
    masked = sum(map(_masked, x)) if isinstance(x, list | tuple) else _masked(x)
    if masked:
        cure = "choose the others, or fill them in: x.filled(0), say"
        raise InputError(who, f"numbers as {name}", f"{masked:,} of them masked", cure)
    try:
        return np.asarray(x)
    except ValueError:
        raise InputError(who, f"an array as {name}", "rows of unequal length", "cut or pad them") from None


def _masked(x: Any) -> int:
    """Return how many numbers of a masked array are masked; 0 for anything else."""
    return int(np.sum(getattr(x, "mask", False))) if isinstance(x, np.ndarray) and type(x) is not np.ndarray else 0


def as_float32(who: str, name: str, x: np.ndarray) -> np.ndarray:
    """Return an array of numbers as float32. Raises InputError for a finite number that is too large for it."""
    with np.errstate(over="ignore"):
        y = x.astype(np.float32, copy=False)
    if y is not x and np.isinf(y).any() and (large := np.isfinite(x) & np.isinf(y)).any():
        raise InputError(who, f"numbers up to 3.4e38, as float32 holds, as {name}", f"{x[large][0]:g}", "scale them")
    return y


def array(who: str, name: str, x: Any, *shape: int | str, finite: bool = True) -> np.ndarray:
    """Return x as an array of (finite) real numbers of `shape`, where texts stand for any size >= 1.

    No shape at all means any, also an empty one. Raises InputError for anything else.
    """
    x = as_array(who, name, x)
    right_type = x.dtype.kind in "fiub"
    if not right_type or (shape and not (fits(x.shape, shape) and x.size)):
        said = f" of shape {shape_text(shape)}" if shape else ""
        raise _error(right_type)(who, f"real numbers{said} as {name}", f"{x.dtype} of shape {x.shape}")
    if finite and not np.isfinite(x).all():
        raise InputError(who, f"finite numbers as {name}", "NaN or infinity")
    return x


def check_mode(who: str, mode: Any) -> Mode:
    """Return the mode, "train" or "test"."""
    if not isinstance(mode, str) or mode not in ("train", "test"):
        raise _error(isinstance(mode, str))(who, "mode 'train' or 'test'", brief(mode))
    return mode
