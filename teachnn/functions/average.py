"""A running mean of the parameters, written by training and read at test: the two need not read the same arrays.

    average = Average(net.parameters, rate=0.999)
    train = TrainFunction(objective, net.parameters, Adam(1e-3), average=average)      each step writes the means
    answer = TestFunction(average.of(net.at("test")))                                  which are read here

A step moves the parameters by what one batch says, so they wander about the place that they are looking for; their mean
lies nearer to it. Polyak & Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from teachnn.functions.given import parameters_given
from teachnn.functions.scopes import TrainScope
from teachnn.layers import Layer
from teachnn.parameters import Around, Parameter, Scope, Statistic, Variable, current_scope, values_of
from teachnn.support import Array, InputError, instance, number


class Average:
    """Running means of parameters, one Statistic for each: `h.average_W` is the mean of `h.W`.

    rate: how much of a mean each step keeps, from 0.5 up; 0.999 looks back over about a thousand steps. (BatchNorm's
    rate is the other share, of what is new.) After step t of the function that writes it,

        mean = (1 - rate) / (1 - rate^t) * (W_t + rate W_{t-1} + ... + rate^(t-1) W_1)

    so the weights add up to 1 from the first step on: W_0, which is random, has no part in it, and early means are not
    drawn towards it. It is Adam's correction of a start from zero. Before the first step a mean is its parameter.
    """

    def __init__(self, parameters: Iterable[Parameter], *, rate: float = 0.999) -> None:
        each = parameters_given("Average", parameters, "to average")
        self.rate: float = number("Average", "rate", rate, ">= 0.5 and < 1")
        now = values_of(each)
        self.means: Mapping[Variable, Statistic] = {p: Statistic(_name(p), now[p]) for p in each}

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """The means, in the order of their parameters."""
        return tuple(self.means.values())

    def of(self, layer: Layer) -> Averaged:
        """Return the same layer, reading the means: they are its statistics, and it has these parameters no more.

        Raises InputError for a layer that holds none of the parameters.
        """
        instance("Average", "a layer", layer, Layer, 'average.of(net.at("test"))')
        if not any(parameter in self.means for parameter in layer.parameters):
            got = f"{layer.who}, of other parameters"
            cure = "run all cells again that make the network and its average"
            raise InputError("Average", "a layer of the parameters that are averaged", got, cure)
        return Averaged(layer, self, name=layer.name)

    def write(self, scope: TrainScope, moved: Mapping[Variable, np.ndarray], step: int) -> None:
        """Move the means towards the values that the step with this number, from 1, has found."""
        weight = (1 - self.rate) / (1 - self.rate**step)
        for parameter, mean in self.means.items():
            if parameter in moved:
                scope.track(mean, moved[parameter], weight)

    def __repr__(self) -> str:
        return f"Average({len(self.means)} parameters, rate={self.rate})"


class Averaged(Layer):
    """`layer`, reading running means in place of its parameters; made by `average.of(layer)`."""

    layer: Layer
    average: Average
    transparent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        instance(self.who, "an Average", self.average, Average, "average.of(layer) makes such a layer")

    def forward(self, *inputs: Any) -> Any:
        """Return layer(*inputs)."""
        return _Means(current_scope(), self.average.means, self.who).run(self.layer, *inputs)

    def _parts(self, kind: type) -> list[Any]:
        means = self.average.means
        return [part for v in self.layer._parts(Variable) if isinstance(part := means.get(v, v), kind)]


class _Means(Around):
    """The outer scope, but a parameter that has a running mean is read as that."""

    __slots__ = ("means", "who")

    def __init__(self, outer: Scope, means: Mapping[Any, Any], who: str) -> None:
        super().__init__(outer)
        self.means: Mapping[Any, Any] = means
        self.who: str = who

    def read(self, variable: Any) -> Array:
        return self.outer.read(self.means.get(variable, variable))

    def constant(self, variable: Any) -> Any:
        return self.outer.constant(self.means.get(variable, variable))

    def nested(self, who: str, modes: Sequence[Any]) -> NoReturn:
        raise InputError(self.who, "a layer that calls no other function", who, "average the layers in that function")


def average_given(who: str, average: Any, parameters: Sequence[Parameter]) -> Average | None:
    """Return an average of parameters that move, or None; raises InputError for anything else."""
    instance(who, "an Average, or None", average, Average | None, "tn.Average(net.parameters)")
    if average and not any(parameter in average.means for parameter in parameters):
        raise InputError(who, "an average of parameters that it moves", "one of others", "make it of the same")
    return average


def _name(parameter: Variable) -> str:
    """Return what the mean of a parameter is called: it belongs to the same layer."""
    layer, dot, last = parameter.name.rpartition(".")
    return f"{layer}{dot}average_{last}"
