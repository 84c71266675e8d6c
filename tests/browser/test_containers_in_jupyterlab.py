"""Our widgets among those of ipywidgets: in boxes, tabs and accordions, and tied to their sliders. Notebook 10."""

from driven_lab import await_frame, frames
from widget_cells import COCKPIT, EXPLORER, GRAPHS, LENS, MOVING, NET, PAD, PATHS, START, VIEW

MOVING_NAMED = MOVING.replace("\ntw.", "\nmoving = tw.")
LAID_OUT = """
import ipywidgets as ipw
boxes = ipw.VBox([ipw.HBox([explorer, pad]), cockpit])
folded = ipw.Accordion([graphs, view], titles=["Graphs", "Parameters"], selected_index=0)
ipw.Tab([boxes, folded, ipw.HBox([lens, paths]), moving], titles=["Boxes", "Accordion", "Side by side", "Moving"])
"""
LINKED = """
import ipywidgets as ipw
first = ipw.FloatSlider(min=-3, max=3, step=0.1, description="mine")
link = ipw.link((first, "value"), (explorer, "z"), (lambda v: [v, explorer.z[1]], lambda z: max(-3, min(3, z[0]))))
kept = [[p.value * share for p in vae.parameters] for share in (0, 1)]
at = ipw.IntSlider(value=1, max=1, description="kept")
play = ipw.Play(value=1, max=1, interval=100)
play_link = ipw.jslink((play, "value"), (at, "value"))


def put_back(change):
    for p, value in zip(vae.parameters, kept[change.new]):
        p.value = value


at.observe(put_back, "value")
ipw.VBox([first, ipw.HBox([play, at]), explorer])
"""
SIZES = """() => [...document.querySelectorAll('.tn-widget')].filter((node) => node.getClientRects().length)
  .map((node) => [node.querySelector('.tn-body').classList[1], node.clientWidth > 100 && node.clientHeight > 50])"""


def shown(page, count):
    """Return which of our widgets can be seen, once there are so many; each has a size."""
    page.wait_for_function(f"() => ({SIZES})().length === {count}")
    found = dict(page.evaluate(SIZES))
    assert all(found.values()), found
    return set(found)


def choose(page, tab):
    page.locator(".jupyter-widget-tab .lm-TabBar-tab", has_text=tab).click()


def test_every_widget_is_whole_inside_boxes_tabs_and_accordions(lab):
    quiet = [cell.rpartition("\n")[0] for cell in (GRAPHS, COCKPIT, EXPLORER, PAD, LENS, VIEW, PATHS)]
    page = lab.open(lab.write("laid", START, NET, *quiet, MOVING_NAMED, LAID_OUT))
    assert shown(page, 3) == {"tn-latent-explorer", "tn-draw-pad", "tn-training-cockpit"}
    before = frames(page, ".tn-picture")
    page.get_by_test_id("z1").first.press("ArrowRight")
    await_frame(page, ".tn-picture", before)
    choose(page, "Accordion")
    assert shown(page, 1) == {"tn-two-graphs"}
    page.locator(".jupyter-widget-Collapse-header", has_text="Parameters").click()
    assert shown(page, 1) == {"tn-parameter-view"}
    choose(page, "Side by side")
    assert shown(page, 2) == {"tn-mode-lens", "tn-live-paths"}
    choose(page, "Moving")
    assert shown(page, 1) == {"tn-moving-picture"}
    lab.look(page, "laid")
    assert page.locator(".tn-alert:visible").count() == 0


def test_a_slider_of_ipywidgets_moves_the_explorer_and_follows_it_and_play_puts_parameters_back(lab):
    page = lab.open(lab.write("linked", START, EXPLORER.rpartition("\n")[0], LINKED))
    before = frames(page, ".tn-picture")
    handle = page.locator(".widget-slider .noUi-handle").first
    handle.focus()
    for _ in range(3):
        handle.press("ArrowRight")
    page.wait_for_function("() => Math.abs(document.querySelector('[data-testid=z1]').value - 0.3) < 0.05")
    await_frame(page, ".tn-picture", before)
    page.get_by_test_id("reset").click()
    page.wait_for_function("() => document.querySelector('.widget-readout').textContent.trim() === '0.00'")
    before = frames(page, ".tn-picture")
    page.get_by_test_id("pick-3").click()  # at 0 this decoder draws grey, whatever its parameters
    await_frame(page, ".tn-picture", before)
    before = frames(page, ".tn-picture")
    page.locator("button:has(.fa-play)").click()  # from the last to the first: the picture moves under still sliders
    await_frame(page, ".tn-picture", before)
    lab.look(page, "linked")
