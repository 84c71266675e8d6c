"""A frame around an image, so that windows at its edge are whole; its mirror image cuts it off. Notebook 02.

Both the patches of a convolution and the windows of a pool slide over an image (N, H, W, C) with such a frame.
"""

from __future__ import annotations

import numpy as np
from autograd.extend import defvjp, primitive

from teachnn.support import Array


@primitive
def pad(x: Array, padding: int, value: float = 0.0) -> Array:
    """y = x with `padding` pixels of `value` on all four sides: x (N, H, W, C) -> y (N, H + 2 padding, ..., C)."""
    N, H, W, C = x.shape
    y = np.full((N, H + 2 * padding, W + 2 * padding, C), value, x.dtype)
    y[:, padding : padding + H, padding : padding + W] = x
    return y


@primitive
def crop(y: Array, padding: int) -> Array:
    """x = y without `padding` pixels on each of the four sides."""
    return y[:, padding : y.shape[1] - padding, padding : y.shape[2] - padding].copy()


defvjp(pad, lambda y, x, padding, value=0.0: lambda g: crop(g, padding), argnums=(0,))
defvjp(crop, lambda x, y, padding: lambda g: pad(g, padding), argnums=(0,))
