"""Freed memory is kept for the arrays of the next step, which then need not ask the system for any.

The C library hands the memory of large arrays back to the system as soon as they are freed. The next step asks for it
again, and pays for each page: the system has to fill it with zeros first. A step of a convolutional network has
thousands of pages, and spends a third of its time on them. `keep_freed` tells the GNU C library to keep up to 256 MB
instead. Elsewhere it does nothing.
"""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # as malloc.h calls and numbers them
LARGEST = 32 * 2**20  # bytes: arrays up to here come from what is kept; `man mallopt` allows no more
KEPT = 256 * 2**20


def keep_freed() -> bool:
    """Keep freed memory for the arrays that come next; return whether the C library agreed.

    Done once, when teachnn is imported. Either setting switches off what the library would do by itself, so the second
    is asked for only where the first was granted.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda option, value: 0)  # other C libraries have none
    return bool(mallopt(MMAP_THRESHOLD, LARGEST) and mallopt(TRIM_THRESHOLD, KEPT))
