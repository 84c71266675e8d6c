"""Walking through a latent space, without a page."""

import threading

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.vae import VAE
from teachnn_widgets import LatentExplorer, latent_explorer
from teachnn_widgets.ink import as_ink

DIGITS = tn.data.mnist().test.images[:20]


@pytest.fixture
def vae():
    return VAE(2, tn.rng(0), hidden=8)


def paint_always(monkeypatch):
    monkeypatch.setattr(latent_explorer, "PAINT_PERIOD", 0.0)
    monkeypatch.setattr(latent_explorer, "PAINT_SHARE", float("inf"))


@pytest.fixture
def explorer(vae, monkeypatch):
    paint_always(monkeypatch)
    explorer = LatentExplorer(vae.decode, vae.encode, DIGITS)
    explorer.close()  # the pulse is the test
    return explorer


def decoded(vae, z):
    return np.round(vae.decode(np.array([z], np.float32))[0] * 255).astype(np.uint8).tobytes()


def test_a_classifier_says_how_likely_each_class_is_where_the_point_is(vae):
    seen = []

    def classify(pictures):
        seen.append(pictures)
        return np.eye(10, dtype=np.float32)[[4]]

    explorer = LatentExplorer(vae.decode, classify=classify)
    explorer.set_state({"z": [1.0, 0.5]})
    assert explorer.likely == [0.0] * 4 + [1.0] + [0.0] * 5
    assert seen[-1].shape == (1, 28, 28) and seen[-1].max() <= 1
    assert LatentExplorer(vae.decode).likely == []
    with pytest.raises(tn.InputError, match="a function as classify"):
        LatentExplorer(vae.decode, classify=3)
    explorer.close()


def test_the_picture_follows_the_sliders(explorer, vae):
    assert explorer.image == decoded(vae, [0, 0])
    explorer.set_state({"z": [1.5, -0.5]})
    assert explorer.image == decoded(vae, [1.5, -0.5])
    explorer.z = [0.25, 0.0]  # and Python
    assert explorer.image == decoded(vae, [0.25, 0])


def test_under_a_slider_on_its_way_training_adds_no_picture_and_once_it_rests_the_newest_is_shown(
    explorer, vae, monkeypatch
):
    monkeypatch.setattr("teachnn_widgets.latent_explorer.PERIOD", 1000)
    explorer.set_state({"z": [0.5, 0.0]})
    shown = explorer.image
    vae.train_function(tn.Adam(0.1))(tn.data.pixels(DIGITS))
    explorer.beat()
    assert explorer.image == shown
    monkeypatch.setattr("teachnn_widgets.latent_explorer.PERIOD", 0)
    explorer.beat()
    assert explorer.image == decoded(vae, [0.5, 0.0]) != shown


def test_the_picture_changes_under_a_still_slider_while_training_moves_the_parameters(explorer, vae):
    before, plane = explorer.image, explorer.plane
    explorer.beat()
    assert (explorer.image, explorer.plane) == (before, plane)
    vae.train_function(tn.Adam(0.1))(tn.data.pixels(DIGITS))
    explorer.beat()
    assert explorer.image == decoded(vae, [0, 0]) != before and explorer.plane != plane


def test_the_plane_shows_what_is_decoded_at_its_places(explorer, vae):
    plane = np.frombuffer(explorer.plane, np.uint8).reshape(15, 28, 15, 28)
    assert plane[7, :, 7].tobytes() == decoded(vae, [0, 0])
    assert plane[0, :, 14].tobytes() == decoded(vae, [2.8, 2.8])  # the right upper corner


def test_a_picked_digit_is_shown_where_it_is_encoded(explorer, vae):
    explorer.set_state({"picked": 3})
    mean, log_variance = vae.encode(tn.data.pixels(DIGITS[3:4]))
    np.testing.assert_allclose(explorer.z, mean[0], atol=1e-3)
    np.testing.assert_allclose(explorer.spread, np.exp(log_variance[0] / 2), rtol=1e-5)
    assert len(explorer.gallery) == 12 * 28 * 28  # not more than fit on the page


def test_a_digit_encoded_beyond_the_pad_is_decoded_where_it_lies_and_not_at_the_rim(vae):
    explorer = LatentExplorer(vae.decode, lambda x: np.array([[7.5, -4.0]]), DIGITS)
    explorer.set_state({"picked": 0})
    assert explorer.z == [7.5, -4.0] and explorer.image == decoded(vae, [7.5, -4.0]) != decoded(vae, [3, -3])
    explorer.close()


def test_a_drawn_digit_is_encoded_and_an_empty_pad_is_not(explorer):
    explorer.set_state({"ink": memoryview(as_ink(tn.data.pixels(DIGITS[0])).tobytes())})
    z = explorer.z
    assert z != [0, 0] and explorer.spread
    explorer.draw(np.zeros((28, 28)))
    assert explorer.z == z


