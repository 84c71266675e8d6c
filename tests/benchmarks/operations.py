"""Single operations, forward and backward."""

from functools import partial

import numpy as np

SHAPES = {  # of the input, and the output's channels
    "convolution 3 x 3, 64 x 28 x 28, 1 to 32": ((64, 28, 28, 1), 32),
    "convolution 3 x 3, 64 x 14 x 14, 32 to 64": ((64, 14, 14, 32), 64),
    "convolution 3 x 3, 128 x 14 x 14, 16 to 32": ((128, 14, 14, 16), 32),
    "convolution 3 x 3, 64 x 7 x 7, 64 to 64": ((64, 7, 7, 64), 64),
}


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def ours(function, *arrays):
    """Return a function that computes function(*arrays), and the gradients by all arrays from one of ones."""
    from teachnn.ops import differentiate

    return lambda: differentiate(lambda boxes: (function(*boxes), None), arrays)


def theirs(function, *arrays):
    import torch

    tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]

    def step():
        y = function(*tensors)
        return torch.autograd.grad(y, tensors, torch.ones_like(y))

    return step


def convolution(shape, units, peer):
    x, W = random(*shape), random(3, 3, shape[3], units)
    if peer == "teachnn":
        from teachnn.ops import convolve

        return ours(lambda x, W: convolve(x, W, 1, 1), x, W)
    from torch.nn import functional as F

    x, W = x.transpose(0, 3, 1, 2).copy(), W.transpose(3, 2, 0, 1).copy()
    return theirs(lambda x, W: F.conv2d(x, W, padding=1), x, W)


def transposed(peer):
    x, W = random(64, 7, 7, 64), random(4, 4, 32, 64)
    if peer == "teachnn":
        from teachnn.ops import convolve_transposed

        return ours(lambda x, W: convolve_transposed(x, W, (14, 14), 2, 1), x, W)
    from torch.nn import functional as F

    x, W = x.transpose(0, 3, 1, 2).copy(), W.transpose(3, 2, 0, 1).copy()
    return theirs(lambda x, W: F.conv_transpose2d(x, W, stride=2, padding=1), x, W)


def dense(peer):
    arrays = random(128, 784), random(784, 400), random(400)
    if peer == "teachnn":
        from teachnn.ops import dense

        return ours(dense, *arrays)
    return theirs(lambda x, W, b: x @ W + b, *arrays)


def pooling(peer):
    x = random(64, 28, 28, 16)
    if peer == "teachnn":
        from teachnn.ops import max_pool

        return ours(lambda x: max_pool(x, 2, 2), x)
    from torch.nn import functional as F

    return theirs(lambda x: F.max_pool2d(x, 2), x.transpose(0, 3, 1, 2).copy())


def batch_norm(peer):
    x, gamma, beta = random(64 * 28 * 28, 16), random(16), random(16)
    if peer == "teachnn":
        from teachnn.ops import batch_norm, moments

        return ours(lambda x, g, b: batch_norm(x, g, b, *moments(getattr(x, "_value", x)), 1e-5), x, gamma, beta)
    from torch.nn import functional as F

    return theirs(lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True), x, gamma, beta)


def softmax_cross_entropy(peer):
    logits, labels = random(1000, 10), np.arange(1000) % 10
    if peer == "teachnn":
        from teachnn.ops import loss

        return ours(lambda x: loss.cross_entropy(x, labels), logits)
    import torch
    from torch.nn import functional as F

    return theirs(lambda x: F.cross_entropy(x, torch.from_numpy(labels)), logits)


def binary_cross_entropy(peer):
    logits, targets = random(128, 784), random(128, 784) % 1
    if peer == "teachnn":
        from teachnn.ops import loss

        return ours(lambda x: loss.binary_cross_entropy(x, targets), logits)
    import torch
    from torch.nn import functional as F

    t = torch.from_numpy(targets)
    return theirs(lambda x: F.binary_cross_entropy_with_logits(x, t, reduction="sum") / 128, logits)


OPERATIONS = {
    "dense 128 x 784 to 400": dense,
    **{name: partial(convolution, *sizes) for name, sizes in SHAPES.items()},
    "transposed convolution 4 x 4, 64 x 7 x 7, 64 to 32": transposed,
    "max pooling 2 x 2, 64 x 28 x 28 x 16": pooling,
    "batch norm, 50,176 x 16": batch_norm,
    "softmax cross-entropy, 1,000 x 10": softmax_cross_entropy,
    "binary cross-entropy on logits, 128 x 784": binary_cross_entropy,
}
CASES = {case: {name: partial(make, name) for name in ("teachnn", "PyTorch")} for case, make in OPERATIONS.items()}
