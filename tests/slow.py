"""What the tests of operations and of layers have in common: random cases, and what comes out, in plain loops."""

import itertools

import numpy as np
from hypothesis import strategies as st


@st.composite
def convolutions(draw):
    """A picture x, a kernel W, an output y that fit each other, the stride and the padding, in float64."""
    N, C, D, h, w = (draw(st.integers(1, n)) for n in (2, 3, 3, 3, 3))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    H = draw(st.integers(max(1, h - 2 * padding), h + 4))
    V = draw(st.integers(max(1, w - 2 * padding), w + 4))
    rows, columns = (H + 2 * padding - h) // stride + 1, (V + 2 * padding - w) // stride + 1
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = [(N, H, V, C), (h, w, C, D), (N, rows, columns, D)]
    return *(rng.standard_normal(shape) for shape in shapes), stride, padding


def touches(x, W, y, stride, padding):
    """Yield all (places in x, in W, in y) whose product is part of sum(y * convolve(x, W)), one by one."""
    (N, H, V, C), (h, w, _, D), (_, rows, columns, _) = x.shape, W.shape, y.shape
    for n, i, j, a, b in itertools.product(range(N), range(rows), range(columns), range(h), range(w)):
        u, v = i * stride + a - padding, j * stride + b - padding
        if 0 <= u < H and 0 <= v < V:
            for c, d in itertools.product(range(C), range(D)):
                yield (n, u, v, c), (a, b, c, d), (n, i, j, d)


@st.composite
def poolings(draw):
    """Pictures without two equal numbers, in float64, a window's size and a stride."""
    return draw(padded_poolings(most=0))[:3]


@st.composite
def padded_poolings(draw, most=3):
    """The same, and a padding of at most so many pixels, less than a window."""
    N, C, size, stride = (draw(st.integers(1, n)) for n in (2, 3, 4, 4))
    padding = draw(st.integers(0, min(most, size - 1)))
    least = max(1, size - 2 * padding)
    shape = (N, draw(st.integers(least, least + 5)), draw(st.integers(least, least + 5)), C)
    order = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).permutation(np.prod(shape))
    return order.reshape(shape) / len(order) - 0.5, size, stride, padding


def windows(shape, size, stride, padding=0):
    """Yield for each window its place in the output, and its places in the input in reading order."""
    N, H, W, C = shape
    for i, u in enumerate(range(-padding, H + padding - size + 1, stride)):
        for j, v in enumerate(range(-padding, W + padding - size + 1, stride)):
            rows, columns = (
                [k for k in range(start, start + size) if 0 <= k < most] for start, most in ((u, H), (v, W))
            )
            for n, c in itertools.product(range(N), range(C)):
                yield (n, i, j, c), [(n, a, b, c) for a in rows for b in columns]


def output_shape(x, size, stride, padding=0):
    N, *sides, C = x.shape
    return N, *(len(range(-padding, side + padding - size + 1, stride)) for side in sides), C


def spread_out(seed, n, d) -> np.ndarray:
    """Columns whose numbers are at least 0.2 apart, so that no variance but that of one row is near 0."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(n) for _ in range(d)], axis=1) * 0.5 + rng.uniform(-0.15, 0.15, (n, d))
