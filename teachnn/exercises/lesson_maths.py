"""The answers to the exercises of the notebook maths, and how they are checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from teachnn.exercises.verdict import expect
from teachnn.functions import TestFunction, TrainFunction
from teachnn.ops import loss
from teachnn.parameters import init


def near(found: Any, wanted: Any, tolerance: float = 1e-5) -> bool:
    """Whether two arrays have one shape and nearly the same numbers."""
    found = np.asarray(found, float)
    return found.shape == np.shape(wanted) and bool(np.allclose(found, wanted, rtol=tolerance, atol=tolerance))


def exercise_1(surprise: Any) -> str:
    """Check surprise(probabilities) -> nats."""
    expect(near(surprise(np.array([0.5, 0.25])), math.log(8)), "1/2 times 1/4 is 1/8: log 8 = 2.079 nats are expected")
    with np.errstate(all="ignore"):
        many = surprise(np.full(10_000, 0.5))
    expect(
        np.isfinite(many), "for 10,000 events the product is 0 in the computer: which other way leads to its logarithm?"
    )
    expect(
        near(many, 10_000 * math.log(2)), f"10,000 events of probability 1/2 are expected to give 6931.5, got {many:g}"
    )
    return "Surprises add up where probabilities multiply."


def exercise_2(mean_and_variance: Any) -> str:
    """Check mean_and_variance(values, probabilities) -> two numbers."""
    values, probabilities = np.array([0.0, 10.0]), np.array([0.9, 0.1])
    mean, variance = mean_and_variance(values, probabilities)
    expect(near(mean, 1.0), f"0 in nine of ten cases, 10 in one: the mean is 1, got {mean:g}. Weigh the values")
    expect(
        near(variance, 9.0), f"the distances from the mean 1 are 1 and 9; their weighted square is 9, got {variance:g}"
    )
    die = mean_and_variance(np.arange(1, 7), np.full(6, 1 / 6))
    expect(near(die, (3.5, 35 / 12)), "for a die the mean is 3.5 and the variance 35/12")
    return "The variance is an expectation too: that of the squared distance from the mean."


def exercise_3(log_density: Any) -> str:
    """Check log_density(x, mean, deviation) -> array."""
    x = np.array([-1.0, 0.0, 2.5])
    with np.errstate(all="ignore"):
        standard, other = np.asarray(log_density(x, 0.0, 1.0)), np.asarray(log_density(x, 1.0, 0.5))
        far = np.asarray(log_density(np.array([100.0]), 0.0, 1.0))
    expect(standard.shape == (3,), "one number for each x is expected")
    expect(near(standard - standard[1], -(x**2) / 2), "for mean 0 and deviation 1 it falls by x * x / 2 from its top")
    expect(
        near(standard[1], -0.9189385), f"at the mean of the standard one, log p = -0.919; yours is {standard[1]:.3f}"
    )
    expect(near(other, [-8.2257914, -2.2257914, -4.7257914]), "with deviation 0.5: which two terms hold the deviation?")
    expect(near(far, [-5000.9189385]), "at x = 100 the density is 0 in the computer: take the logarithm on paper first")
    return "For a fixed deviation, a large log density is a small squared distance."


def exercise_4(softmax: Any) -> str:
    """Check softmax(z) -> probabilities."""
    z = np.array([[0.0, math.log(2), math.log(5)], [1.0, 1.0, 1.0]])
    with np.errstate(all="ignore"):
        found, large = np.asarray(softmax(z)), np.asarray(softmax(z + 1000))
    expect(found.shape == (2, 3), f"as many numbers as logits are expected, got shape {found.shape}")
    expect(near(found.sum(axis=1), [1, 1]), "each row is to sum to 1: sum over the row alone")
    expect(near(found, [[1 / 8, 2 / 8, 5 / 8], [1 / 3] * 3]), "logits 0, log 2, log 5 give 1/8, 2/8, 5/8")
    expect(np.isfinite(large).all(), "logits of 1000 give NaN: subtract something from each row first")
    expect(near(large, found), "adding 1000 to all logits of a row is to change nothing")
    return "Only differences of logits count, so the largest can always be 0."


def exercise_5(cross_entropy: Any) -> str:
    """Check cross_entropy(logits, labels) -> nats per example."""
    rng = init.rng(0)
    logits, labels = rng.standard_normal((6, 4)), np.array([0, 3, 1, 1, 2, 0])
    found, wanted = cross_entropy(logits, labels), float(loss.cross_entropy(logits, labels))
    expect(np.shape(found) == (), "one number is expected, the mean over the examples")
    expect(
        near(cross_entropy(np.zeros((3, 10)), np.array([1, 2, 3])), math.log(10)), "equal logits of 10 cost log 10 each"
    )
    expect(near(found, wanted), f"{wanted:.4f} is expected, got {found:.4f}: take the right class alone, in each row")
    return "It is the mean surprise at the right class."


def exercise_6(floor: Any) -> str:
    """Check floor(images) -> nats per picture."""
    with np.errstate(all="ignore"):
        half, sharp = floor(np.full((2, 3, 4), 0.5)), floor(np.array([[[0.0, 1.0], [1.0, 0.0]]]))
        mixed = floor(np.array([[[0.0, 0.2]], [[1.0, 0.9]]]))
    expect(near(half, 12 * math.log(2)), f"12 pixels of 0.5 cost log 2 = 0.693 each: 8.318 is expected, got {half:g}")
    expect(near(sharp, 0.0), f"pixels of 0 and 1 cost nothing, got {sharp:g}: 0 log 0 counts as 0")
    expect(near(mixed, 0.4127427), f"0.2 and 0.9 in two pictures: 0.413 nats a picture are expected, got {mixed:g}")
    return "A binary cross-entropy of grey pixels is never 0, so compare a loss with its floor."


def exercise_7(kl: Any) -> str:
    """Check kl(mean, deviation) -> (N,) nats."""
    rng = init.rng(0)
    mean, deviation = rng.standard_normal((5, 3)), np.exp(rng.standard_normal((5, 3)))
    found = np.asarray(kl(mean, deviation))
    expect(found.shape == (5,), f"one number for each of 5 rows is expected, got shape {found.shape}")
    expect(near(kl(np.zeros((1, 2)), np.ones((1, 2))), [0.0]), "a standard normal has divergence 0 from itself")
    expect(near(kl(np.full((1, 2), 2.0), np.ones((1, 2))), [4.0]), "with deviation 1 it is half the squared mean")
    rows = [float(loss.gaussian_kl(m[None], 2 * np.log(s)[None])) for m, s in zip(mean, deviation, strict=True)]
    expect(near(found, rows), "the deviation counts twice: squared, and in a logarithm")
    return "That is tn.loss.gaussian_kl, which takes the logarithm of the variance."


def exercise_8(posterior: Any) -> str:
    """Check posterior(prior, likelihood) -> (K,), evidence."""
    prior, likelihood = np.array([0.99, 0.01]), np.array([0.05, 0.9])  # healthy or ill, and a test that says ill
    found, evidence = posterior(prior, likelihood)
    expect(near(np.sum(found), 1.0), "a posterior sums to 1: divide by the sum")
    expect(near(found, [0.8461538, 0.1538462]), "multiply each prior by its likelihood before you divide")
    expect(near(evidence, 0.0585), f"what is seen has probability 0.99 * 0.05 + 0.01 * 0.9 = 0.0585, got {evidence:g}")
    return "A rare illness stays improbable after one test that is wrong in 5 % of the healthy: 15 %."


def milestone_1(pair: Any) -> str:
    """Check (train, log_density): a normal distribution that has learnt 400 numbers."""
    train, log_density = pair
    expect(isinstance(train, TrainFunction), "the first of the two is to be a tn.TrainFunction")
    expect(isinstance(log_density, TestFunction), "the second of the two is to be a tn.TestFunction")
    x = init.rng(5).normal(3, 0.5, (400, 1))
    found = np.asarray(log_density(x))
    expect(found.shape == (400, 1), f"log_density is to give one number for each row: (400, 1), got {found.shape}")
    line = np.linspace(-2, 8, 2001)[:, None]
    area = float(np.exp(np.asarray(log_density(line))).sum() * 0.005)
    expect(abs(area - 1) < 0.01, f"a density has area 1; exp(log_density) has {area:.3f}. Write all three terms")
    here = np.exp(np.asarray(log_density(line))) * 0.005
    mean = float((here * line).sum())
    deviation = float(np.sqrt((here * (line - mean) ** 2).sum()))
    hint = f"the data have mean {x.mean():.2f} and deviation {x.std():.2f}; "
    hint += f"yours has {mean:.2f} and {deviation:.2f}: train it"
    expect(abs(mean - x.mean()) < 0.02 and abs(deviation - x.std()) < 0.02, hint)
    expect(train.steps > 0, "let the training function find the two numbers")
    return f"{-found.mean():.3f} nats a number: no other normal distribution is less surprised by them."
