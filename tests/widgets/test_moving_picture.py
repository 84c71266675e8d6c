"""A picture that follows its sliders, without a browser."""

import numpy as np
import pytest

import teachnn as tn
import teachnn_widgets as tw


def square(side, grey):
    return tn.images.grid(np.full((1, side, side), grey), columns=1)


def line(slope):
    figure, axes = tn.images.figure(2, 2)
    axes.plot([0, 1], [0, slope])
    axes.set(xlabel="x", ylabel="y")
    return figure


def test_the_picture_is_drawn_anew_from_the_values_that_a_page_sends():
    picture = tw.MovingPicture(square, side=(1, 9, 4), grey=(0.0, 1.0, 0.0))
    assert picture.still().size == (4, 4) and picture.still().getpixel((0, 0)) == 0
    picture.set_state({"values": {"side": 7, "grey": 1.0}})
    assert picture.still().size == (7, 7) and picture.still().getpixel((0, 0)) == 255


def test_a_slider_has_whole_numbers_where_all_three_are():
    ranges = tw.MovingPicture(square, side=(1, 9, 4), grey=(0, 1, 0.5)).ranges
    assert [(r["name"], r["low"], r["high"], r["whole"]) for r in ranges] == [
        ("side", 1, 9, True),
        ("grey", 0, 1, False),
    ]


def test_the_notebook_keeps_the_very_picture_and_words():
    picture = tw.MovingPicture(line, slope=(-1.0, 1.0, 0.5))
    data, _ = picture._repr_mimebundle_()
    assert data["text/plain"] == "MovingPicture of y by x with slope"
    assert picture.still().size == (288, 288)  # 2 inches by 144 dots, as the figure itself has


def test_an_error_of_the_function_is_shown_and_the_last_picture_stays():
    picture = tw.MovingPicture(square, side=(0, 9, 4), grey=(0.0, 1.0, 0.0))
    picture.values = {"side": 0, "grey": 0.0}
    assert "grid" in picture.alert and picture.still().size == (4, 4)
    picture.values = {"side": 2, "grey": 0.0}
    assert picture.alert == "" and picture.still().size == (2, 2)


def test_it_is_drawn_again_when_what_it_follows_has_moved(monkeypatch):
    monkeypatch.setattr("teachnn_widgets.moving_picture.PERIOD", 0)
    W, drawn = tn.Parameter("W", [0.0]), []

    def grey(side):
        drawn.append(float(W.value[0]))
        return tn.images.grid(np.full((1, side, side), W.value[0]), columns=1)

    picture = tw.MovingPicture(grey, [W], side=(1, 9, 4))
    tw.pulse.pulse.remove(picture)  # no other thread looks first
    picture.beat()
    assert drawn == [0.0]
    W.value = [1.0]
    picture.beat()
    assert drawn == [0.0, 1.0] and picture.still().getpixel((0, 0)) == 255


def test_what_is_no_parameter_is_not_followed():
    with pytest.raises(tn.InputError, match=r"net\.parameters"):
        tw.MovingPicture(square, ["W"], side=(1, 9, 4), grey=(0.0, 1.0, 0.0))
