"""The real faces: a folder of CelebA, read into the same object as the drawn ones. Notebook 06.

    list_attr_celeba.txt     how many pictures; the attributes' names; then lines like `000001.jpg -1 1 ...`
    img_align_celeba/        the pictures
    identity_CelebA.txt      lines like `000001.jpg 2880`; may be missing
    list_bbox_celeba.txt     how many pictures; a heading; then lines like `000001.jpg 95 71 226 313`; may be missing

Liu, Luo, Wang & Tang 2015, "Deep Learning Face Attributes in the Wild", arXiv:1411.7766. The pictures are not part of
this package; their owners allow research that is not commercial.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np

from teachnn.data.faces import SIDE, Faces
from teachnn.data.pictures import opened
from teachnn.support import InputError, path_of, whole

NUMBER = re.compile("-?[0-9]{1,9}")


def celeba(folder: str | os.PathLike[str], limit: int | None = None, pictures: str = "img_align_celeba") -> Faces:
    """Return the first `limit` pictures of the folder, or all, made grey and 64 x 64 (each side scaled by itself).

    The boxes of CelebA lie in the pictures as they were found, not in the aligned ones: give pictures="img_celeba" to
    use them. 1,000 pictures take 4 MB. Raises FileNotFoundError, and InputError for lines that do not fit.
    """
    folder = path_of("celeba", folder)
    if limit is not None:
        whole("celeba", "limit", limit)
    if not folder.is_dir():
        raise FileNotFoundError(f"celeba: expected a folder, got {folder}, which is none; name where the lists lie")
    names, rows = _attributes(folder / "list_attr_celeba.txt", limit)
    files = [file for file, *_ in rows]
    attributes = np.array([values for _, *values in rows]) == "1"
    identities = _optional(folder / "identity_CelebA.txt", files, [-1], skip=0)
    boxes = _optional(folder / "list_bbox_celeba.txt", files, 4 * [np.nan], skip=2)
    images = np.empty((len(files), SIDE, SIDE, 1), np.uint8)
    scales = np.empty((len(files), 2), np.float32)
    for i, file in enumerate(files):
        images[i, :, :, 0], scales[i] = _picture(folder / pictures / file)
    boxes = (boxes * np.tile(scales, 2)).astype(np.float32)
    return Faces(images, attributes, names, identities[:, 0], boxes)


def _attributes(path: Path, limit: int | None) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the attributes' names, and of each picture its file and values."""
    lines = _lines(path)
    if len(lines) < 2 or not NUMBER.fullmatch(lines[0]):
        raise InputError(path.name, "the number of pictures in line 1, and names in line 2", repr("".join(lines[:1])))
    names, rows = tuple(lines[1].split()), [line.split() for line in lines[2:]]
    if len(rows) != int(lines[0]):
        raise InputError(path.name, f"{int(lines[0]):,} pictures, as line 1 says", f"{len(rows):,}", "copy it again")
    for number, row in enumerate(rows[:limit], 3):
        named = row and Path(row[0]).name == row[0]  # not a path, which might lead out of the folder
        if not named or len(row) != len(names) + 1 or not {"-1", "1"}.issuperset(row[1:]):
            expected = f"a file and {len(names)} values, -1 or 1, in line {number}"
            raise InputError(path.name, expected, repr(lines[number - 1]))
    if not rows[:limit]:
        raise InputError(path.name, "at least one picture", "none")
    return names, rows[:limit]


def _optional(path: Path, files: list[str], unknown: list, skip: int) -> np.ndarray:
    """Return each file's whole numbers, in the shape of `unknown` (N, numbers); `unknown` if there is no list."""
    if not path.exists():
        return np.array([unknown] * len(files))
    known, numbers = {}, len(unknown)
    for number, line in enumerate(_lines(path)[skip:], skip + 1):
        file, *values = line.split() or [""]
        if len(values) != numbers or not all(map(NUMBER.fullmatch, values)):
            plural = "a whole number" if numbers == 1 else f"{numbers} whole numbers"
            raise InputError(path.name, f"a file and {plural} in line {number}", repr(line))
        known[file] = [int(value) for value in values]
    missing = [file for file in files if file not in known]
    if missing:
        raise InputError(path.name, f"a line for each of {len(files):,} pictures", f"none for {missing[0]}")
    return np.array([known[file] for file in files])


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise FileNotFoundError(f"celeba: expected a list of pictures, got no file {path}; name its folder") from None
    except UnicodeDecodeError as error:
        raise InputError(path.name, "text in UTF-8", f"a byte of none at {error.start:,}", "copy it again") from None


def _picture(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    """Return a picture (64, 64) uint8, and by how much its width and its height were scaled."""
    from PIL import Image  # here: the import of teachnn would wait for it

    try:
        image = opened(path, "celeba")
    except FileNotFoundError:
        raise FileNotFoundError(f"celeba: expected a picture, got no file {path}; unpack {path.parent.name}") from None
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small), (SIDE / image.width, SIDE / image.height)
