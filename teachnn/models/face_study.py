"""What is each part of a pipeline good for? Leave it out, and measure: the comparison of notebook 06.

    python -m teachnn.models.face_study --seeds 3          the quick setting, or with --full the large one

Three groups of people: the networks learn from the first, the linear classifiers from the second, and all is measured
on the third.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

from teachnn.data.batching import batches
from teachnn.data.faces import Faces, drawn_faces
from teachnn.function import TrainFunction
from teachnn.init import rng as generator
from teachnn.models.faces import ANet, LinearAttributes, LNet, crops, in_parts, overlap, standard
from teachnn.optimizer import Adam
from teachnn.schedule import Linear

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

    people: int = 240
    pictures: int = 14
    scenes: int = 6  # passes of LNet over the scenes
    identities: int = 1  # passes of ANet over the crops, to tell people
    attributes: int = 2  # and to tell attributes


QUICK, FULL = Setting(), Setting(people=600, pictures=20, scenes=8, identities=2, attributes=3)


def train(function: TrainFunction, x: np.ndarray, y: np.ndarray, passes: int, size: int, rng, progress=False) -> None:
    """Go over x and y so many times in batches of `size`, with Adam's learning rate as `falling` made it."""
    function.fit(batches(x, y, size=size, rng=rng), epochs=passes, progress=progress)


def falling(examples: int, passes: int, size: int, rate: float = 2e-3) -> Adam:
    """Return Adam with a learning rate that falls to a tenth in so many passes."""
    return Adam(Linear(rate, rate / 10, passes * -(-examples // size)))


def trained_lnet(scenes: Faces, passes: int, rng: np.random.Generator) -> LNet:
    """Return an LNet that learnt the tags of the scenes."""
    net, tags = LNet(len(scenes.names), rng), scenes.attributes.astype(np.float32)
    function = net.train_function(falling(len(scenes), passes, size=8))
    train(function, standard(scenes.images), tags, passes, 8, rng)
    return net


def trained_anet(scenes: Faces, cut: np.ndarray, setting: Setting, rng: np.random.Generator) -> ANet:
    """Return an ANet that learnt from the crops (N, S, 32, 32, 1) of the scenes, first who it is, then the tags."""
    people = np.unique(scenes.identities, return_inverse=True)[1]
    net, shifts, x = ANet(people.max() + 1, len(scenes.names), rng), cut.shape[1], cut.reshape(-1, *cut.shape[2:])
    for make, y, passes in (
        (net.identity_function, people, setting.identities),
        (net.attribute_function, scenes.attributes.astype(np.float32), setting.attributes),
    ):
        if passes:
            train(make(falling(len(x), passes, size=16)), x, y.repeat(shifts, axis=0), passes, 16, rng)
    return net


def features(net: ANet, cut: np.ndarray) -> np.ndarray:
    """Return the features (N, S, 64) of crops (N, S, 32, 32, 1)."""
    return in_parts(net.features, cut.reshape(-1, *cut.shape[2:])).reshape(*cut.shape[:2], -1)


def pixels(pictures: np.ndarray, side: int = 32) -> np.ndarray:
    """Return pictures (N, S, H, W, 1) at side x side pixels, as rows (N, S, side * side)."""
    N, S, H, W, _ = pictures.shape
    return pictures.reshape(N, S, side, H // side, side, W // side).mean(axis=(3, 5)).reshape(N, S, -1)


def study(setting: Setting, rng: np.random.Generator) -> tuple[dict[str, float], float]:
    """Return the mean accuracy by row, and the mean overlap of LNet's boxes with the true ones, on people unseen."""
    learn, fit, test = drawn_faces(setting.people, setting.pictures, rng).split(0.5, 0.25, 0.25)
    lnet = trained_lnet(learn, setting.scenes, rng)
    boxes = [lnet.locate(standard(part.images)) for part in (learn, fit, test)]
    cuts = [crops(part.images, box) for part, box in zip((learn, fit, test), boxes, strict=True)]
    true = [crops(part.images, part.boxes) for part in (fit, test)]
    anet = trained_anet(learn, cuts[0], setting, rng)
    plain = trained_anet(learn, cuts[0], Setting(identities=0, attributes=setting.attributes), rng)
    untrained = ANet(1, 1, rng)
    scenes = [standard(part.images)[:, None] for part in (fit, test)]
    found = [features(anet, cut) for cut in cuts[1:]]

    def accuracy(known, unknown, C=0.01) -> float:
        return float(LinearAttributes(known, fit.attributes, C).accuracy(unknown, test.attributes).mean())

    usual = fit.attributes.mean(axis=0) > 0.5
    values = (
        float((test.attributes == usual).mean()),
        accuracy(*map(pixels, scenes), C=1e-3),
        accuracy(*(pixels(cut, side=16) for cut in cuts[1:])),
        accuracy(*(features(untrained, cut) for cut in cuts[1:])),
        accuracy(*(features(plain, cut) for cut in cuts[1:])),
        accuracy(*(cut[:, :1] for cut in found)),
        accuracy(*found),
        accuracy(*(features(anet, cut) for cut in true)),
    )
    return dict(zip(ROWS, values, strict=True)), float(overlap(boxes[2], test.boxes).mean())


def main() -> None:
    """Print the table of several seeds."""
    parser = argparse.ArgumentParser(prog="python -m teachnn.models.face_study", description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many (default: 3)")
    parser.add_argument("--full", action="store_true", help="more people, more passes")
    options = parser.parse_args()
    tables, overlaps = [], []
    for seed in range(options.seeds):
        start = time.perf_counter()
        table, share = study(FULL if options.full else QUICK, generator(seed))
        tables.append(table)
        overlaps.append(share)
        print(f"seed {seed}: {time.perf_counter() - start:.0f} s", flush=True)
    for row in ROWS:
        print(f"{row:24}", *(f"{100 * table[row]:6.1f}" for table in tables), "   accuracy, %")
    print(f"{'overlap of the boxes':24}", *(f"{share:6.2f}" for share in overlaps))


if __name__ == "__main__":
    main()