def test_random_samples_come_from_the_generator_and_reset_goes_to_the_middle(vae):
    explorer = LatentExplorer(vae.decode, rng=tn.rng(5))
    explorer.set_state({"z": [1.0, 1.0], "samples": 1})  # also right behind a move
    np.testing.assert_allclose(explorer.z, tn.rng(5).standard_normal(2), atol=1e-3)
    explorer.reset()
    assert explorer.z == [0, 0]
    explorer.close()


@pytest.mark.parametrize(("dimensions", "shape"), [(1, (9, 7)), (3, (64, 64, 3)), (32, (28, 28)), (2, (200, 300, 3))])
def test_any_decoder_of_pictures_will_do(dimensions, shape):
    W = tn.rng(0).standard_normal((dimensions, int(np.prod(shape))))
    explorer = LatentExplorer(lambda z: (1 / (1 + np.exp(-z @ W))).reshape(-1, *shape), dimensions=dimensions)
    before = explorer.image
    explorer.set_state({"z": [0.5] * dimensions})
    assert explorer.image != before and len(explorer.image) == np.prod(shape)
    assert explorer.still().size == (720, 390)
    kind = "colour" if len(shape) == 3 else "grey"
    assert str(explorer) == f"LatentExplorer: {dimensions} dimensions, {kind} pictures of {shape[0]} x {shape[1]}"
    explorer.close()


@pytest.fixture
def four(monkeypatch):
    paint_always(monkeypatch)
    explorer = LatentExplorer(VAE(4, tn.rng(0), hidden=8).decode, dimensions=4)
    explorer.close()
    return explorer


def test_the_axes_of_the_pad_can_be_any_two(four):
    plane = four.plane
    four.set_state({"axes": [3, 1]})
    four.beat()
    assert four.plane != plane


def test_the_plane_is_painted_late_and_only_for_the_sliders_around_it(four):
    plane = four.plane
    four.set_state({"z": [1.0, 1.0, 0.0, 0.0]})  # along the plane
    four.beat()
    assert four.plane == plane
    four.set_state({"z": [1.0, 1.0, 2.0, 0.0]})
    assert four.plane == plane  # the slider does not wait for it
    four.beat()
    assert four.plane != plane


def test_a_plane_whose_axes_change_while_it_is_painted_is_painted_again(monkeypatch):
    paint_always(monkeypatch)
    W, meanwhile = tn.rng(0).standard_normal((3, 16)), []

    def decode(z):
        if len(z) == 225 and meanwhile:
            meanwhile.pop()()
        return (1 / (1 + np.exp(-z @ W))).reshape(-1, 4, 4)

    explorer = LatentExplorer(decode, dimensions=3)
    explorer.close()
    meanwhile.append(lambda: explorer.set_state({"axes": [0, 2]}))
    explorer.set_state({"z": [0.0, 0.0, 1.0]})
    explorer.beat()
    explorer.beat()
    fresh = LatentExplorer(decode, dimensions=3)
    fresh.close()
    fresh.set_state({"axes": [0, 2]})
    fresh.beat()
    assert explorer.plane == fresh.plane


def test_a_decoder_that_begins_to_raise_is_shown_and_the_kernel_lives_on():
    broken = []

    def decode(z):
        if broken:
            raise ValueError("decode: the weights are gone")
        return np.zeros((len(z), 8, 8))

    explorer = LatentExplorer(decode)
    broken.append(1)
    explorer.set_state({"z": [1.0, 1.0]})
    assert explorer.alert == "decode: the weights are gone"
    broken.clear()
    explorer.set_state({"z": [1.0, 0.0]})
    assert explorer.alert == ""
    explorer.set_state({"z": [1.0]})
    assert "expected z of 2 numbers, got 1" in explorer.alert
    explorer.close()


def test_an_encoder_that_raises_is_shown_until_the_point_moves_on_though_training_goes_on(vae):
    def encode(x):
        raise ValueError("encode: no ink")

    explorer = LatentExplorer(vae.decode, encode, DIGITS)
    explorer.close()
    explorer.set_state({"picked": 1})
    assert explorer.alert == "encode: no ink"
    vae.train_function(tn.Adam(0.1))(tn.data.pixels(DIGITS))
    explorer.beat()
    assert explorer.alert == "encode: no ink"
    explorer.set_state({"z": [1.0, 1.0]})
    assert explorer.alert == ""


