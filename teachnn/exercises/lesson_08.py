"""The answers to the exercises of notebook 08, a layer of your own, and its project's milestone."""

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


def moved(x: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return pictures (N, H, W) moved by so many pixels, with zeros where nothing came from."""
    reach, (_, height, width) = max(abs(down), abs(right)), x.shape
    wide = np.pad(x, ((0, 0), (reach, reach), (reach, reach)))
    return wide[:, reach - down : reach - down + height, reach - right : reach - right + width]


def milestone_1(kind: Any) -> str:
    """Check a class of layers that move each picture by a few pixels in training."""
    expect(derives(kind, ModeLayer), "hand over the class; it derives from tn.ModeLayer")
    x = init.rng(1).random((60, 6, 7), dtype=np.float32) + 0.1
    layer = kind(2, init.rng(0), mode="train")
    expect(np.array_equal(layer.at("test")(x), x), "at test the pictures are to come out as they are")
    y = np.asarray(layer(x))
    expect(y.shape == x.shape and y.dtype == x.dtype, f"expected {x.shape} of float32, got {y.shape} of {y.dtype}")
    steps = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    same = np.stack([np.isclose(moved(x, *step), y).all(axis=(1, 2)) for step in steps])  # (25, N)
    expect(same.any(axis=0).all(), "each picture is to be moved by up to `reach` pixels, zeros coming in at the edge")
    found = same.any(axis=1).sum()
    expect(found > 1, "each picture is to have a shift of its own")
    expect(found > 15, f"all 25 shifts are to come up; among 60 pictures yours has {found}")
    again = kind(2, init.rng(0), mode="train")
    expect(np.array_equal(again(x), y), "the same seed is to give the same shifts: draw from the rng of the layer")
    state, start = again.rng.bit_generator.state, Parameter("start", x[:2])
    TrainFunction(lambda: again(start.value).sum(), [start], SGD(0.1)).graph()
    expect(again.rng.bit_generator.state == state, "a drawing of the graph draws noise: use tn.noise_from(self.rng)")
    check_gradients(again, x[:2].astype(float))
    return "Its mode, its generator, its shifts and its gradient are right."
