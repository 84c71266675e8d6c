"""Drawn faces: what is said of a picture is what it shows, and the same generator draws the same."""

import numpy as np
import pytest

import teachnn as tn
from teachnn.data.faces import LASTING, PASSING, _boxes, _draw, _face, _Pen

PERSON = np.array([[0.66, 0.33, 0.1, 0.16, 0.25, 0.17, 0.27, 0.5, 0.58, 0.7, 0.3]], np.float32)


@pytest.fixture(scope="module")
def faces():
    return tn.data.drawn_faces(people=30, pictures=12, rng=tn.rng(0))


def test_there_are_so_many_pictures_of_each_person(faces):
    assert repr(faces) == "Faces(360 pictures of 30 people, 10 attributes)" and len(faces) == 360
    assert faces.images.shape == (360, 64, 64, 1) and faces.images.dtype == np.uint8
    assert faces.attributes.shape == (360, 10) and faces.attributes.dtype == bool
    assert faces.names == LASTING + PASSING
    assert np.bincount(faces.identities).tolist() == [12] * 30


def test_some_attributes_last_and_others_pass(faces):
    for person in range(30):
        assert len(np.unique(faces.attributes[faces.identities == person, :5], axis=0)) == 1
        assert len(np.unique(faces.attributes[faces.identities == person, 5:], axis=0)) > 1
    shares = faces.attributes.mean(axis=0)
    assert shares.min() > 0.15 and shares.max() < 0.85


def test_the_head_is_inside_of_the_scene_wherever_it_is(faces):
    left, top, width, height = faces.boxes.T
    assert min(left.min(), top.min()) >= 0 and max((left + width).max(), (top + height).max()) <= 64
    assert width.min() > 15 and np.ptp(left) > 20 and np.ptp(top) > 12


@pytest.mark.parametrize("pose", [(32, 32, 16, 0.0), (25, 40, 19, 0.25), (40.5, 22.25, 14, -0.25)])
def test_the_box_is_as_large_as_the_head(pose):
    x, y = np.meshgrid(*2 * [np.arange(64, dtype=np.float32) + 0.5])
    left, top, scale, turn = pose
    u = ((x - left) * np.cos(turn) + (y - top) * np.sin(turn)) / scale
    v = ((y - top) * np.cos(turn) - (x - left) * np.sin(turn)) / scale
    canvas = np.full((1, 64, 64), -1, np.float32)
    _face(_Pen(canvas, u[None], v[None], np.float32(1 / scale)), PERSON, np.zeros((1, 10), bool))
    rows, columns = np.nonzero(canvas[0] > -0.9)
    found = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
    np.testing.assert_allclose(_boxes(PERSON[:, 0], np.array([pose]))[0], found, atol=2)


@pytest.mark.parametrize("name", LASTING + PASSING)
def test_an_attribute_can_be_seen(faces, name):
    """The same scene with and without it differs, and only around the head."""
    attributes = np.zeros((2, 1, 10), bool)
    attributes[1, 0, faces.names.index(name)] = True
    pose = np.array([[32, 32, 16, 0.1]], np.float32)
    without, with_it = (_draw(PERSON, row, pose, tn.rng(5))[0].astype(int) for row in attributes)
    differs = np.abs(with_it - without) > 10
    assert 8 < differs.sum() < 900
    assert not differs[:, :10].any() and not differs[:, 54:].any()


def test_the_same_generator_draws_the_same_and_another_does_not():
    one, same, other = (tn.data.drawn_faces(4, 5, tn.rng(seed)) for seed in (1, 1, 2))
    assert one.images.tobytes() == same.images.tobytes() and one.boxes.tobytes() == same.boxes.tobytes()
    assert one.images.tobytes() != other.images.tobytes()


def test_parts_have_no_person_in_common_and_leave_no_one_out(faces):
    parts = faces.split(0.5, 0.3, 0.2)
    people = [set(part.identities) for part in parts]
    assert [len(some) for some in people] == [15, 9, 6] and len(set.union(*people)) == 30
    assert [len(part) for part in parts] == [180, 108, 72]
    chosen = np.flatnonzero(faces.identities == min(people[1]))
    assert parts[1].images[0].tobytes() == faces.images[chosen[0]].tobytes()


def test_pictures_are_chosen_together_with_all_that_is_known_of_them(faces):
    part = faces[faces.attributes[:, 3]]
    assert part.attributes[:, 3].all() and len(part) == faces.attributes[:, 3].sum()
    assert len(part.images) == len(part.identities) == len(part.boxes) == len(part) and part.names == faces.names


@pytest.mark.parametrize("shares", [(0.5, 0.4), (0.5, 0.6), (), (1.0, 0.0), (0.99, 0.01), (1.2, -0.2)])
def test_shares_that_make_no_parts_are_refused(faces, shares):
    with pytest.raises(tn.InputError, match="split: expected shares that sum to 1, of 30 people"):
        faces.split(*shares)


@pytest.mark.parametrize(("people", "pictures"), [(0, 3), (3, 0)])
def test_no_people_or_no_pictures_are_refused(people, pictures):
    with pytest.raises(tn.InputError, match=r"^drawn_faces: expected a whole number of "):
        tn.data.drawn_faces(people, pictures, tn.rng(0))
