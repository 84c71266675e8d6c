"""What is each part of a pipeline good for? Leave it out, and measure: the comparison of notebook 06.

    python -m teachnn.models.face_study --seeds 3          the quick setting, or with --full the large one

Three groups of people: the networks learn from the first, the linear classifiers from the second, and all is measured
on the third.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from teachnn.data import Faces, batches, drawn_faces
from teachnn.functions import Adam, History, schedule
from teachnn.models.faces import (
    CROP,
    ANet,
    LinearAttributes,
    LNet,
    crops,
    in_parts,
    intersection_over_union,
    standardize,
)
from teachnn.models.seeds import each_seed
from teachnn.parameters import rng as generator
from teachnn.support import InputError, InputTypeError, array, instance, items, number, whole

ROWS = (
    "majority class",
    "raw pixels",
    "raw pixels of the crops",
    "untrained features",
    "no identities",
    "one crop",
    "whole pipeline",
    "true box",
)


@dataclass(frozen=True)
class Setting:
    """How much is drawn, and how many passes each training function makes."""

    people: int = 200
    pictures: int = 14
    scenes: int = 8  # passes of LNet over the scenes
    identities: int = 3  # passes of ANet over the crops, to tell people
    attributes: int = 2  # and to tell attributes

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            whole("Setting", name, value, name != "identities")  # with none, no person is told apart


QUICK, FULL = Setting(), Setting(people=600, pictures=20, scenes=8, identities=3, attributes=3)


def train(
    make: Callable,
    x: np.ndarray,
    y: np.ndarray,
    passes: int,
    size: int,
    rate: float,
    rng: np.random.Generator,
    **options: Any,
) -> History:
    """Go over x and y so many times in batches of `size`; the learning rate falls to a tenth. Return how it went.

    make: takes an optimizer and returns a training function, `lnet.train_function` say.
    """
    whole("train", "number of passes", passes)
    number("train", "rate", rate, "> 0")
    if not callable(make):
        raise InputTypeError("train", "a function of an optimizer", repr(make), "lnet.train_function is one")
    examples = batches(x, y, size=size, rng=rng)
    function = make(Adam(schedule.Linear(rate, rate / 10, passes * len(examples))))
    return function.fit(examples, epochs=passes, **options)


def trained_lnet(faces: Faces, setting: Setting, rng: np.random.Generator, **options: Any) -> tuple[LNet, History]:
    """Return an LNet that learnt the tags of the scenes, and how it went; `options` are those of `fit`."""
    _known("trained_lnet", faces, setting)
    net, tags = LNet(len(faces.names), rng), faces.attributes.astype(np.float32)
    return net, train(net.train_function, standardize(faces.images), tags, setting.scenes, 8, 2e-3, rng, **options)


def trained_anet(faces: Faces, cut: np.ndarray, setting: Setting, rng: np.random.Generator, **options: Any) -> ANet:
    """Return an ANet that learnt from the crops (N, S, 32, 32, 1) of the scenes, first who it is, then the tags."""
    _known("trained_anet", faces, setting)
    cut = array("trained_anet", "crops", cut, len(faces), "S", CROP, CROP, 1)
    people = np.unique(faces.identities, return_inverse=True)[1]
    tags, S, x = faces.attributes.astype(np.float32), cut.shape[1], cut.reshape(-1, *cut.shape[2:])
    net = ANet(people.max() + 1, len(faces.names), rng)
    if setting.identities:
        train(net.identity_function, x, people.repeat(S), setting.identities, 16, 3e-3, rng, **options)
    train(net.attribute_function, x, tags.repeat(S, axis=0), setting.attributes, 16, 2e-3, rng, **options)
    return net


def features(net: ANet, cut: np.ndarray) -> np.ndarray:
    """Return the features (N, S, 64) of crops (N, S, 32, 32, 1)."""
    instance("features", "an ANet", net, ANet)
    cut = array("features", "crops", cut, "N", "S", CROP, CROP, 1)
    return in_parts(net.features, cut.reshape(-1, *cut.shape[2:])).reshape(*cut.shape[:2], -1)


def pixels(pictures: np.ndarray, side: int = 32) -> np.ndarray:
    """Return pictures (N, S, H, W, 1) at side x side pixels, as rows (N, S, side * side)."""
    N, S, H, W, _ = array("pixels", "pictures", pictures, "N", "S", "H", "W", 1).shape
    if H % whole("pixels", "side", side) or W % side:
        raise InputError("pixels", f"a side that divides {H} and {W}", str(side))
    return pictures.reshape(N, S, side, H // side, side, W // side).mean(axis=(3, 5)).reshape(N, S, -1)


def accuracy(fit: Faces, test: Faces, inputs: Iterable[np.ndarray], C: float = 0.01) -> float:
    """Return the mean accuracy on `test` of linear classifiers that know `fit`; inputs: (N, S, d) of one and other."""
    known, unknown = _pair("accuracy", inputs)
    return float(LinearAttributes(known, fit.attributes, C).accuracy(unknown, test.attributes).mean())


def study(faces: Faces, setting: Setting, rng: np.random.Generator) -> tuple[dict[str, float], float]:
    """Return the mean accuracy by row, and the mean overlap of LNet's boxes with the true ones, on people unseen.

    Of faces whose boxes are unknown, the row of the true box and the overlap are NaN.
    """
    _known("study", faces, setting)
    learn, fit, test = parts = faces.split(0.5, 0.25, 0.25)
    lnet, _ = trained_lnet(learn, setting, rng, progress=False)
    boxes = [lnet.locate(standardize(part.images)) for part in parts]
    cuts = [crops(part.images, box) for part, box in zip(parts, boxes, strict=True)]
    anet = trained_anet(learn, cuts[0], setting, rng, progress=False)
    plain = trained_anet(learn, cuts[0], replace(setting, identities=0), rng, progress=False)
    return compare(fit, test, cuts[1:], anet, plain, rng), float(intersection_over_union(boxes[2], test.boxes).mean())


def compare(
    fit: Faces, test: Faces, cuts: Sequence[np.ndarray], anet: ANet, plain: ANet, rng: np.random.Generator
) -> dict[str, float]:
    """Return the rows; cuts are the crops of `fit` and of `test`, `plain` is an ANet that was told of no person."""
    _pair("compare", cuts)
    usual = fit.attributes.mean(axis=0) > 0.5
    found, untrained = [features(anet, cut) for cut in cuts], ANet(1, 1, rng)
    values = [
        float((test.attributes == usual).mean()),
        accuracy(fit, test, (pixels(standardize(part.images)[:, None]) for part in (fit, test)), C=1e-3),
        accuracy(fit, test, (pixels(cut, side=16) for cut in cuts)),
        accuracy(fit, test, (features(untrained, cut) for cut in cuts)),
        accuracy(fit, test, (features(plain, cut) for cut in cuts)),
        accuracy(fit, test, (part[:, :1] for part in found)),
        accuracy(fit, test, found),
        np.nan,
    ]
    if np.isfinite(fit.boxes).all() and np.isfinite(test.boxes).all():
        true = (crops(part.images, part.boxes) for part in (fit, test))
        values[-1] = accuracy(fit, test, (features(anet, cut) for cut in true))
    return dict(zip(ROWS, values, strict=True))


def _known(who: str, faces: Faces, setting: Setting) -> None:
    instance(who, "Faces", faces, Faces, "tn.data.drawn_faces makes some")
    instance(who, "a Setting", setting, Setting, "QUICK is one")


def _pair(who: str, arrays: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    pair = items(who, arrays, np.ndarray, "two arrays, of those to learn from and of those to test on")
    if len(pair) != 2:
        raise InputError(who, "two arrays, of those to learn from and of those to test on", str(len(pair)))
    return pair[0], pair[1]


def of_seed(seed: int, setting: Setting) -> dict[str, float]:
    """Return the rows of one seed, and the overlap of the boxes that were found with the true ones."""
    rng = generator(seed)
    table, overlap = study(drawn_faces(setting.people, setting.pictures, rng), setting, rng)
    return {**table, "overlap": overlap}


def main() -> None:
    """Print the table of several seeds."""
    parser = argparse.ArgumentParser(prog="python -m teachnn.models.face_study", description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many (default: 3)")
    parser.add_argument("--full", action="store_true", help="more people, more passes")
    options = parser.parse_args()
    tables = each_seed(of_seed, options.seeds, setting=FULL if options.full else QUICK)
    print(f"{'accuracy, %':24}", *(f"{f'seed {seed}':>6}" for seed in range(options.seeds)), "  mean  spread")
    for row in ROWS:
        values = 100 * np.array([table[row] for table in tables])
        print(f"{row:24}", *(f"{v:6.1f}" for v in (*values, values.mean(), np.ptp(values))))
    print(f"{'overlap of the boxes':24}", *(f"{table['overlap']:6.2f}" for table in tables))


if __name__ == "__main__":
    main()
