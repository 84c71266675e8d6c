"""The VAE for pictures of any size, in colours too: convolutions in place of the outermost dense layers. Notebook 10.

A dense layer has a weight for each pixel and each unit; a picture of 64 x 64 colours has 12,288 numbers. Convolutions
have the same few weights everywhere. The encoder halves the picture until its sides are short, and the decoder
doubles it again, by the mirror images of the same steps. All else is as in vae.py: the functions, the bound, the plane.
"""

from __future__ import annotations

import math
from itertools import pairwise

from teachnn.layers import Conv2D, ConvTranspose2D, Flatten, Layer, ReLU, Reshape
from teachnn.models.vae import VAE
from teachnn.parameters import Parameter, init

SHORT = 8  # pixels: sides up to this are not halved
FIRST, MOST = 16, 64  # channels after the first halving, which double with each; and their largest number


class ConvolutionalVAE(VAE):
    """A `VAE` of convolutions: pictures (N, *shape), shape (height, width) or (height, width, 3), of any size.

    >>> vae = ConvolutionalVAE(latent=2, rng=init.rng(0), hidden=16, shape=(21, 34, 3))
    >>> [layer.W.shape for layer in vae.decoder if isinstance(layer, ConvTranspose2D)]
    [(4, 3, 32, 64), (3, 3, 16, 32), (3, 4, 3, 16)]
    >>> vae.sample(5, init.rng(0)).shape
    (5, 21, 34, 3)
    """

    def _sizes(self) -> list[tuple[int, int, int]]:
        """Return height, width and channels of the picture, and after each halving."""
        height, width, *colours = self.shape
        sizes, channels = [(height, width, math.prod(colours))], FIRST
        while max(height, width) > SHORT:
            height, width = math.ceil(height / 2), math.ceil(width / 2)
            sizes.append((height, width, channels))
            channels = min(2 * channels, MOST)
        return sizes

    def _encoder_layers(self) -> tuple[Layer, ...]:
        layers: list[Layer] = [Reshape(self._sizes()[0])]
        for i, ((*_, before), (*_, after)) in enumerate(pairwise(self._sizes()), 1):
            conv = Conv2D.create(f"enc.conv{i}", (before, after), self.rng, stride=2, padding=1)
            layers += [conv, ReLU()]
        return *layers, Flatten(), self._dense("enc.h", math.prod(self._sizes()[-1]), self.hidden), ReLU()

    def _decoder_layers(self) -> tuple[Layer, ...]:
        smallest = self._sizes()[-1]
        layers: list[Layer] = [self._dense("dec.h", self.latent, self.hidden), ReLU()]
        layers += [self._dense("dec.grid", self.hidden, math.prod(smallest)), Reshape(smallest)]
        for i, (small, large) in enumerate(pairwise(reversed(self._sizes())), 1):
            layers += [ReLU(), self._doubling(f"dec.conv{i}", small, large)]
        return *layers, Reshape(self.shape)

    def _doubling(self, name: str, small: tuple[int, int, int], large: tuple[int, int, int]) -> ConvTranspose2D:
        """Return the layer from one size to the next: 4 pixels wide if that is twice as long, 3 if one is missing."""
        size = [4 - side % 2 for side in large[:2]]
        W = 2 * init.he_normal((*size, small[2], large[2]), self.rng)  # only a quarter of a patch meets in each pixel
        b = Parameter(f"{name}.b", init.zeros((large[2],)))
        return ConvTranspose2D(Parameter(f"{name}.W", W.swapaxes(2, 3)), b, 2, 1)
