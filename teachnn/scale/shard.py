"""A worker's side of a step: the gradients of its own rows, by its own copy of the objective.

It keeps the objective and the last values of its variables from step to step; with each step come the rows, what has
changed since, and a seed for each generator.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np

from teachnn.functions import SGD, TrainFunction, TrainScope
from teachnn.parameters import change
from teachnn.scale.sending import received

KEPT = 8  # objectives, at most, on one worker


class Work(NamedTuple):
    """What a worker is asked for in one step."""

    token: str  # of the objective
    function: bytes | None  # None where the worker has it already
    steps: int  # taken so far
    moved: tuple[int, ...]  # the places of the variables that training moves
    values: dict[int, np.ndarray]  # of the variables that changed, by place
    seeds: tuple[tuple[int, ...], ...]  # of each generator
    inputs: tuple[Any, ...]


class Found(NamedTuple):
    """What a worker found for its rows."""

    loss: float
    terms: dict[str, float]
    gradients: list[np.ndarray]
    statistics: dict[int, np.ndarray]  # how far they moved, by place


class ShardScope(TrainScope):
    """Inside a shard of a step: as in a step, but noise comes from generators of this worker's own."""

    def __init__(self, generators: dict[np.random.Generator, np.random.Generator]) -> None:
        super().__init__()
        self.generators: dict[np.random.Generator, np.random.Generator] = generators

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return this worker's generator in the place of `rng`."""
        return self.generators[rng]


_objectives: OrderedDict[str, tuple] = OrderedDict()  # of this process, by token


def shard(work: Work) -> Found | None:
    """Return the loss and its gradients for the rows; None if this worker does not know the objective."""
    if work.function is not None:
        _objectives[work.token] = received(work.function)
    if work.token not in _objectives:
        return None
    _objectives.move_to_end(work.token)
    while len(_objectives) > KEPT:
        _objectives.popitem(last=False)
    objective, variables, generators = _objectives[work.token]
    for array in work.values.values():
        array.flags.writeable = False
    change([(variables[place], "stored", array) for place, array in work.values.items()])
    train = TrainFunction(objective, [variables[place] for place in work.moved], SGD(1.0))
    change(train.as_it_was(work.steps, 0, {}, None))
    own = {rng: np.random.default_rng(seed) for rng, seed in zip(generators, work.seeds, strict=True)}
    scope = ShardScope(own)
    loss, terms, gradients = train.differentiate(scope, work.inputs)
    places = {variable: place for place, variable in enumerate(variables)}
    return Found(loss, terms, gradients, {places[variable]: array for variable, array in scope.moved.items()})
