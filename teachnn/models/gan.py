"""A GAN in the plane: two training functions, and each moves its own half of one set of parameters.

The critic learns to tell points of the data from points that the generator makes; the generator learns to make points
that the critic takes for data. The step of each uses the other's network and leaves it as it is. At test the generator
is used alone, and the critic is thrown away. Goodfellow et al. 2014, arXiv:1406.2661. Notebook 15.
"""

from __future__ import annotations

import numpy as np

from teachnn import ops
from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import Dense, LeakyReLU, ReLU, Sequential, outline_of_model
from teachnn.ops import loss
from teachnn.parameters import Parameter
from teachnn.support import Array, check_generator, whole


class GAN:
    """Makes points (N, 2) of noise z (N, latent).

    critic_function(optimizer)(x, z) and generator_function(optimizer)(z) are the two steps; x (N, 2) are data.
    generate(z) -> points. believe(x) -> the critic's probability that a point is data, (N,). Both are TestFunctions.

    >>> gan = GAN(np.random.default_rng(0), width=8)
    >>> gan.generate(np.zeros((3, 2))).shape, gan.believe(np.zeros((3, 2))).shape
    ((3, 2), (3,))
    """

    def __init__(self, rng: np.random.Generator, *, latent: int = 2, width: int = 64) -> None:
        check_generator("GAN", rng)
        self.latent: int = whole("GAN", "number of latent units", latent)
        width = whole("GAN", "width", width)
        self.generator: Sequential = Sequential(
            Dense.create("gen.h1", self.latent, width, rng),
            ReLU(),
            Dense.create("gen.h2", width, width, rng),
            ReLU(),
            Dense.create("gen.out", width, 2, rng),
        )
        self.critic: Sequential = Sequential(
            Dense.create("critic.h1", 2, width, rng),
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
        return {"data": _cost(self.critic(x), 1.0), "made": _cost(self.critic(made), 0.0)}

    def pass_for_data(self, z: Array) -> Array:
        """Return the cross-entropy of what the critic says of points made of noise z, and "data", in nats.

        It falls where the critic's second term rises; Goodfellow et al. take it in place of minus that term, whose
        gradient is almost nothing while the critic is sure.
        """
        return _cost(self.critic.detached()(self.generator(z)), 1.0)

    def _generate(self, z: Array) -> Array:
        return self.generator(z)

    def _believe(self, x: Array) -> Array:
        return ops.sigmoid(self.critic(x)).reshape(-1)


def _cost(logits: Array, answer: float) -> Array:
    return loss.binary_cross_entropy(logits, np.full(logits.shape, answer, ops.getval(logits).dtype))
