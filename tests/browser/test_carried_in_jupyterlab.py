"""A saved notebook in a real JupyterLab, opened without its kernel: what carries its functions answers itself."""

import numpy as np
import pytest
from driven_lab import CHROMIUM, answers_to_a_stroke
from playwright.sync_api import expect
from widget_cells import NET, START

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
CELLS = (
    "tw.LatentExplorer(vae.decode, vae.encode, x[:3], carry=True)",
    "tw.DrawPad(classify=classify, carry=True)",
    "tw.TwoGraphs(train.graph(x), vae.decode.graph(np.zeros((1, 2))), vae.encode.graph(x), carry=True)",
    "tw.ParameterView(vae.parameters[:3], carry=True)",
    "tw.LatentExplorer(vae.decode)",
)
STATES = "() => String([...document.querySelectorAll('.tn-widget')].map((widget) => widget.dataset.kernel))"
PIXELS = "(n) => [...n.getContext('2d').getImageData(0, 0, n.width, n.height).data].filter((_, i) => i % 4 === 0)"
WALK = "decoded = np.round(255 * vae.decode(np.array([[0.5, 0.0]])))[0].astype(int)\nprint(decoded.ravel().tolist())"


@pytest.fixture
def page(lab):
    """The notebook, run, saved, and opened again when its kernel is gone; and what its decoder said before."""
    name = lab.write("carried", START, NET, *CELLS, WALK)
    page = lab.open(name)
    page.decoded = np.array(eval(page.locator(".jp-OutputArea-output").last.inner_text()))
    lab.execute(page, "docmanager:save")
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    again = lab.open(name, run=False)
    again.decoded = page.decoded
    again.wait_for_function(f"(all) => ({STATES})() === all", arg="carried,carried,carried,carried,gone")
    return again


def test_what_carries_its_functions_answers_as_its_kernel_did_and_says_so(lab, page):
    said = page.locator(".tn-kernel:visible").all_inner_texts()
    assert said == [
        *["No kernel behind this view: it computes by itself."] * 4,
        "No kernel behind this view: run the cell again.",
    ]
    explorer = page.locator(".tn-latent-explorer").first
    explorer.get_by_test_id("z1").focus()
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    assert explorer.get_by_test_id("z1").input_value() == "0.5"
    found = np.array(explorer.get_by_test_id("picture").evaluate(PIXELS))
    assert np.abs(found - page.decoded).max() <= 1
    lab.look(page, "carried-explorer")
    explorer.get_by_test_id("pick-2").click()
    expect(explorer.locator(".tn-ellipse")).to_be_visible()
    page.get_by_role("tab", name="encode").click()
    expect(page.locator(".tn-two-graphs")).to_contain_text("encode uses 6 of them")
    view = page.locator(".tn-parameter-view")
    view.get_by_test_id("show-2").click()
    assert view.locator(".tn-large .tn-title").inner_text() == view.get_by_test_id("show-2").inner_text()
    bars = answers_to_a_stroke(page)
    assert sum(bars) == pytest.approx(1, abs=0.06) and len(bars) == 10
    lab.look(page, "carried-pad")
