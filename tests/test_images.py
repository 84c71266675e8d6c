import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from PIL import Image
from refusal import refused

import teachnn as tn
from teachnn.images import figure, grid, latent_plane, manifold


def shown(picture):
    return np.asarray(picture).tolist()


# A grid


def test_images_come_in_rows_from_left_to_right_and_the_rest_is_black():
    images = np.arange(1, 13, dtype=np.uint8).reshape(3, 2, 2)
    assert shown(grid(images, columns=2)) == [[1, 2, 5, 6], [3, 4, 7, 8], [9, 10, 0, 0], [11, 12, 0, 0]]
    assert shown(grid(images, columns=3)) == [[1, 2, 5, 6, 9, 10], [3, 4, 7, 8, 11, 12]]
    assert shown(grid(images, columns=1)) == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]]
    assert shown(grid(images[:1], columns=2)) == [[1, 2, 0, 0], [3, 4, 0, 0]]


def test_images_need_not_be_square():
    images = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert shown(grid(images, columns=2)) == [[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]
    assert grid(images, columns=1).size == (3, 4)


def test_colours_stay_colours():
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    picture = grid(images, columns=2)
    assert picture.mode == "RGB"
    assert shown(picture) == [
        [[0, 1, 2], [3, 4, 5], [12, 13, 14], [15, 16, 17]],
        [[6, 7, 8], [9, 10, 11], [18, 19, 20], [21, 22, 23]],
    ]


def test_scale_makes_squares_of_pixels():
    assert shown(grid(np.uint8([[[1, 2]], [[3, 4]]]), columns=2, scale=2)) == [[1, 1, 2, 2, 3, 3, 4, 4]] * 2
    assert grid(np.zeros((2, 2, 3, 3), np.uint8), columns=1, scale=3).size == (9, 12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_are_clipped_to_black_and_white_and_rounded(dtype):
    values = np.array([[[0, 1, 0.5, 100.4 / 255, 100.6 / 255, -0.2, 1.2, np.nan, np.inf, -np.inf]]], dtype)
    assert shown(grid(values, columns=1)) == [[0, 255, 128, 100, 101, 0, 255, 0, 255, 0]]


def test_the_images_of_a_list_are_left_as_they_were():
    images = [np.full((1, 1), np.nan), np.ones((1, 1)) * 2]
    assert shown(grid(images, columns=2)) == [[0, 255]]
    assert np.isnan(images[0]).all() and images[1] == 2


def test_real_digits_can_be_written_as_png(tmp_path):
    digits = tn.data.mnist().test.images[:6]
    grid(digits, columns=3).save(tmp_path / "digits.png")
    with Image.open(tmp_path / "digits.png") as picture:
        assert picture.mode == "L" and picture.size == (84, 56)
        assert np.array_equal(np.asarray(picture)[28:, 56:], digits[5])


@pytest.mark.parametrize("shape", [(28, 28), (2, 28, 28, 2), (2, 28, 28, 4), (0, 28, 28), (1, 2, 2, 3, 1), ()])
def test_images_of_another_shape_are_refused(shape):
    with refused("grid") as caught:
        grid(np.zeros(shape), columns=1)
    assert str(shape) in str(caught.value)


def test_pictures_of_one_channel_are_grey_and_channels_first_are_named():
    digits = tn.data.mnist().test.images[:6]
    assert np.array_equal(np.asarray(grid(digits[..., None], 3)), np.asarray(grid(digits, 3)))
    with refused("grid", cure="x.transpose(0, 2, 3, 1)"):
        grid(np.zeros((2, 3, 8, 8)), columns=1)


@pytest.mark.parametrize(("columns", "scale"), [(0, 1), (-1, 1), (1, 0), (1.0, 1), (1, 2.5), ("2", 1)])
def test_columns_and_scale_are_whole_numbers(columns, scale):
    with pytest.raises(tn.InputError, match=r"^grid: expected a whole (number of columns|scale) >= 1, got "):
        grid(np.zeros((1, 2, 2)), columns, scale)


# The plane


def test_the_points_of_the_plane_are_normal_quantiles_of_even_probabilities():
    points = latent_plane()
    assert points.shape == (225, 2) and points.dtype == np.float32
    expected = [NormalDist().inv_cdf(0.04 + i * 0.92 / 14) for i in range(15)]
    np.testing.assert_allclose(points[:15, 0], expected, atol=1e-6)
    assert points[0, 0] == np.float32(-1.7506860712521692) and points[112].tolist() == pytest.approx([0, 0], abs=1e-7)


def test_x_grows_to_the_right_and_y_upwards_in_the_order_that_grid_shows():
    points = latent_plane(3, low=0.1, high=0.9).reshape(3, 3, 2)
    end = NormalDist().inv_cdf(0.9)
    for i in range(3):
        np.testing.assert_allclose(points[i, :, 0], [-end, 0, end], atol=1e-6)
        np.testing.assert_allclose(points[:, i, 1], [end, 0, -end], atol=1e-6)


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_a_manifold_decodes_the_plane_once_and_leaves_other_dimensions_zero(dimensions):
    asked = []

    def decode(z):
        asked.append(z)
        return np.linspace(0, 1, len(z) * 6).reshape(len(z), 2, 3)

    picture = manifold(decode, side=4, dimensions=dimensions, scale=2)
    (z,) = asked
    assert z.shape == (16, dimensions) and z.dtype == np.float32
    assert np.array_equal(z[:, :2], latent_plane(4)[:, :dimensions]) and not z[:, 2:].any()
    assert shown(picture) == shown(grid(decode(z), columns=4, scale=2)) and picture.size == (24, 16)


def test_a_manifold_of_colours_is_coloured():
    assert manifold(lambda z: np.zeros((len(z), 2, 2, 3)), side=2).mode == "RGB"


# A figure

DRAW = """
import sys
from teachnn.images import figure

assert "matplotlib" not in sys.modules
drawing, axes = figure(4, 2)
axes.plot([1, 2, 3])
png = drawing._repr_png_()
assert png.startswith(b"\\x89PNG"), png[:9]
assert "matplotlib.figure" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""


def test_a_figure_is_drawn_without_pyplot_and_matplotlib_is_imported_only_then():
    pytest.importorskip("matplotlib")
    root = str(Path(tn.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {root!r})\n{DRAW}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr


def test_a_figure_shows_what_was_drawn_in_its_size():
    pytest.importorskip("matplotlib")
    sizes, pixels = [(4, 2), (6, 3)], []
    for size in sizes:
        drawing, axes = figure(*size)
        empty = drawing._repr_png_()
        axes.fill_between([0, 1], [1, 1], color="black")
        assert drawing.axes == [axes] and drawing._repr_png_() != empty
        with Image.open(BytesIO(drawing._repr_png_())) as picture:
            pixels.append(picture.size)
            values = np.asarray(picture.convert("L"))
            assert values[0, 0] == 255 and values.min() == 0
    assert pixels == [(width * 144, height * 144) for width, height in sizes]
    assert not axes.spines["top"].get_visible() and axes.spines["left"].get_visible()


def test_figures_are_drawn_on_any_thread():
    pytest.importorskip("matplotlib")
    pictures = []

    def draw():
        drawing, axes = figure(2, 1)
        axes.plot([1, 2])
        pictures.append(drawing._repr_png_())

    threads = [threading.Thread(target=draw) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draw()
    assert len(pictures) == 4 and len(set(pictures)) == 1


def test_whole_numbers_that_are_not_uint8_are_refused_with_the_cure():
    with pytest.raises(
        tn.InputError, match=r"grid: expected floats between 0 and 1, or uint8, got int64; images\.astype"
    ):
        tn.images.grid(np.array([[[0, 100, 200]]]), columns=1)


def test_a_figure_is_told_in_words_too():
    figure, axes = tn.images.figure()
    assert repr(figure) == "a figure"
    axes.set(xlabel="step", ylabel="loss, nats")
    assert repr(figure) == "loss, nats by step"


def test_a_figure_can_be_read_on_light_pages_and_on_dark_ones():
    figure, axes = tn.images.figure()
    for colour, name in ((tn.images.TRAIN, "training"), (tn.images.TEST, "test")):
        axes.plot([0, 1, 2], [0, 2, 1], color=colour, label=name)
    axes.set(xlabel="step", ylabel="loss, nats", title="two curves")
    axes.legend()
    drawn = np.asarray(Image.open(BytesIO(figure._repr_png_())))
    assert drawn[0, 0, 3] == 0, "the page is to shine through"
    opaque = drawn[drawn[..., 3] == 255][:, :3] / 255
    light = np.where(opaque <= 0.03928, opaque / 12.92, ((opaque + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    on_white, on_dark = 1.05 / (light + 0.05), (light + 0.05) / (0.0056 + 0.05)  # JupyterLab's dark ground is #111
    assert len(opaque) > 1000 and min(on_white.min(), on_dark.min()) > 3  # large letters and lines: WCAG 2, AA
