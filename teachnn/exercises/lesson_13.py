"""The answers to the exercises of notebook 13, a small GPT, and its project's milestone."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn import ops
from teachnn.exercises.verdict import expect
from teachnn.models.gpt import GPT
from teachnn.parameters import init


def exercise_1(attend: Any) -> str:
    """Check attend(q, k, v) -> y."""
    rng = init.rng(0)
    q, k, v = (rng.standard_normal((2, 3, 5, 4)) for _ in range(3))
    found = np.asarray(attend(q, k, v))
    expect(found.shape == q.shape, f"a row for each query is expected, shape {q.shape} here; yours is {found.shape}")
    expect(np.allclose(found[:, :, 0], v[:, :, 0]), "the first place sees nothing but itself: its y is its own v")
    right = ops.attention(q, k, v)
    expect(np.allclose(found, right), "with as many queries as keys, compare your weights: their rows sum to 1")
    late = np.asarray(attend(q[:, :, 3:], k, v))
    hint = "the queries stand at the last T of the S places: with 2 queries and 5 keys, the first sees 4 of them"
    expect(late.shape == (2, 3, 2, 4) and np.allclose(late, right[:, :, 3:]), hint)
    return "So it does not matter how much of the text came from a cache."


def exercise_2(probabilities: Any) -> str:
    """Check probabilities(logits, temperature) -> (N, K)."""
    logits = init.rng(0).standard_normal((4, 6)).astype(np.float32)
    usual = np.asarray(probabilities(logits, 1))
    expect(
        usual.shape == (4, 6) and np.allclose(usual, ops.softmax(logits)), "at temperature 1 it is the softmax itself"
    )
    for temperature, what in ((0.5, "surer"), (2.0, "less sure")):
        found = np.asarray(probabilities(logits, temperature))
        expect(np.allclose(found.sum(axis=1), 1), "each row is to sum to 1")
        right = ops.softmax(logits / np.float32(temperature))
        expect(np.allclose(found, right, atol=1e-5), f"at temperature {temperature:g} it is to be {what} than at 1")
    with np.errstate(divide="ignore", invalid="ignore"):
        cold = np.asarray(probabilities(logits, 0))
    sure = np.array_equal(cold.argmax(axis=1), logits.argmax(axis=1)) and np.allclose(cold.max(axis=1), 1)
    expect(sure and np.allclose(cold.sum(axis=1), 1), "at 0 nothing can be divided: give all to the largest logit")
    return "Temperature changes how sure the choice is, never the order of the tokens."


def exercise_3(undo: Any) -> str:
    """Check undo(cache, count) -> cache."""
    gpt, tokens = GPT(6, 8, init.rng(0), width=8, heads=2), np.array([[1, 2, 3, 4, 5]])
    _, cache = gpt.read(tokens)
    before = cache.copy()
    shorter = np.asarray(undo(cache, 2))
    expect(np.array_equal(cache, before), "the cache that was given is to stay as it was")
    hint = f"3 of 5 tokens are left, so the shape is (2, 2, 1, 2, 3, 4); yours is {shorter.shape}"
    expect(shorter.shape == (2, 2, 1, 2, 3, 4), hint)
    expect(np.array_equal(shorter, cache[:, :, :, :, :3]), "it is the *last* tokens that are taken back")
    expect(np.array_equal(undo(cache, 0), cache), "with 0 tokens to take back, all is to stay (what is x[:-0]?)")
    other, _ = gpt.next(np.array([0]), shorter)
    expect(np.allclose(other, gpt.logits([[1, 2, 3, 0]])[:, -1], atol=1e-5), "the text cannot be gone on from it")
    return "What was kept for a place never depends on later ones: that is the causal mask again."


def exercise_4(surprise: Any) -> str:
    """Check surprise(gpt, prompt, answers) -> list of nats."""
    gpt, prompt = GPT(6, 8, init.rng(0), width=8, heads=2), np.array([[1, 2, 3]])
    for parameter in gpt.parameters:  # a new GPT finds all tokens equally probable
        parameter.value = parameter.value + 0.3 * init.rng(1).standard_normal(parameter.shape)
    answers = [np.array(answer) for answer in ([4], [0, 5], [5, 5, 1], [0, 5, 2, 2])]
    right, reads = [], []
    for answer in answers:
        logits = gpt.logits(np.concatenate([prompt[0], answer])[None])[0, 2:-1]
        right.append(-ops.log_softmax(logits)[np.arange(len(answer)), answer].sum())

    class Counting:
        next, length = gpt.next, gpt.length

        def read(self, prompt: Any) -> Any:
            reads.append(prompt)
            return gpt.read(prompt)

    found = [float(nats) for nats in surprise(Counting(), prompt, answers)]
    expect(len(found) == len(right), f"a number for each of the {len(right)} answers is expected")
    hint = "of one token, {:.2f} nats are expected: minus the log of softmax's probability; yours are {:.2f}"
    expect(np.isclose(found[0], right[0], atol=1e-4), hint.format(right[0], found[0]))
    hint = "of two tokens, add up the nats: the first by what read returns, the second by what next does"
    expect(np.isclose(found[1], right[1], atol=1e-4), hint)
    expect(np.allclose(found, right, atol=1e-4), "each answer is to begin with the prompt's own cache and logits")
    expect(len(reads) == 1, f"the prompt is to be read once; you read {len(reads)} times")
    return (
        "Many continuations of one cache: so are several answers drawn from one prompt, or the best of them searched."
    )


def milestone_1(difference: Any) -> str:
    """Check difference(a, b) on all pairs whose first number can be divided by 5."""
    a, b = (part.ravel() for part in np.meshgrid(np.arange(0, 100, 5), np.arange(100), indexing="ij"))
    found = np.asarray(difference(a, b))
    expect(found.shape == a.shape, f"a number for each pair is expected, shape {a.shape}; yours has {found.shape}")
    right = (found == a - b).mean()
    expect(right >= 0.95, f"{right:.0%} of the differences that were held out are right; 95% are needed")
    below = (found == a - b)[a < b].mean()
    return f"{right:.0%} of the differences that were held out are right; {below:.0%} of those below zero."
