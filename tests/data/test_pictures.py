"""A folder of pictures, as cameras and scanners leave it, becomes one array, or an error names a file."""

import os
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

import teachnn as tn
from teachnn.data import pictures

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def draw(path: pathlib.Path, colour=RED, size=(20, 20), **options) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path, **options)
    return path


def flat(folder, **options) -> list:
    """Read a folder in which each picture is of one colour; return the colours."""
    images = pictures(folder, 4, **options).images
    assert (images == images[:, :1, :1]).all()
    return images[:, 0, 0].tolist()


@pytest.fixture
def folder(tmp_path):
    """Two classes; files of one of them deeper inside."""
    draw(tmp_path / "cats" / "b.png", GREEN)
    draw(tmp_path / "cats" / "a.bmp", RED, (7, 30))
    draw(tmp_path / "dogs" / "2020" / "summer" / "z.PNG", BLUE, (64, 5))
    draw(tmp_path / "dogs" / "y.gif", WHITE)
    return tmp_path


def test_folders_are_classes_and_all_is_in_the_order_of_the_names(folder):
    found = pictures(folder, size=(6, 8))
    assert found.names == ("cats", "dogs") and found.labels.tolist() == [0, 0, 1, 1]
    assert [file.relative_to(folder).as_posix() for file in found.files] == [
        "cats/a.bmp",
        "cats/b.png",
        "dogs/2020/summer/z.PNG",
        "dogs/y.gif",
    ]
    assert found.images.shape == (4, 6, 8, 3) and found.images.dtype == np.uint8 and found.labels.dtype == np.int64
    assert found.images[:, 3, 4].tolist() == [list(c) for c in (RED, GREEN, BLUE, WHITE)]
    assert repr(found) == "Pictures(4 of 6 x 8 x 3, 2 classes)" and len(found) == 4


def test_a_choice_keeps_classes_and_files(folder):
    found = pictures(folder, 4)
    for chosen, places in ((slice(1, 3), [1, 2]), ([3, 0], [3, 0]), (found.labels == 1, [2, 3]), (-1, [3])):
        some = found[chosen]
        assert np.array_equal(some.images, found.images[places]) and some.names == found.names
        assert some.labels.tolist() == found.labels[places].tolist()
        assert some.files == tuple(found.files[i] for i in places)


def test_a_folder_without_folders_is_one_class(tmp_path):
    draw(tmp_path / "a.png"), draw(tmp_path / "b.jpg")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("no picture")
    found = pictures(tmp_path)
    assert found.names == (tmp_path.name,) and found.labels.tolist() == [0, 0] and found.images.shape == (2, 64, 64, 3)
    assert repr(found) == "Pictures(2 of 64 x 64 x 3, 1 class)"


def test_grey_pictures_have_no_axis_of_colours(folder):
    found = pictures(folder, 4, grey=True)
    assert found.images.shape == (4, 4, 4)
    assert found.images[:, 0, 0].tolist() == [76, 150, 29, 255]  # 0.299 red + 0.587 green + 0.114 blue


def test_pictures_become_batches(folder):
    found = pictures(folder, 4)
    (x, y), *_ = tn.data.batches(found.images, found.labels, size=4, rng=None)
    assert x.dtype == np.float32 and x.max() == 1 and y.tolist() == [0, 0, 1, 1]


def test_what_is_hidden_and_what_is_no_picture_is_passed_over(folder):
    before = pictures(folder, 4)
    (
        draw(folder / ".thumbnails" / "a.png"),
        draw(folder / "cats" / ".hidden.png"),
        draw(folder / "cats" / ".trash" / "a.png"),
    )
    for name in ("notes.txt", "Thumbs.db", "cats/film.mp4", "cats/labels.csv", "cats/png", "dogs/a.png.part"):
        (folder / name).write_bytes(b"no picture")
    (folder / "empty").mkdir()
    after = pictures(folder, 4)
    assert after.files == before.files and after.names == before.names
    assert np.array_equal(after.images, before.images)


def test_the_middle_is_kept_and_nothing_is_stretched(tmp_path):
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 255
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    Image.fromarray(pixels.swapaxes(0, 1)).save(tmp_path / "tall.png")
    assert (pictures(tmp_path, 10).images == 255).all()
    wide = pictures(tmp_path, (10, 30)).images[1]
    assert np.array_equal(wide, pixels)


def test_a_picture_taken_with_a_turned_camera_stands_upright(tmp_path):
    pixels = np.zeros((8, 4, 3), np.uint8)
    pixels[:4] = 255  # white above black
    upright, exif = Image.fromarray(pixels), Image.Exif()
    exif[0x0112] = 6  # the camera was turned to the left: what it took has to be turned to the right
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(pictures(tmp_path, (8, 4)).images[0], pixels)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, WHITE),
        ("L", 100, (100,) * 3),
        ("LA", (100, 0), WHITE),
        ("RGBA", (0, 0, 0, 0), WHITE),
        ("RGBA", (255, 0, 0, 255), RED),
        ("RGBA", (0, 0, 0, 128), (127,) * 3),
        ("I;16", 65535, WHITE),
        ("I;16", 257 * 100, (100,) * 3),
        ("I;16", 300, (1,) * 3),
    ],
)
def test_a_png_of_any_mode_is_what_one_sees(tmp_path, mode, colour, expected):
    Image.new(mode, (4, 4), colour).save(tmp_path / "a.png")
    assert flat(tmp_path) == [list(expected)]


