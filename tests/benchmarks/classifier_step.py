"""One training step of digit classifiers: dense with batch norm and dropout, a small convolutional network, FractalNet.

The FractalNet is the course's, all columns with local drop-path: the dearest of its steps.
"""

import numpy as np


def digits(batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((batch, 28, 28), dtype=np.float32), rng.integers(0, 10, batch)


def teachnn(make, batch: int):
    import teachnn as tn
    from teachnn.models import classifier
    from teachnn.models.fractalnet import FractalNet

    makers = {"fractal_network": lambda rng: FractalNet.create(rng, alone=0)}
    network = makers.get(make) or getattr(classifier, make)
    model = classifier.Classifier(network(tn.rng(0)))
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
        "fractal_network": lambda: nn.Sequential(
            *(nn.AvgPool2d(2), fractal(3, 1, 8), nn.MaxPool2d(2), fractal(3, 8, 16), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(144, 10)),
        ),
    }[make]()
    x, y = digits(batch)
    x, y = torch.from_numpy(x if make == "dense_network" else x[:, None]), torch.from_numpy(y)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=True)
    forward = torch.compile(net) if compiled else net

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def fractal(columns: int, inputs: int, outputs: int, rate: float = 0.15):
    """Return a fractal with local drop-path as PyTorch's users write it."""
    import torch
    from torch import nn

    class Fractal(nn.Module):
        def __init__(self, columns, inputs):
            super().__init__()
            self.unit = nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU())
            halves = (Fractal(columns - 1, inputs), Fractal(columns - 1, outputs)) if columns > 1 else ()
            self.halves = nn.ModuleList(halves)

        def paths(self, x):
            if not self.halves:
                return [self.unit(x)]
            first, second = self.halves
            return [self.unit(x), *second.paths(first(x))]

        def forward(self, x):
            paths = self.paths(x)
            alive = torch.rand(len(paths)) >= rate
            if not alive.any():
                alive[torch.randint(len(paths), ())] = True
            living = [path for path, lives in zip(paths, alive.tolist(), strict=True) if lives]
            return sum(living) / len(living)

    return Fractal(columns, inputs)


CASES = {
    name: {
        "teachnn": lambda make=make, batch=batch: teachnn(make, batch),
        "PyTorch": lambda make=make, batch=batch: torch(make, batch),
    }
    | (
        {}
        if make == "fractal_network"  # its graph differs from step to step
        else {"PyTorch compiled": lambda make=make, batch=batch: torch(make, batch, compiled=True)}
    )
    for name, make, batch in (
        ("dense 784-256-10, batch norm, dropout, batch 128", "dense_network", 128),
        ("convolutions 1-16-32, batch norm, pool, batch 64", "convolutional_network", 64),
        ("FractalNet of 3 columns, 8 and 16 channels, batch 32", "fractal_network", 32),
    )
}
