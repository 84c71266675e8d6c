"""Pictures of your own: a folder becomes one array, and the folders in it become the classes. Notebook 09.

Files come from cameras, drawing programs and scanners: turned on their side, with a palette, with transparent parts,
with 16 bits a pixel. All of them are made upright pictures of one size, in grey or in colours, a byte for each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from teachnn.support import InputError, instance, is_whole, path_of, shape_of

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # what is in a file, whatever its name


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures of one size, and what they show.

    images (N, H, W) uint8, grey, or (N, H, W, 3), red, green and blue; labels (N,) int64, places in `names`, the
    classes; files: the path of each.
    """

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    files: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: Any) -> Pictures:
        """Return the pictures that a slice, a mask or an array of places chooses; the classes stay as they are."""
        files = tuple(self.files[i] for i in np.atleast_1d(np.arange(len(self))[chosen]))
        images = self.images[chosen].reshape(len(files), *self.images.shape[1:])
        return Pictures(images, np.atleast_1d(self.labels[chosen]), self.names, files)

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.images.shape[1:]))
        return f"Pictures({len(self):,} of {size}, {len(self.names)} class{'es' * (len(self.names) != 1)})"


def pictures(folder: str | os.PathLike[str], size: int | tuple[int, int] = 64, *, grey: bool = False) -> Pictures:
    """Return all pictures in a folder, in `size`: (height, width), or a whole number for squares.

    Each folder in it is a class, with all that it holds, however deep; without such folders all are of one class. Both
    classes and files are in the order of their names. What is in the middle of a picture is kept: it is scaled until it
    fills the size, and what sticks out is cut off. Transparent parts become white; of a film, the first picture counts.
    Hidden files, and files that by their names (.png, .jpg, ...) are no pictures, are passed over.

    1,000 colour pictures of 64 x 64 take 12 MB. `tn.data.batches(p.images, p.labels, ...)` makes floats of them, a
    batch at a time. Raises InputError that names the file that is damaged, or if there are no pictures; OSError if one
    cannot be read.
    """
    who = "pictures"
    instance(who, "True or False as grey", grey, bool)
    height, width = shape_of(who, (size, size) if is_whole(size) else size, 2, "a size (height, width) in whole pixels")
    folder = path_of(who, folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{who}: expected a folder, got {folder}, which is none; name where the pictures lie")
    found = _classes(folder)
    files = tuple(file for inside in found.values() for file in inside)
    channels = () if grey else (3,)
    images = np.empty(shape_of(who, (len(files), height, width, *channels)), np.uint8)
    for image, file in zip(images, files, strict=True):
        image[:] = _fitted(opened(file, who).convert("L" if grey else "RGB"), (width, height))
    labels = np.repeat(np.arange(len(found)), [len(inside) for inside in found.values()])
    return Pictures(images, labels, tuple(found), files)


def opened(path: Path, who: str) -> Image.Image:
    """Return the picture in a file, upright, without transparent parts, in one of Pillow's modes of 8 bits."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # here: the import of teachnn would wait for it

    with path.open("rb") as file:
        try:
            with Image.open(file, formats=FORMATS) as image:
                upright = ImageOps.exif_transpose(image)
                if upright.mode.startswith(("I", "F")):
                    return Image.fromarray(_bytes(np.asarray(upright)))
                if "A" in upright.getbands() or "transparency" in upright.info:
                    white = Image.new("RGBA", upright.size, "white")
                    return Image.alpha_composite(white, upright.convert("RGBA")).convert("RGB")
                return upright.convert("RGB" if upright.mode not in ("1", "L") else "L")
        except Exception as error:  # a damaged file makes its decoder raise whatever it comes across
            reason = "of no format that is known" if isinstance(error, UnidentifiedImageError) else error
            cure = "copy it again, or take it out of the folder"
            raise InputError(f"{path} ({who})", "a picture", f"a damaged file ({reason})", cure) from error


def _bytes(levels: np.ndarray) -> np.ndarray:
    """Return grey levels of 16 bits as those of 8."""
    if levels.dtype.kind == "f" or levels.min() < 0 or levels.max() > 65535:
        raise ValueError(f"grey levels from {levels.min()} to {levels.max()}, which are not of 8 or 16 bits")
    return np.round(levels / 257).astype(np.uint8)


def _fitted(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.fit(image, size, Image.Resampling.BILINEAR))


def _classes(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each class by its name; raises InputError if there are none, or if it is not clear."""
    loose = [path for path in _visible(folder) if not path.is_dir() and _is_picture(path)]
    inside = {path.name: list(_walk(path, (folder.resolve(),))) for path in _visible(folder) if path.is_dir()}
    inside = {name: files for name, files in inside.items() if files}
    if loose and inside:
        got, cure = f"both {loose[0].name} and the folder {next(iter(inside))}", "move what is loose into a folder"
        raise InputError(f"{folder} (pictures)", "pictures in folders, one for each class, or in none", got, cure)
    if not loose and not inside:
        cure = f"they end in {', '.join(SUFFIXES)}"
        raise InputError(f"{folder} (pictures)", "at least one picture", "none", cure)
    return inside or {folder.resolve().name: loose}


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the pictures in a folder and in those in it; a link back to one `above` is not followed."""
    here = folder.resolve()
    if here in above:
        return
    for path in _visible(folder):
        if path.is_dir():
            yield from _walk(path, (*above, here))
        elif _is_picture(path):
            yield path


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_picture(path: Path) -> bool:
    """Whether it looks like one by its name; a link that leads nowhere does too, and is an error later."""
    return path.suffix.lower() in SUFFIXES and (path.is_file() or not path.exists())
