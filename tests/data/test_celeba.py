"""A folder in CelebA's format becomes the same object as the drawn faces, or an error that names the line."""

import numpy as np
import pytest
from PIL import Image

import teachnn as tn

NAMES = "Bald Smiling Young"
VALUES = {"000001.jpg": "-1  1 1", "000002.jpg": "1 -1 -1", "000003.jpg": "-1 -1 1"}


@pytest.fixture
def folder(tmp_path):
    """Three pictures: black, half black and half white, white; of two people."""
    (tmp_path / "img_align_celeba").mkdir()
    for i, file in enumerate(VALUES):
        pixels = np.zeros((218, 178, 3), np.uint8)
        pixels[:, : [0, 89, 178][i]] = 255
        Image.fromarray(pixels).save(tmp_path / "img_align_celeba" / file)
    lines = [f"{file} {values}" for file, values in VALUES.items()]
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(["3", NAMES, *lines]) + "\n")
    (tmp_path / "identity_CelebA.txt").write_text("000003.jpg 7\n000001.jpg 2880\n000002.jpg 7\n")
    heading = "image_id x_1 y_1 width height"
    boxes = "000001.jpg 0 0 178 218\n000002.jpg 89 109 89 109\n000003.jpg -178 0 10 20\n"
    (tmp_path / "list_bbox_celeba.txt").write_text(f"3\n{heading}\n{boxes}")
    return tmp_path


def test_all_of_the_folder_is_read(folder):
    faces = tn.data.celeba(folder)
    assert repr(faces) == "Faces(3 pictures of 2 people, 3 attributes)" and faces.names == ("Bald", "Smiling", "Young")
    assert faces.attributes.tolist() == [[False, True, True], [True, False, False], [False, False, True]]
    assert faces.images.shape == (3, 64, 64, 1) and faces.images.dtype == np.uint8
    assert faces.images[0].max() < 5 and faces.images[2].min() > 250
    assert faces.images[1, :, :30].min() > 250 and faces.images[1, :, 34:].max() < 5


def test_identities_and_boxes_follow_the_files_whatever_their_order(folder):
    faces = tn.data.celeba(folder)
    assert faces.identities.tolist() == [2880, 7, 7]
    expected = [[0, 0, 64, 64], [32, 32, 32, 32], [-64, 0, 10 * 64 / 178, 20 * 64 / 218]]
    np.testing.assert_allclose(faces.boxes, expected, rtol=1e-6)


def test_only_the_first_pictures_are_opened_if_so_asked(folder):
    (folder / "img_align_celeba" / "000003.jpg").unlink()
    assert len(tn.data.celeba(folder, limit=2)) == 2


def test_without_the_two_further_lists_people_and_boxes_are_unknown(folder):
    (folder / "identity_CelebA.txt").unlink(), (folder / "list_bbox_celeba.txt").unlink()
    faces = tn.data.celeba(folder)
    assert (faces.identities == -1).all() and np.isnan(faces.boxes).all() and "unknown people" in repr(faces[:2])
    with pytest.raises(tn.InputError, match="split: expected the identities of all faces, got some unknown"):
        faces.split(0.5, 0.5)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("list_attr_celeba.txt", "3\n", "three\n", "the number of pictures in line 1.*got 'three'"),
        ("list_attr_celeba.txt", "3\n", "4\n", "4 pictures, as line 1 says, got 3"),
        ("list_attr_celeba.txt", "1 -1 -1", "1 -1", "a file and 3 values, -1 or 1, in line 4, got '000002.jpg 1 -1'"),
        ("list_attr_celeba.txt", "-1 -1 1", "-1 0 1", "a file and 3 values, -1 or 1, in line 5"),
        ("identity_CelebA.txt", "2880", "Ann", "a file and a whole number in line 2, got '000001.jpg Ann'"),
        ("identity_CelebA.txt", "000002", "000009", "a line for each of 3 pictures, got none for 000002.jpg"),
        ("list_bbox_celeba.txt", "0 0 178 218", "0 0 178", "a file and 4 whole numbers in line 3"),
    ],
)
def test_a_line_that_does_not_fit_is_named(folder, file, old, new, message):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(tn.InputError, match=f"{file}: expected {message}"):
        tn.data.celeba(folder)


def test_an_empty_list_is_refused(folder):
    (folder / "list_attr_celeba.txt").write_text("")
    with pytest.raises(tn.InputError, match="the number of pictures in line 1, and names in line 2, got ''"):
        tn.data.celeba(folder)
    (folder / "list_attr_celeba.txt").write_text(f"0\n{NAMES}\n")
    with pytest.raises(tn.InputError, match="at least one picture, got none"):
        tn.data.celeba(folder)


def test_a_missing_or_damaged_file_is_named(folder):
    with pytest.raises(FileNotFoundError, match=r"no file .*list_attr_celeba\.txt"):
        tn.data.celeba(folder / "img_align_celeba")
    with pytest.raises(FileNotFoundError, match=r"no file .*000001\.jpg; unpack img_celeba"):
        tn.data.celeba(folder, pictures="img_celeba")
    (folder / "img_align_celeba" / "000002.jpg").write_bytes(b"no picture")
    with pytest.raises(tn.InputError, match=r"000002\.jpg \(celeba\): expected a picture, got a damaged file"):
        tn.data.celeba(folder)
