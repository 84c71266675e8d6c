"""Who stands behind each widget, in a real JupyterLab: a kernel that answers, is busy or is gone; who trains."""

import pytest
from widget_cells import COCKPIT, EXPLORER, GRAPHS, LENS, MOVING, NET, PAD, PATHS, START, STEPPER, VIEW

CELLS = (GRAPHS, COCKPIT, EXPLORER, PAD, LENS, VIEW, PATHS, MOVING, STEPPER)
KERNEL = "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel"
STATES = "() => [...document.querySelectorAll('.tn-widget')].map((widget) => widget.dataset.kernel)"
# What can still be used though it does nothing, and what cannot be read: text that is not there or not seen.
USABLE = """() => [...document.querySelectorAll('.tn-widget')].flatMap((widget) => [
  ...[...widget.querySelectorAll('button, input, select')].filter((node) => !node.matches(':disabled')
    && node.checkVisibility()),
  ...[...widget.querySelectorAll('[role=application]')].filter((n) => getComputedStyle(n).pointerEvents !== 'none'),
]).map((node) => node.outerHTML.slice(0, 100))"""
SAID = "No kernel behind this view: run the cell again."


def await_states(page, *states):
    page.wait_for_function(f"(all) => String(({STATES})()) === all", arg=",".join(states))


def run_last(lab, page):
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    lab.execute(page, "notebook:run-cell")


def step_of(page):
    return page.locator("[data-name=step]").first.inner_text()


@pytest.mark.parametrize("how", ["restarted", pytest.param("opened again", marks=pytest.mark.long)])
def test_without_its_kernel_every_widget_says_so_is_off_and_can_be_read(lab, how):
    name = lab.write("gone", START, NET, *CELLS)
    page = lab.open(name)
    await_states(page, *["alive"] * len(CELLS))
    assert page.locator(".tn-kernel:visible, .tn-alert:visible").count() == 0
    if how == "restarted":
        page.evaluate(f"() => {KERNEL}.restart()")
    else:
        lab.execute(page, "docmanager:save")
        page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
        page = lab.open(name, run=False)
    await_states(page, *["gone"] * len(CELLS))
    assert page.locator(".tn-kernel:visible").all_inner_texts() == [SAID] * len(CELLS)
    assert page.evaluate(USABLE) == []
    for i in range(len(CELLS)):
        page.locator(".tn-widget").nth(i).scroll_into_view_if_needed()
        lab.look(page, f"gone-{how.split()[0]}-{i}")


def test_a_cockpit_that_played_when_its_kernel_was_restarted_offers_play_again_once_its_cell_is_run(lab):
    page = lab.open(lab.write("restarted", START, COCKPIT))
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('[data-name=step]').textContent !== '0'")
    page.evaluate(f"() => {KERNEL}.restart()")
    await_states(page, "gone")
    assert page.get_by_test_id("play").inner_text() == "▶ Play" and page.get_by_test_id("play").is_disabled()
    lab.execute(page, "notebook:run-all-cells")
    await_states(page, "alive")
    assert page.get_by_test_id("play").is_enabled() and step_of(page) == "0"


def test_a_kernel_that_is_shut_down_is_noticed_at_the_first_use_and_what_it_did_not_hear_is_taken_back(lab):
    page = lab.open(lab.write("shut", START, EXPLORER))
    await_states(page, "alive")
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    slider = page.get_by_test_id("z1")
    slider.focus()
    page.keyboard.press("ArrowRight")
    await_states(page, "gone")
    assert slider.input_value() == "0"


def test_a_kernel_that_a_cell_keeps_busy_is_said_to_be_busy_and_alive_when_it_is_free(lab):
    lab.subshells("disabled")
    page = lab.open(
        lab.write("busy", START, EXPLORER, "busy = True", "import time\nwhile busy:\n    time.sleep(0.01)"), run=False
    )
    for cell in range(3):
        page.locator(".jp-Notebook-cell .cm-content").nth(cell).click()
        lab.execute(page, "notebook:run-cell")
    await_states(page, "alive")
    page.locator(".jp-Notebook-cell .cm-content").last.click()
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    page.wait_for_function(f"() => {KERNEL}.status === 'busy'")
    page.wait_for_timeout(2100)  # the view asks again at most every two seconds
    page.get_by_test_id("z1").focus()
    page.keyboard.press("ArrowRight")
    await_states(page, "busy")
    lab.look(page, "busy")
    assert page.get_by_test_id("z1").is_enabled()
    lab.execute(page, "notebook:interrupt-kernel")
    await_states(page, "alive")
    page.wait_for_function("() => document.querySelector('[data-testid=z1]').value === '0.02'")


def test_a_cell_that_is_run_again_while_its_cockpit_plays_shows_what_runs_and_pauses_it(lab):
    page = lab.open(lab.write("again", START, COCKPIT))
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('[data-name=step]').textContent !== '0'")
    for _ in range(4):
        run_last(lab, page)
        page.wait_for_function("() => document.querySelector('.tn-reason')?.textContent === 'Training.'")
        before = step_of(page)
        page.wait_for_function("(n) => document.querySelector('[data-name=step]').textContent !== n", arg=before)
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('.tn-reason').textContent === 'Paused.'")
    assert page.locator(".tn-training-cockpit").count() == 1


def test_training_is_paused_when_the_cell_of_its_only_cockpit_is_deleted(lab):
    page = lab.open(lab.write("deleted", START, COCKPIT, "print('it trains:', cockpit.running)"))
    page.get_by_test_id("play").click()
    page.wait_for_function("() => document.querySelector('[data-name=step]').textContent !== '0'")
    page.locator(".jp-Notebook-cell .cm-content").nth(1).click()
    lab.execute(page, "notebook:delete-cell")
    page.wait_for_selector(".tn-training-cockpit", state="detached")
    for _ in range(100):
        run_last(lab, page)
        if "False" in page.locator(".jp-OutputArea-output").last.inner_text():
            return
    pytest.fail("training went on")
