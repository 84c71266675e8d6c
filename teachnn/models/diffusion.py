"""Diffusion: trained to tell the noise in a point, at any level of noise; used many times, from noise to data.

Training is one call of a network, at a random time. A test function calls the same network again and again, and another
number of steps is another test function of the same parameters. It reads running averages of them: what was trained
itself it need not read. Ho et al. 2020, arXiv:2006.11239 (DDPM); Song, Meng & Ermon 2020, arXiv:2010.02502 (DDIM); time
without steps: Song et al. 2021, arXiv:2011.13456. Notebook 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np

from teachnn import ops
from teachnn.functions import Average, Averaged, Optimizer, TestFunction, TrainFunction
from teachnn.layers import Dense, Layer, noise_from, outline_of_model
from teachnn.ops import loss
from teachnn.parameters import Parameter, init
from teachnn.support import Array, check_generator, number, whole

WAVES = np.pi * np.arange(1, 17, dtype=np.float32)[None]  # cosines of time: a network tells near times apart by them


def levels(t: Any) -> tuple[Any, Any]:
    """Return how much signal and how much noise is in x_t = signal x + noise e at time t, from 0 to 1.

    signal^2 = exp(-(0.1 t + 4.95 t^2)) falls from 1 to 0.006, and signal^2 + noise^2 = 1. The rate at which noise comes
    in, 0.1 + 9.9 t, grows along a straight line, as that of Ho et al. does.
    """
    squared = anp.exp(-(0.1 * t + 4.95 * t * t))
    return anp.sqrt(squared), anp.sqrt(1 - squared)


class NoiseNet(Layer):
    """e = out(h), where h = swish(enter(x) + level(cos(pi k t))) and then h <- h + swish(block(h)).

    It tells which noise is in x at time t: x (N, d), t (N, 1), or (1, 1) for all rows -> e (N, d). The same in both
    modes. swish(h) = h sigmoid(h): Elfwing et al. 2017, arXiv:1702.03118.
    """

    enter: Dense
    level: Dense
    blocks: tuple[Dense, ...]
    out: Dense

    @classmethod
    def create(cls, name: str, size: int, rng: np.random.Generator, *, width: int = 64, blocks: int = 2) -> NoiseNet:
        """Make a net for points of `size` numbers, with so many blocks of `width` units.

        Its last layer begins at zeros, so a new net finds no noise anywhere.
        """
        width, count = whole("NoiseNet", "width", width), whole("NoiseNet", "number of blocks", blocks)
        enter = Dense.create(f"{name}.enter", size, width, rng)
        level = Dense.create(f"{name}.level", WAVES.size, width, rng)
        inner = tuple(Dense.create(f"{name}.block{i}", width, width, rng) for i in range(1, count + 1))
        W, b = (
            Parameter(f"{name}.out.{key}", init.zeros(shape)) for key, shape in (("W", (width, size)), ("b", (size,)))
        )
        return cls(enter, level, inner, Dense(W, b), name=name)

    def forward(self, x: Array, t: Array) -> Array:
        """Return the noise that it takes to be in x; raises InputError for points of another size."""
        h = _swish(self.enter(x) + self.level(anp.cos(t * WAVES.astype(ops.getval(t).dtype))))
        for block in self.blocks:
            h = h + _swish(block(h))
        return self.out(h)


def _swish(h: Array) -> Array:
    return h * ops.sigmoid(h)


@dataclass(frozen=True)
class Way:
    """From noise to data in so many steps, by a net that tells the noise in x: Diffusion.sampler makes one.

    Each step takes x to be signal x0 + noise e, works out x0, and puts it together again at the next, lower level s:

        x0 = (x - noise e) / signal      x <- signal_s x0 + sqrt(noise_s^2 - sigma^2) e + sigma z

    where sigma = fresh noise_s / noise sqrt(1 - (signal / signal_s)^2), and z is new noise. With fresh = 0 there is
    none of it, and x runs on a smooth way (DDIM); fresh = 1 is the random walk of DDPM.
    """

    net: Layer
    steps: int
    fresh: float
    path: bool

    def __call__(self, start: Array) -> Array:
        """Return where each row of noise ends, (N, d); with `path`, all places on its way, (N, steps + 1, d).

        start: (N, d); where new noise is needed, (N, steps, d): the start, then z of each step but the last.
        """
        expected = ("N", self.steps, "d") if self.fresh else ("N", "d")
        start = self.net.expect(start, *expected)
        places = [start[:, 0] if self.fresh else start]
        for k in range(self.steps, 0, -1):
            x, t = places[-1], np.full((1, 1), k / self.steps, np.float32)
            (signal, noise), (signal_s, noise_s) = _at(k / self.steps), _at((k - 1) / self.steps)
            e = self.net(x, t)
            sigma = self.fresh * noise_s / noise * (1 - (signal / signal_s) ** 2) ** 0.5
            x = (x - noise * e) * (signal_s / signal) + (noise_s**2 - sigma**2) ** 0.5 * e
            places.append(x + sigma * start[:, self.steps - k + 1] if self.fresh and k > 1 else x)
        return anp.stack(places, axis=1) if self.path else places[-1]


def _at(t: float) -> tuple[float, float]:
    """Return the levels at one time, as plain numbers: they leave the dtype of what they are multiplied by alone."""
    signal, noise = levels(t)
    return float(signal), float(noise)


class Diffusion:
    """Makes points of `size` numbers, each of about the size of 1, from noise.

    width, blocks: of its network. rate: of the running averages of the parameters, see tn.Average.
    sampler(steps) -> a TestFunction from noise to points; any number of them share the one set of parameters.

    >>> diffusion = Diffusion(2, np.random.default_rng(0), width=8)
    >>> diffusion.sampler(5)(np.zeros((3, 2))).shape
    (3, 2)
    """

    def __init__(
        self, size: int, rng: np.random.Generator, *, width: int = 64, blocks: int = 2, rate: float = 0.998
    ) -> None:
        self.size: int = whole("Diffusion", "size of a point", size)
        self.rng: np.random.Generator = check_generator("Diffusion", rng)
        self.net: NoiseNet = NoiseNet.create("net", self.size, rng, width=width, blocks=blocks)
        self.average: Average = Average(self.net.parameters, rate=rate)
        self.averaged: Averaged = self.average.of(self.net)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The network's."""
        return self.net.parameters

    def __repr__(self) -> str:
        return outline_of_model(f"Diffusion of points of {self.size}", {"net": self.net})

    def train_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the parameters and writes their averages; call it with points x."""
        return TrainFunction(self.objective, self.parameters, optimizer, average=self.average)

    def objective(self, x: Array) -> Array:
        """Return the mean squared error of the noise that the network takes to be in x, for points x (N, size).

        Each row has a time of its own, and noise of its own; Ho et al. call it L_simple. x may also be computed by a
        test function of another model, codes say: then no gradient goes to that one.
        """
        rng = noise_from(self.rng)
        t = rng.random((x.shape[0], 1), dtype=np.float32)
        e = rng.standard_normal(x.shape, dtype=np.float32)
        signal, noise = levels(t)
        return loss.mean_squared_error(self.net(signal * x + noise * e, t), e)

    def sampler(
        self, steps: int, *, fresh: float = 0.0, averaged: bool = True, path: bool = False
    ) -> TestFunction[Array]:
        """Return a test function from noise to points, by so many calls of the network; see Way.

        fresh: how much new noise each step draws, from 0 (DDIM) to 1 (DDPM). averaged: whether it reads the running
        averages or what was trained itself. path: whether it returns all places on the way, (N, steps + 1, size).
        """
        steps, fresh = whole("sampler", "number of steps", steps), number("sampler", "fresh", fresh, ">= 0 and <= 1")
        net = self.averaged if averaged else self.net
        name = f"{steps} step{'s' * (steps > 1)}{', fresh noise' * bool(fresh)}"
        return TestFunction(Way(net, steps, fresh, path), name=name)
