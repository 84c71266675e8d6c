"""A long notebook, whose cells JupyterLab takes off the page when out of sight: widgets come back as they were."""

import pytest
from widget_cells import COCKPIT, EXPLORER, FOUR, PATHS, START, STEPPER

FAR = "print('\\n' * 400)"  # an output as high as several screens
CELLS = (EXPLORER, FAR, COCKPIT, FAR, FOUR, FAR, STEPPER, FAR, PATHS)
SCROLL = """async (share) => {
  const notebook = document.querySelector('.jp-WindowedPanel-outer') ?? document.querySelector('.jp-Notebook');
  notebook.scrollTop = share * notebook.scrollHeight;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# How a widget stands on the page, for 30 frames: whether it moves or grows by itself.
STEADY = """async (kind) => {
  const found = new Set();
  for (let i = 0; i < 30; i++) {
    await new Promise(requestAnimationFrame);
    const { top, height } = document.querySelector(kind).getBoundingClientRect();
    found.add(`${Math.round(top)} ${Math.round(height)}`);
  }
  return [...found];
}"""


def come_to(page, kind):
    """Scroll a widget into sight, as a hand would, and wait until all stands still; return its height."""
    cell = {".tn-latent-explorer": 1, ".tn-training-cockpit": 3, ".tn-two-graphs": 5, ".tn-text-stepper": 7}[kind]
    page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", cell)
    page.wait_for_selector(f"{kind}:visible")
    page.wait_for_function(f"(kind) => ({STEADY})(kind).then((found) => found.length === 1)", arg=kind)
    return round(page.locator(kind).bounding_box()["height"])


@pytest.mark.parametrize("how", ["contentVisibility", pytest.param("full", marks=pytest.mark.long)])
def test_widgets_that_were_scrolled_out_of_sight_are_alive_and_steady_when_they_come_back(lab, how):
    lab.windowing(how)
    page = lab.open(lab.write("windowed", START, *CELLS))
    heights = {kind: come_to(page, kind) for kind in (".tn-latent-explorer", ".tn-two-graphs", ".tn-text-stepper")}
    page.get_by_test_id("draw").press("Enter")
    page.locator("[data-testid=block-0]").click()
    come_to(page, ".tn-two-graphs")
    page.locator(".tn-two-graphs [data-testid=tab-1]").click()
    come_to(page, ".tn-training-cockpit")
    page.get_by_test_id("play").click()
    come_to(page, ".tn-latent-explorer")
    page.get_by_test_id("z1").press("ArrowRight")
    come_to(page, ".tn-text-stepper")
    assert page.evaluate("() => document.querySelectorAll('.tn-strip button').length") == 7
    assert page.locator("[aria-label='Which block is shown'] [aria-selected=true]").inner_text() == "block 1"
    page.locator(".tn-text-stepper [data-testid=undo]").press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.tn-strip button').length === 6")
    come_to(page, ".tn-training-cockpit")
    before = page.locator("[data-name=step]").inner_text()
    page.wait_for_function("(n) => document.querySelector('[data-name=step]').textContent !== n", arg=before)
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent === 'Paused.'")
    come_to(page, ".tn-two-graphs")
    assert page.get_by_role("tab", name="decode beside").get_attribute("aria-selected") == "true"
    assert page.locator(".tn-stage svg").bounding_box()["width"] > 500
    come_to(page, ".tn-latent-explorer")
    frame = page.locator(".tn-picture").get_attribute("data-frame")
    page.get_by_test_id("z1").press("ArrowRight")
    page.wait_for_function("(n) => document.querySelector('.tn-picture').dataset.frame !== n", arg=frame)
    assert page.get_by_test_id("z1").input_value() == "0.04"
    assert {kind: come_to(page, kind) for kind in (".tn-latent-explorer", ".tn-text-stepper")} == {
        kind: heights[kind] for kind in (".tn-latent-explorer", ".tn-text-stepper")
    }
    states = page.locator(".tn-widget").evaluate_all("(all) => all.map((widget) => widget.dataset.kernel)")
    assert {*states} == {"alive"} and page.locator(".tn-alert:visible").count() == 0


def test_the_kernel_knows_that_nobody_looks_at_a_widget_and_that_somebody_does_again(lab):
    wait = (
        "import time\n"
        "until, again = time.monotonic() + 20 * ('again' in globals()), True\n"  # not when all cells are run
        "while explorer.in_sight and time.monotonic() < until:\n    time.sleep(0.05)\n"
        "print('in sight:', explorer.in_sight)"
    )
    lab.subshells("commPerWidget")  # so that a cell that waits keeps no message from the kernel
    page = lab.open(lab.write("sight", START, EXPLORER + "\n", FAR, FAR, wait))
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")
    page.wait_for_selector(".jp-OutputArea-output pre:has-text('in sight: False')")
    come_to(page, ".tn-latent-explorer")
    frame = page.locator(".tn-picture").get_attribute("data-frame")
    page.get_by_test_id("z1").press("ArrowRight")
    page.wait_for_function("(n) => document.querySelector('.tn-picture').dataset.frame !== n", arg=frame)
