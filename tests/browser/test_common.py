"""What all widgets have in common, in a real JupyterLab: a tiny widget, whose page and picture are easily told."""

import json

import nbformat
import pytest

LAMP = '''
import time
import traitlets as t
from PIL import Image
from teachnn_widgets.base import COLOURS, FOLDER, SHARED, Widget

class Lamp(Widget):
    """A square as bright as the slider says; at 13 it fails."""

    _css = COLOURS + (FOLDER / "common.css").read_text("utf-8")
    _esm = "".join((FOLDER / f"{name}.js").read_text("utf-8") for name in SHARED) + """
function render({ model, el }) {
  const canvas = make("canvas", { role: "img", "aria-label": "The lamp", class: "tn-light" });
  const node = slider({
    label: "Brightness", id: "value", min: 0, max: 255, step: 1, value: model.get("value"),
    oninput: (value) => tell(model, { value }),
  });
  return ending(
    region(model, el, "Lamp", "tn-lamp", node, canvas),
    watch(model, "value", () => node.set(model.get("value"))),
    watch(model, "image", () => paint(canvas, bytes(model, "image"), 4, 4)),
  );
}
export default { render };"""

    value = t.Int(10).tag(sync=True)
    image = t.Bytes().tag(sync=True)

    def __init__(self):
        super().__init__()
        self.shine()
        self.observe(lambda change: self.shine(), "value")

    def shine(self):
        with self.lock, self.alerting():
            time.sleep(0.02)  # as long as a decoder may take
            if self.value == 13:
                raise ValueError("<b>thirteen</b>")
            self.image = bytes([self.value]) * 16

    def still(self):
        return Image.new("L", (40, 40), self.value)

    def __str__(self):
        return "Lamp"

lamp = Lamp()
lamp
'''
# The lamp's brightness: its first pixel.
LIGHT = """([n, value]) => {
  const canvas = document.querySelectorAll('.tn-light')[n];
  return canvas?.dataset.frame && canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0] === value;
}"""
STATE = "application/vnd.jupyter.widget-state+json"


def await_light(page, value, view=0):
    page.wait_for_function(LIGHT, arg=[view, value])


def press(page, key, times):
    page.get_by_test_id("value").first.focus()
    for _ in range(times):
        page.keyboard.press(key)


def run_last_cell(lab, page):
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")


def save_and_end_kernel(lab, page):
    lab.execute(page, "docmanager:save")
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")


@pytest.mark.parametrize("subshells", ["perCommTarget", "disabled"])
def test_a_key_on_a_slider_reaches_the_kernel_and_the_picture_comes_back(lab, subshells):
    lab.subshells(subshells)
    page = lab.open(lab.write("lamp", LAMP, "print('the kernel has', lamp.value)"))
    await_light(page, 10)
    press(page, "ArrowRight", 2)
    await_light(page, 12)
    run_last_cell(lab, page)
    page.locator(".jp-OutputArea-output", has_text="the kernel has 12").wait_for()


def test_an_error_is_shown_as_text_and_goes_when_all_is_well_again(lab):
    page = lab.open(lab.write("alert", LAMP))
    press(page, "ArrowRight", 2)
    await_light(page, 12)
    press(page, "ArrowRight", 1)
    page.locator(".tn-alert", has_text="<b>thirteen</b>").wait_for()
    page.get_by_test_id("dismiss").click()
    page.locator(".tn-alert").wait_for(state="hidden")
    assert page.locator(".tn-stale .tn-light").count() == 1  # what it shows is of before, and says so
    assert page.locator(".tn-alert b").count() == 0  # text, never markup
    await_light(page, 12)  # the picture of before stays
    press(page, "ArrowRight", 1)
    await_light(page, 14)
    page.locator(".tn-stale").wait_for(state="detached")
    assert page.locator(".tn-alert:visible").count() == 0


def test_a_storm_of_events_on_a_slow_widget_ends_with_the_last_value(lab):
    page = lab.open(lab.write("slow", LAMP))
    page.evaluate(
        """async () => {
          const slider = document.querySelector('[data-testid=value]');
          for (let i = 0; i < 600; i++) {
            slider.value = i === 599 ? 201 : 20 + (i % 180);
            slider.dispatchEvent(new Event('input'));
            if (i % 10 === 0) await new Promise((next) => requestAnimationFrame(next));
          }
        }"""
    )
    await_light(page, 201)
    page.wait_for_function("() => document.querySelector('[data-testid=value]').value === '201'")
    assert int(page.locator(".tn-light").get_attribute("data-frame")) < 300  # the page told but the latest


def test_two_views_of_one_model_move_together_and_go_when_it_is_closed(lab):
    page = lab.open(lab.write("two", LAMP, "lamp", "if lamp.value > 10: lamp.close()"))
    assert page.locator(".tn-lamp").count() == 2
    press(page, "ArrowRight", 1)  # on the first
    await_light(page, 11, view=0)
    await_light(page, 11, view=1)
    run_last_cell(lab, page)
    page.wait_for_function("() => document.querySelectorAll('.tn-lamp').length === 0")


def test_a_saved_notebook_opens_with_the_picture_as_it_was_though_its_kernel_is_gone(lab):
    name = lab.write("saved", LAMP)
    page = lab.open(name)
    press(page, "ArrowRight", 1)
    await_light(page, 11)
    save_and_end_kernel(lab, page)
    again = lab.open(name, run=False)
    await_light(again, 11)
    assert again.get_by_test_id("value").input_value() == "11"


def test_a_notebook_from_somebody_else_shows_the_still_picture(lab):
    name = lab.write("mine", LAMP)
    save_and_end_kernel(lab, lab.open(name))
    notebook = nbformat.read(lab.folder / name, 4)
    notebook.cells[0].outputs[0].metadata["from"] = "elsewhere"  # so it is not the one that this server signed
    nbformat.write(notebook, lab.folder / "theirs.ipynb")
    page = lab.open("theirs.ipynb", run=False)
    page.wait_for_selector(".jp-OutputArea-output img")
    assert page.locator(".jp-OutputArea-output").inner_text() == ""


def test_a_notebook_opened_and_saved_without_running_it_still_shows_something(lab):
    name = lab.write("again", LAMP)
    save_and_end_kernel(lab, lab.open(name))
    page = lab.open(name, run=False)
    await_light(page, 10)
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true; }")
    save_and_end_kernel(lab, page)
    page = lab.open(name, run=False)
    something = page.locator(".tn-light, .jp-OutputArea-output img")
    something.or_(page.get_by_text("Error displaying widget")).wait_for()
    page.faults.clear()  # its console error says what the next line says
    assert something.count() == 1


def test_the_state_of_widgets_is_saved_by_default(lab):
    name = lab.write("state", LAMP)
    save_and_end_kernel(lab, lab.open(name))
    models = json.loads((lab.folder / name).read_text())["metadata"]["widgets"][STATE]["state"].values()
    assert any(model["state"].get("value") == 10 and model.get("buffers") for model in models)
