"""A small GPT: one training step, a prompt read into a cache, and one token more by that cache.

The peer is written as PyTorch's users write it: its own attention, with keys and values put behind those of the cache.
"""

from functools import partial

import numpy as np

VOCABULARY, WIDTH, HEADS, BLOCKS = 64, 64, 4, 2


def texts(count: int, length: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, VOCABULARY, (count, length))


def gpt(length: int):
    import teachnn as tn
    from teachnn.models.gpt import GPT

    return GPT(VOCABULARY, length, tn.rng(0), width=WIDTH, heads=HEADS, blocks=BLOCKS)


def step(count: int, length: int, peer: str):
    tokens = texts(count, length + 1)
    if peer == "teachnn":
        import teachnn as tn

        train = gpt(length).train_function(tn.Adam(1e-3))
        return lambda: train(tokens)
    import torch
    from torch.nn import functional as F

    net, tokens = torch_gpt(length), torch.from_numpy(tokens)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=True)

    def one():
        optimizer.zero_grad()
        logits, _ = net(tokens[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        return loss.item()

    return one


def read(count: int, length: int, peer: str):
    tokens = texts(count, length)
    if peer == "teachnn":
        model = gpt(length)
        return lambda: model.read(tokens)
    return without_gradients(torch_gpt(length), tokens, ())


def token(count: int, length: int, peer: str):
    tokens, last = texts(count, length), texts(count, 1)
    if peer == "teachnn":
        model = gpt(length + 1)
        _, cache = model.read(tokens)
        return lambda: model.next(last[:, 0], cache)
    net = torch_gpt(length + 1)
    _, cache = without_gradients(net, tokens, ())()
    return without_gradients(net, last, (cache,))


def without_gradients(net, tokens, cache):
    import torch

    tokens = torch.from_numpy(tokens)

    def call():
        with torch.no_grad():
            logits, kept = net(tokens, *cache)
            return logits[:, -1], kept

    return call


def torch_gpt(length: int):
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

        def forward(self, x, past):
            N, T, _ = x.shape
            q, k, v = self.qkv(self.norm1(x)).view(N, T, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
            if past is not None:
                k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
            y = F.scaled_dot_product_attention(q, k, v, is_causal=past is None)
            x = x + self.out(y.transpose(1, 2).reshape(N, T, WIDTH))
            return x + self.down(F.relu(self.up(self.norm2(x)))), (k, v)

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(length, WIDTH)
            self.blocks, self.norm = nn.ModuleList(Block() for _ in range(BLOCKS)), nn.LayerNorm(WIDTH)

        def forward(self, tokens, cache=(None,) * BLOCKS):
            start = 0 if cache[0] is None else cache[0][0].shape[2]
            x, kept = self.tokens(tokens) + self.places(torch.arange(start, start + tokens.shape[1])), []
            for block, past in zip(self.blocks, cache, strict=True):
                x, both = block(x, past)
                kept.append(both)
            return self.norm(x) @ self.tokens.weight.T, kept

    return GPT()


CASES = {
    f"{make.__name__}, {count} texts of {length}": {
        name: partial(make, count, length, name) for name in ("teachnn", "PyTorch")
    }
    for make, count, length in (
        (step, 128, 8),
        (step, 16, 64),
        (read, 1, 64),
        (read, 16, 64),
        (token, 1, 64),
        (token, 16, 64),
    )
}
