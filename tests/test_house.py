"""The order of the folders: kept, and its check notices whoever breaks it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def house(tmp_path):
    """Return a copy of the sources that a test may spoil."""
    for name in ("teachnn", "widgets"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.gz", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def checked(house):
    path = os.pathsep.join([str(house), str(house / "widgets")])
    command = [shutil.which("lint-imports", path=Path(sys.executable).parent) or "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=house, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_every_folder_imports_only_faces_of_folders_below_it(house):
    code, said = checked(house)
    assert code == 0 and " 0 broken." in said, said


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("teachnn/ops/conv.py", "from teachnn.layers import Layer", "a folder imports only folders below it"),
        (
            "teachnn/parameters/scope.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from teachnn.layers import Layer",
            "a folder imports only folders below it",
        ),
        ("teachnn/functions/loop.py", "from teachnn.functions.train_function import TrainFunction", "No circle"),
        ("teachnn/graphs/drawing/picture.py", "from teachnn.graphs.drawing.layout import arrange", "No circle"),
        ("teachnn/functions/check.py", "from teachnn.ops.trace import getval", "Only the face of ops"),
        ("teachnn/functions/check.py", "import teachnn_widgets", "The library knows nothing of its widgets"),
        ("widgets/teachnn_widgets/live_paths.py", "import teachnn_widgets.mode_lens", "No widget knows another"),
        ("widgets/teachnn_widgets/numbers.py", "from teachnn.graphs.drawn import draw", "Only the face of graphs"),
        ("widgets/teachnn_widgets/numbers.py", "import teachnn.graphs.drawing.rows", "Only the face of drawing"),
        ("teachnn/attic.py", "", "a folder imports only folders below it"),
    ],
)
def test_an_import_against_the_order_is_noticed(house, file, line, broken):
    with (house / file).open("a") as source:
        source.write(f"\n{line}\n")
    code, said = checked(house)
    assert code != 0 and any(broken in row and "BROKEN" in row for row in said.splitlines()), said
