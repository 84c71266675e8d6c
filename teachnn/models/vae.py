"""The variational autoencoder: one training function, four test functions, and only the parameters between them.

It is trained to encode a picture as a little cloud of points, and to decode any point of the cloud as the picture.
Then the decoder alone makes pictures of points that no picture was ever encoded to. Notebook 10.
Kingma & Welling 2013, "Auto-Encoding Variational Bayes", arXiv:1312.6114.
"""

from __future__ import annotations

import math

import numpy as np

from teachnn import ops
from teachnn.functions import Optimizer, TestFunction, TrainFunction
from teachnn.layers import Dense, Flatten, GaussianSample, Layer, ReLU, Reshape, Sequential, outline_of_model
from teachnn.ops import gaussian_sample, loss
from teachnn.parameters import Parameter, init
from teachnn.support import Array, InputError, array, check_generator, shape_of, whole


class VAE:
    """Pictures between 0 and 1, encoded in so many `latent` dimensions by dense layers with `hidden` units.

    Pictures are (N, *shape): (N, height, width), grey, or (N, height, width, 3), colours; a colour is taken as three
    grey levels. encode(x) -> mean (N, latent), log variance (N, latent). decode(z) -> pictures. reconstruct(x) ->
    pictures. bound(x, noise) -> the two terms of the negative evidence lower bound, in nats per picture; noise
    (N, latent) is normal. All four are TestFunctions. `ConvolutionalVAE` is for larger pictures.

    >>> vae = VAE(latent=2, rng=init.rng(0), hidden=16)
    >>> vae.decode(np.zeros((3, 2))).shape
    (3, 28, 28)
    """

    def __init__(
        self, latent: int, rng: np.random.Generator, *, hidden: int = 400, shape: tuple[int, ...] = (28, 28)
    ) -> None:
        shape = shape_of("VAE", shape, said="a shape (height, width) or (height, width, 3) of pictures")
        if len(shape) not in (2, 3):
            raise InputError("VAE", "a shape (height, width) or (height, width, 3) of pictures", str(shape))
        latent, hidden = whole("VAE", "number of latent units", latent), whole("VAE", "number of hidden units", hidden)
        check_generator("VAE", rng)
        self.latent: int = latent
        self.hidden: int = hidden
        self.shape: tuple[int, ...] = shape
        self.rng: np.random.Generator = rng
        self.encoder: Sequential = Sequential(*self._encoder_layers())
        self.mean: Dense = self._dense("enc.mean", hidden, latent)
        self.log_variance: Dense = self._dense("enc.log_variance", hidden, latent)
        self.sample_z: GaussianSample = GaussianSample(rng, mode="train")
        self.decoder: Sequential = Sequential(*self._decoder_layers())
        self.encode: TestFunction[tuple[Array, Array]] = TestFunction(self._encode, name="encode")
        self.decode: TestFunction[Array] = TestFunction(self._decode, name="decode")
        self.reconstruct: TestFunction[Array] = TestFunction(self._reconstruct, name="reconstruct")
        self.bound: TestFunction[dict[str, Array]] = TestFunction(self._bound, name="bound")

    def _dense(self, name: str, inputs: int, units: int) -> Dense:
        return Dense.create(name, inputs, units, self.rng, init_W=init.glorot_uniform)

    def _encoder_layers(self) -> tuple[Layer, ...]:
        """Return the layers from pictures to what the mean and the log variance are computed from (N, hidden)."""
        return Flatten(), self._dense("enc.h", math.prod(self.shape), self.hidden), ReLU()

    def _decoder_layers(self) -> tuple[Layer, ...]:
        """Return the layers from points (N, latent) to the logits of pictures (N, *shape)."""
        pixels = math.prod(self.shape)
        hidden = self._dense("dec.h", self.latent, self.hidden)
        return hidden, ReLU(), self._dense("dec.out", self.hidden, pixels), Reshape(self.shape)

    def _decode(self, z: Array) -> Array:
        return ops.sigmoid(self.decoder(z))

    def _reconstruct(self, x: Array) -> Array:
        return self.decode(self.mean(self.encoder(x)))  # the variance is not computed: its two parameters are not used

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The encoder's, then the decoder's."""
        return sum((part.parameters for part in (self.encoder, self.mean, self.log_variance, self.decoder)), ())

    def __repr__(self) -> str:
        return outline_of_model(
            f"{type(self).__name__} of {self.latent} latent dimension{'s' * (self.latent != 1)}", vars(self)
        )

    def train_function(self, optimizer: Optimizer) -> TrainFunction:
        """Return the function that searches for the parameters; call it with a batch of pictures x."""
        return TrainFunction(self.objective, self.parameters, optimizer)

    def objective(self, x: Array) -> dict[str, Array]:
        """Return the negative evidence lower bound in nats per picture, as reconstruction and KL."""
        mean, log_variance = self._encode(x)
        return loss.negative_elbo(self.decoder(self.sample_z(mean, log_variance)), x, mean, log_variance)

    def sample(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return so many pictures: the means of p(x|z), for points z of the prior N(0, 1) that `rng` draws."""
        whole("sample", "count", count)
        return self.decode(check_generator("sample", rng).standard_normal((count, self.latent), dtype=np.float32))

    def test_bound(self, images: np.ndarray, seed: int = 0, size: int = 1000) -> dict[str, float]:
        """Return the two terms over all images (N, *shape), floats, with one sample of z for each of them."""
        images, size = array("test_bound", "images", images, "N", *self.shape), whole("test_bound", "size", size)
        rng, totals = init.rng(seed), {"reconstruction": 0.0, "KL": 0.0}
        for start in range(0, len(images), size):
            x = images[start : start + size]
            terms = self.bound(x, rng.standard_normal((len(x), self.latent), dtype=np.float32))
            for name, value in terms.items():
                totals[name] += float(value) * len(x) / len(images)
        return totals

    def _encode(self, x: Array) -> tuple[Array, Array]:
        h = self.encoder(x)
        return self.mean(h), self.log_variance(h)

    def _bound(self, x: Array, noise: Array) -> dict[str, Array]:
        mean, log_variance = self._encode(x)
        return loss.negative_elbo(self.decoder(gaussian_sample(mean, log_variance, noise)), x, mean, log_variance)
