"""The answers to the exercises of notebook 08, a layer of your own, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.exercises.verdict import expect
from teachnn.functions import SGD, TrainFunction, check_gradients
from teachnn.layers import Dropout, Layer, ModeLayer
from teachnn.parameters import Parameter, init
from teachnn.support import InputError


def derives(kind: object, base: type) -> bool:
    """Return whether `kind` is a class that derives from `base`."""
    return isinstance(kind, type) and issubclass(kind, base)


def exercise_1(kind: Any) -> str:
    """Check a class of layers that round to eighths in training."""
    expect(derives(kind, ModeLayer), "hand over the class; it derives from tn.ModeLayer")
    layer, x = kind(mode="train"), np.array([[0.1, -0.3, 0.49, 2.0]], np.float32)
    found = np.asarray(layer(x))
    expect(np.allclose(found, [[0.125, -0.25, 0.5, 2.0]]), "in training 0.1 becomes 0.125 and 0.49 becomes 0.5")
    expect(np.array_equal(layer.at("test")(x), x), "at test nothing is rounded")
    expect(found.dtype == np.float32, "float32 is to come out where float32 went in")
    start = Parameter("start", x)
    search = TrainFunction(lambda: layer(start.value).sum(), [start], SGD(0.1))
    expect(np.allclose(search.gradients()[start], 1), "the gradient is to pass as if nothing had been rounded")
    return "Two formulas, two objects; which one is meant can be read off either."


def exercise_2(kind: Any) -> str:
    """Check a class of layers with one parameter, an offset."""
    expect(derives(kind, Layer), "hand over the class; it derives from tn.Layer")
    offset = Parameter("shift.offset", [1.0, 2.0, 3.0])
    layer, x = kind(offset), init.rng(0).standard_normal((4, 3)).astype(np.float32)
    expect(layer.parameters == (offset,), "the parameter is to be a field of the class, and its only one")
    expect(np.allclose(layer(x), x + offset.value), "its output is to be x + offset")
    offset.value = offset.value * 2
    expect(np.allclose(layer(x), x + offset.value), "when the parameter moves, so does the output: read it in forward")
    check_gradients(layer, x, parameters=(offset,))
    try:
        layer(np.zeros((4, 5), np.float32))
    except InputError:
        pass
    except Exception as error:
        expect(False, f"refuse x of shape (4, 5) by self.expect; yours raises {type(error).__name__}")
    else:
        expect(False, "refuse x of shape (4, 5), by self.expect")
    return "Nothing had to be registered: a field of the type Parameter is one of the layer's parameters."


def exercise_3(is_repeatable: Any) -> str:
    """Check is_repeatable(make) -> bool."""
    hidden = init.rng(3)
    expect(is_repeatable(lambda rng: Dropout(0.5, rng, mode="train")), "dropout draws from the generator it is given")
    found = is_repeatable(lambda rng: Dropout(0.5, hidden, mode="train"))
    expect(not found, "this layer draws from a generator of its own: two made from equal seeds differ")
    return "A generator that nobody handed over is a run that nobody can repeat."
