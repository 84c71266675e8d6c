"""The course as a website, in a real browser: every page, in both themes and on a telephone, from the disk, offline."""

import re
from urllib.parse import unquote, urldefrag

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from driven_lab import AXE_CORE, CHROMIUM

from teachnn.jupyter import build_site
from teachnn.jupyter.site import build as building

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
LARGEST = 3e6  # bytes of a page
SCREENS = {"desk": {"width": 1280, "height": 1000}, "telephone": {"width": 390, "height": 844}}
# What axe-core finds on the whole page.
FOUND = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 150)}`))"""
PIXELS = "(n) => [...n.getContext('2d').getImageData(0, 0, n.width, n.height).data].filter((_, i) => i % 4 === 0)"
SMALL = (
    "# 01 · A page, with $x^2$\n\n$$\\frac{a}{b} + \\sum_i x_i$$\n\n| | a |\n| --- | --- |\n| b | `c` |\n\n"
    "[The words](glossary.md#Words)\n\n<details><summary>Solution</summary>\n\n"
    "```python\nx = 1  # one\n```\n\n</details>",
    "import numpy as np, teachnn as tn, teachnn_widgets as tw\nfrom teachnn.models.vae import VAE\n"
    "vae = VAE(2, tn.rng(0), hidden=16)\ntw.LatentExplorer(vae.decode, vae.encode)",
    "train, x = vae.train_function(tn.Adam()), np.zeros((3, 28, 28))\n"
    "tw.TwoGraphs(train.graph(x), vae.decode.graph(np.zeros((1, 2))), vae.encode.graph(x))",
    "tn.draw(train.graph(x), vae.decode.graph(np.zeros((1, 2))))",
    "figure, axes = tn.images.figure()\n_ = axes.plot([1, 2])\nfigure",
    "print(vae.decode(np.array([[0.5, 0.0]])).round(4).ravel().tolist())",
    "1 / 0",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A site of one small notebook, which ends in an error, and one text."""
    folder = tmp_path_factory.mktemp("mine")
    text, *codes = SMALL
    cells = [nbformat.v4.new_markdown_cell(text), *map(nbformat.v4.new_code_cell, codes)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "01_page.ipynb")
    (folder / "glossary.md").write_text("# Glossary\n\n## Words\n\n[back](01_page.ipynb)", "utf-8")
    with pytest.MonkeyPatch.context() as patch:  # the first page trains, and the reference is long
        patch.setattr(building, "first_page", lambda lessons, *rest: building.text("# First\n\n[One](01_page.ipynb)"))
        patch.setattr(building, "LINKS", ())
        patch.setattr(building, "write_reference", lambda out: [])
        assert build_site(folder / "site", folder) == 1
    return folder / "site"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The site of the whole course."""
    site = tmp_path_factory.mktemp("course") / "site"
    assert build_site(site) == 0
    return site


@pytest.fixture
def opened(whole_lab):
    """Return what opens a page in a theme and on a screen; in the end nothing must have gone wrong on any."""
    contexts, faults = [], []

    def open_(path, scheme="light", screen="desk", bypass_csp=False):
        touch = {"has_touch": True, "is_mobile": True} if screen == "telephone" else {}
        context = whole_lab.browser.new_context(
            viewport=SCREENS[screen], color_scheme=scheme, offline=True, bypass_csp=bypass_csp, **touch
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{path.name}: {error}"))
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else faults.append(r.url))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults


def links_that_lead_nowhere(site):
    """Return each link of the site whose page, or place in a page, is not there."""
    pages = {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in site.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for address in (a["href"] for a in page.select("a[href]") if not re.match("https?:", a["href"])):
            target, place = map(unquote, urldefrag(address))
            there = (path.parent / target).resolve() if target else path
            if there not in pages or (place and not pages[there].find(id=place)):
                broken.append(f"{path.name}: {address}")
    return broken


def too_large(site):
    return [path.name for path in site.rglob("*.html") if path.stat().st_size > LARGEST]


def inaccessible(opened, path, scheme, screen="desk"):
    """Return what axe finds on a page (its policy is off: axe is a script), and whether it is too wide."""
    page = opened(path, scheme, screen, bypass_csp=True)
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
    page.evaluate(AXE_CORE.read_text("utf-8"))
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    found = [f"{path.name}, {scheme}, {screen}: {fault}" for fault in page.evaluate(FOUND)]
    page.close()
    return found + ([f"{path.name}: {wide} pixels too wide on a {screen}"] if wide > 0 else [])


def test_every_link_of_a_small_site_leads_somewhere(small):
    assert links_that_lead_nowhere(small) == [] and too_large(small) == []


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_and_as_wide_as_its_screen(small, opened, scheme, screen):
    assert inaccessible(opened, small / "01_page.html", scheme, screen) == []


def test_a_widget_lives_in_its_page_by_touch_on_a_telephone(small, opened):
    page = opened(small / "01_page.html", screen="telephone")
    slider = page.get_by_test_id("z1")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    before = page.get_by_test_id("picture").get_attribute("data-frame")
    page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    assert float(slider.input_value()) > 1 and page.get_by_test_id("picture").get_attribute("data-frame") != before
    plane = page.get_by_test_id("plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    assert float(slider.input_value()) == pytest.approx(-1.5, abs=0.1)
    page.get_by_role("tab", name="encode").tap()
    assert "encode uses" in page.locator(".tn-two-graphs").inner_text()


def test_a_widget_shows_what_its_notebook_printed_within_one_grey_level(small, opened):
    page = opened(small / "01_page.html")
    page.get_by_test_id("z1").focus()
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    said = next(text for text in page.locator(".output > pre").all_inner_texts() if text.startswith("["))
    found = np.array(page.get_by_test_id("picture").evaluate(PIXELS))
    assert np.abs(found - 255 * np.array(eval(said))).max() <= 1.5  # 16 bits a number


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_whole_site_is_accessible_light_enough_and_without_a_broken_link(whole, opened):
    assert links_that_lead_nowhere(whole) == [] and too_large(whole) == []
    pages = sorted(whole.rglob("*.html"))
    faults = [fault for path in pages for scheme in ("light", "dark") for fault in inaccessible(opened, path, scheme)]
    faults += [fault for path in pages for fault in inaccessible(opened, path, "light", "telephone")]
    assert faults == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_console_of_every_page_is_silent_and_its_widgets_are_there(whole, opened):
    for path in sorted(whole.rglob("*.html")):
        page = opened(path)
        assert page.locator(".tn-widget").count() == page.locator("[data-widget]").count()
        page.close()
