"""One batch in a thousand has a huge gradient, and its step undoes a hundred others. Clip it. Notebook 02.

All gradients together are one long vector. If it is longer than allowed, it is made shorter; its direction stays.
Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from teachnn.support import number

EPS = 1e-6  # as in torch.nn.utils.clip_grad_norm_


def check_clip(who: str, clip: float | None) -> float | None:
    """Return the longest norm that is allowed, as a plain float, or None for any."""
    return None if clip is None else number(who, "clip", clip, "> 0")


def global_norm(gradients: Sequence[np.ndarray]) -> float:
    """Return the length of all gradients taken as one vector: sqrt(sum of the squares of all numbers)."""
    squares = sum(float(np.vdot(g, g)) for g in gradients)
    if not math.isfinite(squares):  # the squares of large numbers are not finite in float32
        squares = sum(float(np.square(g, dtype=float).sum()) for g in gradients)
    return math.sqrt(squares)


def clipped(gradients: Sequence[np.ndarray], norm: float, clip: float) -> list[np.ndarray]:
    """g <- g * min(1, clip / (norm + eps)) for each gradient; where that is 1, they stay as they are, bit for bit."""
    share = clip / (norm + EPS)
    return [g * share for g in gradients] if share < 1 else list(gradients)
