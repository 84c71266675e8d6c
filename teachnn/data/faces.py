"""Drawn faces, of which everything is known: who it is, what they wear, where they stand. Notebook 06.

A person is a row of proportions. A picture of that person adds an expression, a pose, the light and a cluttered room.
Shapes are signed distances, which gives soft edges for free: the share of a pixel that a shape covers is about
0.5 - distance / pixel, cut off at 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from teachnn.support import InputError, check_generator, is_number, shape_of, whole

SIDE, BLOCK = 64, 16  # pixels of a picture's side; pictures that are drawn together, few enough for the cache
LASTING = ("round face", "long hair", "beard", "bushy brows", "big nose")  # of a person
PASSING = ("glasses", "hat", "smile", "open mouth", "closed eyes")  # of a picture
# What a person is made of: name -> mean and spread, in units of half the height of the head, tones from 0 to 1.
PROPORTIONS = {
    "width": (0.64, 0.03),
    "eyes apart": (0.33, 0.045),
    "eyes up": (0.10, 0.06),
    "eye size": (0.16, 0.025),
    "brow gap": (0.25, 0.03),
    "nose length": (0.17, 0.04),
    "mouth width": (0.27, 0.05),
    "mouth down": (0.50, 0.05),
    "hairline": (0.58, 0.10),
    "skin": (0.68, 0.12),
    "hair": (0.28, 0.16),
}


@dataclass(frozen=True, eq=False)
class Faces:
    """Scenes with one face each, and what is known of it.

    images (N, 64, 64, 1) uint8, grey, NHWC; attributes (N, k) bool, whose columns `names` lists; identities (N,) int64,
    one number a person, -1 where unknown; boxes (N, 4) float32, the head's left, top, width and height in pixels, NaN
    where unknown.
    """

    images: np.ndarray
    attributes: np.ndarray
    names: tuple[str, ...]
    identities: np.ndarray
    boxes: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: slice | np.ndarray) -> Faces:
        """Return the pictures that a slice, a mask or an array of places chooses."""
        arrays = (self.images, self.attributes, self.identities, self.boxes)
        images, attributes, identities, boxes = (array[chosen] for array in arrays)
        return Faces(images, attributes, self.names, identities, boxes)

    def split(self, *shares: float) -> list[Faces]:
        """Return parts that have no person in common; `shares` are those of the people, and sum to 1.

        Raises InputError without identities, for other shares, and for a part that would be empty.
        """
        if (self.identities < 0).any():
            raise InputError(
                "split", "the identities of all faces", "some unknown", "a part must not know another's people"
            )
        people = np.unique(self.identities)
        ends = np.round(np.cumsum((0, *shares) if all(map(is_number, shares)) else 0) * len(people)).astype(int)
        if ends[-1] != len(people) or np.diff(ends).min() < 1:
            raise InputError("split", f"shares that sum to 1, of {len(people)} people", str(shares))
        groups = [people[start:end] for start, end in pairwise(ends)]
        return [self[np.isin(self.identities, group)] for group in groups]

    def __repr__(self) -> str:
        people = "unknown people" if (self.identities < 0).any() else f"{len(np.unique(self.identities)):,} people"
        return f"Faces({len(self):,} pictures of {people}, {len(self.names)} attributes)"


def drawn_faces(people: int, pictures: int, rng: np.random.Generator) -> Faces:
    """Return so many `pictures` of each of so many `people`, drawn with `rng`.

    Raises InputError for fewer than one. It draws about a thousand pictures a second.

    >>> drawn_faces(people=3, pictures=2, rng=np.random.default_rng(0))
    Faces(6 pictures of 3 people, 10 attributes)
    """
    people = whole("drawn_faces", "number of people", people)
    pictures = whole("drawn_faces", "number of pictures", pictures)
    shape_of("drawn_faces", (people * pictures, SIDE, SIDE))
    check_generator("drawn_faces", rng)
    lasting = rng.random((people, len(LASTING))) < 0.4
    habits = rng.beta(0.6, 0.9, (people, len(PASSING)))  # how often each person wears or does it
    means, spreads = np.transpose(list(PROPORTIONS.values()))
    proportions = means + spreads * np.clip(rng.standard_normal((people, len(means))), -2, 2)
    identities = np.repeat(np.arange(people), pictures)
    N = len(identities)
    passing = rng.random((N, len(PASSING))) < habits[identities]
    attributes = np.concatenate([lasting[identities], passing], axis=1)
    scale, turn = rng.uniform(14, 20, N), rng.uniform(-0.25, 0.25, N)
    centre = SIDE / 2 + rng.uniform(-1, 1, (N, 2)) * (SIDE / 2 - 1.05 * scale)[:, None]
    pose = np.column_stack([centre, scale, turn]).astype(np.float32)
    images = np.empty((N, SIDE, SIDE, 1), np.uint8)
    for start in range(0, N, BLOCK):
        part = slice(start, start + BLOCK)
        person = proportions[identities[part]].astype(np.float32)
        images[part, :, :, 0] = _draw(person, attributes[part], pose[part], rng)
    boxes = _boxes(proportions[identities, 0] + 0.18 * lasting[identities, 0], pose)
    return Faces(images, attributes, LASTING + PASSING, identities, boxes)


def _boxes(width, pose) -> np.ndarray:
    """Return the boxes (N, 4) around heads of half widths (N,), ellipses that are turned, in poses (N, 4)."""
    c, s = np.cos(pose[:, 3]), np.sin(pose[:, 3])
    half = pose[:, 2:3] * np.sqrt(np.stack([(width * c) ** 2 + s**2, (width * s) ** 2 + c**2], axis=1))
    return np.concatenate([pose[:, :2] - half, 2 * half], axis=1).astype(np.float32)


def _draw(person, attributes, pose, rng) -> np.ndarray:
    """Return the scenes (N, 64, 64) uint8 of persons (N, 11) with attributes (N, 10) in poses (N, 4)."""
    x, y = np.meshgrid(*2 * [np.arange(SIDE, dtype=np.float32) + 0.5])
    left, top, scale, turn = (pose[:, i, None, None] for i in range(4))
    # the face's own axes: u to the right, v downwards, 1 is half the height of the head
    u = ((x - left) * np.cos(turn) + (y - top) * np.sin(turn)) / scale
    v = ((y - top) * np.cos(turn) - (x - left) * np.sin(turn)) / scale
    image = _room(x, y, len(pose), rng)
    _face(_Pen(image, u, v, 1 / scale), person, attributes)
    slope, angle, contrast, brightness = rng.uniform(
        [[0], [0], [0.7], [0.4]], [[0.5], [2 * np.pi], [1.1], [0.6]], (4, len(pose))
    ).astype(np.float32)[:, :, None, None]
    light = 1 + slope * (np.cos(angle) * (x - SIDE / 2) + np.sin(angle) * (y - SIDE / 2)) / (SIDE / 2)
    image = ((image - 0.5) * contrast + brightness) * light + 0.03 * rng.standard_normal(image.shape, dtype=np.float32)
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


class _Pen:
    """Paints shapes on pictures (N, H, W) in the coordinates u, v; `pixel` is the size of one in their unit."""

    def __init__(self, image, u, v, pixel):
        self.image, self.u, self.v, self.pixel = image, u, v, pixel

    def fill(self, distance, tone, opacity=1.0):
        """Paint what lies where `distance` is negative."""
        covered = np.clip(0.5 - distance / self.pixel, 0, 1) * opacity
        self.image += covered * (tone - self.image)

    def ellipse(self, u, v, a, b):
        """Return the distance (about) to an ellipse around (u, v) with half axes a and b."""
        return (np.sqrt(((self.u - u) / a) ** 2 + ((self.v - v) / b) ** 2) - 1) * np.minimum(a, b)

    def box(self, u, v, a, b):
        """Return the distance to a box around (u, v) with half sides a and b."""
        return np.maximum(np.abs(self.u - u) - a, np.abs(self.v - v) - b)


def _room(x, y, N: int, rng) -> np.ndarray:
    """Return N rooms full of things: ellipses, boxes and rings as bright and as large as the parts of a face."""
    image = np.broadcast_to(rng.uniform(0.1, 0.9, (N, 1, 1)), (N, SIDE, SIDE)).astype(np.float32)
    for kind in (_Pen.ellipse, _Pen.box) * 2:
        place, size = rng.uniform(0, SIDE, (2, N, 1, 1)), np.exp(rng.uniform(0.5, 2.8, (2, N, 1, 1)))
        angle, ring = rng.uniform(0, np.pi, (N, 1, 1)), rng.random((N, 1, 1)) < 0.25
        c, s = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        pen = _Pen(image, c * x + s * y, c * y - s * x, np.float32(1))
        left, top = c * place[0] + s * place[1], c * place[1] - s * place[0]
        distance = kind(pen, *(a.astype(np.float32) for a in (left, top, *size)))
        tone = rng.uniform(0, 1, (N, 1, 1)).astype(np.float32)
        pen.fill(np.where(ring, np.abs(distance) - 1, distance), tone)
    return image


def _face(pen: _Pen, person, attributes) -> None:
    """Paint the parts of a face from the back to the front."""
    width, apart, up, eye, gap, nose, mouth, down, hairline, skin, hair = (a[:, None, None] for a in person.T)
    is_round, long, beard, bushy, big, glasses, hat, smile, opened, closed = (a[:, None, None] for a in attributes.T)
    width = width + np.float32(0.18) * is_round
    pen.fill(pen.ellipse(0, 0.25, width + 0.22, np.float32(0.95)), hair, long)
    head = pen.ellipse(0, 0, width, np.float32(1))
    pen.fill(head, skin)
    pen.fill(np.maximum(head, pen.v + hairline), hair)
    pen.fill(np.maximum(head, down - 0.16 - pen.v), hair, 0.75 * beard.astype(np.float32))
    for side in (-1, 1):
        at = side * apart
        pen.fill(
            pen.ellipse(at, -up, eye, np.where(closed, np.float32(0.025), 0.6 * eye)), np.where(closed, 0.15, 0.95)
        )
        pen.fill(pen.ellipse(at, -up, 0.45 * eye, 0.45 * eye), 0.1, ~closed)
        pen.fill(pen.box(at, -up - gap, 1.15 * eye, np.where(bushy, np.float32(0.1), 0.025)), 0.7 * hair)
        rim = np.abs(pen.ellipse(at, -up, np.float32(0.25), np.float32(0.24))) - 0.03
        pen.fill(rim, 0.05, glasses)
    pen.fill(pen.box(0, -up, apart - 0.24, np.float32(0.03)), 0.05, glasses)
    wide = np.where(big, np.float32(0.2), np.float32(0.07))
    pen.fill(pen.ellipse(0, 0.2, wide, nose), 0.5 * skin)
    bend = np.where(smile, np.float32(0.16), np.float32(-0.04)) * (1 - 2 * (pen.u / mouth) ** 2)
    thick = np.where(opened, np.float32(0.11), np.float32(0.035))
    lips = np.maximum(np.abs(pen.v - down - bend) - thick, np.abs(pen.u) - mouth)
    pen.fill(lips, 0.12)
    pen.fill(pen.box(0, -0.62, width + 0.22, np.float32(0.06)), 1 - hair, hat)
    pen.fill(pen.box(0, -0.86, 0.85 * width, np.float32(0.26)), 1 - hair, hat)
