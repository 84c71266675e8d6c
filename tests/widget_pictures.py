"""The README's pictures of widgets at work, light and dark: `python -m tests.widget_pictures`.

Each is a photograph of a page without a kernel (tw.save_page), after somebody has used it. Look at what changed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from driven_lab import CHROMIUM, FLAGS
from playwright.sync_api import Page, sync_playwright

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.classifier import Classifier, dense_network
from teachnn.models.vae import VAE

OUT = Path(__file__).parents[1] / "notebooks" / "pictures"
WIDTH = {"explorer": 860, "pad": 860, "graphs": 1180}  # pixels


def explore(page: Page) -> None:
    """Encode a digit."""
    page.get_by_test_id("pick-3").click()


def draw(page: Page) -> None:
    """Draw a three."""
    box = page.get_by_test_id("pad").bounding_box()
    assert box is not None
    points = [(0.3, 0.22), (0.5, 0.15), (0.68, 0.28), (0.5, 0.46), (0.7, 0.62), (0.52, 0.84), (0.28, 0.76)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def inspect(page: Page) -> None:
    """See all of the drawing, and look into a shared parameter."""
    page.get_by_test_id("fit").click()
    page.locator(".pill").first.press("Enter")


def widgets() -> dict[str, tuple[tw.LatentExplorer | tw.DrawPad | tw.TwoGraphs, Callable[[Page], None]]]:
    """Return each widget of a picture, with what somebody does with it."""
    rng, digits = tn.rng(0), tn.data.mnist()
    batches = tn.data.batches(digits.train.images, digits.train.labels, size=100, rng=rng)
    vae, reader = VAE(2, rng, hidden=256), Classifier(dense_network(rng))
    train = vae.train_function(tn.Adam(1e-3))
    train.fit(tn.data.batches(digits.train.images, size=100, rng=rng), epochs=5, progress=False)
    reader.train_function(tn.Adam(1e-3)).fit(batches, epochs=2, progress=False)
    x, z = tn.data.pixels(digits.test.images[:100]), [[0.0, 0.0]] * 100
    graphs = train.graph(x), vae.decode.graph(z), vae.encode.graph(x), vae.reconstruct.graph(x)
    explorer = tw.LatentExplorer(vae.decode, vae.encode, digits.test.images[:8], classify=reader.classify)
    pad = tw.DrawPad(classify=reader.classify, reconstruct=vae.reconstruct)
    return {
        "explorer": (explorer, explore),
        "pad": (pad, draw),
        "graphs": (tw.TwoGraphs(*graphs), inspect),
    }


def main() -> None:
    """Make all pictures."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        for name, (widget, use) in widgets().items():
            path = Path(folder) / f"{name}.html"
            tw.save_page(path, widget)
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": WIDTH[name] + 32, "height": 1000}, color_scheme=scheme)
                page.goto(path.as_uri())
                use(page)
                page.mouse.move(0, 0)
                page.evaluate("() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished))")
                page.locator(".tn-widget").screenshot(path=OUT / f"{name}_{scheme}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
