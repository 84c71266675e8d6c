"""The VAE of convolutions: any size of picture, grey or in colours, and the same functions."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.models.convolutional_vae import SHORT, ConvolutionalVAE


def make(shape, latent=2, hidden=5, seed=0):
    return ConvolutionalVAE(latent, tn.rng(seed), hidden=hidden, shape=shape)


sides = st.integers(1, 40)


@given(height=sides, width=sides, colours=st.sampled_from([(), (1,), (3,)]))
@settings(max_examples=25, deadline=None)
def test_pictures_of_any_size_come_out_in_their_own_shape(height, width, colours):
    shape = (height, width, *colours)
    vae, x = make(shape), np.random.default_rng(0).random((2, *shape))
    mean, log_variance = vae.encode(x)
    assert mean.shape == log_variance.shape == (2, 2)
    made = vae.reconstruct(x)
    assert made.shape == x.shape and made.dtype == np.float32 and 0 < made.min() and made.max() < 1
    assert vae.sample(3, tn.rng(0)).shape == (3, *shape)


@pytest.mark.parametrize(
    ("shape", "halvings"), [((8, 8), 0), ((9, 2), 1), ((28, 28), 2), ((64, 64, 3), 3), ((65, 9), 4)]
)
def test_a_picture_is_halved_until_its_sides_are_short(shape, halvings):
    vae = make(shape)
    kernels = [p for p in vae.parameters if "conv" in p.name and p.name.endswith(".W")]
    assert len(kernels) == 2 * halvings
    assert math.ceil(max(shape[:2]) / 2**halvings) <= SHORT


@pytest.mark.parametrize("shape", [(9, 10), (11, 9, 3)])
def test_the_gradient_of_the_whole_objective_is_right(shape):
    vae = make(shape, hidden=3)
    x = np.random.default_rng(0).random((2, *shape))
    objective = lambda x: (terms := vae.objective(x))["reconstruction"] + terms["KL"]  # noqa: E731
    assert tn.check_gradients(objective, x, parameters=vae.parameters, limit=40) < 1e-6


def test_logits_start_at_the_size_of_what_is_decoded():
    """Neither the encoder nor the decoder makes numbers much smaller or larger on their way, so it learns at once."""
    vae = ConvolutionalVAE(8, tn.rng(0), shape=(64, 64, 3))
    z = tn.rng(1).standard_normal((20, 8))
    logits = tn.TestFunction(vae.decoder)(z)
    mean, _ = vae.encode(tn.rng(2).random((20, 64, 64, 3)))
    assert 0.05 < logits.std() < 2 and 0.02 < mean.std() < 2


def test_training_learns_a_colour_and_a_place():
    """A bright square at the left or at the right, red or blue."""
    rng, pictures = tn.rng(0), np.zeros((64, 12, 12, 3), np.float32)
    places, colours = rng.integers(0, 2, 64), rng.integers(0, 2, 64)
    for picture, place, colour in zip(pictures, places, colours, strict=True):
        picture[3:9, 6 * place : 6 * place + 5, 2 * colour] = 1
    vae = make((12, 12, 3), hidden=32)
    train = vae.train_function(tn.Adam(3e-3))
    train.fit(tn.data.batches(pictures, size=16, rng=tn.rng(1)), 60, progress=False)
    made = vae.reconstruct(pictures).reshape(64, -1)
    errors = ((made[:, None] - pictures.reshape(64, -1)) ** 2).sum(axis=2)
    kinds = 2 * places + colours
    assert (kinds[errors.argmin(axis=1)] == kinds).mean() > 0.9
    twin = copy.deepcopy(vae)
    assert np.array_equal(twin.reconstruct(pictures), vae.reconstruct(pictures))
    assert repr(vae).startswith("ConvolutionalVAE of 2 latent dimensions: 14 parameters, ")
