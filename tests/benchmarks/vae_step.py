"""One training step of a VAE on 784 pixels, written four ways. Each returns a function that takes one step."""

import numpy as np

SIZES = {"784-256-2, batch 100": (256, 2, 100), "784-400-20, batch 128": (400, 20, 128)}


def pictures(batch: int) -> np.ndarray:
    return np.random.default_rng(0).random((batch, 28, 28), dtype=np.float32)


def teachnn(hidden: int, latent: int, batch: int):
    import teachnn as tn
    from teachnn.models.vae import VAE

    train, x = VAE(latent, tn.rng(0), hidden).train_function(tn.Adam(1e-3)), pictures(batch)
    return lambda: train(x)


def torch(hidden: int, latent: int, batch: int):
    """Eager PyTorch with fused Adam."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.enc, self.mean, self.log_variance = nn.Linear(784, hidden), *(nn.Linear(hidden, latent) for _ in "ab")
            self.dec, self.out = nn.Linear(latent, hidden), nn.Linear(hidden, 784)

        def forward(self, x):
            h = F.relu(self.enc(x))
            mean, log_variance = self.mean(h), self.log_variance(h)
            z = mean + torch.exp(log_variance / 2) * torch.randn_like(log_variance)
            return self.out(F.relu(self.dec(z))), mean, log_variance

    model, x = VAE(), torch.from_numpy(pictures(batch).reshape(batch, 784))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)

    def step():
        optimizer.zero_grad()
        logits, mean, log_variance = model(x)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / batch
        kl = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / (2 * batch)
        loss = reconstruction + kl
        loss.backward()
        optimizer.step()
        return loss.item(), reconstruction.item(), kl.item()

    return step


def numpy(hidden: int, latent: int, batch: int):
    """Written by hand for this one network, as a patient person would."""
    rng, x = np.random.default_rng(0), pictures(batch).reshape(batch, 784)
    shapes = [(784, hidden), (hidden,), (hidden, latent), (latent,), (hidden, latent), (latent,)]
    shapes += [(latent, hidden), (hidden,), (hidden, 784), (784,)]
    P = [rng.standard_normal(shape, dtype=np.float32) * np.float32(0.05) for shape in shapes]
    M, V, t = [np.zeros_like(p) for p in P], [np.zeros_like(p) for p in P], 0

    def step():
        nonlocal t
        t += 1
        W1, b1, Wm, bm, Wv, bv, W2, b2, W3, b3 = P
        h1 = np.maximum(x @ W1 + b1, 0)
        mean, log_variance = h1 @ Wm + bm, h1 @ Wv + bv
        noise, std = rng.standard_normal(mean.shape, dtype=np.float32), np.exp(log_variance / 2)
        z = mean + std * noise
        h2 = np.maximum(z @ W2 + b2, 0)
        logits = h2 @ W3 + b3
        e = np.exp(-np.abs(logits))
        loss = (np.maximum(logits, 0) - logits * x + np.log1p(e)).sum() / batch
        loss += (np.exp(log_variance) + mean**2 - 1 - log_variance).sum() / (2 * batch)
        d3 = (np.where(logits > 0, 1, e) / (1 + e) - x) / batch
        d2 = (d3 @ W3.T) * (h2 > 0)
        dz = d2 @ W2.T
        dm, dv = dz + mean / batch, dz * noise * std / 2 + (std * std - 1) / (2 * batch)
        d1 = (dm @ Wm.T + dv @ Wv.T) * (h1 > 0)
        gradients = [x.T @ d1, d1.sum(0), h1.T @ dm, dm.sum(0), h1.T @ dv, dv.sum(0)]
        gradients += [z.T @ d2, d2.sum(0), h2.T @ d3, d3.sum(0)]
        for p, g, m, v in zip(P, gradients, M, V, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= 1e-3 / (1 - 0.9**t) * m / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        return float(loss)

    return step


def products(hidden: int, latent: int, batch: int):
    """Only the matrix products, forwards and backwards: the limit."""
    x, h, z = (np.random.default_rng(0).random((batch, n), dtype=np.float32) for n in (784, hidden, latent))
    W1, Wm, W2 = (np.ones(shape, np.float32) for shape in ((784, hidden), (hidden, latent), (latent, hidden)))
    W3 = np.ones((hidden, 784), np.float32)

    def step():
        return (
            (x @ W1, h @ Wm, h @ Wm, z @ W2, h @ W3),
            (x @ W3.T, h @ W2.T, z @ Wm.T, z @ Wm.T),
            (x.T @ h, h.T @ z, h.T @ z, z.T @ h, h.T @ x),
        )

    return step


PEERS = {"teachnn": teachnn, "PyTorch": torch, "numpy by hand": numpy, "products alone": products}