def test_an_encoder_of_other_dimensions_leaves_the_point_where_it_is(vae):
    explorer = LatentExplorer(vae.decode, VAE(5, tn.rng(0), hidden=8).encode, DIGITS)
    explorer.set_state({"picked": 1})
    assert explorer.z == [0, 0] and "of shape (1, 2), got (1, 5), (1, 5)" in explorer.alert
    explorer.close()


def test_an_encoder_of_means_alone_has_no_spread(vae):
    explorer = LatentExplorer(vae.decode, lambda x: vae.encode(x)[0], DIGITS)
    explorer.set_state({"picked": 1})
    assert explorer.mean and explorer.spread == [] and explorer.alert == ""
    explorer.close()


def test_what_cannot_be_drawn_is_refused_and_the_pad_stays(explorer):
    ink = explorer.ink
    with pytest.raises(tn.InputError, match=r"a picture of shape \(28, 28\), got \(5, 5\)"):
        explorer.draw(np.zeros((5, 5)))
    assert explorer.ink == ink


def test_the_still_picture_keeps_the_shape_of_what_is_decoded_and_has_no_ground_of_its_own():
    explorer = LatentExplorer(lambda z: np.ones((len(z), 10, 40)))
    explorer.close()
    still = np.asarray(explorer.still())
    assert still.shape[2] == 4 and not still[0, 0, 3]
    for half in np.split(still, 2, axis=1):
        white = np.argwhere((half == 255).all(axis=2))
        height, width = np.ptp(white, axis=0) + 1
        assert 3 < width / height < 6, "four times as wide as high, but for the edges"


def test_sliders_and_training_do_not_disturb_each_other(vae):
    """The loss trace under a storm of events is that of an undisturbed run, to the bit, and the last value is shown."""

    def trace(storm):
        rng = tn.rng(0)
        model = VAE(2, rng, hidden=8)
        train = model.train_function(tn.Adam(1e-2))
        explorer = LatentExplorer(model.decode, model.encode, DIGITS)
        done, events = threading.Event(), 0

        def move():
            nonlocal events
            while not done.is_set() or events < 200:
                explorer.set_state({"z": [events % 5 - 2.0, 1.0]})
                explorer.set_state({"picked": events % 3})
                events += 1
            explorer.set_state({"z": [0.5, 0.5]})

        thread = threading.Thread(target=move) if storm else None
        if thread:
            thread.start()
        losses = [float(train(batch[0])) for _ in range(5) for batch in tn.data.batches(DIGITS, size=5, rng=rng)]
        done.set()
        if thread:
            thread.join()
            assert explorer.image == decoded(model, [0.5, 0.5]) and explorer.alert == ""
        explorer.close()
        return losses

    assert trace(True) == trace(False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"decode": 3}, "a function as decode, got int"),
        ({"decode": lambda z: z}, r"decode\(z\) of shape"),
        ({"decode": lambda z: 1 / 0}, "ZeroDivisionError"),
        ({"decode": lambda z: np.zeros((2, 4, 4)), "dimensions": 33}, "from 1 to 32, got 33"),
        ({"decode": lambda z: np.zeros((2, 4, 4)), "encode": "x"}, "a function as encode, got str"),
        ({"decode": lambda z: np.zeros((2, 4, 4)), "rng": 5}, "a generator to draw noise from, got 5"),
        ({"decode": lambda z: np.zeros((2, 4, 4)), "images": np.zeros((3, 4, 4))}, "encode to show where images lie"),
        (
            {"decode": lambda z: np.zeros((2, 4, 4)), "encode": lambda x: x, "images": np.ones((3, 4, 4), int)},
            "floats from 0 to 1 or uint8, got .* of int64",
        ),
        (
            {"decode": lambda z: np.zeros((2, 4, 4)), "encode": lambda x: x, "images": np.zeros((3, 5, 5))},
            r"images of shape \(N, 4, 4\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(arguments, said):
    with pytest.raises(tn.InputError, match=said):
        LatentExplorer(**arguments)


def test_images_of_one_channel_are_grey():
    def decode(z):
        return np.clip(0.5 + z[:, :1, None, None] / 6, 0, 1) * np.ones((1, 28, 28, 1))

    def encode(images):
        assert images.shape[1:] == (28, 28, 1)
        return images.mean(axis=(1, 2, 3))[:, None] * np.ones(2)

    images = np.full((3, 28, 28, 1), 0.25, np.float32)
    explorer = LatentExplorer(decode, encode, images)
    explorer.close()
    assert explorer.shape == [28, 28, 1] and explorer.can_draw and explorer.alert == ""
    explorer.move([3.0, 0.0])
    assert set(explorer.image) == {255}
    explorer.picked = 0
    assert explorer.z == [0.25, 0.25] and explorer.alert == ""
    explorer.draw(images[0, :, :, 0])
    assert explorer.alert == "" and explorer.still().width > 0
