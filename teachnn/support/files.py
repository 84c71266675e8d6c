"""Where files are written, and how: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from teachnn.support.errors import InputTypeError


def path_of(who: str, path: Any) -> Path:
    """Return the path of a file or a folder."""
    if not isinstance(path, str | os.PathLike) or isinstance(os.fspath(path), bytes):
        raise InputTypeError(who, "a path", brief(path), "write it as text")
    return Path(path)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file. Until all of it is on the disk, what was there before stays.

    Raises OSError if it cannot be written; nothing else is left behind then, nor on Ctrl-C.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
