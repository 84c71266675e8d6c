"""From an idea to its first result: a cold process, one epoch of a VAE 784-256-2 on MNIST, its manifold on disk.

Whole processes, teachnn's and PyTorch's in turns. Both read the same packed files, see each digit once in batches of
100, and write the same picture of 15 x 15 decoded points with Pillow. PyTorch's process never imports teachnn.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist, median

from tests.benchmarks.machine import peak

ROUNDS = 5
PARTS = "import", "MNIST", "one epoch", "picture"


def teachnn(clock, folder: Path, _: Path) -> None:
    import teachnn as tn
    from teachnn.models.vae import VAE

    clock()
    images, rng = tn.data.mnist().train.images, tn.rng(0)
    clock()
    vae = VAE(2, rng, hidden=256)
    train = vae.train_function(tn.Adam(1e-3))
    train.fit(tn.data.batches(images, size=100, rng=rng), epochs=1, progress=False)
    clock()
    tn.images.manifold(vae.decode).save(folder / "teachnn.png")
    clock()


def pytorch(clock, folder: Path, mnist: Path) -> None:
    """As PyTorch's users write it, with fused Adam."""
    import gzip

    import numpy as np
    import torch
    from PIL import Image
    from torch import nn
    from torch.nn import functional as F

    clock()
    packed = gzip.decompress((mnist / "train-images-idx3-ubyte.gz").read_bytes())
    images = torch.from_numpy(np.frombuffer(packed, np.uint8, offset=16).reshape(-1, 784).copy())
    clock()
    torch.manual_seed(0)
    encoder, heads = nn.Sequential(nn.Linear(784, 256), nn.ReLU()), nn.Linear(256, 4)
    decoder = nn.Sequential(nn.Linear(2, 256), nn.ReLU(), nn.Linear(256, 784))
    optimizer = torch.optim.Adam(nn.ModuleList([encoder, heads, decoder]).parameters(), 1e-3, fused=True)
    for chosen in torch.randperm(len(images)).split(100):
        x = images[chosen].float() / 255
        mean, log_variance = heads(encoder(x)).chunk(2, dim=1)
        logits = decoder(mean + torch.exp(log_variance / 2) * torch.randn_like(mean))
        kl = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / 2
        optimizer.zero_grad()
        ((F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / len(x)).backward()
        optimizer.step()
    clock()
    places = [NormalDist().inv_cdf(0.04 + 0.92 * i / 14) for i in range(15)]
    with torch.no_grad():
        digits = torch.sigmoid(decoder(torch.tensor([[a, b] for b in places for a in places])))
    ink = digits.reshape(15, 15, 28, 28).transpose(1, 2).reshape(420, 420)
    Image.fromarray(((1 - ink) * 255).byte().numpy()).save(folder / "pytorch.png")
    clock()


def main() -> None:
    spec = importlib.util.find_spec("teachnn")  # where the digits are, without an import
    assert spec and spec.submodule_search_locations
    mnist = Path(spec.submodule_search_locations[0]) / "data" / "mnist"
    peers = ["teachnn", "pytorch"] if importlib.util.find_spec("torch") else ["teachnn"]
    found: dict[str, list[list[float]]] = {peer: [] for peer in peers}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for peer in peers:
                start = time.perf_counter()
                command = [sys.executable, "-m", __name__, peer, folder, str(mnist)]
                output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
                found[peer].append([time.perf_counter() - start, *json.loads(output)])
    print(f"\n| idea to result | seconds | {' | '.join(PARTS)} | peak memory, MB | of PyTorch's time |")
    print("| --- " * (len(PARTS) + 4) + "|")
    whole = {peer: median(run[0] for run in runs) for peer, runs in found.items()}
    for peer, runs in found.items():
        seconds, *parts, memory = [median(column) for column in zip(*runs, strict=True)]
        times = " | ".join(f"{part:.2f}" for part in (seconds, *parts))
        print(f"| {peer} | {times} | {memory:.0f} | {seconds / whole.get('pytorch', seconds):.2f} |", flush=True)


if __name__ == "__main__":
    times = [time.perf_counter()]
    run = globals()[sys.argv[1]]
    run(lambda: times.append(time.perf_counter()), Path(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps([*(after - before for before, after in pairwise(times)), peak()]))
