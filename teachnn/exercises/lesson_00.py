"""The answers to the exercises of notebook 00, the welcome, and how they are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import TestFunction
from teachnn.layers import Dense, ReLU, Sequential
from teachnn.parameters import init

P = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.0, 0.9], [0.5, 0.5, 0.0]])


def exercise_1(accuracy: Any) -> str:
    """Check accuracy(probabilities, labels) -> share."""
    hint = "three of these four rows have their largest probability at the label: 0.75 is expected, got {}"
    found = accuracy(P, np.array([0, 1, 2, 2]))
    expect(np.isclose(found, 0.75), hint.format(found))
    expect(accuracy(P, np.array([1, 2, 0, 2])) == 0, "where no row is right, it is 0")
    return "It says nothing of how sure the network was; the objective does."


def exercise_2(least_sure: Any) -> str:
    """Check least_sure(probabilities) -> row."""
    expect(least_sure(P) == 1, "the largest of each row are 0.7, 0.4, 0.9, 0.5: where is the smallest of these?")
    expect(least_sure(P[[0, 2, 3]]) == 2, "count the rows from 0, as numpy does")
    return "What a network is not sure of is often what you would not be sure of either."


def exercise_3(numbers: Any) -> str:
    """Check numbers(net) -> count."""
    rng = init.rng(0)
    net = Sequential(Dense.create("h", 7, 4, rng), ReLU(), Dense.create("out", 4, 2, rng))
    found = numbers(net)
    expect(found != len(net.parameters), "that counts the arrays; each holds many numbers")
    expect(found == 42, f"7 x 4 + 4 + 4 x 2 + 2 is expected for this small network, got {found}")
    return "The one in this notebook has 204,042."


def milestone_1(classify: Any) -> str:
    """Check classify(images) -> (N, 10): a reader of digits."""
    expect(isinstance(classify, TestFunction), "give the tn.TestFunction that answers")
    digits = mnist().test
    answers = np.asarray(classify(pixels(digits.images)))
    expect(
        answers.shape == (10_000, 10), f"ten numbers for each picture are expected: (10000, 10), got {answers.shape}"
    )
    share = float((answers.argmax(axis=1) == digits.labels).mean())
    expect(share >= 0.975, f"{share:.2%} of the test digits are right; 97.5 % are asked")
    return f"{share:.2%} of the test digits are right."
