"""Each notebook of the course in a real JupyterLab: Run All, no error, and its widgets are there."""

import shutil

import pytest
from course import FOLDER
from driven_lab import UNNAMED


@pytest.mark.parametrize("notebook", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_without_an_error_and_its_widgets_have_names(lab, notebook):
    shutil.copy(notebook, lab.folder)
    page = lab.open(notebook.name)
    lab.look(page, notebook.stem)
    assert page.evaluate(UNNAMED) == []
    assert page.locator(".tn-alert:visible").count() == 0


def test_a_cell_that_fails_is_noticed(lab):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        lab.open(lab.write("broken", "1 / 0"))
