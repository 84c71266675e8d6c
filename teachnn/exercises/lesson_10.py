"""The answers to the exercises of notebook 10, the variational autoencoder, and its project's milestones."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.data import mnist, pixels
from teachnn.exercises.verdict import expect
from teachnn.functions import Adam, TrainFunction
from teachnn.layers import Dense
from teachnn.ops import loss
from teachnn.parameters import Parameter, init


def exercise_1(kl: Any) -> str:
    """Check kl(mean, log_variance) -> (N,)."""
    rng = init.rng(0)
    mean, log_variance = rng.standard_normal((2, 5, 3))
    found = np.asarray(kl(mean, log_variance))
    expect(found.shape == (5,), f"one number for each row is expected, shape (5,) here; yours has {found.shape}")
    expect(np.allclose(kl(mean * 0, log_variance * 0), 0), "for mean 0 and variance 1 it is 0: that is the prior")
    alone = np.asarray(kl(mean, log_variance * 0))
    expect(
        np.allclose(alone, (mean**2).sum(axis=1) / 2), "with variance 1 only half the squared means are left, summed"
    )
    right = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
    expect(np.allclose(found, right), "look at the variance: the input is its logarithm, and both are in the formula")
    return "It is 0 only where the code says nothing: that is what collapse means."


def exercise_2(generate: Any) -> str:
    """Check generate(decode, count, latent, rng) -> pictures."""
    asked = []

    def decode(z):
        asked.append(np.asarray(z))
        return np.zeros((len(z), 4, 4), np.float32)

    pictures = np.asarray(generate(decode, 400, 3, init.rng(0)))
    expect(
        len(asked) == 1 and pictures.shape == (400, 4, 4), "decode all 400 points in one call, and return what it does"
    )
    (points,) = asked
    expect(points.shape == (400, 3), f"decode is to be given points of shape (400, 3), not {points.shape}")
    expect(points.std() > 0.5, "every picture would be the same one: the points have to be drawn")
    near = abs(points.mean()) < 0.15 and abs(points.std() - 1) < 0.1
    expect(near, "the prior is normal, with mean 0 and variance 1")
    generate(decode, 400, 3, init.rng(0))
    expect(np.array_equal(asked[0], asked[-1]), "the same seed is to give the same pictures: draw from rng")
    return "Generating uses the decoder's parameters alone: no picture, no encoder."


def exercise_3(sample: Any) -> str:
    """Check sample(mean, log_variance, rng) -> z."""
    mean, log_variance = np.full((20_000, 2), 3.0), np.full((20_000, 2), np.log(0.25))
    z = np.asarray(sample(mean, log_variance, init.rng(0)))
    expect(z.shape == mean.shape, f"one z for each row is expected, shape {mean.shape}; yours has {z.shape}")
    expect(z.std() > 0.01, "it is to be a draw: it needs noise from rng")
    expect(abs(z.mean() - 3) < 0.05, "the draws are to have the given mean")
    hint = f"for variance 0.25 the draws are to have standard deviation 0.5; yours have {z.std():.2f}"
    expect(abs(z.std() - 0.5) < 0.02, hint)
    moved = np.asarray(sample(mean + 1, log_variance, init.rng(0)))
    expect(np.allclose(moved - z, 1), "move the mean, and each z is to move with it: the noise must not depend on it")
    return "Move the mean, and every draw moves along: that is the gradient's way through it."


def exercise_4(objective: Any) -> str:
    """Check objective(z, decoder, x) -> a function of no arguments."""
    rng = init.rng(0)
    decoder = Dense.create("dec", 2, 784, rng)
    target = (rng.random((3, 784)) < 0.5).astype(np.float32)
    z = Parameter("z", np.zeros((3, 2), np.float32))
    hint = "no gradient reaches z: decode z.value, what the parameter holds while it is searched"
    inner = objective(z, decoder, target)
    expect(callable(inner), "return the inner function itself, without calling it")
    try:
        moving = TrainFunction(inner, [z, *decoder.parameters], Adam(0.1)).gradients()
    except ValueError:
        moving = {z: np.zeros(1)}
    expect(np.any(moving[z]), hint)
    touched = [p.name for p in decoder.parameters if np.any(moving[p])]
    expect(not touched, f"a gradient reaches {' and '.join(touched)}: the decoder has a sibling that passes none")
    search = TrainFunction(inner, [z], Adam(0.1))
    right = float(loss.binary_cross_entropy(decoder(z.value), target))
    first = float(search())
    expect(abs(first - right) < 1e-3 * right, f"at the first z the cross-entropy is {right:.1f}; yours is {first:.1f}")
    for _ in range(50):
        last = float(search())
    expect(last < first, "the objective does not fall: is it the cross-entropy of the decoded z and x?")
    return "A search over z is a training function like any other: only its parameter is another."


def milestone_1(work: Any) -> str:
    """Check (generate, latent): generate(z, y) -> pictures of the digits y, asked for as rows of ten numbers."""
    generate, latent = work
    labels, one_hot = np.arange(10).repeat(20), np.eye(10, dtype=np.float32)
    z = init.rng(0).standard_normal((len(labels), latent), dtype=np.float32)
    pictures = np.asarray(generate(z, one_hot[labels]))
    expect(pictures.shape == (200, 28, 28), f"pictures (N, 28, 28) are expected, got {pictures.shape} for 200 points")
    digits = mnist().train
    x, y = pixels(digits.images[:5000]).reshape(5000, -1), one_hot[digits.labels[:5000]]
    W = np.linalg.solve(x.T @ x + 50 * np.eye(784), x.T @ (y - y.mean(axis=0)))  # least squares, right on 84 of 100
    right = np.mean((pictures.reshape(200, -1) @ W).argmax(axis=1) == labels)
    expect(right >= 0.8, f"{right:.0%} of the pictures are told to be the digit that was asked for; 80% are needed")
    return f"{right:.0%} of the pictures are told to be the digit that was asked for."


def milestone_2(bound: Any) -> str:
    """Check a bound of held-out pictures: nats per picture, or the two terms by name."""
    nats = float(sum(bound.values()) if isinstance(bound, dict) else bound)
    expect(nats > 45.5, f"no bound of grey pictures lies below 45.5 nats; yours is {nats:.1f}: summed over all pixels?")
    expect(nats < 150, f"the bound of the held-out pictures is {nats:.1f} nats per picture; below 150 is asked for")
    return "The label saves the code some work: without it, two dimensions and as much training stop above 150."
