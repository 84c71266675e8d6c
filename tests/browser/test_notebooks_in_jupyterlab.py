"""Each notebook of the course in a real JupyterLab: Run All, no error, and its widgets are there."""

import pytest
from course import FOLDER, PATHS
from driven_lab import UNNAMED

from teachnn.jupyter import copy_course


def move(page):
    """Use the widgets of the page, and see that they answer."""
    if page.get_by_test_id("z1").count():
        slider, picture = page.get_by_test_id("z1").first, page.locator(".tn-picture").first
        before = picture.get_attribute("data-frame")
        slider.press("ArrowRight")
        page.wait_for_function("([node, n]) => node.dataset.frame > n", arg=[picture.element_handle(), int(before)])
    if page.get_by_role("button", name="Take one training step").count():
        step = page.locator(".tn-training-cockpit").first
        before = step.inner_text()
        step.get_by_role("button", name="Take one training step").click()
        page.wait_for_function("([node, text]) => node.innerText !== text", arg=[step.element_handle(), before])
    draw = page.get_by_role("button", name="Draw the next token").first
    if draw.count() and draw.is_enabled():
        strip, before = page.locator(".tn-strip").first, page.locator(".tn-strip").first.inner_text()
        draw.press("Enter")
        page.wait_for_function("([node, text]) => node.innerText !== text", arg=[strip.element_handle(), before])


@pytest.mark.long
@pytest.mark.parametrize("notebook", PATHS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_an_error_and_its_widgets_have_names_and_move(lab, notebook):
    copy_course(lab.folder)
    page = lab.open(notebook.relative_to(FOLDER).as_posix())
    lab.look(page, notebook.stem)
    assert page.evaluate(UNNAMED) == []
    move(page)
    assert page.locator(".tn-alert:visible").count() == 0


def test_a_cell_that_fails_is_noticed(lab):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        lab.open(lab.write("broken", "1 / 0"))
