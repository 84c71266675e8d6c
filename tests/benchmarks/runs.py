"""Whole runs beside PyTorch's, each in a process of its own: time, bound or accuracy, peak memory; no growth."""

import json
import subprocess
import sys
import time

import numpy as np

from tests.benchmarks.machine import peak

PEERS = "teachnn", "PyTorch"


def vae_teachnn() -> dict:
    import teachnn as tn
    from teachnn.models.vae import VAE

    digits, rng = tn.data.mnist(), tn.rng(0)
    vae = VAE(20, rng)
    train = vae.train_function(tn.Adam(1e-3))
    train.fit(tn.data.batches(digits.train.images, size=128, rng=rng), epochs=10, progress=False)
    return {"nats": sum(vae.test_bound(tn.data.pixels(digits.test.images)).values())}


def vae_pytorch() -> dict:
    import torch
    from torch import nn
    from torch.nn import functional as F

    import teachnn as tn

    digits = tn.data.mnist()
    images, test = (torch.tensor(s.images.reshape(-1, 784)) for s in (digits.train, digits.test))
    torch.manual_seed(0)
    encoder, heads = nn.Sequential(nn.Linear(784, 400), nn.ReLU()), nn.Linear(400, 40)
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
    modules = nn.ModuleList([encoder, heads, decoder])
    optimizer = torch.optim.Adam(modules.parameters(), 1e-3, fused=True)

    def bound(x):
        mean, log_variance = heads(encoder(x)).chunk(2, dim=1)
        logits = decoder(mean + torch.exp(log_variance / 2) * torch.randn_like(mean))
        kl = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / 2
        return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / len(x)

    for _ in range(10):
        for chosen in torch.randperm(len(images)).split(128):
            optimizer.zero_grad()
            bound(images[chosen].float() / 255).backward()
            optimizer.step()
    with torch.no_grad():
        return {"nats": float(np.mean([bound(x.float() / 255).item() for x in test.split(1000)]))}


def cnn_teachnn() -> dict:
    import teachnn as tn
    from teachnn.models.classifier import Classifier, convolutional_network

    digits, rng = tn.data.mnist(), tn.rng(0)
    model = Classifier(convolutional_network(rng))
    data = tn.data.batches(digits.train.images[:20_000], digits.train.labels[:20_000], size=64, rng=rng)
    model.train_function(tn.Adam(1e-3)).fit(data, epochs=1, progress=False)
    return {"accuracy": model.accuracy(tn.data.pixels(digits.test.images), digits.test.labels)}


def cnn_pytorch() -> dict:
    import torch
    from torch import nn
    from torch.nn import functional as F

    import teachnn as tn

    digits = tn.data.mnist()
    images, test = (torch.tensor(s.images)[:, None] for s in (digits.train, digits.test))
    labels, answers = (torch.from_numpy(s.labels.astype(np.int64)) for s in (digits.train, digits.test))
    torch.manual_seed(0)
    net = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1568, 10)),
    )
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=True)
    for chosen in torch.randperm(20_000).split(64):
        optimizer.zero_grad()
        F.cross_entropy(net(images[chosen].float() / 255), labels[chosen]).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        right = [net(x.float() / 255).argmax(1) for x in test.split(1000)]
    return {"accuracy": float((torch.cat(right) == answers).float().mean())}


def steps_teachnn() -> dict:
    """Return how far 10,000 steps of a small VAE raise the memory after 1,000, and how much longer the last take."""
    import teachnn as tn
    from teachnn.models.vae import VAE

    train, x = VAE(2, tn.rng(0), hidden=64).train_function(tn.Adam(1e-3)), np.zeros((100, 28, 28), np.float32)
    times = []
    for done in range(11_000):
        if done == 1000:
            before = peak()
        start = time.perf_counter()
        train(x)
        times.append(time.perf_counter() - start)
    return {"MB more": peak() - before, "last / first": np.median(times[-1000:]) / np.median(times[:1000])}


RUNS = {"VAE, 20-D, 10 epochs": "vae", "CNN, 20,000 digits": "cnn", "10,000 steps": "steps"}


def main() -> None:
    print("\n| run | peer | seconds | result | peak memory, MB |\n| --- | --- | --- | --- | --- |")
    for title, run in RUNS.items():
        for peer in PEERS:
            name = f"{run}_{peer.lower()}"
            if name in globals():
                output = subprocess.run(
                    [sys.executable, "-m", __name__, name], stdout=subprocess.PIPE, check=True
                ).stdout
                took, result, memory = json.loads(output)
                said = ", ".join(f"{key} {value:.4g}" for key, value in result.items())
                print(f"| {title} | {peer} | {took:.1f} | {said} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    start = time.perf_counter()
    result = globals()[sys.argv[1]]()
    print(json.dumps([time.perf_counter() - start, result, peak()]))
