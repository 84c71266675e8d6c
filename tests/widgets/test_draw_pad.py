"""The pad's answers, without a page."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.vae import VAE
from teachnn_widgets import DrawPad
from teachnn_widgets.ink import as_ink

DIGIT = tn.data.pixels(tn.data.mnist().test.images[0])


def test_a_drawing_goes_to_every_function_and_the_answers_come_back():
    vae = VAE(2, tn.rng(0), hidden=8)
    pad = DrawPad(encode=vae.encode, reconstruct=vae.reconstruct)
    pad.set_state({"ink": memoryview(as_ink(DIGIT).tobytes())})
    mean, _ = vae.encode(pad.image[None])
    assert [answer["name"] for answer in pad.answers] == ["encode 1", "encode 2", "reconstruct"]
    np.testing.assert_allclose(pad.answers[0]["row"], mean[0], atol=1e-4)
    assert pad.answers[2]["size"] == [28, 28, 1] and len(pad.pictures) == 28 * 28
    assert np.allclose(pad.image, DIGIT, atol=0.01) and len(pad.digit) == 28 * 28
    pad.close()


def test_the_answers_change_as_training_moves_the_parameters():
    vae = VAE(2, tn.rng(0), hidden=8)
    pad = DrawPad(reconstruct=vae.reconstruct)
    pad.close()
    before = pad.pictures
    pad.beat()
    assert pad.pictures == before
    vae.train_function(tn.Adam(0.1))(DIGIT[None])
    pad.beat()
    assert pad.pictures != before


def test_a_function_that_begins_to_raise_is_named_and_the_kernel_lives_on():
    def classify(x):
        if x.any():
            raise ValueError("no digit")
        return np.zeros((1, 10))

    pad = DrawPad(classify=classify)
    pad.draw(DIGIT)
    assert "an answer of classify" in pad.alert and "no digit" in pad.alert
    pad.draw(np.zeros((28, 28)))
    assert pad.alert == ""
    pad.close()


def test_a_digit_from_python_may_be_floats_or_bytes_and_must_have_its_shape():
    pad = DrawPad(total=lambda x: x.reshape(1, -1)[:, :3])
    pad.close()
    pad.draw(tn.data.mnist().test.images[0])
    ink = pad.ink
    assert np.allclose(pad.image, DIGIT, atol=0.01)
    with pytest.raises(tn.InputError, match=r"a picture of shape \(28, 28\), got \(5, 5\)"):
        pad.draw(np.zeros((5, 5)))
    assert pad.ink == ink


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        ({}, "at least one function, got none"),
        ({"classify": 3}, "a function as classify, got int"),
        ({"classify": lambda x: 1 / 0}, "an answer of classify"),
        ({"classify": lambda x: x.sum()}, r"classify\(x\) of shape"),
        ({"classify": lambda x: np.full((1, 3), np.nan)}, "finite numbers of classify, got NaN"),
    ],
)
def test_what_does_not_fit_is_refused(functions, said):
    with pytest.raises(tn.InputError, match=said):
        DrawPad(**functions)


def test_the_still_picture_and_the_line():
    pad = DrawPad(total=lambda x: x.reshape(1, -1)[:, :3], same=lambda x: x, red=lambda x: np.zeros((1, 4, 5, 3)))
    assert str(pad) == "DrawPad for total, same, red"
    empty = pad.still()
    pad.draw(np.eye(28))
    assert pad.still().size == empty.size == (1040, 260) and pad.still() != empty  # the drawing and three answers
    pad.close()
