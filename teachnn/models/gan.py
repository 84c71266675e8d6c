"""A GAN in the plane: two training functions, and each moves its own half of one set of parameters.

The critic learns to tell points of the data from points that the generator makes; the generator learns to make points
that the critic takes for data. The step of each uses the other's network and leaves it as it is. At test the generator
is used alone, and the critic is thrown away. Goodfellow et al. 2014, arXiv:1406.2661. Notebook 15.
"""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np

from teachnn import ops
from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import Dense, Layer, LeakyReLU, ReLU, Sequential, outline_of_model
from teachnn.parameters import Parameter
from teachnn.support import Array, InputError, check_generator, whole


class Spread(Layer):
    """y = each row of x, and beside it the standard deviation of its group, `group` rows one after the other.

    x (N, d), N a multiple of `group` -> y (N, 2 d). The same in both modes. A critic that is given it sees at once if
    points are all alike. Minibatch statistics: Salimans et al. 2016, arXiv:1606.03498; as simple as here in Karras et
    al. 2017, arXiv:1710.10196.
    """

    group: int

    def __post_init__(self) -> None:
        super().__post_init__()
        whole(self.who, "number of rows in a group", self.group)

    def forward(self, x: Array) -> Array:
        """Return [x, deviation]; raises InputError if the rows are no whole groups."""
        x = self.expect(x, "N", "d")
        if x.shape[0] % self.group:
            raise InputError(self.who, f"groups of {self.group} rows", f"{x.shape[0]} rows", "take a multiple of it")
        groups = x.reshape((-1, self.group, x.shape[1]))
        away = groups - groups.mean(axis=1, keepdims=True)
        deviation = anp.sqrt((away * away).mean(axis=1, keepdims=True) + 1e-6)
        return anp.concatenate([groups, deviation + 0 * groups], axis=2).reshape((-1, 2 * x.shape[1]))


class GAN:
    """Makes points (N, 2) of noise z (N, latent).

    group: of how many rows the critic also sees the spread; 0 for none: it then judges each row by itself.
    critic_function(optimizer)(x, z) and generator_function(optimizer)(z) are the two steps; x (N, 2) are data.
    generate(z) -> points. believe(x) -> the critic's probability that a point is data, (N,). Both are TestFunctions.

    >>> gan = GAN(np.random.default_rng(0), width=8)
    >>> gan.generate(np.zeros((3, 2))).shape, gan.believe(np.zeros((3, 2))).shape
    ((3, 2), (3,))
    """

    def __init__(self, rng: np.random.Generator, *, latent: int = 2, width: int = 64, group: int = 0) -> None:
        check_generator("GAN", rng)
        self.latent: int = whole("GAN", "number of latent units", latent)
        width, group = whole("GAN", "width", width), whole("GAN", "number of rows in a group", group, 0)
        self.generator: Sequential = Sequential(
            Dense.create("gen.h1", self.latent, width, rng),
            ReLU(),
            Dense.create("gen.h2", width, width, rng),
            ReLU(),
            Dense.create("gen.out", width, 2, rng),
        )
        self.critic: Sequential = Sequential(
            *([Spread(group)] if group else []),
            Dense.create("critic.h1", 4 if group else 2, width, rng),
            LeakyReLU(0.2),
            Dense.create("critic.h2", width, width, rng),
            LeakyReLU(0.2),
            Dense.create("critic.out", width, 1, rng),
        )
        self.generate: TestFunction[Array] = TestFunction(self._generate, name="generate")
        self.believe: TestFunction[Array] = TestFunction(self._believe, name="believe")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The generator's, then the critic's."""
        return self.generator.parameters + self.critic.parameters

    def __repr__(self) -> str:
        return outline_of_model(f"GAN of {self.latent} latent dimension{'s' * (self.latent != 1)}", vars(self))

    def critic_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the critic's parameters; call it with data x and noise z."""
        return TrainFunction(self.tell_apart, self.critic.parameters, optimizer)

    def generator_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the generator's parameters; call it with noise z."""
        return TrainFunction(self.pass_for_data, self.generator.parameters, optimizer)

    def tell_apart(self, x: Array, z: Array) -> dict[str, Array]:
        """Return the critic's cross-entropy on data x (N, 2) and on points made of noise z (M, latent), in nats."""
        made = self.generator.detached()(z)
        return {"data": _nats(self.critic(x)), "made": _nats(-self.critic(made))}

    def pass_for_data(self, z: Array) -> Array:
        """Return the cross-entropy of what the critic says of points made of noise z, and "data", in nats.

        It falls where the critic's second term rises; Goodfellow et al. take it in place of minus that term, whose
        gradient is almost nothing while the critic is sure.
        """
        return _nats(self.critic.detached()(self.generator(z)))

    def _generate(self, z: Array) -> Array:
        return self.generator(z)

    def _believe(self, x: Array) -> Array:
        return ops.sigmoid(self.critic(x)).reshape(-1)


def _nats(logits: Array) -> Array:
    """Return -log sigmoid(logits), the mean over the batch: the cross-entropy if the right answer is "data"."""
    return ops.softplus(-logits).mean()
