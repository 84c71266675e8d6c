"""The third case of the course: one training function, four test functions, and only the parameters between them."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.vae import VAE

PICTURES = tn.data.pixels(tn.data.mnist().train.images[:400])
ENCODER = ["enc.h.W", "enc.h.b", "enc.mean.W", "enc.mean.b", "enc.log_variance.W", "enc.log_variance.b"]
DECODER = ["dec.h.W", "dec.h.b", "dec.out.W", "dec.out.b"]


def make(latent=2, hidden=16, seed=0, **options):
    return VAE(latent, tn.rng(seed), hidden=hidden, **options)


@pytest.fixture(scope="module")
def trained():
    """A VAE after a few epochs, its history, and the bound on unseen digits before and after."""
    vae, test = make(hidden=64), tn.data.pixels(tn.data.mnist().test.images[:200])
    train, before = vae.train_function(tn.Adam(3e-3)), vae.test_bound(test)
    history = train.fit(tn.data.batches(PICTURES, size=50, rng=tn.rng(1)), epochs=12, progress=False)
    return vae, history, before, vae.test_bound(test)


def by_hand(vae, x, noise):
    """Encode, sample, decode and bound in float64 numpy, as the textbook has it."""
    W = {p.name: p.value.astype(np.float64) for p in vae.parameters}
    x = x.reshape(len(x), -1).astype(np.float64)
    h = np.maximum(x @ W["enc.h.W"] + W["enc.h.b"], 0)
    mean, log_variance = (h @ W[f"enc.{name}.W"] + W[f"enc.{name}.b"] for name in ("mean", "log_variance"))
    z = mean + np.exp(log_variance / 2) * noise
    logits = np.maximum(z @ W["dec.h.W"] + W["dec.h.b"], 0) @ W["dec.out.W"] + W["dec.out.b"]
    p = 1 / (1 + np.exp(-logits))
    reconstruction = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1)
    kl = (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(axis=1) / 2
    return mean, log_variance, p, {"reconstruction": reconstruction.mean(), "KL": kl.mean()}


def test_training_makes_the_bound_smaller_on_digits_it_never_saw(trained):
    _, history, before, after = trained
    assert history.loss[-8:].mean() < 0.6 * history.loss[0]
    assert sum(after.values()) < 0.55 * sum(before.values()) and sum(after.values()) < 260
    assert list(after) == ["reconstruction", "KL"] and after["KL"] > 0.5


def test_a_picture_is_told_from_another_by_its_reconstruction(trained):
    vae = trained[0]
    pictures = PICTURES[:50]
    made = vae.reconstruct(pictures).reshape(50, -1)
    errors = ((made[:, None] - pictures.reshape(50, -1)) ** 2).sum(axis=2)
    mean_picture = ((PICTURES.mean(axis=0) - pictures) ** 2).sum(axis=(1, 2))
    assert np.diag(errors).mean() < 0.95 * mean_picture.mean() and np.diag(errors).mean() < 0.85 * errors.mean()


@pytest.mark.parametrize(("latent", "shape"), [(2, (28, 28)), (5, (4, 6)), (1, (3, 3)), (2, (3, 5, 3))])
def test_every_test_function_has_the_shape_it_says(latent, shape):
    vae = make(latent, shape=shape)
    x = np.random.default_rng(0).random((7, *shape))
    mean, log_variance = vae.encode(x)
    assert mean.shape == log_variance.shape == (7, latent)
    for pictures in (vae.decode(mean), vae.reconstruct(x), vae.sample(7, tn.rng(3))):
        assert pictures.shape == (7, *shape) and pictures.dtype == np.float32
        assert 0 < pictures.min() and pictures.max() < 1


def test_the_test_functions_compute_what_the_textbook_says(trained):
    vae, x = trained[0], PICTURES[:30]
    noise = np.random.default_rng(4).standard_normal((30, 2))
    mean, log_variance, p, terms = by_hand(vae, x, noise)
    np.testing.assert_allclose(vae.encode(x)[0], mean, atol=1e-5)
    np.testing.assert_allclose(vae.encode(x)[1], log_variance, atol=1e-5)
    bound = vae.bound(x, noise)
    assert list(bound) == ["reconstruction", "KL"]
    for name, value in terms.items():
        assert float(bound[name]) == pytest.approx(value, rel=1e-5)
    z = mean + np.exp(log_variance / 2) * noise
    np.testing.assert_allclose(vae.decode(z).reshape(30, -1), p, atol=1e-5)
    np.testing.assert_allclose(vae.reconstruct(x), vae.decode(vae.encode(x)[0]), atol=1e-6)


def test_a_training_step_finds_the_same_bound_with_the_noise_of_its_generator():
    vae, x = make(seed=3), PICTURES[:20]
    twin = tn.rng(0)
    twin.bit_generator.state = vae.rng.bit_generator.state
    noise = twin.standard_normal((20, 2), dtype=np.float32)
    terms = by_hand(vae, x, noise)[3]
    result = vae.train_function(tn.Adam())(x)
    assert result.terms == pytest.approx(terms, rel=1e-5)
    assert vae.rng.bit_generator.state == twin.bit_generator.state


def test_the_bound_over_all_images_is_the_mean_over_its_parts():
    vae = make()
    x, rng = PICTURES[:25], tn.rng(7)
    expected = by_hand(vae, x, rng.standard_normal((25, 2), dtype=np.float32))[3]
    assert vae.test_bound(x, seed=7) == pytest.approx(expected, rel=1e-5)
    assert vae.test_bound(x, seed=7, size=10) == pytest.approx(expected, rel=1e-5)
    assert vae.test_bound(x, seed=8) != vae.test_bound(x, seed=7) == vae.test_bound(x, seed=7)


def test_a_sample_is_decoded_from_what_its_generator_draws():
    vae = make(latent=3)
    expected = vae.decode(tn.rng(5).standard_normal((4, 3), dtype=np.float32))
    assert vae.sample(4, tn.rng(5)).tobytes() == expected.tobytes()


def test_test_functions_change_nothing_and_draw_from_no_generator_of_the_model(state_of):
    vae = make()
    before = state_of(vae.parameters, None, [vae.rng])
    vae.encode(PICTURES[:3]), vae.reconstruct(PICTURES[:3]), vae.sample(3, tn.rng(0)), vae.test_bound(PICTURES[:3])
    vae.train_function(tn.Adam()).graph(PICTURES[:3]), vae.bound.graph(PICTURES[:3], np.zeros((3, 2)))
    assert state_of(vae.parameters, None, [vae.rng]) == before


def test_its_parameters_are_the_encoders_then_the_decoders():
    vae = make(latent=2, hidden=16)
    assert [p.name for p in vae.parameters] == ENCODER + DECODER
    shapes = [(784, 16), (16,), (16, 2), (2,), (16, 2), (2,), (2, 16), (16,), (16, 784), (784,)]
    assert [p.shape for p in vae.parameters] == shapes
    assert vae.train_function(tn.Adam()).parameters == vae.parameters


def test_the_gradient_of_the_whole_objective_is_right():
    vae = make(latent=2, hidden=5, shape=(3, 2))
    x = np.random.default_rng(0).random((4, 3, 2))
    objective = lambda x: (terms := vae.objective(x))["reconstruction"] + terms["KL"]  # noqa: E731
    assert tn.check_gradients(objective, x, parameters=vae.parameters) < 1e-6


@pytest.mark.parametrize(
    ("function", "names"),
    [("decode", DECODER), ("encode", ENCODER), ("reconstruct", ENCODER[:4] + DECODER), ("bound", ENCODER + DECODER)],
)
def test_a_test_function_shares_with_training_exactly_its_own_parameters(function, names):
    vae = make()
    inputs = {"decode": (np.zeros((3, 2)),), "bound": (PICTURES[:3], np.zeros((3, 2)))}.get(function, (PICTURES[:3],))
    train, test = vae.train_function(tn.Adam()).graph(PICTURES[:3]), getattr(vae, function).graph(*inputs)
    by_name = {p.name: p for p in vae.parameters}
    shared = tn.shared_parameters(train, test)
    assert sorted(p.name for p in shared) == sorted(names) and all(p is by_name[p.name] for p in shared)
    assert {p.name for p in train.parameters} == set(ENCODER + DECODER)
    assert set(test.parameters) == set(shared)


def test_what_training_moves_is_what_the_decoder_reads():
    vae, z = make(), np.ones((1, 2))
    train, before = vae.train_function(tn.Adam(1e-2)), None
    for _ in range(3):
        picture = vae.decode(z)
        assert before is None or np.abs(picture - before).max() > 1e-4
        before = picture
        train(PICTURES[:20])


def test_the_same_seed_makes_the_same_vae():
    one, same, other = make(seed=1), make(seed=1), make(seed=2)
    assert [p.value.tobytes() for p in one.parameters] == [p.value.tobytes() for p in same.parameters]
    assert one.parameters[0].value.tobytes() != other.parameters[0].value.tobytes()


def test_pictures_of_another_size_are_refused_by_the_layer_that_meets_them():
    with pytest.raises(tn.InputError, match=r"enc\.h \(Dense\): expected x of shape \(N, 784\), got \(3, 100\)"):
        make().encode(np.zeros((3, 10, 10)))


@pytest.mark.parametrize("shape", [(28,), (2, 2, 3, 1), (), (0, 2), (2.0, 2), 28])
def test_a_shape_is_height_and_width_and_perhaps_colours(shape):
    with pytest.raises(
        tn.InputError, match=r"^VAE: expected a shape \(height, width\) or \(height, width, 3\) of pictures"
    ):
        make(shape=shape)


def test_the_bound_is_of_pictures_of_its_own_shape():
    with pytest.raises(tn.InputError, match=r"expected real numbers of shape \(N, 4, 5, 3\) as images"):
        make(shape=(4, 5, 3)).test_bound(np.zeros((2, 4, 5)))
