"""Why a step asks the system for no memory: what one step frees, the next one gets.

The C library hands the memory of large arrays back to the system as soon as they are freed. The next step asks for it
again, and pays for each page: the system has to fill it with zeros first. A step of a convolutional network has
thousands of pages, and spends a third of its time so. `keep_freed` tells the GNU C library to keep up to 256 MB
instead. Elsewhere it does nothing.
"""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # as malloc.h calls and numbers them
KEPT = 256 * 2**20  # bytes


def keep_freed() -> None:
    """Keep freed memory for the arrays that come next; done once, when teachnn is imported."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda option, value: 0)  # other C libraries have none
        for option in (TRIM_THRESHOLD, MMAP_THRESHOLD):
            mallopt(option, KEPT)
