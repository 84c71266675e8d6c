"""The comparison of notebook 06, at a size at which nothing is learnt but everything is computed."""

from dataclasses import replace

import numpy as np
import pytest

import teachnn as tn
from teachnn.models import face_study
from teachnn.models.faces import crops

TINY = face_study.Setting(people=12, pictures=5, scenes=1, identities=1, attributes=1)
FACES = tn.data.drawn_faces(TINY.people, TINY.pictures, tn.rng(0))


def test_every_row_is_a_share_of_right_answers_which_the_command_prints_for_the_same_seed(monkeypatch, capsys):
    rng = tn.rng(0)
    table, share = face_study.study(tn.data.drawn_faces(TINY.people, TINY.pictures, rng), TINY, rng)
    assert tuple(table) == face_study.ROWS and 0 <= share <= 1
    assert all(0 < value < 1 for value in table.values())
    monkeypatch.setattr(face_study, "QUICK", TINY)
    monkeypatch.setattr("sys.argv", ["face_study", "--seeds", "1"])
    face_study.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(face_study.ROWS) + 1 and lines[-1] == f"{'overlap of the boxes':24} {share:6.2f}"
    for line, (row, value) in zip(lines[1:-1], table.items(), strict=True):
        assert line == f"{row:24} {100 * value:6.1f} {100 * value:6.1f} {0:6.1f}"


def test_without_known_boxes_there_is_no_true_box():
    blind = tn.data.Faces(FACES.images, FACES.attributes, FACES.names, FACES.identities, np.full((60, 4), np.nan))
    table, share = face_study.study(blind, TINY, tn.rng(1))
    assert np.isnan(table["true box"]) and np.isnan(share) and np.isfinite(table["whole pipeline"])


def test_a_network_that_is_told_of_no_person_keeps_its_first_head_as_it_was():
    cut = crops(FACES.images, FACES.boxes)
    start = face_study.ANet(12, 10, tn.rng(2))
    plain = face_study.trained_anet(FACES, cut, replace(TINY, identities=0), tn.rng(2), progress=False)
    both = face_study.trained_anet(FACES, cut, TINY, tn.rng(2), progress=False)
    assert plain.who.W.value.tobytes() == start.who.W.value.tobytes() != both.who.W.value.tobytes()
    assert plain.what.W.value.tobytes() != start.what.W.value.tobytes()


def test_people_may_have_any_numbers():
    numbers = np.array([5, 2880, 7] * 20)
    renamed = tn.data.Faces(FACES.images, FACES.attributes, FACES.names, numbers, FACES.boxes)
    anet = face_study.trained_anet(renamed, crops(FACES.images, FACES.boxes), TINY, tn.rng(0), progress=False)
    assert anet.who.b.shape == (3,)


def test_pixels_are_the_means_of_blocks():
    pictures = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4, 1)
    assert face_study.pixels(pictures, side=2).tolist() == [[[2.5, 4.5, 10.5, 12.5]]]


@pytest.mark.parametrize("setting", [face_study.QUICK, face_study.FULL])
def test_a_setting_has_people_for_each_of_the_three_parts(setting):
    assert setting.people % 4 == 0 and min(setting.scenes, setting.attributes, setting.identities) >= 1
