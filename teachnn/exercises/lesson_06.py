"""The checks of notebook 06: what is thrown away, how well two boxes agree, and who may be in the test."""

from __future__ import annotations

from typing import Any

import numpy as np

from teachnn.exercises.verdict import expect
from teachnn.functions import Adam
from teachnn.models.faces import ANet, LinearAttributes, LNet, in_parts, intersection_over_union
from teachnn.parameters import rng


def exercise_1(kept_share: Any) -> str:
    """kept_share(train_graph, test_graph) -> which share of the numbers that are trained the test function uses."""
    tags = np.zeros((2, 10), np.float32)
    for people in (3, 300):
        anet = ANet(people, 10, rng(0))
        train = anet.identity_function(Adam()).graph(np.zeros((2, 32, 32, 1)), np.arange(2))
        test = anet.features.graph(np.zeros((2, 32, 32, 1)))
        kept = sum(p.size for p in anet.convolutions.parameters)
        got, expected = kept_share(train, test), kept / (kept + anet.who.W.size + anet.who.b.size)
        expect(isinstance(got, float), f"return one number between 0 and 1; this is {type(got).__name__}")
        expect(got < 1, "the head is trained and not used: its numbers are in one graph and not in the other")
        expect(abs(got - 8 / 10) > 1e-9, "that counts arrays; a kernel has thousands of numbers and a bias few: p.size")
        expect(
            abs(got - expected) < 1e-9, f"for {people} people the head has {people} outputs; the answer depends on it"
        )
    lnet = LNet(10, rng(0))
    x = np.zeros((2, 64, 64, 1))
    got = kept_share(lnet.train_function(Adam()).graph(x, tags), lnet.respond.graph(x))
    expect(0.9 < got < 1, "of LNet more than nine tenths are kept: compare the two graphs, not the layers of ANet")
    return "The head grows with the number of people, and all of it is thrown away; the convolutions stay as they are."


def exercise_2(agreement: Any) -> str:
    """agreement(a, b) -> the common area of two boxes (left, top, width, height) by the area that they cover."""
    cases = [
        ((0, 0, 2, 2), (0, 0, 2, 2), "a box agrees with itself by 1"),
        ((0, 0, 2, 2), (1, 0, 2, 2), "what both cover counts once: common / (area of a + area of b - common)"),
        ((0, 0, 4, 4), (1, 1, 2, 2), "one box may lie inside of the other"),
        ((0, 0, 2, 2), (3, 0, 2, 2), "boxes that are apart have nothing in common, and nothing is 0, not less"),
        ((0, 0, 2, 2), (3, 3, 2, 2), "apart in both directions: two negative lengths have a positive product"),
    ]
    for a, b, hint in cases:
        expected = float(intersection_over_union(np.array([a], float), np.array([b], float))[0])
        for one, other in ((a, b), (b, a)):
            got = agreement(one, other)
            expect(isinstance(got, int | float | np.number), "return a number")
            expect(abs(got - expected) < 1e-6, f"{one} and {other}: {hint}")
    return "Half a box off already costs two thirds: overlap is a strict judge, and 0.5 is commonly called a find."


def exercise_3(held_out: Any) -> str:
    """held_out(identities, share, rng) -> a mask (N,) of the pictures to test with."""
    identities = rng(0).integers(0, 50, 600)
    mask = np.asarray(held_out(identities, 0.2, rng(1)))
    expect(mask.shape == (600,) and mask.dtype == bool, "return one True or False for each picture")
    expect(mask.any() and not mask.all(), "some pictures are to test with, and some are not")
    both = set(identities[mask]) & set(identities[~mask])
    expect(not both, f"{len(both)} people are on both sides: choose people first, then take all of their pictures")
    share = len(set(identities[mask])) / 50
    expect(0.15 < share < 0.25, f"a fifth of the people was asked for, and this takes {share:.0%}")
    again, other = held_out(identities, 0.2, rng(1)), held_out(identities, 0.2, rng(2))
    expect((mask == again).all() and (mask != other).any(), "let the generator that is handed over choose the people")
    return "A network that knows a face by heart knows its beard too: only people it never saw show what it learnt."


def milestone_1(train: Any) -> str:
    """Check a training function of crops, people and tags: both heads are to get a gradient."""
    x = rng(0).standard_normal((4, 32, 32, 1)).astype(np.float32)
    people, tags = np.arange(4), np.zeros((4, 10), np.float32)
    moved = train.gradients(x, people, tags)
    heads = {p.name.rpartition(".")[0]: p for p, g in moved.items() if p.name.endswith(".W") and g.any()}
    flat = [name for name, p in heads.items() if len(p.shape) == 2]
    expect(len(flat) == 2, f"both heads are to get a gradient; got one: {', '.join(flat) or 'none'}")
    return "One step moves the convolutions by both losses, and each head by its own."


def milestone_2(work: Any) -> str:
    """Check (features, (crops, faces) to fit classifiers on, (crops, faces) to measure them on)."""
    features, known, unknown = work
    expect(not set(known[1].identities) & set(unknown[1].identities), "nobody may be on both sides")
    found = [in_parts(features, cut.reshape(-1, *cut.shape[2:])).reshape(*cut.shape[:2], -1) for cut, _ in work[1:]]
    machines = LinearAttributes(found[0], known[1].attributes)
    right = machines.accuracy(found[1], unknown[1].attributes).mean()
    expect(right >= 0.69, f"on these crops the classifiers are right on {right:.1%}; 69% are asked for")
    return f"The classifiers are right on {right:.1%} of the attributes of people that no part has seen."
