"""What a latent explorer explores: a decoder of pictures, an encoder, pictures to begin from. Notebooks 09, 10."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from teachnn.support import InputError, array, as_array

WHO = "LatentExplorer"
PICKS = 12  # pictures to pick from, at most


def image_shape(decode: Callable, dimensions: int) -> tuple[int, ...]:
    """Return the shape of one picture of a decoder, (H, W), (H, W, 1) or (H, W, 3).

    Raises InputError if it raises an error on points (N, dimensions), or returns anything else.
    """
    try:
        decoded = array("decode", "its pictures", decode(np.zeros((2, dimensions), np.float32)))
    except Exception as error:
        raise InputError(WHO, f"a decoder of points (N, {dimensions})", repr(error), "set dimensions=") from error
    if decoded.ndim not in (3, 4) or len(decoded) != 2 or decoded.shape[3:] not in ((), (1,), (3,)):
        raise InputError(WHO, "decode(z) of shape (N, H, W), (N, H, W, 1) or (N, H, W, 3)", str(decoded.shape))
    return decoded.shape[1:]


def to_pick(images, encode: Callable | None, shape: tuple[int, ...]) -> np.ndarray:
    """Return the first of the images, floats or uint8; none for None.

    Raises InputError for images of another shape or dtype than the decoder's, or without an encoder to place them.
    """
    images = np.zeros((0, *shape)) if images is None else as_array(WHO, "images", images)
    images = np.atleast_1d(images)[:PICKS]
    if len(images) and encode is None:
        raise InputError(WHO, "encode to show where images lie", "none", "encode=vae.encode")
    if images.shape[1:] != shape or images.dtype.char not in "efdB":
        expected = f"images of shape (N, {', '.join(map(str, shape))}), floats from 0 to 1 or uint8"
        raise InputError(WHO, expected, f"{images.shape} of {images.dtype}")
    return array(WHO, "images", images) if len(images) else images


def code_of(encode: Callable, x: np.ndarray, dimensions: int) -> list[np.ndarray]:
    """Return the mean at which an encoder puts one picture x (1, ...), and its standard deviations if it tells them.

    Raises InputError unless they are of shape (1, dimensions).
    """
    code = encode(x)
    code = [np.asarray(part) for part in (code if isinstance(code, tuple) else (code,))]
    if len(code) > 2 or any(part.shape != (1, dimensions) for part in code):
        got = ", ".join(str(part.shape) for part in code)
        raise InputError("encode", f"a mean (and a log variance) of shape (1, {dimensions})", got)
    return [code[0][0], *(np.exp(0.5 * part[0]) for part in code[1:])]
