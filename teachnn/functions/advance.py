"""The last part of a step: from gradients to the next values, if all of them are finite. Notebook 03."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from teachnn.functions.clipping import check_clip, clipped, global_norm
from teachnn.functions.finite import Finite
from teachnn.functions.optimizer import Memory, Optimizer
from teachnn.parameters import Parameter, Variable
from teachnn.support import InputError


class Progress(NamedTuple):
    """What a training function remembers from step to step, besides the parameters themselves."""

    steps: int
    began: int  # the number of steps before the optimizer's memory began
    memory: tuple[Memory, ...]  # of each parameter


def read_only(arrays: Iterable[np.ndarray]) -> None:
    """Let nobody change the arrays in place: they are shown."""
    for array in arrays:
        array.flags.writeable = False


def nothing_yet(parameters: Sequence[Parameter], optimizer: Optimizer) -> tuple[Memory, ...]:
    """Return what an optimizer remembers before its first step: zeros, read-only, for they are shown."""
    memory = tuple(tuple(np.zeros(p.shape, np.float32) for _ in optimizer.memory) for p in parameters)
    read_only(chain.from_iterable(memory))
    return memory


def completed(who: str, parameters: Sequence[Parameter], gradients: Sequence[np.ndarray | None]) -> list[np.ndarray]:
    """Return the gradients, zeros for a parameter that this batch's loss does not depend on (None).

    Raises InputError if it depends on none of them.
    """
    if all(g is None for g in gradients):
        which = "; it computes with layers of other parameters, or with detached ones"
        raise InputError(who, "a loss that depends on the parameters to move", "one that does not" + which)
    both = zip(parameters, gradients, strict=True)
    return [np.zeros(p.shape, np.float32) if g is None else g for p, g in both]


def advance(
    progress: Progress,
    parameters: Sequence[Parameter],
    gradients: Sequence[np.ndarray],
    finite: Finite,
    clip: float | None,
) -> tuple[dict[Variable, np.ndarray], Progress, float | None]:
    """Return each parameter's next value, the progress then, and the gradients' norm if they are clipped.

    Raises FloatingPointError, naming the parameter, if a gradient, a next value or the memory is not finite.
    """
    norm, clip = None, check_clip(finite.who, clip)
    if clip is not None:
        norm = global_norm(gradients)
        if not np.isfinite(norm):
            finite.check_update(parameters, gradients, gradients, ())
        gradients = clipped(gradients, norm, clip)
    (steps, began, old), optimizer = progress, finite.optimizer
    rate, t = optimizer.rate(steps + 1), steps - began + 1
    both = [
        optimizer.step(p.stored, g, memory, rate, t) for p, g, memory in zip(parameters, gradients, old, strict=True)
    ]
    values, memory = [w for w, _ in both], tuple(memory for _, memory in both)
    squares = sum(np.vdot(a, a) for w, memory in both for a in (w, *memory))
    if not np.isfinite(squares):  # a quick look: the squares of large numbers are not finite either
        finite.check_update(parameters, gradients, values, memory)
    return dict(zip(parameters, values, strict=True)), Progress(steps + 1, began, memory), norm
