"""A small GPT: trained on all places of a text at once, used one token at a time, with a cache.

Nowhere do a training function and a test function differ more in the order of their work, and nowhere do they more
often disagree without a word: a cache is right only if every logit is what the whole text at once would give.
Radford et al. 2019 (GPT-2); Vaswani et al. 2017, arXiv:1706.03762.
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np

from teachnn import ops
from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import CausalSelfAttention, Dense, Dropout, Embedding, Layer, LayerNorm, outline_of_model
from teachnn.ops import loss
from teachnn.parameters import Parameter
from teachnn.support import Array, InputError, array, check_generator, number, whole


class Block(Layer):
    """x + attention(norm(x)), then that + a small dense network for each place: x (N, T, width) -> the same shape.

    drop: what both parts add goes through it, if it is there.
    """

    norm1: LayerNorm
    attention: CausalSelfAttention
    norm2: LayerNorm
    up: Dense
    down: Dense
    drop: Dropout | None = None

    @classmethod
    def create(cls, name: str, width: int, heads: int, rng: np.random.Generator, *, dropout: float = 0.0) -> Block:
        """Make a block in train mode, whose dense network is four times as wide in the middle."""
        attention = CausalSelfAttention.create(f"{name}.attention", width, heads, rng)
        up, down = (
            Dense.create(f"{name}.up", width, 4 * width, rng),
            Dense.create(f"{name}.down", 4 * width, width, rng),
        )
        norm1, norm2 = (LayerNorm.create(f"{name}.norm{i}", width) for i in (1, 2))
        drop = Dropout(dropout, rng, mode="train", name=f"{name}.drop") if dropout else None
        return cls(norm1, attention, norm2, up, down, drop, name=name)

    def forward(self, x: Array, past: Any = None) -> Any:
        """Return the block's output; with the keys and values of what came before, (output, those of all)."""
        given = () if past is None else (past,)
        found = self.attention(self.norm1(x), *given)
        taken, now = found if given else (found, None)
        x = x + self._dropped(taken)
        x = x + self._dropped(self.down(ops.relu(self.up(_rows(self.norm2(x))))).reshape(x.shape))
        return x if past is None else (x, now)

    def _dropped(self, x: Array) -> Array:
        return self.drop(x) if self.drop else x


