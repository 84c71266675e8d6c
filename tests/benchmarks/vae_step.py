"""One training step of a VAE on 784 pixels, written in several ways. Each returns a function that takes one step."""

from functools import partial

import numpy as np

SIZES = {"784-256-2, batch 100": (256, 2, 100), "784-400-20, batch 128": (400, 20, 128)}


def pictures(batch: int) -> np.ndarray:
    return np.random.default_rng(0).random((batch, 28, 28), dtype=np.float32)


def teachnn(hidden: int, latent: int, batch: int):
    import teachnn as tn
    from teachnn.models.vae import VAE

    train, x = VAE(latent, tn.rng(0), hidden=hidden).train_function(tn.Adam(1e-3)), pictures(batch)
    return lambda: train(x)


def torch(hidden: int, latent: int, batch: int, compiled: bool = False):
    """PyTorch with fused Adam, eager or with what computes the loss compiled."""
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

    def terms():
        logits, mean, log_variance = model(x)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / batch
        return reconstruction, (log_variance.exp() + mean**2 - 1 - log_variance).sum() / (2 * batch)

    forward = torch.compile(terms) if compiled else terms

    def step():
        optimizer.zero_grad()
        reconstruction, kl = forward()
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


def autograd(hidden: int, latent: int, batch: int, dtype: type):
    """As autograd's own examples write it: a list of (W, b), `grad` of a loss, Adam on one flat vector."""
    import autograd.numpy as anp
    from autograd import grad
    from autograd.misc.flatten import flatten_func

    rng, x = np.random.default_rng(0), pictures(batch).reshape(batch, 784).astype(dtype)
    sizes = [(784, hidden), (hidden, 2 * latent), (latent, hidden), (hidden, 784)]
    layers = [(0.05 * rng.standard_normal(s).astype(dtype), np.zeros(s[1], dtype)) for s in sizes]

    def run(inputs, layers):
        (W, b), (V, c) = layers
        return anp.dot(anp.maximum(anp.dot(inputs, W) + b, 0), V) + c

    def loss(layers):
        code = run(x, layers[:2])
        mean, log_variance = code[:, :latent], code[:, latent:]
        z = mean + anp.exp(log_variance / 2) * rng.standard_normal(mean.shape).astype(dtype)
        logits = run(z, layers[2:])
        surprise = anp.sum(anp.logaddexp(0, logits) - logits * x) / batch
        return surprise + anp.sum(anp.exp(log_variance) + mean**2 - 1 - log_variance) / (2 * batch)

    flat_loss, _, flat = flatten_func(loss, layers)
    slope, state = (
        grad(flat_loss),
        {"w": flat.astype(dtype), "m": np.zeros_like(flat), "v": np.zeros_like(flat), "t": 0},
    )

    def step():  # the lines of autograd.misc.optimizers.adam
        g = slope(state["w"])
        state["m"], state["v"] = 0.1 * g + 0.9 * state["m"], 0.001 * g**2 + 0.999 * state["v"]
        state["t"] += 1
        m, v = state["m"] / (1 - 0.9 ** state["t"]), state["v"] / (1 - 0.999 ** state["t"])
        state["w"] = (state["w"] - 1e-3 * m / (np.sqrt(v) + 1e-8)).astype(dtype)

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


PEERS = {
    "teachnn": teachnn,
    "PyTorch": torch,
    "PyTorch compiled": partial(torch, compiled=True),
    "numpy by hand": numpy,
    "autograd, float32": partial(autograd, dtype=np.float32),
    "autograd, float64": partial(autograd, dtype=np.float64),
    "products alone": products,
}
CASES = {case: {name: partial(peer, *size) for name, peer in PEERS.items()} for case, size in SIZES.items()}
