"""Pages without a kernel, from disk, in a real browser: every widget lives, nothing is asked of a network."""

import numpy as np
import pytest
from driven_lab import AXE, AXE_CORE, CHROMIUM, FAINT, answers_to_a_stroke
from playwright.sync_api import expect

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.classifier import Classifier, convolutional_network
from teachnn.models.fractalnet import FractalNet
from teachnn.models.recurrent import RecurrentNet, waves
from teachnn.models.vae import VAE

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
EVIL = "</script><img src=x onerror=alert(1)>"
# The grey levels of a canvas, row by row.
PIXELS = """(node) => [...node.getContext('2d').getImageData(0, 0, node.width, node.height).data]
  .filter((_, i) => i % 4 === 0)"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A page with every widget that can live in one, and one that cannot; and what stands behind them."""
    rng = tn.rng(0)
    x = rng.random((4, 28, 28), dtype=np.float32)
    vae, digits = VAE(2, rng, hidden=32), Classifier(convolutional_network(rng))
    train = vae.train_function(tn.Adam())
    explorer = tw.LatentExplorer(vae.decode, vae.encode, images=x)
    widgets = [
        explorer,
        tw.DrawPad(**{EVIL: digits.classify}, reconstruct=vae.reconstruct),
        tw.TwoGraphs(train.graph(x), vae.decode.graph(np.zeros((1, 2))), vae.encode.graph(x)),
        tw.ParameterView(vae.parameters),
        tw.LivePaths(FractalNet.create(rng, 2, (2, 2)), x),
        tw.ModeLens(digits.net[:3], digits.test_net[:3], x),
    ]
    path = tmp_path_factory.mktemp("pages") / "page.html"
    tw.save_page(path, *widgets, title=EVIL)
    return path, vae, x, explorer


@pytest.fixture
def page(whole_lab, made):
    """The page, opened from disk without a network; in the end nothing must have gone wrong on it."""
    context = whole_lab.browser.new_context(viewport={"width": 1200, "height": 1000}, offline=True)
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else faults.append(r.url))
    page.goto(made[0].as_uri())
    yield page
    context.close()
    assert not faults


def test_every_widget_is_there_and_the_one_that_cannot_live_is_a_picture(page):
    assert page.locator(".tn-widget").count() == 5
    assert page.locator(".page-still img").count() == 1
    assert page.locator("h1").inner_text() == EVIL


def test_a_slider_shows_what_the_kernel_would_show_within_one_grey_level(page, made):
    _, vae, *_ = made
    slider = page.get_by_test_id("z1")
    slider.focus()
    for _ in range(25):
        slider.press("ArrowRight")
    z = np.array([[0.5, 0.0]], np.float32)
    assert page.get_by_test_id("z1").input_value() == "0.5"
    found = np.reshape(page.get_by_test_id("picture").evaluate(PIXELS), (28, 28))
    assert np.abs(found - 255 * vae.decode(z)[0]).max() <= 1


def test_the_plane_that_the_page_paints_is_the_kernels_within_one_grey_level(page, made):
    plane = page.locator(".tn-latent-explorer .tn-plane canvas")
    page.wait_for_function("(node) => Number(node.dataset.frame) > 1", arg=plane.element_handle())
    side = made[3].side
    found = np.reshape(plane.evaluate(PIXELS), (side * 28, side * 28))
    kernels = np.frombuffer(made[3].plane, np.uint8).reshape(found.shape).astype(int)
    assert np.abs(found - kernels).max() <= 1 and found.max() > 100


def test_a_picture_is_encoded_where_the_kernel_would_encode_it(page, made):
    _, vae, x, _ = made
    page.get_by_test_id("pick-2").click()
    mean = vae.encode(np.round(x[2:3] * 255) / 255)[0][0]
    for d in (0, 1):
        said = page.locator(f"label:has([data-testid=z{d + 1}]) output").inner_text()
        assert float(said) == pytest.approx(np.clip(mean[d], -3, 3), abs=0.011)


def test_a_random_point_and_a_walk_move_the_picture(page):
    frames = lambda: int(page.get_by_test_id("picture").get_attribute("data-frame"))  # noqa: E731
    before = frames()
    page.get_by_test_id("from").click()
    page.get_by_test_id("sample").click()
    page.get_by_test_id("to").click()
    page.get_by_test_id("stroll").click()
    moved = "(frames) => Number(document.querySelector('[data-testid=picture]').dataset.frame) > frames"
    page.wait_for_function(moved, arg=before + 20)


def test_a_drawing_is_answered_by_every_function(page):
    bars = answers_to_a_stroke(page)
    assert sum(bars) == pytest.approx(1, abs=0.06) and len(bars) == 10
    assert max(page.locator(".tn-draw-pad .tn-digit").evaluate(PIXELS)) > 100


def test_two_graphs_change_their_tab_and_show_what_is_chosen(page):
    widget = page.locator(".tn-two-graphs")
    widget.get_by_role("tab", name="encode").click()
    expect(widget).to_contain_text("encode uses 6 of them")
    widget.locator(".pill").first.press("Enter")
    assert widget.locator(".tn-inspector .tn-histogram").count() >= 1


def test_a_state_can_be_looked_at_and_lights_up_with_its_way_back(whole_lab, tmp_path):
    net, x = RecurrentNet(1, 4, tn.rng(0)), waves(tn.rng(1), 2, 3)
    graphs = net.train_function(tn.Adam()).graph(x), net.next.graph(*net.read(x))
    tw.save_page(tmp_path / "state.html", tw.TwoGraphs(*graphs))
    page, faults = whole_lab.browser.new_page(viewport={"width": 1200, "height": 1000}), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((tmp_path / "state.html").as_uri())
    ends = page.locator(".tn-stage [data-key] > .end.state")
    assert ends.count() == page.locator(".tn-map .end.state").count() == 2
    ends.first.hover(force=True)  # its letters lie above it
    expect(page.get_by_text("neither saved nor trained")).to_be_visible()
    page.close()
    assert not faults


def test_parameters_and_paths_answer_from_what_was_written_down(page):
    view = page.locator(".tn-parameter-view")
    view.get_by_test_id("show-3").click()
    assert view.locator(".tn-large .tn-title").inner_text() == view.get_by_test_id("show-3").inner_text()
    paths = page.locator(".tn-live-paths")
    before = paths.locator(".tn-said").inner_text()
    paths.get_by_test_id("next").click()
    assert paths.locator(".tn-said").inner_text() != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_both_themes(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.wait_for_selector(f"body[data-jp-theme-light={str(scheme == 'light').lower()}]", state="attached")
    page.evaluate("() => new Promise(requestAnimationFrame)")  # the colours begin to fade
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
    page.evaluate(AXE_CORE.read_text("utf-8"))
    assert page.evaluate(AXE) == [] and page.evaluate(FAINT) == []