class GPT:
    """Texts of tokens 0 to vocabulary - 1, at most `length` long; `heads` share the `width` in each of the `blocks`.

    logits(tokens): (N, T) -> (N, T, vocabulary), the whole text at once. read(prompt): (N, T) -> logits (N, vocabulary)
    of what comes next, and a cache. next(token, cache): token (N,) -> logits, the cache with that token in it.
    attention(tokens): (N, T) -> (N, blocks, heads, T, T), how much each place takes from each; its last rows are what
    the last token looked at, in `read` as in `next`. All four are TestFunctions; a cache is an array (blocks, 2, N,
    heads, T, width / heads), keys and values: it belongs to one text, goes in and comes out, and nobody else keeps it.
    The table of tokens is used twice, at both ends. dropout: the rate at which the training function leaves out numbers
    of what each half of a block adds; the test functions leave out none.

    >>> from teachnn import rng
    >>> gpt = GPT(10, 8, rng(0), width=8, heads=2, blocks=1)
    >>> logits, cache = gpt.read(np.array([[1, 2, 3]]))
    >>> logits.shape, cache.shape
    ((1, 10), (1, 2, 1, 2, 3, 4))
    """

    def __init__(
        self,
        vocabulary: int,
        length: int,
        rng: np.random.Generator,
        *,
        width: int = 64,
        heads: int = 4,
        blocks: int = 2,
        dropout: float = 0.0,
    ) -> None:
        check_generator("GPT", rng)
        number("GPT", "dropout, a rate", dropout, ">= 0 and < 1")
        self.length: int = whole("GPT", "length of a text", length)
        self.tokens: Embedding = Embedding.create("tokens", vocabulary, width, rng)
        self.places: Embedding = Embedding.create("places", length, width, rng)
        count = range(1, whole("GPT", "number of blocks", blocks) + 1)
        self.blocks: tuple[Block, ...] = tuple(
            Block.create(f"block{i}", width, heads, rng, dropout=dropout) for i in count
        )
        self.test_blocks: tuple[Block, ...] = tuple(block.at("test") for block in self.blocks)
        self.norm: LayerNorm = LayerNorm.create("norm", width)
        self.logits: TestFunction = TestFunction(self._logits, name="logits")
        self.read: TestFunction = TestFunction(self._read, state=("cache",), name="read")
        self.next: TestFunction = TestFunction(self._next, state=("cache",), name="next")
        self.attention: TestFunction = TestFunction(self._attention, name="attention")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All of them, the tables first."""
        return sum((part.parameters for part in (self.tokens, self.places, *self.blocks, self.norm)), ())

    def __repr__(self) -> str:
        parts = {name: part for name, part in vars(self).items() if name != "test_blocks"}
        return outline_of_model(f"GPT for texts of {self.length}", parts)

    def train_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the parameters; call it with tokens (N, T + 1)."""
        return TrainFunction(self.objective, self.parameters, optimizer)

    def objective(self, tokens: Array, first: int = 1) -> Array:
        """Return the cross-entropy of the tokens from place `first` on, each given all before it, in nats per token."""
        x = self._through(self.blocks, tokens[:, :-1])[:, first - 1 :]
        return loss.cross_entropy(self._scores(_rows(x)), tokens[:, first:].reshape(-1))

    def generate(self, prompt: Array, count: int, rng: np.random.Generator, temperature: float = 1.0) -> np.ndarray:
        """Return the `count` tokens (N, count) that follow a prompt (N, T), drawn from softmax(logits / temperature).

        At temperature 0 each is the most probable one. Raises InputError if prompt and answer are longer than a text.
        """
        prompt, count = array("generate", "prompt", prompt, "N", "T"), whole("generate", "count", count)
        number("generate", "temperature", temperature, ">= 0")
        if prompt.shape[1] + count - 1 > self.length:
            raise InputError("generate", f"a text of at most {self.length} tokens", f"{prompt.shape[1]} + {count}")
        logits, cache = self.read(prompt)
        tokens = [_drawn(logits, check_generator("generate", rng), temperature)]
        while len(tokens) < count:
            logits, cache = self.next(tokens[-1], cache)
            tokens.append(_drawn(logits, rng, temperature))
        return np.stack(tokens, axis=1)

    def _logits(self, tokens: Array) -> Array:
        return self._scores(_rows(self._through(self.test_blocks, tokens))).reshape((*tokens.shape, -1))

    def _through(self, blocks: tuple[Block, ...], tokens: Array) -> Array:
        x = self._embedded(tokens, 0)
        for block in blocks:
            x = block(x)
        return x

    def _attention(self, tokens: Array) -> Array:
        x, weights = self._embedded(tokens, 0), []
        for block in self.test_blocks:
            weights.append(block.attention.weights(block.norm1(x)))
            x = block(x)
        return anp.swapaxes(ops.stack(*weights), 0, 1)

    def _read(self, prompt: Array) -> tuple[Array, Array]:
        return self._continued(prompt, 0, [()] * len(self.blocks))

    def _next(self, token: Array, cache: Array) -> tuple[Array, Array]:
        if len(cache.shape) != 6 or len(cache) != len(self.blocks):
            expected = f"a cache (blocks, 2, N, heads, T, width / heads) of {len(self.blocks)} blocks"
            raise InputError("GPT", expected, str(tuple(cache.shape)), "read(prompt) makes one")
        return self._continued(token.reshape((-1, 1)), cache.shape[4], cache)

    def _continued(self, tokens: Array, start: int, cache: Any) -> tuple[Array, Array]:
        """Return the logits after the tokens, which follow what is in the cache, and the cache with them in it."""
        x, now = self._embedded(tokens, start), []
        for block, past in zip(self.test_blocks, cache, strict=True):
            x, both = block(x, past)
            now.append(both)
        return self._scores(x[:, -1]), ops.stack(*now)

    def _embedded(self, tokens: Array, start: int) -> Array:
        if len(tokens.shape) != 2 or start + tokens.shape[1] > self.length:
            expected = f"tokens (N, T), texts of at most {self.length}"
            raise InputError("GPT", expected, f"{tuple(tokens.shape)} after {start}", "GPT(length=...) sets it")
        return self.tokens(tokens) + self.places(np.arange(start, start + tokens.shape[1]))

    def _scores(self, x: Array) -> Array:
        """Return a row of logits for each row of x (n, width): how well it agrees with each token's own row."""
        return anp.matmul(self.norm(x), anp.transpose(self.tokens.W.value))


def _rows(x: Array) -> Array:
    """Return the places of all texts, one after the other: (N, T, width) -> (N T, width)."""
    return x.reshape((-1, x.shape[-1]))


def _drawn(logits: np.ndarray, rng: np.random.Generator, temperature: float) -> np.ndarray:
    """Return a token for each row of logits, by adding Gumbel noise: the largest is one of softmax's."""
    noise = temperature * rng.gumbel(size=logits.shape) if temperature else 0.0
    return (logits + noise).argmax(axis=1)
