"""A scalar automatic differentiation, whole: what the first exercises of notebook 02 lead to, step by step."""

from __future__ import annotations

import math


class Number:
    """A number that notes which numbers it was made from, and how it changes if one of them does.

    parents: pairs of a number and the local slope, the derivative of this number by that one.
    """

    def __init__(self, value: float, parents: tuple[tuple[Number, float], ...] = ()) -> None:
        self.value: float = value
        self.parents: tuple[tuple[Number, float], ...] = parents

    def __add__(self, other: Number) -> Number:
        return Number(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Number) -> Number:
        return Number(self.value * other.value, ((self, other.value), (other, self.value)))

    def __repr__(self) -> str:
        return f"Number({self.value:g})"


def tanh(x: Number) -> Number:
    """Return the hyperbolic tangent; its slope is 1 minus its square."""
    t = math.tanh(x.value)
    return Number(t, ((x, 1 - t**2),))


def power(x: Number, n: float) -> Number:
    """Return x to the n, whose slope is n x^(n - 1)."""
    return Number(x.value**n, ((x, n * x.value ** (n - 1)),))


def order(result: Number) -> list[Number]:
    """List all that the result was made from, itself first, each number before those it was made from."""
    found: list[Number] = []
    seen = set()

    def visit(number: Number) -> None:
        if number not in seen:
            seen.add(number)
            for parent, _ in number.parents:
                visit(parent)
            found.append(number)

    visit(result)
    return found[::-1]


def slopes(result: Number) -> dict[Number, float]:
    """Return the derivative of the result by each number that it was made from."""
    found = {result: 1.0}
    for number in order(result):
        for parent, local in number.parents:
            found[parent] = found.get(parent, 0.0) + found[number] * local
    return found
