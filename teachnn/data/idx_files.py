"""An idx file begins with a few bytes that say how to read the rest; neither part is trusted. Notebook 03.

An idx file: two zero bytes, one byte for the kind of number, one for the number of dimensions; then each size in four
bytes and the numbers row by row, all with the most significant byte first. LeCun, Cortes & Burges 1998.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Callable
from typing import IO

import numpy as np

from teachnn.support import InputError, InputTypeError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
CHUNK = 1 << 16  # bytes read at once: a header that claims too much costs no more than this
MOST_DIMENSIONS = 64  # of a numpy array
AGAIN = "the file is damaged or not whole: copy or download it again"


def idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Return the array in an idx file, packed with gzip or not, in this machine's byte order.

    uint8, int8, int16, int32, float32 or float64, of any shape of 1 to 64 dimensions.
    Whether it is packed is read from the file's first bytes, not from its name.
    Raises FileNotFoundError, InputTypeError for anything but a path, and InputError for a folder, or for what is no
    idx file, and for a damaged one. The memory used follows the data that is there, not what the header claims.

    >>> from importlib.resources import files
    >>> idx(files("teachnn.data") / "mnist" / "t10k-labels-idx1-ubyte.gz")[:5]
    array([7, 2, 1, 0, 4], dtype=uint8)
    """
    if not isinstance(path, str | os.PathLike):
        raise InputTypeError("idx", "the path of a file", type(path).__name__, "write it as text")
    name = os.fsdecode(path)
    if os.path.isdir(name):
        raise InputError("idx", "an idx file", f"the folder {name}", "name a file in it")
    try:
        file = open(name, "rb")
    except FileNotFoundError:
        missing = f"idx: expected an idx file, got {name}, which does not exist; look at {os.path.abspath(name)}"
        raise FileNotFoundError(missing) from None
    with file:
        return read_idx(file, f"{name} (idx)")


def read_idx(file: IO[bytes], who: str) -> np.ndarray:
    """Return the array in an open idx file, packed or not; `who` is what errors call it."""
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not packed:
        return _parse(file.read, who)
    try:
        with gzip.open(file) as unpacked:
            return _parse(unpacked.read, who)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(who, "a whole gzip file", f"a damaged one ({error})", AGAIN) from error


def _parse(read: Callable[[int], bytes], who: str) -> np.ndarray:
    magic = _read(read, 4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        got = f"bytes {magic.hex(' ')}" if magic else "an empty file"
        raise InputError(who, "an idx file, which starts with bytes 00 00", got, "is it the file you meant?")
    code, dimensions = magic[2:]
    if code not in TYPES:
        known = ", ".join(f"{known:02x}" for known in TYPES)
        raise InputError(who, f"a type code among {known}", f"{code:02x}", "is it an idx file?")
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise InputError(who, f"1 to {MOST_DIMENSIONS} dimensions", str(dimensions), "is it an idx file?")
    sizes = _read(read, 4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise InputError(who, f"{dimensions} sizes of 4 bytes", f"{len(sizes)} bytes", AGAIN)
    shape, dtype = struct.unpack(f">{dimensions}I", sizes), np.dtype(TYPES[code])
    claimed = math.prod(shape) * dtype.itemsize
    data = _read(read, claimed + 1)
    if len(data) != claimed:
        got = "more" if len(data) > claimed else f"{len(data):,}"
        raise InputError(who, f"{claimed:,} bytes of {dtype.name} for shape {shape}", got, AGAIN)
    try:
        array = np.ndarray(shape, dtype, buffer=data)
    except ValueError:  # no numbers at all, and yet sizes whose product numpy cannot count
        raise InputError(who, "sizes that fit into memory", f"shape {shape}", AGAIN) from None
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read(read: Callable[[int], bytes], count: int) -> bytearray:
    """Return `count` bytes, or as many as there are, without asking for the memory of more."""
    data = bytearray()
    while len(data) < count and (chunk := read(min(CHUNK, count - len(data)))):
        data += chunk
    return data
