"""One training step of digit classifiers: dense with batch norm and dropout, and a small convolutional network."""

import numpy as np


def digits(batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((batch, 28, 28), dtype=np.float32), rng.integers(0, 10, batch)


def teachnn(make, batch: int):
    import teachnn as tn
    from teachnn.models import classifier

    model = classifier.Classifier(getattr(classifier, make)(tn.rng(0)))
    train, (x, y) = model.train_function(tn.Adam(1e-3)), digits(batch)
    return lambda: train(x, y)


def torch(make, batch: int, compiled: bool = False):
    import torch
    from torch import nn
    from torch.nn import functional as F

    net = {
        "dense_network": lambda: nn.Sequential(
            *(nn.Flatten(), nn.Linear(784, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10))
        ),
        "convolutional_network": lambda: nn.Sequential(
            *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(1568, 10)),
        ),
    }[make]()
    x, y = digits(batch)
    x, y = torch.from_numpy(x[:, None] if make == "convolutional_network" else x), torch.from_numpy(y)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=True)
    forward = torch.compile(net) if compiled else net

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


CASES = {
    name: {
        "teachnn": lambda make=make, batch=batch: teachnn(make, batch),
        "PyTorch": lambda make=make, batch=batch: torch(make, batch),
        "PyTorch compiled": lambda make=make, batch=batch: torch(make, batch, compiled=True),
    }
    for name, make, batch in (
        ("dense 784-256-10, batch norm, dropout, batch 128", "dense_network", 128),
        ("convolutions 1-16-32, batch norm, pool, batch 64", "convolutional_network", 64),
    )
}