def test_palettes_with_and_without_a_transparent_colour(tmp_path):
    picture = Image.new("P", (4, 4), 1)
    picture.putpalette([*GREEN, *BLUE])
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.gif")
    picture.save(tmp_path / "c.png", transparency=1)
    assert flat(tmp_path) == [list(BLUE), list(BLUE), list(WHITE)]


def test_inks_of_a_printer_and_the_first_picture_of_a_film(tmp_path):
    Image.new("CMYK", (4, 4), (0, 255, 255, 0)).save(tmp_path / "a.tif")
    film = [Image.new("RGB", (4, 4), c) for c in (BLUE, RED)]
    film[0].save(tmp_path / "b.gif", save_all=True, append_images=film[1:])
    assert flat(tmp_path) == [list(RED), list(BLUE)]


def test_links_are_followed_and_a_link_back_is_no_endless_walk(folder):
    draw(folder / "elsewhere.d" / "far.png")
    (folder / "elsewhere.d").rename(folder.parent / f"{folder.name}-far")
    (folder / "birds").symlink_to(folder.parent / f"{folder.name}-far")
    (folder / "cats" / "back").symlink_to(folder / "cats")
    (folder / "dogs" / "up").symlink_to(folder)
    found = pictures(folder, 4)
    assert found.names == ("birds", "cats", "dogs") and found.labels.tolist() == [0, 1, 1, 2, 2]


def test_a_link_that_leads_nowhere_is_named(folder):
    (folder / "cats" / "lost.png").symlink_to(folder / "none.png")
    with pytest.raises(FileNotFoundError, match=r"lost\.png"):
        pictures(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_must_not_be_read_is_named(folder):
    (folder / "cats" / "a.bmp").chmod(0)
    with pytest.raises(PermissionError, match=r"a\.bmp"):
        pictures(folder)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_a_broken_file_is_named(folder, content):
    (folder / "cats" / "b.png").write_bytes(content)
    with pytest.raises(
        tn.InputError, match=r"cats.b\.png \(pictures\): expected a picture, got a damaged file .*; copy"
    ):
        pictures(folder)


@pytest.mark.parametrize(("kind", "dtype"), [("F", np.float32), ("I", np.int32)])
def test_levels_of_an_unknown_scale_are_refused(tmp_path, kind, dtype):
    Image.fromarray(np.full((4, 4), 70_000, dtype)).save(tmp_path / "a.tif")
    with pytest.raises(
        tn.InputError, match=r"a\.tif .*grey levels from 70000(\.0)? to 70000(\.0)?, which are not of 8"
    ):
        pictures(tmp_path)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photo")
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8)
    contents = {}
    for suffix in ("png", "jpg", "gif", "bmp", "tif", "webp", "ppm"):
        Image.fromarray(pixels).save(folder / f"a.{suffix}")
        contents[suffix] = (folder / f"a.{suffix}").read_bytes()
        (folder / f"a.{suffix}").unlink()
    return folder, contents


@given(suffix=st.sampled_from(["png", "jpg", "gif", "bmp", "tif", "webp", "ppm"]), data=st.data())
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore")  # Pillow's own, on odd metadata
def test_a_file_that_is_cut_or_changed_is_a_picture_or_an_error_that_names_it(photo, suffix, data):
    folder, contents = photo
    content = bytearray(contents[suffix][: data.draw(st.integers(0, len(contents[suffix])))])
    for place in data.draw(st.lists(st.integers(0, max(0, len(content) - 1)), max_size=3)) if content else ():
        content[place] ^= data.draw(st.integers(1, 255))
    path = folder / f"a.{suffix}"
    path.write_bytes(content)
    try:
        assert pictures(folder, 4).images.shape == (1, 4, 4, 3)
    except tn.InputError as error:
        assert str(path) in str(error)
    finally:
        path.unlink()


def test_a_folder_that_is_none_or_has_no_picture_or_is_not_clear_is_refused(folder):
    with pytest.raises(FileNotFoundError, match=r"^pictures: expected a folder, got .*b\.png, which is none"):
        pictures(folder / "cats" / "b.png")
    (folder / "empty").mkdir()
    with pytest.raises(
        tn.InputError, match=r"empty \(pictures\): expected at least one picture, got none; they end in"
    ):
        pictures(folder / "empty")
    draw(folder / "loose.png")
    with pytest.raises(
        tn.InputError, match=r"one for each class, or in none, got both loose\.png and the folder cats; move"
    ):
        pictures(folder)


@pytest.mark.parametrize("size", [0, -1, (4,), (4, 0), (4, 4, 3), 2.5, "64", None, True, 10**6])
def test_a_size_that_is_none_is_refused_before_anything_is_read(folder, size):
    with pytest.raises(tn.InputError, match=r"^pictures: expected "):
        pictures(folder, size)


@pytest.mark.parametrize("grey", [0, None, "yes"])
def test_grey_is_true_or_false(folder, grey):
    with pytest.raises(tn.InputError, match=r"^pictures: expected True or False as grey"):
        pictures(folder, grey=grey)
