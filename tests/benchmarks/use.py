"""Test functions: decode points of a latent plane, classify digits; many at a time, and one by one."""

from functools import partial

import numpy as np


def decode(count: int, peer: str):
    z = np.random.default_rng(0).standard_normal((count, 20), dtype=np.float32)
    if peer == "teachnn":
        import teachnn as tn
        from teachnn.models.vae import VAE

        vae = VAE(20, tn.rng(0))
        return lambda: vae.decode(z)
    import torch
    from torch import nn

    net, z = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid()).eval(), torch.from_numpy(z)
    return without_gradients(lambda: net(z))


def classify(count: int, peer: str):
    x = np.random.default_rng(0).random((count, 28, 28), dtype=np.float32)
    if peer == "teachnn":
        import teachnn as tn
        from teachnn.models.classifier import Classifier, dense_network

        model = Classifier(dense_network(tn.rng(0)))
        return lambda: model.classify(x)
    import torch
    from torch import nn

    layers = nn.Flatten(), nn.Linear(784, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10)
    net, x = nn.Sequential(*layers, nn.Softmax(dim=1)).eval(), torch.from_numpy(x)
    return without_gradients(lambda: net(x))


def without_gradients(function):
    import torch

    def step():
        with torch.no_grad():
            return function()

    return step


CASES = {
    f"{make.__name__} {count:,}": {name: partial(make, count, name) for name in ("teachnn", "PyTorch")}
    for make, counts in ((decode, (1, 225, 10_000)), (classify, (1, 10_000)))
    for count in counts
}
